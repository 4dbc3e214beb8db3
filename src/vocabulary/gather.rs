//! In: a tree. Out: the functions and macros of its headers that have to do with entries.

use super::kinds::Kinds;
use super::tables::{Domain, entry_types};
use crate::base::AnyOf;
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use crate::syntax::{
    Function, Lexer, LineCounter, Token, ast::Lowered, lower_function, lower_macro, outline,
};
use crate::tree::source::{Source, TreeError};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};

/// Folders whose headers are read. Drivers, tools and samples have no entry types of their own; their
/// headers are a third of a tree's bytes.
const FOLDERS: [&str; 13] = [
    "include", "arch", "mm", "kernel", "fs", "virt", "lib", "block", "ipc", "security", "net",
    "init", "crypto",
];

/// A function or macro with a body, or a prototype without one.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// The header (or, for a prototype's body, the file).
    pub file: String,
    /// Line of its head, from 1.
    pub line: u32,
    /// Macro's parameters; `None` for a function.
    pub macro_parameters: Option<Vec<String>>,
    /// Head and body of a function, or a macro's body; empty for a prototype.
    pub text: Vec<u8>,
    /// What stands before the name of a function: its return type.
    pub returns: String,
    /// By-value parameters of entry type: position and domain.
    pub(super) entries: Vec<(usize, Domain)>,
    /// Is it the stand-in for a body in a source file?
    pub(super) stub: bool,
    /// Does it also take a pointer to an entry? Then it does something and asks nothing.
    pub(super) acts: bool,
    /// Words of the body.
    pub(super) words: BTreeSet<String>,
    pub(super) lowered: OnceLock<Option<Lowered>>,
}

impl Definition {
    /// Says whether it stands in for a body in a source file, for configurations without that.
    pub(crate) fn is_stub(&self) -> bool {
        self.stub
    }

    /// Parses the body, once.
    pub(super) fn lowered(&self) -> Option<&Lowered> {
        self.lowered
            .get_or_init(|| match &self.macro_parameters {
                Some(parameters) => lower_macro(parameters, &self.text, self.line),
                None if self.text.is_empty() => None,
                None => lower_function(&self.text, self.line),
            })
            .as_ref()
    }
}

/// What the headers say.
#[derive(Debug, Default)]
pub struct Headers {
    /// Definitions by name; several where arms or architectures differ.
    pub definitions: BTreeMap<String, Vec<Definition>>,
    /// Prototypes of functions that take an entry, may answer yes or no, and have no body in a header.
    pub open: BTreeMap<String, Definition>,
    /// The kinds.
    pub kinds: Kinds,
    /// Headers that say something of all this.
    pub files: BTreeSet<String>,
    /// Headers that define a kind's constant.
    pub(super) constant_files: BTreeSet<String>,
    /// 4-byte windows counted over a sample of the headers: which substrings are rare.
    pub rarity: Vec<u32>,
}

/// What one header says.
struct Found {
    file: String,
    definitions: Vec<Definition>,
    prototypes: Vec<Definition>,
    /// Names of all prototypes: a body beside one is a stub.
    declared: BTreeSet<String>,
    constants: Vec<String>,
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
                headers.constant_files.insert(header.file);
            }
            constants.extend(header.constants);
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

fn read_header(path: &str, text: &[u8]) -> Found {
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
                let mut definition =
                    Definition::new(&entry.name, path, lines.locate(text, entry.span.start).0);
                definition.macro_parameters = Some(parameters.clone());
                definition.words = words(body);
                definition.text = body.to_vec();
                found.definitions.push(definition);
            }
        } else if entry.name.starts_with("SWP_") && words(body).contains("MAX_SWAPFILES") {
            found.constants.push(entry.name.clone());
        }
    }
    found
}

impl Definition {
    /// Makes one with nothing but its place.
    pub fn new(name: &str, file: &str, line: u32) -> Self {
        Self {
            name: name.to_owned(),
            file: file.to_owned(),
            line,
            macro_parameters: None,
            text: Vec::new(),
            returns: String::new(),
            entries: Vec::new(),
            stub: false,
            acts: false,
            words: BTreeSet::new(),
            lowered: OnceLock::new(),
        }
    }

    /// Makes one of a function of a file; `line` is that of its head.
    pub fn of_function(file: &str, text: &[u8], function: &Function, line: u32) -> Self {
        let mut definition = Self::new(&function.name, file, line);
        definition.returns = returns(
            text,
            function.span.start,
            function.parameters.start,
            &function.name,
        );
        (definition.entries, definition.acts) =
            entry_parameters(&text[function.parameters.clone()]);
        definition.words = words(&text[function.body.clone()]);
        definition.text = text[function.span.clone()].to_vec();
        definition
    }

    /// Makes one of a function that may be a question about an entry: it takes one by value, none by its place, and
    /// may answer yes or no.
    pub fn of_question(
        file: &str,
        text: &[u8],
        function: &Function,
        lines: &mut LineCounter,
    ) -> Option<Self> {
        let (entries, acts) = entry_parameters(&text[function.parameters.clone()]);
        let (start, end) = (function.span.start, function.parameters.start);
        let asks = !entries.is_empty()
            && !acts
            && may_answer_yes_or_no(&returns(text, start, end, &function.name));
        asks.then(|| Self::of_function(file, text, function, lines.locate(text, start).0))
    }

    /// Says whether the body calls a function for what it does: whoever does something is asked nothing. Checks and
    /// warnings are macros, in capitals.
    pub(super) fn does_something(&self) -> bool {
        fn within(list: &[Stmt]) -> bool {
            list.iter().any(|statement| match &statement.node {
                Form::Do(Expr {
                    node: Node::Call(name, _),
                    ..
                }) => name.bytes().any(|byte| byte.is_ascii_lowercase()),
                Form::Block(list) => within(list),
                Form::If(_, then, other) => {
                    within(std::slice::from_ref(then))
                        || other
                            .as_deref()
                            .is_some_and(|s| within(std::slice::from_ref(s)))
                }
                Form::While(_, body) | Form::DoWhile(body, _) | Form::Switch(_, body) => {
                    within(std::slice::from_ref(body))
                }
                Form::For(_, _, _, body) => within(std::slice::from_ref(body)),
                Form::Arms(arms) => arms.iter().any(|(_, list)| within(list)),
                _ => false,
            })
        }
        self.lowered().is_some_and(|lowered| within(&lowered.body))
    }

    /// Says whether the body has one of some words.
    pub fn says_any(&self, words: &BTreeSet<&str>) -> bool {
        self.words.iter().any(|word| words.contains(word.as_str()))
    }

    /// Says whether the body calls `name`.
    pub fn calls(&self, name: &str) -> bool {
        if !self.words.contains(name) {
            return false;
        }
        let mut lexer = Lexer::within(&self.text, 0, self.text.len());
        while let Some(token) = lexer.next() {
            if let Token::Word(a, b) = token
                && &self.text[a..b] == name.as_bytes()
                && lexer.peek_mark() == Some(b'(')
            {
                return true;
            }
        }
        false
    }

    /// Says whether a body looks at its parameters at all: a stub does not.
    pub(super) fn reads_parameters(&self) -> bool {
        // The words are those of the body, so a name in the head does not count.
        self.lowered().is_some_and(|l| {
            l.parameters
                .iter()
                .any(|(_, name)| self.words.contains(name))
        })
    }

    /// Gives a prototype the body that was found in a source file.
    pub fn with_body(&self, file: &str, line: u32, text: &[u8]) -> Self {
        let mut out = self.clone();
        out.file = file.to_owned();
        out.line = line;
        out.words = words(text);
        out.text = text.to_vec();
        out.lowered = OnceLock::new();
        out
    }
}

/// Says whether a return type can carry yes or no.
pub(super) fn may_answer_yes_or_no(returns: &str) -> bool {
    !returns.contains('*')
        && returns
            .split_whitespace()
            .any(|word| matches!(word, "bool" | "_Bool" | "int"))
}

fn returns(text: &[u8], start: usize, parameters: usize, name: &str) -> String {
    let head = String::from_utf8_lossy(&text[start..parameters.max(start)]).into_owned();
    let head = head.trim_end();
    head.strip_suffix(name)
        .unwrap_or(head)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Says whether a type's name is one of the entry types.
pub(super) fn entry_domain(name: &str) -> Option<Domain> {
    // Every entry type ends so; most words are turned away by two bytes.
    if !name.ends_with("_t") {
        return None;
    }
    entry_types()
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, domain)| *domain)
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

/// Finds the by-value parameters of entry type in a parameter list with its brackets, and says whether
/// there is a pointer to one.
fn entry_parameters(list: &[u8]) -> (Vec<(usize, Domain)>, bool) {
    let (mut out, mut acts) = (Vec::new(), false);
    let (mut depth, mut position, mut domain, mut pointer) = (0_u32, 0, None, false);
    for token in Lexer::within(list, 0, list.len()) {
        match token {
            Token::Mark(b'(' | b'[', _) => depth += 1,
            Token::Mark(b',', _) if depth == 1 => {
                acts |= domain.is_some() && pointer;
                out.extend(domain.take().filter(|_| !pointer).map(|d| (position, d)));
                position += 1;
                pointer = false;
            }
            Token::Mark(b')' | b']', _) => depth = depth.saturating_sub(1),
            Token::Mark(b'*', _) => pointer = true,
            Token::Word(a, b) if depth == 1 => {
                if let Some(found) = std::str::from_utf8(&list[a..b]).ok().and_then(entry_domain) {
                    domain = Some(found);
                }
            }
            _ => {}
        }
    }
    acts |= domain.is_some() && pointer;
    out.extend(domain.filter(|_| !pointer).map(|d| (position, d)));
    (out, acts)
}

fn words(text: &[u8]) -> BTreeSet<String> {
    Lexer::within(text, 0, text.len())
        .filter_map(|token| match token {
            Token::Word(a, b) => Some(String::from_utf8_lossy(&text[a..b]).into_owned()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_value_entries() {
        assert_eq!(
            entry_parameters(b"(pte_t pte)"),
            (vec![(0, Domain::Full)], false)
        );
        assert_eq!(
            entry_parameters(b"(struct mm *mm, swp_entry_t entry, pmd_t *pmd)"),
            (vec![(1, Domain::Swap)], true)
        );
        assert_eq!(
            entry_parameters(b"(pte_t *ptep, int (*f)(pte_t))"),
            (vec![], true)
        );
    }
}
