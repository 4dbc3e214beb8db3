//! In: nothing. Out: the shape of one kernel's whole vocabulary.

use super::predicate::Family;
use serde::{Deserialize, Serialize};

/// Where a name is defined or declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct At {
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The `#if` arms around it, outermost first.
    pub arms: Vec<String>,
    /// Is it a prototype, with the body elsewhere?
    pub declared: bool,
    /// Does it look at nothing, as the stand-in of a configuration without the kind does?
    pub stub: bool,
}

/// A kind, and what the tree calls it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// The constants that are the type of such an entry.
    pub constants: Vec<Constant>,
    /// What the tree's own functions of an entry's type answer for it: names of an enum.
    pub types: Vec<String>,
}

/// One constant of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constant {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub at: Vec<At>,
}

/// A predicate with all its arms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its name.
    pub name: String,
    /// What it tells apart.
    pub family: Family,
    /// The type that it takes; empty for a macro.
    pub takes: String,
    /// The kinds that it may accept.
    pub accepts: Vec<String>,
    /// The constants that it may accept: where some of a kind's are missing, it asks for more than the kind.
    pub constants: Vec<String>,
    /// Does it accept all constants of the kinds that it accepts?
    pub whole: bool,
    /// Is it known in one source file alone?
    pub local: bool,
    /// Its definitions and declarations.
    pub at: Vec<At>,
    /// Words of its bodies, to tell a new name from a new thing.
    #[serde(skip)]
    pub(super) words: Vec<String>,
}

/// What turns an entry of one type into the same entry of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Converter {
    /// Its name.
    pub name: String,
    /// The type that it takes; empty for a macro.
    pub from: String,
    /// The type that it gives; empty for a macro.
    pub to: String,
    /// Kinds that come out as another kind, each with that one.
    pub becomes: Vec<(String, String)>,
    /// Its definitions.
    pub at: Vec<At>,
}

/// What makes an entry of nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Constructor {
    /// Its name.
    pub name: String,
    /// The type that it gives; empty for a macro.
    pub gives: String,
    /// The kinds that it may make.
    pub makes: Vec<String>,
    /// The constants of what it may make.
    pub constants: Vec<String>,
    /// Its definitions.
    pub at: Vec<At>,
}

/// A walker, or a macro that calls one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkerName {
    /// Its name.
    pub name: String,
    /// The struct that is its cursor.
    pub cursor: String,
    /// The cursor's fields that hold an entry.
    pub fields: Vec<String>,
    /// Its declarations and definitions in headers.
    pub at: Vec<At>,
}

/// All that one kernel says about kinds. Lists are sorted by name, kinds as the tree orders them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// The kinds.
    pub kinds: Vec<Kind>,
    /// The predicates.
    pub predicates: Vec<Test>,
    /// The converters.
    pub converters: Vec<Converter>,
    /// The constructors.
    pub constructors: Vec<Constructor>,
    /// The walkers that it defines.
    pub walkers: Vec<WalkerName>,
}
