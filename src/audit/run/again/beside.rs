//! In: names whose meaning may differ, and the unchanged files of an audit. Out: those that say one of the names, and in
//! which functions.

use super::{Now, Patch};
use crate::audit::memory::Memory;
use crate::audit::run::Auditor;
use crate::audit::scan::Hit;
use crate::tree::source::TreeError;
use crate::vocabulary::{Definition, Predicate, Reach, infer_open_again};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Files that say a name whose meaning may differ.
#[derive(Default)]
pub(super) struct Beside {
    /// Those that have not changed.
    pub(super) hits: BTreeMap<String, Hit>,
    /// The functions that say one, by file, those of changed files among them.
    functions: BTreeMap<String, BTreeSet<String>>,
}

impl Beside {
    /// Reads all unchanged files that are known to matter, and keeps those that say a name.
    pub(super) fn read(patch: &Patch<'_>, auditor: &Auditor, now: &Now) -> Result<Self, TreeError> {
        let (memory, reach) = (patch.memory, patch.reach);
        if reach.is_empty() {
            return Ok(Self::default());
        }
        let fetched = memory
            .fetched
            .iter()
            .flat_map(|fetched| fetched.files.keys());
        let paths: BTreeSet<&String> = memory.hits.keys().chain(fetched).collect();
        let paths: Vec<&String> = paths
            .into_iter()
            .filter(|path| !patch.delta.has(path))
            .collect();
        let read = |path: &&String| -> Option<Result<Hit, TreeError>> {
            let text = match patch.source.bytes(path) {
                Ok(text) => text.filter(|text| reach.is_in(text))?,
                Err(error) => return Some(Err(error)),
            };
            Some(Ok(auditor.hit((*path).clone(), text)))
        };
        let hits: Result<Vec<Hit>, TreeError> = paths.par_iter().filter_map(read).collect();
        let hits = hits?;
        let functions = hits.iter().chain(now.values()).map(|hit| {
            let all = hit.outline.functions.iter();
            let own = all.filter(|f| reach.is_in(&hit.text[f.span.clone()]));
            let own = own.map(|function| function.name.clone()).collect();
            (hit.path.clone(), own)
        });
        Ok(Self {
            functions: functions.collect(),
            hits: hits
                .into_iter()
                .map(|hit| (hit.path.clone(), hit))
                .collect(),
        })
    }

    /// Is a function one that says a name?
    pub(super) fn has(&self, path: &str, function: &str) -> bool {
        let own = self.functions.get(path);
        own.is_some_and(|own| own.contains(function))
    }

    /// Does an unchanged file say a name anywhere?
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.hits.contains_key(path)
    }

    /// Lists the functions.
    pub(super) fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.values().flatten().map(String::as_str)
    }
}

/// Finds the tests among bodies of prototypes anew; `None` where they are of other names than before.
pub(super) fn predicates(
    auditor: &Auditor,
    memory: &Memory,
    bodies: &BTreeMap<String, Definition>,
    reach: &Reach,
) -> Option<Vec<Predicate>> {
    let known = &memory.audit.predicates;
    if reach.is_empty() {
        return Some(known.clone());
    }
    let inferred = (&auditor.inferred, known.as_slice());
    let now = infer_open_again(&auditor.headers, inferred, bodies, reach);
    let same = now
        .iter()
        .map(|p| &p.name)
        .eq(known.iter().map(|p| &p.name));
    same.then_some(now)
}
