//! In: the files that an audit had at hand, and those that have changed. Out: walks judged with them, few of them read.

use super::moves::Places;
use super::{Now, Patch};
use crate::audit::library::Library;
use crate::audit::memory::{Fetched, Placed};
use crate::audit::run::walking::{Judged, Unit};
use crate::audit::run::{Auditor, Bodies};
use crate::audit::scan::Hit;
use crate::audit::walks::Known;
use crate::syntax::outline;
use crate::tree::source::TreeError;
use crate::vocabulary::Walker;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// The files at hand, read where they turn out to be needed.
pub(super) struct Read<'r, 'p> {
    pub(super) patch: &'r Patch<'p>,
    pub(super) auditor: &'r Auditor,
    now: &'r Now,
    /// Those that were read first.
    first: Option<&'r BTreeMap<String, Hit>>,
    /// Those that turned out to be needed.
    more: BTreeMap<String, Hit>,
}

impl<'r, 'p> Read<'r, 'p> {
    /// Opens none yet.
    pub(super) fn new(patch: &'r Patch<'p>, auditor: &'r Auditor, now: &'r Now) -> Self {
        Self {
            patch,
            auditor,
            now,
            first: None,
            more: BTreeMap::new(),
        }
    }

    /// Has some files at hand.
    pub(super) fn with(mut self, first: &'r BTreeMap<String, Hit>) -> Self {
        self.first = Some(first);
        self
    }

    /// Reads the unchanged files of units, and those whose functions they asked for before.
    pub(super) fn first(
        &self,
        judged: &BTreeSet<(&str, &str)>,
    ) -> Result<BTreeMap<String, Hit>, TreeError> {
        let memory = self.patch.memory;
        let mut paths: BTreeSet<&str> = judged.iter().map(|(path, _)| *path).collect();
        let traces = judged
            .iter()
            .filter_map(|(path, name)| memory.traces.get(*path)?.get(*name));
        let asked: BTreeSet<&String> = traces
            .flat_map(|trace| trace.asked.iter().chain(&trace.through))
            .collect();
        let places = memory.places.iter();
        let places = places.filter(|(_, functions)| functions.keys().any(|f| asked.contains(f)));
        paths.extend(places.map(|(path, _)| path.as_str()));
        self.read(paths.into_iter().filter(|path| !self.patch.delta.has(path)))
    }

    fn read<'f>(
        &self,
        paths: impl Iterator<Item = &'f str>,
    ) -> Result<BTreeMap<String, Hit>, TreeError> {
        let paths: Vec<&str> = paths.collect();
        let read = |path: &&str| -> Result<(String, Hit), TreeError> {
            let text = self.patch.source.bytes(path)?.unwrap_or_default();
            Ok((
                (*path).to_owned(),
                self.auditor.hit((*path).to_owned(), text),
            ))
        };
        paths.par_iter().map(read).collect()
    }

    fn files(&self) -> impl Iterator<Item = &Hit> {
        self.first
            .into_iter()
            .flat_map(BTreeMap::values)
            .chain(self.more.values())
    }

    fn has(&self, path: &str) -> bool {
        self.more.contains_key(path) || self.first.is_some_and(|first| first.contains_key(path))
    }

    /// Judges some units as round `round` does; `known` is what is known of walkers in it.
    pub(super) fn round<'h>(
        &mut self,
        round: usize,
        (open, known): (&[Unit<'h>], Known),
        bodies: &Bodies,
    ) -> Result<(Vec<Judged<'h>>, Known), TreeError> {
        if open.is_empty() {
            return Ok((Vec::new(), known));
        }
        let homes = self.homes(round);
        let auditor = self.auditor;
        let judge = |library: &Library<'_>| {
            let known = Mutex::new(known.clone());
            let found = auditor.judge(open, (library, &known), &homes, bodies);
            (
                found,
                known.into_inner().unwrap_or_else(PoisonError::into_inner),
            )
        };
        self.in_round(round, &judge)
    }

    /// Does something with the files at hand in a round, as often as it turns out that others are needed.
    pub(super) fn in_round<T>(
        &mut self,
        round: usize,
        work: &dyn Fn(&Library<'_>) -> T,
    ) -> Result<T, TreeError> {
        let memory = self.patch.memory;
        loop {
            let at_hand: BTreeMap<&String, &Vec<String>> = self.at_hand(round).collect();
            let read = self.files().filter(|hit| at_hand.contains_key(&hit.path));
            let changed = self.now.values().filter(|hit| self.is_at_hand(hit, round));
            let mut library = Library::new(&self.auditor.headers, read.chain(changed));
            for (path, functions) in at_hand {
                library = library.with_unread(path, functions);
            }
            let found = work(&library);
            let mut needed = library.needed();
            needed.retain(|path| {
                let fetched = memory.fetched.iter().any(|f| f.files.contains_key(path));
                memory.hits.contains_key(path) || fetched
            });
            if needed.is_empty() {
                return Ok(found);
            }
            let more = self.read(needed.iter().map(String::as_str))?;
            self.more.extend(more);
        }
    }

    /// Gives the last of what is read time by time, without files that were at hand before.
    pub(super) fn new_in(&self, fetched: &[Fetched]) -> Fetched {
        let is_first = |path: &str| match self.now.get(path) {
            Some(hit) => self.auditor.is_audited(hit),
            None => self.was_first(path) && !self.patch.delta.has(path),
        };
        Fetched::new_in(fetched, &is_first)
    }

    /// Was a file at hand from the first?
    fn was_first(&self, path: &str) -> bool {
        let known = self.patch.memory.hits.get(path);
        known.is_some_and(|file| file.audited)
    }

    /// Lists changed files that are at hand at another time than before.
    pub(super) fn turned(&self, fetched: &[Fetched]) -> BTreeSet<&'p str> {
        let (memory, delta) = (self.patch.memory, self.patch.delta);
        let turned = |path: &&'p String| {
            let now = self.now.get(*path);
            let first = now.is_some_and(|hit| self.auditor.is_audited(hit));
            let mut rounds = memory.fetched.iter().zip(fetched);
            first != self.was_first(path)
                || rounds.any(|(old, new)| {
                    old.files.contains_key(*path) != new.files.contains_key(*path)
                })
        };
        delta.all().filter(turned).map(String::as_str).collect()
    }

    /// Reads the unchanged files in which functions of some names stand.
    pub(super) fn read_places<'n>(
        &mut self,
        names: impl Iterator<Item = &'n String>,
    ) -> Result<(), TreeError> {
        let names: BTreeSet<&String> = names.collect();
        let patch = self.patch;
        let places = patch.memory.places.iter().filter(|(path, functions)| {
            let wanted = functions.keys().any(|name| names.contains(name));
            wanted && !patch.delta.has(path) && !self.has(path)
        });
        let more = self.read(places.map(|(path, _)| path.as_str()))?;
        self.more.extend(more);
        Ok(())
    }

    /// Lists unchanged files that are at hand in a round, with their functions.
    fn at_hand(&self, round: usize) -> impl Iterator<Item = (&'p String, &'p Vec<String>)> {
        let (memory, delta) = (self.patch.memory, self.patch.delta);
        let hits = memory.hits.iter().filter(|(_, file)| file.audited);
        let hits = hits.map(|(path, file)| (path, &file.functions));
        let fetched = memory.fetched.iter().take(round + 1).flat_map(|f| &f.files);
        hits.chain(fetched).filter(|(path, _)| !delta.has(path))
    }

    /// Is a changed file at hand in a round?
    fn is_at_hand(&self, hit: &Hit, round: usize) -> bool {
        self.auditor.is_audited(hit) || (0..=round).any(|round| self.is_fetched(hit, round))
    }

    /// Is a changed file at hand in any round?
    pub(super) fn is_ever_at_hand(&self, hit: &Hit) -> bool {
        self.is_at_hand(hit, self.patch.memory.fetched.len())
    }

    /// Does a changed file hold a name that files are read for in a round?
    fn is_fetched(&self, hit: &Hit, round: usize) -> bool {
        let memory = self.patch.memory;
        let below = |folder: &String| {
            hit.path
                .strip_prefix(folder.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
        };
        let Some(fetched) = memory.fetched.get(round) else {
            return false;
        };
        let number = |word: &[u8]| {
            let word = std::str::from_utf8(word).ok()?;
            fetched.names.contains(word).then_some(0)
        };
        memory.folders.iter().any(below) && !outline(&hit.text, &number).mentions.is_empty()
    }

    /// Finds the file of each walker's body: the first by name among those that hold words, else among those that were read
    /// first for functions called.
    pub(super) fn homes(&self, round: usize) -> BTreeMap<&'static str, String> {
        let (memory, delta) = (self.patch.memory, self.patch.delta);
        let walkers: BTreeMap<&str, &Walker> = self
            .auditor
            .walking
            .values()
            .map(|(_, w)| (w.name, w))
            .collect();
        let mut homes = BTreeMap::new();
        for walker in walkers.into_values() {
            let is = |path: &str, name: &str| path.ends_with(".c") && name == walker.name;
            let old = |(path, functions): (&'p String, &'p Vec<String>)| {
                let own = !delta.has(path) && functions.iter().any(|name| is(path, name));
                own.then_some(path)
            };
            let new = |hit: &'r Hit| {
                let mut functions = hit.outline.functions.iter();
                functions
                    .any(|f| is(&hit.path, &f.name))
                    .then_some(&hit.path)
            };
            let audited = memory.hits.iter().filter(|(_, file)| file.audited);
            let audited = audited
                .map(|(path, file)| (path, &file.functions))
                .filter_map(old);
            let changed = self.now.values().filter(|hit| self.auditor.is_audited(hit));
            let mut home = audited.chain(changed.filter_map(new)).min().cloned();
            for (turn, fetched) in memory.fetched.iter().enumerate().take(round + 1) {
                let changed = self.now.values().filter(|hit| self.is_fetched(hit, turn));
                let files = fetched.files.iter().filter_map(old);
                home = home.or_else(|| files.chain(changed.filter_map(new)).min().cloned());
            }
            homes.extend(home.map(|path| (walker.name, path)));
        }
        homes
    }

    /// Adds where the functions of some names stand in unchanged files at hand.
    pub(super) fn places(
        &mut self,
        names: &BTreeSet<&str>,
        out: &mut Places,
    ) -> Result<(), TreeError> {
        if names.is_empty() {
            return Ok(());
        }
        let all = self.at_hand(self.patch.memory.fetched.len());
        let wanted = all.filter(|(_, list)| list.iter().any(|name| names.contains(name.as_str())));
        let wanted: BTreeSet<&String> = wanted.map(|(path, _)| path).collect();
        let unread = wanted
            .iter()
            .filter(|path| !self.has(path))
            .map(|path| path.as_str());
        let more = self.read(unread)?;
        self.more.extend(more);
        for hit in self.files().filter(|hit| wanted.contains(&hit.path)) {
            let placed = Placed::all(hit, names);
            out.entry(hit.path.clone()).or_default().extend(placed);
        }
        Ok(())
    }

    /// Lists the files that are read for functions called, now.
    pub(super) fn fetched(&self) -> Vec<Fetched> {
        let mut list = self.patch.memory.fetched.clone();
        for (round, fetched) in list.iter_mut().enumerate() {
            fetched.files.retain(|path, _| !self.patch.delta.has(path));
            let new = self.now.values().filter(|hit| self.is_fetched(hit, round));
            fetched.files.extend(new.map(|hit| {
                let functions = hit.outline.functions.iter().map(|f| f.name.clone());
                (hit.path.clone(), functions.collect())
            }));
        }
        list
    }
}
