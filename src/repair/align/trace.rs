//! In: the last step of a way. Out: the reading that it ends.

use super::search::{Search, Step};
use super::shape::{Reading, Row};
use crate::diff::LineKind;
use crate::repair::body::Unit;

impl Search<'_> {
    /// Follows a way back to its begin.
    pub(super) fn trace(&self, cost: u32, node: u32, end: u32) -> Reading {
        let mut rows: Vec<Row> = Vec::new();
        let mut node = self.nodes[node as usize];
        let mut behind = None;
        let mut newline = true;
        loop {
            let at = node.at as usize;
            match node.step {
                Step::Row { kind, tree } => {
                    let stop = behind.unwrap_or(usize::MAX);
                    rows.push(Row {
                        kind,
                        tree: tree.map(|line| line as usize),
                        words: at..stop,
                        newline,
                    });
                    newline = true;
                }
                Step::NoNewline => newline = false,
                Step::Skip => {}
                Step::Begin { section } => {
                    rows.reverse();
                    self.close(&mut rows);
                    let begin = rows.iter().find_map(|row| row.tree).unwrap_or(end as usize);
                    return Reading {
                        cost,
                        rows,
                        section: section as usize,
                        begin,
                        end: end as usize,
                    };
                }
            }
            behind = Some(at);
            node = self.nodes[node.parent as usize];
        }
    }

    /// Gives each row the words that are its own: a file's line has as many as it has, others reach to the next.
    fn close(&self, rows: &mut [Row]) {
        let units = &self.task.body.units;
        for row in rows {
            let begin = row.words.start;
            let stop = match row.tree {
                Some(line) => {
                    let bare =
                        row.kind == LineKind::Removed && units.get(begin).is_some_and(Unit::bare);
                    let count = self.task.image.words(line).len();
                    begin + usize::from(bare) + count
                }
                None => row.words.end.min(units.len()),
            };
            row.words = begin..stop.min(units.len());
        }
    }
}
