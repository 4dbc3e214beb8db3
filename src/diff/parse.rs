//! In: text that may hold unified diffs. Out: every file diff in it, and what was wrong, with lines.

use super::FileDiff;
use super::cursor::Cursor;
use super::{header, hunk};
use std::cmp::Ordering;

/// Something that is wrong with a diff; nothing of it is dropped without one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// Line in the text, from 1.
    pub line: usize,
    /// What is wrong, as a fragment: "hunk says 7 old lines, holds 5".
    pub what: String,
}

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The file diffs, in order.
    pub files: Vec<FileDiff>,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// Byte offset where the first diff begins (text before it is prose).
    pub start: Option<usize>,
    /// Byte offset just behind the last diff line (a mail's signature begins there).
    pub end: usize,
}

/// Hunk lines taken from one text: a line costs some 50 bytes, however short, so this bounds memory.
const MAX_LINES: usize = 16_000_000;
/// Files and hunks taken from one text, for the same reason.
const MAX_PARTS: usize = 2_000_000;
/// Problems told of one text, so that they stay small beside it.
const MAX_PROBLEMS: usize = 10_000;

/// Finds and parses every file diff in `text`. Takes time and memory linear in its length.
pub fn parse(text: &[u8]) -> Parsed {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        out: Parsed::default(),
        lines_left: MAX_LINES,
        parts_left: MAX_PARTS,
    };
    parser.run();
    let mut out = parser.out;
    if out.start.is_none() {
        out.end = text.len();
    }
    out
}

/// The state of one parse.
struct Parser<'t> {
    cursor: Cursor<'t>,
    out: Parsed,
    lines_left: usize,
    parts_left: usize,
}

impl Parser<'_> {
    fn run(&mut self) {
        while let Some(line) = self.cursor.peek() {
            if self.parts_left == 0 || self.lines_left == 0 {
                self.tell(
                    self.cursor.line,
                    "the diff is larger than can be taken; what follows is not read",
                );
                return;
            }
            let taken = match line.first() {
                Some(b'd') if line.starts_with(b"diff --") => self.git_file(line),
                Some(b'-') if line.starts_with(b"--- ") => self.file(header::read_plain),
                Some(b'B') if line.starts_with(b"Binary files ") => {
                    self.file(header::read_plain_binary)
                }
                Some(b'@') if line.starts_with(b"@@") => self.hunk(line),
                Some(b'*') if line.starts_with(b"* Unmerged path ") => {
                    self.tell(
                        self.cursor.line,
                        "path with an unresolved merge; it has no diff",
                    );
                    false
                }
                _ => {
                    self.collapsed(line);
                    false
                }
            };
            if !taken {
                self.cursor.bump();
            }
        }
    }

    /// Records a problem; what is beyond the bound is summed up in the last one.
    fn tell(&mut self, line: usize, what: impl Into<String>) {
        match self.out.problems.len().cmp(&MAX_PROBLEMS) {
            Ordering::Less => self.out.problems.push(Problem {
                line,
                what: what.into(),
            }),
            Ordering::Equal => self.out.problems.push(Problem {
                line,
                what: "further problems are not listed".to_owned(),
            }),
            Ordering::Greater => {}
        }
    }

    /// Takes a `diff --git` section's header, or names a form that cannot be applied.
    fn git_file(&mut self, line: &[u8]) -> bool {
        if line.starts_with(b"diff --git ") {
            let taken = self.file(header::read_git);
            if !taken {
                self.collapsed(line);
            }
            return taken;
        }
        if line.starts_with(b"diff --cc ") || line.starts_with(b"diff --combined ") {
            self.tell(
                self.cursor.line,
                "combined diff of a merge; post the diff against one parent",
            );
        }
        false
    }

    /// Takes a file's header; its hunks follow by themselves.
    fn file(
        &mut self,
        read: impl FnOnce(&mut Cursor<'_>, &mut header::Trouble) -> Option<FileDiff>,
    ) -> bool {
        let before = self.cursor.position;
        let mut trouble = Vec::new();
        let file = read(&mut self.cursor, &mut trouble);
        for (line, what) in trouble {
            self.tell(line, what);
        }
        let moved = self.cursor.position > before;
        if moved {
            self.out.start.get_or_insert(before);
            self.out.end = self.cursor.position;
        }
        if let Some(file) = file {
            self.parts_left -= 1;
            self.out.files.push(file);
        }
        moved
    }

    /// Takes a hunk for the file last named.
    fn hunk(&mut self, line: &[u8]) -> bool {
        let at = self.cursor.line;
        let Some(mut hunk) = hunk::read_header(line) else {
            let opened = self.out.files.last().is_some_and(|file| !file.binary);
            if opened && line.starts_with(b"@@ ") {
                self.tell(
                    at,
                    "hunk header is not `@@ -line,count +line,count @@`; its hunk is not read",
                );
            } else if line.starts_with(b"@@@ ") && self.out.start.is_some() {
                self.tell(at, "hunk of a combined diff; it cannot be read");
            }
            return false;
        };
        let Some(mut file) = self.out.files.pop() else {
            self.tell(at, "hunk without a file's name above it");
            return false;
        };
        self.cursor.bump();
        let wrong = hunk::read_lines(&mut self.cursor, &mut hunk, &mut self.lines_left);
        if let Some(what) = wrong {
            self.tell(at, what);
        }
        file.hunks.push(hunk);
        self.out.files.push(file);
        self.parts_left -= 1;
        self.out.end = self.cursor.position;
        true
    }

    /// Names the hunks of a diff whose line feeds were lost: nothing of them can be read as it stands.
    fn collapsed(&mut self, line: &[u8]) {
        if memchr::memmem::find(line, b"diff --git ").is_none()
            || memchr::memmem::find(line, b" @@ ").is_none()
        {
            return;
        }
        for at in memchr::memmem::find_iter(line, b" @@ -") {
            if let Some(hunk) = hunk::read_header(&line[at + 1..]) {
                let (old, new) = (hunk.old_start, hunk.new_start);
                self.tell(
                    self.cursor.line,
                    format!("hunk at old line {old}, new line {new} has lost its line feeds; it cannot be read as it stands"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests;
