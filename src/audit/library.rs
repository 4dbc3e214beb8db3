//! In: outlined files. Out: the one body that a call means, static ones first.

use super::scan::Hit;
use crate::flow::{Helper, Helpers};
use crate::syntax::{LineCounter, lower_variants};
use crate::vocabulary::{Definition, Headers};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Bodies of a tree, found when they are asked for.
pub(super) struct Library<'l> {
    headers: &'l Headers,
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
    /// This body.
    One(Arc<Helper>),
    /// Several, or one that is not understood.
    Unclear,
    /// None is at hand.
    Missing,
}

impl Found {
    fn of(helper: Option<Helper>) -> Self {
        helper.map_or(Self::Unclear, |helper| Self::One(Arc::new(helper)))
    }
}

/// A library as one reader uses it: what was asked for and is not at hand is noted.
pub(super) struct Desk<'d> {
    library: &'d Library<'d>,
    seen: RefCell<Looked>,
}

/// What a reader looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    /// Every name that was asked for.
    pub(super) asked: BTreeSet<String>,
    /// Those that were not found.
    pub(super) missed: BTreeSet<String>,
}

impl<'d> Desk<'d> {
    /// Opens one.
    pub(super) fn new(library: &'d Library<'d>) -> Self {
        Self {
            library,
            seen: RefCell::default(),
        }
    }

    /// Notes names that somebody else asked for on this reader's behalf.
    pub(super) fn note(&self, others: &Looked) {
        let mut seen = self.seen.borrow_mut();
        seen.asked.extend(others.asked.iter().cloned());
        seen.missed.extend(others.missed.iter().cloned());
    }

    /// Gives what was looked for.
    pub(super) fn looked(self) -> Looked {
        self.seen.into_inner()
    }
}

impl Helpers for Desk<'_> {
    fn find(&self, file: &str, name: &str) -> Option<Arc<Helper>> {
        self.seen.borrow_mut().asked.insert(name.to_owned());
        match self.library.find(file, name) {
            Found::One(helper) => Some(helper),
            Found::Unclear => None,
            Found::Missing => {
                self.seen.borrow_mut().missed.insert(name.to_owned());
                None
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
            files,
            by_name,
            known: Mutex::default(),
            unread: BTreeMap::new(),
            needed: Mutex::default(),
        }
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
        // Static first: a file's own function hides all others.
        let own: Vec<_> = everywhere
            .iter()
            .filter(|(hit, _)| hit.path == file)
            .collect();
        let of_headers = self
            .headers
            .definitions
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let inline: Vec<&Definition> = of_headers
            .iter()
            .filter(|d| d.macro_parameters.is_none())
            .collect();
        let sources: Vec<_> = everywhere
            .iter()
            .filter(|(hit, _)| hit.path.ends_with(".c"))
            .collect();
        let chosen = match (own.as_slice(), sources.as_slice(), inline.as_slice()) {
            ([], [], []) => return Found::Missing,
            ([], [], _) => return Found::of(from_headers(&inline)),
            ([], list, _) => list.to_vec(),
            (own, _, _) => own.to_vec(),
        };
        Found::of(from_files(&chosen))
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
        let hit = self.files.get(file)?;
        let index = hit.outline.functions.iter().position(|f| f.name == name)?;
        from_files(&[&(*hit, index)])
    }
}

/// All definitions in one file (the arms of an `#if`) are walked; in several files, none is chosen.
fn from_files(list: &[&(&Hit, usize)]) -> Option<Helper> {
    let (first, _) = list.first()?;
    if list.iter().any(|(hit, _)| hit.path != first.path) {
        return None;
    }
    let mut helper = Helper {
        file: first.path.clone(),
        line: 0,
        bodies: Vec::new(),
    };
    let mut lines = LineCounter::new();
    for (hit, index) in list {
        let function = &hit.outline.functions[*index];
        let line = lines.locate(&hit.text, function.span.start).0;
        let bodies = lower_variants(&hit.text[function.span.clone()], line);
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

fn from_headers(list: &[&Definition]) -> Option<Helper> {
    let first = list.first()?;
    if list.iter().any(|d| d.file != first.file) {
        return None;
    }
    let mut helper = Helper {
        file: first.file.clone(),
        line: first.line,
        bodies: Vec::new(),
    };
    for definition in list {
        let bodies = lower_variants(&definition.text, definition.line);
        if bodies.is_empty() {
            return None;
        }
        helper.bodies.extend(bodies);
    }
    Some(helper)
}
