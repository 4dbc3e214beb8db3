//! In: how functions handle kinds. Out: their lines.

use super::Line;
use crate::audit::{Cell, MatrixChange, MatrixRow, Missed};
use serde::Serialize;

/// Fields of a `matrix` line.
#[derive(Clone, Debug, Serialize)]
pub struct MatrixLine<'a> {
    file: &'a str,
    function: &'a str,
    line: u32,
    entry: &'a str,
    cells: &'a [Cell],
}

/// Makes the line of an entry of a function.
pub fn matrix_line(row: &MatrixRow) -> Line<MatrixLine<'_>> {
    Line::new(
        "matrix",
        MatrixLine {
            file: &row.file,
            function: &row.function,
            line: row.line,
            entry: &row.entry,
            cells: &row.cells,
        },
    )
}

/// Fields of a `missed` line.
#[derive(Clone, Debug, Serialize)]
pub struct MissedLine<'a> {
    file: &'a str,
    function: &'a str,
    line: u32,
    entry: &'a str,
    cell: &'a Cell,
    relatives: &'a [Cell],
}

/// Makes the line of a function that leaves a new kind to a default.
pub fn missed_line(own: &Missed) -> Line<MissedLine<'_>> {
    Line::new(
        "missed",
        MissedLine {
            file: &own.file,
            function: &own.function,
            line: own.line,
            entry: &own.entry,
            cell: &own.cell,
            relatives: &own.relatives,
        },
    )
}

/// Fields of a `matrix-change` line.
#[derive(Clone, Debug, Serialize)]
pub struct MatrixChangeLine<'a> {
    file: &'a str,
    function: &'a str,
    entry: &'a str,
    kind: &'a str,
    before: &'static str,
    after: &'a Cell,
}

/// Makes the line of a cell that differs.
pub fn matrix_change_line(own: &MatrixChange) -> Line<MatrixChangeLine<'_>> {
    Line::new(
        "matrix-change",
        MatrixChangeLine {
            file: &own.file,
            function: &own.function,
            entry: &own.entry,
            kind: &own.kind,
            before: own.before.word(),
            after: &own.after,
        },
    )
}
