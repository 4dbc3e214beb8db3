//! In: nothing. Out: the shape of what a series changes among the sites and walks of a kernel.

use serde::{Deserialize, Serialize};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Touched {
    /// A site: a call, definition or declaration of a predicate.
    Site,
    /// A walk: a call of a walker.
    Walk,
}

impl Touched {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Walk => "walk",
        }
    }
}

/// What a patch does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It stands after the patch, not before.
    Added,
    /// It stands before the patch, not after.
    Removed,
    /// It stands before and after, on a line that the patch changes.
    Touched,
}

impl ChangeKind {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Touched => "touched",
        }
    }
}

/// The state in which file and line of a change are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The state before the patch.
    Before,
    /// The state after the patch.
    After,
}

impl Side {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Before => "before",
            Self::After => "after",
        }
    }
}

/// One site or walk on a line that a patch changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReviewChange {
    /// Number of the patch in its series.
    pub patch: u32,
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1, in the state that `side` names.
    pub line: u32,
    /// Enclosing function; empty at file level.
    pub function: String,
    /// Site or walk.
    pub what: Touched,
    /// The predicate or the walker.
    pub name: String,
    /// What the patch does to it.
    pub change: ChangeKind,
    /// Where `file` and `line` are to be read.
    pub side: Side,
}
