//! In: nothing. Out: what is known at a point of a walker, and the join of two ways there.

use super::asked::Question;
use crate::vocabulary::{Truth, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a field of the cursor that points to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// It is `NULL`.
    Null,
    /// It is not.
    Set,
    /// It may be either.
    Either,
}

/// The worth of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// A value as the vocabulary knows them.
    Value(Value),
    /// The cursor.
    Cursor,
    /// The cursor's flags.
    Flags,
    /// A pointer to the entry of a level.
    Slot(usize),
    /// What a question was answered.
    Asked(Question),
}

/// What is known at a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// The cursor's fields, as the walker's table orders them.
    pub(super) places: Vec<Place>,
    /// Questions that were answered yes on every way here, since the cursor moved.
    pub(super) passed: BTreeSet<Question>,
    /// The sort of entry, where every way here told of one.
    pub(super) sort: Option<&'static str>,
    /// Is the table locked on every way here?
    pub(super) locked: bool,
    /// Locals and parameters.
    pub(super) names: BTreeMap<String, Worth>,
}

impl Place {
    /// Makes one of the answer to whether it is set.
    pub(super) fn of(set: bool) -> Self {
        if set { Self::Set } else { Self::Null }
    }

    /// Says whether it is set.
    pub(super) fn truth(self) -> Truth {
        match self {
            Self::Null => Truth::No,
            Self::Set => Truth::Yes,
            Self::Either => Truth::Either,
        }
    }
}

impl State {
    /// Keeps what holds on both ways.
    pub(super) fn join(&self, other: &Self) -> Self {
        let place = |(a, b): (&Place, &Place)| if a == b { *a } else { Place::Either };
        let names = self
            .names
            .iter()
            .filter(|(name, worth)| other.names.get(*name) == Some(worth));
        Self {
            places: self.places.iter().zip(&other.places).map(place).collect(),
            passed: self.passed.intersection(&other.passed).cloned().collect(),
            sort: self.sort.filter(|sort| other.sort == Some(sort)),
            locked: self.locked && other.locked,
            names: names.map(|(n, w)| (n.clone(), w.clone())).collect(),
        }
    }
}
