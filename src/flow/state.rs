//! In: nothing. Out: what is known at a point, and the join of two paths.

use super::names::Names;
use crate::vocabulary::{Atom, Truth, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The worth of an expression in a function that walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Worth {
    /// A value as the vocabulary knows them.
    Plain(Value),
    /// A pointer to the entry.
    Slot,
    /// The cursor, or a pointer to it.
    Cursor,
    /// The cursor's flags.
    Flags,
    /// A pointer that may or may not be one to the entry.
    Blurred,
    /// What a function answers that was handed the entry and is not followed, as far as it is assumed.
    Asked(Truth),
}

impl Worth {
    /// Makes one of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self::Plain(Value::Unknown)
    }

    /// Reads it as a condition.
    pub(super) fn truth(&self) -> Truth {
        match self {
            Self::Plain(value) => value.truth(),
            Self::Slot | Self::Cursor => Truth::Yes,
            Self::Flags | Self::Blurred => Truth::Either,
            Self::Asked(truth) => *truth,
        }
    }

    /// Gives the value that it stands for to the vocabulary.
    pub(super) fn value(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            _ => Value::Unknown,
        }
    }

    pub(super) fn join(&self, other: &Self, own: Atom) -> Self {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Self::Plain(a), Self::Plain(b)) => {
                // Perhaps the entry, perhaps not: a use of it can be neither blamed nor cleared. What was
                // made on the way is another entry, and not the question.
                let mut atoms = [a.atom(), b.atom()].into_iter().flatten();
                match atoms.any(|atom| atom == own) {
                    true => Self::Plain(Value::Derived(own)),
                    false => Self::unknown(),
                }
            }
            (Self::Slot | Self::Cursor | Self::Blurred, _)
            | (_, Self::Slot | Self::Cursor | Self::Blurred) => Self::Blurred,
            _ => Self::unknown(),
        }
    }
}

/// What the cursor's fields are worth, shared until one is written.
pub(super) type Fields = Arc<BTreeMap<&'static str, Worth>>;

/// What is known at a point, for one kind of entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct State {
    /// Locals and parameters by name; a name that is not here has no known worth.
    pub(super) names: Names,
    /// What stands where the cursor points.
    pub(super) slot: Worth,
    /// The cursor's fields that hold a level: the pointer to the entry, null, or another pointer.
    pub(super) fields: Fields,
}

impl State {
    /// Joins what is known of the cursor's fields.
    pub(super) fn join_fields(&self, other: &Self, own: Atom) -> Fields {
        if self.fields == other.fields {
            return Arc::clone(&self.fields);
        }
        let unknown = Worth::unknown();
        self.fields
            .iter()
            .map(|(field, worth)| {
                let theirs = other.fields.get(field).unwrap_or(&unknown);
                (*field, worth.join(theirs, own))
            })
            .collect::<BTreeMap<_, _>>()
            .into()
    }

    /// Joins two paths of an entry that is `own`.
    pub(super) fn join(&self, other: &Self, own: Atom) -> Self {
        Self {
            names: self.names.join(&other.names, own),
            slot: self.slot.join(&other.slot, own),
            fields: self.join_fields(other, own),
        }
    }
}
