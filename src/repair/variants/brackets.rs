//! In: a text of a hunk. Out: lines in brackets that begin elsewhere: where they stood when a name was longer, or
//! where their author pleased.

use super::choices::{Choices, Label};
use super::costs::Source;
use super::search::Variants;
use crate::diff::LineKind;
use crate::repair::layout::indent;
use std::rc::Rc;

/// Columns that are tried.
const COLUMNS: std::ops::RangeInclusive<usize> = 8..=64;
/// No author sets so long a line with care.
const LONG: usize = 512;
/// Lines that follow the first and move with it, at most.
const FOLLOW: usize = 12;

impl Variants<'_> {
    /// Offers every other column to the first line in brackets, those below that begin as it does moving along.
    pub(super) fn in_brackets(&self, out: &mut Choices<'_>) {
        let base = out.base;
        let prepared = &self.prepared[base.reading];
        let mut scan = prepared.base.clone();
        let (mut before, mut condition) = (None, None);
        for (row, line) in prepared.reading.rows.iter().enumerate() {
            if line.kind == LineKind::Removed {
                continue;
            }
            let text = match (&base.texts[row], line.tree) {
                (Some(text), _) => &**text,
                (None, Some(tree)) => self.image.lines[tree],
                (None, None) => continue,
            };
            let aligned = scan.under_bracket().or(condition);
            let own = base.texts[row].is_some() && self.open(line, Some(text)).is_some();
            if let Some(column) = aligned.filter(|_| before != aligned && own) {
                self.elsewhere(row, column, out);
            }
            scan.feed(text);
            before = aligned;
            condition = goes_on(text);
        }
    }

    fn elsewhere(&self, row: usize, aligned: usize, out: &mut Choices<'_>) {
        let base = out.base;
        let rows = &self.prepared[base.reading].reading.rows;
        let begin = |text: &[u8]| text.len() - text.trim_ascii_start().len();
        let Some(text) = base.texts[row].as_deref().filter(|text| text.len() < LONG) else {
            return;
        };
        let white = &text[..begin(text)];
        let along: Vec<(usize, &[u8])> = (row..rows.len().min(row + FOLLOW))
            .map_while(|at| {
                let text = base.texts[at].as_deref()?;
                let (own, rest) = text.split_at(begin(text));
                let open = self.open(&rows[at], Some(text)).is_some();
                (open && text.len() < LONG && own == white && !rest.is_empty())
                    .then_some((at, rest))
            })
            .collect();
        let Some(words) = self.open(&rows[row], Some(text)).map(|one| one.digest()) else {
            return;
        };
        for column in COLUMNS {
            let lead = indent(column);
            if lead == white || !out.spend(along.len()) {
                continue;
            }
            let far = match column.abs_diff(aligned) {
                _ if column % 8 == 0 => 0,
                0..=8 => 2,
                _ => 4,
            };
            let changed = along
                .iter()
                .map(|(at, rest)| (*at, Rc::from([lead.as_slice(), rest].concat())))
                .collect();
            let label = Label::Bracket(words, column);
            out.texts(Source::Bracket(far), Some(label), changed);
        }
    }
}

/// Where a line goes on with an `#if`, if the one above ends with a backslash.
fn goes_on(above: &[u8]) -> Option<usize> {
    let condition = above.starts_with(b"#if") || above.starts_with(b"#elif");
    (condition && above.ends_with(b"\\")).then_some(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_of_the_preprocessor_goes_on() {
        assert_eq!(goes_on(b"#if defined(ONE) || \\"), Some(4));
        assert_eq!(goes_on(b"#if defined(ONE)"), None);
        assert_eq!(goes_on(b"#define ONE \\"), None);
    }
}
