//! In: outlined files. Out: the bodies that a call may mean: the caller's file's own, else those that it can link with.

use super::memory::ContractKey;
use super::scan::Hit;
use crate::flow::{Helper, Helpers};
use crate::syntax::ast::Lowered;
use crate::syntax::{Function, Lexer, LineCounter, Token, lower_variants};
use crate::vocabulary::{Definition, Headers};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Parses a function's span, its first line given.
pub(super) type Lower = fn(&[u8], u32) -> Vec<Lowered>;

/// A name that more files than this define, each its own way, is not followed.
const DEFINED: usize = 8;

/// Bodies of a tree, found when they are asked for.
pub(super) struct Library<'l> {
    headers: &'l Headers,
    lower: Lower,
    files: BTreeMap<&'l str, &'l Hit>,
    /// Functions by name, over all files at hand.
    by_name: BTreeMap<&'l str, Vec<(&'l Hit, usize)>>,
    known: Mutex<BTreeMap<(String, String), Found>>,
    /// Files at hand that are not read yet, each with its functions, and which of them would have been needed.
    unread: BTreeMap<&'l str, BTreeSet<&'l str>>,
    needed: Mutex<BTreeSet<String>>,
}

/// What a name means in a file.
#[derive(Clone)]
enum Found {
    /// One of these, each of another file: one, where it is clear; none, where a body is not understood.
    Bodies(Vec<Arc<Helper>>),
    /// None is at hand.
    Missing,
}

/// A library as one reader uses it: what was asked for and is not at hand is noted.
pub(super) struct Desk<'d> {
    library: &'d Library<'d>,
    seen: Mutex<Looked>,
}

/// What a reader looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    /// Every name that was asked for.
    pub(super) asked: BTreeSet<String>,
    /// Those that were asked for to tell what walkers may return.
    pub(super) through: BTreeSet<String>,
    /// What was told of walkers.
    pub(super) contracts: BTreeSet<ContractKey>,
    /// Names of either sort that were not found.
    pub(super) missed: BTreeSet<String>,
}

impl<'d> Desk<'d> {
    /// Opens one.
    pub(super) fn new(library: &'d Library<'d>) -> Self {
        Self {
            library,
            seen: Mutex::default(),
        }
    }

    /// Notes what was asked for, perhaps on another's behalf, to tell what a walker may return.
    pub(super) fn note(&self, key: ContractKey, others: &Looked) {
        let mut seen = self.lock();
        seen.through.extend(others.asked.iter().cloned());
        seen.missed.extend(others.missed.iter().cloned());
        seen.contracts.insert(key);
    }

    /// Gives what was looked for.
    pub(super) fn looked(self) -> Looked {
        self.seen
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Looked> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Helpers for Desk<'_> {
    fn all(&self, file: &str, name: &str) -> Vec<Arc<Helper>> {
        self.lock().asked.insert(name.to_owned());
        match self.library.find(file, name) {
            Found::Bodies(list) => list,
            Found::Missing => {
                self.lock().missed.insert(name.to_owned());
                Vec::new()
            }
        }
    }
}

impl<'l> Library<'l> {
    /// Makes one of files at hand.
    pub(super) fn new(headers: &'l Headers, hits: impl IntoIterator<Item = &'l Hit>) -> Self {
        let mut files = BTreeMap::new();
        let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for hit in hits {
            if files.insert(hit.path.as_str(), hit).is_some() {
                continue;
            }
            for (i, function) in hit.outline.functions.iter().enumerate() {
                by_name.entry(&function.name).or_default().push((hit, i));
            }
        }
        Self {
            headers,
            lower: lower_variants,
            files,
            by_name,
            known: Mutex::default(),
            unread: BTreeMap::new(),
            needed: Mutex::default(),
        }
    }

    /// Parses bodies in another way.
    pub(super) fn parsed_with(mut self, lower: Lower) -> Self {
        self.lower = lower;
        self
    }

    /// Adds files that are at hand but were not read: what is worked out without one that turns out to be needed is void.
    pub(super) fn with_unread(mut self, path: &'l str, functions: &'l [String]) -> Self {
        if !self.files.contains_key(path) {
            let names = functions.iter().map(String::as_str).collect();
            self.unread.insert(path, names);
        }
        self
    }

    /// Lists the files that would have been needed.
    pub(super) fn needed(self) -> BTreeSet<String> {
        self.needed
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn need(&self, path: &str) {
        let mut needed = self.needed.lock().unwrap_or_else(PoisonError::into_inner);
        needed.insert(path.to_owned());
    }

    fn find(&self, file: &str, name: &str) -> Found {
        let key = (file.to_owned(), name.to_owned());
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known().get(&key) {
            return found.clone();
        }
        // Two readers may look for the same at once: both find the same.
        let found = self.look(file, name);
        known().insert(key, found.clone());
        found
    }

    fn look(&self, file: &str, name: &str) -> Found {
        for (path, functions) in &self.unread {
            if functions.contains(name) {
                self.need(path);
            }
        }
        let everywhere = self
            .by_name
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let of_headers = self
            .headers
            .definitions
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let functions = || {
            of_headers
                .iter()
                .filter(|d| d.macro_parameters.is_none() && !d.is_stub())
        };
        // A file's own function hides all others, and another file's static one is never meant.
        let own: Vec<_> = everywhere
            .iter()
            .filter(|(hit, _)| hit.path == file)
            .copied()
            .collect();
        if !own.is_empty() {
            return Found::Bodies(
                from_files(&own, self.lower)
                    .into_iter()
                    .map(Arc::new)
                    .collect(),
            );
        }
        let inline: Vec<&Definition> = functions().filter(|d| d.file == file).collect();
        if !inline.is_empty() {
            return Found::Bodies(
                from_headers(&inline, self.lower)
                    .into_iter()
                    .map(Arc::new)
                    .collect(),
            );
        }
        let mut sources: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (hit, index) in everywhere {
            let linked =
                hit.path.ends_with(".c") && !is_static(hit, &hit.outline.functions[*index]);
            if linked {
                sources.entry(&hit.path).or_default().push((*hit, *index));
            }
        }
        let mut inline: BTreeMap<&str, Vec<&Definition>> = BTreeMap::new();
        for definition in functions() {
            inline.entry(&definition.file).or_default().push(definition);
        }
        if sources.is_empty() && inline.is_empty() {
            return Found::Missing;
        }
        if sources.len() + inline.len() > DEFINED {
            return Found::Bodies(Vec::new());
        }
        let sources = sources.values().map(|list| from_files(list, self.lower));
        let all = sources.chain(inline.values().map(|list| from_headers(list, self.lower)));
        let all: Option<Vec<_>> = all.map(|helper| helper.map(Arc::new)).collect();
        Found::Bodies(all.unwrap_or_default())
    }
}

impl Library<'_> {
    /// Quotes a line of a file at hand, trimmed.
    pub(super) fn line(&self, file: &str, line: u32) -> String {
        if self.unread.contains_key(file) {
            self.need(file);
        }
        let text = self
            .files
            .get(file)
            .map(|hit| hit.text.as_slice())
            .unwrap_or_default();
        let found = text
            .split(|b| *b == b'\n')
            .nth(line.saturating_sub(1) as usize);
        found
            .map(|l| String::from_utf8_lossy(l).trim().to_owned())
            .unwrap_or_default()
    }

    /// Gives the function `name` of `file` itself.
    pub(super) fn own(&self, file: &str, name: &str) -> Option<Helper> {
        if self.unread.contains_key(file) {
            self.need(file);
        }
        let hit = self.files.get(file)?;
        let index = hit.outline.functions.iter().position(|f| f.name == name)?;
        from_files(&[(*hit, index)], self.lower)
    }
}

/// Says whether a function can be called from its own file alone.
fn is_static(hit: &Hit, function: &Function) -> bool {
    let head = Lexer::within(&hit.text, function.span.start, function.parameters.start);
    let mut words = head.filter_map(|token| match token {
        Token::Word(a, b) => Some(&hit.text[a..b]),
        _ => None,
    });
    words.any(|word| word == b"static")
}

/// All definitions of a name in one file (the arms of an `#if`) are walked.
fn from_files(list: &[(&Hit, usize)], lower: Lower) -> Option<Helper> {
    let (first, _) = list.first()?;
    let mut helper = Helper {
        file: first.path.clone(),
        line: 0,
        bodies: Vec::new(),
    };
    let mut lines = LineCounter::new();
    for (hit, index) in list {
        let function = &hit.outline.functions[*index];
        let line = lines.locate(&hit.text, function.span.start).0;
        let bodies = lower(&hit.text[function.span.clone()], line);
        if bodies.is_empty() {
            return None;
        }
        if helper.line == 0 {
            helper.line = line;
        }
        helper.bodies.extend(bodies);
    }
    Some(helper)
}

fn from_headers(list: &[&Definition], lower: Lower) -> Option<Helper> {
    let first = list.first()?;
    let mut helper = Helper {
        file: first.file.clone(),
        line: first.line,
        bodies: Vec::new(),
    };
    for definition in list {
        let bodies = lower(&definition.text, definition.line);
        if bodies.is_empty() {
            return None;
        }
        helper.bodies.extend(bodies);
    }
    Some(helper)
}
