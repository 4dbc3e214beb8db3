//! In: a file's bytes. Out: its lines with their words damaged as an archive would, and git's function lines.

use crate::diff::damaged::Canonical;

/// A text in lines.
pub(super) struct Image<'t> {
    /// The whole text.
    pub(super) text: &'t [u8],
    /// The lines without their line feeds.
    pub(super) lines: Vec<&'t [u8]>,
    words: Vec<Canonical>,
    starts: Vec<u32>,
}

/// Splits at the white space that pages lose.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        while let Some(length) = blank(rest) {
            rest = &rest[length..];
        }
        if rest.is_empty() {
            return None;
        }
        let end = (0..rest.len())
            .find(|&at| blank(&rest[at..]).is_some())
            .unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind;
        Some(word)
    })
}

/// The length of the white space sign at the begin.
fn blank(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b' ' | b'\t' | b'\r' | 0x0b | 0x0c => Some(1),
        0xc2 if text.get(1) == Some(&0xa0) => Some(2),
        _ => None,
    }
}

impl<'t> Image<'t> {
    /// Reads `text`.
    pub(super) fn new(text: &'t [u8]) -> Self {
        let body = text.strip_suffix(b"\n").unwrap_or(text);
        let lines: Vec<&[u8]> = if text.is_empty() {
            Vec::new()
        } else {
            body.split(|&byte| byte == b'\n').collect()
        };
        let mut image = Self {
            text,
            lines: Vec::new(),
            words: Vec::new(),
            starts: vec![0],
        };
        for line in &lines {
            image.words.extend(words(line).map(Canonical::of));
            image
                .starts
                .push(u32::try_from(image.words.len()).unwrap_or(u32::MAX));
        }
        image.lines = lines;
        image
    }

    /// The damaged words of a line.
    pub(super) fn words(&self, line: usize) -> &[Canonical] {
        &self.words[self.starts[line] as usize..self.starts[line + 1] as usize]
    }

    /// Does a line hold nothing but white space?
    pub(super) fn is_blank(&self, line: usize) -> bool {
        self.starts[line] == self.starts[line + 1]
    }

    /// Does a line begin with text?
    pub(super) fn at_margin(&self, line: usize) -> bool {
        self.lines[line]
            .first()
            .is_some_and(|byte| !byte.is_ascii_whitespace())
    }

    /// Does the last line lack its line feed?
    pub(super) fn open_end(&self) -> bool {
        !self.text.is_empty() && !self.text.ends_with(b"\n")
    }

    /// What git may write behind `@@` for a hunk that begins at `line` (from 0): by its rule for any text, by that
    /// for C, and nothing.
    pub(super) fn sections(&self, line: usize) -> Vec<Vec<u8>> {
        let mut out: Vec<Vec<u8>> = Vec::new();
        let above = |rule: fn(&[u8]) -> bool| {
            self.lines[..line.min(self.lines.len())]
                .iter()
                .rev()
                .find(|text| rule(text))
                .map(|text| cut(text))
        };
        for found in [above(plain_rule), above(c_rule)] {
            let found = found.unwrap_or_default();
            if !out.contains(&found) {
                out.push(found);
            }
        }
        out
    }
}

/// Cuts a function line as git does: 80 bytes, no white space at the end.
pub(super) fn cut(line: &[u8]) -> Vec<u8> {
    line[..line.len().min(80)].trim_ascii_end().to_vec()
}

/// git's rule where no file type is set.
pub(super) fn plain_rule(line: &[u8]) -> bool {
    line.first()
        .is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'$')
}

/// git's rule for C: no jump labels.
pub(super) fn c_rule(line: &[u8]) -> bool {
    let begins = line
        .first()
        .is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b':');
    if !begins {
        return false;
    }
    let name = line
        .iter()
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_')
        .count();
    let Some(behind) = line[name..].strip_prefix(b":") else {
        return true;
    };
    let behind = behind.trim_ascii_start();
    !(behind.is_empty() || behind.starts_with(b"/") || behind.starts_with(b"*"))
}
