//! In: a handling matrix, or the differences of two. Out: tables for people, lines for programs.

use crate::audit::{Cell as Handled, How, Matrix, MatrixChange, MatrixRow, Missed};
use crate::cli::screen::{Cell, Label, Screen};
use crate::report::wire;
use std::io;

/// Prints a line for each row.
pub(in crate::cli) fn lines(screen: &mut Screen, found: &Matrix) -> io::Result<()> {
    found
        .rows
        .iter()
        .try_for_each(|row| screen.wire(&wire::matrix_line(row)))
}

/// Prints a line for each difference.
pub(in crate::cli) fn difference_lines(
    screen: &mut Screen,
    missing: &[Missed],
    changes: &[MatrixChange],
) -> io::Result<()> {
    for own in missing {
        screen.wire(&wire::missed_line(own))?;
    }
    changes
        .iter()
        .try_for_each(|own| screen.wire(&wire::matrix_change_line(own)))
}

/// Prints file by file, a row for each entry, a column for each kind.
pub(in crate::cli) fn tables(screen: &mut Screen, found: &Matrix) -> io::Result<()> {
    for file in found.rows.chunk_by(|a, b| a.file == b.file) {
        screen.line(Label::Heading, &file[0].file)?;
        let mut head = vec![Cell::new("line"), Cell::new("function"), Cell::new("entry")];
        head.extend(found.kinds.iter().map(Cell::new));
        let head = head.into_iter().map(|cell| cell.label(Label::Faint));
        let mut rows: Vec<Vec<Cell>> = vec![head.collect()];
        rows.extend(file.iter().map(row));
        screen.table(2, &rows)?;
        screen.plain("")?;
    }
    let functions = found
        .rows
        .chunk_by(|a, b| (&a.file, &a.function, a.line) == (&b.file, &b.function, b.line))
        .count();
    let text = format!(
        "{functions} functions tell kinds apart, {} entries",
        found.rows.len()
    );
    screen.line(Label::Heading, text)
}

fn row(row: &MatrixRow) -> Vec<Cell> {
    let mut cells = vec![
        Cell::number(row.line),
        Cell::new(&row.function),
        Cell::new(&row.entry),
    ];
    cells.extend(row.cells.iter().map(cell));
    cells
}

fn cell(cell: &Handled) -> Cell {
    let label = match cell.how {
        How::Name => Label::Good,
        How::Group => Label::Plain,
        How::Default => Label::Doubtful,
        How::NotReached => Label::Faint,
    };
    Cell::new(spelled(cell)).label(label)
}

/// Spells a cell: `name 12,40`.
fn spelled(cell: &Handled) -> String {
    if cell.how == How::NotReached {
        return String::from("-");
    }
    let lines: Vec<String> = cell.lines.iter().take(3).map(u32::to_string).collect();
    let more = if cell.lines.len() > 3 { "…" } else { "" };
    format!("{} {}{more}", cell.how.word(), lines.join(","))
}

/// Prints what misses a new kind, then what handles a kind otherwise.
pub(in crate::cli) fn differences(
    screen: &mut Screen,
    missing: &[Missed],
    changes: &[MatrixChange],
) -> io::Result<()> {
    if !missing.is_empty() {
        screen.line(
            Label::Heading,
            "name a relative, and leave the new kind to a default",
        )?;
        let rows: Vec<Vec<Cell>> = missing
            .iter()
            .map(|own| {
                let near = own
                    .relatives
                    .iter()
                    .map(|cell| format!("{} {}", cell.kind, spelled(cell)));
                vec![
                    Cell::new(format!("{}:{}", own.file, own.line)),
                    Cell::new(&own.function),
                    Cell::new(&own.entry),
                    Cell::new(format!("{} {}", own.cell.kind, spelled(&own.cell)))
                        .label(Label::Bad),
                    Cell::new(near.collect::<Vec<_>>().join("; ")),
                ]
            })
            .collect();
        screen.table(2, &rows)?;
        screen.plain("")?;
    }
    if changes.is_empty() {
        return screen.plain("no function that both have handles a kind otherwise");
    }
    screen.line(Label::Heading, "handle a kind otherwise")?;
    let rows: Vec<Vec<Cell>> = changes
        .iter()
        .map(|own| {
            vec![
                Cell::new(&own.file),
                Cell::new(&own.function),
                Cell::new(&own.entry),
                Cell::new(&own.kind),
                Cell::new(own.before.word()),
                cell(&own.after),
            ]
        })
        .collect();
    screen.table(2, &rows)
}
