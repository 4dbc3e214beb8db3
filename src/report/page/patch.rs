//! In: one patch as posted and what came of it on each kernel. Out: its part of the series' page.

use super::moment;
use super::review::{ReviewView, TouchView};
use super::series::{Run, address};
use crate::base::show::visible_bytes;
use crate::diff::{FileChange, FileDiff, Hunk, LineKind, Problem};
use crate::series::{ChangelogEntry, DiffstatFile, Patch, Trailer};
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchVerdict, Proof};
use serde::Serialize;
use std::collections::HashSet;

/// How many diff lines a series' page may still show: a 200 MB patch must not make a 400 MB page.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(30_000)
    }
}

/// At most so many bytes of one line are shown.
const LINE_BYTES: usize = 2_000;

/// One patch.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PatchView {
    number: u32,
    subject: String,
    full_subject: String,
    author: String,
    date: Option<String>,
    message_id: Option<String>,
    message: String,
    trailers: Vec<Trailer>,
    changelog: Vec<ChangelogEntry>,
    diffstat: Vec<DiffstatFile>,
    problems: Vec<Problem>,
    /// What its page lost.
    lost: Vec<&'static str>,
    /// The kernel on which the diff shown was restored.
    restored_on: Option<String>,
    hunks: usize,
    added: usize,
    removed: usize,
    results: Vec<PatchResult>,
    touches: Vec<TouchView>,
    files: Vec<FileView>,
}

/// What came of it on one kernel.
#[derive(Clone, Debug, Serialize)]
struct PatchResult {
    kernel: String,
    verdict: PatchVerdict,
    proof: Proof,
    repaired: bool,
}

/// One file of its diff.
#[derive(Clone, Debug, Serialize)]
struct FileView {
    path: String,
    old_path: Option<String>,
    change: FileChange,
    mode: Option<String>,
    binary: bool,
    added: usize,
    removed: usize,
    results: Vec<FileResult>,
    hunks: Vec<HunkView>,
}

/// What came of a file on one kernel.
#[derive(Clone, Debug, Serialize)]
struct FileResult {
    kernel: String,
    refusal: String,
    reason: String,
    already_there: bool,
    proof: Proof,
    repaired: bool,
    /// Outcomes of hunks that the posted diff does not have: shown, never dropped.
    odd: Vec<HunkResult>,
}

/// One hunk.
#[derive(Clone, Debug, Serialize)]
struct HunkView {
    header: String,
    lines: Vec<DiffLine>,
    hidden: usize,
    results: Vec<HunkResult>,
}

/// A line of a diff.
#[derive(Clone, Debug, Serialize)]
struct DiffLine {
    kind: LineKind,
    text: String,
    newline: bool,
}

/// What came of a hunk on one kernel.
#[derive(Clone, Debug, Serialize)]
struct HunkResult {
    kernel: String,
    old_start: u32,
    function: String,
    grade: Grade,
    offset: String,
    fuzz: u32,
    new_line: u32,
    reason: String,
    expected: Vec<Side>,
    found: Vec<Side>,
    missing_symbols: Vec<String>,
}

/// A line of the expected or the found text.
#[derive(Clone, Debug, Serialize)]
struct Side {
    text: String,
    /// Does the other side lack it?
    differs: bool,
}

impl PatchView {
    /// Gathers one patch.
    pub(super) fn new(
        patch: &Patch,
        runs: &[Run],
        reviews: &[ReviewView],
        budget: &mut Budget,
    ) -> Self {
        let outcomes = || {
            runs.iter().filter_map(|run| {
                let outcome = run
                    .outcomes
                    .iter()
                    .find(|outcome| outcome.number == patch.number)?;
                Some((run.kernel.as_str(), outcome))
            })
        };
        // Of a damaged patch the newest restoration is shown.
        let restored = outcomes().find_map(|(kernel, outcome)| {
            let files = outcome.restored.as_ref()?;
            Some((kernel, files))
        });
        let diffs = restored.map_or(&patch.files, |(_, files)| files);
        let count = |kind| diffs.iter().map(|file| lines_of(file, kind)).sum();
        let files = diffs
            .iter()
            .enumerate()
            .map(|(at, file)| {
                let results: Vec<_> = outcomes()
                    .filter_map(|(kernel, outcome)| {
                        Some((kernel, file_outcome(&outcome.files, at, file.path())?))
                    })
                    .collect();
                file_view(file, &results, budget)
            })
            .collect();
        Self {
            number: patch.number,
            subject: patch.subject.clone(),
            full_subject: patch.full_subject.clone(),
            author: address(&patch.author),
            date: patch.date.map(moment),
            message_id: patch.message_id.clone(),
            message: without_trailers(&patch.message, &patch.trailers).to_owned(),
            trailers: patch.trailers.clone(),
            changelog: patch.changelog.clone(),
            diffstat: patch.diffstat.clone(),
            problems: patch.problems.clone(),
            lost: patch
                .damage
                .as_ref()
                .map(|damage| damage.lost.words())
                .unwrap_or_default(),
            restored_on: restored.map(|(kernel, _)| kernel.to_owned()),
            hunks: diffs.iter().map(|file| file.hunks.len()).sum(),
            added: count(LineKind::Added),
            removed: count(LineKind::Removed),
            results: outcomes()
                .map(|(kernel, outcome)| PatchResult {
                    kernel: kernel.to_owned(),
                    verdict: outcome.verdict,
                    proof: outcome.proof,
                    repaired: outcome.restored.is_some(),
                })
                .collect(),
            touches: reviews
                .iter()
                .filter_map(|review| review.touches(patch.number))
                .collect(),
            files,
        }
    }
}

/// Cuts the trailers, which are shown in a list of their own, off a message's end.
fn without_trailers<'m>(message: &'m str, trailers: &[Trailer]) -> &'m str {
    let is_trailer = |line: &str| {
        trailers.iter().any(|trailer| {
            line.strip_prefix(trailer.key.as_str())
                .is_some_and(|rest| rest.starts_with(':'))
        })
    };
    let mut rest = message.trim_end();
    while let Some(line) = rest.lines().next_back().filter(|line| is_trailer(line)) {
        rest = rest[..rest.len() - line.len()].trim_end();
    }
    rest
}

/// Counts the lines of one kind.
fn lines_of(file: &FileDiff, kind: LineKind) -> usize {
    file.hunks
        .iter()
        .flat_map(|hunk| &hunk.lines)
        .filter(|line| line.kind == kind)
        .count()
}

/// Finds a file's outcome: at the same place, else by its path.
fn file_outcome<'o>(files: &'o [FileOutcome], at: usize, path: &str) -> Option<&'o FileOutcome> {
    files
        .get(at)
        .filter(|file| file.path == path)
        .or_else(|| files.iter().find(|file| file.path == path))
}

/// Gathers one file.
fn file_view(file: &FileDiff, results: &[(&str, &FileOutcome)], budget: &mut Budget) -> FileView {
    let mode = match (file.old_mode, file.new_mode) {
        (Some(old), Some(new)) if old != new => Some(format!("mode {old:o} → {new:o}")),
        (None, Some(new)) if file.change == FileChange::Added => Some(format!("mode {new:o}")),
        _ => None,
    };
    let hunks = file
        .hunks
        .iter()
        .enumerate()
        .map(|(at, hunk)| {
            let results = results
                .iter()
                .filter_map(|(kernel, outcome)| Some(hunk_result(kernel, outcome.hunks.get(at)?)))
                .collect();
            hunk_view(hunk, results, budget)
        })
        .collect();
    FileView {
        path: file.path().to_owned(),
        old_path: Some(file.old_path.clone()).filter(|old| old != file.path()),
        change: file.change,
        mode,
        binary: file.binary,
        added: lines_of(file, LineKind::Added),
        removed: lines_of(file, LineKind::Removed),
        results: results
            .iter()
            .map(|(kernel, outcome)| FileResult {
                kernel: (*kernel).to_owned(),
                refusal: outcome.refusal.clone(),
                reason: outcome.reason.clone(),
                already_there: outcome.already_there,
                proof: outcome.proof,
                repaired: outcome.repaired,
                odd: outcome
                    .hunks
                    .iter()
                    .skip(file.hunks.len())
                    .map(|hunk| hunk_result(kernel, hunk))
                    .collect(),
            })
            .collect(),
        hunks,
    }
}

/// Gathers one hunk, as far as the budget goes.
fn hunk_view(hunk: &Hunk, results: Vec<HunkResult>, budget: &mut Budget) -> HunkView {
    let shown = hunk.lines.len().min(budget.0);
    budget.0 -= shown;
    let header = format!(
        "@@ -{},{} +{},{} @@ {}",
        hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, hunk.section
    );
    HunkView {
        header: header.trim_end().to_owned(),
        lines: hunk.lines[..shown]
            .iter()
            .map(|line| DiffLine {
                kind: line.kind,
                text: text(&line.text),
                newline: line.newline,
            })
            .collect(),
        hidden: hunk.lines.len() - shown,
        results,
    }
}

/// Spells a line's bytes, a very long one cut.
fn text(bytes: &[u8]) -> String {
    if bytes.len() <= LINE_BYTES {
        return visible_bytes(bytes);
    }
    format!(
        "{} … {} more bytes",
        visible_bytes(&bytes[..LINE_BYTES]),
        bytes.len() - LINE_BYTES
    )
}

/// Spells a hunk's outcome.
fn hunk_result(kernel: &str, hunk: &HunkOutcome) -> HunkResult {
    HunkResult {
        kernel: kernel.to_owned(),
        old_start: hunk.old_start,
        function: hunk.function.clone(),
        grade: hunk.grade,
        offset: if hunk.offset == 0 {
            String::new()
        } else {
            format!("{:+}", hunk.offset)
        },
        fuzz: hunk.fuzz,
        new_line: hunk.new_line,
        reason: hunk.reason.clone(),
        expected: sides(&hunk.expected, &hunk.found),
        found: sides(&hunk.found, &hunk.expected),
        missing_symbols: hunk.missing_symbols.clone(),
    }
}

/// Marks the lines that the other side lacks.
fn sides(lines: &[String], other: &[String]) -> Vec<Side> {
    let other: HashSet<&str> = other.iter().map(String::as_str).collect();
    lines
        .iter()
        .map(|line| Side {
            differs: !other.contains(line.as_str()),
            text: text(line.as_bytes()),
        })
        .collect()
}
