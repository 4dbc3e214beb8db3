//! In: a function, macro or prototype of a file. Out: what is kept of it: its text, and what it takes and gives.

use super::tables::{Domain, entry_types};
use crate::syntax::ast::{Expr, Form, Lowered, Node, Stmt};
use crate::syntax::{Function, Lexer, LineCounter, Token, lower_function, lower_macro};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

/// A function or macro with a body, or a prototype without one.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    #[serde(with = "lossless")]
    pub text: Vec<u8>,
    /// What stands before the name of a function: its return type.
    pub returns: String,
    /// By-value parameters of entry type: position and domain.
    pub(super) entries: Vec<(usize, Domain)>,
    /// Is it the stand-in for a body in a source file?
    pub(super) stub: bool,
    /// Does it also take a pointer to an entry? Then it does something and asks nothing.
    pub(super) acts: bool,
    /// Where in the text the body's words stand.
    pub(super) body: Range<usize>,
    #[serde(skip)]
    words: OnceLock<BTreeSet<String>>,
    #[serde(skip)]
    lowered: OnceLock<Option<Lowered>>,
}

impl Definition {
    /// Says whether it stands in for a body in a source file, for configurations without that.
    pub(crate) fn is_stub(&self) -> bool {
        self.stub
    }

    /// Stands on another line now.
    pub(super) fn move_to(&mut self, line: u32) {
        self.line = line;
        // What was parsed of it speaks of the old lines.
        self.lowered = OnceLock::new();
    }

    /// Lists the words of the body, worked out once.
    pub(super) fn words(&self) -> &BTreeSet<String> {
        self.words
            .get_or_init(|| words(&self.text[self.body.clone()]))
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
            body: 0..0,
            words: OnceLock::new(),
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
        let (start, body) = (function.span.start, &function.body);
        definition.body = body.start - start..body.end - start;
        definition.text = text[function.span.clone()].to_vec();
        definition
    }

    /// Makes one of a macro with parameters.
    pub(super) fn of_macro(
        name: &str,
        (file, line): (&str, u32),
        parameters: &[String],
        body: &[u8],
    ) -> Self {
        let mut definition = Self::new(name, file, line);
        definition.macro_parameters = Some(parameters.to_vec());
        definition.body = 0..body.len();
        definition.text = body.to_vec();
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
        self.words()
            .iter()
            .any(|word| words.contains(word.as_str()))
    }

    /// Says whether the body calls `name`.
    pub fn calls(&self, name: &str) -> bool {
        if !self.words().contains(name) {
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
                .any(|(_, name)| self.words().contains(name))
        })
    }

    /// Gives a prototype the body that was found in a source file.
    pub fn with_body(&self, file: &str, line: u32, text: &[u8]) -> Self {
        let mut out = self.clone();
        out.file = file.to_owned();
        out.line = line;
        out.body = 0..text.len();
        out.text = text.to_vec();
        out.words = OnceLock::new();
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

/// Gives what stands before the name of a function.
pub(super) fn returns(text: &[u8], start: usize, parameters: usize, name: &str) -> String {
    let head = String::from_utf8_lossy(&text[start..parameters.max(start)]).into_owned();
    let head = head.trim_end();
    head.strip_suffix(name)
        .unwrap_or(head)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Lists the words of a text.
pub(super) fn words(text: &[u8]) -> BTreeSet<String> {
    Lexer::within(text, 0, text.len())
        .filter_map(|token| match token {
            Token::Word(a, b) => Some(String::from_utf8_lossy(&text[a..b]).into_owned()),
            _ => None,
        })
        .collect()
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

/// Finds the by-value parameters of entry type in a parameter list with its brackets, and says whether
/// there is a pointer to one.
pub(super) fn entry_parameters(list: &[u8]) -> (Vec<(usize, Domain)>, bool) {
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

/// Bytes as a string of as many characters: no byte is lost, and ASCII stays what it is.
mod lossless {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        let text: String = bytes.iter().copied().map(char::from).collect();
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
        bytes.ok_or_else(|| serde::de::Error::custom("a character that stands for no byte"))
    }
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
