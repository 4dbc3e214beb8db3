//! In: a message's text. Out: whether a page damaged the diff in it, and what is left.

use super::PatchDamage;
use super::doubt::{self, Doubt};
use crate::diff::damaged::{
    Damage, DamagedFile, DamagedHunk, DamagedParsed, parse_damaged, parse_damaged_from,
};
use crate::diff::{FileDiff, Hunk, Parsed};

/// Bytes of a mail that are taken apart into words: no patch that people read is longer, and words cost memory.
const MOST: usize = 4 << 20;

/// A diff that a page damaged, or may have.
pub(super) struct Found {
    pub(super) damage: PatchDamage,
    /// Where lines of it are gone: its headers, and where in the text it begins and ends.
    pub(super) lossy: Option<(Vec<FileDiff>, std::ops::Range<usize>)>,
}

/// Finds a damaged diff; nothing where there is none, or where reading it as git does gives all of it. `page`: did it
/// stand on a web page?
pub(super) fn find(body: &[u8], parsed: &Parsed, page: bool) -> Option<Found> {
    if body.len() > MOST {
        return None;
    }
    let left = own_diff(body, parsed, page)?;
    let start = left.start?;
    let all = left.files.iter().flat_map(|file| &file.hunks);
    if !all.into_iter().all(is_plausible) || left.files.iter().all(|file| file.hunks.is_empty()) {
        return None;
    }
    // With the marks in front of it, if it is quoted: they are what shows that.
    let text = || body[quoted_from(body, start)..].to_vec();
    if is_whole(&left, parsed) {
        let lost = match doubt::weigh(&left, &parsed.files, page, &body[..parsed.end]) {
            Doubt::None => return None,
            Doubt::Slight => Damage::default(),
            Doubt::Strong(lost) => lost,
        };
        let damage = PatchDamage { text: text(), lost };
        return Some(Found {
            damage,
            lossy: None,
        });
    }
    if !left.damage.any() || !(page || shows_loss(&left, is_signed(body, left.end))) {
        return None;
    }
    Some(Found {
        damage: PatchDamage {
            text: text(),
            lost: left.damage,
        },
        lossy: Some((left.files.iter().map(header).collect(), start..left.end)),
    })
}

/// Reads the diff that a message is about. One that its prose shows, indented or quoted, is none.
fn own_diff(body: &[u8], parsed: &Parsed, page: bool) -> Option<DamagedParsed> {
    let all = parse_damaged(body);
    let start = all.start?;
    let line = memchr::memrchr(b'\n', &body[..start]).map_or(0, |at| at + 1);
    if line == start {
        return Some(match behind_cut(body, start) {
            // A page that strips lines shows the example where the diff would stand.
            Some(own) if !is_whole(&all, parsed) => parse_damaged_from(body, own),
            _ => all,
        });
    }
    let end = memchr::memchr(b'\n', &body[start..]).map_or(body.len(), |at| start + at);
    if memchr::memmem::find(&body[start..end], b" @@ -").is_some() {
        // It has lost its line ends; nobody writes an example so.
        return Some(all);
    }
    if let Some(own) = parsed.start.filter(|own| *own > start) {
        return Some(parse_damaged_from(body, own));
    }
    let indented = body[line..start].iter().all(u8::is_ascii_whitespace);
    (page || !indented).then_some(all)
}

/// Finds the diff that stands below a `---` and a diffstat, where the one at `start` stands above them.
fn behind_cut(body: &[u8], start: usize) -> Option<usize> {
    let cut = start + memchr::memmem::find(&body[start..], b"\n---\n")?;
    let own = cut + 1 + memchr::memmem::find(&body[cut + 1..], b"\ndiff --git ")? + 1;
    let between = &body[cut..own];
    let stat = [&b" file changed"[..], b" files changed"];
    let has = |text: &[u8]| memchr::memmem::find(between, text).is_some();
    stat.into_iter().any(has).then_some(own)
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
    // What else looks like a diff is a line of one.
    let within = read > 0
        && parsed.problems.is_empty()
        && parsed.start <= left.start
        && left.end <= parsed.end;
    let read = read >= all && left.files.len() <= parsed.files.len();
    (read || within) && parsed.files.iter().flat_map(|file| &file.hunks).all(counts)
}

/// Does git's signature follow the diff, so that nothing was cut off its end?
fn is_signed(body: &[u8], end: usize) -> bool {
    let rest = body.get(end..).unwrap_or_default().trim_ascii_start();
    rest.starts_with(b"-- \n") || rest.starts_with(b"--\n")
}

/// Says whether a diff that git cannot read was damaged, rather than cut off or edited; `signed` says that its end is there.
fn shows_loss(left: &DamagedParsed, signed: bool) -> bool {
    let lost = left.damage;
    let mut hunks = left.files.iter().flat_map(|file| &file.hunks);
    lost.leading_blanks
        || lost.line_breaks
        || lost.wrapped
        || lost.quoted
        || lost.escaped
        || hunks.any(|hunk| hunk.damage.blank_lines && (signed || !hunk.last))
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
