//! In: what came of applying. Out: tables for people, lines for programs.

use crate::cli::screen::{Cell, Label, Screen};
use crate::pipeline::OpenKernel;
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
        texts(screen, patch)?;
        for file in patch.files.iter().filter(|file| file.refusal.is_empty()) {
            for hunk in file.hunks.iter().filter(|hunk| is_told(hunk)) {
                conflict(screen, file, hunk)?;
            }
        }
    }
    Ok(())
}

/// Prints what came of every patch on every kernel.
pub(in crate::cli) fn applicability(
    screen: &mut Screen,
    name: &str,
    kernels: &[OpenKernel],
    all: &[Vec<PatchOutcome>],
) -> io::Result<()> {
    screen.line(
        Label::Heading,
        format!("{name} on {} kernels", kernels.len()),
    )?;
    let mut head = vec![Cell::new(""), Cell::new("patch").label(Label::Heading)];
    head.extend(
        kernels
            .iter()
            .map(|kernel| Cell::new(&kernel.name).label(Label::Heading)),
    );
    let mut rows = vec![head];
    for (at, patch) in all.first().into_iter().flatten().enumerate() {
        let mut row = vec![Cell::number(patch.number), Cell::new(&patch.subject)];
        row.extend(
            all.iter()
                .filter_map(|outcomes| outcomes.get(at))
                .map(short),
        );
        rows.push(row);
    }
    screen.table(2, &rows)
}

/// A patch's outcome on one kernel: how, how many hunks are in where not all are, and what is known of a restored text.
fn short(patch: &PatchOutcome) -> Cell {
    let hunks = patch.files.iter().flat_map(|file| &file.hunks);
    let is_in = |hunk: &&HunkOutcome| !matches!(hunk.grade, Grade::Conflict | Grade::Contained);
    let (all, good) = (hunks.clone().count(), hunks.filter(is_in).count());
    let mut text = patch.verdict.word().to_owned();
    if good < all {
        text = format!("{text} {good}/{all}");
    }
    if patch.restored.is_some() {
        text = format!("{text} ({})", patch.proof.word());
    }
    Cell::new(text).label(verdict_label(patch.verdict))
}

fn verdict_label(verdict: PatchVerdict) -> Label {
    match verdict {
        PatchVerdict::Applied | PatchVerdict::AlreadyThere => Label::Good,
        PatchVerdict::Partly | PatchVerdict::Conflict => Label::Bad,
    }
}

fn patch_row(patch: &PatchOutcome) -> Vec<Cell> {
    vec![
        Cell::number(patch.number),
        Cell::new(patch.verdict.word()).label(verdict_label(patch.verdict)),
        proof_cell(patch.proof, patch.restored.is_some()),
        Cell::new(&patch.subject),
    ]
}

/// What is known of a text; of a restored one, that it was restored.
fn proof_cell(proof: Proof, repaired: bool) -> Cell {
    let label = match proof {
        Proof::Proved => Label::Good,
        Proof::Intact => Label::Faint,
        Proof::Consistent | Proof::WordsOnly => Label::Doubtful,
        Proof::Failed => Label::Bad,
    };
    let mark = if repaired { "restored: " } else { "" };
    Cell::new(format!("{mark}{}", proof.word())).label(label)
}

/// Prints what is known of each file's text, where it is more than that it came whole.
fn texts(screen: &mut Screen, patch: &PatchOutcome) -> io::Result<()> {
    let told = |file: &&FileOutcome| file.repaired || file.proof == Proof::Failed;
    let rows: Vec<Vec<Cell>> = patch
        .files
        .iter()
        .filter(told)
        .map(|file| {
            vec![
                Cell::new(&file.path),
                proof_cell(file.proof, file.repaired),
                Cell::new(&file.reason).label(Label::Faint),
            ]
        })
        .collect();
    screen.table(2, &rows)
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
            Grade::Fuzz
            | Grade::Whitespace
            | Grade::ThreeWay
            | Grade::WordMerge
            | Grade::Contained => Label::Doubtful,
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

/// Is there more to tell of a hunk than fits the table?
fn is_told(hunk: &HunkOutcome) -> bool {
    matches!(
        hunk.grade,
        Grade::Conflict | Grade::WordMerge | Grade::Contained
    )
}

/// Prints both sides of a conflict, of a merge by words, or of what is there in another form.
fn conflict(screen: &mut Screen, file: &FileOutcome, hunk: &HunkOutcome) -> io::Result<()> {
    let (label, sides) = match hunk.grade {
        Grade::WordMerge => (Label::Doubtful, ["posted", "merged"]),
        Grade::Contained => (Label::Doubtful, ["expected", "found"]),
        _ => (Label::Bad, ["expected", "found"]),
    };
    let (path, line, function) = (&file.path, hunk.old_start, &hunk.function);
    screen.line(
        label,
        format!(
            "  {} in {path} at line {line} {function}",
            hunk.grade.word()
        ),
    )?;
    screen.plain(format!("    {}", hunk.reason))?;
    for (title, lines) in sides.into_iter().zip([&hunk.expected, &hunk.found]) {
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
