//! In: nothing. Out: what an expression over an entry can be worth.

use super::kinds::Atom;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The worth of an expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) enum Value {
    /// An entry that is this atom.
    Entry(Atom),
    /// The raw bits of such an entry.
    Raw(Atom),
    /// The type field of such an entry.
    Type(Atom),
    /// Something computed from such an entry.
    Derived(Atom),
    /// A named constant.
    Constant(String),
    /// A number, or yes and no.
    Number(i64),
    /// Anything.
    Unknown,
}

/// What a value says as a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Either.
    Either,
}

impl Value {
    /// Makes a yes or no.
    pub(crate) fn bool(answer: bool) -> Self {
        Self::Number(i64::from(answer))
    }

    /// Reads the value as a condition.
    pub(crate) fn truth(&self) -> Truth {
        match self {
            Self::Number(0) => Truth::No,
            Self::Number(_) => Truth::Yes,
            Self::Raw(atom) if *atom == super::kinds::NONE => Truth::No,
            Self::Raw(_) => Truth::Yes,
            // The negative of an error's number.
            Self::Constant(name) if name.starts_with("-E") => Truth::Yes,
            _ => Truth::Either,
        }
    }

    /// Gives the atom that the value speaks of.
    pub(crate) fn atom(&self) -> Option<Atom> {
        match self {
            Self::Entry(a) | Self::Raw(a) | Self::Type(a) | Self::Derived(a) => Some(*a),
            _ => None,
        }
    }
}

impl Truth {
    /// Turns yes into no.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Either => Self::Either,
        }
    }

    /// Makes a value of it.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Yes => Value::bool(true),
            Self::No => Value::bool(false),
            Self::Either => Value::Unknown,
        }
    }
}

/// Names in scope.
pub(crate) type Scope = BTreeMap<String, Value>;

/// Joins the scopes of two paths: names that differ are unknown.
pub(crate) fn join(a: Scope, b: &Scope) -> Scope {
    a.into_iter()
        .map(|(name, value)| {
            let same = b.get(&name) == Some(&value);
            let value = if same { value } else { Value::Unknown };
            (name, value)
        })
        .collect()
}
