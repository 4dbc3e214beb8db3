//! In: a message's text. Out: whether a page damaged the diff in it, and what is left.

use super::PatchDamage;
use crate::diff::damaged::{Damage, DamagedFile, DamagedHunk, DamagedParsed, parse_damaged};
use crate::diff::{FileDiff, Hunk, Parsed};

/// Bytes of a mail that are taken apart into words: no patch that people read is longer, and words cost memory.
const MOST: usize = 4 << 20;

/// A diff that a page damaged.
pub(super) struct Found {
    pub(super) damage: PatchDamage,
    /// Its headers, hunks without lines.
    pub(super) files: Vec<FileDiff>,
    /// Where in the text it begins and ends.
    pub(super) span: std::ops::Range<usize>,
}

/// Finds a damaged diff; nothing where there is none, or where reading it as git does gives all of it. `page`: did it
/// stand on a web page?
pub(super) fn find(body: &[u8], parsed: &Parsed, page: bool) -> Option<Found> {
    if body.len() > MOST {
        return None;
    }
    let left = parse_damaged(body);
    let start = left.start?;
    let all = left.files.iter().flat_map(|file| &file.hunks);
    if !all.into_iter().all(is_plausible) {
        return None;
    }
    let has_hunks = left.files.iter().any(|file| !file.hunks.is_empty());
    let damaged = left.damage.any()
        && if is_whole(&left, parsed) {
            shows_damage(left.damage, &parsed.files)
        } else {
            page || shows_loss(&left)
        };
    if !damaged || !has_hunks {
        return None;
    }
    Some(Found {
        files: left.files.iter().map(header).collect(),
        damage: PatchDamage {
            // With the marks in front of it, if it is quoted: they are what shows that.
            text: body[quoted_from(body, start)..].to_vec(),
            lost: left.damage,
        },
        span: start..left.end,
    })
}

/// Gives where the line of `start` begins, where nothing but marks of quoting stand before it.
fn quoted_from(body: &[u8], start: usize) -> usize {
    let line = memchr::memrchr(b'\n', &body[..start]).map_or(0, |at| at + 1);
    let marks = &body[line..start];
    let quoted = marks.contains(&b'>') && marks.iter().all(|b| matches!(b, b'>' | b' ' | b'\t'));
    if quoted { line } else { start }
}

/// Can so many lines as the header counts have so few words? Else the hunk is cut off, or its header lies.
fn is_plausible(hunk: &DamagedHunk) -> bool {
    let words: usize = hunk.lines.iter().map(|line| line.words.len()).sum();
    let lines = hunk.old_count.max(hunk.new_count) as usize;
    lines <= 3 * words + 16
}

/// Does the diff, read as git reads it, hold every hunk with the lines that its header counts?
fn is_whole(left: &DamagedParsed, parsed: &Parsed) -> bool {
    let all: usize = left.files.iter().map(|file| file.hunks.len()).sum();
    let read: usize = parsed.files.iter().map(|file| file.hunks.len()).sum();
    let counts = |hunk: &Hunk| hunk.counted() == (hunk.old_count, hunk.new_count);
    read >= all
        && left.files.len() <= parsed.files.len()
        && parsed.files.iter().flat_map(|file| &file.hunks).all(counts)
}

/// Says whether a diff that git cannot read was damaged, rather than cut off or edited.
fn shows_loss(left: &DamagedParsed) -> bool {
    let lost = left.damage;
    let mut hunks = left.files.iter().flat_map(|file| &file.hunks);
    lost.leading_blanks
        || lost.line_breaks
        || lost.wrapped
        || lost.quoted
        || lost.escaped
        || hunks.any(|hunk| hunk.damage.blank_lines && !hunk.last)
}

/// Says whether a diff that git can read has lost white space or letters all the same.
fn shows_damage(lost: Damage, files: &[FileDiff]) -> bool {
    if lost.quoted || lost.escaped {
        return true;
    }
    // C of the kernel is indented by tabs: blanks there, and not one tab, are what a page made of them.
    let is_c = |file: &&FileDiff| {
        let path = file.path();
        path.ends_with(".c") || path.ends_with(".h")
    };
    let indented = |text: &[u8]| {
        text.first() == Some(&b' ') && text.trim_ascii().first().is_some_and(|byte| *byte != b'*')
    };
    lost.tabs
        && files
            .iter()
            .filter(is_c)
            .flat_map(|file| &file.hunks)
            .flat_map(|hunk| &hunk.lines)
            .any(|line| indented(&line.text))
}

/// The headers of a damaged file.
fn header(file: &DamagedFile) -> FileDiff {
    let hunk = |hunk: &DamagedHunk| {
        let section = hunk.lines.first().filter(|_| !hunk.damage.line_breaks);
        let section = section.map(|line| String::from_utf8_lossy(&line.text()).trim().to_owned());
        Hunk {
            old_start: hunk.old_start,
            old_count: hunk.old_count,
            new_start: hunk.new_start,
            new_count: hunk.new_count,
            section: section.unwrap_or_default(),
            lines: Vec::new(),
        }
    };
    FileDiff {
        hunks: file.hunks.iter().map(hunk).collect(),
        ..file.header()
    }
}
