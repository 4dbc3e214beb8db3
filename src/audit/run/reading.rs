//! In: a tree, and perhaps what an earlier audit remembers of it and what has changed since. Out: the files that matter.
//!
//! Whether a file holds one of some names is all that is taken from memory here; the rest is found anew.

use super::Auditor;
use crate::audit::memory::{Memory, Sifted};
use crate::audit::needles::Needles;
use crate::audit::scan::{Hit, scan};
use crate::tree::snapshot::Delta;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::Headers;
use std::collections::BTreeSet;

/// A tree that is read.
pub(super) struct Reading<'r> {
    source: &'r dyn Source,
    earlier: Option<(&'r Memory, &'r Delta)>,
    read: &'r (dyn Fn(u64) + Sync),
}

impl<'r> Reading<'r> {
    /// Reads every file.
    pub(super) fn whole(source: &'r dyn Source, read: &'r (dyn Fn(u64) + Sync)) -> Self {
        Self {
            source,
            earlier: None,
            read,
        }
    }

    /// Reads what mattered before, and what has changed since.
    pub(super) fn again(
        source: &'r dyn Source,
        earlier: (&'r Memory, &'r Delta),
        read: &'r (dyn Fn(u64) + Sync),
    ) -> Self {
        Self {
            source,
            earlier: Some(earlier),
            read,
        }
    }

    /// Reads the headers.
    pub(super) fn headers(&self) -> Result<Headers, TreeError> {
        match self.earlier {
            None => Headers::gather(self.source),
            Some((memory, delta)) => {
                let keep = memory.headers.iter().chain(delta.present());
                let keep = keep.map(String::as_str).collect();
                Headers::gather(&Sifted::new(self.source, keep))
            }
        }
    }

    /// Outlines every file that holds one of the auditor's names, and counts the files of the tree.
    pub(super) fn hits(&self, auditor: &Auditor) -> Result<(Vec<Hit>, u64), TreeError> {
        let needles = auditor.needles()?;
        let all = |source: &dyn Source| scan(source, &needles, &|_| true, &[""], self.read);
        match self.earlier {
            Some((memory, delta)) if auditor.looks_for_the_same(memory) => {
                let keep = memory.hits.keys().chain(delta.present());
                let keep = keep.map(String::as_str).collect();
                let scanned = all(&Sifted::new(self.source, keep))?;
                Ok((scanned.hits, memory.files_after(delta)))
            }
            _ => all(self.source).map(|scanned| (scanned.hits, scanned.files)),
        }
    }

    /// Outlines the files of some folders that hold one of `names`.
    pub(super) fn fetch(
        &self,
        auditor: &Auditor,
        folders: &BTreeSet<String>,
        names: &BTreeSet<String>,
    ) -> Result<Vec<Hit>, TreeError> {
        let list: Vec<String> = names.iter().cloned().collect();
        let needles = Needles::new(&list, &auditor.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))?;
        let below: Vec<&str> = folders.iter().map(String::as_str).collect();
        let find = |source: &dyn Source| scan(source, &needles, &|_| true, &below, &|_| {});
        if let Some((memory, delta)) = self.earlier {
            let asked = memory.asked();
            if *folders == memory.folders && names.iter().all(|name| asked.contains(name.as_str()))
            {
                let known = memory
                    .fetched
                    .iter()
                    .flat_map(|fetched| fetched.files.keys());
                let keep = known.chain(delta.present()).map(String::as_str).collect();
                return Ok(find(&Sifted::new(self.source, keep))?.hits);
            }
        }
        Ok(find(self.source)?.hits)
    }
}
