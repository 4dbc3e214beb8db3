//! In: lines of C, one after the other. Out: what is open behind them: brackets, statements, comments.

use super::width::width;

/// An open bracket.
#[derive(Clone, Debug, Hash)]
pub(super) struct Open {
    pub(super) sign: u8,
    /// The column behind it, if text follows it on its line.
    pub(super) column: Option<usize>,
    /// The leading white space of the statement that it is in.
    pub(super) statement: Vec<u8>,
    /// The leading white space of its line.
    pub(super) line: Vec<u8>,
    /// Is it a `{` whose parts end with commas?
    pub(super) list: bool,
    /// The leading white space of its last `case`.
    pub(super) case: Option<Vec<u8>>,
    /// The leading white space of the last line that went on with it.
    pub(super) going_on: Option<Vec<u8>>,
    /// Conditions (`if`, `for`) that were waiting for their statement when it opened.
    waiting: Vec<Vec<u8>>,
}

/// What is open behind the lines fed.
#[derive(Clone, Debug, Default, Hash)]
pub(in crate::repair) struct Scan {
    pub(super) stack: Vec<Open>,
    /// The leading white space of the statement that has begun and not ended.
    pub(super) statement: Option<Vec<u8>>,
    /// The leading white space of lines that went on with the statement, outside of brackets.
    pub(super) going_on: Option<Vec<u8>>,
    /// The column behind `=` or `return` of the statement begun.
    pub(super) after_sign: Option<usize>,
    /// Leading white space of conditions that wait for their statement, outermost first.
    pub(super) waiting: Vec<Vec<u8>>,
    /// Inside a `/*` comment: the leading white space of its first line, with the column of `/*`.
    pub(super) comment: Option<Vec<u8>>,
    /// Inside a `#define` that goes on.
    pub(super) define: bool,
    /// The last line that held something.
    pub(super) last: Vec<u8>,
    /// The leading white space of the last line that is no comment's.
    pub(super) last_code: Vec<u8>,
    /// The leading white space of the line that began the last statement.
    pub(super) begun: Vec<u8>,
    /// Inside a `struct` or `union` that stands at the margin.
    pub(in crate::repair) record: bool,
    /// The last line, blank or not.
    pub(super) previous_blank: bool,
    /// `if`, `for`, `while` … begun, its condition not closed; the bracket depth outside of it.
    condition: Option<usize>,
    /// Conditions just ended, of which an `else` may follow.
    pub(super) ended: Vec<Vec<u8>>,
    saved: Option<Box<Scan>>,
}

/// Brackets remembered; no source has more open.
const DEEPEST: usize = 64;

/// The leading white space of a line.
pub(super) fn lead(line: &[u8]) -> &[u8] {
    let length = line
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    &line[..length]
}

/// Words behind which a statement is expected, once their brackets are closed.
fn is_condition(word: &[u8]) -> bool {
    matches!(
        word,
        b"if" | b"for" | b"while" | b"switch" | b"else" | b"do"
    ) || memchr::memmem::find(word, b"for_each").is_some()
        || word.starts_with(b"scoped_guard")
        || word == b"scoped_cond_guard"
}

impl Scan {
    /// Is the condition of an `if`, `for` … open?
    pub(super) fn in_condition(&self) -> bool {
        self.condition.is_some()
    }

    /// The column behind an open bracket with text behind it, under which lines go on.
    pub(in crate::repair) fn under_bracket(&self) -> Option<usize> {
        let open = self.stack.last().filter(|open| open.sign != b'{')?;
        open.column.filter(|_| self.comment.is_none())
    }

    /// Does a comment go on?
    pub(super) fn is_comment(&self) -> bool {
        self.comment.is_some()
    }

    /// Takes a line.
    pub(in crate::repair) fn feed(&mut self, line: &[u8]) {
        let text = line.trim_ascii();
        self.previous_blank = text.is_empty();
        if text.is_empty() {
            return;
        }
        let white = lead(line).to_vec();
        if self.comment.is_none() {
            if text.starts_with(b"#") && white.is_empty() && !self.define {
                let goes_on = text.ends_with(b"\\");
                if goes_on && text.starts_with(b"#define") {
                    let outside = std::mem::take(self);
                    self.define = true;
                    self.saved = Some(Box::new(outside));
                }
                self.last = line.to_vec();
                return;
            }
            if white.is_empty() {
                self.record = opens_record(text);
            }
            // A new part of the file begins at the margin whatever was left open (by an `#ifdef`, say).
            let begins = white.is_empty() && (text[0].is_ascii_alphabetic() || text[0] == b'_');
            let closes = white.is_empty() && text[0] == b'}';
            let label = text.ends_with(b":");
            if !self.define
                && (closes || begins && !label && self.stack.iter().all(|open| open.sign == b'{'))
            {
                if closes {
                    self.stack.truncate(1);
                } else {
                    self.stack.clear();
                }
                self.waiting.clear();
                self.statement = None;
                self.condition = None;
            }
        }
        if self.comment.is_none() && !text.starts_with(b"/*") {
            self.last_code.clone_from(&white);
        }
        self.line(line, &white);
        self.last = line.to_vec();
        if self.define && !text.ends_with(b"\\") {
            let outside = self
                .saved
                .take()
                .map(|outside| *outside)
                .unwrap_or_default();
            let last = std::mem::take(&mut self.last);
            *self = outside;
            self.last = last;
        }
    }

    /// Reads a line's signs.
    fn line(&mut self, line: &[u8], white: &[u8]) {
        let mut at = white.len();
        let mut fresh = self.statement.is_none();
        if let Some(open) = self.stack.last_mut().filter(|open| open.sign != b'{')
            && self.comment.is_none()
        {
            open.going_on = Some(white.to_vec());
        } else if self.comment.is_none() && self.statement.is_some() {
            self.going_on = Some(white.to_vec());
        }
        while at < line.len() {
            if self.comment.is_some() {
                match memchr::memmem::find(&line[at..], b"*/") {
                    Some(end) => {
                        at += end + 2;
                        self.comment = None;
                    }
                    None => return,
                }
                continue;
            }
            let byte = line[at];
            match byte {
                b' ' | b'\t' | b'\r' => at += 1,
                b'/' if line[at..].starts_with(b"/*") => {
                    self.comment = Some(super::width::indent(width(&line[..at], 0)));
                    if lead(line).len() == at {
                        self.comment = Some(white.to_vec());
                    }
                    at += 2;
                }
                b'/' if line[at..].starts_with(b"//") => return,
                b'"' | b'\'' => {
                    fresh = self.begin(fresh, white);
                    at = quoted(line, at);
                }
                b'\\' if at + 1 == line.len() => return,
                b'(' | b'[' | b'{' => {
                    fresh = self.open(line, at, white, fresh);
                    at += 1;
                }
                b')' | b']' | b'}' => {
                    fresh = self.close(byte, white, fresh);
                    at += 1;
                }
                b';' => {
                    let inside = self.stack.last().is_some_and(|open| open.sign != b'{');
                    if !inside {
                        self.end_statement();
                        fresh = true;
                    }
                    at += 1;
                }
                b',' => {
                    let listed = self.stack.last().is_some_and(|open| open.list);
                    if listed {
                        self.statement = None;
                        self.going_on = None;
                        fresh = true;
                    }
                    at += 1;
                }
                b':' => {
                    at += 1;
                    let ends = line[at..].trim_ascii_start().is_empty()
                        || line[at..].trim_ascii_start().starts_with(b"/*");
                    let inside = self.stack.last().is_some_and(|open| open.sign != b'{');
                    if ends && !inside && self.label(line, white) {
                        fresh = true;
                    }
                }
                _ if byte.is_ascii_alphabetic() || byte == b'_' => {
                    let end = line[at..]
                        .iter()
                        .position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
                    let end = end.map_or(line.len(), |length| at + length);
                    fresh = self.word(line, at..end, white, fresh);
                    at = end;
                }
                b'=' => {
                    let behind = line.get(at + 1) == Some(&b' ') && at + 2 < line.len();
                    let compound = at > 0 && matches!(line[at - 1], b'=' | b'<' | b'>' | b'!');
                    if behind && !compound && self.stack.last().is_none_or(|open| open.sign == b'{')
                    {
                        self.after_sign.get_or_insert(width(&line[..at + 2], 0));
                    }
                    fresh = self.begin(fresh, white);
                    at += 1;
                }
                _ => {
                    fresh = self.begin(fresh, white);
                    at += 1;
                }
            }
        }
    }

    /// Begins a statement at this line, if none has.
    fn begin(&mut self, fresh: bool, white: &[u8]) -> bool {
        if fresh && self.statement.is_none() {
            self.statement = Some(white.to_vec());
            self.begun = white.to_vec();
            self.going_on = None;
            self.after_sign = None;
        }
        false
    }

    fn word(&mut self, line: &[u8], at: std::ops::Range<usize>, white: &[u8], fresh: bool) -> bool {
        let end = at.end;
        let word = &line[at];
        let begins = fresh && self.statement.is_none();
        if begins && is_condition(word) {
            if word != b"else" {
                self.ended.clear();
            }
            self.begin(true, white);
            if matches!(word, b"else" | b"do") {
                // `else if` is one condition at the place of the `else`.
                self.waiting.push(white.to_vec());
                self.statement = None;
                return !line[end..].trim_ascii_start().starts_with(b"if") || {
                    self.waiting.pop();
                    true
                };
            }
            self.condition = Some(self.stack.len());
            return false;
        }
        self.begin(fresh, white);
        if begins && word == b"return" && line.len() > end + 1 {
            self.after_sign = Some(width(&line[..=end], 0));
        }
        false
    }

    fn open(&mut self, line: &[u8], at: usize, white: &[u8], fresh: bool) -> bool {
        let sign = line[at];
        let rest = line[at + 1..].trim_ascii();
        let bare = rest.is_empty() || rest == b"\\" || rest.starts_with(b"/*") && sign == b'{';
        let before = line[..at].trim_ascii_end();
        let inside = self
            .stack
            .last()
            .is_some_and(|open| open.sign != b'{' || open.list);
        let list = sign == b'{'
            && (before.ends_with(b"=")
                || inside
                || before.ends_with(b")")
                    && self.condition.is_none()
                    && before.first() == Some(&b'.')
                || starts_enum(self.statement.as_deref(), line));
        let statement = match &self.statement {
            Some(statement) => statement.clone(),
            None if fresh => white.to_vec(),
            None => white.to_vec(),
        };
        let statement = match (sign, self.waiting.last()) {
            (b'{', Some(waiting)) if self.statement.is_none() => waiting.clone(),
            _ => statement,
        };
        let waiting = if sign == b'{' {
            std::mem::take(&mut self.waiting)
        } else {
            Vec::new()
        };
        if self.stack.len() >= DEEPEST {
            return false;
        }
        self.stack.push(Open {
            sign,
            column: (!bare).then(|| width(&line[..=at], 0)),
            statement,
            line: white.to_vec(),
            list,
            case: None,
            going_on: None,
            waiting,
        });
        if sign == b'{' {
            self.statement = None;
            self.going_on = None;
            self.condition = None;
            return true;
        }
        self.begin(fresh, white)
    }

    fn close(&mut self, sign: u8, white: &[u8], fresh: bool) -> bool {
        let partner = match sign {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        let Some(place) = self.stack.iter().rposition(|open| open.sign == partner) else {
            return fresh;
        };
        let open = self.stack[place].clone();
        self.stack.truncate(place);
        if sign == b'}' {
            self.condition = None;
            let inner = self.stack.last().is_some_and(|open| open.sign != b'{');
            if open.list || inner {
                self.statement = Some(open.statement);
                self.going_on = None;
                return false;
            }
            self.begun = open.statement;
            self.waiting = open.waiting;
            self.end_statement();
            return true;
        }
        if self.condition == Some(self.stack.len()) {
            self.condition = None;
            self.waiting
                .push(self.statement.take().unwrap_or_else(|| white.to_vec()));
            self.going_on = None;
            return true;
        }
        false
    }

    /// A statement ends, and with it all conditions that waited for it.
    fn end_statement(&mut self) {
        self.statement = None;
        self.going_on = None;
        self.after_sign = None;
        self.condition = None;
        self.ended = std::mem::take(&mut self.waiting);
    }

    /// Takes `case x:`, `default:` or `label:`; says whether it was one.
    fn label(&mut self, line: &[u8], white: &[u8]) -> bool {
        let text = line.trim_ascii();
        let case = text.starts_with(b"case ") || text.starts_with(b"default");
        let plain = text
            .iter()
            .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_')
            .count();
        if !case && text.get(plain) != Some(&b':') {
            return false;
        }
        if case && let Some(open) = self.stack.last_mut() {
            open.case = Some(white.to_vec());
        }
        self.statement = None;
        self.going_on = None;
        true
    }
}

/// Does a line at the margin begin the members of a `struct` or a `union`?
pub(super) fn opens_record(text: &[u8]) -> bool {
    let begins = [&b"struct "[..], b"union ", b"typedef struct"];
    text.ends_with(b"{")
        && !text.contains(&b'=')
        && !text.contains(&b'(')
        && begins.iter().any(|begin| text.starts_with(begin))
}

fn starts_enum(_statement: Option<&[u8]>, line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    text.starts_with(b"enum ")
        || memchr::memmem::find(text, b" enum ").is_some() && !text.contains(&b'(')
}

/// The offset behind a string or a character that begins at `at`.
fn quoted(line: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < line.len() {
        match line[end] {
            b'\\' => end += 2,
            sign if sign == line[at] => return end + 1,
            _ => end += 1,
        }
    }
    line.len()
}
