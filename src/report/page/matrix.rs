//! In: a kernel's handling matrix. Out: its page's context.

use super::{Frame, moment};
use crate::audit::{Cell, Matrix};
use crate::base::clock;
use serde::Serialize;

/// A page with the matrix of one kernel.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct MatrixPage<'a> {
    frame: Frame,
    name: &'a str,
    version: &'a str,
    kinds: &'a [String],
    functions: usize,
    entries: usize,
    files: Vec<FileRows<'a>>,
}

/// The rows of one file.
#[derive(Clone, Debug, Serialize)]
struct FileRows<'a> {
    file: &'a str,
    rows: Vec<RowView<'a>>,
}

/// One entry of one function.
#[derive(Clone, Debug, Serialize)]
struct RowView<'a> {
    function: &'a str,
    line: u32,
    entry: &'a str,
    cells: &'a [Cell],
}

impl<'a> MatrixPage<'a> {
    /// Gathers the page of the kernel `name`.
    pub(in crate::report) fn gather(name: &'a str, version: &'a str, matrix: &'a Matrix) -> Self {
        let files: Vec<FileRows<'a>> = matrix
            .rows
            .chunk_by(|a, b| a.file == b.file)
            .map(|rows| FileRows {
                file: &rows[0].file,
                rows: rows
                    .iter()
                    .map(|row| RowView {
                        function: &row.function,
                        line: row.line,
                        entry: &row.entry,
                        cells: &row.cells,
                    })
                    .collect(),
            })
            .collect();
        let same = |a: &crate::audit::MatrixRow, b: &crate::audit::MatrixRow| {
            (&a.file, a.line) == (&b.file, b.line)
        };
        Self {
            frame: Frame {
                generated: moment(clock::now()),
                pteward: env!("CARGO_PKG_VERSION"),
            },
            name,
            version,
            kinds: &matrix.kinds,
            functions: matrix.rows.chunk_by(same).count(),
            entries: matrix.rows.len(),
            files,
        }
    }
}
