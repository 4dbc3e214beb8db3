//! Mutants: how often the audit notices that a guard is gone, and how often it keeps still where nothing changed.
//!
//! `make mutants KERNEL="folder…"`. Every function of a kernel that is `prepared` is changed again and again, one change
//! at a time, and audited each time. A *mutant* lost a guard: its check is deleted, negated, its arms are swapped, or a
//! use stands above it; the audit should not say `prepared` any more. An *edit* is harmless: locals renamed, declarations
//! swapped, statements wrapped, conditions split; the audit should still say `prepared`. What is `prepared` all the same
//! is printed with its place. Mutants that change nothing about kinds are listed in `equivalent.tsv`, each with a reason,
//! and are counted apart.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its table"
)]

mod edits;
mod guards;
mod text;

use pteward::audit::{Audit, Auditor, Verdict, Walk};
use pteward::tree::directory::DirectorySource;
use pteward::tree::source::{Overlay, Source};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use text::Change;

/// What came of one change.
struct Tried {
    label: String,
    change: Change,
    verdict: Verdict,
    reason: String,
}

/// Mutants that are as right as the original: a part of the label, reason.
fn equivalents() -> Vec<(&'static str, &'static str)> {
    include_str!("equivalent.tsv")
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .filter_map(|line| line.split_once('\t'))
        .collect()
}

/// The functions of one kernel that are prepared, and the changes to them.
struct Kernel {
    name: String,
    source: Arc<dyn Source>,
    auditor: Auditor,
    audit: Audit,
}

impl Kernel {
    fn open(folder: &str) -> Self {
        let source: Arc<dyn Source> =
            Arc::new(DirectorySource::open(Path::new(folder)).expect("a kernel's folder"));
        let auditor = Auditor::new(&*source).expect("its headers are read");
        let audit = auditor.run(&*source, &|_| {}).expect("it is audited");
        let name = Path::new(folder)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            name,
            source,
            auditor,
            audit,
        }
    }

    /// File and function of each walk that is prepared, for single pages or for huge ones.
    fn prepared(&self) -> BTreeSet<(String, String)> {
        let prepared = self
            .audit
            .walks
            .iter()
            .filter(|w| levels(w).contains(&true));
        prepared
            .map(|w| (w.file.clone(), w.function.clone()))
            .collect()
    }

    /// Says what became of the levels that were prepared before: the worst of them.
    fn worse(&self, (function, level): (&str, &str), after: &Audit) -> Option<(Verdict, String)> {
        let walks = |audit: &Audit| -> Vec<Walk> {
            let own = audit.walks.iter().filter(|w| w.function == function);
            own.cloned().collect()
        };
        let (before, after) = (walks(&self.audit), walks(after));
        if before.len() != after.len() {
            return Some((Verdict::Unknown, String::from("a walk is gone")));
        }
        let mut worst = (Verdict::Prepared, String::new());
        let mut none = true;
        for (before, after) in before.iter().zip(&after) {
            let [single, huge] = levels(before);
            let mut told = Vec::new();
            if single && level != "PMD" {
                told.push((after.verdict, after.reason.clone()));
            }
            if huge && level != "PTE" {
                let gone = (
                    Verdict::NotApplicable,
                    String::from("no huge entry is looked at"),
                );
                let now = after.pmd.as_ref();
                told.push(now.map_or(gone, |huge| (huge.verdict, huge.reason.clone())));
            }
            // A guard of a level that was not prepared before guards nothing that is asked about.
            none &= told.is_empty();
            for one in told {
                if rank(one.0) >= rank(worst.0) {
                    worst = one;
                }
            }
        }
        (!none).then_some(worst)
    }

    /// Gives the places of guards that the prepared walks of a function rely upon.
    fn guards(&self, file: &str, function: &str) -> BTreeSet<(String, u32)> {
        let own = self
            .audit
            .walks
            .iter()
            .filter(|w| w.file == file && w.function == function);
        let all = own.flat_map(|w| {
            w.guards
                .iter()
                .chain(w.pmd.iter().flat_map(|pmd| &pmd.guards))
        });
        all.map(|guard| (guard.file.clone(), guard.line)).collect()
    }

    /// Gives the flags that keep kinds from the prepared walks of a function.
    fn flags(&self, file: &str, function: &str) -> BTreeSet<String> {
        let own = self
            .audit
            .walks
            .iter()
            .filter(|w| w.file == file && w.function == function);
        let kept = own.flat_map(|w| w.guards.iter().map(move |guard| (w, guard)));
        let by_flags = kept.filter(|(w, guard)| guard.predicate == w.flags.join("|"));
        by_flags
            .flat_map(|(w, _)| w.flags.iter().cloned())
            .collect()
    }

    fn text(&self, file: &str) -> String {
        let bytes = self.source.bytes(file).ok().flatten();
        String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
    }

    /// Tries every mutant of a function, of those of its file that it calls, and of those with a guard that the audit names.
    fn mutants(
        &self,
        (file, function): (&str, &str),
        whole: &str,
        predicates: &BTreeSet<&str>,
    ) -> Vec<Tried> {
        let mut own = guards::mutants(whole, function, predicates);
        let flags = self.flags(file, function);
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        own.extend(guards::without_flags(whole, function, &flags));
        let mut tried = self.tries((file, function), (file, whole), own);
        for (guard, line) in self.guards(file, function) {
            let text = self.text(&guard);
            let known: BTreeSet<String> =
                tried.iter().map(|one| one.change.label.clone()).collect();
            let mut more = guards::mutants_at(&text, line, predicates);
            more.retain(|change| !known.contains(&change.label));
            tried.extend(self.tries((file, function), (&guard, &text), more));
        }
        tried
    }

    /// Tries `changes`, each by itself, in parallel.
    fn tries(
        &self,
        (file, function): (&str, &str),
        (changed_file, whole): (&str, &str),
        changes: Vec<Change>,
    ) -> Vec<Tried> {
        changes
            .into_par_iter()
            .filter_map(|change| {
                let text = change.apply(whole);
                let bytes: Arc<[u8]> = text.into_bytes().into();
                let changed = BTreeMap::from([(changed_file.to_owned(), Some((bytes, false)))]);
                let overlay = Overlay::new(self.source.clone(), Arc::new(changed));
                let only = BTreeSet::from([file.to_owned()]);
                let audit = self.auditor.run_on(&overlay, &only).expect("it is audited");
                // A flag that keeps nothing away is no guard.
                let contracts = |audit: &Audit| -> Vec<Vec<String>> {
                    let own = audit
                        .walks
                        .iter()
                        .filter(|w| w.file == file && w.function == function);
                    own.map(|w| w.contract.clone()).collect()
                };
                if change.family == "delete flag" && contracts(&self.audit) == contracts(&audit) {
                    return None;
                }
                let (verdict, reason) = self.worse((function, change.level), &audit)?;
                let label = format!("{} {file} {function} {}", self.name, change.label);
                Some(Tried {
                    label,
                    change,
                    verdict,
                    reason,
                })
            })
            .collect()
    }
}

/// Is a walk prepared for single pages, and for huge ones?
fn levels(walk: &Walk) -> [bool; 2] {
    let huge = walk.pmd.as_ref();
    [
        walk.verdict == Verdict::Prepared,
        huge.is_some_and(|huge| huge.verdict == Verdict::Prepared),
    ]
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Prepared => 0,
        Verdict::NotApplicable => 1,
        Verdict::Unknown => 2,
        Verdict::Unprepared => 3,
    }
}

#[derive(Default)]
struct Table {
    tried: usize,
    unprepared: usize,
    unknown: usize,
    prepared: usize,
    equivalent: usize,
}

impl Table {
    fn add(&mut self, tried: &Tried, equivalent: bool) {
        match tried.verdict {
            _ if equivalent => self.equivalent += 1,
            Verdict::Unprepared => self.unprepared += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::Prepared | Verdict::NotApplicable => self.prepared += 1,
        }
        self.tried += usize::from(!equivalent);
    }
}

fn main() {
    let folders: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    if folders.is_empty() {
        eprintln!("give folders of kernels: make mutants KERNEL=\"FOLDER FOLDER\"");
        return;
    }
    let verbose = std::env::var_os("PTEWARD_MUTANTS_ALL").is_some();
    let known = equivalents();
    let (mut mutants, mut edits): (BTreeMap<String, Table>, BTreeMap<String, Table>) =
        Default::default();
    for folder in &folders {
        let kernel = Kernel::open(folder);
        let predicates: BTreeSet<&str> = kernel
            .audit
            .predicates
            .iter()
            .map(|p| p.name.as_str())
            .collect();
        for (file, function) in kernel.prepared() {
            let place = (file.as_str(), function.as_str());
            let whole = kernel.text(&file);
            for one in &kernel.mutants(place, &whole, &predicates) {
                let equivalent = one.verdict == Verdict::Prepared
                    && known.iter().any(|(part, _)| one.label.contains(part));
                mutants
                    .entry(one.change.family.to_owned())
                    .or_default()
                    .add(one, equivalent);
                let survived = matches!(one.verdict, Verdict::Prepared | Verdict::NotApplicable);
                if verbose || (survived && !equivalent) {
                    println!("mutant {:?}: {} ({})", one.verdict, one.label, one.reason);
                }
            }
            let edits_of = edits::harmless(&whole, &function);
            for one in &kernel.tries(place, (&file, &whole), edits_of) {
                edits
                    .entry(one.change.family.to_owned())
                    .or_default()
                    .add(one, false);
                if verbose || one.verdict != Verdict::Prepared {
                    println!("edit {:?}: {} ({})", one.verdict, one.label, one.reason);
                }
            }
        }
    }
    println!("\nmutants (a guard is gone)      tried  unprepared  unknown  prepared  equivalent");
    print_table(&mutants);
    println!("\nharmless edits                 tried  unprepared  unknown  prepared");
    print_table(&edits);
    let sum = |tables: &BTreeMap<String, Table>, of: fn(&Table) -> usize| {
        tables.values().map(of).sum::<usize>()
    };
    let (all, missed) = (sum(&mutants, |t| t.tried), sum(&mutants, |t| t.prepared));
    println!("\nrecall    {}", share(all - missed, all));
    let (all, kept) = (sum(&edits, |t| t.tried), sum(&edits, |t| t.prepared));
    println!("stability {}", share(kept, all));
}

fn print_table(tables: &BTreeMap<String, Table>) {
    for (family, t) in tables {
        println!(
            "{family:<30} {:>5} {:>11} {:>8} {:>9} {:>11}",
            t.tried, t.unprepared, t.unknown, t.prepared, t.equivalent
        );
    }
}

fn share(part: usize, all: usize) -> String {
    if all == 0 {
        return String::from("nothing tried");
    }
    format!(
        "{:.1} % ({part} of {all})",
        part as f64 * 100.0 / all as f64
    )
}
