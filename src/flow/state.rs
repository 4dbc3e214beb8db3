//! In: nothing. Out: what is known at a point, and the join of two paths.

use super::names::Names;
use super::spot::Spot;
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
    /// A pointer to another entry of the table.
    Elsewhere,
    /// An entry that is the same as one that is not followed, and may have been looked at there.
    Like,
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
            Self::Slot | Self::Cursor | Self::Elsewhere => Truth::Yes,
            Self::Flags | Self::Blurred | Self::Like => Truth::Either,
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

    /// Says whether it is neither an entry nor a pointer that may be one to the entry that is followed.
    fn leads_nowhere(&self) -> bool {
        match self {
            Self::Elsewhere => true,
            Self::Plain(value) => value.atom().is_none(),
            _ => false,
        }
    }

    pub(super) fn join(&self, other: &Self, (own, tabled): How) -> Self {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Self::Like, Self::Plain(_)) | (Self::Plain(_), Self::Like) => Self::Like,
            // No entry is followed behind the other pointer, nor where there is none: nothing is lost.
            (Self::Slot, other) | (other, Self::Slot) if tabled && other.leads_nowhere() => {
                Self::Slot
            }
            (Self::Elsewhere, other) | (other, Self::Elsewhere) if other.leads_nowhere() => {
                Self::Elsewhere
            }
            (Self::Plain(a), Self::Plain(b)) => {
                // Perhaps the entry, perhaps not: a use of it can be neither blamed nor cleared. What was
                // made on the way is another entry, and not the question.
                let mut atoms = [a.atom(), b.atom()].into_iter().flatten();
                match atoms.any(|atom| atom == own) {
                    // Where one entry is followed at a time, a use of the other is no use at all.
                    true if tabled
                        && matches!(a, Value::Entry(atom) | Value::Raw(atom) if *atom == own) =>
                    {
                        self.clone()
                    }
                    true if tabled
                        && matches!(b, Value::Entry(atom) | Value::Raw(atom) if *atom == own) =>
                    {
                        other.clone()
                    }
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

/// How two paths are joined: what the entry is, and whether it comes from a table that the function maps.
pub(super) type How = (Atom, bool);

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
    /// What is known of the table; `None` where the entry comes from no table that the function maps.
    pub(super) table: Option<Spot>,
}

impl State {
    /// Numbers a point and where on the way to the entry the path is.
    pub(super) fn node(&self, at: usize, phases: usize) -> usize {
        at * phases + self.table.as_ref().map_or(0, Spot::number)
    }

    /// Notes that the table's lock is taken or dropped.
    pub(super) fn lock(&mut self, taken: bool) {
        if let Some(spot) = &mut self.table {
            spot.locked = taken;
        }
    }

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
                (*field, worth.join(theirs, (own, self.table.is_some())))
            })
            .collect::<BTreeMap<_, _>>()
            .into()
    }

    /// Joins two paths of an entry that is `own`.
    pub(super) fn join(&self, other: &Self, own: Atom) -> Self {
        let how = (own, self.table.is_some());
        Self {
            names: self.names.join(&other.names, how),
            slot: self.slot.join(&other.slot, how),
            fields: self.join_fields(other, own),
            table: self
                .table
                .as_ref()
                .zip(other.table.as_ref())
                .map(|(a, b)| a.join(b)),
        }
    }
}
