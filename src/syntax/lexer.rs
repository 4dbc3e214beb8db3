//! In: the bytes of a C file. Out: its tokens, without comments; a directive is one token.
//!
//! Never fails: an unterminated comment, string or directive ends where the text (or line) does.

use memchr::{memchr, memchr2, memmem};

/// One token. Positions are byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// An identifier or keyword: start and end.
    Word(usize, usize),
    /// One byte of punctuation and its place.
    Mark(u8, usize),
    /// A preprocessor directive: from its `#` to the end of its logical line (without the line feed).
    Directive(usize, usize),
    /// A string, character or number.
    Literal(usize, usize),
}

/// Walks over the tokens of a text.
#[derive(Clone)]
pub struct Lexer<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
    /// Has nothing but blanks stood on this line so far?
    fresh: bool,
    /// Are directives told apart? Not inside one.
    directives: bool,
}

/// Says whether a byte may stand in an identifier.
pub fn is_word_byte(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut i = 0;
    while i < 256 {
        let b = i as u8;
        table[i] = b.is_ascii_alphanumeric() || b == b'_' || b == b'$';
        i += 1;
    }
    table
};

impl<'t> Lexer<'t> {
    /// Starts at the top of a file.
    pub fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            end: text.len(),
            fresh: true,
            directives: true,
        }
    }

    /// Starts inside `text`, from `start` to `end`, with `#` as plain punctuation: a macro's body, say.
    pub fn within(text: &'t [u8], start: usize, end: usize) -> Self {
        Self {
            text,
            at: start,
            end: end.min(text.len()),
            fresh: false,
            directives: false,
        }
    }

    /// Says which byte comes next that is neither blank nor comment, without moving.
    pub fn peek_mark(&self) -> Option<u8> {
        let mut ahead = self.clone();
        ahead.skip_blanks();
        ahead
            .text
            .get(ahead.at)
            .copied()
            .filter(|_| ahead.at < ahead.end)
    }

    fn skip_blanks(&mut self) {
        while self.at < self.end {
            match self.text[self.at] {
                b'\n' => {
                    self.fresh = true;
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' | 0x0b | 0x0c => self.at += 1,
                b'\\' if self.continued() => self.at = self.after_continuation(),
                b'/' if self.text.get(self.at + 1) == Some(&b'*') => {
                    self.at = self.comment_end(self.at);
                }
                b'/' if self.text.get(self.at + 1) == Some(&b'/') => {
                    self.at = self.line_comment_end(self.at);
                }
                _ => return,
            }
        }
    }

    fn continued(&self) -> bool {
        matches!(self.text.get(self.at + 1), Some(b'\n'))
            || (self.text.get(self.at + 1) == Some(&b'\r')
                && self.text.get(self.at + 2) == Some(&b'\n'))
    }

    fn after_continuation(&self) -> usize {
        self.at
            + if self.text.get(self.at + 1) == Some(&b'\n') {
                2
            } else {
                3
            }
    }

    fn comment_end(&self, start: usize) -> usize {
        let from = (start + 2).min(self.end);
        memmem::find(&self.text[from..self.end], b"*/").map_or(self.end, |found| from + found + 2)
    }

    fn line_comment_end(&self, start: usize) -> usize {
        let mut at = start;
        loop {
            let Some(found) = memchr(b'\n', &self.text[at..self.end]) else {
                return self.end;
            };
            let stop = at + found;
            let body = &self.text[start..stop];
            if body.ends_with(b"\\") || body.ends_with(b"\\\r") {
                at = stop + 1;
            } else {
                return stop;
            }
        }
    }

    /// Finds the end of a string or character that starts at `start`; a bare line feed ends it.
    fn quoted_end(&self, start: usize) -> usize {
        let quote = self.text[start];
        let mut at = start + 1;
        while at < self.end {
            match self.text[at] {
                b'\\' => at += 2,
                b'\n' => return at,
                byte if byte == quote => return at + 1,
                _ => at += 1,
            }
        }
        self.end
    }

    /// Finds the end of the logical line that starts at `start`.
    fn directive_end(&self, start: usize) -> usize {
        let mut at = start;
        while at < self.end {
            let Some(found) = self.text[at..self.end]
                .iter()
                .position(|b| matches!(b, b'\n' | b'\\' | b'/' | b'"' | b'\''))
            else {
                return self.end;
            };
            at += found;
            match self.text[at] {
                b'\n' => return at,
                b'\\' => {
                    at += if self.text.get(at + 1) == Some(&b'\r') {
                        3
                    } else {
                        2
                    }
                }
                b'/' if self.text.get(at + 1) == Some(&b'*') => at = self.comment_end(at),
                b'/' if self.text.get(at + 1) == Some(&b'/') => return self.line_comment_end(at),
                b'"' | b'\'' => at = self.quoted_end(at),
                _ => at += 1,
            }
        }
        self.end
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        let byte = self.text[start];
        let fresh = std::mem::replace(&mut self.fresh, false);
        Some(match byte {
            b'#' if fresh && self.directives => {
                self.at = self.directive_end(start);
                Token::Directive(start, self.at)
            }
            b'"' | b'\'' => {
                self.at = self.quoted_end(start).min(self.end);
                Token::Literal(start, self.at)
            }
            b'0'..=b'9' => {
                self.at += self.text[start..self.end]
                    .iter()
                    .take_while(|b| is_word_byte(**b) || **b == b'.')
                    .count();
                Token::Literal(start, self.at)
            }
            _ if is_word_byte(byte) => {
                self.at += self.text[start..self.end]
                    .iter()
                    .take_while(|b| is_word_byte(**b))
                    .count();
                Token::Word(start, self.at)
            }
            _ => {
                self.at += 1;
                Token::Mark(byte, start)
            }
        })
    }
}

/// Counts line feeds before `offset`, continuing from an earlier place: `(offset, line)` pairs must not go back.
#[derive(Clone, Copy, Debug)]
pub struct LineCounter {
    at: usize,
    line: u32,
    start: usize,
}

impl LineCounter {
    /// Starts at the top: line 1.
    pub fn new() -> Self {
        Self {
            at: 0,
            line: 1,
            start: 0,
        }
    }

    /// Gives line and column (both from 1) of `offset`.
    pub fn locate(&mut self, text: &[u8], offset: usize) -> (u32, u32) {
        if offset < self.at {
            *self = Self::new();
        }
        let offset = offset.min(text.len());
        while let Some(found) = memchr2(b'\n', b'\n', &text[self.at..offset]) {
            self.at += found + 1;
            self.start = self.at;
            self.line += 1;
        }
        self.at = offset;
        (
            self.line,
            u32::try_from(offset - self.start).unwrap_or(u32::MAX - 1) + 1,
        )
    }
}

impl Default for LineCounter {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Lexer::new(text.as_bytes())
            .filter_map(|t| match t {
                Token::Word(a, b) => Some(text[a..b].to_owned()),
                Token::Directive(a, b) => Some(format!("<{}>", &text[a..b])),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn comments_strings_and_directives() {
        assert_eq!(
            words("a /* b */ c // d\n e \"f\" 'g' 0x1fUL h"),
            ["a", "c", "e", "h"]
        );
        assert_eq!(
            words("#define X /* y\n */ z \\\n w\nv"),
            ["<#define X /* y\n */ z \\\n w>", "v"]
        );
        assert_eq!(words("#error don't\nx"), ["<#error don't>", "x"]);
        assert_eq!(words("\"open\nx /* open"), ["x"]);
        assert_eq!(words("a // b \\\n c\nd"), ["a", "d"]);
    }

    #[test]
    fn lines_and_columns() {
        let mut lines = LineCounter::new();
        let text = b"ab\ncd\n\nx";
        assert_eq!(lines.locate(text, 1), (1, 2));
        assert_eq!(lines.locate(text, 4), (2, 2));
        assert_eq!(lines.locate(text, 7), (4, 1));
        assert_eq!(lines.locate(text, 0), (1, 1));
    }
}
