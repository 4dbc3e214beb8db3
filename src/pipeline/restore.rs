//! In: a series with damaged patches, and kernels. Out: their diffs as restored, file by file with a grade.

use super::event::step;
use super::{OpenKernel, Tell, Workspace, kernel};
use crate::base::hash::blob_id;
use crate::diff::damaged::DamagedFile;
use crate::diff::{FileDiff, LineKind};
use crate::repair::{Budget, Near, PreImageFrom, PreImages, Proof, restore};
use crate::series::{Patch, Series};
use crate::tree::source::Source;
use crate::tree::{FileOutcome, PatchOutcome};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file as restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestoredFile {
    /// The diff.
    pub diff: FileDiff,
    /// What is known of it.
    pub grade: Proof,
    /// Why not more, or by what it is proved; a fragment.
    pub reason: String,
    /// How many results were hashed.
    pub trials: u64,
    /// Is it the text as it stands on the page, nothing of it changed?
    pub stood: bool,
}

/// A series whose damaged patches were restored as far as could be.
#[derive(Clone, Debug)]
pub struct RestoredSeries {
    /// The series as stored.
    pub series: Series,
    /// For each patch its files, or nothing where the patch came whole.
    pub files: Vec<Option<Vec<RestoredFile>>>,
}

impl RestoredSeries {
    /// Gives the diffs of the patch at `index`: restored, or as posted where it came whole.
    pub fn diffs(&self, index: usize) -> Vec<FileDiff> {
        match &self.files[index] {
            Some(files) => files.iter().map(|file| file.diff.clone()).collect(),
            None => self.series.patches[index].files.clone(),
        }
    }

    /// Says whether any file of the patch at `index` is another text than stands on the page.
    pub fn is_repaired(&self, index: usize) -> bool {
        let files = self.files[index].iter().flatten();
        files.into_iter().any(|file| !file.stood)
    }

    /// Gives the weakest grade of the patch at `index`; nothing where it came whole.
    pub fn grade(&self, index: usize) -> Option<Proof> {
        let files = self.files[index].as_ref()?;
        let grades = files.iter();
        Some(weakest(
            grades.map(|file| (file.grade, !file.diff.hunks.is_empty())),
        ))
    }
}

impl RestoredSeries {
    /// Is there nothing that another kernel could tell better?
    fn is_sure(&self) -> bool {
        let all = self.files.iter().flatten().flatten();
        all.into_iter().all(|file| file.grade <= Proof::Consistent)
    }

    /// Takes over the files that were restored better.
    fn take_better(&mut self, others: &[Option<Vec<RestoredFile>>]) {
        let mine = self.files.iter_mut().flatten().flatten();
        for (mine, other) in mine.zip(others.iter().flatten().flatten()) {
            if other.grade < mine.grade {
                mine.clone_from(other);
            }
        }
    }
}

/// The weakest of a repaired patch's files, each with whether it has hunks: one without lost nothing and says nothing.
fn weakest(grades: impl Iterator<Item = (Proof, bool)> + Clone) -> Proof {
    let told = grades
        .clone()
        .filter(|(grade, hunks)| *hunks || *grade != Proof::Intact)
        .map(|(grade, _)| grade)
        .max();
    told.unwrap_or_else(|| Proof::weakest(grades.map(|(grade, _)| grade)))
}

/// Files to restore against.
struct Files<'k> {
    /// Sources with their names: the kernel asked for comes first.
    sources: Vec<(String, Arc<dyn Source>)>,
    /// Files of the sources at the paths that the series names, by their ids.
    known: BTreeMap<String, Vec<u8>>,
    kernel: &'k str,
}

impl PreImages for Files<'_> {
    fn by_id(&self, prefix: &str) -> Option<Vec<u8>> {
        let known = self.known.range(prefix.to_owned()..).next();
        if let Some((_, bytes)) = known.filter(|(id, _)| id.starts_with(prefix)) {
            return Some(bytes.clone());
        }
        // A source that cannot be searched is like one that lacks the blob.
        let mut found = self
            .sources
            .iter()
            .filter_map(|(_, source)| source.blob(prefix).ok().flatten());
        found.next()
    }

    fn near(&self, path: &str) -> Option<Near> {
        self.sources.iter().find_map(|(name, source)| {
            let text = source.bytes(path).ok().flatten()?;
            let from = if name == self.kernel {
                name.clone()
            } else {
                format!("{name}, since {} has no such file", self.kernel)
            };
            Some(Near { text, from })
        })
    }
}

/// Restores every damaged patch of `series`.
///
/// Pre-images are looked for by their ids in `kernel`, in the registered kernels and repositories that need no unpacking,
/// and in what the series has restored so far; else the kernel's own file is taken, and named. Without a damaged patch
/// nothing is read.
pub fn restore_series(
    workspace: &Workspace,
    series: Series,
    kernel: &OpenKernel,
    tell: Tell<'_>,
) -> RestoredSeries {
    if series.patches.iter().all(|patch| patch.damage.is_none()) {
        let files = series.patches.iter().map(|_| None).collect();
        return RestoredSeries { series, files };
    }
    let name = format!("restoring {}", series.name);
    let others = kernel::at_hand(workspace, tell);
    let others: Vec<OpenKernel> = others
        .into_iter()
        .filter(|other| other.name != kernel.name)
        .collect();
    step(tell, &name, || {
        let mut restored = RestoredSeries {
            files: restore_on(&series, kernel, &others),
            series,
        };
        for (index, other) in others.iter().enumerate() {
            if restored.is_sure() {
                break;
            }
            let mut behind = others.clone();
            behind.remove(index);
            let files = restore_on(&restored.series, other, &behind);
            restored.take_better(&files);
        }
        restored
    })
}

/// Restores a series on several kernels, each text as well as any of them allows.
pub(super) fn restore_on_all(
    series: &Series,
    kernels: &[OpenKernel],
    tell: Tell<'_>,
) -> Vec<RestoredSeries> {
    let damaged = series.patches.iter().any(|patch| patch.damage.is_some());
    let all: Vec<Vec<Option<Vec<RestoredFile>>>> = kernels
        .iter()
        .enumerate()
        .map(|(index, kernel)| {
            if !damaged {
                return series.patches.iter().map(|_| None).collect();
            }
            let mut others = kernels.to_vec();
            others.remove(index);
            step(tell, &format!("restoring {}", series.name), || {
                restore_on(series, kernel, &others)
            })
        })
        .collect();
    all.iter()
        .map(|own| {
            let mut restored = RestoredSeries {
                series: series.clone(),
                files: own.clone(),
            };
            all.iter().for_each(|files| restored.take_better(files));
            restored
        })
        .collect()
}

/// Restores with `kernel` as the nearest; pre-images may come from the others.
fn restore_on(
    series: &Series,
    kernel: &OpenKernel,
    others: &[OpenKernel],
) -> Vec<Option<Vec<RestoredFile>>> {
    // One that came whole is read too, since later ones build on what it makes.
    let parts: Vec<Vec<DamagedFile>> = series.patches.iter().map(Patch::words).collect();
    let all: Vec<DamagedFile> = parts.iter().flatten().cloned().collect();
    let sources: Vec<(String, Arc<dyn Source>)> = std::iter::once(kernel)
        .chain(others)
        .map(|kernel| (kernel.name.clone(), Arc::clone(&kernel.kernel.source)))
        .collect();
    let known = known(&all, &sources);
    let files = Files {
        sources,
        known,
        kernel: &kernel.name,
    };
    let mut restored = restore(&all, &files, Budget::default()).into_iter();
    let files = series.patches.iter().zip(&parts).map(|(patch, part)| {
        let mine: Vec<RestoredFile> = restored
            .by_ref()
            .take(part.len())
            .map(|one| graded(patch, one))
            .collect();
        patch.damage.is_some().then_some(mine)
    });
    files.collect()
}

/// Reads the files that the series names in every source. Folders have no object store to ask.
fn known(
    files: &[DamagedFile],
    sources: &[(String, Arc<dyn Source>)],
) -> BTreeMap<String, Vec<u8>> {
    let mut paths: Vec<&str> = files.iter().map(|file| file.old_path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut known = BTreeMap::new();
    for (_, source) in sources {
        for bytes in paths
            .iter()
            .filter_map(|path| source.bytes(path).ok().flatten())
        {
            known.insert(blob_id(&bytes).to_string(), bytes);
        }
    }
    known
}

/// Holds what was restored against the diffstat that was posted with it.
fn graded(patch: &Patch, one: crate::repair::Restored) -> RestoredFile {
    let mut file = RestoredFile {
        grade: one.grade,
        reason: one.reason,
        trials: one.trials,
        stood: one.stood,
        diff: one.file,
    };
    if file.grade == Proof::Proved
        && let PreImageFrom::Series = one.pre_image
    {
        file.reason += "; the pre-image is what an earlier patch of the series makes";
    }
    let lines = file.diff.hunks.iter().flat_map(|hunk| &hunk.lines);
    let changed = lines.filter(|line| line.kind != LineKind::Context).count();
    let posted = patch.posted_changes(&file.diff);
    if let Some(posted) = posted.filter(|posted| *posted as usize != changed)
        && file.grade == Proof::Consistent
    {
        file.grade = Proof::WordsOnly;
        file.reason =
            format!("the diffstat says {posted} changed lines, the restored text has {changed}");
    }
    file
}

/// Tells in the outcomes of applying what is known of the text that was applied.
pub(super) fn tell_grades(restored: &RestoredSeries, outcomes: &mut [PatchOutcome]) {
    for (files, outcome) in restored.files.iter().zip(outcomes) {
        let Some(files) = files else { continue };
        for (file, outcome) in files.iter().zip(&mut outcome.files) {
            note(file, outcome);
        }
        let grades = outcome.files.iter();
        outcome.proof = weakest(grades.map(|file| (file.proof, !file.hunks.is_empty())));
        if files.iter().any(|file| !file.stood) {
            outcome.restored = Some(files.iter().map(|file| file.diff.clone()).collect());
        }
    }
}

/// Tells one file's grade. A result that has the posted id proves the text, whatever restoring knew.
fn note(file: &RestoredFile, outcome: &mut FileOutcome) {
    if file.stood {
        // What applying knows of a text that nobody changed stays, but for what restoring proved or doubts.
        if matches!(file.grade, Proof::Proved | Proof::WordsOnly) && outcome.proof == Proof::Intact
        {
            outcome.proof = file.grade;
            outcome.reason.clone_from(&file.reason);
        }
        return;
    }
    outcome.repaired = true;
    outcome.trials = file.trials;
    let proved = outcome.proof == Proof::Proved && !outcome.hunks.is_empty();
    let said = std::mem::take(&mut outcome.reason);
    if proved {
        outcome.reason = said;
        return;
    }
    outcome.proof = file.grade;
    outcome.reason = format!("restored: {}", file.reason);
    // What the ids say of a text that was restored by guess is no news.
    if !said.is_empty() && outcome.already_there {
        outcome.reason = format!("{}; {said}", outcome.reason);
    }
}
