//! In: a hunk and a file. Out: where in the file it may begin, and its readings there.

use super::align::{Begin, Reading, Task, distinct, readings};
use super::body::Body;
use super::image::{Image, words};
use crate::diff::damaged::{Canonical, DamagedHunk};

/// The longest section that git writes.
const SECTION: usize = 80;

/// Readings of a hunk in the very file that it was made from.
pub(super) fn exact(hunk: &DamagedHunk, body: &Body, image: &Image<'_>) -> Vec<Reading> {
    let begin = start_line(hunk);
    let end = begin + hunk.old_count as usize;
    if end > image.lines.len() {
        return Vec::new();
    }
    let begins = begins_at(body, image, begin);
    let mut task = task(hunk, body, image, (begin, end));
    let strict = readings(task, &begins);
    if !strict.is_empty() {
        return distinct(strict);
    }
    task.three = false;
    distinct(readings(task, &begins))
}

/// The hunk's first line, from 0. With no old lines git names the line before.
pub(super) fn start_line(hunk: &DamagedHunk) -> usize {
    let start = hunk.old_start as usize;
    if hunk.old_count == 0 {
        start
    } else {
        start.saturating_sub(1)
    }
}

pub(super) fn task<'a>(
    hunk: &DamagedHunk,
    body: &'a Body,
    image: &'a Image<'a>,
    window: (usize, usize),
) -> Task<'a> {
    Task {
        body,
        image,
        old_count: hunk.old_count,
        new_count: hunk.new_count,
        three: true,
        at_top: hunk.old_start <= 1,
        fuzzy: false,
        reverse: false,
        window,
        anchored: &[],
    }
}

/// Where the words behind `@@` can end, if the hunk begins at `line`.
fn begins_at(body: &Body, image: &Image<'_>, line: usize) -> Vec<Begin> {
    let known: Vec<Vec<Canonical>> = image
        .sections(line)
        .iter()
        .map(|text| words(text).map(Canonical::of).collect())
        .collect();
    let mut out = Vec::new();
    for section in ends(body) {
        let text = &body.units[..section];
        let named = known.iter().any(|known| {
            known.len() == section
                && known
                    .iter()
                    .zip(text)
                    .all(|(word, unit)| *word == unit.full)
        });
        let cost = if body.lines_kept {
            if section == body.head { 0 } else { 8 }
        } else if named {
            0
        } else {
            10
        };
        out.push(Begin {
            section,
            line,
            cost,
        });
    }
    out
}

/// Numbers of words that can be the section's.
pub(super) fn ends(body: &Body) -> Vec<usize> {
    let mut out = vec![0];
    let mut bytes = 0;
    for (index, unit) in body.units.iter().enumerate() {
        bytes += unit.text.len() + usize::from(index > 0);
        if bytes > SECTION || unit.empty() {
            break;
        }
        out.push(index + 1);
    }
    if body.lines_kept {
        if !out.contains(&body.head) {
            out.push(body.head);
        }
        out.retain(|&section| {
            section >= body.head
                && (section == body.head || body.units.get(section).is_none_or(|unit| unit.begins))
        });
    }
    out
}
