//! In: alternatives. Out: the set of them that is right, sets being tried in the order of their likelihood.

use super::alternatives::{Alternative, alternatives, by_hunk};
use super::trial::{Known, Trial};
use crate::base::hash::blob_id;
use crate::repair::image::Image;
use crate::repair::layout::Usage;
use crate::repair::prove::{Work, matches};
use crate::repair::sweep::Whole;
use crate::repair::variants::{Departure, Variants};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Things that are otherwise at once, at most.
const DEEP: u8 = 8;
/// Sets looked at for each that is tried; the rest of them contradict themselves, or make what another made.
const LOOKED_AT: u64 = 6;
/// Lines set to find what may be otherwise, at most.
const EFFORT: u64 = 10_000_000;
/// Setting a line once more takes as long as hashing so many bytes.
const LINE: u64 = 100;

/// Tries sets of alternatives to the likeliest text; gives the ranks of the one that has the id.
pub(in crate::repair) fn joint(
    image: &Image<'_>,
    hunks: &mut [Variants<'_>],
    (new_id, work): (&str, &mut Work),
) -> Option<Vec<usize>> {
    let mut ranks = vec![0; hunks.len()];
    let whole = Whole::of(image, hunks, &ranks)?;
    let usage = Usage::of(&image.lines);
    let mut effort = EFFORT;
    let alternatives = alternatives(hunks, &whole, &usage, &mut effort);
    work.hashed((EFFORT - effort) * LINE);
    let mut trial = Trial {
        image,
        whole: &whole,
        hunks,
        alternatives: &alternatives,
        known: Known::default(),
    };
    let chosen = search(&alternatives, work, &mut |chosen, work| {
        let hash = trial.hash(chosen, work);
        hash.is_some_and(|hash| matches(&hash, new_id))
    })?;
    for (hunk, parts) in by_hunk(&alternatives, &chosen) {
        let parts: Vec<&Departure> = parts.iter().map(|part| &**part).collect();
        ranks[hunk] = hunks[hunk].adopt(&whole.chosen[hunk], &parts);
    }
    // What was adopted must make what was hashed.
    let made = Whole::of(image, hunks, &ranks)?;
    blob_id(&made.blob)
        .to_string()
        .starts_with(new_id)
        .then_some(ranks)
}

/// A set of alternatives: another with one more.
#[derive(Clone, Copy)]
struct Set {
    bits: u32,
    /// The set that it is larger than.
    before: Option<u32>,
    last: u32,
    size: u8,
    /// Do its bits hold what exceptions cost?
    settled: bool,
}

/// Sets, likeliest first.
#[derive(Default)]
struct Sets {
    all: Vec<Set>,
    heap: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Sets {
    fn push(&mut self, set: Set) {
        // No search goes on so long that numbers run out.
        let Ok(number) = u32::try_from(self.all.len()) else {
            return;
        };
        self.heap.push(Reverse((set.bits, number)));
        self.all.push(set);
    }

    fn pop(&mut self) -> Option<(u32, Set)> {
        let Reverse((_, number)) = self.heap.pop()?;
        Some((number, self.all[number as usize]))
    }

    /// Writes the alternatives of a set to `out`, the last first.
    fn list(&self, set: &Set, out: &mut Vec<usize>) {
        out.clear();
        out.push(set.last as usize);
        let mut next = set.before;
        while let Some(number) = next {
            let set = &self.all[number as usize];
            out.push(set.last as usize);
            next = set.before;
        }
    }
}

/// Goes through sets of alternatives, likeliest first, until one is right.
fn search(
    alternatives: &[Alternative],
    work: &mut Work,
    is_right: &mut dyn FnMut(&[usize], &mut Work) -> bool,
) -> Option<Vec<usize>> {
    let mut sets = Sets::default();
    sets.push(Set {
        bits: alternatives.first()?.bits,
        before: None,
        last: 0,
        size: 1,
        settled: false,
    });
    let mut left = work.left().saturating_mul(LOOKED_AT);
    let mut chosen = Vec::with_capacity(DEEP as usize);
    while let Some((number, set)) = sets.pop() {
        left = left.checked_sub(1)?;
        sets.list(&set, &mut chosen);
        let last = &alternatives[set.last as usize];
        let next = alternatives.get(set.last as usize + 1);
        if let Some(next) = next.filter(|_| !set.settled) {
            sets.push(Set {
                bits: set.bits - last.bits + next.bits,
                last: set.last + 1,
                ..set
            });
        }
        let others = chosen[1..].iter().map(|&one| &alternatives[one]);
        let more: Option<u32> = others.map(|one| one.beside(last)).sum();
        let Some(more) = more else { continue };
        if more > 0 && !set.settled {
            // Its turn comes later.
            sets.push(Set {
                bits: set.bits + more,
                settled: true,
                ..set
            });
            continue;
        }
        if is_right(&chosen, work) {
            return Some(chosen);
        }
        if work.is_done() {
            return None;
        }
        if let Some(next) = next.filter(|_| set.size < DEEP) {
            sets.push(Set {
                bits: set.bits + next.bits,
                before: Some(number),
                last: set.last + 1,
                size: set.size + 1,
                settled: false,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::alternatives::Part;
    use super::*;
    use crate::repair::Budget;
    use std::rc::Rc;

    fn alternative(bits: u32, rows: &[usize]) -> Alternative {
        let changed = rows.iter().map(|&row| (row, Rc::from(&b"x"[..]))).collect();
        let parts: Vec<Part> = vec![(0, Rc::new(Departure::Texts(changed)))];
        Alternative::new(bits, parts, &[9])
    }

    fn order(alternatives: &[Alternative], trials: u64) -> Vec<Vec<usize>> {
        let mut out = Vec::new();
        let mut work = Work::new(Budget {
            trials,
            bytes: u64::MAX,
        });
        let found = search(alternatives, &mut work, &mut |chosen, work| {
            work.did(1);
            out.push(chosen.iter().rev().copied().collect());
            false
        });
        assert_eq!(found, None);
        out
    }

    #[test]
    fn likelier_sets_come_first_and_none_contradicts_itself() {
        let alternatives = [
            alternative(2, &[0]),
            alternative(3, &[0]),
            alternative(4, &[1]),
            alternative(20, &[2]),
        ];
        let found = order(&alternatives, 100);
        let wanted: [&[usize]; 11] = [
            &[0],
            &[1],
            &[2],
            &[0, 2],
            &[1, 2],
            &[3],
            &[0, 3],
            &[1, 3],
            &[2, 3],
            &[0, 2, 3],
            &[1, 2, 3],
        ];
        assert_eq!(found, wanted);
        assert_eq!(order(&alternatives, 3).len(), 3);
    }

    #[test]
    fn an_exception_costs_more() {
        let alternatives = [
            alternative(2, &[0, 1, 2]),
            alternative(3, &[1]),
            alternative(4, &[7]),
        ];
        let found = order(&alternatives, 100);
        let exception = found.iter().position(|set| set == &[0, 1]);
        let plain = found.iter().position(|set| set == &[0, 2]);
        assert!(plain < exception, "{found:?}");
        assert_eq!(found.len(), 7);
    }
}
