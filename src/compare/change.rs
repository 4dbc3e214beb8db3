//! In: state 0 (or any state) and another. Out: a row for each test, symptom, build and boot, with what changed.

use super::side::{Boot, Side, SymptomSeen};
use super::tests_of::{Said, Tests};
use crate::ktap::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// What a row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Does it build?
    Build,
    /// Does it boot and come to the end?
    Boot,
    /// A test.
    Test,
    /// A symptom.
    Symptom,
}

impl What {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Build, Self::Boot, Self::Test, Self::Symptom];

    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Boot => "boot",
            Self::Test => "test",
            Self::Symptom => "symptom",
        }
    }
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It is worse than it was.
    Regressed,
    /// It was not well, and is.
    Fixed,
    /// It is as it was.
    Unchanged,
    /// It differs between runs of one image.
    Flaky,
    /// What there is to see does not tell.
    Unknown,
}

impl Change {
    /// Every one.
    pub const ALL: [Self; 5] = [
        Self::Regressed,
        Self::Fixed,
        Self::Unchanged,
        Self::Flaky,
        Self::Unknown,
    ];

    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Fixed => "fixed",
            Self::Unchanged => "unchanged",
            Self::Flaky => "flaky",
            Self::Unknown => "unknown",
        }
    }
}

/// One thing, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub what: What,
    /// The test's or symptom's name; empty for build and boot.
    pub name: String,
    /// Its word before.
    pub before: String,
    /// Its word after.
    pub after: String,
    /// What changed.
    pub change: Change,
    /// Why it is judged so, where the two words do not say it; may be empty.
    pub reason: String,
}

/// Compares two states.
pub fn compare(before: &Side, after: &Side) -> Vec<Row> {
    let mut rows = vec![build(before, after)];
    rows.extend(boot(before, after));
    let (was, is) = (Tests::new(before), Tests::new(after));
    let (old, new) = (Symptoms::new(before), Symptoms::new(after));
    let names: BTreeSet<&str> = was.names().chain(is.names()).collect();
    rows.extend(
        names
            .into_iter()
            .map(|name| test(name, (&was.of(name), &is.of(name)), (&old, &new))),
    );
    let titles: BTreeSet<&str> = old.seen.keys().chain(new.seen.keys()).copied().collect();
    rows.extend(
        titles
            .into_iter()
            .map(|title| symptom(title, (&old, &new), &is)),
    );
    rows
}

fn build(before: &Side, after: &Side) -> Row {
    let word = |side: &Side| match side {
        Side::NotBuilt(why) => *why,
        Side::Built(_) => "built",
    };
    let change = match (before, after) {
        (Side::Built(_), Side::Built(_)) => Change::Unchanged,
        (Side::Built(_), Side::NotBuilt(_)) => Change::Regressed,
        (Side::NotBuilt(_), Side::Built(_)) => Change::Fixed,
        (Side::NotBuilt(was), Side::NotBuilt(is)) if was == is => Change::Unchanged,
        (Side::NotBuilt(_), Side::NotBuilt(_)) => Change::Unknown,
    };
    row(What::Build, "", (word(before), word(after)), (change, ""))
}

/// The boots; nothing where neither state has an image.
fn boot(before: &Side, after: &Side) -> Option<Row> {
    if before.runs().is_empty() && after.runs().is_empty() {
        return None;
    }
    let all = |side: &Side| -> BTreeSet<Boot> { side.runs().iter().map(|run| run.boot).collect() };
    let (was, is) = (all(before), all(after));
    let word = |set: &BTreeSet<Boot>| match set.is_empty() {
        true => "not-built".to_owned(),
        false => set
            .iter()
            .map(|boot| boot.word())
            .collect::<Vec<_>>()
            .join("|"),
    };
    let well = |set: &BTreeSet<Boot>| set.len() == 1 && set.contains(&Boot::Finished);
    let change = if was.is_empty() || is.is_empty() {
        Change::Unknown
    } else if was.len() > 1 || is.len() > 1 {
        Change::Flaky
    } else if was == is {
        Change::Unchanged
    } else if well(&was) || is.contains(&Boot::NotBooted) {
        Change::Regressed
    } else if well(&is) {
        Change::Fixed
    } else {
        Change::Unknown
    };
    Some(row(What::Boot, "", (&word(&was), &word(&is)), (change, "")))
}

/// How bad an outcome is; a skip says nothing.
fn rank(outcome: Outcome) -> Option<u8> {
    match outcome {
        Outcome::Pass => Some(0),
        Outcome::Xpass => Some(1),
        Outcome::Xfail => Some(2),
        Outcome::Fail => Some(3),
        Outcome::Missing => Some(4),
        Outcome::Crashed => Some(5),
        Outcome::Skip => None,
    }
}

fn test(name: &str, (was, is): (&Said, &Said), (old, new): (&Symptoms<'_>, &Symptoms<'_>)) -> Row {
    let fresh: Vec<&str> = new
        .in_test(name)
        .filter(|title| !old.seen.contains_key(title))
        .collect();
    let ran = matches!(is, Said::Once(_) | Said::Flaky(_));
    let (change, reason) = if ran && !fresh.is_empty() {
        (
            Change::Regressed,
            format!("new symptom: {}", fresh.join(", ")),
        )
    } else {
        let (change, reason) = judge(was, is);
        (change, reason.to_owned())
    };
    row(
        What::Test,
        name,
        (&was.word(), &is.word()),
        (change, &reason),
    )
}

fn judge(was: &Said, is: &Said) -> (Change, &'static str) {
    let (Said::Once(before), Said::Once(after)) = (was, is) else {
        return match (was, is) {
            (Said::Flaky(_), _) | (_, Said::Flaky(_)) => (Change::Flaky, ""),
            (Said::Once(Outcome::Skip), Said::Absent) => {
                (Change::Unknown, "it did not run before either")
            }
            (Said::Once(_), Said::Absent) => (Change::Regressed, "the guest finished without it"),
            (Said::Absent, Said::Once(after)) if after.is_bad() => {
                (Change::Unknown, "a new test, which is not well")
            }
            (Said::Absent, Said::Once(_)) => (Change::Unknown, "a new test"),
            _ => (Change::Unknown, ""),
        };
    };
    match (rank(*before), rank(*after)) {
        _ if before == after => (Change::Unchanged, ""),
        (Some(_), None) => (Change::Unknown, "it no longer runs"),
        (None, Some(_)) => (Change::Unknown, "it did not run before"),
        (Some(worse), Some(now)) if now > worse && now > 1 => (Change::Regressed, ""),
        (Some(worse), Some(now)) if worse > 1 && now <= 1 => (Change::Fixed, ""),
        _ => (Change::Unknown, "other than before, and not well"),
    }
}

/// The symptoms of a state: in how many runs each, and in which tests.
struct Symptoms<'s> {
    runs: usize,
    finished: bool,
    seen: BTreeMap<&'s str, (usize, BTreeSet<&'s str>)>,
}

impl<'s> Symptoms<'s> {
    fn new(side: &'s Side) -> Self {
        let runs = side.runs();
        let mut seen: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
        for run in runs {
            let titles: BTreeSet<&str> = run.symptoms.iter().map(|s| s.title.as_str()).collect();
            for title in titles {
                seen.entry(title).or_default().0 += 1;
            }
            for SymptomSeen { title, tests } in &run.symptoms {
                let places = &mut seen.entry(title).or_default().1;
                places.extend(tests.iter().map(String::as_str));
            }
        }
        Self {
            runs: runs.len(),
            finished: runs.iter().any(|run| run.boot == Boot::Finished),
            seen,
        }
    }

    /// The titles seen while a test was running.
    fn in_test(&self, name: &str) -> impl Iterator<Item = &'s str> {
        self.seen
            .iter()
            .filter(move |(_, (_, tests))| tests.contains(name))
            .map(|(title, _)| *title)
    }

    /// Says how often, in words.
    fn word(&self, title: &str) -> String {
        match self.seen.get(title) {
            _ if self.runs == 0 => "not-built".to_owned(),
            None => "absent".to_owned(),
            Some((count, _)) if *count == self.runs => "present".to_owned(),
            Some((count, _)) => format!("present in {count} of {} runs", self.runs),
        }
    }
}

fn symptom(title: &str, (old, new): (&Symptoms<'_>, &Symptoms<'_>), is: &Tests<'_>) -> Row {
    let always = |side: &Symptoms<'_>| {
        side.seen
            .get(title)
            .is_some_and(|(count, _)| *count == side.runs)
    };
    let (change, reason) = match (old.seen.get(title), new.seen.contains_key(title)) {
        (None, _) if old.runs == 0 => (Change::Unknown, ""),
        (None, _) => (Change::Regressed, "a new symptom"),
        (Some(_), true) if always(old) && always(new) => (Change::Unchanged, ""),
        (Some(_), true) => (Change::Flaky, ""),
        (Some(_), false) if !new.finished => (Change::Unknown, "the guest did not come to its end"),
        (Some(_), false) if !always(old) => (Change::Flaky, ""),
        // Only where the tests in which it came have run is its absence worth something.
        (Some((_, tests)), false) => {
            let ran = |name: &&str| matches!(is.of(name), Said::Once(outcome) if !matches!(outcome, Outcome::Skip | Outcome::Missing));
            match tests.iter().all(ran) {
                true => (Change::Fixed, ""),
                false => (Change::Unknown, "the test that showed it did not run"),
            }
        }
    };
    row(
        What::Symptom,
        title,
        (&old.word(title), &new.word(title)),
        (change, reason),
    )
}

fn row(
    what: What,
    name: &str,
    (before, after): (&str, &str),
    (change, reason): (Change, &str),
) -> Row {
    Row {
        what,
        name: name.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
        change,
        reason: reason.to_owned(),
    }
}
