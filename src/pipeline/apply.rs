//! In: a series and a kernel. Out: what came of each patch, stored; files or a branch where asked for.

use super::event::step;
use super::{
    OpenKernel, Refusal, RestoredSeries, Tell, Workspace, import, restore, restore_series,
};
use crate::diff::FileDiff;
use crate::series::Series;
use crate::store::ApplicationId;
use crate::tree::apply::{Applied, PatchInput, apply_series};
use crate::tree::branch::{self, CommitInput};
use crate::tree::source::Changed;
use crate::tree::{PatchOutcome, PatchVerdict, output};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;

/// Is the result to be stored?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// The series and what came of it go into the store.
    Store,
    /// Nothing is written.
    Nothing,
}

/// A series, applied in memory.
pub struct Application {
    /// The series, with the name it is stored under.
    pub series: Series,
    /// What came of each patch, in order.
    pub outcomes: Vec<PatchOutcome>,
    /// `states[k]` holds every file that the first k patches changed.
    pub states: Vec<Arc<Changed>>,
    /// Its row, where it was stored.
    pub stored: Option<ApplicationId>,
}

/// Applies `series` to `kernel` in memory, patch by patch.
///
/// # Errors
/// When the kernel cannot be read or the store not written. Not applying is no error.
pub fn apply(
    workspace: &mut Workspace,
    series: Series,
    kernel: &OpenKernel,
    keep: Keep,
    tell: Tell<'_>,
) -> anyhow::Result<Application> {
    let restored = restore_series(workspace, series, kernel, tell);
    let applied = apply_restored(&restored, kernel, tell)?;
    let mut application = Application {
        series: restored.series,
        outcomes: applied.outcomes,
        states: applied.states,
        stored: None,
    };
    if keep == Keep::Store {
        application.series = import::save(workspace, application.series)?.series;
        // The mails are in the store now; what is left to do does not read them.
        for patch in &mut application.series.patches {
            patch.raw = Vec::new();
        }
        let stored = workspace
            .store
            .save_application(
                &application.series.name,
                &kernel.name,
                &kernel.kernel.version,
                &application.outcomes,
            )
            .context("failed to store what came of applying")?;
        application.stored = Some(stored);
    }
    Ok(application)
}

/// Applies a series with its damaged patches as restored; the outcomes tell what is known of their text.
pub(super) fn apply_restored(
    restored: &RestoredSeries,
    kernel: &OpenKernel,
    tell: Tell<'_>,
) -> anyhow::Result<Applied> {
    let series = &restored.series;
    let name = format!("applying {}", series.name);
    let diffs: Vec<Option<Vec<FileDiff>>> = restored
        .files
        .iter()
        .enumerate()
        .map(|(index, files)| files.as_ref().map(|_| restored.diffs(index)))
        .collect();
    let inputs: Vec<PatchInput<'_>> = series
        .patches
        .iter()
        .zip(&diffs)
        .map(|(patch, files)| PatchInput {
            number: patch.number,
            subject: &patch.subject,
            files: files.as_ref().unwrap_or(&patch.files),
        })
        .collect();
    let mut applied = step(tell, &name, || {
        apply_series(&kernel.kernel.source, &inputs, &[])
    })
    .with_context(|| format!("failed to apply {} to {}", series.name, kernel.name))?;
    restore::tell_grades(restored, &mut applied.outcomes);
    Ok(applied)
}

/// Applies `series` to each of `kernels`; a damaged patch is restored as well as any of them allows.
///
/// # Errors
/// As [`apply`].
pub fn apply_all(
    workspace: &mut Workspace,
    mut series: Series,
    kernels: &[OpenKernel],
    keep: Keep,
    tell: Tell<'_>,
) -> anyhow::Result<Vec<Vec<PatchOutcome>>> {
    if keep == Keep::Store {
        series = import::save(workspace, series)?.series;
    }
    let all = restore::restore_on_all(&series, kernels, tell);
    let mut out = Vec::with_capacity(kernels.len());
    for (restored, kernel) in all.iter().zip(kernels) {
        let outcomes = apply_restored(restored, kernel, tell)?.outcomes;
        if keep == Keep::Store {
            workspace
                .store
                .save_application(
                    &series.name,
                    &kernel.name,
                    &kernel.kernel.version,
                    &outcomes,
                )
                .context("failed to store what came of applying")?;
        }
        out.push(outcomes);
    }
    Ok(out)
}

/// Says whether every patch went in whole, or was there already.
pub fn is_whole(outcomes: &[PatchOutcome]) -> bool {
    outcomes.iter().all(|patch| match patch.verdict {
        PatchVerdict::Applied | PatchVerdict::AlreadyThere => true,
        PatchVerdict::Partly | PatchVerdict::Conflict => false,
    })
}

/// Writes every file that the series touches below `folder` and gives their number.
///
/// # Errors
/// When nothing was touched, or `folder` cannot be written.
pub fn write_files(application: &Application, folder: &Path) -> anyhow::Result<usize> {
    let last = application
        .states
        .last()
        .filter(|changed| !changed.is_empty());
    let Some(changed) = last else {
        return Err(nothing(application)).context("failed to write the touched files");
    };
    output::write_files(folder, changed)
        .with_context(|| format!("failed to write the touched files to {}", folder.display()))
}

/// Commits each patch, as its poster wrote it, to a branch of the workspace's repository and gives the last commit.
///
/// # Errors
/// When nothing was touched, the branch's name is bad or taken, or the repository cannot be written.
pub fn write_branch(
    workspace: &Workspace,
    application: &Application,
    kernel: &OpenKernel,
    branch: &str,
) -> anyhow::Result<String> {
    let failed = || format!("failed to write the branch {branch}");
    let commits: Vec<CommitInput> = application
        .series
        .patches
        .iter()
        .zip(&application.outcomes)
        .zip(application.states.iter().skip(1))
        // A patch that the kernel has already would be a commit without content.
        .filter(|((_, outcome), _)| outcome.verdict != PatchVerdict::AlreadyThere)
        .map(|((patch, _), state)| CommitInput {
            message: format!(
                "{}\n\n{}",
                patch.subject,
                patch.message.trim_start_matches('\n')
            ),
            author_name: patch.author.name.clone(),
            author_email: patch.author.email.clone(),
            when: patch.date,
            utc_offset_minutes: patch.utc_offset_minutes,
            changed: Arc::clone(state),
        })
        .collect();
    if commits.is_empty() {
        return Err(nothing(application)).with_context(failed);
    }
    let id = branch::write(
        &workspace.repository(),
        &kernel.kernel,
        &commits,
        branch,
        false,
    )
    .with_context(failed)?;
    Ok(id.to_string())
}

/// Says that the series changes nothing.
fn nothing(application: &Application) -> Refusal {
    Refusal::NothingToWrite {
        series: application.series.name.clone(),
    }
}
