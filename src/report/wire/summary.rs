//! In: what a command found. Out: its last line, with the counts.

use super::Line;
use crate::audit::{Audit, ReviewChange, SiteKind, Touched, Verdict};
use crate::store::WalkCounts;
use crate::tree::{Grade, PatchOutcome, PatchVerdict};
use serde::Serialize;

/// Hunks by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Grades {
    /// At their line.
    pub exact: u32,
    /// Elsewhere.
    pub offset: u32,
    /// Some context differs.
    pub fuzz: u32,
    /// White space differs.
    pub whitespace: u32,
    /// Merged.
    pub three_way: u32,
    /// Merged word by word.
    pub word_merge: u32,
    /// In the tree already.
    pub already_there: u32,
    /// In the tree in another form.
    pub contained: u32,
    /// Not in.
    pub conflict: u32,
}

impl Grades {
    /// Counts the hunks of some patches.
    pub fn count(outcomes: &[PatchOutcome]) -> Self {
        let mut grades = Self::default();
        for hunk in outcomes
            .iter()
            .flat_map(|patch| &patch.files)
            .flat_map(|file| &file.hunks)
        {
            *grades.slot(hunk.grade) += 1;
        }
        grades
    }

    /// Gives a grade's counter.
    fn slot(&mut self, grade: Grade) -> &mut u32 {
        match grade {
            Grade::Exact => &mut self.exact,
            Grade::Offset => &mut self.offset,
            Grade::Fuzz => &mut self.fuzz,
            Grade::Whitespace => &mut self.whitespace,
            Grade::ThreeWay => &mut self.three_way,
            Grade::WordMerge => &mut self.word_merge,
            Grade::AlreadyThere => &mut self.already_there,
            Grade::Contained => &mut self.contained,
            Grade::Conflict => &mut self.conflict,
        }
    }
}

/// Patches by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcomes {
    /// All in.
    pub applied: u32,
    /// Some hunks in.
    pub partly: u32,
    /// Nothing in.
    pub conflict: u32,
    /// In the tree already.
    pub already_there: u32,
}

impl Outcomes {
    /// Counts some patches.
    pub fn count(outcomes: &[PatchOutcome]) -> Self {
        let mut counts = Self::default();
        for patch in outcomes {
            *match patch.verdict {
                PatchVerdict::Applied => &mut counts.applied,
                PatchVerdict::Partly => &mut counts.partly,
                PatchVerdict::Conflict => &mut counts.conflict,
                PatchVerdict::AlreadyThere => &mut counts.already_there,
            } += 1;
        }
        counts
    }
}

impl WalkCounts {
    /// Counts an audit's walks by verdict.
    pub fn count(audit: &Audit) -> Self {
        let mut counts = Self::default();
        for walk in &audit.walks {
            *match walk.worst() {
                Verdict::Prepared => &mut counts.prepared,
                Verdict::Unprepared => &mut counts.unprepared,
                Verdict::Unknown => &mut counts.unknown,
                Verdict::NotApplicable => &mut counts.not_applicable,
            } += 1;
        }
        counts
    }
}

/// Counts of one audit.
#[derive(Clone, Copy, Debug, Serialize)]
struct AuditCounts {
    files_read: u64,
    files_parsed: u64,
    predicates: usize,
    sites: usize,
    calls: usize,
    walks: usize,
    verdicts: WalkCounts,
    blind: usize,
}

impl AuditCounts {
    fn of(audit: &Audit) -> Self {
        Self {
            files_read: audit.files_read,
            files_parsed: audit.files_parsed,
            predicates: audit.predicates.len(),
            sites: audit.sites.len(),
            calls: audit
                .sites
                .iter()
                .filter(|site| matches!(site.kind, SiteKind::Call | SiteKind::Macro))
                .count(),
            walks: audit.walks.len(),
            verdicts: WalkCounts::count(audit),
            blind: audit.blind.len(),
        }
    }
}

/// Counts of one run of applying.
#[derive(Clone, Copy, Debug, Serialize)]
struct ApplyCounts {
    patches: Outcomes,
    hunks: Grades,
    refused: usize,
}

impl ApplyCounts {
    fn of(outcomes: &[PatchOutcome]) -> Self {
        let files = outcomes.iter().flat_map(|patch| &patch.files);
        Self {
            patches: Outcomes::count(outcomes),
            hunks: Grades::count(outcomes),
            refused: files.filter(|file| !file.refusal.is_empty()).count(),
        }
    }
}

/// Counts of a list of kernels or series.
#[derive(Clone, Copy, Debug, Serialize)]
struct ListCounts {
    count: usize,
}

/// Counts of a review.
#[derive(Clone, Copy, Debug, Serialize)]
struct ReviewCounts {
    apply: ApplyCounts,
    before: AuditCounts,
    after: AuditCounts,
    changed_sites: usize,
    changed_walks: usize,
}

/// The fields of a `summary` line: which depends on the command.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// The command that ends with it.
    command: &'static str,
    #[serde(flatten)]
    counts: Counts,
}

/// The counts of a command.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Counts {
    Audit(AuditCounts),
    Apply(ApplyCounts),
    Review(Box<ReviewCounts>),
    List(ListCounts),
}

impl Summary {
    /// Makes the last line of `audit`.
    pub fn audit(audit: &Audit) -> Line<Self> {
        Line::new(
            "summary",
            Self {
                command: "audit",
                counts: Counts::Audit(AuditCounts::of(audit)),
            },
        )
    }

    /// Makes the last line of `apply`.
    pub fn apply(outcomes: &[PatchOutcome]) -> Line<Self> {
        Line::new(
            "summary",
            Self {
                command: "apply",
                counts: Counts::Apply(ApplyCounts::of(outcomes)),
            },
        )
    }

    /// Makes the last line of `review`.
    pub fn review(
        outcomes: &[PatchOutcome],
        before: &Audit,
        after: &Audit,
        changes: &[ReviewChange],
    ) -> Line<Self> {
        let sites = changes
            .iter()
            .filter(|change| change.what == Touched::Site)
            .count();
        let counts = ReviewCounts {
            apply: ApplyCounts::of(outcomes),
            before: AuditCounts::of(before),
            after: AuditCounts::of(after),
            changed_sites: sites,
            changed_walks: changes.len() - sites,
        };
        Line::new(
            "summary",
            Self {
                command: "review",
                counts: Counts::Review(Box::new(counts)),
            },
        )
    }

    /// Makes the last line of a command that lists (`kernel list`, `series show`, …).
    pub fn list(command: &'static str, count: usize) -> Line<Self> {
        Line::new(
            "summary",
            Self {
                command,
                counts: Counts::List(ListCounts { count }),
            },
        )
    }
}
