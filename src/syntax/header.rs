//! In: the tokens between two top-level items. Out: whether a function begins there, and its name.
//!
//! C as the kernel writes it puts attribute macros before, between and behind: `__printf(1, 2) int
//! f(int x) __must_hold(&l) {`. The parameter list is the first group that is followed by nothing but
//! attributes.

use super::lexer::{Lexer, Token};

/// A group in brackets at the top level, with the word before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// The word before `(`.
    pub(super) name: (usize, usize),
    /// The place of `(`.
    pub(super) open: usize,
    /// The place behind `)`; `open` while it is not closed.
    pub(super) close: usize,
}

/// What stands before a `{` or `;` at the top level.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    /// Where the first token stands.
    pub(super) start: Option<usize>,
    /// The group that is taken for the parameter list.
    pub(super) group: Option<Group>,
    /// Did `=` come? Then a `{` opens an initialiser.
    pub(super) assigned: bool,
    /// The group that is open now, while brackets are.
    pending: Option<Group>,
    /// Words since the last group.
    words: Vec<(usize, usize)>,
    first: Option<(usize, usize)>,
    starred: bool,
}

/// Words that look like attributes: `__init`, `__must_hold`, `NOKPROBE`, `noinline`.
fn is_attribute(word: &[u8]) -> bool {
    word.starts_with(b"__")
        || word
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
}

fn is_type_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"int"
            | b"void"
            | b"long"
            | b"char"
            | b"unsigned"
            | b"short"
            | b"bool"
            | b"struct"
            | b"const"
            | b"static"
            | b"inline"
            | b"extern"
            | b"union"
            | b"enum"
            | b"signed"
            | b"if"
            | b"while"
            | b"for"
            | b"switch"
            | b"return"
    )
}

fn is_never_a_function(word: &[u8]) -> bool {
    matches!(
        word,
        b"__attribute__"
            | b"__attribute"
            | b"__aligned"
            | b"__declspec"
            | b"_Alignas"
            | b"__typeof__"
            | b"typeof"
            | b"asm"
            | b"__asm__"
            | b"__section"
    )
}

impl Header {
    /// Takes a word that stands outside brackets.
    pub(super) fn word(&mut self, start: usize, end: usize) {
        self.start.get_or_insert(start);
        self.first.get_or_insert((start, end));
        self.words.push((start, end));
    }

    /// Takes a `*` outside brackets.
    pub(super) fn star(&mut self) {
        self.starred = true;
    }

    /// Takes a `(` that opens a group; `before` is the word right before it, where there is one.
    pub(super) fn open(&mut self, text: &[u8], at: usize, before: Option<(usize, usize)>) {
        self.start.get_or_insert(at);
        let plain = before
            .filter(|(a, b)| !is_type_word(&text[*a..*b]) && !is_never_a_function(&text[*a..*b]));
        self.pending = plain
            .or_else(|| {
                if self.group.is_none() {
                    pointed(text, at)
                } else {
                    None
                }
            })
            .map(|name| Group {
                name,
                open: at,
                close: at,
            });
    }

    /// Takes the `)` that closes the group.
    pub(super) fn close(&mut self, text: &[u8], at: usize) {
        if let Some(mut group) = self.pending.take() {
            group.close = at + 1;
            let between = self.words.iter().filter(|word| **word != group.name);
            // A type between the groups says that the first one was an attribute (or a macro
            // without semicolon) and the function comes now.
            let retake = match self.group {
                None => true,
                Some(_) => {
                    self.starred || between.clone().any(|(a, b)| !is_attribute(&text[*a..*b]))
                }
            };
            if retake && !self.assigned {
                if self.group.is_some() {
                    self.start = self.words.first().map(|w| w.0).or(self.start);
                }
                self.group = Some(group);
            }
            self.words.clear();
            self.starred = false;
        }
    }

    /// Gives the word before the open brackets and their place.
    pub(super) fn owner(&self) -> Option<(usize, usize, usize)> {
        self.pending
            .map(|group| (group.name.0, group.name.1, group.open))
    }

    /// Says whether a `{` here opens `extern "C" {`, which is no depth.
    pub(super) fn is_linkage(&self, text: &[u8]) -> bool {
        self.group.is_none()
            && matches!(self.words.as_slice(), [(a, b)] if &text[*a..*b] == b"extern")
    }

    /// Says whether a `{` here opens a function's body.
    pub(super) fn begins_function(&self, text: &[u8]) -> bool {
        let plain_tail = self
            .words
            .iter()
            .all(|(a, b)| is_attribute(&text[*a..*b]) || is_lower_attribute(&text[*a..*b]));
        self.group.is_some() && !self.assigned && plain_tail
    }

    /// Says whether a `;` here ends a prototype.
    pub(super) fn is_prototype(&self, text: &[u8]) -> bool {
        let typedef = self.first.is_some_and(|(a, b)| &text[a..b] == b"typedef");
        let lone = self.group.is_some_and(|g| self.first == Some(g.name));
        self.begins_function(text) && !typedef && !lone
    }

    /// Gives the function's name: the word before the parameters, or `MACRO(first)` for a definition
    /// that a macro writes.
    pub(super) fn name(&self, text: &[u8]) -> String {
        let Some(group) = self.group else {
            return String::new();
        };
        let word = &text[group.name.0..group.name.1];
        let shown = String::from_utf8_lossy(word).into_owned();
        let by_macro = word.iter().all(|b| !b.is_ascii_lowercase());
        match by_macro
            .then(|| first_word(text, group.open + 1, group.close))
            .flatten()
        {
            Some(first) => format!("{shown}({first})"),
            None => shown,
        }
    }
}

/// Gives the function's name in `(*name(parameters))`: one that returns a function pointer.
fn pointed(text: &[u8], open: usize) -> Option<(usize, usize)> {
    let mut inside = Lexer::within(text, open + 1, text.len());
    match (inside.next(), inside.next(), inside.next()) {
        (Some(Token::Mark(b'*', _)), Some(Token::Word(a, b)), Some(Token::Mark(b'(', _))) => {
            Some((a, b))
        }
        _ => None,
    }
}

fn is_lower_attribute(word: &[u8]) -> bool {
    matches!(
        word,
        b"noinline" | b"noinstr" | b"notrace" | b"asmlinkage" | b"inline" | b"asm"
    )
}

/// Gives the first word between two places.
pub(super) fn first_word(text: &[u8], start: usize, end: usize) -> Option<String> {
    Lexer::within(text, start, end).find_map(|token| match token {
        Token::Word(a, b) => Some(String::from_utf8_lossy(&text[a..b]).into_owned()),
        _ => None,
    })
}
