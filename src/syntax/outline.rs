//! In: a C file and a set of words. Out: its functions, prototypes and macros, and every mention of a
//! word with what encloses it.
//!
//! By tokens, so it never fails: `#else` arms restart from the depth of their `#if`, and a `}` in
//! column one ends a function whose `{` stood in column one.

use super::arms::{Arms, Turn};
use super::header::{Header, first_word};
use super::lexer::{Lexer, LineCounter, Token};
use std::ops::Range;

/// A function with its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, or `MACRO(first)` where a macro writes its head.
    pub name: String,
    /// From the first token of its head to behind its `}`.
    pub span: Range<usize>,
    /// The parameters, brackets included.
    pub parameters: Range<usize>,
    /// The body, braces included.
    pub body: Range<usize>,
}

/// A prototype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prototype {
    /// The function's name.
    pub name: String,
    /// From the first token to the `;`.
    pub span: Range<usize>,
    /// The parameters, brackets included.
    pub parameters: Range<usize>,
}

/// A `#define`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Macro {
    /// Its name.
    pub name: String,
    /// The names of its parameters; `None` for an object-like one.
    pub parameters: Option<Vec<String>>,
    /// The whole directive.
    pub span: Range<usize>,
    /// What it stands for.
    pub body: Range<usize>,
}

/// What a mention is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MentionKind {
    /// `name(` in a function or at file level.
    Call,
    /// The name of a function with a body, or of a macro.
    Definition,
    /// The name of a prototype.
    Declaration,
    /// `name(` in a macro's body.
    InMacro,
    /// Neither: a function pointer, a variable of the same name.
    Bare,
}

/// What a mention stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosing {
    /// `functions[i]`.
    Function(usize),
    /// `macros[i]`.
    Macro(usize),
    /// Brackets of a macro at file level, as `TRACE_EVENT(name)`.
    Brackets(String),
    /// Nothing.
    File,
}

/// One mention of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The word, by the number that the caller's `find` gave.
    pub word: usize,
    /// Where it stands: bytes.
    pub at: usize,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What it is.
    pub kind: MentionKind,
    /// What it stands in.
    pub enclosing: Enclosing,
    /// The `#if` arms around it.
    pub arms: Vec<String>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Functions with bodies, in order.
    pub functions: Vec<Function>,
    /// Prototypes, in order.
    pub prototypes: Vec<Prototype>,
    /// Macros, in order.
    pub macros: Vec<Macro>,
    /// Mentions, in order.
    pub mentions: Vec<Mention>,
}

/// Numbers the words that are looked for.
pub(crate) type Find<'f> = &'f dyn Fn(&[u8]) -> Option<usize>;

/// Reads `text` and reports every mention that `find` knows.
pub fn outline(text: &[u8], find: Find<'_>) -> Outline {
    let mut reader = Reader {
        text,
        find,
        out: Outline::default(),
        arms: Arms::default(),
        saved: Vec::new(),
        depth: 0,
        brackets: 0,
        header: Header::default(),
        open: None,
        lines: LineCounter::new(),
        before: None,
        member: false,
        heads: Vec::new(),
    };
    reader.read();
    reader.out
}

/// Where an `#if` began, and where its first arm ended.
struct Saved {
    depth: usize,
    brackets: usize,
    header: Header,
    first_end: Option<(usize, usize)>,
}

/// A function whose body is open.
struct Open {
    function: usize,
    /// Does its `{` stand in column one?
    at_margin: bool,
}

struct Reader<'t, 'f> {
    text: &'t [u8],
    find: Find<'f>,
    out: Outline,
    arms: Arms,
    saved: Vec<Saved>,
    depth: usize,
    brackets: usize,
    header: Header,
    open: Option<Open>,
    lines: LineCounter,
    /// The word right before the present token.
    before: Option<(usize, usize)>,
    /// Did `.` or `->` come right before?
    member: bool,
    /// Mentions at the top level that wait to be told: definition, declaration or bare.
    heads: Vec<usize>,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        let mut lexer = Lexer::new(self.text);
        while let Some(token) = lexer.next() {
            match token {
                Token::Directive(start, end) => self.directive(start, end),
                Token::Word(start, end) => {
                    self.word(start, end, &lexer);
                    self.before = Some((start, end));
                    self.member = false;
                    continue;
                }
                Token::Mark(mark, at) => {
                    self.mark(mark, at);
                    self.member =
                        mark == b'.' || (mark == b'>' && at > 0 && self.text[at - 1] == b'-');
                }
                Token::Literal(..) => self.member = false,
            }
            self.before = None;
        }
        let end = self.text.len();
        if let Some(open) = self.open.take() {
            self.finish(open.function, end);
        }
    }

    fn finish(&mut self, function: usize, end: usize) {
        let function = &mut self.out.functions[function];
        function.span.end = end;
        function.body.end = end;
    }

    fn word(&mut self, start: usize, end: usize, lexer: &Lexer<'_>) {
        let top = self.depth == 0 && self.brackets == 0;
        if top {
            self.header.word(start, end);
        }
        let Some(word) = (self.find)(&self.text[start..end]).filter(|_| !self.member) else {
            return;
        };
        let called = lexer.peek_mark() == Some(b'(');
        let kind = if called && !top {
            MentionKind::Call
        } else {
            MentionKind::Bare
        };
        if called && top {
            self.heads.push(self.out.mentions.len());
        }
        let enclosing = match &self.open {
            Some(open) => Enclosing::Function(open.function),
            None if self.brackets > 0 && self.depth == 0 => {
                Enclosing::Brackets(self.bracket_owner())
            }
            None => Enclosing::File,
        };
        self.mention(word, start, kind, enclosing);
    }

    fn mention(&mut self, word: usize, at: usize, kind: MentionKind, enclosing: Enclosing) {
        let (line, column) = self.lines.locate(self.text, at);
        self.out.mentions.push(Mention {
            word,
            at,
            line,
            column,
            kind,
            enclosing,
            arms: self.arms.conditions(),
        });
    }

    /// Names the macro whose brackets are open at file level.
    fn bracket_owner(&self) -> String {
        let Some((start, end, open)) = self.header.owner() else {
            return String::new();
        };
        let name = String::from_utf8_lossy(&self.text[start..end]).into_owned();
        match first_word(self.text, open + 1, self.text.len()) {
            Some(first) => format!("{name}({first})"),
            None => name,
        }
    }

    fn mark(&mut self, mark: u8, at: usize) {
        let top = self.depth == 0 && self.brackets == 0;
        match mark {
            b'(' => {
                if top {
                    self.header.open(self.text, at, self.before);
                }
                self.brackets += 1;
            }
            b')' => {
                self.brackets = self.brackets.saturating_sub(1);
                if self.depth == 0 && self.brackets == 0 {
                    self.header.close(self.text, at);
                }
            }
            b'{' => self.brace(at),
            b'}' => self.unbrace(at),
            b'=' if top => self.header.assigned = true,
            b'*' if top => self.header.star(),
            b';' if top => self.semicolon(at),
            _ => {}
        }
    }

    fn at_margin(&self, at: usize) -> bool {
        at == 0 || self.text[at - 1] == b'\n'
    }

    fn brace(&mut self, at: usize) {
        // A `{` in column one while brackets are open: some macro's brackets went astray.
        if self.at_margin(at) && self.depth == 0 {
            self.brackets = 0;
        }
        if self.depth == 0 && self.brackets == 0 {
            if self.header.is_linkage(self.text) {
                self.header = Header::default();
                return;
            }
            if self.header.begins_function(self.text) {
                self.begin(at);
            }
        }
        self.depth += 1;
    }

    fn begin(&mut self, at: usize) {
        let Some(group) = self.header.group else {
            return;
        };
        self.settle(MentionKind::Definition, group.name.0);
        let index = self.out.functions.len();
        self.out.functions.push(Function {
            name: self.header.name(self.text),
            span: self.header.start.unwrap_or(group.name.0)..at,
            parameters: group.open..group.close,
            body: at..at,
        });
        if let Some(open) = self.open.replace(Open {
            function: index,
            at_margin: self.at_margin(at),
        }) {
            self.finish(open.function, at);
        }
    }

    fn unbrace(&mut self, at: usize) {
        let margin = self.at_margin(at) && self.open.as_ref().is_some_and(|open| open.at_margin);
        self.depth = if margin {
            0
        } else {
            self.depth.saturating_sub(1)
        };
        if self.depth > 0 {
            return;
        }
        if let Some(open) = self.open.take() {
            self.brackets = 0;
            self.finish(open.function, at + 1);
            self.header = Header::default();
            self.heads.clear();
        }
    }

    fn semicolon(&mut self, at: usize) {
        if self.header.is_prototype(self.text)
            && let Some(group) = self.header.group
        {
            self.settle(MentionKind::Declaration, group.name.0);
            self.out.prototypes.push(Prototype {
                name: self.header.name(self.text),
                span: self.header.start.unwrap_or(group.name.0)..at,
                parameters: group.open..group.close,
            });
        }
        self.header = Header::default();
        self.heads.clear();
    }

    /// Tells the waiting mention at `name` what it is.
    fn settle(&mut self, kind: MentionKind, name: usize) {
        for head in self.heads.drain(..) {
            let mention = &mut self.out.mentions[head];
            if mention.at == name {
                mention.kind = kind;
            }
        }
    }

    fn directive(&mut self, start: usize, end: usize) {
        let mut tokens = Lexer::within(self.text, start + 1, end);
        let Some(Token::Word(a, b)) = tokens.next() else {
            return;
        };
        let keyword = &self.text[a..b];
        if keyword == b"define" {
            self.define(start, end, tokens);
            return;
        }
        let guarded = (keyword == b"ifndef")
            .then(|| next_define(self.text, end))
            .flatten();
        match self.arms.take(keyword, &self.text[b..end], guarded) {
            Some(Turn::Open) => self.saved.push(Saved {
                depth: self.depth,
                brackets: self.brackets,
                header: self.header.clone(),
                first_end: None,
            }),
            Some(Turn::Next) => {
                let now = (self.depth, self.brackets);
                if let Some(saved) = self.saved.last_mut() {
                    saved.first_end.get_or_insert(now);
                    self.depth = saved.depth;
                    self.brackets = saved.brackets;
                    self.header = saved.header.clone();
                }
            }
            Some(Turn::Close) => {
                if let Some((depth, brackets)) = self.saved.pop().and_then(|saved| saved.first_end)
                {
                    self.depth = depth;
                    self.brackets = brackets;
                }
            }
            None => {}
        }
    }

    fn define(&mut self, start: usize, end: usize, mut tokens: Lexer<'_>) {
        let Some(Token::Word(a, b)) = tokens.next() else {
            return;
        };
        let mut parameters = None;
        let mut body = b;
        // A parameter list only where the bracket touches the name.
        if self.text.get(b) == Some(&b'(') {
            let mut names = Vec::new();
            body = end;
            for token in tokens.by_ref() {
                match token {
                    Token::Word(a, b) => {
                        names.push(String::from_utf8_lossy(&self.text[a..b]).into_owned());
                    }
                    Token::Mark(b')', at) => {
                        body = at + 1;
                        break;
                    }
                    _ => {}
                }
            }
            parameters = Some(names);
        }
        let index = self.out.macros.len();
        if let Some(word) = (self.find)(&self.text[a..b]) {
            self.mention(word, a, MentionKind::Definition, Enclosing::File);
        }
        let mut member = false;
        let mut inside = Lexer::within(self.text, body, end);
        while let Some(token) = inside.next() {
            if let Token::Word(a, b) = token
                && !member
                && let Some(word) = (self.find)(&self.text[a..b])
            {
                let called = inside.peek_mark() == Some(b'(');
                let kind = if called {
                    MentionKind::InMacro
                } else {
                    MentionKind::Bare
                };
                self.mention(word, a, kind, Enclosing::Macro(index));
            }
            member = matches!(token, Token::Mark(b'.', _))
                || matches!(token, Token::Mark(b'>', at) if at > 0 && self.text[at - 1] == b'-');
        }
        self.out.macros.push(Macro {
            name: String::from_utf8_lossy(&self.text[a..b]).into_owned(),
            parameters,
            span: start..end,
            body: body..end,
        });
    }
}

/// Gives the name that the directive right behind `from` defines: an include guard's mark.
fn next_define(text: &[u8], from: usize) -> Option<&[u8]> {
    let mut lexer = Lexer::new(text.get(from..)?);
    let Some(Token::Directive(start, end)) = lexer.next() else {
        return None;
    };
    let mut words = Lexer::within(text, from + start + 1, from + end);
    match (words.next(), words.next(), words.next()) {
        (Some(Token::Word(a, b)), Some(Token::Word(c, d)), third) if &text[a..b] == b"define" => {
            // `#define X X` marks an override and guards nothing.
            match third {
                Some(Token::Word(..)) => None,
                _ => Some(&text[c..d]),
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
