//! In: a review's two audits and the lines that its series changes. Out: what differs, in figures and lists.

use super::kernel::walk_anchor;
use super::moment;
use super::plan::Plan;
use crate::audit::{Audit, ReviewChange, Side, SiteKind, Touched, Verdict, Walk};
use crate::store::{ReviewHead, Store, StoreError};
use crate::tree::PatchVerdict;
use serde::Serialize;
use std::collections::BTreeMap;

/// A review in three figures, for the front page.
pub(super) struct Figures {
    /// Sites on changed lines.
    pub(super) changed_sites: usize,
    /// Walks on changed lines.
    pub(super) changed_walks: usize,
    /// Walks that are new, gone, or judged otherwise.
    pub(super) verdicts_changed: usize,
}

impl Figures {
    /// Counts them.
    pub(super) fn gather(store: &Store, head: &ReviewHead) -> Result<Self, StoreError> {
        let changes = store.review(head.id)?.changes;
        let before = store.audit(head.audit_before)?;
        let after = store.audit(head.audit_after)?;
        let sites = changes
            .iter()
            .filter(|change| change.what == Touched::Site)
            .count();
        Ok(Self {
            changed_sites: sites,
            changed_walks: changes.len() - sites,
            verdicts_changed: walk_changes(&before, &after).len(),
        })
    }
}

/// A review on the series' page.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReviewView {
    kernel: String,
    kernel_href: Option<String>,
    made: String,
    /// Patches that did not go in whole: state n lacks their rest.
    short: Vec<u32>,
    rows: Vec<CountRow>,
    walks: Vec<WalkChange>,
    sites: Vec<SiteChange>,
    hidden_sites: usize,
    changes: Vec<ChangeView>,
}

/// A count in both states.
#[derive(Clone, Debug, Serialize)]
struct CountRow {
    label: String,
    before: usize,
    after: usize,
    change: String,
}

/// A walk that is new, gone, or judged otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct WalkChange {
    file: String,
    function: String,
    walker: String,
    before: Option<Verdict>,
    after: Option<Verdict>,
    reason: String,
    /// The walk's place on the kernel's page, where state 0 has it.
    anchor: Option<String>,
}

/// A predicate that a function calls more or less often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct SiteChange {
    file: String,
    function: String,
    predicate: String,
    before: usize,
    after: usize,
}

/// A site or walk on a changed line.
#[derive(Clone, Debug, Serialize)]
struct ChangeView {
    patch: u32,
    change: &'static str,
    what: &'static str,
    name: String,
    file: String,
    line: u32,
    before: bool,
    function: String,
}

/// What one patch touches, on one kernel.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TouchView {
    kernel: String,
    changes: Vec<ChangeView>,
}

/// At most so many changed functions are listed.
const LISTED: usize = 500;

impl ReviewView {
    /// Gathers one review.
    pub(super) fn gather(
        store: &Store,
        plan: &Plan,
        head: &ReviewHead,
    ) -> Result<Self, StoreError> {
        let changes = store.review(head.id)?.changes;
        let before = store.audit(head.audit_before)?;
        let after = store.audit(head.audit_after)?;
        let mut sites = site_changes(&before, &after);
        let hidden_sites = sites.len().saturating_sub(LISTED);
        sites.truncate(LISTED);
        Ok(Self {
            kernel: head.kernel.clone(),
            kernel_href: plan.kernel_href(&head.kernel),
            made: moment(head.made),
            short: store
                .application(head.application)?
                .iter()
                .filter(|patch| {
                    matches!(patch.verdict, PatchVerdict::Partly | PatchVerdict::Conflict)
                })
                .map(|patch| patch.number)
                .collect(),
            rows: count_rows(&before, &after),
            walks: walk_changes(&before, &after),
            sites,
            hidden_sites,
            changes: changes.iter().map(change_view).collect(),
        })
    }

    /// Gives what patch `number` touches; `None` where it touches nothing.
    pub(super) fn touches(&self, number: u32) -> Option<TouchView> {
        let changes: Vec<_> = self
            .changes
            .iter()
            .filter(|change| change.patch == number)
            .cloned()
            .collect();
        if changes.is_empty() {
            None
        } else {
            Some(TouchView {
                kernel: self.kernel.clone(),
                changes,
            })
        }
    }
}

/// Spells one change.
fn change_view(change: &ReviewChange) -> ChangeView {
    ChangeView {
        patch: change.patch,
        change: change.change.word(),
        what: change.what.word(),
        name: change.name.clone(),
        file: change.file.clone(),
        line: change.line,
        before: change.side == Side::Before,
        function: change.function.clone(),
    }
}

/// Counts both states.
fn count_rows(before: &Audit, after: &Audit) -> Vec<CountRow> {
    let calls = |audit: &Audit| {
        audit
            .sites
            .iter()
            .filter(|site| matches!(site.kind, SiteKind::Call | SiteKind::Macro))
            .count()
    };
    let walks = |audit: &Audit, verdict: Verdict| {
        audit
            .walks
            .iter()
            .filter(|walk| walk.worst() == verdict)
            .count()
    };
    let mut rows = vec![
        row(
            "predicates",
            before.predicates.len(),
            after.predicates.len(),
        ),
        row("sites", before.sites.len(), after.sites.len()),
        row("calls among them", calls(before), calls(after)),
        row("walks", before.walks.len(), after.walks.len()),
    ];
    for verdict in [
        Verdict::Prepared,
        Verdict::Unprepared,
        Verdict::Unknown,
        Verdict::NotApplicable,
    ] {
        rows.push(row(
            &format!("walks {}", verdict.word()),
            walks(before, verdict),
            walks(after, verdict),
        ));
    }
    rows.push(row("blind spots", before.blind.len(), after.blind.len()));
    rows
}

/// Spells one count.
fn row(label: &str, before: usize, after: usize) -> CountRow {
    let change = match (before, after) {
        (before, after) if after > before => format!("+{}", after - before),
        (before, after) if after < before => format!("\u{2212}{}", before - after),
        _ => "=".to_owned(),
    };
    CountRow {
        label: label.to_owned(),
        before,
        after,
        change,
    }
}

/// Groups walks by file, function and walker: lines move, these do not.
fn walks_by_place(audit: &Audit) -> BTreeMap<(&str, &str, &str), Vec<&Walk>> {
    let mut places: BTreeMap<_, Vec<&Walk>> = BTreeMap::new();
    for walk in &audit.walks {
        places
            .entry((
                walk.file.as_str(),
                walk.function.as_str(),
                walk.walker.as_str(),
            ))
            .or_default()
            .push(walk);
    }
    places
}

/// Lists the walks that are new, gone, or judged otherwise. Walks of one function are paired in their order.
fn walk_changes(before: &Audit, after: &Audit) -> Vec<WalkChange> {
    let (before, after) = (walks_by_place(before), walks_by_place(after));
    let mut places: Vec<_> = before.keys().chain(after.keys()).copied().collect();
    places.sort_unstable();
    places.dedup();
    let mut changes = Vec::new();
    for place in places {
        let (old, new) = (
            before.get(&place).map_or(&[][..], |walks| walks),
            after.get(&place).map_or(&[][..], |walks| walks),
        );
        for at in 0..old.len().max(new.len()) {
            let (old, new) = (old.get(at), new.get(at));
            if old.map(|walk| walk.worst()) == new.map(|walk| walk.worst()) {
                continue;
            }
            changes.push(WalkChange {
                file: place.0.to_owned(),
                function: place.1.to_owned(),
                walker: place.2.to_owned(),
                before: old.map(|walk| walk.worst()),
                after: new.map(|walk| walk.worst()),
                reason: new
                    .or(old)
                    .map_or(String::new(), |walk| walk.told().2.to_owned()),
                anchor: old.map(|walk| walk_anchor(&walk.file, walk.line)),
            });
        }
    }
    changes
}

/// Lists where a predicate is called more or less often than before; lines do not matter.
fn site_changes(before: &Audit, after: &Audit) -> Vec<SiteChange> {
    let mut counts: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for site in &before.sites {
        counts
            .entry((&site.file, &site.function, &site.predicate))
            .or_default()
            .0 += 1;
    }
    for site in &after.sites {
        counts
            .entry((&site.file, &site.function, &site.predicate))
            .or_default()
            .1 += 1;
    }
    counts
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(
            |((file, function, predicate), (before, after))| SiteChange {
                file: file.to_owned(),
                function: function.to_owned(),
                predicate: predicate.to_owned(),
                before,
                after,
            },
        )
        .collect()
}
