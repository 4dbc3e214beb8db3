//! In: text that may hold mangled diffs. Out: their files and hunks as words, whatever line ends are left.

use super::page::{Habits, Token, habits, tokens};
use super::{Damage, DamagedFile, DamagedHunk, DamagedLine, DamagedParsed, Word, report};
use crate::diff::path::unquote;
use crate::diff::{FileChange, IndexIds};
use std::borrow::Cow;

/// Finds `diff --git a/x b/x … @@ -1,2 +3,4 @@ …` even where all stands on one line. Linear; takes any bytes.
pub fn parse_damaged(text: &[u8]) -> DamagedParsed {
    parse_damaged_from(text, 0)
}

/// Does as [`parse_damaged`] from an offset on; what stands before it is prose.
pub fn parse_damaged_from(text: &[u8], from: usize) -> DamagedParsed {
    let from = from.min(text.len());
    let Some(start) = first_diff(&text[from..]).map(|start| from + start) else {
        return DamagedParsed {
            end: text.len(),
            ..DamagedParsed::default()
        };
    };
    let habits = habits(text, start);
    let words = tokens(text, start, habits);
    let mut reader = Reader {
        words: &words,
        at: 0,
        files: Vec::new(),
        end: start,
    };
    reader.run();
    let (mut files, end) = (reader.files, reader.end);
    if let Some(hunk) = files.last_mut().and_then(|file| file.hunks.last_mut()) {
        hunk.last = true;
    }
    let damage = report::report(&mut files, habits_damage(habits));
    DamagedParsed {
        start: (!files.is_empty()).then_some(start),
        end,
        files,
        damage,
    }
}

fn habits_damage(habits: Habits) -> Damage {
    Damage {
        quoted: habits.quotes > 0,
        escaped: habits.escaped,
        ..Damage::default()
    }
}

/// Where the first diff begins: at `diff --git a/`, or `--- a/x` with `+++ ` soon behind it.
fn first_diff(text: &[u8]) -> Option<usize> {
    let marks = [
        &b"diff --git "[..],
        b"diff\xc2\xa0--git\xc2\xa0",
        b"diff&nbsp;--git&nbsp;",
    ];
    let git = marks
        .iter()
        .filter_map(|mark| memchr::memmem::find(text, mark))
        .min();
    let plain = memchr::memmem::find_iter(text, b"--- ").find(|&at| {
        let begins = at == 0 || text[at - 1].is_ascii_whitespace();
        let ahead = &text[at..text.len().min(at + 700)];
        // A diffstat has pluses too, but not right behind a name.
        let name = ahead[4..].trim_ascii_start();
        let behind = name
            .iter()
            .position(u8::is_ascii_whitespace)
            .map_or(&b""[..], |end| name[end..].trim_ascii_start());
        begins && behind.starts_with(b"+++ ") && memchr::memmem::find(behind, b"@@ -").is_some()
    });
    match (git, plain) {
        (Some(git), Some(plain)) => Some(git.min(plain)),
        (git, plain) => git.or(plain),
    }
}

/// Walks over the words.
struct Reader<'w> {
    words: &'w [Token],
    at: usize,
    files: Vec<DamagedFile>,
    end: usize,
}

/// A hunk's header: four numbers, and how many tokens it took.
type Header = ([u32; 4], usize);

impl Reader<'_> {
    /// The word `ahead` words on, line ends left out, with its token's index.
    fn word(&self, from: usize, ahead: usize) -> Option<(usize, &[u8])> {
        let rest = self.words.iter().enumerate().skip(from);
        rest.filter(|(_, token)| !token.is_break())
            .nth(ahead)
            .map(|(index, token)| (index, token.text.as_slice()))
    }

    fn text(&self, from: usize, ahead: usize) -> &[u8] {
        self.word(from, ahead).map_or(b"", |(_, text)| text)
    }

    /// The token behind the word `ahead` words on.
    fn behind(&self, from: usize, ahead: usize) -> usize {
        self.word(from, ahead)
            .map_or(self.words.len(), |(index, _)| index + 1)
    }

    fn run(&mut self) {
        while self.at < self.words.len() {
            if self.words[self.at].is_break() {
                self.at += 1;
            } else if self.git_header() || self.plain_header() {
                self.end = self.words[self.at - 1].end;
            } else if let Some(header) =
                self.hunk_header(self.at).filter(|_| !self.files.is_empty())
            {
                self.hunk(header);
            } else {
                self.at += 1;
            }
        }
    }

    /// Does `diff --git a/x b/x` stand at `at`?
    fn is_git(&self, at: usize) -> bool {
        self.words[at].text == b"diff"
            && self.text(at, 1) == b"--git"
            && path(self.text(at, 2), b"a/").is_some()
    }

    /// Does `--- a/x +++ b/x @@` stand at `at`?
    fn is_plain(&self, at: usize) -> bool {
        self.words[at].text == b"---"
            && self.text(at, 2) == b"+++"
            && self.text(at, 4) == b"@@"
            && !self.text(at, 1).is_empty()
    }

    fn plain_header(&mut self) -> bool {
        if !self.is_plain(self.at) {
            return false;
        }
        let (old, new) = (
            self.text(self.at, 1).to_vec(),
            self.text(self.at, 3).to_vec(),
        );
        let mut file = blank_file(side(&old, b"a/"), side(&new, b"b/"));
        note_sides(&mut file, &old, &new);
        self.files.push(file);
        self.at = self.behind(self.at, 3);
        true
    }

    /// Takes `diff --git` and the lines that may follow it.
    fn git_header(&mut self) -> bool {
        if !self.is_git(self.at) {
            return false;
        }
        let old = side(self.text(self.at, 2), b"a/");
        let new = side(self.text(self.at, 3), b"b/");
        let mut file = blank_file(old, new);
        self.at = self.behind(self.at, 3);
        while let Some(took) = self.extended(&mut file) {
            self.at = self.behind(self.at, took - 1);
        }
        self.files.push(file);
        true
    }

    /// Reads one extended header line: the number of its words.
    fn extended(&self, file: &mut DamagedFile) -> Option<usize> {
        let word = |ahead| self.text(self.at, ahead);
        let mode = |ahead| {
            std::str::from_utf8(word(ahead))
                .ok()
                .and_then(|text| u32::from_str_radix(text, 8).ok())
        };
        match (word(0), word(1), word(2)) {
            (b"old", b"mode", _) => file.old_mode = mode(2),
            (b"new", b"mode", _) => file.new_mode = mode(2),
            (b"new", b"file", b"mode") => {
                (file.change, file.new_mode) = (FileChange::Added, mode(3));
                return Some(4);
            }
            (b"deleted", b"file", b"mode") => {
                (file.change, file.old_mode) = (FileChange::Deleted, mode(3));
                return Some(4);
            }
            (b"similarity" | b"dissimilarity", b"index", _) => {}
            (b"rename", b"from", name) => {
                (file.change, file.old_path) = (FileChange::Renamed, name_of(name));
            }
            (b"rename", b"to", name) => {
                (file.change, file.new_path) = (FileChange::Renamed, name_of(name));
            }
            (b"copy", b"from", name) => {
                (file.change, file.old_path) = (FileChange::Copied, name_of(name));
            }
            (b"copy", b"to", name) => {
                (file.change, file.new_path) = (FileChange::Copied, name_of(name));
            }
            (b"index", ids, _) => {
                file.index = Some(index_ids(ids)?);
                if word(2).len() == 6
                    && let Some(mode) = mode(2)
                {
                    (file.old_mode, file.new_mode) =
                        (file.old_mode.or(Some(mode)), file.new_mode.or(Some(mode)));
                    return Some(3);
                }
                return Some(2);
            }
            (b"Binary", b"files", _) if word(5) == b"differ" => {
                file.binary = true;
                return Some(6);
            }
            (b"GIT", b"binary", b"patch") => file.binary = true,
            (b"---", old, b"+++") => {
                note_sides(file, old, word(3));
                return Some(4);
            }
            _ => return None,
        }
        Some(3)
    }

    /// Reads `@@ -a,b +c,d @@` at `at`.
    fn hunk_header(&self, at: usize) -> Option<Header> {
        if self.words[at].text != b"@@" {
            return None;
        }
        let (old_start, old_count) = range(self.text(at, 1).strip_prefix(b"-")?)?;
        let (new_start, new_count) = range(self.text(at, 2).strip_prefix(b"+")?)?;
        (self.text(at, 3) == b"@@").then(|| {
            (
                [old_start, old_count, new_start, new_count],
                self.behind(at, 3),
            )
        })
    }

    /// Says whether a mail's signature or the next part begins at `at`.
    fn ends_hunk(&self, at: usize) -> bool {
        let token = &self.words[at];
        match token.text.as_slice() {
            b"diff" => self.is_git(at),
            b"---" => self.is_plain(at),
            b"@@" => self.hunk_header(at).is_some(),
            b"--" => {
                let begins_line = at == 0 || self.words[at - 1].is_break();
                let next = self.words.get(at + 1);
                let alone = begins_line && next.is_none_or(Token::is_break);
                // git signs with its version.
                let version = self.text(at, 1);
                alone
                    || version.first().is_some_and(u8::is_ascii_digit)
                        && version.contains(&b'.')
                        && version
                            .iter()
                            .all(|&byte| byte.is_ascii_alphanumeric() || b".-_()".contains(&byte))
            }
            _ => false,
        }
    }

    fn hunk(&mut self, ([old_start, old_count, new_start, new_count], begin): Header) {
        let mut lines = vec![DamagedLine::default()];
        let mut at = begin;
        while at < self.words.len() && !self.ends_hunk(at) {
            let token = &self.words[at];
            let line = lines.last_mut().expect("one line is there from the start");
            if token.is_break() {
                line.tail = token
                    .gap
                    .iter()
                    .copied()
                    .filter(|&byte| byte != b'\r')
                    .collect();
                lines.push(DamagedLine::default());
            } else {
                line.words.push(Word {
                    gap: token.gap.clone(),
                    text: token.text.clone(),
                });
                self.end = token.end;
            }
            at += 1;
        }
        // The line on which the next part begins is none of this hunk.
        if lines.len() > 1 && lines.last().is_some_and(|line| line.words.is_empty()) {
            lines.pop();
        }
        let signed = at < self.words.len() && self.words[at].text == b"--";
        self.at = at;
        let hunk = DamagedHunk {
            old_start,
            old_count,
            new_start,
            new_count,
            lines,
            damage: Damage::default(),
            last: false,
        };
        if let Some(file) = self.files.last_mut() {
            file.hunks.push(hunk);
        }
        if signed {
            self.skip_to_next();
        }
    }

    /// Behind a signature only a whole new file counts.
    fn skip_to_next(&mut self) {
        while self.at < self.words.len() && !self.is_git(self.at) && !self.is_plain(self.at) {
            self.at += 1;
        }
    }
}

fn blank_file(old_path: String, new_path: String) -> DamagedFile {
    DamagedFile {
        old_path,
        new_path,
        change: FileChange::Modified,
        index: None,
        old_mode: None,
        new_mode: None,
        binary: false,
        hunks: Vec::new(),
        standing: None,
    }
}

/// Notes what `--- x` and `+++ y` tell.
fn note_sides(file: &mut DamagedFile, old: &[u8], new: &[u8]) {
    if old == b"/dev/null" {
        file.change = FileChange::Added;
        file.new_path = side(new, b"b/");
        file.old_path = file.new_path.clone();
    } else if new == b"/dev/null" {
        file.change = FileChange::Deleted;
        file.old_path = side(old, b"a/");
        file.new_path = file.old_path.clone();
    }
}

/// A path with its side's prefix taken off.
fn path<'t>(word: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    word.strip_prefix(b"\"")
        .unwrap_or(word)
        .strip_prefix(prefix)
}

fn side(word: &[u8], prefix: &[u8]) -> String {
    let name = plain(word);
    let name = name.strip_prefix(prefix).unwrap_or(&name);
    String::from_utf8_lossy(name).into_owned()
}

fn name_of(word: &[u8]) -> String {
    String::from_utf8_lossy(&plain(word)).into_owned()
}

/// A name as it is, git's quoting of letters undone.
fn plain(word: &[u8]) -> Cow<'_, [u8]> {
    match unquote(word) {
        Some((name, b"")) => Cow::Owned(name),
        _ => {
            let word = word.strip_prefix(b"\"").unwrap_or(word);
            Cow::Borrowed(word.strip_suffix(b"\"").unwrap_or(word))
        }
    }
}

fn index_ids(word: &[u8]) -> Option<IndexIds> {
    let text = std::str::from_utf8(word).ok()?;
    let (old, new) = text.split_once("..")?;
    let hex =
        |id: &str| (4..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    (hex(old) && hex(new)).then(|| IndexIds {
        old: old.to_ascii_lowercase(),
        new: new.to_ascii_lowercase(),
    })
}

fn range(text: &[u8]) -> Option<(u32, u32)> {
    let text = std::str::from_utf8(text).ok()?;
    match text.split_once(',') {
        Some((start, count)) => Some((start.parse().ok()?, count.parse().ok()?)),
        None => Some((text.parse().ok()?, 1)),
    }
}
