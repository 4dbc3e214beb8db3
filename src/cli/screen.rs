//! In: rows, lines and wire lines. Out: standard output, buffered, in colour where it is wanted; aligned, and with
//! nothing in it that could move a terminal's cursor.

use crate::base::show::visible;
use crate::report::wire;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// What a piece of text means: the one table of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing special.
    Plain,
    /// A heading.
    Heading,
    /// As it should be.
    Good,
    /// To be looked at.
    Doubtful,
    /// Wrong.
    Bad,
    /// Less important.
    Faint,
}

impl Label {
    fn style(self) -> Style {
        let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Heading => Style::new().bold(),
            Self::Good => colour(AnsiColor::Green),
            Self::Doubtful => colour(AnsiColor::Yellow),
            Self::Bad => colour(AnsiColor::Red).bold(),
            Self::Faint => Style::new().dimmed(),
        }
    }
}

/// One cell of a table.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    label: Label,
    right: bool,
}

impl Cell {
    /// Makes a cell; control characters become visible, and a line break cannot break the table.
    pub(super) fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: visible(&text.as_ref().replace(['\n', '\t'], " ")),
            label: Label::Plain,
            right: false,
        }
    }

    /// Makes a cell with a number, aligned to the right.
    pub(super) fn number(number: impl Into<u64>) -> Self {
        Self {
            text: number.into().to_string(),
            label: Label::Plain,
            right: true,
        }
    }

    /// Gives it a meaning.
    pub(super) fn label(mut self, label: Label) -> Self {
        self.label = label;
        self
    }
}

/// Standard output. Every method fails when it cannot be written.
pub(super) struct Screen {
    out: BufWriter<Box<dyn Write + Send + Sync>>,
}

impl Screen {
    /// Opens standard output; colours as set globally, `NO_COLOR` and the kind of output permitting.
    pub(super) fn stdout() -> Self {
        let out: Box<dyn Write + Send + Sync> = Box::new(anstream::AutoStream::auto(io::stdout()));
        Self {
            out: BufWriter::with_capacity(1 << 16, out),
        }
    }

    /// Prints a line with a meaning.
    pub(super) fn line(&mut self, label: Label, text: impl AsRef<str>) -> io::Result<()> {
        self.piece(label, &visible(text.as_ref()))?;
        self.out.write_all(b"\n")
    }

    /// Prints a line.
    pub(super) fn plain(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.line(Label::Plain, text)
    }

    /// Prints bytes as they are: pages and scripts that pteward itself made.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }

    /// Prints a line of the wire format.
    pub(super) fn wire<T: Serialize>(&mut self, line: &wire::Line<T>) -> io::Result<()> {
        self.out.write_all(line.json().as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// Prints rows with their columns aligned, each row indented by `indent` blanks.
    pub(super) fn table(&mut self, indent: usize, rows: &[Vec<Cell>]) -> io::Result<()> {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.text.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            self.blanks(indent)?;
            // Blanks are owed until another cell needs them: no line ends in blanks.
            let mut owed = 0;
            for (cell, width) in row.iter().zip(&widths) {
                let space = width - cell.text.chars().count();
                let (before, after) = if cell.right { (space, 0) } else { (0, space) };
                if !cell.text.is_empty() {
                    self.blanks(owed + before)?;
                    self.piece(cell.label, &cell.text)?;
                    owed = after + 2;
                } else {
                    owed += width + 2;
                }
            }
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Prints what is still buffered.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn piece(&mut self, label: Label, text: &str) -> io::Result<()> {
        let style = label.style();
        write!(self.out, "{style}{text}{style:#}")
    }

    fn blanks(&mut self, count: usize) -> io::Result<()> {
        write!(self.out, "{:count$}", "")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn printed(print: impl FnOnce(&mut Screen)) -> String {
        let shared = Shared::default();
        let mut screen = Screen {
            out: BufWriter::new(Box::new(shared.clone())),
        };
        print(&mut screen);
        screen.flush().unwrap();
        let bytes = shared.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let rows = [
            vec![Cell::new("a"), Cell::number(5_u32), Cell::new("x")],
            vec![Cell::new("long"), Cell::number(500_u32), Cell::new("")],
        ];
        assert_eq!(
            printed(|screen| screen.table(1, &rows).unwrap()),
            " a       5  x\n long  500\n"
        );
    }

    #[test]
    fn nothing_moves_the_cursor() {
        let text = printed(|screen| {
            screen
                .table(0, &[vec![Cell::new("a\u{1b}[2J\nb")]])
                .unwrap();
            screen.plain("\u{202e}x").unwrap();
        });
        assert_eq!(text, "a<U+001B>[2J b\n<U+202E>x\n");
    }
}
