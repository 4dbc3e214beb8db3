//! In: one stored series and what was found about it. Out: its page's context.

use super::patch::{Budget, PatchView};
use super::plan::{Plan, SeriesPlan};
use super::review::ReviewView;
use super::running::RunningView;
use super::{Frame, moment};
use crate::report::wire::{Grades, Outcomes};
use crate::series::{ChangelogEntry, Trailer};
use crate::store::{Store, StoreError};
use crate::tree::{PatchOutcome, PatchVerdict, Proof};
use serde::Serialize;

/// A series' page.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct SeriesPage {
    frame: Frame,
    name: String,
    subject: String,
    version: u32,
    rfc: bool,
    total: u32,
    present: usize,
    missing: Vec<u32>,
    author: String,
    date: Option<String>,
    imported: String,
    cover: Option<String>,
    changelog: Vec<ChangelogEntry>,
    base_commit: Option<String>,
    change_id: Option<String>,
    prerequisites: Vec<Trailer>,
    notes: Vec<String>,
    runs: Vec<RunView>,
    table: Vec<TableRow>,
    reviews: Vec<ReviewView>,
    running: Vec<RunningView>,
    patches: Vec<PatchView>,
}

/// What came of applying it to one kernel.
#[derive(Clone, Debug, Serialize)]
struct RunView {
    kernel: String,
    kernel_version: String,
    kernel_href: Option<String>,
    made: String,
    patches: Outcomes,
    hunks: Grades,
}

/// One patch in the table of patches and kernels.
#[derive(Clone, Debug, Serialize)]
struct TableRow {
    number: u32,
    subject: String,
    /// One cell a kernel, in the order of `runs`; `None` where that run did not get to the patch.
    cells: Vec<Option<Cell>>,
}

/// What came of one patch on one kernel.
#[derive(Clone, Debug, Serialize)]
struct Cell {
    verdict: PatchVerdict,
    proof: Proof,
    repaired: bool,
    hunks: Grades,
}

/// One run with its outcomes.
pub(super) struct Run {
    /// The kernel's name.
    pub(super) kernel: String,
    /// What came of each patch.
    pub(super) outcomes: Vec<PatchOutcome>,
}

impl SeriesPage {
    /// Gathers the page.
    pub(in crate::report) fn gather(
        store: &Store,
        plan: &Plan,
        page: &SeriesPlan,
    ) -> Result<Self, StoreError> {
        let head = &page.head;
        let series = store.series(&head.name)?;
        let mut runs = Vec::new();
        let mut views = Vec::new();
        for run in plan.applications.iter().filter(|run| run.series == head.id) {
            let outcomes = store.application(run.id)?;
            views.push(RunView {
                kernel: run.kernel.clone(),
                kernel_version: run.kernel_version.clone(),
                kernel_href: plan.kernel_href(&run.kernel),
                made: moment(run.made),
                patches: Outcomes::count(&outcomes),
                hunks: Grades::count(&outcomes),
            });
            runs.push(Run {
                kernel: run.kernel.clone(),
                outcomes,
            });
        }
        let reviews: Vec<ReviewView> = plan
            .reviews
            .iter()
            .filter(|review| review.series == head.id)
            .map(|review| ReviewView::gather(store, plan, review))
            .collect::<Result<_, _>>()?;
        let mut budget = Budget::default();
        Ok(Self {
            frame: plan.frame.clone(),
            author: address(&head.author),
            date: head.date.map(moment),
            imported: moment(head.imported),
            present: series.patches.len(),
            table: series
                .patches
                .iter()
                .map(|patch| table_row(patch.number, &patch.subject, &runs))
                .collect(),
            patches: series
                .patches
                .iter()
                .map(|patch| PatchView::new(patch, &runs, &reviews, &mut budget))
                .collect(),
            runs: views,
            reviews,
            running: RunningView::gather(store, plan, head)?,
            name: series.name,
            subject: series.subject,
            version: series.version,
            rfc: series.rfc,
            total: series.total,
            missing: series.missing,
            cover: series.cover,
            changelog: series.changelog,
            base_commit: series.base_commit,
            change_id: series.change_id,
            prerequisites: series.prerequisites,
            notes: series.notes,
        })
    }
}

/// Spells a person.
pub(super) fn address(address: &crate::mail::Address) -> String {
    match (address.name.is_empty(), address.email.is_empty()) {
        (true, _) => address.email.clone(),
        (_, true) => address.name.clone(),
        _ => format!("{} <{}>", address.name, address.email),
    }
}

/// Spells one patch's row.
fn table_row(number: u32, subject: &str, runs: &[Run]) -> TableRow {
    let cells = runs
        .iter()
        .map(|run| {
            let outcome = run
                .outcomes
                .iter()
                .find(|outcome| outcome.number == number)?;
            Some(Cell {
                verdict: outcome.verdict,
                proof: outcome.proof,
                repaired: outcome.restored.is_some(),
                hunks: Grades::count(std::slice::from_ref(outcome)),
            })
        })
        .collect();
    TableRow {
        number,
        subject: subject.to_owned(),
        cells,
    }
}
