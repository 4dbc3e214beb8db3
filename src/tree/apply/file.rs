//! In: a file as the tree has it (or none) and one file's diff. Out: what came of it, and the file after it.
//!
//! This is the engine's pure core: it reads no source, and renames are the caller's to carry out.

use super::hunks::{patch, patch_exactly, refused};
use super::merge::Merge;
use super::path::path_refusal;
use super::text::Text;
use crate::base::hash::blob_id;
use crate::diff::{FileChange, FileDiff, LineKind};
use crate::tree::{FileOutcome, Grade, HunkOutcome, Proof};

/// What a file is after a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// As before.
    Same,
    /// These bytes at the diff's new path.
    Written {
        /// The content.
        bytes: Vec<u8>,
        /// Has it the executable bit?
        executable: bool,
    },
    /// No more.
    Removed,
}

/// What came of one file's diff.
#[derive(Clone, Debug)]
pub struct FileResult {
    /// The outcome, as reported.
    pub outcome: FileOutcome,
    /// The file after it.
    pub after: After,
    /// The very file that the poster had after the patch, where its pre-image was found and the blob id shows it.
    pub posted: Option<Vec<u8>>,
}

/// Applies one file's diff to `pre`: bytes and executable bit of what stands at the path that is read, or nothing.
///
/// `blob` finds a blob by (a prefix of) its id; what it gives is checked against that id. For a renamed or copied file
/// `pre` is what stands at the old path.
pub fn apply_file(
    pre: Option<(&[u8], bool)>,
    diff: &FileDiff,
    blob: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> FileResult {
    if let Some(refusal) = refusal(diff) {
        return refuse(diff, &refusal);
    }
    match (diff.change, pre) {
        (FileChange::Added, _) => add(pre, diff),
        (FileChange::Deleted, Some((bytes, _))) => delete(bytes, diff),
        (FileChange::Deleted, None) => already(diff, None, "the tree has no such file already"),
        (FileChange::Modified | FileChange::Renamed | FileChange::Copied, None) => {
            refuse(diff, &format!("the tree has no file {}", diff.old_path))
        }
        (
            FileChange::Modified | FileChange::Renamed | FileChange::Copied,
            Some((bytes, executable)),
        ) => modify(bytes, executable, diff, blob),
    }
}

/// Says why a diff must not be applied at all, whatever the tree holds.
fn refusal(diff: &FileDiff) -> Option<String> {
    if let Some(reason) = path_refusal(&diff.old_path).or_else(|| path_refusal(&diff.new_path)) {
        return Some(reason.to_owned());
    }
    for mode in [diff.old_mode, diff.new_mode].into_iter().flatten() {
        match mode & 0o170_000 {
            0o120_000 => {
                return Some("refused: the patch makes or changes a symbolic link".to_owned());
            }
            0o160_000 => return Some("refused: the patch changes a submodule".to_owned()),
            0o100_000 => {}
            _ => return Some(format!("refused: {mode:o} is not the mode of a file")),
        }
    }
    if lost_its_hunks(diff) {
        return Some(
            "damaged: the header names a change of content, but no hunk follows".to_owned(),
        );
    }
    let binary = "refused: binary patches are not applied; take the commit itself from a git repository that has it";
    diff.binary.then(|| binary.to_owned())
}

/// Says whether the header promises another content and there are no hunks to make it.
fn lost_its_hunks(diff: &FileDiff) -> bool {
    if !diff.hunks.is_empty() || diff.binary {
        return false;
    }
    let mode_changes = diff.new_mode.is_some() && diff.new_mode != diff.old_mode;
    match (diff.change, &diff.index) {
        (FileChange::Modified, None) => !mode_changes,
        (FileChange::Modified | FileChange::Renamed | FileChange::Copied, Some(index)) => {
            index.old != index.new
        }
        (FileChange::Added, Some(index)) => !blob_id(b"").has_prefix(&index.new),
        (FileChange::Renamed | FileChange::Copied | FileChange::Added, None)
        | (FileChange::Deleted, _) => false,
    }
}

/// Gives the result for a diff that is not applied, a conflict for each of its hunks.
pub(super) fn refuse(diff: &FileDiff, refusal: &str) -> FileResult {
    let mut outcome = blank(diff);
    refusal.clone_into(&mut outcome.refusal);
    outcome.hunks = diff
        .hunks
        .iter()
        .map(|hunk| refused(hunk, refusal.to_owned()))
        .collect();
    FileResult {
        outcome,
        after: After::Same,
        posted: None,
    }
}

fn blank(diff: &FileDiff) -> FileOutcome {
    let new = diff
        .index
        .as_ref()
        .map(|index| index.new.clone())
        .filter(|id| !is_zero(id));
    FileOutcome {
        path: diff.path().to_owned(),
        old_path: diff.old_path.clone(),
        refusal: String::new(),
        reason: String::new(),
        already_there: false,
        old_id: diff
            .index
            .as_ref()
            .map(|index| index.old.clone())
            .filter(|id| !is_zero(id)),
        posted_id: new,
        result_id: None,
        proof: Proof::Intact,
        repaired: false,
        trials: 0,
        hunks: Vec::new(),
    }
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|digit| digit == b'0')
}

/// The posted id of the pre-image, where there was one.
fn old_id(diff: &FileDiff) -> Option<&str> {
    diff.index
        .as_ref()
        .map(|index| index.old.as_str())
        .filter(|id| !is_zero(id))
}

fn names(id: Option<&str>, bytes: &[u8]) -> bool {
    id.is_some_and(|id| id.len() >= 7 && blob_id(bytes).has_prefix(id))
}

/// Gives the result for a file whose step is in the tree already.
pub(super) fn already(diff: &FileDiff, bytes: Option<&[u8]>, reason: &str) -> FileResult {
    let mut outcome = blank(diff);
    outcome.already_there = true;
    reason.clone_into(&mut outcome.reason);
    outcome.result_id = bytes.map(|bytes| blob_id(bytes).to_string());
    let proved = bytes.is_some_and(|bytes| names(outcome.posted_id.as_deref(), bytes));
    outcome.proof = if proved { Proof::Proved } else { Proof::Intact };
    outcome.hunks = diff
        .hunks
        .iter()
        .map(|hunk| HunkOutcome {
            grade: Grade::AlreadyThere,
            new_line: hunk.new_start,
            expected: Vec::new(),
            ..refused(hunk, reason.to_owned())
        })
        .collect();
    FileResult {
        outcome,
        after: After::Same,
        posted: None,
    }
}

fn executable_after(diff: &FileDiff, before: bool) -> bool {
    diff.new_mode.map_or(before, |mode| mode & 0o111 != 0)
}

/// The one side of a whole-file diff, if each of its lines is of this kind and the counts hold.
fn sole_side(diff: &FileDiff, kind: LineKind) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    if diff.hunks.len() > 1 {
        return Err("damaged: a new or deleted file has one hunk".to_owned());
    }
    for hunk in &diff.hunks {
        if hunk.counted() != (hunk.old_count, hunk.new_count) {
            return Err("damaged hunk: its header counts other lines than it holds".to_owned());
        }
        for (at, line) in hunk.lines.iter().enumerate() {
            let ends = line.newline || at + 1 == hunk.lines.len();
            if line.kind != kind || line.text.contains(&b'\n') || !ends {
                return Err("damaged hunk: a new or deleted file has lines of one kind".to_owned());
            }
            out.extend_from_slice(&line.text);
            out.extend_from_slice(if line.newline { b"\n" } else { b"" });
        }
    }
    Ok(out)
}

fn add(pre: Option<(&[u8], bool)>, diff: &FileDiff) -> FileResult {
    let content = match sole_side(diff, LineKind::Added) {
        Ok(content) => content,
        Err(reason) => return refuse(diff, &reason),
    };
    match pre {
        Some((bytes, _)) if bytes == content => {
            return already(diff, Some(bytes), "the tree has this file already");
        }
        Some(_) => return refuse(diff, "the file exists already, with other content"),
        None => {}
    }
    let mut outcome = blank(diff);
    outcome.hunks = exact_hunks(diff);
    let executable = executable_after(diff, false);
    finish(
        outcome,
        diff,
        None,
        After::Written {
            bytes: content,
            executable,
        },
    )
}

fn delete(bytes: &[u8], diff: &FileDiff) -> FileResult {
    let known = names(old_id(diff), bytes);
    let content = match sole_side(diff, LineKind::Removed) {
        Ok(content) => content,
        Err(reason) => return refuse(diff, &reason),
    };
    // `git diff -D` leaves the content out; then the id must stand for it.
    if content != bytes && !(diff.hunks.is_empty() && known) {
        let mut result = refuse(diff, "the file's content is not what the patch deletes");
        for (hunk, outcome) in diff.hunks.iter().zip(&mut result.outcome.hunks) {
            let text = Text::new(bytes, false);
            let nearest = super::conflict::nearest(&text, hunk, 0);
            outcome.found = nearest.found;
            super::reason::add(&mut outcome.reason, &nearest.reason);
        }
        return result;
    }
    let mut outcome = blank(diff);
    outcome.hunks = exact_hunks(diff);
    outcome.proof = match old_id(diff) {
        Some(_) if known => Proof::Proved,
        Some(id) if id.len() >= 7 => Proof::Failed,
        Some(_) | None => Proof::Intact,
    };
    if outcome.proof == Proof::Failed {
        "the deleted text is what the tree has, but not what the index line names: the patch was changed".clone_into(&mut outcome.reason);
    }
    FileResult {
        outcome,
        after: After::Removed,
        posted: None,
    }
}

fn exact_hunks(diff: &FileDiff) -> Vec<HunkOutcome> {
    let exact = |hunk| HunkOutcome {
        grade: Grade::Exact,
        new_line: 1,
        expected: Vec::new(),
        ..refused(hunk, String::new())
    };
    diff.hunks.iter().map(exact).collect()
}

fn modify(
    bytes: &[u8],
    executable: bool,
    diff: &FileDiff,
    blob: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> FileResult {
    let is_preimage = names(old_id(diff), bytes);
    let mut outcome = blank(diff);
    let mode = executable_after(diff, executable);
    let stays = diff.change == FileChange::Modified;
    if stays && !is_preimage && names(outcome.posted_id.as_deref(), bytes) {
        let mut result = already(
            diff,
            Some(bytes),
            "the tree's file is the posted result, by its blob id",
        );
        if mode != executable {
            result.outcome.already_there = false;
            result.after = After::Written {
                bytes: bytes.to_vec(),
                executable: mode,
            };
        }
        return result;
    }
    if stays && diff.hunks.is_empty() {
        if mode == executable {
            let what = if diff.new_mode.is_some() {
                "the file has this mode already"
            } else {
                "the diff changes nothing"
            };
            return already(diff, Some(bytes), what);
        }
        return finish(
            outcome,
            diff,
            Some(bytes),
            After::Written {
                bytes: bytes.to_vec(),
                executable: mode,
            },
        );
    }
    let text = Text::new(bytes, is_preimage);
    let preimage = if is_preimage {
        None
    } else {
        old_id(diff).and_then(|id| blob(id).filter(|bytes| names(Some(id), bytes)))
    };
    let base = preimage.as_deref().map(|bytes| Text::new(bytes, true));
    let posted = base
        .as_ref()
        .and_then(|base| patch_exactly(base, diff))
        .filter(|bytes| names(outcome.posted_id.as_deref(), bytes));
    let merge = base.as_ref().map(|base| Merge::new(base, &text));
    let patched = patch(&text, diff, merge.as_ref());
    outcome.hunks = patched.hunks;
    let all = |grade| {
        !outcome.hunks.is_empty()
            && outcome
                .hunks
                .iter()
                .all(|hunk: &HunkOutcome| hunk.grade == grade)
    };
    let after = if stays && patched.bytes == bytes && mode == executable {
        outcome.already_there = all(Grade::AlreadyThere);
        After::Same
    } else if all(Grade::Conflict) {
        // A rename whose content does not fit stays undone; so does a change of mode.
        After::Same
    } else {
        After::Written {
            bytes: patched.bytes,
            executable: mode,
        }
    };
    let mut result = finish(outcome, diff, Some(bytes), after);
    result.posted = posted;
    result
}

/// Compares the result's id with the posted one.
fn finish(
    mut outcome: FileOutcome,
    diff: &FileDiff,
    pre: Option<&[u8]>,
    after: After,
) -> FileResult {
    let result = match (&after, pre) {
        (After::Written { bytes, .. }, _) => Some(bytes.as_slice()),
        (After::Same, Some(bytes)) => Some(bytes),
        (After::Same, None) | (After::Removed, _) => None,
    };
    let conflicts = outcome
        .hunks
        .iter()
        .filter(|hunk| hunk.grade == Grade::Conflict)
        .count();
    if conflicts == outcome.hunks.len() && conflicts > 0 {
        return FileResult {
            outcome,
            after,
            posted: None,
        };
    }
    outcome.result_id = result.map(|bytes| blob_id(bytes).to_string());
    let exact = outcome.hunks.iter().all(|hunk| hunk.grade == Grade::Exact);
    let usable = outcome.posted_id.as_deref().filter(|id| id.len() >= 7);
    let known = pre.is_some_and(|bytes| names(old_id(diff), bytes));
    let proved = result.is_some_and(|bytes| names(usable, bytes));
    (outcome.proof, outcome.reason) = if proved && known {
        (
            Proof::Proved,
            "pre-image and result have the posted blob ids".to_owned(),
        )
    } else if proved {
        (
            Proof::Proved,
            "the result has the posted blob id".to_owned(),
        )
    } else if exact && known && usable.is_some() {
        let words = "the pre-image is the posted one, but the result is not: the patch was changed after it was made";
        (Proof::Failed, words.to_owned())
    } else if exact && pre.is_none() && usable.is_some() {
        (Proof::Failed, "the new file is not what the index line names: the patch was changed after it was made".to_owned())
    } else {
        (Proof::Intact, String::new())
    };
    FileResult {
        outcome,
        after,
        posted: None,
    }
}
