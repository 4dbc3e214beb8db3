//! In: what came of building a state. Out: a table for people, a line for programs.

use crate::cli::screen::{Cell, Label, Screen};
use crate::kbuild::{Diagnostic, Outcome, Severity};
use crate::pipeline::{Chosen, StateBuild};
use crate::report::wire;
use std::io;

/// Messages shown of a state; more are counted.
const SHOWN: usize = 30;

/// Prints the line of a state's build.
pub(in crate::cli) fn line(screen: &mut Screen, build: &StateBuild) -> io::Result<()> {
    let new = build.new.as_deref();
    screen.wire(&wire::build_line(
        build.state,
        build.config,
        &build.built,
        new,
    ))
}

/// Prints how a state's build came out, what kconfig refused, what is new.
pub(in crate::cli) fn tables(
    screen: &mut Screen,
    chosen: &Chosen,
    build: &StateBuild,
) -> io::Result<()> {
    let name = match (&chosen.application, build.state) {
        (Some(application), 1..) => format!(
            "{} on {}, state {}",
            application.series.name, chosen.kernel.name, build.state
        ),
        _ => format!("{}, state 0", chosen.kernel.name),
    };
    below(screen, &name, build)
}

/// Prints the same, of a state whose series and kernel have been named.
pub(in crate::cli) fn state(screen: &mut Screen, build: &StateBuild) -> io::Result<()> {
    below(screen, &format!("building state {}", build.state), build)
}

fn below(screen: &mut Screen, name: &str, build: &StateBuild) -> io::Result<()> {
    let built = &build.built;
    screen.line(Label::Heading, format!("{name} ({})", build.config))?;
    let label = match built.outcome {
        Outcome::Built => Label::Good,
        _ => Label::Bad,
    };
    let sandbox = if built.sandboxed {
        ""
    } else {
        "without a sandbox"
    };
    screen.table(
        2,
        &[vec![
            Cell::new(built.outcome.word()).label(label),
            Cell::new(format!("{:.1} s", built.seconds)),
            Cell::new(format!("{} objects", built.objects)),
            Cell::new(format!("{} sources touched", built.touched)).label(Label::Faint),
            Cell::new(sandbox).label(Label::Doubtful),
        ]],
    )?;
    if !built.reason.is_empty() {
        screen.plain(format!("  {}", built.reason))?;
    }
    let refused: Vec<Vec<Cell>> = built
        .refused
        .iter()
        .map(|one| {
            let (word, label) = match one.optional {
                true => ("optional", Label::Faint),
                false => ("needed", Label::Bad),
            };
            vec![
                Cell::new("kconfig refused"),
                Cell::new(format!("{}={}", one.option, one.wanted)),
                Cell::new(format!("it is {}", one.got)),
                Cell::new(word).label(label),
            ]
        })
        .collect();
    screen.table(2, &refused)?;
    messages(screen, build)?;
    if let Some(image) = &built.image {
        screen.plain(format!("  image: {}", image.path.display()))?;
    }
    Ok(())
}

/// Prints errors, and warnings that are new.
fn messages(screen: &mut Screen, build: &StateBuild) -> io::Result<()> {
    let rows = &build.built.diagnostics;
    let new: Vec<&Diagnostic> = build
        .new_diagnostics()
        .filter(|row| row.severity == Severity::Warning)
        .collect();
    let errors = rows.iter().filter(|row| row.severity == Severity::Error);
    let told: Vec<&Diagnostic> = errors.chain(new.iter().copied()).collect();
    let cells: Vec<Vec<Cell>> = told.iter().take(SHOWN).map(|row| message(row)).collect();
    screen.table(2, &cells)?;
    if told.len() > SHOWN {
        screen.plain(format!("  … and {} more", told.len() - SHOWN))?;
    }
    let warnings = rows.iter().filter(|row| row.severity == Severity::Warning);
    let count = match (warnings.count(), build.state, &build.new) {
        (1, 0, _) => String::from("1 warning"),
        (0, ..) => return Ok(()),
        (all, 0, _) => format!("{all} warnings"),
        (all, _, Some(_)) => format!("{all} warnings, {} of them new against state 0", new.len()),
        (all, _, None) => {
            format!("{all} warnings; state 0 has not been built, so nobody knows which are new")
        }
    };
    screen.line(Label::Faint, format!("  {count}"))
}

fn message(row: &Diagnostic) -> Vec<Cell> {
    let label = match row.severity {
        Severity::Error => Label::Bad,
        Severity::Warning => Label::Doubtful,
    };
    let place = match (row.file.as_str(), row.line) {
        (file, 0) => file.to_owned(),
        (file, line) => format!("{file}:{line}"),
    };
    vec![
        Cell::new(row.severity.word()).label(label),
        Cell::new(place),
        Cell::new(&row.text),
        Cell::new(&row.flag).label(Label::Faint),
    ]
}
