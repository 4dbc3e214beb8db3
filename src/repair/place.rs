//! In: a hunk and a file. Out: where in the file it may begin, and its readings there.

use super::align::{Begin, Reading, Task, distinct, readings};
use super::body::Body;
use super::image::{Image, words};
use crate::diff::damaged::{Canonical, DamagedHunk};

/// The longest section that git writes.
const SECTION: usize = 80;

/// What hunks before this one told of a near file: how far its lines stand from the posted ones.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Drift {
    pub(super) lines: i64,
    /// The first line that is still free.
    pub(super) floor: usize,
}

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
fn start_line(hunk: &DamagedHunk) -> usize {
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
fn ends(body: &Body) -> Vec<usize> {
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

/// Readings of a hunk in another version of its file.
pub(super) struct Nearby {
    pub(super) readings: Vec<Reading>,
    /// Does the file have what the hunk makes? Then the readings are of the reverse: removed rows are those that
    /// the hunk adds, and added rows those that it takes away.
    pub(super) there: bool,
}

/// Readings of a hunk in another version of its file, in the function that it names.
///
/// The reverse is tried too: a file that has the change already must not get it twice.
pub(super) fn near(hunk: &DamagedHunk, body: &Body, image: &Image<'_>, drift: Drift) -> Nearby {
    let (forward, named) = lines_of(task(hunk, body, image, (0, 0)), hunk, drift);
    let reversed = body.reversed();
    let mut back = task(hunk, &reversed, image, (0, 0));
    (back.old_count, back.new_count) = (hunk.new_count, hunk.old_count);
    back.reverse = true;
    let (there, there_named) = lines_of(back, hunk, drift);
    // What only takes lines away leaves nothing that could be told apart from lines that were never there.
    let adds = body.units.iter().any(|unit| unit.marker() == Some(b'+'));
    let cost = |found: &[Reading]| found.iter().map(|reading| reading.cost).min();
    let better = match (cost(&forward), cost(&there)) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(forward), Some(there)) => adds && there_named && (there < forward || !named),
    };
    if better {
        return Nearby {
            readings: distinct(there),
            there: true,
        };
    }
    let found = if forward.is_empty() {
        let expected = i64::try_from(start_line(hunk)).unwrap_or(i64::MAX) + drift.lines;
        fuzzy(hunk, body, image, (expected, drift.floor))
    } else {
        forward
    };
    Nearby {
        readings: distinct(found),
        there: false,
    }
}

/// Readings with all lines that must be there, and whether they are in the function that the hunk names.
fn lines_of(whole: Task<'_>, hunk: &DamagedHunk, drift: Drift) -> (Vec<Reading>, bool) {
    let Task { body, image, .. } = whole;
    let expected = i64::try_from(start_line(hunk)).unwrap_or(i64::MAX) + drift.lines;
    let old_count = whole.old_count as usize;
    let last = (image.lines.len() + 1).saturating_sub(old_count);
    let known = known_section(body, image);
    let mut found: Vec<Reading> = Vec::new();
    let mut places: Vec<usize> = (drift.floor..last)
        .filter(|&line| can_begin(body, image, line))
        .collect();
    places.sort_by_key(|&line| (i64::try_from(line).unwrap_or(i64::MAX) - expected).unsigned_abs());
    for line in places.into_iter().take(400) {
        let begins = begins_at(body, image, line);
        let mut here = readings(
            Task {
                window: (line, line + old_count),
                ..whole
            },
            &begins,
        );
        here.retain(|reading| function_fits(body, image, known, reading));
        if here.is_empty() {
            continue;
        }
        // The right function beats whatever fitted elsewhere.
        if here
            .iter()
            .any(|reading| names_function(body, image, reading))
        {
            return (here, true);
        }
        if found.is_empty() {
            found = here;
        }
    }
    (found, false)
}

/// A quick look whether a hunk can begin at a line: some word of the page's begin is the line's first.
fn can_begin(body: &Body, image: &Image<'_>, line: usize) -> bool {
    let Some(first) = (line..image.lines.len().min(line + 3)).find(|&at| !image.is_blank(at))
    else {
        return true;
    };
    let words = image.words(first);
    ends(body).into_iter().any(|section| {
        let rest = &body.units[section..];
        let rest = &rest[rest.iter().take_while(|unit| unit.empty()).count()..];
        let full = rest.len() >= words.len()
            && words
                .iter()
                .zip(rest)
                .all(|(word, unit)| *word == unit.full);
        // The first line may be a changed one, at the file's top.
        full || rest.first().is_some_and(|unit| unit.marker().is_some())
    })
}

/// The section as the reading has it.
fn section(body: &Body, reading: &Reading) -> Vec<Canonical> {
    body.units[..reading.section]
        .iter()
        .map(|unit| unit.full)
        .collect()
}

/// Does the function above the place bear the section's name?
pub(super) fn names_function(body: &Body, image: &Image<'_>, reading: &Reading) -> bool {
    let wanted = section(body, reading);
    image.sections(reading.begin).iter().any(|text| {
        let known: Vec<Canonical> = words(text).map(Canonical::of).collect();
        known == wanted
    })
}

/// How many words of the hunk are a function line of the file, so that its section is known.
fn known_section(body: &Body, image: &Image<'_>) -> Option<usize> {
    let most = ends(body).into_iter().max()?;
    let begins = |line: &&&[u8]| super::image::plain_rule(line);
    let lengths = image.lines.iter().filter(begins).filter_map(|line| {
        let line = super::image::cut(line);
        // What stands before a function's name is the begin of many lines.
        let named = line.contains(&b'(') || line.ends_with(b"{");
        let mut length = 0;
        for word in words(&line) {
            if body.units.get(length)?.full != Canonical::of(word) {
                return None;
            }
            length += 1;
        }
        (named && length <= most && (!body.lines_kept || length == body.head)).then_some(length)
    });
    lengths.max()
}

/// Says no where the named function is in the file, but elsewhere.
fn function_fits(body: &Body, image: &Image<'_>, known: Option<usize>, reading: &Reading) -> bool {
    if let Some(known) = known {
        return reading.section == known && names_function(body, image, reading);
    }
    true
}

/// Reads a hunk in a file that lacks some of its lines.
fn fuzzy(
    hunk: &DamagedHunk,
    body: &Body,
    image: &Image<'_>,
    (expected, floor): (i64, usize),
) -> Vec<Reading> {
    let Some(window) = window(hunk, body, image, (expected, floor)) else {
        return Vec::new();
    };
    let mut task = task(hunk, body, image, window);
    task.fuzzy = true;
    let mut begins = Vec::new();
    for line in window.0..=window.1 {
        let named: Vec<Begin> = begins_at(body, image, line);
        // Lines above the place cost a little, so that equal places go by distance.
        begins.extend(named);
    }
    let known = known_section(body, image);
    let mut found = readings(task, &begins);
    found.retain(|reading| {
        reading.rows.iter().any(|row| row.tree.is_some())
            && function_fits(body, image, known, reading)
    });
    found
}

/// The part of the file that shares most lines with the hunk, near where it is expected.
fn window(
    hunk: &DamagedHunk,
    body: &Body,
    image: &Image<'_>,
    (expected, floor): (i64, usize),
) -> Option<(usize, usize)> {
    use std::collections::HashMap;
    let mut starts: HashMap<Canonical, Vec<usize>> = HashMap::new();
    for (at, unit) in body.units.iter().enumerate() {
        let key = if unit.marker() == Some(b'-') && !unit.bare() {
            unit.rest
        } else {
            unit.full
        };
        starts.entry(key).or_default().push(at);
    }
    let old_count = hunk.old_count as usize;
    let weight = |line: usize| -> i64 {
        let words = image.words(line);
        let Some(first) = words.first() else { return 0 };
        let places = starts.get(first).map_or(&[][..], Vec::as_slice);
        let found = places.iter().take(40).any(|&at| {
            body.units.len() >= at + words.len()
                && words[1..]
                    .iter()
                    .zip(&body.units[at + 1..])
                    .all(|(word, unit)| *word == unit.full)
        });
        if found {
            i64::try_from(words.len()).unwrap_or(0)
        } else {
            0
        }
    };
    let weights: Vec<i64> = (0..image.lines.len()).map(weight).collect();
    let size = old_count + 6;
    let mut best: Option<(i64, usize)> = None;
    let mut sum = 0;
    for end in 0..weights.len() {
        sum += weights[end];
        if end >= size {
            sum -= weights[end - size];
        }
        let begin = (end + 1).saturating_sub(size);
        if begin < floor.saturating_sub(3) {
            continue;
        }
        let far = (i64::try_from(begin).unwrap_or(i64::MAX) - expected).unsigned_abs();
        let score = sum * 16 - i64::try_from(far.min(4000) / 60).unwrap_or(0);
        if sum >= 4 && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, begin));
        }
    }
    let (_, begin) = best?;
    let low = begin.saturating_sub(8).max(floor);
    Some((low, (begin + size + 12).min(image.lines.len()).max(low)))
}
