//! In: the plan and the store. Out: the front page's context.

use super::plan::Plan;
use super::{Frame, moment, review};
use crate::report::wire::{Grades, Outcomes};
use crate::store::{AuditHead, Store, StoreError, WalkCounts};
use serde::Serialize;

/// The front page.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct IndexPage {
    frame: Frame,
    kernels: Vec<KernelEntry>,
    series: Vec<SeriesEntry>,
    reviews: Vec<ReviewEntry>,
}

/// A kernel in the list.
#[derive(Clone, Debug, Serialize)]
struct KernelEntry {
    name: String,
    href: String,
    version: String,
    commit: Option<String>,
    source: String,
    registered: bool,
    audit: Option<AuditEntry>,
}

/// A kernel's audit in figures.
#[derive(Clone, Debug, Serialize)]
struct AuditEntry {
    made: String,
    predicates: u32,
    sites: u32,
    calls: u32,
    walks: u32,
    verdicts: WalkCounts,
    blind: u32,
}

/// A series in the list.
#[derive(Clone, Debug, Serialize)]
struct SeriesEntry {
    name: String,
    href: String,
    subject: String,
    version: u32,
    rfc: bool,
    total: u32,
    present: u32,
    missing: Vec<u32>,
    author: String,
    date: Option<String>,
    imported: String,
    runs: Vec<RunEntry>,
}

/// What came of applying it to a kernel.
#[derive(Clone, Debug, Serialize)]
struct RunEntry {
    kernel: String,
    kernel_version: String,
    patches: Outcomes,
    hunks: Grades,
}

/// A review in the list.
#[derive(Clone, Debug, Serialize)]
struct ReviewEntry {
    series: String,
    series_href: Option<String>,
    kernel: String,
    kernel_href: Option<String>,
    made: String,
    changed_sites: usize,
    changed_walks: usize,
    verdicts_changed: usize,
}

impl IndexPage {
    /// Gathers the front page.
    pub(in crate::report) fn gather(store: &Store, plan: &Plan) -> Result<Self, StoreError> {
        let kernels = plan
            .kernels
            .iter()
            .map(|kernel| {
                let row = kernel.registered.as_ref().map(|kernel| &kernel.row);
                let key = kernel.audit.as_ref().map(|audit| &audit.key);
                KernelEntry {
                    name: kernel.name.clone(),
                    href: kernel.href.clone(),
                    version: row
                        .map(|row| row.version.clone())
                        .or_else(|| key.map(|key| key.kernel_version.clone()))
                        .unwrap_or_default(),
                    commit: row
                        .and_then(|row| row.commit.clone())
                        .or_else(|| key.and_then(|key| key.commit.clone())),
                    source: row.map_or(String::new(), |row| row.spec.clone()),
                    registered: row.is_some(),
                    audit: kernel.audit.as_ref().map(AuditEntry::new),
                }
            })
            .collect();
        let series = plan
            .series
            .iter()
            .map(|series| series_entry(store, plan, series))
            .collect::<Result<_, _>>()?;
        let reviews = plan
            .reviews
            .iter()
            .map(|head| {
                let figures = review::Figures::gather(store, head)?;
                Ok(ReviewEntry {
                    series: head.series_name.clone(),
                    series_href: plan.series_href(&head.series_name),
                    kernel: head.kernel.clone(),
                    kernel_href: plan.kernel_href(&head.kernel),
                    made: moment(head.made),
                    changed_sites: figures.changed_sites,
                    changed_walks: figures.changed_walks,
                    verdicts_changed: figures.verdicts_changed,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            frame: plan.frame.clone(),
            kernels,
            series,
            reviews,
        })
    }
}

impl AuditEntry {
    fn new(audit: &AuditHead) -> Self {
        let walks = &audit.walks;
        Self {
            made: moment(audit.made),
            predicates: audit.predicates,
            sites: audit.sites,
            calls: audit.calls,
            walks: walks.prepared + walks.unprepared + walks.unknown + walks.not_applicable,
            verdicts: audit.walks,
            blind: audit.blind,
        }
    }
}

/// Gathers one series' line.
fn series_entry(
    store: &Store,
    plan: &Plan,
    series: &super::plan::SeriesPlan,
) -> Result<SeriesEntry, StoreError> {
    let head = &series.head;
    let runs = plan
        .applications
        .iter()
        .filter(|run| run.series == head.id)
        .map(|run| {
            let outcomes = store.application(run.id)?;
            Ok(RunEntry {
                kernel: run.kernel.clone(),
                kernel_version: run.kernel_version.clone(),
                patches: Outcomes::count(&outcomes),
                hunks: Grades::count(&outcomes),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(SeriesEntry {
        name: head.name.clone(),
        href: series.href.clone(),
        subject: head.subject.clone(),
        version: head.version,
        rfc: head.rfc,
        total: head.total,
        present: head.present,
        missing: head.missing.clone(),
        author: if head.author.name.is_empty() {
            head.author.email.clone()
        } else {
            head.author.name.clone()
        },
        date: head.date.map(moment),
        imported: moment(head.imported),
        runs,
    })
}
