//! In: the states of a series that were built or booted on a kernel. Out: state × test, symptoms, warnings, how to do it by hand.

use super::moment;
use super::plan::Plan;
use crate::compare::{Change, Row, TestSeen, What};
use crate::kbuild::{Diagnostic, Severity};
use crate::ktap::Outcome;
use crate::store::{BootHead, BuildHead, Ran, SeriesHead, Store, StoreError};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The states run on one kernel with one config.
#[derive(Clone, Debug, Serialize)]
pub(super) struct RunningView {
    kernel: String,
    kernel_href: Option<String>,
    kernel_version: String,
    config: String,
    states: Vec<StateView>,
    /// Tests that are not well in some state, or differ between states.
    tests: Vec<TestView>,
    /// The others.
    quiet: Vec<TestView>,
    symptoms: Vec<SymptomView>,
    changes: Vec<ChangedView>,
}

/// A state.
#[derive(Clone, Debug, Serialize)]
struct StateView {
    state: u32,
    build: Option<BuildView>,
    boots: Vec<BootView>,
    /// How many tests came out how, in its first boot: word and count.
    counts: Vec<(&'static str, usize)>,
}

#[derive(Clone, Debug, Serialize)]
struct BuildView {
    outcome: String,
    reason: String,
    seconds: String,
    objects: u32,
    made: String,
    errors: Vec<MessageView>,
    /// Those that state 0 lacks; all of none, where that is not known.
    new_warnings: Vec<MessageView>,
    warnings: usize,
    compared: bool,
}

#[derive(Clone, Debug, Serialize)]
struct MessageView {
    place: String,
    flag: String,
    text: String,
}

#[derive(Clone, Debug, Serialize)]
struct BootView {
    outcome: &'static str,
    reason: String,
    seconds: String,
    accelerator: &'static str,
    console: String,
    by_hand: String,
}

/// A test, state by state.
#[derive(Clone, Debug, Serialize)]
struct TestView {
    suite: String,
    name: String,
    /// One cell a state; empty where it was not seen.
    cells: Vec<CellView>,
    /// In the last state that gave one.
    reason: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct CellView {
    /// What came of it, once for each that differs between runs of one image.
    outcomes: Vec<&'static str>,
    /// What changed against state 0; empty where nothing did.
    change: &'static str,
}

/// A symptom, state by state.
#[derive(Clone, Debug, Serialize)]
struct SymptomView {
    title: String,
    function: String,
    /// How often in each state, over all its boots.
    counts: Vec<u64>,
    tests: Vec<String>,
    stack: Vec<String>,
    /// What changed in the last state.
    change: &'static str,
}

/// Something that is not as it was in state 0.
#[derive(Clone, Debug, Serialize)]
struct ChangedView {
    state: u32,
    what: &'static str,
    name: String,
    before: String,
    after: String,
    change: &'static str,
    reason: String,
}

impl RunningView {
    /// Gathers what was run of a series, by kernel and config.
    pub(super) fn gather(
        store: &Store,
        plan: &Plan,
        head: &SeriesHead,
    ) -> Result<Vec<Self>, StoreError> {
        let kernels: BTreeSet<&str> = plan
            .applications
            .iter()
            .filter(|run| run.series == head.id)
            .map(|run| run.kernel.as_str())
            .collect();
        let mut out = Vec::new();
        for kernel in kernels {
            let ran = store.ran(head.id, kernel)?;
            let same = |one: &Ran, other: &Ran| {
                (&one.key.config, &one.key.kernel_version, &one.key.commit)
                    == (
                        &other.key.config,
                        &other.key.kernel_version,
                        &other.key.commit,
                    )
            };
            for states in ran.chunk_by(same) {
                out.push(Self::of(states, plan.kernel_href(kernel)));
            }
        }
        Ok(out)
    }

    fn of(states: &[Ran], kernel_href: Option<String>) -> Self {
        let key = &states[0].key;
        let (quiet, tests) = tests(states).into_iter().partition(TestView::is_quiet);
        Self {
            kernel: key.kernel.clone(),
            kernel_href,
            kernel_version: key.kernel_version.clone(),
            config: key.config.clone(),
            tests,
            quiet,
            symptoms: symptoms(states),
            changes: states.iter().flat_map(changes).collect(),
            states: states.iter().map(state).collect(),
        }
    }
}

impl TestView {
    /// Is it content, or left out, in all states alike?
    fn is_quiet(&self) -> bool {
        let words: BTreeSet<&str> = self
            .cells
            .iter()
            .flat_map(|cell| cell.outcomes.iter().copied())
            .collect();
        let alone = words.len() < 2
            && self.cells.iter().all(|cell| !cell.outcomes.is_empty())
            && self.cells.iter().all(|cell| cell.change.is_empty());
        let calm = [Outcome::Pass, Outcome::Skip].map(Outcome::word);
        alone && words.iter().all(|word| calm.contains(word))
    }
}

fn state(ran: &Ran) -> StateView {
    let first = ran.boots.first();
    let count = |outcome: Outcome| {
        let tests = first.map_or(&[][..], |boot| &boot.tests);
        tests.iter().filter(|test| test.outcome == outcome).count()
    };
    StateView {
        state: ran.key.state,
        build: ran.build.as_ref().map(|build| built(build, &ran.messages)),
        boots: ran.boots.iter().map(boot).collect(),
        counts: Outcome::ALL
            .into_iter()
            .map(|outcome| (outcome.word(), count(outcome)))
            .filter(|(_, count)| *count > 0)
            .collect(),
    }
}

fn built(build: &BuildHead, messages: &[(Diagnostic, Option<bool>)]) -> BuildView {
    let of = |severity: Severity| {
        messages
            .iter()
            .filter(move |(row, _)| row.severity == severity)
    };
    BuildView {
        outcome: build.outcome.clone(),
        reason: build.reason.clone(),
        seconds: format!("{:.1}", build.seconds),
        objects: build.objects,
        made: moment(build.made),
        errors: of(Severity::Error).map(|(row, _)| message(row)).collect(),
        new_warnings: of(Severity::Warning)
            .filter(|(_, new)| *new == Some(true))
            .map(|(row, _)| message(row))
            .collect(),
        warnings: of(Severity::Warning).count(),
        compared: messages.iter().all(|(_, new)| new.is_some()),
    }
}

fn message(row: &Diagnostic) -> MessageView {
    MessageView {
        place: match (row.file.as_str(), row.line) {
            (file, 0) => file.to_owned(),
            (file, line) => format!("{file}:{line}"),
        },
        flag: row.flag.clone(),
        text: row.text.clone(),
    }
}

fn boot(head: &BootHead) -> BootView {
    BootView {
        outcome: head.outcome.word(),
        reason: head.reason.clone(),
        seconds: format!("{:.1}", head.seconds),
        accelerator: head.accelerator.word(),
        console: head.console.clone(),
        by_hand: head.by_hand.clone(),
    }
}

/// Every test of any state, in the order first seen.
fn tests(states: &[Ran]) -> Vec<TestView> {
    let mut order: Vec<TestView> = Vec::new();
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (at, ran) in states.iter().enumerate() {
        let changed = changed(ran, What::Test);
        for test in ran.boots.iter().flat_map(|boot| &boot.tests) {
            let place = *places.entry((&test.suite, &test.name)).or_insert_with(|| {
                order.push(TestView {
                    suite: test.suite.clone(),
                    name: test.name.clone(),
                    cells: vec![CellView::default(); states.len()],
                    reason: String::new(),
                });
                order.len() - 1
            });
            let view = &mut order[place];
            if !test.reason.is_empty() {
                view.reason.clone_from(&test.reason);
            }
            let cell = &mut view.cells[at];
            if !cell.outcomes.contains(&test.outcome.word()) {
                cell.outcomes.push(test.outcome.word());
            }
            let key = TestSeen::join(&test.suite, &test.name);
            cell.change = changed.get(key.as_str()).copied().unwrap_or_default();
        }
    }
    order
}

/// What is not as in state 0, by name.
fn changed(ran: &Ran, what: What) -> BTreeMap<&str, &'static str> {
    ran.changes
        .iter()
        .filter(|row| row.what == what && row.change != Change::Unchanged)
        .map(|row| (row.name.as_str(), row.change.word()))
        .collect()
}

fn symptoms(states: &[Ran]) -> Vec<SymptomView> {
    let mut out: BTreeMap<&str, SymptomView> = BTreeMap::new();
    for (at, ran) in states.iter().enumerate() {
        let changed = changed(ran, What::Symptom);
        for symptom in ran.boots.iter().flat_map(|boot| &boot.symptoms) {
            let view = out.entry(&symptom.title).or_insert_with(|| SymptomView {
                title: symptom.title.clone(),
                function: symptom.function.clone(),
                counts: vec![0; states.len()],
                tests: Vec::new(),
                stack: symptom.stack.iter().map(|frame| frame.text()).collect(),
                change: "",
            });
            view.counts[at] += symptom.count;
            view.change = changed
                .get(symptom.title.as_str())
                .copied()
                .unwrap_or(view.change);
            for test in symptom.tests.iter().filter(|test| !test.is_empty()) {
                if !view.tests.contains(test) {
                    view.tests.push(test.clone());
                }
            }
        }
    }
    out.into_values().collect()
}

fn changes(ran: &Ran) -> Vec<ChangedView> {
    let told = |row: &&Row| row.change != Change::Unchanged;
    ran.changes
        .iter()
        .filter(told)
        .map(|row| ChangedView {
            state: ran.key.state,
            what: row.what.word(),
            name: row.name.clone(),
            before: row.before.clone(),
            after: row.after.clone(),
            change: row.change.word(),
            reason: row.reason.clone(),
        })
        .collect()
}
