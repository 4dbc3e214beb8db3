//! In: a series and a kernel. Out: applied, audited before and after, compared, stored, reported: the main job.

mod running;
mod touched;

pub use running::{RanState, Running};

use super::{Application, Keep, OpenKernel, Tell, Workspace, apply, audit, is_whole, report};
use crate::audit::{Audit, Memory, ReviewChange, VerdictChange, WalkChange, compare_walks};
use crate::boot::Outcome;
use crate::compare::Change;
use crate::report::Written;
use crate::series::Series;
use crate::store::{ApplicationId, AuditKey, NewReview};
use crate::tree::source::{Changed, Overlay, Source};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;

/// A series, reviewed.
pub struct Reviewed {
    /// What came of applying it.
    pub application: Application,
    /// The audit of state 0.
    pub before: Audit,
    /// The audit of state n: the kernel with all that went in.
    pub after: Audit,
    /// Sites on changed lines and walks in changed functions, patch by patch.
    pub changes: Vec<ReviewChange>,
    /// Every walk before × after.
    pub walks: Vec<WalkChange>,
    /// The states that were built or booted; none where that was not asked for.
    pub ran: Vec<RanState>,
    /// The report.
    pub report: Written,
}

impl Reviewed {
    /// Says whether every patch went in whole, or was there already.
    pub fn is_whole(&self) -> bool {
        is_whole(&self.application.outcomes)
    }

    /// Says whether a walk is worse off than before.
    pub fn has_regressed(&self) -> bool {
        self.walks
            .iter()
            .any(|walk| walk.change == VerdictChange::Regressed)
            || self.ran.iter().any(worse)
    }

    /// Says whether every state that was to be built is built.
    pub fn is_built(&self) -> bool {
        let mut builds = self.ran.iter().filter_map(RanState::build);
        builds.all(super::StateBuild::is_built)
    }

    /// Says whether every guest that was started came to its end.
    pub fn has_booted(&self) -> bool {
        self.ran.iter().all(|state| match state {
            RanState::Built(_) => true,
            RanState::Tested(tested) => tested
                .boots
                .iter()
                .all(|one| one.booted.outcome == Outcome::Finished),
        })
    }
}

/// Is a state known to be worse than state 0?
fn worse(state: &RanState) -> bool {
    match state {
        RanState::Built(_) => false,
        RanState::Tested(tested) => tested
            .changes
            .iter()
            .flatten()
            .any(|row| row.change == Change::Regressed),
    }
}

/// Reviews `series` on `kernel`, and builds and boots it as `running` asks; the report goes into `folder`, or into the workspace's own.
///
/// A series that does not go in whole is reviewed as far as it goes in.
///
/// # Errors
/// When the kernel cannot be read, the store or the report not written, or this machine lacks what running needs. How
/// building and booting end are values.
pub fn review(
    workspace: &mut Workspace,
    series: Series,
    kernel: &OpenKernel,
    (folder, running): (Option<&Path>, Option<&Running>),
    tell: Tell<'_>,
) -> anyhow::Result<Reviewed> {
    let application = apply::apply(workspace, series, kernel, Keep::Store, tell)?;
    let states = States {
        base: Arc::clone(&kernel.kernel.source),
        changed: &application.states,
        numbers: application
            .outcomes
            .iter()
            .map(|outcome| outcome.number)
            .collect(),
    };
    let before = audit::base(workspace, kernel, "auditing the kernel as it is", tell)?;
    let audited = states
        .audit(&before, tell)
        .with_context(|| audit::failed(kernel))?;
    let stored = application
        .stored
        .context("the application was stored just now")?;
    let saved = save(
        workspace,
        kernel,
        &application.series.name,
        (stored, &application),
        &audited,
    )?;
    let (application, ran) = match running {
        Some(running) => running::run(workspace, (kernel, application), running, tell)?,
        None => (application, Vec::new()),
    };
    let report = report::write_report(workspace, folder, Some(saved), tell)?;
    let walks = compare_walks(&audited.before.walks, &audited.after.walks);
    let Audited {
        before,
        after,
        changes,
    } = audited;
    Ok(Reviewed {
        application,
        before,
        after,
        changes,
        walks,
        ran,
        report,
    })
}

/// Stores both audits and what brings them together.
fn save(
    workspace: &mut Workspace,
    kernel: &OpenKernel,
    series: &str,
    (stored, application): (ApplicationId, &Application),
    audited: &Audited,
) -> anyhow::Result<crate::store::ReviewId> {
    let bare = audit::bare_key(kernel);
    let state = u32::try_from(application.outcomes.len()).unwrap_or(u32::MAX);
    let after = AuditKey {
        series: Some(series.to_owned()),
        state,
        ..bare.clone()
    };
    let audit_before = audit::save(workspace, &bare, &audited.before)?;
    let audit_after = audit::save(workspace, &after, &audited.after)?;
    let review = NewReview {
        series,
        kernel: &kernel.name,
        application: stored,
        audit_before,
        audit_after,
        changes: &audited.changes,
    };
    workspace
        .store
        .save_review(&review)
        .context("failed to store the review")
}

/// The kernel with the first k patches, for every k.
struct States<'s> {
    base: Arc<dyn Source>,
    changed: &'s [Arc<Changed>],
    /// Each patch's number as posted.
    numbers: Vec<u32>,
}

/// What the audits of the states found.
struct Audited {
    before: Audit,
    after: Audit,
    changes: Vec<ReviewChange>,
}

impl States<'_> {
    /// Gives state `k`.
    fn state(&self, k: usize) -> Overlay {
        Overlay::new(Arc::clone(&self.base), Arc::clone(&self.changed[k]))
    }

    /// Audits every state that differs from the one before, each from what is known of that one, and lists what each patch
    /// changes; `before` is state 0.
    fn audit(&self, before: &Memory, tell: Tell<'_>) -> anyhow::Result<Audited> {
        let mut known: Option<Memory> = None;
        let mut changes = Vec::new();
        for k in 1..self.changed.len() {
            let paths = touched::paths(&self.changed[k - 1], &self.changed[k]);
            if paths.is_empty() {
                continue;
            }
            let (old, new) = (self.state(k - 1), self.state(k));
            let own = known.as_ref().unwrap_or(before);
            let delta = new.since(&old)?;
            let name = format!("auditing state {k}");
            let next = audit::again(&new, Some((own, &delta)), &name, tell)?;
            let lines = touched::lines(&paths, &old, &new)?;
            changes.extend(touched::changes(
                self.numbers[k - 1],
                (own.audit(), next.audit()),
                &lines,
            ));
            known = Some(next);
        }
        let after = known.map_or_else(|| before.audit().clone(), Memory::into_audit);
        Ok(Audited {
            before: before.audit().clone(),
            after,
            changes,
        })
    }
}
