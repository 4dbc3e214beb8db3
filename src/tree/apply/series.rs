//! In: a base and the patches of a series. Out: what came of each patch, and the changed files after each.

use super::file::{After, FileResult, already, apply_file, refuse};
use super::path::path_refusal;
use super::symbols::{self, Introduced};
use crate::base::hash::blob_id;
use crate::base::id::ObjectId;
use crate::diff::{FileChange, FileDiff};
use crate::tree::source::{Changed, Node, Overlay, Source, TreeError};
use crate::tree::{FileOutcome, Grade, PatchOutcome, PatchVerdict, Proof};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A patch to apply.
#[derive(Clone, Copy, Debug)]
pub struct PatchInput<'p> {
    /// Number in the series, from 1.
    pub number: u32,
    /// Subject without tags.
    pub subject: &'p str,
    /// What it does, in the order posted.
    pub files: &'p [FileDiff],
}

/// What came of a series.
pub struct Applied {
    /// One for each patch, in order.
    pub outcomes: Vec<PatchOutcome>,
    /// `states[k]` holds every file that patches 1 to k changed; `states[0]` is empty.
    pub states: Vec<Arc<Changed>>,
}

/// Applies `patches` in order, each on what the ones before it left.
///
/// A patch that names a path outside the tree is refused whole. In any other, what fits goes in and what does not is
/// an outcome. `preimages` are searched for the blobs that `index` lines name, beside `base` and the series' own results.
///
/// # Errors
/// When a source cannot be read. Not applying is no error.
pub fn apply_series(
    base: &Arc<dyn Source>,
    patches: &[PatchInput<'_>],
    preimages: &[&dyn Source],
) -> Result<Applied, TreeError> {
    let mut run = Run {
        base,
        preimages,
        blobs: BTreeMap::new(),
        introduced: Introduced::default(),
        asked: Vec::new(),
    };
    let mut states = vec![Arc::new(Changed::new())];
    let mut outcomes = Vec::with_capacity(patches.len());
    for (at, patch) in patches.iter().enumerate() {
        let state = Arc::clone(states.last().expect("the first state was put in"));
        let (files, next) = run.apply(patch, at, &state)?;
        let (verdict, proof) = verdict(&files);
        outcomes.push(PatchOutcome {
            number: patch.number,
            subject: patch.subject.to_owned(),
            verdict,
            proof,
            files,
        });
        states.push(next);
    }
    run.name_missing_symbols(&mut outcomes)?;
    Ok(Applied { outcomes, states })
}

/// A word that a conflicting hunk relies on and its own file does not hold.
struct Asked {
    patch: usize,
    file: usize,
    hunk: usize,
    words: Vec<String>,
}

/// What applying a series gathers as it goes.
struct Run<'r> {
    base: &'r Arc<dyn Source>,
    preimages: &'r [&'r dyn Source],
    /// Every file that the series read or made, by id: pre-images of later patches.
    blobs: BTreeMap<ObjectId, Arc<[u8]>>,
    introduced: Introduced,
    asked: Vec<Asked>,
}

impl Run<'_> {
    fn apply(
        &mut self,
        patch: &PatchInput<'_>,
        number: usize,
        state: &Arc<Changed>,
    ) -> Result<(Vec<FileOutcome>, Arc<Changed>), TreeError> {
        if let Some(reason) = patch
            .files
            .iter()
            .find_map(|file| path_refusal(&file.old_path).or_else(|| path_refusal(&file.new_path)))
        {
            let results = patch.files.iter().map(|file| {
                let own = path_refusal(&file.old_path).or_else(|| path_refusal(&file.new_path));
                let other = format!("not applied, for another file of this patch: {reason}");
                refuse(file, own.unwrap_or(&other)).outcome
            });
            return Ok((results.collect(), Arc::clone(state)));
        }
        let before = Overlay::new(Arc::clone(self.base), Arc::clone(state));
        let mut next = Next {
            changed: (**state).clone(),
            written: HashSet::new(),
            leaving: leaving(patch.files),
        };
        let mut outcomes = Vec::with_capacity(patch.files.len());
        self.introduced.note_definitions(patch.files);
        let results: Vec<FileResult> = if is_each_path_once(patch.files) {
            let results: Result<Vec<_>, TreeError> = patch
                .files
                .par_iter()
                .map(|file| self.apply_one(file, &before, &before, &next))
                .collect();
            let results = results?;
            patch
                .files
                .iter()
                .zip(&results)
                .for_each(|(file, result)| next.take(file, result));
            results
        } else {
            let mut results = Vec::with_capacity(patch.files.len());
            for file in patch.files {
                let now = Overlay::new(Arc::clone(self.base), Arc::new(next.changed.clone()));
                let result = self.apply_one(file, &before, &now, &next)?;
                next.take(file, &result);
                results.push(result);
            }
            results
        };
        for (at, (file, result)) in patch.files.iter().zip(results).enumerate() {
            self.ask(file, &result, (number, at), &before)?;
            self.keep_blobs(&result);
            outcomes.push(result.outcome);
        }
        self.introduced.note_mentions(patch.files);
        Ok((outcomes, Arc::new(next.changed)))
    }

    /// Applies one file's diff. A rename or copy reads the tree as it was before the patch, as git does, so that names
    /// can be exchanged; anything else reads what the patch has made so far.
    fn apply_one(
        &self,
        diff: &FileDiff,
        before: &Overlay,
        now: &Overlay,
        next: &Next<'_>,
    ) -> Result<FileResult, TreeError> {
        let moves = matches!(diff.change, FileChange::Renamed | FileChange::Copied);
        let source = if moves { before } else { now };
        for path in [&diff.old_path, &diff.new_path] {
            if let Some(reason) = in_the_way(source, path)? {
                return Ok(refuse(diff, &reason));
            }
        }
        let pre = source.node(&diff.old_path)?;
        let pre = match &pre {
            Some(Node::File { bytes, executable }) => Some((bytes.as_slice(), *executable)),
            Some(Node::Symlink | Node::Folder) | None => None,
        };
        let blob = |id: &str| self.blob(id);
        if !moves {
            return Ok(apply_file(pre, diff, &blob));
        }
        let target = if next.leaving.contains(diff.new_path.as_str()) {
            None
        } else {
            before.bytes(&diff.new_path)?
        };
        Ok(match (pre, target) {
            (None, Some(target)) => moved_before(diff, &target, &blob),
            (Some(pre), Some(target)) => {
                let result = apply_file(Some(pre), diff, &blob);
                let same =
                    matches!(&result.after, After::Written { bytes, .. } if *bytes == target);
                if same && diff.change == FileChange::Copied {
                    already(diff, Some(&target), "the tree has this copy already")
                } else {
                    refuse(
                        diff,
                        &format!("the tree has a file {} already", diff.new_path),
                    )
                }
            }
            (pre, None) => apply_file(pre, diff, &blob),
        })
    }

    /// Looks for a blob in the series' own files, then in every source that has an object store.
    fn blob(&self, prefix: &str) -> Option<Vec<u8>> {
        if prefix.len() < 7 {
            return None;
        }
        let own = self
            .blobs
            .iter()
            .find(|(id, _)| id.has_prefix(prefix))
            .map(|(_, bytes)| bytes.to_vec());
        // A source that cannot be searched is like one that lacks the blob: the hunk is graded without it.
        own.or_else(|| self.base.blob(prefix).ok().flatten())
            .or_else(|| {
                self.preimages
                    .iter()
                    .find_map(|source| source.blob(prefix).ok().flatten())
            })
    }

    fn keep_blobs(&mut self, result: &FileResult) {
        let written = match &result.after {
            After::Written { bytes, .. } => Some(bytes),
            After::Same | After::Removed => None,
        };
        for bytes in [written, result.posted.as_ref()].into_iter().flatten() {
            self.blobs
                .entry(blob_id(bytes))
                .or_insert_with(|| Arc::from(bytes.as_slice()));
        }
    }

    /// Notes the words that a file's conflicting hunks rely on, without those that the file holds or the series brings.
    fn ask(
        &mut self,
        diff: &FileDiff,
        result: &FileResult,
        place: (usize, usize),
        before: &Overlay,
    ) -> Result<(), TreeError> {
        let conflicts = result
            .outcome
            .hunks
            .iter()
            .enumerate()
            .filter(|(_, hunk)| hunk.grade == Grade::Conflict);
        let conflicts: Vec<usize> = conflicts.map(|(at, _)| at).collect();
        if conflicts.is_empty() || result.outcome.refusal.starts_with("refused") {
            return Ok(());
        }
        let own = before.bytes(&diff.old_path)?.unwrap_or_default();
        for at in conflicts {
            let hunk = &diff.hunks[at];
            let mut words = symbols::asked(diff, hunk);
            words.retain(|word| {
                !symbols::holds(&own, word)
                    && !self
                        .introduced
                        .brings(word, symbols::is_added_only(hunk, word))
            });
            if !words.is_empty() {
                self.asked.push(Asked {
                    patch: place.0,
                    file: place.1,
                    hunk: at,
                    words,
                });
            }
        }
        Ok(())
    }

    /// Looks all noted words up in the base, in one pass, and tells each hunk which are missing.
    fn name_missing_symbols(&self, outcomes: &mut [PatchOutcome]) -> Result<(), TreeError> {
        let words: HashSet<&String> = self.asked.iter().flat_map(|asked| &asked.words).collect();
        let mut words: Vec<String> = words.into_iter().cloned().collect();
        words.sort();
        let missing = symbols::missing(self.base.as_ref(), &words)?;
        for asked in &self.asked {
            let hunk = &mut outcomes[asked.patch].files[asked.file].hunks[asked.hunk];
            let (symbols, reason) = symbols::report(
                asked
                    .words
                    .iter()
                    .filter(|word| missing.contains(*word))
                    .cloned()
                    .collect(),
            );
            super::reason::add(&mut hunk.reason, &reason);
            hunk.missing_symbols = symbols;
        }
        Ok(())
    }
}

/// The state that a patch is making.
struct Next<'p> {
    changed: Changed,
    written: HashSet<String>,
    /// Paths that this patch takes away: renames may go there.
    leaving: HashSet<&'p str>,
}

impl Next<'_> {
    fn take(&mut self, diff: &FileDiff, result: &FileResult) {
        match &result.after {
            After::Same => {}
            After::Written { bytes, executable } => {
                if diff.change == FileChange::Renamed && !self.written.contains(&diff.old_path) {
                    self.changed.insert(diff.old_path.clone(), None);
                }
                self.written.insert(diff.new_path.clone());
                self.changed.insert(
                    diff.new_path.clone(),
                    Some((Arc::from(bytes.as_slice()), *executable)),
                );
            }
            After::Removed if self.written.contains(&diff.old_path) => {}
            After::Removed => {
                self.changed.insert(diff.old_path.clone(), None);
            }
        }
    }
}

fn leaving(files: &[FileDiff]) -> HashSet<&str> {
    let leaves =
        |file: &&FileDiff| matches!(file.change, FileChange::Renamed | FileChange::Deleted);
    files
        .iter()
        .filter(leaves)
        .map(|file| file.old_path.as_str())
        .collect()
}

fn is_each_path_once(files: &[FileDiff]) -> bool {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for file in files {
        *counts.entry(&file.old_path).or_default() += 1;
        if file.new_path != file.old_path {
            *counts.entry(&file.new_path).or_default() += 1;
        }
    }
    counts.values().all(|count| *count == 1)
}

/// Says why nothing can be read or written at `path`: a link or folder there, or a link or file where a folder must be.
fn in_the_way(source: &Overlay, path: &str) -> Result<Option<String>, TreeError> {
    match source.node(path)? {
        Some(Node::Symlink) => return Ok(Some(format!("refused: {path} is a symbolic link"))),
        Some(Node::Folder) => return Ok(Some(format!("refused: {path} is a folder"))),
        Some(Node::File { .. }) => return Ok(None),
        None => {}
    }
    for (at, _) in path.match_indices('/') {
        match source.node(&path[..at])? {
            Some(Node::Symlink) => {
                return Ok(Some(format!("refused: {} is a symbolic link", &path[..at])));
            }
            Some(Node::File { .. }) => {
                return Ok(Some(format!(
                    "refused: {} is a file, not a folder",
                    &path[..at]
                )));
            }
            Some(Node::Folder) => {}
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// The old path is gone and the new one stands: is that this rename, done already?
fn moved_before(
    diff: &FileDiff,
    target: &[u8],
    blob: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> FileResult {
    let stay = FileDiff {
        change: FileChange::Modified,
        old_path: diff.new_path.clone(),
        old_mode: None,
        new_mode: None,
        ..diff.clone()
    };
    let done = if diff.hunks.is_empty() {
        diff.index.is_none()
    } else {
        apply_file(Some((target, false)), &stay, blob)
            .outcome
            .already_there
    };
    if done && diff.change == FileChange::Renamed {
        already(
            diff,
            Some(target),
            "the tree has the file under its new name already",
        )
    } else {
        refuse(
            diff,
            &format!(
                "the tree has no file {}, and {} is not the result",
                diff.old_path, diff.new_path
            ),
        )
    }
}

/// Sums a patch up. A patch without files has put nothing in, so it does not pass for applied.
fn verdict(files: &[FileOutcome]) -> (PatchVerdict, Proof) {
    let (mut there, mut in_now, mut out) = (0, 0, 0);
    for file in files {
        if !file.refusal.is_empty() {
            out += 1;
        } else if file.already_there {
            there += 1;
        } else if file.hunks.is_empty() {
            in_now += 1;
        }
        for hunk in file
            .hunks
            .iter()
            .filter(|_| file.refusal.is_empty() && !file.already_there)
        {
            match hunk.grade {
                Grade::Conflict => out += 1,
                Grade::AlreadyThere => there += 1,
                Grade::Exact
                | Grade::Offset
                | Grade::Fuzz
                | Grade::Whitespace
                | Grade::ThreeWay => in_now += 1,
            }
        }
    }
    let verdict = match (there, in_now, out) {
        (_, 0, 0) if there > 0 => PatchVerdict::AlreadyThere,
        (_, _, 0) if in_now > 0 => PatchVerdict::Applied,
        (0, 0, _) => PatchVerdict::Conflict,
        (_, _, _) => PatchVerdict::Partly,
    };
    // The order of `Proof` is from strong to weak.
    (
        verdict,
        files
            .iter()
            .map(|file| file.proof)
            .max()
            .unwrap_or(Proof::None),
    )
}
