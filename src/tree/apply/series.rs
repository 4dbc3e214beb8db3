//! In: a base and the patches of a series. Out: what came of each patch, and the changed files after each.

use super::file::{After, FileResult, already, apply_file, refuse};
use super::path::path_refusal;
use super::symbols::{self, Introduced};
use super::verdict::verdict;
use super::view::{View, in_the_way};
use crate::base::hash::blob_id;
use crate::base::id::ObjectId;
use crate::diff::{FileChange, FileDiff};
use crate::tree::source::{Changed, Node, Source, TreeError};
use crate::tree::{FileOutcome, Grade, PatchOutcome};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};
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
            restored: None,
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
        if let Some(refused) = refuse_whole(patch.files) {
            return Ok((refused, Arc::clone(state)));
        }
        let before = View {
            base: self.base.as_ref(),
            changed: state,
        };
        let mut next = Next {
            changed: (**state).clone(),
            written: HashSet::new(),
            leaving: leaving(patch.files),
        };
        let mut outcomes = Vec::with_capacity(patch.files.len());
        self.introduced.note_definitions(patch.files);
        let results: Vec<FileResult> = if are_independent(patch.files) {
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
                let now = View {
                    base: self.base.as_ref(),
                    changed: &next.changed,
                };
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
        before: &View<'_>,
        now: &View<'_>,
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
        let first = format!("{:0<40}", prefix.to_ascii_lowercase());
        let first = ObjectId::from_hex(&first)?;
        let own = self
            .blobs
            .range(first..)
            .next()
            .filter(|(id, _)| id.has_prefix(prefix));
        let own = own.map(|(_, bytes)| bytes.to_vec());
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
        before: &View<'_>,
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
        let words = symbols::vocabulary(&own);
        for at in conflicts {
            let hunk = &diff.hunks[at];
            let missing = |need: &symbols::Need| {
                !words.contains(need.word.as_bytes())
                    && !self.introduced.brings(&need.word, need.is_added_only)
            };
            let words: Vec<String> = symbols::needs(diff, hunk)
                .into_iter()
                .filter(missing)
                .map(|need| need.word)
                .collect();
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
        let mut near: Vec<String> = self
            .asked
            .iter()
            .filter_map(|asked| {
                let path = &outcomes[asked.patch].files[asked.file].path;
                Some(path.rsplit_once('/')?.0.to_owned())
            })
            .collect();
        near.sort();
        near.dedup();
        let near: Vec<&str> = near.iter().map(String::as_str).collect();
        let missing = symbols::missing(self.base.as_ref(), &words, &near)?;
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

/// Refuses every file of a patch that names an unsafe path.
fn refuse_whole(files: &[FileDiff]) -> Option<Vec<FileOutcome>> {
    let own =
        |file: &FileDiff| path_refusal(&file.old_path).or_else(|| path_refusal(&file.new_path));
    let reason = files.iter().find_map(own)?;
    let other = format!("not applied, for another file of this patch: {reason}");
    Some(
        files
            .iter()
            .map(|file| refuse(file, own(file).unwrap_or(&other)).outcome)
            .collect(),
    )
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

/// Says whether no file's step can matter to another's: each path once, and none below another.
fn are_independent(files: &[FileDiff]) -> bool {
    let mut paths = HashSet::new();
    for file in files {
        let moves = file.new_path != file.old_path;
        if !paths.insert(file.old_path.as_str()) || (moves && !paths.insert(file.new_path.as_str()))
        {
            return false;
        }
    }
    let below = |path: &&str| {
        path.match_indices('/')
            .any(|(at, _)| paths.contains(&path[..at]))
    };
    !paths.iter().any(below)
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
