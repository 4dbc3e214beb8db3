//! In: what came of applying. Out: tables for people, lines for programs.

use crate::cli::screen::{Cell, Label, Screen};
use crate::report::wire;
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
use std::io;

/// Quoted lines of a conflict; more are counted.
const QUOTED: usize = 12;

/// Prints each patch's files and hunks, then the patch.
pub(in crate::cli) fn lines(screen: &mut Screen, outcomes: &[PatchOutcome]) -> io::Result<()> {
    for patch in outcomes {
        for file in &patch.files {
            screen.wire(&wire::file_line(patch.number, file))?;
            for hunk in &file.hunks {
                screen.wire(&wire::hunk_line(patch.number, &file.path, hunk))?;
            }
        }
        screen.wire(&wire::patch_line(patch))?;
    }
    Ok(())
}

/// Prints a table for each patch, then what is in the way of its conflicts.
pub(in crate::cli) fn tables(
    screen: &mut Screen,
    title: &str,
    outcomes: &[PatchOutcome],
) -> io::Result<()> {
    screen.line(Label::Heading, title)?;
    let rows: Vec<Vec<Cell>> = outcomes.iter().map(patch_row).collect();
    screen.table(2, &rows)?;
    for patch in outcomes {
        screen.plain("")?;
        screen.line(
            Label::Heading,
            format!("{} {}", patch.number, patch.subject),
        )?;
        let rows: Vec<Vec<Cell>> = patch.files.iter().flat_map(file_rows).collect();
        screen.table(2, &rows)?;
        for file in patch.files.iter().filter(|file| file.refusal.is_empty()) {
            for hunk in file
                .hunks
                .iter()
                .filter(|hunk| hunk.grade == Grade::Conflict)
            {
                conflict(screen, file, hunk)?;
            }
        }
    }
    Ok(())
}

fn patch_row(patch: &PatchOutcome) -> Vec<Cell> {
    let label = match patch.verdict {
        PatchVerdict::Applied | PatchVerdict::AlreadyThere => Label::Good,
        PatchVerdict::Partly | PatchVerdict::Conflict => Label::Bad,
    };
    vec![
        Cell::number(patch.number),
        Cell::new(patch.verdict.word()).label(label),
        proof_cell(patch.proof),
        Cell::new(&patch.subject),
    ]
}

fn proof_cell(proof: Proof) -> Cell {
    match proof {
        Proof::Proved => Cell::new(proof.word()).label(Label::Good),
        Proof::Consistent => Cell::new(proof.word()),
        Proof::None => Cell::new("not proved").label(Label::Faint),
    }
}

/// One row for the file where it is refused or has no hunks, else one for each hunk.
fn file_rows(file: &FileOutcome) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    if !file.refusal.is_empty() {
        // What is refused is a danger; what merely has no file to go to is a conflict.
        let word = if file.refusal.starts_with("refused") {
            "refused"
        } else {
            Grade::Conflict.word()
        };
        let reason = match file.hunks.len() {
            0 | 1 => file.refusal.clone(),
            count => format!("{} (all {count} hunks)", file.refusal),
        };
        rows.push(vec![
            Cell::new(&file.path),
            Cell::new(""),
            Cell::new(word).label(Label::Bad),
            Cell::new(reason),
        ]);
        return rows;
    }
    if file.hunks.is_empty() {
        let word = if file.already_there {
            "already-there"
        } else {
            "done"
        };
        rows.push(vec![
            Cell::new(&file.path),
            Cell::new(""),
            Cell::new(word).label(Label::Good),
            Cell::new(&file.reason),
        ]);
    }
    rows.extend(file.hunks.iter().map(|hunk| {
        let label = match hunk.grade {
            Grade::Exact | Grade::Offset | Grade::AlreadyThere => Label::Good,
            Grade::Fuzz | Grade::Whitespace | Grade::ThreeWay => Label::Doubtful,
            Grade::Conflict => Label::Bad,
        };
        let line = if hunk.grade == Grade::Conflict {
            hunk.old_start
        } else {
            hunk.new_line
        };
        vec![
            Cell::new(format!("{}:{line}", file.path)),
            Cell::new(function(hunk)),
            Cell::new(hunk.grade.word()).label(label),
            // What is in the way of a conflict is told below the table.
            Cell::new(if hunk.grade == Grade::Conflict {
                ""
            } else {
                &hunk.reason
            }),
        ]
    }));
    rows
}

/// Shortens what stands behind `@@` to what fits a table.
fn function(hunk: &HunkOutcome) -> String {
    const WIDTH: usize = 40;
    let mut short: String = hunk.function.chars().take(WIDTH).collect();
    if hunk.function.chars().count() > WIDTH {
        short.push('…');
    }
    short
}

fn conflict(screen: &mut Screen, file: &FileOutcome, hunk: &HunkOutcome) -> io::Result<()> {
    screen.line(
        Label::Bad,
        format!(
            "  conflict in {} at line {} {}",
            file.path, hunk.old_start, hunk.function
        ),
    )?;
    screen.plain(format!("    {}", hunk.reason))?;
    for (title, lines) in [("expected", &hunk.expected), ("found", &hunk.found)] {
        if lines.is_empty() {
            continue;
        }
        screen.line(Label::Faint, format!("    {title}:"))?;
        for line in lines.iter().take(QUOTED) {
            screen.plain(format!("      {line}"))?;
        }
        if lines.len() > QUOTED {
            screen.line(
                Label::Faint,
                format!("      … and {} more lines", lines.len() - QUOTED),
            )?;
        }
    }
    Ok(())
}
