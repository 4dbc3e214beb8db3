//! In: a set of alternatives. Out: the id of the blob that it makes; what is alike in many is hashed once.

use super::alternatives::{Alternative, by_hunk};
use crate::repair::image::Image;
use crate::repair::prove::{Work, splice_rows};
use crate::repair::sweep::{Whole, before};
use crate::repair::variants::{Departure, Variants};
use sha1::{Digest, Sha1};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// Bytes of hunks' texts that are remembered.
const MADE: usize = 64_000_000;
/// States that are remembered.
const BEHIND: usize = 100_000;

/// A hunk's text with its digest.
type Made = (Rc<Vec<u8>>, u64);

/// Hashes what sets of alternatives make.
pub(super) struct Trial<'t, 'i> {
    pub(super) image: &'t Image<'i>,
    pub(super) whole: &'t Whole,
    pub(super) hunks: &'t [Variants<'i>],
    pub(super) alternatives: &'t [Alternative],
    pub(super) known: Known,
}

/// What is remembered.
#[derive(Default)]
pub(super) struct Known {
    /// Texts of hunks, by what was otherwise in them.
    made: HashMap<(usize, Vec<*const Departure>), Made>,
    /// Their bytes.
    bytes: usize,
    /// Digests of what has been tried.
    seen: HashSet<u64>,
    /// By the blob's length: the states before each hunk, all as likely as can be.
    states: HashMap<usize, Vec<Sha1>>,
    /// States behind some changed hunks, by the blob's length and what they are changed to.
    behind: HashMap<u64, Sha1>,
}

impl Trial<'_, '_> {
    /// The id of the blob; `None` for one that was hashed already.
    pub(super) fn hash(&mut self, chosen: &[usize], work: &mut Work) -> Option<Vec<u8>> {
        let mut texts: Vec<(usize, Made)> = Vec::new();
        let mut key = DefaultHasher::new();
        for (hunk, parts) in by_hunk(self.alternatives, chosen) {
            let made = self.text(hunk, &parts);
            (hunk, made.1).hash(&mut key);
            texts.push((hunk, made));
        }
        if !self.known.seen.insert(key.finish()) {
            return None;
        }
        let blob = &self.whole.blob;
        let mut length = blob.len();
        for (hunk, text) in &texts {
            let (begin, end) = self.whole.places[*hunk];
            length = length + text.0.len() - (end - begin);
        }
        let (mut hash, at, mut from) = self.behind(length, &texts, work);
        let mut hashed = 0;
        for (hunk, text) in &texts[at..] {
            let (begin, end) = self.whole.places[*hunk];
            hash.update(&blob[from..begin]);
            hash.update(text.0.as_slice());
            hashed += begin - from + text.0.len();
            from = end;
        }
        hash.update(&blob[from..]);
        work.did((hashed + blob.len() - from) as u64);
        Some(hash.finalize().to_vec())
    }

    /// The state behind all changed hunks but the last, how many these are, and how far that is in the likeliest blob.
    fn behind(
        &mut self,
        length: usize,
        texts: &[(usize, Made)],
        work: &mut Work,
    ) -> (Sha1, usize, usize) {
        let first = self.whole.places[texts[0].0].0;
        if texts.len() == 1 {
            let hash = before(self.whole, texts[0].0, length, &mut self.known.states);
            return (hash, 0, first);
        }
        let rest = &texts[..texts.len() - 1];
        let (last, text) = &rest[rest.len() - 1];
        let end = self.whole.places[*last].1;
        let mut key = DefaultHasher::new();
        length.hash(&mut key);
        for (hunk, (_, digest)) in rest {
            (hunk, digest).hash(&mut key);
        }
        let key = key.finish();
        if let Some(hash) = self.known.behind.get(&key) {
            return (hash.clone(), rest.len(), end);
        }
        let (mut hash, _, from) = self.behind(length, rest, work);
        let begin = self.whole.places[*last].0;
        hash.update(&self.whole.blob[from..begin]);
        hash.update(text.0.as_slice());
        work.hashed((begin - from + text.0.len()) as u64);
        if self.known.behind.len() >= BEHIND {
            self.known.behind.clear();
        }
        self.known.behind.insert(key, hash.clone());
        (hash, rest.len(), end)
    }

    /// What is made of a hunk, parts of it being otherwise.
    fn text(&mut self, hunk: usize, parts: &[Rc<Departure>]) -> Made {
        let key = (hunk, parts.iter().map(Rc::as_ptr).collect());
        if let Some(made) = self.known.made.get(&key) {
            return made.clone();
        }
        let variants = &self.hunks[hunk];
        let parts: Vec<&Departure> = parts.iter().map(|part| &**part).collect();
        let (rows, variant) = variants.rows(&self.whole.chosen[hunk], &parts);
        let mut text = Vec::new();
        let reading = variants.reading(variant.reading);
        splice_rows(&mut text, self.image, (reading, &rows), &variant);
        let mut digest = DefaultHasher::new();
        text.hash(&mut digest);
        let made = (Rc::new(text), digest.finish());
        self.known.bytes += made.0.len();
        if self.known.bytes >= MADE {
            self.known.made.clear();
            self.known.bytes = made.0.len();
        }
        self.known.made.insert(key, made.clone());
        made
    }
}
