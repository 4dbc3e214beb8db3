//! In: a page's bytes. Out: its words with offsets and line starts, quote marks and escapes taken off.

use super::entity;

/// A word of the page.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// Just behind it.
    pub(super) end: usize,
    /// White space before it on its line.
    pub(super) gap: Vec<u8>,
    /// Its bytes, decoded; empty for the end of a physical line.
    pub(super) text: Vec<u8>,
}

impl Token {
    /// Is this the end of a physical line (its `gap` is the white space at the line's end)?
    pub(super) fn is_break(&self) -> bool {
        self.text.is_empty()
    }
}

/// A page's habits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    /// Lines begin with this many `> `.
    pub(super) quotes: usize,
    /// `<` and `&` are escaped.
    pub(super) escaped: bool,
}

/// Finds out how the page that holds a diff at `start` was made.
pub(super) fn habits(text: &[u8], start: usize) -> Habits {
    let line = memchr::memrchr(b'\n', &text[..start]).map_or(0, |at| at + 1);
    let before = &text[line..start];
    let only_marks = before
        .iter()
        .all(|byte| matches!(byte, b'>' | b' ' | b'&' | b'g' | b't' | b';'));
    let raw = before.iter().filter(|&&byte| byte == b'>').count();
    let escaped_marks = memchr::memmem::find_iter(before, b"&gt;").count();
    let body = &text[start..];
    let has = |needle: &[u8]| memchr::memmem::find(body, needle).is_some();
    let quotes = has(b"&quot;") && memchr::memchr(b'"', body).is_none();
    let escaped = (has(b"&lt;") || has(b"&gt;") || has(b"&amp;") || quotes)
        && memchr::memchr(b'<', body).is_none()
        && !has(b"->");
    Habits {
        quotes: if only_marks { raw + escaped_marks } else { 0 },
        escaped,
    }
}

/// Splits `text` from `from` into words and line ends.
pub(super) fn tokens(text: &[u8], from: usize, habits: Habits) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = from;
    let mut gap = Vec::new();
    let mut word = Vec::new();
    while at < text.len() {
        let byte = text[at];
        let (length, sign) = if byte == b'&' && habits.escaped {
            entity::decode(&text[at..]).map_or((1, Sign::Byte(b'&')), |(length, sign)| {
                (length, Sign::of(sign))
            })
        } else if text[at..].starts_with(b"\xc2\xa0") {
            (2, Sign::Blank(b' '))
        } else if memchr::memchr(b'&', &text[at..=at]).is_some()
            && text[at..].starts_with(b"&nbsp;")
        {
            (6, Sign::Blank(b' '))
        } else {
            (1, Sign::of_byte(byte))
        };
        match sign {
            Sign::Byte(byte) => {
                word.push(byte);
            }
            Sign::Char(sign) => {
                word.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Sign::Blank(_) | Sign::Break => flush(&mut out, &mut word, &mut gap, at),
        }
        at += length;
        match sign {
            Sign::Blank(blank) => gap.push(blank),
            Sign::Break => {
                out.push(Token {
                    end: at,
                    gap: std::mem::take(&mut gap),
                    text: Vec::new(),
                });
                at = skip_quotes(text, at, habits);
            }
            Sign::Byte(_) | Sign::Char(_) => {}
        }
    }
    flush(&mut out, &mut word, &mut gap, at);
    out
}

/// What one sign of the page is.
#[derive(Clone, Copy)]
enum Sign {
    Byte(u8),
    Char(char),
    Blank(u8),
    Break,
}

impl Sign {
    fn of_byte(byte: u8) -> Self {
        match byte {
            b'\n' => Self::Break,
            // A carriage return belongs to the line's end.
            b' ' | b'\t' | 0x0b | 0x0c => Self::Blank(byte),
            b'\r' => Self::Blank(b'\r'),
            _ => Self::Byte(byte),
        }
    }

    fn of(sign: char) -> Self {
        match sign {
            '\u{a0}' => Self::Blank(b' '),
            _ if sign.is_ascii() => Self::of_byte(sign as u8),
            _ => Self::Char(sign),
        }
    }
}

fn flush(out: &mut Vec<Token>, word: &mut Vec<u8>, gap: &mut Vec<u8>, end: usize) {
    if word.is_empty() {
        return;
    }
    gap.retain(|&byte| byte != b'\r');
    out.push(Token {
        end,
        gap: std::mem::take(gap),
        text: std::mem::take(word),
    });
}

/// Steps over the quote marks that the page has before every line.
fn skip_quotes(text: &[u8], mut at: usize, habits: Habits) -> usize {
    for _ in 0..habits.quotes {
        let mark = [&b">"[..], &b"&gt;"[..]]
            .into_iter()
            .find(|mark| text[at..].starts_with(mark));
        let Some(mark) = mark else { return at };
        at += mark.len();
        at += usize::from(text.get(at) == Some(&b' '));
    }
    at
}
