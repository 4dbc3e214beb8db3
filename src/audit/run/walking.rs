//! In: files that call a walker. Out: their walks, judged, and what each file's walks looked at.

use super::{Auditor, MEMORY_MANAGEMENT, ROUNDS, Reading};
use crate::audit::facts::{Audit, Excerpt, Walk};
use crate::audit::library::{Desk, Library, Looked};
use crate::audit::memory::{Fetched, Trace};
use crate::audit::scan::Hit;
use crate::audit::walks::{Context, Found, Known, find};
use crate::tree::source::TreeError;
use crate::vocabulary::{Definition, Oracle, Walker, WalkerSort};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// The walks of some files, and how they came about.
#[derive(Default)]
pub(super) struct Walked {
    /// The walks.
    pub(super) walks: Vec<Walk>,
    /// The text of functions that hold one.
    pub(super) excerpts: Vec<Excerpt>,
    /// What each file's walks looked at.
    pub(super) traces: BTreeMap<String, Trace>,
    /// Folders in which called functions were looked for.
    pub(super) folders: BTreeSet<String>,
    /// Files that were read for functions called, time by time.
    pub(super) fetched: Vec<Fetched>,
}

/// A file's walks as one round found them.
pub(super) type Judged<'h> = (&'h Hit, Found, Looked);

impl Walked {
    /// Keeps what was found in a file.
    pub(super) fn accept(&mut self, hit: &Hit, found: Found) {
        self.walks.extend(found.walks);
        self.excerpts.extend(found.excerpts);
        self.trace(&hit.path).blind = found.blind;
    }

    /// Gives the trace of a file.
    pub(super) fn trace(&mut self, path: &str) -> &mut Trace {
        self.traces.entry(path.to_owned()).or_default()
    }

    /// Adds all to an audit.
    pub(super) fn add_to(&self, audit: &mut Audit) {
        audit.walks.extend(self.walks.iter().cloned());
        audit.excerpts.extend(self.excerpts.iter().cloned());
        let blind = self.traces.values().flat_map(|trace| &trace.blind);
        audit.blind.extend(blind.cloned());
    }
}

/// Does a walker's own body say what comes back from it?
fn has_a_body(walker: &Walker) -> bool {
    matches!(walker.sort, WalkerSort::Cursor | WalkerSort::Snapshot)
}

/// Lists the folders in which functions that are called are looked for.
pub(super) fn folders<'p>(walking: impl Iterator<Item = &'p str>) -> BTreeSet<String> {
    let own = walking.filter_map(|path| Some(path.rsplit_once('/')?.0.to_owned()));
    own.chain([MEMORY_MANAGEMENT.to_owned()]).collect()
}

impl Auditor {
    /// Finds and judges the walks. Bodies that are called and not at hand are looked for once more, in the
    /// folders of the walks and the memory management's own; what they call in turn likewise.
    pub(super) fn walks(
        &self,
        reading: &Reading<'_>,
        hits: &[&Hit],
        bodies: &BTreeMap<String, Definition>,
    ) -> Result<Walked, TreeError> {
        let mut walked = Walked::default();
        let mut open: Vec<&Hit> = hits
            .iter()
            .copied()
            .filter(|hit| self.has_walk(hit))
            .collect();
        walked.folders = folders(open.iter().map(|hit| hit.path.as_str()));
        if open.is_empty() {
            return Ok(walked);
        }
        let mut fetched: Vec<Hit> = Vec::new();
        let mut asked: BTreeSet<String> = BTreeSet::new();
        let mut missed = self.walker_names();
        for round in 0.. {
            let new = reading.fetch(self, &walked.folders, &missed)?;
            let files = new.iter().map(|hit| {
                let functions = hit.outline.functions.iter().map(|f| f.name.clone());
                (hit.path.clone(), functions.collect())
            });
            walked.fetched.push(Fetched {
                names: missed.clone(),
                files: files.collect(),
            });
            fetched.extend(new);
            asked.append(&mut missed);
            let at_hand = || hits.iter().copied().chain(&fetched);
            let library = Library::new(&self.headers, at_hand()).parsed_with(self.lower);
            let homes = self.homes(&at_hand());
            let found = self.judge(&open, &library, &homes, bodies);
            let all = found.iter().flat_map(|(_, _, looked)| &looked.missed);
            missed = all.filter(|name| !asked.contains(*name)).cloned().collect();
            open.clear();
            for (hit, found, looked) in found {
                let trace = walked.trace(&hit.path);
                trace.asked.extend(looked.asked);
                trace.missed.push(looked.missed.clone());
                // What only asked for names that are known to be nowhere will not change.
                if round < ROUNDS && !looked.missed.is_disjoint(&missed) {
                    open.push(hit);
                } else {
                    walked.accept(hit, found);
                }
            }
            if open.is_empty() {
                break;
            }
        }
        Ok(walked)
    }

    /// Lists the walkers' own names.
    pub(super) fn walker_names(&self) -> BTreeSet<String> {
        self.walking
            .values()
            .filter(|(_, w)| has_a_body(w))
            .map(|(_, w)| w.name.to_owned())
            .collect()
    }

    /// Finds the file of each walker's body.
    pub(super) fn homes<'h>(
        &self,
        at_hand: &(impl Iterator<Item = &'h Hit> + Clone),
    ) -> BTreeMap<&'static str, String> {
        let mut homes = BTreeMap::new();
        for (_, walker) in self.walking.values().filter(|(_, w)| has_a_body(w)) {
            let home = at_hand.clone().find(|hit| {
                hit.path.ends_with(".c")
                    && hit.outline.functions.iter().any(|f| f.name == walker.name)
            });
            homes.extend(home.map(|hit| (walker.name, hit.path.clone())));
        }
        homes
    }

    /// Judges the walks of some files with the bodies at hand.
    pub(super) fn judge<'h>(
        &self,
        open: &[&'h Hit],
        library: &Library<'_>,
        homes: &BTreeMap<&'static str, String>,
        bodies: &BTreeMap<String, Definition>,
    ) -> Vec<Judged<'h>> {
        // Contracts are worked out anew in each round: what a round says hangs on nothing but the bodies at hand in it.
        let known = Mutex::new(Known::new());
        let context = Context {
            headers: &self.headers,
            names: &self.walking,
            callbacks: &self.callbacks,
            lower: self.lower,
            homes,
            library,
            known: &known,
        };
        open.par_iter()
            .map(|hit| {
                let desk = Desk::new(library);
                let mut oracle = Oracle::new(&self.headers, bodies);
                let found = find(hit, &context, (&desk, &mut oracle));
                (*hit, found, desk.looked())
            })
            .collect()
    }
}
