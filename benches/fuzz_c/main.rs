//! Reads every C file of some folders of kernels, and damaged copies of them, and says how long it took.
//!
//!   make fuzz-c KERNEL="FOLDER FOLDER"
//!
//! The same seeds on every run. A panic, or a read that takes more than a second of its thread's own time (what else the machine
//! does is not counted), is printed and makes the run fail. PTEWARD_FUZZ_COPIES sets how many damaged copies of each file are
//! read, PTEWARD_FUZZ_ONLY which paths: those that hold it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints what it found"
)]

mod mutate;

use pteward::audit::{Auditor, Probe};
use pteward::tree::directory::DirectorySource;
use pteward::tree::source::Source;
use rayon::prelude::*;
use rustix::time::{ClockId, clock_gettime};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Where the code that an audit follows stands.
const FOLDERS: [&str; 4] = ["mm", "kernel", "fs", "include"];

/// One copy of one file, read.
struct Read {
    name: String,
    /// Time of the thread.
    took: Duration,
    /// Time that went by.
    wall: Duration,
    /// `None` where it panicked.
    probe: Option<Probe>,
    bytes: usize,
}

/// What this thread has worked so far.
fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).expect("it does not run backwards")
}

fn read(auditor: &Auditor, name: String, text: &[u8]) -> Read {
    let (start, before) = (Instant::now(), worked());
    let probe = catch_unwind(AssertUnwindSafe(|| auditor.probe(text))).ok();
    Read {
        name,
        took: worked().saturating_sub(before),
        wall: start.elapsed(),
        probe,
        bytes: text.len(),
    }
}

fn main() -> ExitCode {
    let folders: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let only = std::env::var("PTEWARD_FUZZ_ONLY").unwrap_or_default();
    let damaged: u64 = std::env::var("PTEWARD_FUZZ_COPIES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1);
    if folders.is_empty() {
        eprintln!("give folders of kernels: make fuzz-c KERNEL=\"FOLDER FOLDER\"");
        return ExitCode::SUCCESS;
    }
    let mut failed = false;
    for folder in &folders {
        let source = DirectorySource::open(folder).expect("the folder is there");
        let auditor = Auditor::new(&source).expect("its headers are read");
        let c = |path: &str| {
            let top = path.split('/').next().unwrap_or_default();
            path.contains(&only)
                && FOLDERS.contains(&top)
                && (path.ends_with(".c") || path.ends_with(".h"))
        };
        let paths = source.paths(&c).expect("it can be listed");
        let all: Vec<Read> = paths
            .par_iter()
            .enumerate()
            .flat_map_iter(|(number, path)| {
                let text = source.bytes(path).ok().flatten().unwrap_or_default();
                let mut out = vec![read(&auditor, path.clone(), &text)];
                for copy in 0..damaged {
                    let seed = number as u64 * damaged + copy;
                    let text = mutate::damage(&text, seed);
                    out.push(read(&auditor, format!("{path} damaged by {seed}"), &text));
                }
                out
            })
            .collect();
        let slow = |read: &&Read| read.took > Duration::from_secs(1);
        for read in all.iter().filter(|read| slow(read) || read.probe.is_none()) {
            let what = if read.probe.is_none() {
                "panics"
            } else {
                "is slow"
            };
            println!(
                "{what}: {} ({} bytes, {:.2?} of its thread, {:.2?} in all)",
                read.name, read.bytes, read.took, read.wall
            );
            failed = true;
        }
        let probes: Vec<Probe> = all.iter().filter_map(|read| read.probe).collect();
        let sum = |of: fn(&Probe) -> u64| probes.iter().map(of).sum::<u64>();
        let slowest = all.iter().max_by_key(|read| read.took);
        println!(
            "{folder}: {} files and {} damaged copies, {} functions, {} points, {} steps; {} lines not understood; {} panics, {} over 1 s; slowest {}",
            paths.len(),
            all.len() - paths.len(),
            sum(|p| p.functions),
            sum(|p| p.points),
            sum(|p| p.steps),
            sum(|p| p.errors),
            all.len() - probes.len(),
            all.iter().filter(slow).count(),
            slowest.map_or(String::new(), |read| format!(
                "{:.2?} of its thread, {:.2?} in all ({})",
                read.took, read.wall, read.name
            )),
        );
    }
    if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
