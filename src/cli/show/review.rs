//! In: a review. Out: tables for people, lines for programs.

use super::{audit, outcomes};
use crate::audit::{ReviewChange, Touched, VerdictChange, WalkChange};
use crate::cli::screen::{Cell, Label, Screen};
use crate::pipeline::{OpenKernel, RanState, Reviewed};
use crate::report::wire;
use crate::tree::PatchVerdict;
use std::io;

/// Prints what applying gave, what changed, every walk before × after, and the counts.
pub(in crate::cli) fn lines(screen: &mut Screen, reviewed: &Reviewed) -> io::Result<()> {
    let applied = &reviewed.application.outcomes;
    outcomes::lines(screen, applied)?;
    for change in &reviewed.changes {
        screen.wire(&wire::change_line(change))?;
    }
    for line in reviewed.walks.iter().filter_map(wire::verdict_line) {
        screen.wire(&line)?;
    }
    for state in &reviewed.ran {
        if let Some(build) = state.build() {
            super::build::line(screen, build)?;
        }
        if let RanState::Tested(tested) = state {
            super::test::lines(screen, tested)?;
        }
    }
    screen.wire(&wire::Summary::review(
        applied,
        &reviewed.before,
        &reviewed.after,
        &reviewed.changes,
    ))
}

/// Prints the same for people, and the report's path last.
pub(in crate::cli) fn tables(
    screen: &mut Screen,
    kernel: &OpenKernel,
    reviewed: &Reviewed,
) -> io::Result<()> {
    let name = &reviewed.application.series.name;
    let title = format!("{name} on {} ({})", kernel.name, kernel.kernel.version);
    outcomes::tables(screen, &title, &reviewed.application.outcomes)?;
    screen.plain("")?;
    screen.line(
        Label::Heading,
        "sites on changed lines, walks in changed functions",
    )?;
    if reviewed.changes.is_empty() {
        screen.plain("  none")?;
    }
    let rows: Vec<Vec<Cell>> = reviewed.changes.iter().map(change_row).collect();
    screen.table(2, &rows)?;
    screen.plain("")?;
    let moved: Vec<&WalkChange> = reviewed
        .walks
        .iter()
        .filter(|walk| walk.change != VerdictChange::Unchanged)
        .collect();
    screen.line(Label::Heading, "verdicts")?;
    if moved.is_empty() {
        screen.plain("  no walk's verdict changed")?;
    }
    let rows: Vec<Vec<Cell>> = moved.into_iter().filter_map(verdict_row).collect();
    screen.table(2, &rows)?;
    screen.table(
        2,
        &[
            vec![
                Cell::new("before"),
                Cell::new(audit::verdicts(&reviewed.before)),
            ],
            vec![
                Cell::new("after"),
                Cell::new(audit::verdicts(&reviewed.after)),
            ],
        ],
    )?;
    running(screen, reviewed)?;
    screen.plain("")?;
    screen.plain(format!("report: {}", reviewed.report.index.display()))
}

/// Prints what came of building and booting, state by state.
fn running(screen: &mut Screen, reviewed: &Reviewed) -> io::Result<()> {
    let outcomes = &reviewed.application.outcomes;
    let short = |state: u32| {
        outcomes.iter().take(state as usize).any(|outcome| {
            matches!(
                outcome.verdict,
                PatchVerdict::Partly | PatchVerdict::Conflict
            )
        })
    };
    for state in &reviewed.ran {
        screen.plain("")?;
        if let Some(build) = state.build() {
            super::build::state(screen, build)?;
        }
        if short(state.state()) {
            screen.line(
                Label::Doubtful,
                "  not every patch went in whole: this is not what was posted",
            )?;
        }
        if let RanState::Tested(tested) = state {
            super::test::tables(screen, tested)?;
        }
    }
    Ok(())
}

fn change_row(change: &ReviewChange) -> Vec<Cell> {
    let what = match change.what {
        Touched::Site => "",
        Touched::Walk => "walk",
    };
    vec![
        Cell::new(format!("patch {}", change.patch)),
        Cell::new(change.change.word()),
        Cell::new(&change.name),
        Cell::new(format!("{}:{}", change.file, change.line)),
        Cell::new(&change.function),
        Cell::new(what).label(Label::Faint),
    ]
}

fn verdict_row(change: &WalkChange) -> Option<Vec<Cell>> {
    let walk = change.after.as_ref().or(change.before.as_ref())?;
    let label = match change.change {
        VerdictChange::Regressed => Label::Bad,
        VerdictChange::Fixed => Label::Good,
        VerdictChange::Unchanged | VerdictChange::Added | VerdictChange::Removed => Label::Plain,
    };
    let cell = |walk: &Option<crate::audit::Walk>| match walk {
        Some(walk) => audit::verdict_cell(walk.worst()),
        None => Cell::new("-"),
    };
    Some(vec![
        Cell::new(change.change.word()).label(label),
        Cell::new(format!("{}:{}", walk.file, walk.line)),
        Cell::new(&walk.function),
        cell(&change.before),
        Cell::new("→"),
        cell(&change.after),
        Cell::new(walk.told().2).label(Label::Faint),
    ])
}
