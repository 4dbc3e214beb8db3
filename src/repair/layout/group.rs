//! In: a group of lines. Out: the columns at which they would be aligned, and a line set to columns.

use super::gaps::Around;
use super::model::column_before;
use super::slots::{Slot, slots};
use super::width::pad_to;

/// Sets places to columns.
pub(super) fn at_columns(
    lead: &[u8],
    words: &[&[u8]],
    base: &[Vec<u8>],
    places: &[(Slot, usize)],
    columns: &[(Slot, usize)],
) -> Vec<Vec<u8>> {
    let mut gaps = base.to_vec();
    for &(slot, at) in places {
        let Some((_, target)) = columns.iter().find(|(known, _)| *known == slot) else {
            continue;
        };
        let column = column_before(lead, words, &gaps, at);
        if slot == Slot::DocText {
            gaps[at - 1] = vec![b' '; target.saturating_sub(column).max(1)];
        } else if let Some(gap) = pad_to(column, *target) {
            gaps[at - 1] = gap;
        }
    }
    gaps
}

/// Columns at which a group of lines would be aligned, place by place: the first tab stop behind the longest part.
pub(super) fn group_columns(
    lead: &[u8],
    places: &[(Slot, usize)],
    around: &Around<'_>,
) -> Vec<(Slot, usize)> {
    let rows: Vec<Vec<&[u8]>> = around
        .group
        .iter()
        .filter(|row| row.len() > 1)
        .map(|row| row.iter().map(Vec::as_slice).collect())
        .collect();
    let mut gaps: Vec<Vec<Vec<u8>>> = rows
        .iter()
        .map(|row| vec![b" ".to_vec(); row.len() - 1])
        .collect();
    let row_slots: Vec<Vec<(Slot, usize)>> = rows.iter().map(|row| slots(row)).collect();
    let mut out = Vec::new();
    for &(slot, _) in places.iter().filter(|(slot, _)| !slot.verbatim()) {
        if slot == Slot::Backslash
            && let Some((column, _)) = around.slash
        {
            out.push((slot, column));
            continue;
        }
        let mut columns: Vec<(usize, usize, usize)> = Vec::new();
        for (row, words) in rows.iter().enumerate() {
            if let Some(&(_, at)) = row_slots[row].iter().find(|(known, _)| *known == slot) {
                let lead = if words[0].starts_with(b"#") {
                    &b""[..]
                } else {
                    lead
                };
                columns.push((row, at, column_before(lead, words, &gaps[row], at)));
            }
        }
        if columns.is_empty() || columns.len() < 2 && around.habit.columns != Some(true) {
            continue;
        }
        let longest = columns
            .iter()
            .map(|(_, _, column)| *column)
            .max()
            .unwrap_or(0);
        let stop = if slot == Slot::DocText {
            // A habit's shift counts in tab stops.
            longest + around.style.columns.pads_docs().unwrap_or(1) + around.habit.shift / 8
        } else {
            longest / 8 * 8 + 8 + around.habit.shift
        };
        for (row, at, column) in columns {
            if let Some(gap) = pad_to(column, stop) {
                gaps[row][at - 1] = gap;
            }
        }
        out.push((slot, stop));
    }
    out
}
