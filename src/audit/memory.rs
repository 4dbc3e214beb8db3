//! In: nothing. Out: the shape of what an audit remembers of its tree, so that the next one reads little of it.
//!
//! Nothing in here is a verdict that could outlive its reasons: a verdict is taken over only where nothing that it looked
//! at has changed, and everything that it looked at is written down beside it.

use super::facts::{Audit, BlindSpot};
use super::scan::Hit;
use crate::base::id::ObjectId;
use crate::syntax::{Function, LineCounter, outline};
use crate::tree::snapshot::Delta;
use crate::tree::source::{Choose, Node, Source, TreeError, Visit};
use crate::vocabulary::{Definition, Inferred};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Names the code that finds: a digest of its sources and tables. What another one found is not believed.
pub const ANALYSER: &str = env!("PTEWARD_ANALYSER");

/// What an audit remembers of its tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// C files of the tree.
    pub(super) files: u64,
    /// Headers that say something about entries.
    pub(super) headers: BTreeSet<String>,
    /// What the headers say.
    pub(super) inferred: Inferred,
    /// Functions that tell an entry's type.
    pub(super) tellers: Vec<String>,
    /// Names that walk, each with its walker.
    pub(super) walking: BTreeMap<String, String>,
    /// Files that hold a name that is looked for.
    pub(super) hits: BTreeMap<String, FileMemory>,
    /// Folders in which called functions were looked for.
    pub(super) folders: BTreeSet<String>,
    /// Files that were read for functions called, time by time.
    pub(super) fetched: Vec<Fetched>,
    /// What each file with a walk looked at.
    pub(super) traces: BTreeMap<String, Trace>,
    /// Blind spots that are no walk's.
    pub(super) bare: Vec<BlindSpot>,
    /// What was found.
    pub(super) audit: Audit,
}

/// What is remembered of a file that holds a name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileMemory {
    /// Its functions.
    pub(super) functions: Vec<String>,
    /// Does it hold a name that the search for walks looks for?
    pub(super) audited: bool,
    /// Does it hold one that the handling matrix looks for?
    pub(super) told: bool,
    /// Functions in it that other files' meaning may hang on: bodies of prototypes, and questions about an entry.
    pub(super) bodies: Vec<Body>,
}

/// A function's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Body {
    /// Its name.
    pub(super) name: String,
    /// Line of its head, from 1.
    pub(super) line: u32,
    /// Head and body; `None` where that is not UTF-8.
    pub(super) text: Option<String>,
    /// Is it the body of a prototype in a header? Else it is a question about an entry.
    pub(super) open: bool,
}

/// Files that were read because they name functions that are called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fetched {
    /// The names.
    pub(super) names: BTreeSet<String>,
    /// The files with their functions.
    pub(super) files: BTreeMap<String, Vec<String>>,
}

/// What the walks of one file looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trace {
    /// Every name of a function that was asked for, found or not.
    pub(super) asked: BTreeSet<String>,
    /// Names that were not found, time by time.
    pub(super) missed: Vec<BTreeSet<String>>,
    /// What could not be seen.
    pub(super) blind: Vec<BlindSpot>,
}

impl Memory {
    /// Gives what was found.
    pub fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Gives what was found, and forgets the rest.
    pub fn into_audit(self) -> Audit {
        self.audit
    }

    /// Counts the C files after a change.
    pub(super) fn files_after(&self, delta: &Delta) -> u64 {
        (self.files + delta.added.len() as u64).saturating_sub(delta.removed.len() as u64)
    }

    /// Lists all names that files were ever read for.
    pub(super) fn asked(&self) -> BTreeSet<&str> {
        self.fetched
            .iter()
            .flat_map(|f| &f.names)
            .map(String::as_str)
            .collect()
    }
}

impl Body {
    /// Takes a function of a file.
    pub(super) fn of(hit: &Hit, function: &Function, lines: &mut LineCounter, open: bool) -> Self {
        let text = hit.text[function.span.clone()].to_vec();
        Self {
            name: function.name.clone(),
            line: lines.locate(&hit.text, function.span.start).0,
            text: String::from_utf8(text).ok(),
            open,
        }
    }

    /// Gives it as a definition in `file`.
    pub(super) fn definition(&self, file: &str) -> Option<Definition> {
        let text = self.text.as_ref()?.as_bytes();
        let outline = outline(text, &|_| None);
        let function = outline.functions.first().filter(|f| f.name == self.name)?;
        Some(Definition::of_function(file, text, function, self.line))
    }

    /// Says whether two have the same meaning, wherever they stand.
    pub(super) fn says_the_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.open == other.open
            && self.text.is_some()
            && self.text == other.text
    }
}

/// A source of which only some files are read.
pub(super) struct Sifted<'s> {
    source: &'s dyn Source,
    keep: BTreeSet<&'s str>,
}

impl<'s> Sifted<'s> {
    /// Keeps some files.
    pub(super) fn new(source: &'s dyn Source, keep: BTreeSet<&'s str>) -> Self {
        Self { source, keep }
    }
}

impl Source for Sifted<'_> {
    fn describe(&self) -> String {
        self.source.describe()
    }

    fn commit(&self) -> Option<ObjectId> {
        self.source.commit()
    }

    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        self.source.node(path)
    }

    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        self.source.paths(choose)
    }

    fn visit(&self, under: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError> {
        let inside = |path: &&&str| {
            let below = |folder: &&str| {
                folder.is_empty()
                    || path
                        .strip_prefix(*folder)
                        .is_some_and(|rest| rest.starts_with('/'))
            };
            under.iter().any(below) && choose(path)
        };
        let wanted: Vec<&&str> = self.keep.iter().filter(inside).collect();
        wanted.into_par_iter().try_for_each(|path| {
            if let Some(bytes) = self.source.bytes(path)? {
                visit(path, &bytes);
            }
            Ok(())
        })
    }
}
