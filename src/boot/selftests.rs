//! In: a kernel's own tests, and C programs. Out: static programs for the guest, as the kernel's own Makefile makes them.
//!
//! Which files belong to a test differs between kernels, so nothing of it is known here: the Makefile is asked for one
//! target, linked statically. It is code of a patch, so whoever calls says how to run it (`wrap`).

use super::BootError;
use crate::base::process::{End, Go, Job, watch};
use crate::tree::source::{Source, TreeError};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

/// Where kernels keep the tests: `mm`, before 6.3 `vm`.
const FOLDERS: [&str; 2] = ["tools/testing/selftests/mm", "tools/testing/selftests/vm"];

/// Puts a job into a sandbox: the job, and what it may write to. All else is to be read only.
pub type Wrap<'w> = &'w dyn Fn(Job, &[&Path]) -> Job;

/// A kernel's tests on disk.
#[derive(Clone, Debug)]
pub struct Selftests {
    /// A copy of what they are made from.
    tree: PathBuf,
    /// The folder in it that holds the tests.
    folder: &'static str,
    /// Where programs go.
    out: PathBuf,
    /// The kernel's headers for programs, as `make headers_install` leaves them.
    headers: PathBuf,
}

/// What came of making a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Built {
    /// The program.
    Program(Vec<u8>),
    /// It was not made, for this reason.
    Not(String),
}

/// How long making one program may take.
const LIMIT: Duration = Duration::from_secs(300);
/// Bytes of a compiler's words that are kept.
const WORDS: usize = 2000;

impl Selftests {
    /// Lays the tests of `source` out in `folder`; `headers` is the include folder of `make headers_install`.
    ///
    /// # Errors
    /// When the kernel cannot be read or the folder not be written.
    pub fn lay_out(source: &dyn Source, folder: &Path, headers: &Path) -> Result<Self, TreeError> {
        let tree = folder.join("tree");
        let io = |path: &Path, error| TreeError::Io {
            path: path.display().to_string(),
            source: error,
        };
        if tree.exists() {
            std::fs::remove_dir_all(&tree).map_err(|error| io(&tree, error))?;
        }
        let fault = Mutex::new(None);
        let write = |path: &str, bytes: &[u8]| {
            let target = tree.join(path);
            let parent = target.parent().unwrap_or(&tree);
            let written =
                std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&target, bytes));
            if let (Err(error), Ok(mut fault)) = (written, fault.lock()) {
                *fault = Some(io(&target, error));
            }
        };
        let under = [
            "tools/testing/selftests",
            "tools/include",
            "tools/arch/x86",
            "tools/scripts",
            "scripts",
            "lib",
            "mm",
        ];
        source.visit(&under, &belongs, &write)?;
        if let Some(error) = fault.into_inner().ok().flatten() {
            return Err(error);
        }
        let folder_of_tests = FOLDERS
            .into_iter()
            .find(|folder| tree.join(folder).is_dir());
        let Some(folder_of_tests) = folder_of_tests else {
            return Err(TreeError::Unusable(format!(
                "{} has no mm selftests; choose another suite",
                source.describe()
            )));
        };
        let out = folder.join("programs");
        std::fs::create_dir_all(&out).map_err(|error| io(&out, error))?;
        Ok(Self {
            tree,
            folder: folder_of_tests,
            out,
            headers: headers.to_owned(),
        })
    }

    /// Gives the folder of the copy.
    pub fn tree(&self) -> &Path {
        &self.tree
    }

    /// Reads the script by which the kernel runs its mm tests; empty where there is none.
    pub fn script(&self) -> String {
        std::fs::read_to_string(self.tree.join(self.folder).join("run_vmtests.sh"))
            .unwrap_or_default()
    }
}

/// Says whether a file is needed: the mm tests, and what the Makefiles and headers of all tests share.
fn belongs(path: &str) -> bool {
    if path.starts_with("lib/") || path.starts_with("mm/") {
        return path.ends_with(".h");
    }
    let Some(rest) = path.strip_prefix("tools/testing/selftests/") else {
        return true;
    };
    let shared = !rest.contains('/') || rest.ends_with(".h") || rest.ends_with(".mk");
    shared
        || rest.starts_with("mm/")
        || rest.starts_with("vm/")
        || rest.starts_with("kselftest_harness/")
}

/// Makes a test of the kernel's own, by its Makefile.
///
/// # Errors
/// When make cannot be started, or the user interrupts.
pub fn program(tests: &Selftests, name: &str, wrap: Wrap<'_>) -> Result<Built, BootError> {
    let target = tests.out.join(name);
    let headers = format!("-isystem {}", tests.headers.display());
    let job = Job::new("make")
        .argument("-C")
        .argument(tests.tree.join(tests.folder))
        .argument(format!("OUTPUT={}", tests.out.display()))
        .argument(format!("KHDR_INCLUDES={headers}"))
        .argument("LDFLAGS=-static")
        .argument(&target);
    make(job, &target, &[&tests.tree, &tests.out], wrap)
}

/// Makes a program of one C file with the kernel's headers; `#include <lib/…>` and `<mm/…>` find the kernel's own.
///
/// # Errors
/// As [`program`].
pub fn c_program(
    tests: &Selftests,
    name: &str,
    source: &str,
    wrap: Wrap<'_>,
) -> Result<Built, BootError> {
    let (file, target) = (tests.out.join([name, ".c"].concat()), tests.out.join(name));
    std::fs::write(&file, source).map_err(|error| BootError::io(&file, error))?;
    let job = Job::new("gcc")
        .arguments(["-static", "-O2", "-Wall", "-isystem"])
        .argument(&tests.headers)
        .argument("-I")
        .argument(&tests.tree)
        .argument("-I")
        .argument(tests.tree.join("tools/testing/selftests"))
        .argument("-o")
        .argument(&target)
        .argument(&file)
        .arguments(["-lpthread", "-lrt"]);
    make(job, &target, &[&tests.out], wrap)
}

fn make(
    mut job: Job,
    target: &Path,
    writable: &[&Path],
    wrap: Wrap<'_>,
) -> Result<Built, BootError> {
    // A program of another state must not pass for this one's.
    std::fs::remove_file(target).ok();
    if let Some(path) = std::env::var_os("PATH") {
        job = job.variable("PATH", path);
    }
    job = job.variable("LC_ALL", "C");
    job.total = Some(LIMIT);
    let (mut said, program) = (Vec::new(), job.program.clone());
    let ran = watch(&wrap(job, writable), &mut |_, bytes| {
        said.extend_from_slice(bytes);
        if said.len() > 2 * WORDS {
            // What went wrong first stands at the front, where make gave up at the end.
            let end = said.len() - WORDS;
            said.drain(WORDS..end);
        }
        Go::On
    })
    .map_err(|source| BootError::io(&program, source))?;
    if ran.end == End::Interrupted {
        return Err(BootError::Interrupted);
    }
    match std::fs::read(target) {
        Ok(bytes) if ran.is_well() => Ok(Built::Program(bytes)),
        _ => Ok(Built::Not(words(&said, ran.end))),
    }
}

/// Chooses the lines that say what went wrong.
fn words(said: &[u8], end: End) -> String {
    let text = crate::base::show::visible_bytes(said);
    let telling = |line: &&str| {
        line.contains("error:")
            || line.contains("***")
            || line.contains("No rule")
            || line.contains("undefined reference")
    };
    let lines: Vec<&str> = text.lines().filter(telling).take(4).collect();
    match lines.is_empty() {
        true => format!(
            "it was not made: {end:?} {}",
            text.lines().last().unwrap_or("")
        ),
        false => lines.join("; "),
    }
}

/// Reads the commands out of the script by which a kernel runs its mm tests: each with its arguments, or without them and
/// `false` where they are worked out by the script.
pub fn listed(script: &str) -> Vec<(Vec<String>, bool)> {
    let mut found: Vec<(Vec<String>, bool)> = Vec::new();
    for line in script.lines() {
        let Some((head, rest)) = line.split_once("run_test ./") else {
            continue;
        };
        if head.trim_start().starts_with('#') {
            continue;
        }
        let rest = rest.split(['#', ';', '|', '&']).next().unwrap_or("");
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let Some(name) = words.first().cloned() else {
            continue;
        };
        let plain = |word: &String| {
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.,:=+/".contains(c))
        };
        let entry = if words.iter().all(plain) {
            (words, true)
        } else {
            (vec![name], false)
        };
        let legal = entry.0[0]
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if legal && !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}
