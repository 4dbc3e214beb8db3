//! In: nothing. Out: the shape of a predicate.

use serde::{Deserialize, Serialize};

/// What a predicate tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// The kind of a swap entry.
    Entry,
    /// Markers.
    Marker,
    /// Present or none, and no more.
    Presence,
}

impl Family {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Marker => "marker",
            Self::Presence => "presence",
        }
    }
}

/// A function or macro that answers yes or no about an entry's kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Predicate {
    /// Its name.
    pub name: String,
    /// What it tells apart.
    pub family: Family,
    /// The kinds for which some arm may answer yes; empty where not known.
    pub accepts: Vec<String>,
    /// Where its first definition or declaration stands.
    pub file: String,
    /// Line of that, from 1.
    pub line: u32,
}
