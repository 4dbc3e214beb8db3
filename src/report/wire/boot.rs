//! In: what came of booting and testing a state. Out: its lines.

use super::Line;
use crate::boot::Booted;
use crate::compare::Row;
use crate::ktap::Symptom;
use crate::store::TestRow;
use serde::Serialize;

/// Fields of a `boot` line.
#[derive(Clone, Debug, Serialize)]
pub struct BootLine<'a> {
    state: u32,
    run: usize,
    outcome: &'static str,
    reason: &'a str,
    accel: &'static str,
    seconds: f64,
    up_seconds: Option<f64>,
    console: String,
    console_bytes: u64,
    console_cut: u64,
    tail: &'a [String],
    notes: &'a [String],
    by_hand: &'a str,
}

/// Makes the line of a boot.
pub fn boot_line(state: u32, run: usize, booted: &Booted) -> Line<BootLine<'_>> {
    let seconds = |time: std::time::Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
    Line::new(
        "boot",
        BootLine {
            state,
            run,
            outcome: booted.outcome.word(),
            reason: &booted.reason,
            accel: booted.accelerator.word(),
            seconds: seconds(booted.lasted),
            up_seconds: booted.up_after.map(seconds),
            console: booted.console.path.display().to_string(),
            console_bytes: booted.console.bytes,
            console_cut: booted.console.cut,
            tail: &booted.tail,
            notes: &booted.notes,
            by_hand: &booted.by_hand,
        },
    )
}

/// Fields of a `test` line.
#[derive(Clone, Debug, Serialize)]
pub struct RunTestLine<'a> {
    state: u32,
    run: usize,
    suite: &'a str,
    program: &'a str,
    name: &'a str,
    outcome: &'static str,
    reason: &'a str,
}

/// Makes the line of a test.
pub fn run_test_line(state: u32, run: usize, test: &TestRow) -> Line<RunTestLine<'_>> {
    Line::new(
        "test",
        RunTestLine {
            state,
            run,
            suite: &test.suite,
            program: &test.program,
            name: &test.name,
            outcome: test.outcome.word(),
            reason: &test.reason,
        },
    )
}

/// Fields of a `symptom` line.
#[derive(Clone, Debug, Serialize)]
pub struct SymptomLine<'a> {
    state: u32,
    run: usize,
    title: &'a str,
    function: &'a str,
    count: u64,
    stack: Vec<String>,
    test: &'a str,
    tests: &'a [String],
}

/// Makes the line of a symptom.
pub fn symptom_line(state: u32, run: usize, symptom: &Symptom) -> Line<SymptomLine<'_>> {
    Line::new(
        "symptom",
        SymptomLine {
            state,
            run,
            title: &symptom.title,
            function: &symptom.function,
            count: symptom.count,
            stack: symptom.stack.iter().map(crate::ktap::Frame::text).collect(),
            test: &symptom.test,
            tests: &symptom.tests,
        },
    )
}

/// Fields of a `change` line about what was built and run.
#[derive(Clone, Debug, Serialize)]
pub struct RunChangeLine<'a> {
    state: u32,
    what: &'static str,
    name: &'a str,
    before: &'a str,
    after: &'a str,
    change: &'static str,
    reason: &'a str,
}

/// Makes the line of a build, boot, test or symptom before × after.
pub fn run_change_line(state: u32, row: &Row) -> Line<RunChangeLine<'_>> {
    Line::new(
        "change",
        RunChangeLine {
            state,
            what: row.what.word(),
            name: &row.name,
            before: &row.before,
            after: &row.after,
            change: row.change.word(),
            reason: &row.reason,
        },
    )
}
