//! In: the variants of a file's hunks. Out: the combination whose blob has the posted id, if one is found.

use super::Budget;
use super::align::{Reading, Row};
use super::image::Image;
use super::joint::joint;
use super::layout::Habit;
use super::sweep::sweep;
use super::variants::{Variant, Variants};
use crate::diff::LineKind;
use sha1::{Digest, Sha1};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::rc::Rc;

/// What the search gave.
pub(super) struct Proven {
    /// For each hunk the rank of the variant that is right.
    pub(super) ranks: Option<Vec<usize>>,
    pub(super) trials: u64,
}

/// Appends the text that a variant makes of its part of the file.
pub(super) fn splice(
    out: &mut Vec<u8>,
    image: &Image<'_>,
    variants: &Variants<'_>,
    variant: &Variant,
) {
    let reading = variants.reading(variant.reading);
    splice_rows(out, image, (reading, &reading.rows), variant);
}

/// Appends the text that a variant's texts make of a part of the file, its rows being these.
pub(super) fn splice_rows(
    out: &mut Vec<u8>,
    image: &Image<'_>,
    (reading, rows): (&Reading, &[Row]),
    variant: &Variant,
) {
    let mut next = reading.begin;
    for (row, text) in rows.iter().zip(&variant.texts) {
        if let Some(line) = row.tree {
            // Lines of another version that the page lacks stay.
            out.extend_from_slice(between(image, next, line));
            next = line + 1;
        }
        // Context that this version lacks stays away.
        if row.kind == LineKind::Removed || row.kind == LineKind::Context && row.tree.is_none() {
            continue;
        }
        match (text, row.tree) {
            (Some(text), _) => {
                out.extend_from_slice(text);
                if row.newline {
                    out.push(b'\n');
                }
            }
            (None, Some(line)) => {
                out.extend_from_slice(image.lines[line]);
                let last = line + 1 == image.lines.len();
                if !(last && image.open_end()) {
                    out.push(b'\n');
                }
            }
            (None, None) => {}
        }
    }
    out.extend_from_slice(between(image, next, reading.end));
}

/// The file's bytes from line `from` to line `to`.
pub(super) fn between<'t>(image: &Image<'t>, from: usize, to: usize) -> &'t [u8] {
    let offset = |line: usize| {
        image.lines.get(line).map_or(image.text.len(), |text| {
            text.as_ptr() as usize - image.text.as_ptr() as usize
        })
    };
    let (from, to) = (offset(from), offset(to));
    image.text.get(from..to.max(from)).unwrap_or(&[])
}

/// Trials that a chance match of an id of so many digits stands against: one in 1024 at worst.
pub(super) fn allowed(digits: usize) -> u64 {
    let bits = (digits * 4).saturating_sub(10).min(40);
    1 << bits
}

/// Trials of texts that no rule expects: these have only the hash to speak for them, so an accident must be far rarer.
fn allowed_afield(digits: usize) -> u64 {
    let bits = (digits * 4).saturating_sub(20).min(40);
    1 << bits
}

/// What proving has cost, and may cost.
pub(super) struct Work {
    trials: u64,
    hashed: u64,
    most: Budget,
}

impl Work {
    /// Begins, nothing being done.
    pub(super) fn new(most: Budget) -> Self {
        Self {
            trials: 0,
            hashed: 0,
            most,
        }
    }

    /// Counts a result of which so many bytes were hashed.
    pub(super) fn did(&mut self, bytes: u64) {
        self.trials += 1;
        self.hashed += bytes;
    }

    /// Counts bytes that were hashed for several results.
    pub(super) fn hashed(&mut self, bytes: u64) {
        self.hashed += bytes;
    }

    /// How many results may still be tried.
    pub(super) fn left(&self) -> u64 {
        self.most.trials.saturating_sub(self.trials)
    }

    /// Is all of it done?
    pub(super) fn is_done(&self) -> bool {
        self.trials >= self.most.trials || self.hashed >= self.most.bytes
    }
}

/// Results from which to depart, when none of the likely ones is right.
const BASES: usize = 400;
/// The same, for each habit that is held to.
const BASES_HELD: usize = 2;
/// The share of all work that goes into likely combinations: with no habit, and with each.
const LIKELY: u64 = 10;
const HELD: u64 = 200;
/// The share that is left to departures far from all rules, once choices made together have been tried.
const AFIELD: u64 = 5;

/// Tries combinations in the order of their costs; then what departs from the first of them in one place.
pub(super) fn prove(
    image: &Image<'_>,
    hunks: &mut [Variants<'_>],
    new_id: &str,
    budget: Budget,
) -> Proven {
    let most = Budget {
        trials: budget.trials.min(allowed(new_id.len())),
        bytes: budget.bytes,
    };
    let share = |part: u64| Budget {
        trials: most.trials / part,
        bytes: most.bytes / part,
    };
    let mut bases: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut work = Work::new(most);
    // One habit of an author shows in all hunks at once: each is held to in turn.
    for habit in 0..Habit::ALL.len() {
        for hunk in &mut *hunks {
            hunk.hold(habit);
        }
        let part = if habit == 0 { LIKELY } else { HELD };
        let tried = likeliest(image, hunks, new_id, share(part));
        work.trials += tried.trials;
        work.hashed += tried.hashed;
        if let Some(ranks) = tried.ranks {
            return Proven {
                ranks: Some(ranks),
                trials: work.trials,
            };
        }
        let count = if habit == 0 { BASES } else { BASES_HELD };
        bases.extend(
            tried
                .bases
                .into_iter()
                .take(count)
                .map(|ranks| (habit, ranks)),
        );
    }
    // First what is likeliest by each habit, then what is less so.
    bases.sort_by_key(|(habit, ranks)| (ranks.iter().any(|&rank| rank > 0), *habit > 0));
    work.most.trials = most
        .trials
        .min(work.trials.saturating_add(allowed_afield(new_id.len())));
    for hunk in &mut *hunks {
        hunk.hold(0);
    }
    let whole = work.most;
    work.most = less(whole, share(AFIELD));
    let ranks = joint(image, hunks, (new_id, &mut work));
    work.most = whole;
    let ranks = ranks.or_else(|| sweep(image, hunks, &bases, (new_id, &mut work)));
    if ranks.is_none() {
        for hunk in &mut *hunks {
            hunk.hold(0);
        }
    }
    Proven {
        ranks,
        trials: work.trials,
    }
}

fn less(budget: Budget, kept: Budget) -> Budget {
    Budget {
        trials: budget.trials.saturating_sub(kept.trials),
        bytes: budget.bytes.saturating_sub(kept.bytes),
    }
}

/// What the search of likely combinations gave.
struct Tried {
    ranks: Option<Vec<usize>>,
    trials: u64,
    hashed: u64,
    /// The first combinations.
    bases: Vec<Vec<usize>>,
}

/// Tries combinations in the order of their costs; gives the first of them, and how many bytes that took.
fn likeliest(image: &Image<'_>, hunks: &mut [Variants<'_>], new_id: &str, most: Budget) -> Tried {
    let mut tried = Tried {
        ranks: None,
        trials: 0,
        hashed: 0,
        bases: Vec::new(),
    };
    let begun: u64 = hunks.iter().map(Variants::work).sum();
    let mut hasher = Hasher::new(image, hunks.len());
    let mut heap: BinaryHeap<Reverse<(u32, Vec<usize>)>> = BinaryHeap::new();
    heap.push(Reverse((0, vec![0; hunks.len()])));
    while let Some(Reverse((cost, ranks))) = heap.pop() {
        let work: u64 = hunks.iter().map(Variants::work).sum();
        if tried.trials >= most.trials || hasher.hashed + (work - begun) * LINE >= most.bytes {
            break;
        }
        let chosen: Option<Vec<Rc<Variant>>> = ranks
            .iter()
            .zip(&mut *hunks)
            .map(|(&rank, hunk)| hunk.get(rank))
            .collect();
        let Some(chosen) = chosen else { continue };
        if let Some(hash) = hasher.hash(hunks, &chosen, &ranks) {
            tried.trials += 1;
            if matches(&hash, new_id) {
                tried.ranks = Some(ranks);
                break;
            }
            if tried.bases.len() < BASES {
                tried.bases.push(ranks.clone());
            }
        }
        let last = ranks.iter().rposition(|&rank| rank > 0).unwrap_or(0);
        for hunk in last..ranks.len() {
            let mut next = ranks.clone();
            next[hunk] += 1;
            let (Some(now), Some(then)) =
                (hunks[hunk].get(ranks[hunk]), hunks[hunk].get(next[hunk]))
            else {
                continue;
            };
            heap.push(Reverse((cost + then.cost.saturating_sub(now.cost), next)));
        }
    }
    tried.hashed = hasher.hashed;
    tried
}

/// Hashes results; what is alike in many is hashed once.
struct Hasher<'i> {
    image: &'i Image<'i>,
    /// For each hunk, the texts made of it by rank.
    made: Vec<HashMap<usize, Rc<Vec<u8>>>>,
    /// By the blob's length: the states behind each of the first hunks, all as likely as can be.
    states: HashMap<usize, Vec<Sha1>>,
    /// Bytes hashed so far.
    hashed: u64,
}

/// Setting a line takes as long as hashing so many bytes.
const LINE: u64 = 30_000;
/// Lengths of which states are remembered.
const LENGTHS: usize = 4096;

impl<'i> Hasher<'i> {
    fn new(image: &'i Image<'i>, hunks: usize) -> Self {
        Self {
            image,
            made: vec![HashMap::new(); hunks],
            states: HashMap::new(),
            hashed: 0,
        }
    }

    /// Gives the id of the blob that the chosen variants make; `None` where hunks overlap.
    fn hash(
        &mut self,
        hunks: &[Variants<'_>],
        chosen: &[Rc<Variant>],
        ranks: &[usize],
    ) -> Option<Vec<u8>> {
        let image = self.image;
        let mut line = 0;
        let mut pieces: Vec<(&[u8], Rc<Vec<u8>>)> = Vec::with_capacity(chosen.len());
        for (index, (hunk, variant)) in hunks.iter().zip(chosen).enumerate() {
            let reading = hunk.reading(variant.reading);
            if reading.begin < line {
                return None;
            }
            let made = self.made[index].entry(ranks[index]).or_insert_with(|| {
                let mut made = Vec::new();
                splice(&mut made, image, hunk, variant);
                Rc::new(made)
            });
            pieces.push((between(image, line, reading.begin), Rc::clone(made)));
            line = reading.end;
        }
        let tail = between(image, line, image.lines.len());
        let length = tail.len()
            + pieces
                .iter()
                .map(|(file, made)| file.len() + made.len())
                .sum::<usize>();
        if self.states.len() >= LENGTHS {
            self.states.clear();
        }
        let states = self.states.entry(length).or_insert_with(|| {
            let mut hash = Sha1::new();
            hash.update(format!("blob {length}\0"));
            vec![hash]
        });
        let same = ranks.iter().take_while(|&&rank| rank == 0).count();
        let known = same.min(states.len() - 1);
        let mut hash = states[known].clone();
        for (index, (file, made)) in pieces.iter().enumerate().skip(known) {
            hash.update(file);
            hash.update(made.as_slice());
            self.hashed += (file.len() + made.len()) as u64;
            if index < same && states.len() == index + 1 {
                states.push(hash.clone());
            }
        }
        hash.update(tail);
        self.hashed += tail.len() as u64;
        Some(hash.finalize().to_vec())
    }
}

/// A part of the result.
pub(super) enum Piece<'a> {
    /// Bytes of the file.
    File(&'a [u8]),
    /// Bytes made.
    Made(Vec<u8>),
}

impl Piece<'_> {
    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::File(bytes) => bytes,
            Self::Made(bytes) => bytes,
        }
    }
}

/// Puts the result together; `None` where the hunks overlap.
pub(super) fn assemble<'a>(
    image: &Image<'a>,
    hunks: &[Variants<'_>],
    chosen: &[Rc<Variant>],
) -> Option<Vec<Piece<'a>>> {
    let mut pieces = Vec::with_capacity(chosen.len() * 2 + 1);
    let mut line = 0;
    for (hunk, variant) in hunks.iter().zip(chosen) {
        let reading = hunk.reading(variant.reading);
        if reading.begin < line {
            return None;
        }
        pieces.push(Piece::File(between(image, line, reading.begin)));
        let mut made = Vec::new();
        splice(&mut made, image, hunk, variant);
        pieces.push(Piece::Made(made));
        line = reading.end;
    }
    pieces.push(Piece::File(between(image, line, image.lines.len())));
    Some(pieces)
}

/// Does an id begin with these digits?
pub(super) fn matches(hash: &[u8], id: &str) -> bool {
    id.bytes().enumerate().all(|(index, digit)| {
        let Some(byte) = hash.get(index / 2) else {
            return false;
        };
        let half = if index % 2 == 0 { byte >> 4 } else { byte & 15 };
        char::from(digit).to_digit(16) == Some(u32::from(half))
    })
}
