//! In: a row and what stands above it. Out: ways to set it, likeliest first.

use super::build::ABOVE;
use super::search::Variants;
use super::shape::Prepared;
use crate::diff::LineKind;
use crate::repair::align::Row;
use crate::repair::body::Body;
use crate::repair::layout::{
    Around, Gaps, Habit, Scan, Scene, Slash, Style, inner, leads, other_stops, pad_to, width,
};
use std::rc::Rc;

/// Options of one line at most.
const OPTIONS: usize = 36;
/// What a line costs that is the same as one taken away beside it.
const SAME: u32 = 9;
/// Words that make a line one of its own.
const TWIN: usize = 4;
/// Words of a line before which two blanks are tried.
const SLIPS: usize = 12;

impl Variants<'_> {
    /// Ways to set one line, cheapest first; never none.
    pub(super) fn options(
        &self,
        prepared: &Prepared,
        (index, habit, slash): (usize, Habit, Option<Slash>),
        scan: &Scan,
        above: &[Rc<[u8]>],
    ) -> Vec<(u32, Vec<u8>)> {
        let row = &prepared.reading.rows[index];
        let words = &prepared.words[index];
        if words.is_empty() {
            return vec![(0, Vec::new())];
        }
        if let Some(text) = self.keeps.text(self.body, row) {
            return vec![(0, text)];
        }
        if let Some((column, _)) = slash.filter(|_| words.len() == 1 && words[0] == b"\\") {
            return bare_slash(column, words);
        }
        let glued = margin(self.body, row);
        let below = prepared.below[index];
        let below: Vec<&[u8]> = self.image.lines[below..].iter().take(6).copied().collect();
        let removed = &prepared.groups[index];
        let scene = Scene {
            scan,
            style: self.style,
            habit,
            c: self.c,
            removed,
            next: below
                .iter()
                .find(|line| !line.trim_ascii().is_empty())
                .copied(),
        };
        let leads = if glued {
            vec![(0, Vec::new())]
        } else {
            leads(words, &scene)
        };
        let above: Vec<&[u8]> = above.iter().rev().take(ABOVE).map(|line| &**line).collect();
        let replaced: Vec<&[u8]> = removed.iter().map(|(line, _)| line.as_slice()).collect();
        let around = Around {
            replaced: &replaced,
            above: &above,
            below: &below,
            habit,
            style: self.style,
            slash,
            record: scan.record,
            group: &prepared.words[prepared.neighbours[index].clone()],
        };
        let mut out: Vec<(u32, Vec<u8>)> = Vec::new();
        for (number, (cost, lead)) in leads.iter().enumerate() {
            let mut gaps = inner(lead, words, &around);
            twin(words, self.style, &mut gaps);
            if number >= 3 {
                gaps.truncate(1);
            }
            if number == 0
                && let Some((cost, best)) = gaps.first()
                && let Some(other) = other_stops(words, best)
            {
                gaps.push((cost + 2, other));
            }
            if number == 0
                && let Some((cost, best)) = gaps.first().cloned()
            {
                slip(cost, &best, &mut gaps);
            }
            out.extend(
                gaps.into_iter()
                    .map(|(more, gaps)| (cost + more, join(lead, words, &gaps))),
            );
        }
        let column = scan.under_bracket();
        out.extend(column.and_then(|column| by_blanks(column, &out, &replaced)));
        for (cost, text) in &mut out {
            // A diff does not take a line away to put the same one back.
            *cost += u32::from(replaced.contains(&text.as_slice())) * SAME;
        }
        out.sort_by_key(|(cost, _)| *cost);
        self.keeps.filter(self.body, row, &mut out);
        out.truncate(OPTIONS);
        out
    }
}

/// A line under an open bracket that is the same as one taken away was set otherwise: by blanks where that was by tabs.
fn by_blanks(
    column: usize,
    options: &[(u32, Vec<u8>)],
    replaced: &[&[u8]],
) -> Option<(u32, Vec<u8>)> {
    let (cost, text) = options
        .iter()
        .find(|(_, text)| replaced.contains(&text.as_slice()))?;
    let (white, rest) = text.split_at(text.len() - text.trim_ascii_start().len());
    let tabbed = white.contains(&b'\t') && width(white, 0) == column;
    tabbed.then(|| (cost + 1, [&vec![b' '; column], rest].concat()))
}

/// A slip of the finger: two blanks instead of one.
fn slip(cost: u32, best: &[Vec<u8>], gaps: &mut Vec<Gaps>) {
    for at in (0..best.len()).take(SLIPS).filter(|&at| best[at] == b" ") {
        let mut slip = best.to_vec();
        slip[at].push(b' ');
        gaps.push((cost + 8, slip));
    }
}

/// Nothing but the backslash, under the others.
fn bare_slash(column: usize, words: &[Vec<u8>]) -> Vec<(u32, Vec<u8>)> {
    let under = pad_to(0, column).unwrap_or_default();
    let ways = [0, 3].into_iter().zip([under, b"\t".to_vec()]);
    ways.map(|(cost, lead)| (cost, join(&lead, words, &[])))
        .collect()
}

/// The white space of a line of the file that has the same words comes first; of a short one, it is but likely.
fn twin(words: &[Vec<u8>], style: &Style, gaps: &mut Vec<Gaps>) {
    let Some((twin, sure)) = style.twins.gaps(words) else {
        return;
    };
    if gaps[0].1 == twin {
        return;
    }
    gaps.retain(|(_, known)| known != twin);
    let short = words.len() < TWIN && words[0] != b"*";
    if short || !sure {
        gaps.insert(1.min(gaps.len()), (1, twin.to_vec()));
        return;
    }
    for (cost, _) in gaps.iter_mut() {
        *cost += 2;
    }
    gaps.insert(0, (0, twin.to_vec()));
}

/// Does the line begin at the margin, as its marker tells?
fn margin(body: &Body, row: &Row) -> bool {
    let unit = &body.units[row.words.start];
    match row.kind {
        LineKind::Context => false,
        _ => !unit.bare(),
    }
}

fn join(lead: &[u8], words: &[Vec<u8>], gaps: &[Vec<u8>]) -> Vec<u8> {
    let mut out = lead.to_vec();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(&gaps[index - 1]);
        }
        out.extend_from_slice(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_taken_away_comes_back_by_blanks() {
        let same = b"\t\tint two)".to_vec();
        let options = vec![(0, b"\tint two)".to_vec()), (2, same.clone())];
        let other = Some((3, [&[b' '; 16][..], b"int two)"].concat()));
        assert_eq!(by_blanks(16, &options, &[&same]), other);
        assert_eq!(by_blanks(17, &options, &[&same]), None);
        assert_eq!(by_blanks(16, &options, &[]), None);
    }
}
