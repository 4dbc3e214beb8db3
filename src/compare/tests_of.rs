//! In: one state. Out: the word for each test in it, over all runs.

use super::side::{Boot, Side};
use crate::ktap::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// What one state says of one test.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Said {
    /// Every run that came to it says the same.
    Once(Outcome),
    /// Runs differ.
    Flaky(BTreeSet<Outcome>),
    /// The guest finished without it.
    Absent,
    /// No run came so far.
    NotReached,
    /// No run booted.
    NotBooted,
    /// There is no image.
    NotBuilt,
}

impl Said {
    /// Gives the word for rows: an outcome, several joined by `|`, or why there is none.
    pub(super) fn word(&self) -> String {
        match self {
            Self::Once(outcome) => outcome.word().to_owned(),
            Self::Flaky(all) => all.iter().map(|o| o.word()).collect::<Vec<_>>().join("|"),
            Self::Absent => "absent".to_owned(),
            Self::NotReached => "not-reached".to_owned(),
            Self::NotBooted => "not-booted".to_owned(),
            Self::NotBuilt => "not-built".to_owned(),
        }
    }
}

/// The outcomes of every test of a state.
pub(super) struct Tests<'s> {
    side: &'s Side,
    outcomes: BTreeMap<&'s str, BTreeSet<Outcome>>,
}

impl<'s> Tests<'s> {
    pub(super) fn new(side: &'s Side) -> Self {
        let mut outcomes: BTreeMap<&str, BTreeSet<Outcome>> = BTreeMap::new();
        for run in side.runs() {
            for test in &run.tests {
                outcomes.entry(&test.name).or_default().insert(test.outcome);
            }
            if run.boot == Boot::Finished {
                // A finished run without a test that another run has: it is missing there.
                let seen: BTreeSet<&str> =
                    run.tests.iter().map(|test| test.name.as_str()).collect();
                for other in side.runs().iter().flat_map(|run| &run.tests) {
                    if !seen.contains(other.name.as_str()) {
                        outcomes
                            .entry(&other.name)
                            .or_default()
                            .insert(Outcome::Missing);
                    }
                }
            }
        }
        Self { side, outcomes }
    }

    /// Lists the names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'s str> {
        self.outcomes.keys().copied()
    }

    /// Says what the state says of a test.
    pub(super) fn of(&self, name: &str) -> Said {
        if let Some(all) = self.outcomes.get(name) {
            return match all.iter().next() {
                Some(one) if all.len() == 1 => Said::Once(*one),
                _ => Said::Flaky(all.clone()),
            };
        }
        let Side::Built(runs) = self.side else {
            return Said::NotBuilt;
        };
        if runs.iter().any(|run| run.boot == Boot::Finished) {
            Said::Absent
        } else if runs.iter().any(|run| matches!(run.boot, Boot::Broken(_))) {
            Said::NotReached
        } else {
            Said::NotBooted
        }
    }
}
