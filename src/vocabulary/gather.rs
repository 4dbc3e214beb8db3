//! In: a tree. Out: the functions and macros of its headers that have to do with entries.

use super::answers::Answered;
use super::definition::{
    Definition, entry_domain, entry_parameters, may_answer_yes_or_no, returns, words,
};
use super::kinds::Kinds;
use super::tables::entry_types;
use crate::base::AnyOf;
use crate::syntax::{Lexer, Token, outline};
use crate::tree::source::{Source, TreeError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Folders whose headers are read. Drivers, tools and samples have no entry types of their own; their
/// headers are a third of a tree's bytes.
const FOLDERS: [&str; 13] = [
    "include", "arch", "mm", "kernel", "fs", "virt", "lib", "block", "ipc", "security", "net",
    "init", "crypto",
];

/// What the headers say.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Headers {
    /// Definitions by name; several where arms or architectures differ.
    pub definitions: BTreeMap<String, Vec<Definition>>,
    /// Prototypes of functions that take an entry, may answer yes or no, and have no body in a header.
    pub open: BTreeMap<String, Definition>,
    /// The kinds.
    pub kinds: Kinds,
    /// Headers that say something of all this.
    pub files: BTreeSet<String>,
    /// Kinds' constants, by the header that defines them.
    pub(super) constants: BTreeMap<String, Vec<String>>,
    /// 4-byte windows counted over a sample of the headers: which substrings are rare. Not kept: a search only needs it to
    /// be quick.
    #[serde(skip)]
    pub rarity: Vec<u32>,
    /// What they say of calls, as far as it was asked.
    #[serde(skip)]
    pub(super) answered: Arc<Answered>,
}

/// What one header says.
pub(super) struct Found {
    file: String,
    pub(super) definitions: Vec<Definition>,
    pub(super) prototypes: Vec<Definition>,
    /// Names of all prototypes: a body beside one is a stub.
    pub(super) declared: BTreeSet<String>,
    pub(super) constants: Vec<String>,
}

impl Headers {
    /// Reads the headers of `source`.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn gather(source: &dyn Source) -> Result<Self, TreeError> {
        let scan = AnyOf::new(&wanted()).map_err(|e| TreeError::Unusable(e.to_string()))?;
        let found: Mutex<(Vec<Found>, Vec<u32>)> = Mutex::new((Vec::new(), vec![0; 1 << 16]));
        source.visit(&FOLDERS, &|path| path.ends_with(".h"), &|path, text| {
            // One header in sixteen is enough of a sample.
            let sample = path.len() % 16 == 0;
            let header = scan
                .find(text, 0)
                .is_some()
                .then(|| read_header(path, text));
            if header.is_some() || sample {
                let mut found = found
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                found.0.extend(header);
                if sample {
                    count_windows(&mut found.1, text);
                }
            }
        })?;
        let (mut found, rarity) = found
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        found.sort_by(|a, b| a.file.cmp(&b.file));
        Ok(Self::collect(found, rarity))
    }

    /// Gives a copy to change.
    pub(crate) fn copy(&self) -> Self {
        Self {
            definitions: self.definitions.clone(),
            open: self.open.clone(),
            kinds: self.kinds.clone(),
            files: self.files.clone(),
            constants: self.constants.clone(),
            rarity: self.rarity.clone(),
            answered: Arc::default(),
        }
    }

    /// Says whether a file of these bytes at `path` is a header that says something.
    pub fn reads(path: &str, text: &[u8]) -> bool {
        let below = |folder: &&str| {
            path.strip_prefix(*folder)
                .is_some_and(|rest| rest.starts_with('/'))
        };
        path.ends_with(".h")
            && FOLDERS.iter().any(below)
            && wanted()
                .iter()
                .any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
    }

    fn collect(found: Vec<Found>, rarity: Vec<u32>) -> Self {
        let mut headers = Self {
            rarity,
            ..Self::default()
        };
        let mut prototypes = Vec::new();
        let mut constants = Vec::new();
        for header in found {
            headers.files.insert(header.file.clone());
            for mut definition in header.definitions {
                // A body beside the prototype is the stub of another configuration: the real one is elsewhere.
                definition.stub = definition.macro_parameters.is_none()
                    && header.declared.contains(&definition.name);
                headers
                    .definitions
                    .entry(definition.name.clone())
                    .or_default()
                    .push(definition);
            }
            prototypes.extend(header.prototypes);
            if !header.constants.is_empty() {
                constants.extend(header.constants.iter().cloned());
                headers.constants.insert(header.file, header.constants);
            }
        }
        for prototype in prototypes {
            // A macro may be such a stub too, where the function is one that is looked for.
            if let Some(list) = headers.definitions.get_mut(&prototype.name) {
                list.iter_mut()
                    .filter(|d| d.file == prototype.file)
                    .for_each(|d| d.stub = true);
            }
            headers
                .open
                .entry(prototype.name.clone())
                .or_insert(prototype);
        }
        headers.kinds = Kinds::new(constants);
        headers
    }
}

/// Lists words of which a header that says something holds one.
fn wanted() -> Vec<&'static str> {
    let mut wanted: Vec<&str> = entry_types().iter().map(|(name, _)| *name).collect();
    wanted.push("MAX_SWAPFILES");
    wanted.extend(super::tables::walkers().iter().map(|walker| walker.cursor));
    wanted
}

/// Counts 4-byte windows of a sample: 4 KiB from the middle, behind the licence.
fn count_windows(counts: &mut [u32], text: &[u8]) {
    let middle = &text[text.len() / 2..];
    for window in middle[..middle.len().min(4 << 10)].windows(4) {
        let slot = &mut counts[window_slot(window)];
        *slot = slot.saturating_add(1);
    }
}

/// Gives the counter of a 4-byte window in [`Headers::rarity`].
pub fn window_slot(window: &[u8]) -> usize {
    let value = u32::from_le_bytes([window[0], window[1], window[2], window[3]]);
    (value.wrapping_mul(0x9E37_79B1) >> 16) as usize
}

pub(super) fn read_header(path: &str, text: &[u8]) -> Found {
    let out = outline(text, &|_| None);
    let mut lines = crate::syntax::LineCounter::new();
    let mut found = Found {
        file: path.to_owned(),
        definitions: Vec::new(),
        prototypes: Vec::new(),
        declared: BTreeSet::new(),
        constants: Vec::new(),
    };
    for function in &out.functions {
        let head = &text[function.span.start..function.body.start];
        if mentions_entry_type(head) || mentions_cursor(head) {
            let line = lines.locate(text, function.span.start).0;
            let definition = Definition::of_function(path, text, function, line);
            found.definitions.push(definition);
        }
    }
    let bodies: BTreeSet<&str> = out.functions.iter().map(|f| f.name.as_str()).collect();
    for prototype in &out.prototypes {
        let (entries, acts) = entry_parameters(&text[prototype.parameters.clone()]);
        let returns = returns(
            text,
            prototype.span.start,
            prototype.parameters.start,
            &prototype.name,
        );
        // A `static` prototype announces a body of the same header.
        if !returns.contains("static") && bodies.contains(prototype.name.as_str()) {
            found.declared.insert(prototype.name.clone());
        }
        if !entries.is_empty() && may_answer_yes_or_no(&returns) && !returns.contains("static") {
            let mut definition = Definition::new(
                &prototype.name,
                path,
                lines.locate(text, prototype.span.start).0,
            );
            definition.returns = returns;
            definition.entries = entries;
            definition.acts = acts;
            found.prototypes.push(definition);
        }
    }
    for entry in &out.macros {
        let body = &text[entry.body.clone()];
        if let Some(parameters) = &entry.parameters {
            if !parameters.is_empty() && !body.is_empty() {
                let place = (path, lines.locate(text, entry.span.start).0);
                let definition = Definition::of_macro(&entry.name, place, parameters, body);
                found.definitions.push(definition);
            }
        } else if entry.name.starts_with("SWP_") && words(body).contains("MAX_SWAPFILES") {
            found.constants.push(entry.name.clone());
        }
    }
    found
}

/// Says whether a walker's cursor is among the types of a head.
fn mentions_cursor(head: &[u8]) -> bool {
    super::tables::walkers()
        .iter()
        .any(|walker| memchr::memmem::find(head, walker.cursor.as_bytes()).is_some())
}

fn mentions_entry_type(text: &[u8]) -> bool {
    Lexer::within(text, 0, text.len()).any(|token| match token {
        Token::Word(a, b) => {
            std::str::from_utf8(&text[a..b]).is_ok_and(|word| entry_domain(word).is_some())
        }
        _ => false,
    })
}
