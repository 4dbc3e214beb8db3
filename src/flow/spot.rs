//! In: nothing. Out: how far a function has come in a page table, and the join of two paths.

use std::collections::{BTreeMap, BTreeSet};

/// Where on its way a function is, seen from the one entry that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not come to the entry yet: all that it has seen were others.
    Before,
    /// It is at the entry.
    At,
    /// It has moved on: copies and other pointers may be left.
    Past,
}

/// Places that are told apart at which a path comes to the entry; all others are one.
const ARRIVALS: usize = 12;

/// How many sorts of paths are kept apart at a point.
pub(super) const PHASES: usize = 1 + 2 * ARRIVALS;

/// A place in a source file.
pub(super) type Place = (String, u32);

/// What is known of a table at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// Is the table locked?
    pub(super) locked: bool,
    /// Where the function is.
    pub(super) phase: Phase,
    /// Which of the places that it comes to is the entry's.
    pub(super) arrival: usize,
    /// Indices that lead to the entry, as written.
    pub(super) sums: BTreeSet<String>,
    /// Indices that have led to another entry since their names changed, each with where.
    pub(super) passed: BTreeMap<String, Place>,
    /// Where the function went over other entries.
    pub(super) passes: BTreeSet<Place>,
    /// Was the entry come to after another pass over the table, in which it may have been turned away?
    pub(super) again: bool,
}

impl Spot {
    /// Makes one.
    pub(super) fn new(locked: bool, phase: Phase) -> Self {
        Self {
            locked,
            phase,
            arrival: 0,
            sums: BTreeSet::new(),
            passed: BTreeMap::new(),
            passes: BTreeSet::new(),
            again: false,
        }
    }

    /// Joins two paths that are in one phase.
    pub(super) fn join(&self, other: &Self) -> Self {
        let passed = self
            .passed
            .iter()
            .filter(|(text, _)| other.passed.contains_key(*text));
        Self {
            locked: self.locked && other.locked,
            phase: self.phase,
            arrival: self.arrival,
            sums: self.sums.union(&other.sums).cloned().collect(),
            passed: passed
                .map(|(text, at)| (text.clone(), at.clone()))
                .collect(),
            passes: self.passes.union(&other.passes).cloned().collect(),
            again: self.again && other.again,
        }
    }

    /// Numbers what is kept apart at a point: paths that have not come to the entry, and for each place where they came to it
    /// those that are there and those that have moved on.
    pub(super) fn number(&self) -> usize {
        let arrival = self.arrival.min(ARRIVALS - 1);
        match self.phase {
            Phase::Before => 0,
            Phase::At => 1 + 2 * arrival,
            Phase::Past => 2 + 2 * arrival,
        }
    }

    /// Comes to the entry.
    pub(super) fn arrive(&mut self, place: &Place, arrival: usize) {
        self.phase = Phase::At;
        self.arrival = arrival;
        self.again = self.passes.iter().any(|own| own != place);
    }

    /// Moves on.
    pub(super) fn leave(&mut self) {
        if self.phase == Phase::At {
            self.phase = Phase::Past;
        }
        self.sums.clear();
    }
}
