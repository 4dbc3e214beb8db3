//! In: files that call a walker. Out: their walks, judged, and what each file's walks looked at.

use super::{Auditor, Bodies, MEMORY_MANAGEMENT, ROUNDS, Reading};
use crate::audit::facts::{Audit, Excerpt, Walk};
use crate::audit::library::{Desk, Library, Looked};
use crate::audit::memory::{Contract, Fetched, Placed, Trace, wanted};
use crate::audit::scan::Hit;
use crate::audit::walks::{Context, Found, Known, Worked, callbacks, find};
use crate::syntax::{Enclosing, MentionKind};
use crate::tree::source::TreeError;
use crate::vocabulary::{Oracle, Walker, WalkerSort};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// The walks of some functions, and how they came about.
#[derive(Default)]
pub(super) struct Walked {
    /// The walks.
    pub(super) walks: Vec<Walk>,
    /// The text of functions that hold one.
    pub(super) excerpts: Vec<Excerpt>,
    /// What the walks of each function looked at, by file and function.
    pub(super) traces: BTreeMap<String, BTreeMap<String, Trace>>,
    /// The functions that walks hang on, by file and function.
    pub(super) places: BTreeMap<String, BTreeMap<String, Vec<Placed>>>,
    /// Folders in which called functions were looked for.
    pub(super) folders: BTreeSet<String>,
    /// Files that were read for functions called, time by time.
    pub(super) fetched: Vec<Fetched>,
    /// What walkers may return, time by time.
    pub(super) contracts: Vec<Vec<Contract>>,
}

/// The functions of one name in a file, of which one at least walks.
#[derive(Clone, Copy)]
pub(super) struct Unit<'h> {
    /// The file.
    pub(super) hit: &'h Hit,
    /// The name.
    pub(super) function: &'h str,
}

/// A unit's walks as one round found them.
pub(super) type Judged<'h> = (Unit<'h>, Found, Looked);

/// What a round found of a unit that had asked for functions that were not at hand in it.
pub(super) type Open<'h> = (Unit<'h>, Found);

impl Walked {
    /// Keeps what a round found of a unit, where that is the last word.
    pub(super) fn accept(&mut self, unit: Unit<'_>, found: Found) {
        self.walks.extend(found.walks);
        self.excerpts.extend(found.excerpts);
        let trace = self.trace(unit);
        trace.blind = found.blind;
        trace.on_callers = found.on_callers;
    }

    /// Gives the trace of a unit.
    pub(super) fn trace(&mut self, unit: Unit<'_>) -> &mut Trace {
        let file = self.traces.entry(unit.hit.path.clone()).or_default();
        file.entry(unit.function.to_owned()).or_default()
    }

    /// Notes what a round looked at, keeps what is the last word, and gives the units that ask for `missed`: perhaps they
    /// are looked at once more when files with those names have been read.
    pub(super) fn sort<'h>(
        &mut self,
        (round, found): (usize, Vec<Judged<'h>>),
        missed: &BTreeSet<String>,
    ) -> Vec<Open<'h>> {
        let mut open = Vec::new();
        for (unit, found, looked) in found {
            let trace = self.trace(unit);
            trace.asked.extend(looked.asked);
            trace.through.extend(looked.through);
            trace.contracts.extend(looked.contracts);
            trace.missed.push(looked.missed.clone());
            // What only asked for names that are known to be nowhere will not change.
            if round < ROUNDS && !looked.missed.is_disjoint(missed) {
                open.push((unit, found));
            } else {
                self.accept(unit, found);
            }
        }
        open
    }

    /// Gives the units that ask for a function of files that have been read meanwhile, or quote one of them. Of all others
    /// what was found is the last word.
    pub(super) fn still_open<'h>(&mut self, open: Vec<Open<'h>>, new: &Fetched) -> Vec<Unit<'h>> {
        let names = new.functions();
        let mut left = Vec::new();
        for (unit, found) in open {
            let quotes = |path: &str| new.files.contains_key(path);
            if self.trace(unit).asks_for_any(&names) || found.quoted().any(quotes) {
                left.push(unit);
            } else {
                self.accept(unit, found);
            }
        }
        left
    }

    /// Adds all to an audit.
    pub(super) fn add_to(&self, audit: &mut Audit) {
        audit.walks.extend(self.walks.iter().cloned());
        audit.excerpts.extend(self.excerpts.iter().cloned());
        let blind = self.traces.values().flat_map(BTreeMap::values);
        audit
            .blind
            .extend(blind.flat_map(|trace| &trace.blind).cloned());
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
        bodies: &Bodies,
    ) -> Result<Walked, TreeError> {
        let mut walked = Walked::default();
        let mut units: Vec<Unit<'_>> = hits.iter().flat_map(|hit| self.units(hit)).collect();
        walked.folders = folders(units.iter().map(|unit| unit.hit.path.as_str()));
        if units.is_empty() {
            return Ok(walked);
        }
        let mut open = Vec::new();
        let mut contracts = Known::new();
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
            if round > 0 {
                let is_first = |path: &str| hits.iter().any(|hit| hit.path == path);
                let new = Fetched::new_in(&walked.fetched, &is_first);
                units = walked.still_open(std::mem::take(&mut open), &new);
                contracts = carried(contracts, &new);
            }
            fetched.extend(new);
            asked.append(&mut missed);
            let at_hand = || hits.iter().copied().chain(&fetched);
            let library = Library::new(&self.headers, at_hand()).parsed_with(self.lower);
            let homes = self.homes(&at_hand());
            let known = Mutex::new(contracts);
            let found = self.judge(&units, (&library, &known), &homes, bodies);
            contracts = known.into_inner().unwrap_or_else(PoisonError::into_inner);
            walked.contracts.push(lasting(&contracts));
            let all = found.iter().flat_map(|(_, _, looked)| &looked.missed);
            missed = all.filter(|name| !asked.contains(*name)).cloned().collect();
            open = walked.sort((round, found), &missed);
            if open.is_empty() {
                break;
            }
        }
        let wanted = wanted(&walked.traces);
        let places = hits.iter().copied().chain(&fetched).map(|hit| {
            let placed = Placed::all(hit, &wanted);
            (hit.path.clone(), placed)
        });
        walked.places = places.filter(|(_, placed)| !placed.is_empty()).collect();
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

    /// Does a call of a name walk?
    pub(super) fn walks_by_name(&self, word: usize) -> bool {
        let walker = self.walking.get(&word);
        walker.is_some_and(|(_, walker)| walker.sort != WalkerSort::Callback)
    }

    /// Lists the functions of a file that walk.
    pub(super) fn units<'h>(&self, hit: &'h Hit) -> Vec<Unit<'h>> {
        let walking = hit
            .outline
            .mentions
            .iter()
            .filter_map(|m| match m.enclosing {
                Enclosing::Function(index)
                    if m.kind == MentionKind::Call && self.walks_by_name(m.word) =>
                {
                    Some(index)
                }
                _ => None,
            });
        let handed = callbacks(hit, &self.callbacks);
        let walking = walking.chain(handed.into_iter().map(|(index, _)| index));
        let names = walking.map(|index| hit.outline.functions[index].name.as_str());
        let names: BTreeSet<&str> = names.collect();
        let unit = |function| Unit { hit, function };
        names.into_iter().map(unit).collect()
    }

    /// Judges the walks of some functions with the bodies at hand; `known` takes what is worked out of walkers. What a round
    /// says hangs on nothing but the bodies at hand in it, so it is not to be taken to another.
    pub(super) fn judge<'h>(
        &self,
        open: &[Unit<'h>],
        (library, known): (&Library<'_>, &Mutex<Known>),
        homes: &BTreeMap<&'static str, String>,
        bodies: &Bodies,
    ) -> Vec<Judged<'h>> {
        let context = Context {
            headers: &self.headers,
            names: &self.walking,
            callbacks: &self.callbacks,
            lower: self.lower,
            homes,
            library,
            known,
        };
        let said = || Arc::clone(&bodies.said);
        let oracle = || Oracle::sharing(&self.headers, &bodies.known, said());
        open.par_iter()
            .map_init(oracle, |oracle, unit| {
                let desk = Desk::new(library);
                let found = find((unit.hit, unit.function), &context, (&desk, oracle));
                (*unit, found, desk.looked())
            })
            .collect()
    }
}

/// Keeps what was worked out of walkers and hangs on no function of files that have been read since.
pub(super) fn carried(mut known: Known, new: &Fetched) -> Known {
    let names = new.functions();
    known.retain(|_, worked| {
        let looked = worked.get().map(|worked| &worked.looked);
        looked.is_some_and(|l| !l.asked.iter().any(|name| names.contains(name.as_str())))
    });
    known
}

/// Gives what was worked out of walkers in a shape to be kept.
pub(super) fn lasting(known: &Known) -> Vec<Contract> {
    let kept = known.iter().filter_map(|((walker, level, flags), worked)| {
        let Worked { contract, looked } = worked.get()?.clone();
        Some(Contract {
            walker: (*walker).to_owned(),
            level: (*level).to_owned(),
            flags: flags.clone(),
            // Why something is not known names lines, which move.
            atoms: contract.ok()?,
            asked: looked.asked,
            missed: looked.missed,
        })
    });
    kept.collect()
}
