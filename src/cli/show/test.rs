//! In: what came of testing a state. Out: tables for people, lines for programs.

use crate::boot::Outcome as BootOutcome;
use crate::cli::screen::{Cell, Label, Screen};
use crate::compare::{Change, Row};
use crate::ktap::Outcome;
use crate::pipeline::{OneBoot, Tested};
use crate::report::wire;
use std::io;

/// Frames shown of a stack; more are counted.
const FRAMES: usize = 8;

/// Prints the lines of a state's boots.
pub(in crate::cli) fn lines(screen: &mut Screen, tested: &Tested) -> io::Result<()> {
    for (run, boot) in tested.boots.iter().enumerate() {
        screen.wire(&wire::boot_line(tested.state, run, &boot.booted))?;
        for test in &boot.tests {
            screen.wire(&wire::run_test_line(tested.state, run, test))?;
        }
        for symptom in &boot.symptoms {
            screen.wire(&wire::symptom_line(tested.state, run, symptom))?;
        }
    }
    for row in tested.changes.iter().flatten() {
        screen.wire(&wire::run_change_line(tested.state, row))?;
    }
    Ok(())
}

/// Prints how each boot ended, what is not well in it, and what changed.
pub(in crate::cli) fn tables(screen: &mut Screen, tested: &Tested) -> io::Result<()> {
    for (run, boot) in tested.boots.iter().enumerate() {
        one(screen, tested, run, boot)?;
    }
    if let Some(changes) = &tested.changes {
        changed(screen, changes)?;
    }
    if let Some(boot) = tested.boots.last() {
        screen.line(Label::Heading, "by hand")?;
        screen.plain(format!("  {}", boot.booted.by_hand))?;
    }
    Ok(())
}

fn one(screen: &mut Screen, tested: &Tested, run: usize, boot: &OneBoot) -> io::Result<()> {
    let booted = &boot.booted;
    let label = if booted.outcome == BootOutcome::Finished {
        Label::Good
    } else {
        Label::Bad
    };
    let title = match tested.boots.len() {
        1 => format!("state {}", tested.state),
        all => format!("state {}, run {} of {all}", tested.state, run + 1),
    };
    screen.line(Label::Heading, title)?;
    let up = booted
        .up_after
        .map(|up| format!("up after {:.1} s", up.as_secs_f64()))
        .unwrap_or_default();
    screen.table(
        2,
        &[vec![
            Cell::new(booted.outcome.word()).label(label),
            Cell::new(format!("{:.1} s", booted.lasted.as_secs_f64())),
            Cell::new(up).label(Label::Faint),
            Cell::new(booted.accelerator.word()).label(Label::Faint),
            Cell::new(counts(boot)),
        ]],
    )?;
    if !booted.reason.is_empty() {
        screen.plain(format!("  {}", booted.reason))?;
        for line in &booted.tail {
            screen.line(Label::Faint, format!("    {line}"))?;
        }
    }
    let rows: Vec<Vec<Cell>> = boot
        .tests
        .iter()
        .filter(|test| !matches!(test.outcome, Outcome::Pass | Outcome::Skip))
        .map(|test| {
            let label = if test.outcome.is_bad() {
                Label::Bad
            } else {
                Label::Doubtful
            };
            vec![
                Cell::new(test.outcome.word()).label(label),
                Cell::new(&test.suite),
                Cell::new(&test.name),
                Cell::new(&test.reason).label(Label::Faint),
            ]
        })
        .collect();
    screen.table(2, &rows)?;
    for symptom in &boot.symptoms {
        screen.line(
            Label::Bad,
            format!("  {} ×{} {}", symptom.title, symptom.count, symptom.test),
        )?;
        for frame in symptom.stack.iter().take(FRAMES) {
            screen.line(Label::Faint, format!("    {}", frame.text()))?;
        }
        if symptom.stack.len() > FRAMES {
            screen.line(
                Label::Faint,
                format!("    … and {} more", symptom.stack.len() - FRAMES),
            )?;
        }
    }
    screen.plain(format!("  console: {}", booted.console.path.display()))
}

/// `49 pass, 3 fail, 6 skip`.
fn counts(boot: &OneBoot) -> String {
    let parts = Outcome::ALL.into_iter().filter_map(|outcome| {
        let count = boot
            .tests
            .iter()
            .filter(|test| test.outcome == outcome)
            .count();
        (count > 0).then(|| format!("{count} {}", outcome.word()))
    });
    let text = parts.collect::<Vec<_>>().join(", ");
    format!("{} tests: {text}", boot.tests.len())
}

fn changed(screen: &mut Screen, changes: &[Row]) -> io::Result<()> {
    screen.line(Label::Heading, "against state 0")?;
    let told = changes.iter().filter(|row| row.change != Change::Unchanged);
    let rows: Vec<Vec<Cell>> = told
        .map(|row| {
            let label = match row.change {
                Change::Regressed => Label::Bad,
                Change::Fixed => Label::Good,
                Change::Flaky | Change::Unknown => Label::Doubtful,
                Change::Unchanged => Label::Faint,
            };
            vec![
                Cell::new(row.change.word()).label(label),
                Cell::new(row.what.word()),
                Cell::new(&row.name),
                Cell::new(format!("{} → {}", row.before, row.after)),
                Cell::new(&row.reason).label(Label::Faint),
            ]
        })
        .collect();
    screen.table(2, &rows)?;
    let same = changes.len() - rows.len();
    screen.line(Label::Faint, format!("  {same} unchanged"))
}
