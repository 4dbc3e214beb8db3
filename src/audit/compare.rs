//! In: the walks of two states. Out: each walk before × after, and what became of its verdict. Knows no patches.

use super::facts::{Huge, Verdict, Walk};
use serde::Serialize;
use std::collections::BTreeMap;

/// What became of a walk's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictChange {
    /// Worse than before, or new and not shown to be prepared.
    Regressed,
    /// Better than before.
    Fixed,
    /// As before.
    Unchanged,
    /// New, and nothing is to be said against it.
    Added,
    /// Gone.
    Removed,
}

impl VerdictChange {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Fixed => "fixed",
            Self::Unchanged => "unchanged",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// One walk in two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkChange {
    /// The walk before, where there was one.
    pub before: Option<Walk>,
    /// The walk after, where there is one.
    pub after: Option<Walk>,
    /// What became of its verdict.
    pub change: VerdictChange,
}

/// Pairs the walks of two states and compares their verdicts, sorted by file and line (those after, else before).
///
/// Walks are the same when file, function and walker are, counted in order; what is left over is paired by function
/// and walker, so that a function that moves to another file keeps its verdict.
pub fn compare_walks(before: &[Walk], after: &[Walk]) -> Vec<WalkChange> {
    let (mut pairs, before, after) =
        pair(before.iter().collect(), after.iter().collect(), |walk| {
            (&walk.file, &walk.function, &walk.walker)
        });
    let (moved, gone, new) = pair(before, after, |walk| {
        (&walk.function, &walk.function, &walk.walker)
    });
    pairs.extend(moved);
    let both = pairs
        .into_iter()
        .map(|(before, after)| (Some(before), Some(after)));
    let gone = gone.into_iter().map(|walk| (Some(walk), None));
    let new = new.into_iter().map(|walk| (None, Some(walk)));
    let mut changes: Vec<WalkChange> = both
        .chain(gone)
        .chain(new)
        .map(|(before, after)| WalkChange {
            change: judge(before, after),
            before: before.cloned(),
            after: after.cloned(),
        })
        .collect();
    changes.sort_by(|a, b| place(a).cmp(&place(b)));
    changes
}

/// Gives where a change is to be looked for.
fn place(change: &WalkChange) -> (&str, u32) {
    change
        .after
        .as_ref()
        .or(change.before.as_ref())
        .map_or(("", 0), |walk| (&walk.file, walk.line))
}

/// Walks of both sides that belong together, and what is left of either.
type Paired<'w> = (Vec<(&'w Walk, &'w Walk)>, Vec<&'w Walk>, Vec<&'w Walk>);

/// Pairs walks with equal keys, in order.
fn pair<'w>(
    before: Vec<&'w Walk>,
    after: Vec<&'w Walk>,
    key: impl Fn(&'w Walk) -> (&'w String, &'w String, &'w String),
) -> Paired<'w> {
    let mut waiting: BTreeMap<_, std::collections::VecDeque<&Walk>> = BTreeMap::new();
    for walk in before {
        waiting.entry(key(walk)).or_default().push_back(walk);
    }
    let (mut pairs, mut new) = (Vec::new(), Vec::new());
    for walk in after {
        match waiting
            .get_mut(&key(walk))
            .and_then(std::collections::VecDeque::pop_front)
        {
            Some(before) => pairs.push((before, walk)),
            None => new.push(walk),
        }
    }
    (pairs, waiting.into_values().flatten().collect(), new)
}

/// Compares two verdicts.
fn judge(before: Option<&Walk>, after: Option<&Walk>) -> VerdictChange {
    let (before, after) = match (before, after) {
        (None, None) => return VerdictChange::Unchanged,
        (Some(_), None) => return VerdictChange::Removed,
        (None, Some(after)) => {
            return if weight(after.worst()) == 0 {
                VerdictChange::Added
            } else {
                VerdictChange::Regressed
            };
        }
        (Some(before), Some(after)) => (before, after),
    };
    let single = level(
        (before.verdict, &before.unhandled),
        (after.verdict, &after.unhandled),
    );
    let huge = level(said(before.pmd.as_ref()), said(after.pmd.as_ref()));
    match (single, huge) {
        (VerdictChange::Regressed, _) | (_, VerdictChange::Regressed) => VerdictChange::Regressed,
        (VerdictChange::Fixed, _) | (_, VerdictChange::Fixed) => VerdictChange::Fixed,
        _ => VerdictChange::Unchanged,
    }
}

/// Gives what is said of huge entries; a walk that does not look at any can be wrong about none.
fn said(huge: Option<&Huge>) -> (Verdict, &[String]) {
    huge.map_or((Verdict::NotApplicable, &[]), |huge| {
        (huge.verdict, huge.unhandled.as_slice())
    })
}

/// Compares what is said of one level.
fn level(before: (Verdict, &[String]), after: (Verdict, &[String])) -> VerdictChange {
    // Unprepared for more kinds than before is worse, though the word is the same.
    let wider = after.1.iter().any(|kind| !before.1.contains(kind));
    match weight(after.0).cmp(&weight(before.0)) {
        std::cmp::Ordering::Greater => VerdictChange::Regressed,
        std::cmp::Ordering::Less => VerdictChange::Fixed,
        std::cmp::Ordering::Equal if wider => VerdictChange::Regressed,
        std::cmp::Ordering::Equal => VerdictChange::Unchanged,
    }
}

/// Says how bad a verdict is.
fn weight(verdict: Verdict) -> u8 {
    match verdict {
        // A walk that looks at nothing can be wrong about nothing.
        Verdict::Prepared | Verdict::NotApplicable => 0,
        Verdict::Unknown => 1,
        Verdict::Unprepared => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(file: &str, function: &str, line: u32, verdict: Verdict, unhandled: &[&str]) -> Walk {
        Walk {
            file: file.into(),
            function: function.into(),
            line,
            span: (1, 99),
            walker: "page_vma_mapped_walk".into(),
            flags: Vec::new(),
            cursor: "pvmw".into(),
            cursor_from: "struct".into(),
            contract: Vec::new(),
            verdict,
            unhandled: unhandled.iter().map(|kind| (*kind).to_owned()).collect(),
            used: None,
            witness: Vec::new(),
            reason: String::new(),
            guards: Vec::new(),
            fingerprint: "".into(),
            pmd: None,
        }
    }

    fn words(before: &[Walk], after: &[Walk]) -> Vec<&'static str> {
        compare_walks(before, after)
            .iter()
            .map(|change| change.change.word())
            .collect()
    }

    #[test]
    fn every_pair_of_verdicts() {
        use Verdict::{NotApplicable, Prepared, Unknown, Unprepared};
        let all = [Prepared, NotApplicable, Unknown, Unprepared];
        let mut table = Vec::new();
        for before in all {
            for after in all {
                table.push(
                    words(
                        &[walk("a.c", "f", 1, before, &[])],
                        &[walk("a.c", "f", 2, after, &[])],
                    )[0],
                );
            }
        }
        let (r, f, u) = ("regressed", "fixed", "unchanged");
        assert_eq!(table, [u, u, r, r, u, u, r, r, f, f, u, r, f, f, f, u]);
    }

    #[test]
    fn more_kinds_are_worse_and_fewer_are_not() {
        let two = [walk(
            "a.c",
            "f",
            1,
            Verdict::Unprepared,
            &["swap", "migration"],
        )];
        let one = [walk("a.c", "f", 1, Verdict::Unprepared, &["swap"])];
        assert_eq!(words(&one, &two), ["regressed"]);
        assert_eq!(words(&two, &one), ["unchanged"]);
    }

    #[test]
    fn new_gone_and_moved_walks() {
        let unknown =
            |file: &str, function: &str, line| walk(file, function, line, Verdict::Unknown, &[]);
        assert_eq!(words(&[], &[unknown("a.c", "f", 1)]), ["regressed"]);
        assert_eq!(
            words(&[], &[walk("a.c", "f", 1, Verdict::Prepared, &[])]),
            ["added"]
        );
        assert_eq!(words(&[unknown("a.c", "f", 1)], &[]), ["removed"]);
        assert_eq!(
            words(&[unknown("a.c", "f", 1)], &[unknown("b.c", "f", 7)]),
            ["unchanged"]
        );
        // A second walk in the same function is a new one.
        let both = [unknown("a.c", "f", 1), unknown("a.c", "f", 9)];
        assert_eq!(words(&both[..1], &both), ["unchanged", "regressed"]);
    }

    #[test]
    fn one_word_is_that_of_the_worse_level() {
        let mut before = walk("mm/a.c", "f", 9, Verdict::Prepared, &[]);
        let mut after = before.clone();
        assert_eq!(before.told(), (Verdict::Prepared, &[][..], ""));
        let huge = |verdict, unhandled: &[&str]| Huge {
            guards: Vec::new(),
            fingerprint: String::new(),
            contract: vec!["present".into(), "migration".into()],
            verdict,
            unhandled: unhandled.iter().map(|kind| (*kind).to_owned()).collect(),
            used: None,
            witness: Vec::new(),
            reason: "huge".into(),
        };
        before.pmd = Some(huge(Verdict::Prepared, &[]));
        after.pmd = Some(huge(Verdict::Unprepared, &["migration"]));
        assert_eq!(before.worst(), Verdict::Prepared);
        assert_eq!(
            after.told(),
            (Verdict::Unprepared, &["migration".to_owned()][..], "huge")
        );
        let both = [before.clone()];
        assert_eq!(words(&both, std::slice::from_ref(&after)), ["regressed"]);
        assert_eq!(words(&[after], &both), ["fixed"]);
    }
}
