//! In: a file's bytes and the hunks for it. Out: an outcome for each hunk and the file after them.

use super::conflict;
use super::edit::{Edit, compose, edits, is_whole};
use super::merge::Merge;
use super::place::{Placement, Placing};
use super::text::{Text, Want};
use crate::diff::{FileDiff, Hunk, LineKind};
use crate::tree::{Grade, HunkOutcome};

/// A file after its hunks.
pub(super) struct Patched {
    pub(super) hunks: Vec<HunkOutcome>,
    pub(super) bytes: Vec<u8>,
}

/// Puts every hunk that fits into the file `text`.
///
/// Hunks keep their order and never share a line. One that stands exactly at its posted line is not pushed away by an
/// earlier one that has to be searched for.
pub(super) fn patch<'a>(
    text: &Text<'a>,
    diff: &FileDiff,
    merge: Option<&Merge<'_, 'a>>,
) -> Patched {
    let sure = sure_starts(text, diff);
    let (mut outcomes, mut all): (Vec<HunkOutcome>, Vec<Edit<'_>>) =
        (Vec::with_capacity(diff.hunks.len()), Vec::new());
    let mut free = 0;
    // What git calls the posted line: `new_start`, less the lines that earlier hunks bring, unless they are in already.
    let mut brought: i64 = 0;
    let mut shift: i64 = 0;
    for (at, hunk) in diff.hunks.iter().enumerate() {
        let posted = i64::from(hunk.new_start) - i64::from(hunk.new_count > 0);
        let expected = posted - brought;
        let delta = i64::from(hunk.new_count) - i64::from(hunk.old_count);
        let ceiling = sure[at + 1].unwrap_or(text.lines.len()).max(free);
        let placing = Placing {
            text,
            hunk,
            expected,
            free: free..ceiling,
            merge,
        };
        let damaged = malformed(hunk);
        let is_sound = damaged.is_none();
        let placed = damaged.map_or_else(|| placing.place(), Err);
        let placed = match placed {
            // What is ambiguous stays so: only lines that stand nowhere are looked for word by word.
            Err(reason) if is_sound && reason.is_empty() => match placing.word_merge() {
                Ok(Some(placement)) => Ok(placement),
                Ok(None) => Err(reason),
                Err(reason) => Err(reason),
            },
            placed => placed,
        };
        let contained = || is_sound.then(|| placing.contained()).flatten();
        match placed {
            Ok(placement) if placement.grade == Grade::AlreadyThere => {
                free = placement.taken.end;
                outcomes.push(went_in(hunk, &placement, expected, shift));
            }
            Ok(placement) => {
                free = placement.taken.end;
                outcomes.push(went_in(hunk, &placement, expected, shift));
                shift += placement
                    .edits
                    .iter()
                    .map(|edit| edit.come.len() as i64 - edit.gone.len() as i64)
                    .sum::<i64>();
                all.extend(placement.edits);
                brought += delta;
            }
            Err(reason) => {
                let mut outcome = conflicts(text, hunk, expected, reason);
                if let Some((line, evidence)) = contained() {
                    outcome.grade = Grade::Contained;
                    outcome.new_line = u32::try_from(line as i64 + shift + 1).unwrap_or(0);
                    outcome.reason = evidence;
                } else {
                    brought += delta;
                }
                outcomes.push(outcome);
            }
        }
    }
    Patched {
        hunks: outcomes,
        bytes: compose(text, &all),
    }
}

/// Applies every hunk exactly at its line, as on the file that the patch was made from; `None` if one does not fit.
pub(super) fn patch_exactly(text: &Text<'_>, diff: &FileDiff) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    let mut free = 0;
    for hunk in &diff.hunks {
        let start = posted_start(hunk);
        let before = Want::before(hunk);
        if malformed(hunk).is_some()
            || start < free
            || start > text.lines.len()
            || !text.stands_at(start, &before.lines)
        {
            return None;
        }
        free = start + before.lines.len();
        all.extend(edits(hunk, start as i64));
    }
    is_whole(text, &all).then(|| compose(text, &all))
}

fn posted_start(hunk: &Hunk) -> usize {
    (hunk.old_start as usize).saturating_sub(usize::from(hunk.old_count > 0))
}

/// For each hunk, the lowest line that it or a hunk behind it holds for sure: all lines equal at the posted line.
fn sure_starts(text: &Text<'_>, diff: &FileDiff) -> Vec<Option<usize>> {
    let mut sure = vec![None; diff.hunks.len() + 1];
    for (at, hunk) in diff.hunks.iter().enumerate().rev() {
        let start = posted_start(hunk);
        let before = Want::before(hunk).lines;
        let section = super::function::Section::new(&hunk.section);
        let stands = !before.is_empty()
            && text.stands_at(start, &before)
            && (text.is_preimage || section.is_none_or(|section| text.is_in(start, &section)));
        let below: Option<usize> = sure[at + 1];
        sure[at] = if stands && below.is_none_or(|below| start + before.len() <= below) {
            Some(start)
        } else {
            below
        };
    }
    sure
}

/// Says what is wrong with a hunk in itself.
fn malformed(hunk: &Hunk) -> Option<String> {
    let (old, new) = hunk.counted();
    if (old, new) != (hunk.old_count, hunk.new_count) {
        return Some(format!(
            "damaged hunk: its header says {} old and {} new lines, it holds {old} and {new}",
            hunk.old_count, hunk.new_count
        ));
    }
    for gone in [LineKind::Added, LineKind::Removed] {
        let side: Vec<bool> = hunk
            .lines
            .iter()
            .filter(|line| line.kind != gone)
            .map(|line| line.newline)
            .collect();
        if side.iter().rev().skip(1).any(|newline| !newline) {
            return Some(
                "damaged hunk: `\\ No newline at end of file` stands before its last line"
                    .to_owned(),
            );
        }
    }
    let stray = hunk.lines.iter().any(|line| line.text.contains(&b'\n'));
    stray.then(|| "damaged hunk: a line holds a line feed".to_owned())
}

fn went_in(hunk: &Hunk, placement: &Placement<'_>, expected: i64, shift: i64) -> HunkOutcome {
    let line = placement.start.max(0) + shift + 1;
    let (expected_lines, found) = placement.shown.clone().unwrap_or_default();
    HunkOutcome {
        old_start: hunk.old_start,
        function: hunk.section.clone(),
        grade: placement.grade,
        new_line: u32::try_from(line).unwrap_or(u32::MAX),
        offset: placement.start - expected,
        fuzz: placement.fuzz as u32,
        reason: placement.reason.clone(),
        expected: expected_lines,
        found,
        missing_symbols: Vec::new(),
    }
}

fn conflicts(text: &Text<'_>, hunk: &Hunk, expected: i64, reason: String) -> HunkOutcome {
    let nearest = conflict::nearest(text, hunk, expected);
    let mut outcome = refused(hunk, reason);
    outcome.found = nearest.found;
    if outcome.reason.is_empty() {
        outcome.reason = nearest.reason;
    }
    outcome
}

/// Gives the outcome of a hunk that does not go in.
pub(super) fn refused(hunk: &Hunk, reason: String) -> HunkOutcome {
    HunkOutcome {
        old_start: hunk.old_start,
        function: hunk.section.clone(),
        grade: Grade::Conflict,
        new_line: 0,
        offset: 0,
        fuzz: 0,
        reason,
        expected: conflict::expected(hunk),
        found: Vec::new(),
        missing_symbols: Vec::new(),
    }
}
