//! In: a text. Out: how odd it looks as a whole.

use super::search::Variants;
use super::shape::Built;
use crate::diff::LineKind;
use crate::repair::align::{Reading, Row};
use crate::repair::image::Image;
use crate::repair::rank::{Seen, oddness};

impl Variants<'_> {
    /// How odd the whole looks, with the lines around it.
    pub(super) fn odd(&self, reading: usize, built: &Built) -> u32 {
        let reading = &self.prepared[reading].reading;
        let mut seen: Vec<Seen<'_>> = Vec::new();
        let tree = |line: usize| Seen {
            text: self.image.lines[line],
            added: false,
        };
        seen.extend((reading.begin.saturating_sub(1)..reading.begin).map(tree));
        for (row, text) in reading.rows.iter().zip(&built.texts) {
            match (row.kind, row.tree, text) {
                (LineKind::Context, Some(line), _) => seen.push(tree(line)),
                (LineKind::Removed, _, _) => {}
                (kind, _, Some(text)) => seen.push(Seen {
                    text,
                    added: kind == LineKind::Added,
                }),
                _ => {}
            }
        }
        seen.extend((reading.end..self.image.lines.len().min(reading.end + 1)).map(tree));
        oddness(&seen) + groups(&reading.rows, self.image) + self.braces(reading, built)
    }

    /// How much more brackets the hunk opens than it did before.
    fn braces(&self, reading: &Reading, built: &Built) -> u32 {
        let mut net = [0_i32; 2];
        for (row, text) in reading.rows.iter().zip(&built.texts) {
            let text = match (text, row.tree) {
                (Some(text), _) => &**text,
                (None, Some(line)) => self.image.lines[line],
                (None, None) => continue,
            };
            let sign = match row.kind {
                LineKind::Context => continue,
                LineKind::Added => 1,
                LineKind::Removed => -1,
            };
            let text = text.trim_ascii();
            if text.starts_with(b"*") || text.starts_with(b"/*") {
                continue;
            }
            for byte in text {
                match byte {
                    b'{' => net[0] += sign,
                    b'}' => net[0] -= sign,
                    b'(' => net[1] += sign,
                    b')' => net[1] -= sign,
                    _ => {}
                }
            }
        }
        (net[0].unsigned_abs() * 3).min(9) + (net[1].unsigned_abs() * 2).min(6)
    }
}

/// Every group of changed lines costs, and more so one that only takes a blank line away.
fn groups(rows: &[Row], image: &Image<'_>) -> u32 {
    let mut cost = 0;
    for group in rows
        .split(|row| row.kind == LineKind::Context)
        .filter(|group| !group.is_empty())
    {
        let blank = |row: &Row| {
            row.kind == LineKind::Removed && row.tree.is_some_and(|line| image.is_blank(line))
        };
        cost += 1 + u32::from(group.iter().all(blank));
    }
    cost
}
