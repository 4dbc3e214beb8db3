//! In: the bytes of an HTML page. Out: its tags, texts and comments in order, entities decoded.
//!
//! The tokenizer is html5ever's. No tree is built: archives' pages are told by their marks and their order, and a tree
//! of hostile markup costs more than its length.

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind::{self, Rawtext, Rcdata, ScriptData};
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token as Raw, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use mail_parser::decoders::charsets::map::charset_decoder;
use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;

/// Bytes of a page that are read.
const LIMIT: usize = 16 << 20;
/// Bytes handed to the tokenizer at once.
const CHUNK: usize = 8 << 10;
/// Chunks without any tag, text or comment in them, after which the page is given up: attributes of one tag are
/// compared with each other, so a tag's length has to have a bound.
const SILENCE: usize = 4;

/// A piece of a page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A start tag: name in small letters, attributes.
    Open(String, Vec<(String, String)>),
    /// An end tag.
    Close(String),
    /// Text between tags.
    Text(String),
    /// What stands in a comment, trimmed.
    Comment(String),
}

impl Token {
    /// Says whether it is a start tag of this name.
    pub(super) fn opens(&self, name: &str) -> bool {
        matches!(self, Self::Open(own, _) if own == name)
    }

    /// Says whether it is an end tag of this name.
    pub(super) fn closes(&self, name: &str) -> bool {
        matches!(self, Self::Close(own) if own == name)
    }

    /// Gives an attribute of a start tag.
    pub(super) fn attribute(&self, key: &str) -> Option<&str> {
        let Self::Open(_, attributes) = self else {
            return None;
        };
        let found = attributes.iter().find(|(own, _)| own == key)?;
        Some(&found.1)
    }
}

/// A page taken apart.
pub(super) struct Document {
    tokens: Vec<Token>,
}

/// Says whether a text is HTML: it begins with a tag or a comment, and has a tag that pages have.
pub(super) fn is_html(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(8192)];
    let start = start.trim_ascii_start();
    if !start.starts_with(b"<") {
        return false;
    }
    let lower = start.to_ascii_lowercase();
    ["<html", "<!doctype html", "<head", "<body", "<pre"]
        .iter()
        .any(|tag| memchr::memmem::find(&lower, tag.as_bytes()).is_some())
}

impl Document {
    /// Takes a page apart. What could not be read goes to `notes`.
    pub(super) fn parse(bytes: &[u8], name: &str, notes: &mut Vec<String>) -> Self {
        let text = decoded(&bytes[..bytes.len().min(LIMIT)], name, notes);
        let (tokens, whole) = tokens(&text);
        if !whole || bytes.len() > LIMIT {
            notes.push(format!(
                "{name}: the page is too long or broken; only its first part was read"
            ));
        }
        Self { tokens }
    }

    /// Gives everything on the page.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Finds what stands between two comments.
    pub(super) fn between(&self, start: &str, end: &str) -> Option<&[Token]> {
        let comment = |text: &str, from: usize| {
            let rest = &self.tokens[from..];
            let found = rest
                .iter()
                .position(|token| matches!(token, Token::Comment(own) if own == text));
            found.map(|at| from + at)
        };
        let from = comment(start, 0)? + 1;
        let to = comment(end, from).unwrap_or(self.tokens.len());
        Some(&self.tokens[from..to])
    }

    /// Gives what stands behind `key` in the first comment that begins so, entities decoded.
    pub(super) fn comment(&self, key: &str) -> Option<String> {
        let value = self.tokens.iter().find_map(|token| match token {
            Token::Comment(text) => text.strip_prefix(key),
            _ => None,
        })?;
        Some(unescaped(value.trim()))
    }

    /// Gives what stands behind `key` in every comment that begins so, entities decoded.
    pub(super) fn comments(&self, key: &str) -> Vec<String> {
        let values = self.tokens.iter().filter_map(|token| match token {
            Token::Comment(text) => text.strip_prefix(key),
            _ => None,
        });
        values.map(|value| unescaped(value.trim())).collect()
    }

    /// Finds what is inside the first element, from a token on, that `wanted` likes.
    pub(super) fn element(
        &self,
        from: usize,
        wanted: impl Fn(&Token) -> bool,
    ) -> Option<Range<usize>> {
        let start = from + self.tokens.get(from..)?.iter().position(wanted)?;
        let Token::Open(name, _) = &self.tokens[start] else {
            return None;
        };
        let mut depth = 1;
        for (at, token) in self.tokens.iter().enumerate().skip(start + 1) {
            if token.opens(name) {
                // These end where the next of their kind begins.
                if matches!(name.as_str(), "a" | "li" | "p") {
                    return Some(start + 1..at);
                }
                depth += 1;
            } else if token.closes(name) {
                depth -= 1;
            }
            if depth == 0 {
                return Some(start + 1..at);
            }
        }
        Some(start + 1..self.tokens.len())
    }
}

/// Decodes the entities of a text that is no markup.
pub(super) fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let (tokens, _) = tokens(&text.replace('<', "&lt;"));
    tokens
        .into_iter()
        .filter_map(|token| match token {
            Token::Text(text) => Some(text),
            _ => None,
        })
        .collect()
}

/// Turns a page into UTF-8: as it is, else by the charset it names, else as browsers read what names none.
fn decoded<'t>(bytes: &'t [u8], name: &str, notes: &mut Vec<String>) -> Cow<'t, str> {
    // A page cut at the limit may end inside a letter.
    match std::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) if error.error_len().is_none() => {
            return String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        }
        Err(_) => {}
    }
    let head = bytes[..bytes.len().min(2048)].to_ascii_lowercase();
    let named = memchr::memmem::find(&head, b"charset=").map(|at| {
        let rest = &head[at + b"charset=".len()..];
        let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        let end = rest
            .iter()
            .position(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
        String::from_utf8_lossy(&rest[..end.unwrap_or(rest.len())]).into_owned()
    });
    let charset = named.filter(|charset| !matches!(charset.as_str(), "utf-8" | "us-ascii"));
    let charset = charset.unwrap_or_else(|| "windows-1252".to_owned());
    notes.push(format!("{name}: the page is no UTF-8; read as {charset}"));
    match charset_decoder(charset.as_bytes()) {
        Some(decoder) => Cow::Owned(decoder(bytes)),
        None => String::from_utf8_lossy(bytes),
    }
}

/// Escapes ampersands that begin no whole entity: an archive that escapes, escapes all, so these stand for themselves
/// (`&notifier` is no `¬ifier`).
fn guarded(text: &str) -> Cow<'_, str> {
    let bare = |at: usize| {
        let rest = &text.as_bytes()[at + 1..];
        let rest = rest.strip_prefix(b"#").unwrap_or(rest);
        let length = rest
            .iter()
            .take(32)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        length == 0 || rest.get(length) != Some(&b';')
    };
    let mut out = String::new();
    let mut from = 0;
    for at in memchr::memchr_iter(b'&', text.as_bytes()).filter(|&at| bare(at)) {
        out.push_str(&text[from..=at]);
        out.push_str("amp;");
        from = at + 1;
    }
    if from == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[from..]);
    Cow::Owned(out)
}

/// Gathers tokens.
#[derive(Default)]
struct Sink {
    tokens: RefCell<Vec<Token>>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Raw, _line: u64) -> TokenSinkResult<()> {
        let mut tokens = self.tokens.borrow_mut();
        match token {
            Raw::CharacterTokens(text) => match tokens.last_mut() {
                Some(Token::Text(last)) => last.push_str(&text),
                _ => tokens.push(Token::Text(text.to_string())),
            },
            Raw::CommentToken(text) => tokens.push(Token::Comment(text.trim().to_owned())),
            Raw::TagToken(tag) => {
                let name = tag.name.to_string();
                if tag.kind == TagKind::EndTag {
                    tokens.push(Token::Close(name));
                    return TokenSinkResult::Continue;
                }
                let raw = raw_kind(&name);
                let attributes = tag.attrs.iter();
                let attributes =
                    attributes.map(|one| (one.name.local.to_string(), one.value.to_string()));
                tokens.push(Token::Open(name, attributes.collect()));
                if let Some(raw) = raw {
                    return TokenSinkResult::RawData(raw);
                }
            }
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Elements whose content is no markup.
fn raw_kind(name: &str) -> Option<RawKind> {
    match name {
        "title" | "textarea" => Some(Rcdata),
        "style" | "iframe" | "xmp" => Some(Rawtext),
        "script" => Some(ScriptData),
        _ => None,
    }
}

/// Takes markup apart; false where it was given up before its end.
fn tokens(text: &str) -> (Vec<Token>, bool) {
    let text = guarded(text);
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest: &str = &text;
    // How much there is to tell that the tokenizer goes on: tokens, and the length of the last text.
    let progress = || {
        let tokens = tokenizer.sink.tokens.borrow();
        let last = match tokens.last() {
            Some(Token::Text(text)) => text.len(),
            _ => 0,
        };
        (tokens.len(), last)
    };
    let (mut seen, mut silent) = (progress(), 0);
    while !rest.is_empty() && silent < SILENCE {
        let mut end = rest.len().min(CHUNK);
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        input.push_back(StrTendril::from_slice(&rest[..end]));
        rest = &rest[end..];
        let _done = tokenizer.feed(&input);
        silent = if progress() == seen { silent + 1 } else { 0 };
        seen = progress();
    }
    let whole = rest.is_empty();
    if whole {
        tokenizer.end();
    }
    (tokenizer.sink.tokens.take(), whole)
}
