//! In: one kernel's audit. Out: its page's context.

use super::plan::KernelPlan;
use super::sites::{FileSites, INLINE, SitesPage, by_file, folder};
use super::{Frame, moment};
use crate::audit::{Audit, BlindSpot, Guard, Huge, Line, MatrixRow, SiteKind, Verdict, Walk};
use crate::report::slug::slug;
use crate::report::source::{self, Mark, SourceLine};
use crate::store::WalkCounts;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// A kernel's page.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct KernelPage {
    frame: Frame,
    name: String,
    version: String,
    commit: Option<String>,
    tree: Option<String>,
    source: Option<String>,
    added: Option<String>,
    audit: Option<AuditView>,
}

/// What the audit found.
#[derive(Clone, Debug, Serialize)]
struct AuditView {
    made: String,
    files_read: u64,
    files_parsed: u64,
    sites: usize,
    calls: usize,
    verdicts: WalkCounts,
    folders: Vec<String>,
    families: Vec<FamilyView>,
    walks: Vec<WalkView>,
    blind: Vec<BlindSpot>,
    kinds: Vec<String>,
    matrix: Vec<MatrixFile>,
    files: Vec<FileSites>,
    pages: Vec<PageLink>,
}

/// The handling matrix of one file.
#[derive(Clone, Debug, Serialize)]
struct MatrixFile {
    file: String,
    rows: Vec<MatrixRow>,
}

/// The predicates of a family, with the calls of each by folder.
#[derive(Clone, Debug, Serialize)]
struct FamilyView {
    family: &'static str,
    calls: u32,
    predicates: Vec<PredicateView>,
}

/// A predicate.
#[derive(Clone, Debug, Serialize)]
struct PredicateView {
    name: String,
    accepts: Vec<String>,
    file: String,
    line: u32,
    calls: u32,
    /// Calls by folder, in the order of `folders`, with a shade from 0 to 4.
    by_folder: Vec<(u32, u8)>,
}

/// A walk with its function's source.
#[derive(Clone, Debug, Serialize)]
struct WalkView {
    anchor: String,
    file: String,
    function: String,
    line: u32,
    walker: String,
    flags: Vec<String>,
    cursor: String,
    cursor_from: String,
    contract: Vec<String>,
    verdict: Verdict,
    unhandled: Vec<String>,
    #[serde(rename = "use")]
    used: Option<Line>,
    witness: Vec<Line>,
    reason: String,
    guards: Vec<Guard>,
    fingerprint: String,
    pmd: Option<Huge>,
    excerpt: Vec<SourceLine>,
}

/// A link to a page of sites.
#[derive(Clone, Debug, Serialize)]
struct PageLink {
    title: String,
    href: String,
    count: usize,
}

/// At most so many folders have a column of their own; the rest share one.
const FOLDERS: usize = 14;

impl KernelPage {
    /// Gathers the page; `pages` are the pages of sites where they do not fit here.
    pub(in crate::report) fn gather(
        plan: &KernelPlan,
        frame: &Frame,
        audit: Option<&Audit>,
        pages: &[SitesPage],
    ) -> Self {
        let row = plan.registered.as_ref().map(|kernel| &kernel.row);
        let key = plan.audit.as_ref().map(|audit| &audit.key);
        let made = plan
            .audit
            .as_ref()
            .map_or(String::new(), |audit| moment(audit.made));
        // The audit says what was audited; the register may have moved on since.
        let version = key
            .map(|key| &key.kernel_version)
            .or(row.map(|row| &row.version));
        Self {
            frame: frame.clone(),
            name: plan.name.clone(),
            version: version.cloned().unwrap_or_default(),
            commit: match key {
                Some(key) => key.commit.clone(),
                None => row.and_then(|row| row.commit.clone()),
            },
            tree: row.and_then(|row| row.tree.clone()),
            source: row.map(|row| row.spec.clone()),
            added: plan.registered.as_ref().map(|kernel| moment(kernel.added)),
            audit: audit.map(|audit| AuditView::new(audit, made, pages)),
        }
    }
}

impl AuditView {
    fn new(audit: &Audit, made: String, pages: &[SitesPage]) -> Self {
        let calls = Calls::count(audit);
        Self {
            made,
            files_read: audit.files_read,
            files_parsed: audit.files_parsed,
            sites: audit.sites.len(),
            calls: calls.total,
            verdicts: WalkCounts::count(audit),
            families: families(audit, &calls),
            folders: calls.folders,
            walks: walk_views(audit),
            blind: audit.blind.clone(),
            kinds: audit.kinds.clone(),
            matrix: audit
                .matrix
                .chunk_by(|a, b| a.file == b.file)
                .map(|rows| MatrixFile {
                    file: rows[0].file.clone(),
                    rows: rows.to_vec(),
                })
                .collect(),
            files: if audit.sites.len() <= INLINE {
                by_file(&audit.sites)
            } else {
                Vec::new()
            },
            pages: pages
                .iter()
                .map(|page| PageLink {
                    title: page.title.clone(),
                    href: page.href.clone(),
                    count: page.count,
                })
                .collect(),
        }
    }
}

/// Calls by predicate and folder.
struct Calls<'a> {
    total: usize,
    folders: Vec<String>,
    by: HashMap<&'a str, Vec<u32>>,
}

impl<'a> Calls<'a> {
    /// Counts the calls, in functions and in macros; the folders with the most come first.
    fn count(audit: &'a Audit) -> Self {
        let calls: Vec<_> = audit
            .sites
            .iter()
            .filter(|site| matches!(site.kind, SiteKind::Call | SiteKind::Macro))
            .collect();
        let mut totals: BTreeMap<&str, u32> = BTreeMap::new();
        for site in &calls {
            *totals.entry(folder(&site.file)).or_default() += 1;
        }
        let mut order: Vec<(&str, u32)> = totals.into_iter().collect();
        order.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let mut folders: Vec<String> = order
            .iter()
            .take(FOLDERS)
            .map(|(name, _)| (*name).to_owned())
            .collect();
        if order.len() > FOLDERS {
            folders.push("other".to_owned());
        }
        let column: HashMap<&str, usize> = order
            .iter()
            .enumerate()
            .map(|(at, (name, _))| (*name, at.min(FOLDERS)))
            .collect();
        let mut by: HashMap<&str, Vec<u32>> = HashMap::new();
        for site in &calls {
            let row = by
                .entry(&site.predicate)
                .or_insert_with(|| vec![0; folders.len()]);
            row[column[folder(&site.file)]] += 1;
        }
        Self {
            total: calls.len(),
            folders,
            by,
        }
    }
}

/// Spells the predicates by family.
fn families(audit: &Audit, calls: &Calls<'_>) -> Vec<FamilyView> {
    let mut families: BTreeMap<_, Vec<PredicateView>> = BTreeMap::new();
    for predicate in &audit.predicates {
        let none = vec![0; calls.folders.len()];
        let counts = calls.by.get(predicate.name.as_str()).unwrap_or(&none);
        families
            .entry(predicate.family)
            .or_default()
            .push(PredicateView {
                name: predicate.name.clone(),
                accepts: predicate.accepts.clone(),
                file: predicate.file.clone(),
                line: predicate.line,
                calls: counts.iter().sum(),
                by_folder: counts.iter().map(|count| (*count, shade(*count))).collect(),
            });
    }
    families
        .into_iter()
        .map(|(family, mut predicates)| {
            predicates
                .sort_by(|one, other| other.calls.cmp(&one.calls).then(one.name.cmp(&other.name)));
            FamilyView {
                family: family.word(),
                calls: predicates.iter().map(|predicate| predicate.calls).sum(),
                predicates,
            }
        })
        .collect()
}

/// Shades a count by its order of magnitude.
fn shade(count: u32) -> u8 {
    match count {
        0 => 0,
        1..=3 => 1,
        4..=15 => 2,
        16..=63 => 3,
        _ => 4,
    }
}

/// Names a walk's place on the page.
pub(super) fn walk_anchor(file: &str, line: u32) -> String {
    format!("walk-{}-{line}", slug(file))
}

/// Spells the walks, the ones to look at first.
fn walk_views(audit: &Audit) -> Vec<WalkView> {
    let mut walks: Vec<&Walk> = audit.walks.iter().collect();
    // Stable: by file and line within a verdict.
    walks.sort_by_key(|walk| match walk.worst() {
        Verdict::Unprepared => 0,
        Verdict::Unknown => 1,
        Verdict::Prepared => 2,
        Verdict::NotApplicable => 3,
    });
    walks
        .into_iter()
        .map(|walk| walk_view(audit, walk))
        .collect()
}

/// Spells one walk.
fn walk_view(audit: &Audit, walk: &Walk) -> WalkView {
    WalkView {
        anchor: walk_anchor(&walk.file, walk.line),
        file: walk.file.clone(),
        function: walk.function.clone(),
        line: walk.line,
        walker: walk.walker.clone(),
        flags: walk.flags.clone(),
        cursor: walk.cursor.clone(),
        cursor_from: walk.cursor_from.clone(),
        contract: walk.contract.clone(),
        verdict: walk.verdict,
        unhandled: walk.unhandled.clone(),
        used: walk.used.clone(),
        witness: walk.witness.clone(),
        reason: walk.reason.clone(),
        guards: walk.guards.clone(),
        fingerprint: walk.fingerprint.clone(),
        pmd: walk.pmd.clone(),
        excerpt: excerpt(audit, walk),
    }
}

/// Quotes a walk's function, with the lines that matter marked.
fn excerpt(audit: &Audit, walk: &Walk) -> Vec<SourceLine> {
    // Two functions of one name may stand in one file, in two arms: the span tells which.
    let holds = |line: u32| (walk.span.0..=walk.span.1).contains(&line);
    let Some(excerpt) = audit.excerpts.iter().find(|excerpt| {
        excerpt.file == walk.file && excerpt.function == walk.function && holds(excerpt.first_line)
    }) else {
        return Vec::new();
    };
    let mut marks: BTreeMap<u32, Mark> = BTreeMap::new();
    let mut mark = |line: u32, mark: Mark| {
        let slot = marks.entry(line).or_insert(mark);
        *slot = mark.max(*slot);
    };
    for step in walk.witness.iter().filter(|step| step.file == walk.file) {
        mark(step.line, Mark::Step);
    }
    let first = audit.sites.partition_point(|site| site.file < walk.file);
    for site in audit.sites[first..]
        .iter()
        .take_while(|site| site.file == walk.file)
    {
        mark(site.line, Mark::Site);
    }
    if let Some(used) = walk.used.as_ref().filter(|used| used.file == walk.file) {
        mark(used.line, Mark::Use);
    }
    mark(walk.line, Mark::Walk);
    source::lines(&excerpt.text, excerpt.first_line, &marks)
}
