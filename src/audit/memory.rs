//! In: nothing. Out: the shape of what an audit remembers of its tree, so that the next one reads little of it.
//!
//! Nothing in here is a verdict that could outlive its reasons: a verdict is taken over only where nothing that it looked
//! at has changed, and everything that it looked at is written down beside it.

use super::facts::{Audit, BlindSpot};
use super::scan::Hit;
use crate::base::hash::blob_id;
use crate::base::id::ObjectId;
use crate::flow::FlagSet;
use crate::syntax::{Function, LineCounter, outline};
use crate::tree::snapshot::Delta;
use crate::tree::source::{Choose, Node, Source, TreeError, Visit};
use crate::vocabulary::{Atom, Definition, Headers, Inferred, Saying};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Names the code that finds: a digest of its sources and tables. What another one found is not believed.
pub const ANALYSER: &str = env!("PTEWARD_ANALYSER");

/// Hex digits kept of a function's digest: 128 bits, so that nobody finds two texts with one digest.
const DIGITS: usize = 32;

/// What an audit remembers of its tree.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// What most changes leave as it is; kept by itself.
    #[serde(skip)]
    pub(super) lasting: Arc<Lasting>,
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
    /// What the walks of each function looked at, by file and function.
    pub(super) traces: BTreeMap<String, BTreeMap<String, Trace>>,
    /// The functions that walks asked for, where they stand, and those with walks, by file and function.
    pub(super) places: BTreeMap<String, BTreeMap<String, Vec<Placed>>>,
    /// Functions with rows in the handling matrix, where they stand, by file and function.
    pub(super) rows: BTreeMap<String, BTreeMap<String, Vec<Placed>>>,
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
    /// Digest of what its walks may hang on beside functions that they ask for: macros without parameters, and functions
    /// named as a walker's own are.
    pub(super) beside: String,
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

/// What an audit remembers that is large, and that few changes touch.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Lasting {
    /// What the headers say.
    pub(super) headers: Arc<Headers>,
    /// What walkers may return, time by time as files were read.
    pub(super) contracts: Vec<Vec<Contract>>,
    /// What calls are worth to walks, and to the handling matrix, which knows more bodies.
    pub(super) said: [Vec<Saying>; 2],
    /// The name under which it is stored, once it is.
    #[serde(skip)]
    pub stored: OnceLock<String>,
}

/// What a contract was inferred for: a walker, a level, and what is known of the cursor's flags.
pub(super) type ContractKey = (String, String, FlagSet);

/// What a walker may return, and what that hangs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Contract {
    /// The walker.
    pub(super) walker: String,
    /// The level.
    pub(super) level: String,
    /// What is known of the cursor's flags.
    pub(super) flags: FlagSet,
    /// The atoms.
    pub(super) atoms: Vec<Atom>,
    /// Names of functions that were asked for, the walker's among them.
    pub(super) asked: BTreeSet<String>,
    /// Those that were not found.
    pub(super) missed: BTreeSet<String>,
}

impl Fetched {
    /// Gives the last of what was read time by time, without files that were at hand before: `is_first` says which were
    /// from the first.
    pub(super) fn new_in(all: &[Self], is_first: &dyn Fn(&str) -> bool) -> Self {
        let Some((last, before)) = all.split_last() else {
            return Self::default();
        };
        let mut new = last.clone();
        let known = |path: &str| before.iter().any(|f| f.files.contains_key(path));
        new.files.retain(|path, _| !is_first(path) && !known(path));
        new
    }

    /// Lists the functions of the files.
    pub(super) fn functions(&self) -> BTreeSet<&str> {
        self.files.values().flatten().map(String::as_str).collect()
    }
}

impl Contract {
    /// Gives what it was inferred for.
    pub(super) fn key(&self) -> ContractKey {
        (self.walker.clone(), self.level.clone(), self.flags.clone())
    }
}

impl Trace {
    /// Does what was found hang on a function of one of some names?
    pub(super) fn asks_for_any(&self, names: &BTreeSet<&str>) -> bool {
        let mut all = self.asked.iter().chain(&self.through);
        all.any(|name| names.contains(name.as_str()))
    }
}

/// Where a function stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Placed {
    /// First and last line, from 1.
    pub(super) lines: (u32, u32),
    /// Digest of its text.
    pub(super) digest: String,
}

/// What the walks of one function looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Trace {
    /// Every name of a function that was asked for, found or not.
    pub(super) asked: BTreeSet<String>,
    /// Those that were asked for to tell what walkers may return.
    pub(super) through: BTreeSet<String>,
    /// What was told of walkers.
    pub(super) contracts: BTreeSet<ContractKey>,
    /// Names of either sort that were not found, time by time.
    pub(super) missed: Vec<BTreeSet<String>>,
    /// What could not be seen.
    pub(super) blind: Vec<BlindSpot>,
    /// Did they look at callers in the file, too?
    pub(super) on_callers: bool,
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

    /// Gives what most changes leave as it is.
    pub fn lasting(&self) -> &Lasting {
        &self.lasting
    }

    /// Takes what was kept by itself.
    pub fn with_lasting(mut self, lasting: Lasting) -> Self {
        self.lasting = Arc::new(lasting);
        self
    }

    /// Lists the functions that walks hang on: those asked for, and those with walks.
    pub(super) fn wanted(&self) -> BTreeSet<&str> {
        wanted(&self.traces)
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

/// Lists the functions that walks hang on.
pub(super) fn wanted(traces: &BTreeMap<String, BTreeMap<String, Trace>>) -> BTreeSet<&str> {
    let all = traces.values().flatten();
    all.flat_map(|(name, trace)| trace.asked.iter().chain(&trace.through).chain([name]))
        .map(String::as_str)
        .collect()
}

/// Gives a digest of a text, so long that nobody finds two texts with one.
pub(super) fn digest(text: &[u8]) -> String {
    let mut digest = blob_id(text).to_string();
    digest.truncate(DIGITS);
    digest
}

impl Placed {
    /// Lists the functions of a file that have one of some names.
    pub(super) fn all(hit: &Hit, names: &BTreeSet<&str>) -> BTreeMap<String, Vec<Self>> {
        let mut lines = LineCounter::new();
        let mut out: BTreeMap<String, Vec<Self>> = BTreeMap::new();
        for function in &hit.outline.functions {
            if names.contains(function.name.as_str()) {
                let span = &function.span;
                let first = lines.locate(&hit.text, span.start).0;
                let last = lines.locate(&hit.text, span.end.saturating_sub(1)).0;
                let placed = Self {
                    lines: (first, last),
                    digest: digest(&hit.text[span.clone()]),
                };
                out.entry(function.name.clone()).or_default().push(placed);
            }
        }
        out
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
