//! In: the files that an audit had at hand, and those that have changed. Out: walks judged with them, few of them read.

use super::{Now, Patch};
use crate::audit::library::Library;
use crate::audit::memory::Fetched;
use crate::audit::run::Auditor;
use crate::audit::run::walking::Judged;
use crate::audit::scan::Hit;
use crate::syntax::outline;
use crate::tree::source::TreeError;
use crate::vocabulary::{Definition, Walker};
use std::collections::{BTreeMap, BTreeSet};

/// The files at hand, read where they turn out to be needed.
pub(super) struct Read<'r, 'p> {
    patch: &'r Patch<'p>,
    auditor: &'r Auditor,
    now: &'r Now,
    files: BTreeMap<String, Hit>,
}

impl<'r, 'p> Read<'r, 'p> {
    /// Opens none yet.
    pub(super) fn new(patch: &'r Patch<'p>, auditor: &'r Auditor, now: &'r Now) -> Self {
        Self {
            patch,
            auditor,
            now,
            files: BTreeMap::new(),
        }
    }

    /// Judges some files as round `round` does.
    pub(super) fn round<'h>(
        &mut self,
        round: usize,
        open: &[&'h Hit],
        bodies: &BTreeMap<String, Definition>,
    ) -> Result<Vec<Judged<'h>>, TreeError> {
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let memory = self.patch.memory;
        let homes = self.homes(round);
        let mut wanted: BTreeSet<String> = homes.values().cloned().collect();
        wanted.extend(open.iter().map(|hit| hit.path.clone()));
        loop {
            for path in wanted {
                if !self.files.contains_key(&path) && !self.patch.delta.has(&path) {
                    let text = self.patch.source.bytes(&path)?.unwrap_or_default();
                    let hit = self.auditor.hit(path.clone(), text);
                    self.files.insert(path, hit);
                }
            }
            let at_hand: BTreeMap<&String, &Vec<String>> = self.at_hand(round).collect();
            let read = self
                .files
                .values()
                .filter(|hit| at_hand.contains_key(&hit.path));
            let changed = self
                .now
                .hits
                .values()
                .filter(|hit| self.is_at_hand(hit, round));
            let mut library = Library::new(&self.auditor.headers, read.chain(changed));
            for (path, functions) in at_hand {
                library = library.with_unread(path, functions);
            }
            let found = self.auditor.judge(open, &library, &homes, bodies);
            wanted = library.needed();
            wanted.retain(|path| {
                memory.hits.contains_key(path)
                    || memory.fetched.iter().any(|f| f.files.contains_key(path))
            });
            if wanted.is_empty() {
                return Ok(found);
            }
        }
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

    /// Finds the file of each walker's body; none of them has changed.
    fn homes(&self, round: usize) -> BTreeMap<&'static str, String> {
        let mut homes = BTreeMap::new();
        let walkers: BTreeMap<&str, &Walker> = self
            .auditor
            .walking
            .values()
            .map(|(_, w)| (w.name, w))
            .collect();
        for walker in walkers.into_values() {
            let home = self.at_hand(round).find(|(path, functions)| {
                path.ends_with(".c") && functions.iter().any(|name| name == walker.name)
            });
            homes.extend(home.map(|(path, _)| (walker.name, path.clone())));
        }
        homes
    }

    /// Lists the files that are read for functions called, now.
    pub(super) fn fetched(&self) -> Vec<Fetched> {
        let mut list = self.patch.memory.fetched.clone();
        for (round, fetched) in list.iter_mut().enumerate() {
            fetched.files.retain(|path, _| !self.patch.delta.has(path));
            let new = self
                .now
                .hits
                .values()
                .filter(|hit| self.is_fetched(hit, round));
            fetched.files.extend(new.map(|hit| {
                let functions = hit.outline.functions.iter().map(|f| f.name.clone());
                (hit.path.clone(), functions.collect())
            }));
        }
        list
    }
}
