//! In: one site, walk, hunk, patch, …. Out: its line.

use super::Line;
use crate::audit::{BlindSpot, Guard, Huge, ReviewChange, Site, Walk};
use crate::mail::Address;
use crate::series::{Patch, Series, Trailer};
use crate::store::{KernelRow, SeriesHead};
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
use crate::vocabulary::{Family, Predicate};
use serde::Serialize;

/// Fields of a `kernel` line.
#[derive(Clone, Debug, Serialize)]
pub struct KernelLine<'a> {
    name: &'a str,
    version: &'a str,
    commit: Option<&'a str>,
    tree: Option<&'a str>,
    source: &'a str,
}

/// Makes the line of a kernel.
pub fn kernel_line(kernel: &KernelRow) -> Line<KernelLine<'_>> {
    Line::new(
        "kernel",
        KernelLine {
            name: &kernel.name,
            version: &kernel.version,
            commit: kernel.commit.as_deref(),
            tree: kernel.tree.as_deref(),
            source: &kernel.spec,
        },
    )
}

/// Fields of a `predicate` line.
#[derive(Clone, Debug, Serialize)]
pub struct PredicateLine<'a> {
    name: &'a str,
    family: Family,
    accepts: &'a [String],
    file: &'a str,
    line: u32,
}

/// Makes the line of a predicate.
pub fn predicate_line(predicate: &Predicate) -> Line<PredicateLine<'_>> {
    Line::new(
        "predicate",
        PredicateLine {
            name: &predicate.name,
            family: predicate.family,
            accepts: &predicate.accepts,
            file: &predicate.file,
            line: predicate.line,
        },
    )
}

/// Fields of a `site` line.
#[derive(Clone, Debug, Serialize)]
pub struct SiteLine<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    function: &'a str,
    predicate: &'a str,
    family: Family,
    kind: &'static str,
    accepts: &'a [String],
    arms: &'a [String],
}

/// Makes the line of a site.
pub fn site_line(site: &Site) -> Line<SiteLine<'_>> {
    Line::new(
        "site",
        SiteLine {
            file: &site.file,
            line: site.line,
            column: site.column,
            function: &site.function,
            predicate: &site.predicate,
            family: site.family,
            kind: site.kind.word(),
            accepts: &site.accepts,
            arms: &site.arms,
        },
    )
}

/// A quoted line of source.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Quote<'a> {
    file: &'a str,
    line: u32,
    text: &'a str,
}

impl<'a> From<&'a crate::audit::Line> for Quote<'a> {
    fn from(line: &'a crate::audit::Line) -> Self {
        Self {
            file: &line.file,
            line: line.line,
            text: &line.text,
        }
    }
}

/// Fields of a `walk` line.
#[derive(Clone, Debug, Serialize)]
pub struct WalkLine<'a> {
    file: &'a str,
    function: &'a str,
    line: u32,
    walker: &'a str,
    flags: &'a [String],
    cursor: &'a str,
    cursor_from: &'a str,
    contract: &'a [String],
    verdict: &'static str,
    unhandled: &'a [String],
    #[serde(rename = "use")]
    used: Option<Quote<'a>>,
    witness: Vec<Quote<'a>>,
    reason: &'a str,
    guards: &'a [Guard],
    fingerprint: &'a str,
    pmd: Option<HugeLine<'a>>,
}

/// The verdict on huge entries in a `walk` line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HugeLine<'a> {
    contract: &'a [String],
    verdict: &'static str,
    unhandled: &'a [String],
    #[serde(rename = "use")]
    used: Option<Quote<'a>>,
    witness: Vec<Quote<'a>>,
    reason: &'a str,
    guards: &'a [Guard],
    fingerprint: &'a str,
}

impl<'a> From<&'a Huge> for HugeLine<'a> {
    fn from(huge: &'a Huge) -> Self {
        Self {
            contract: &huge.contract,
            verdict: huge.verdict.word(),
            unhandled: &huge.unhandled,
            used: huge.used.as_ref().map(Quote::from),
            witness: huge.witness.iter().map(Quote::from).collect(),
            reason: &huge.reason,
            guards: &huge.guards,
            fingerprint: &huge.fingerprint,
        }
    }
}

/// Makes the line of a walk.
pub fn walk_line(walk: &Walk) -> Line<WalkLine<'_>> {
    Line::new(
        "walk",
        WalkLine {
            file: &walk.file,
            function: &walk.function,
            line: walk.line,
            walker: &walk.walker,
            flags: &walk.flags,
            cursor: &walk.cursor,
            cursor_from: &walk.cursor_from,
            contract: &walk.contract,
            verdict: walk.verdict.word(),
            unhandled: &walk.unhandled,
            used: walk.used.as_ref().map(Quote::from),
            witness: walk.witness.iter().map(Quote::from).collect(),
            reason: &walk.reason,
            guards: &walk.guards,
            fingerprint: &walk.fingerprint,
            pmd: walk.pmd.as_ref().map(HugeLine::from),
        },
    )
}

/// Fields of a `blind` line.
#[derive(Clone, Debug, Serialize)]
pub struct BlindLine<'a> {
    file: &'a str,
    line: u32,
    sort: &'static str,
    what: &'a str,
}

/// Makes the line of a place that the audit could not see.
pub fn blind_line(spot: &BlindSpot) -> Line<BlindLine<'_>> {
    Line::new(
        "blind",
        BlindLine {
            file: &spot.file,
            line: spot.line,
            sort: spot.sort.word(),
            what: &spot.what,
        },
    )
}

/// Fields of a `hunk` line.
#[derive(Clone, Debug, Serialize)]
pub struct HunkLine<'a> {
    patch: u32,
    file: &'a str,
    old_start: u32,
    function: &'a str,
    grade: Grade,
    new_line: u32,
    offset: i64,
    fuzz: u32,
    reason: &'a str,
    expected: &'a [String],
    found: &'a [String],
    missing_symbols: &'a [String],
}

/// Makes the line of a hunk of `file` in patch `number`.
pub fn hunk_line<'a>(number: u32, file: &'a str, hunk: &'a HunkOutcome) -> Line<HunkLine<'a>> {
    Line::new(
        "hunk",
        HunkLine {
            patch: number,
            file,
            old_start: hunk.old_start,
            function: &hunk.function,
            grade: hunk.grade,
            new_line: hunk.new_line,
            offset: hunk.offset,
            fuzz: hunk.fuzz,
            reason: &hunk.reason,
            expected: &hunk.expected,
            found: &hunk.found,
            missing_symbols: &hunk.missing_symbols,
        },
    )
}

/// Fields of a `file` line.
#[derive(Clone, Debug, Serialize)]
pub struct FileLine<'a> {
    patch: u32,
    path: &'a str,
    old_path: &'a str,
    old_id: Option<&'a str>,
    new_id: Option<&'a str>,
    result_id: Option<&'a str>,
    already_there: bool,
    refused: bool,
    proof: Proof,
    repaired: bool,
    reason: &'a str,
    trials: u64,
}

/// Makes the line of a file in patch `number`; `reason` is the refusal, else what is known of the file
/// as a whole; `new_id` is the id posted.
pub fn file_line(number: u32, file: &FileOutcome) -> Line<FileLine<'_>> {
    Line::new(
        "file",
        FileLine {
            patch: number,
            path: &file.path,
            old_path: &file.old_path,
            old_id: file.old_id.as_deref(),
            new_id: file.posted_id.as_deref(),
            result_id: file.result_id.as_deref(),
            already_there: file.already_there,
            proof: file.proof,
            repaired: file.repaired,
            trials: file.trials,
            refused: !file.refusal.is_empty(),
            reason: if file.refusal.is_empty() {
                &file.reason
            } else {
                &file.refusal
            },
        },
    )
}

/// Fields of a `patch` line.
#[derive(Clone, Debug, Serialize)]
pub struct PatchLine<'a> {
    number: u32,
    subject: &'a str,
    outcome: PatchVerdict,
    proof: Proof,
    repaired: bool,
}

/// Makes the line of a patch's outcome.
pub fn patch_line(outcome: &PatchOutcome) -> Line<PatchLine<'_>> {
    Line::new(
        "patch",
        PatchLine {
            number: outcome.number,
            subject: &outcome.subject,
            outcome: outcome.verdict,
            proof: outcome.proof,
            repaired: outcome.restored.is_some(),
        },
    )
}

/// Fields of a `series` line.
#[derive(Clone, Debug, Serialize)]
pub struct SeriesLine<'a> {
    name: &'a str,
    subject: &'a str,
    version: u32,
    rfc: bool,
    of: u32,
    present: u32,
    missing: &'a [u32],
    author: &'a Address,
    date: Option<jiff::Timestamp>,
}

/// Makes the line of a stored series.
pub fn series_line(head: &SeriesHead) -> Line<SeriesLine<'_>> {
    Line::new(
        "series",
        SeriesLine {
            name: &head.name,
            subject: &head.subject,
            version: head.version,
            rfc: head.rfc,
            of: head.total,
            present: head.present,
            missing: &head.missing,
            author: &head.author,
            date: head.date,
        },
    )
}

/// Fields of a `post` line.
#[derive(Clone, Debug, Serialize)]
pub struct PostLine<'a> {
    message_id: Option<&'a str>,
    subject: &'a str,
    version: u32,
    number: u32,
    of: u32,
    author: &'a Address,
    date: Option<jiff::Timestamp>,
    files: usize,
    hunks: usize,
    trailers: &'a [Trailer],
    damaged: bool,
    lost: Vec<&'static str>,
}

/// Makes the line of one patch as posted.
pub fn post_line<'a>(series: &Series, patch: &'a Patch) -> Line<PostLine<'a>> {
    Line::new(
        "post",
        PostLine {
            message_id: patch.message_id.as_deref(),
            subject: &patch.subject,
            version: series.version,
            number: patch.number,
            of: series.total,
            author: &patch.author,
            date: patch.date,
            files: patch.files.len(),
            hunks: patch.files.iter().map(|file| file.hunks.len()).sum(),
            trailers: &patch.trailers,
            damaged: patch.is_damaged(),
            lost: patch
                .damage
                .as_ref()
                .map(|damage| damage.lost.words())
                .unwrap_or_default(),
        },
    )
}

/// Fields of a `change` line.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeLine<'a> {
    patch: u32,
    file: &'a str,
    line: u32,
    side: &'static str,
    function: &'a str,
    what: &'static str,
    name: &'a str,
    change: &'static str,
}

/// Makes the line of a site or walk that a patch changes.
pub fn change_line(change: &ReviewChange) -> Line<ChangeLine<'_>> {
    Line::new(
        "change",
        ChangeLine {
            patch: change.patch,
            file: &change.file,
            line: change.line,
            side: change.side.word(),
            function: &change.function,
            what: change.what.word(),
            name: &change.name,
            change: change.change.word(),
        },
    )
}
