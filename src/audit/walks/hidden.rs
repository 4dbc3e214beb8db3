//! In: a file with a walk. Out: what its macros without parameters hide in the function, and functions named as the
//! walker's own are.

use super::Place;
use crate::syntax::{Lexer, Token};
use std::collections::BTreeSet;

impl Place<'_> {
    /// Gives a macro of the file that the function names and that stands for more than a value: it calls something.
    pub(super) fn hidden(&self) -> Option<&str> {
        let text = &self.hit.text;
        let objects = self
            .objects()
            .filter(|(_, body)| calls(&text[body.clone()]));
        let objects: BTreeSet<&str> = objects.map(|(name, _)| name).collect();
        if objects.is_empty() {
            return None;
        }
        let span = &self.function.body;
        Lexer::within(text, span.start, span.end).find_map(|token| match token {
            Token::Word(a, b) => {
                let word = std::str::from_utf8(&text[a..b]).ok()?;
                objects.get(word).copied()
            }
            _ => None,
        })
    }

    /// Says whether a name is a macro of the file that has no parameters: what it stands for is not read.
    pub(super) fn is_object(&self, name: &str) -> bool {
        self.objects().any(|(own, _)| own == name)
    }

    fn objects(&self) -> impl Iterator<Item = (&str, std::ops::Range<usize>)> {
        let all = self.hit.outline.macros.iter();
        let objects = all.filter(|own| own.parameters.is_none());
        objects.map(|own| (own.name.as_str(), own.body.clone()))
    }

    /// Lists the functions of the file that are named as the walker's own are.
    pub(super) fn alike(&self) -> BTreeSet<&str> {
        let all = self.hit.outline.functions.iter().map(|f| f.name.as_str());
        let own = all.filter(|name| self.walker.owns(name) && *name != self.walker.name);
        own.filter(|_| self.hit.path.ends_with(".c")).collect()
    }
}

/// Does a macro's body call a function?
fn calls(body: &[u8]) -> bool {
    let mut lexer = Lexer::within(body, 0, body.len());
    while let Some(token) = lexer.next() {
        if let Token::Word(a, b) = token
            && body[a..b].iter().any(u8::is_ascii_lowercase)
            && &body[a..b] != b"sizeof"
            && lexer.peek_mark() == Some(b'(')
        {
            return true;
        }
    }
    false
}
