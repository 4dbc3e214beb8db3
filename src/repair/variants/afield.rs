//! In: a text of a hunk. Out: texts that differ from it by one slip or one habit that no rule expects.

use super::search::Variants;
use super::shape::Variant;
use crate::diff::LineKind;
use crate::repair::align::Row;
use crate::repair::layout::Parts;
use std::rc::Rc;

/// How far from the rules to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::repair) enum Reach {
    /// A slip of the finger, or a blank line that stands elsewhere.
    Slip,
    /// What authors do now and then.
    Near,
    /// Every white space that a line can begin with or have between its words.
    Far,
}

/// One departure.
#[derive(Clone)]
pub(in crate::repair) enum Departure {
    /// Rows with other texts.
    Texts(Vec<(usize, Rc<[u8]>)>),
    /// A blank line that stays, moved from one place among the rows to another.
    Blank(usize, usize),
    /// Another text altogether, of another reading.
    Whole(Rc<Variant>),
}

/// Rows of one run that are tried together at most.
const RUN: usize = 60;
/// Runs up to this many rows are tried in all their parts.
pub(super) const SHORT: usize = 12;
/// How far a blank line is moved.
const MOVES: usize = 16;

impl Variants<'_> {
    /// Gives departures from `base` to `each` until that says that it is enough.
    pub(in crate::repair) fn afield(
        &self,
        base: &Variant,
        reach: Reach,
        each: &mut dyn FnMut(&Departure) -> bool,
    ) {
        let prepared = &self.prepared[base.reading];
        let rows = &prepared.reading.rows;
        let parts: Vec<Option<Parts>> = rows
            .iter()
            .zip(&base.texts)
            .map(|(row, text)| self.open(row, text.as_deref()))
            .collect();
        let mut offer = |changed: Vec<(usize, Vec<u8>)>| -> bool {
            let other = |(row, text): &(usize, Vec<u8>)| {
                base.texts[*row].as_deref() != Some(text.as_slice())
            };
            let texts: Vec<(usize, Rc<[u8]>)> = changed
                .into_iter()
                .filter(other)
                .map(|(row, text)| (row, Rc::from(text)))
                .collect();
            let fits =
                |(row, text): &(usize, Rc<[u8]>)| self.keeps.allows(self.body, &rows[*row], text);
            !texts.is_empty() && texts.iter().all(fits) && each(&Departure::Texts(texts))
        };
        if reach == Reach::Near {
            for range in &prepared.ranges {
                let open: Vec<usize> = range.clone().filter(|&row| parts[row].is_some()).collect();
                for run in runs(&open) {
                    let together: Vec<&Parts> =
                        run.iter().filter_map(|&row| parts[row].as_ref()).collect();
                    for (_, others) in Parts::alike(&together) {
                        if offer(run.iter().copied().zip(others).collect()) {
                            return;
                        }
                    }
                }
            }
            return;
        }
        for (row, parts) in parts.iter().enumerate() {
            let Some(parts) = parts else { continue };
            let others = match reach {
                Reach::Far => parts.anywhere(),
                _ => parts.slips(),
            };
            if others.into_iter().any(|other| offer(vec![(row, other)])) {
                return;
            }
        }
        if reach == Reach::Slip {
            for (from, to) in moves(rows, |line| self.image.is_blank(line)) {
                if each(&Departure::Blank(from, to)) {
                    return;
                }
            }
        }
    }

    /// Takes a row's text apart, where its white space is open to doubt.
    pub(super) fn open(&self, row: &Row, text: Option<&[u8]>) -> Option<Parts> {
        let text = text.filter(|_| row.kind == LineKind::Added && row.tree.is_none())?;
        (!text.is_empty() && !self.keeps.all()).then(|| Parts::of(text))
    }

    /// Makes departures one of the hunk's texts; gives its rank.
    pub(in crate::repair) fn adopt(&mut self, base: &Variant, departures: &[&Departure]) -> usize {
        let (rows, mut variant) = self.rows(base, departures);
        let moved = |one: &&Departure| matches!(one, Departure::Blank(..));
        if departures.iter().any(moved) {
            let mut reading = self.prepared[variant.reading].reading.clone();
            reading.rows = rows;
            let prepared = super::prepare::prepare(self.body, self.image, reading, self.c);
            self.prepared.push(prepared);
            variant.reading = self.prepared.len() - 1;
        }
        self.made.push(Rc::new(variant));
        self.made.len() - 1
    }

    /// The rows and the texts of departures from `base`, later ones over earlier ones.
    pub(in crate::repair) fn rows(
        &self,
        base: &Variant,
        departures: &[&Departure],
    ) -> (Vec<Row>, Variant) {
        let mut out = Variant {
            cost: base.cost,
            reading: base.reading,
            texts: base.texts.clone(),
        };
        let mut moved = None;
        for departure in departures {
            match departure {
                Departure::Texts(changed) => {
                    for (row, text) in changed {
                        out.texts[*row] = Some(Rc::clone(text));
                    }
                }
                Departure::Blank(from, to) => moved = Some((*from, *to)),
                Departure::Whole(other) => {
                    out.reading = other.reading;
                    out.texts.clone_from(&other.texts);
                }
            }
        }
        let mut rows = self.reading(out.reading).rows.clone();
        if let Some((from, to)) = moved {
            let (row, text) = (rows.remove(from), out.texts.remove(from));
            rows.insert(to, row);
            out.texts.insert(to, text);
        }
        (rows, out)
    }
}

/// Parts of a run of rows: all of a short one; of a long one each row, and what it begins or ends with.
pub(super) fn runs(rows: &[usize]) -> Vec<&[usize]> {
    let rows = &rows[..rows.len().min(RUN)];
    let count = rows.len();
    let mut out = Vec::new();
    for from in 0..count {
        for to in from + 1..=count {
            let whole = from == 0 || to == count || to == from + 1;
            if count <= SHORT || whole {
                out.push(&rows[from..to]);
            }
        }
    }
    out
}

/// Where blank lines that stay can have stood among added lines: (row, place).
pub(super) fn moves(rows: &[Row], blank: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let stays = row.kind == LineKind::Context && row.words.is_empty();
        if !stays || !row.tree.is_some_and(&blank) {
            continue;
        }
        let added = |row: &&Row| row.kind == LineKind::Added;
        let up = rows[..at].iter().rev().take_while(added).count();
        let down = rows[at + 1..].iter().take_while(added).count();
        for distance in 1..=MOVES {
            if distance <= up {
                out.push((at, at - distance));
            }
            if distance <= down {
                out.push((at, at + distance));
            }
        }
    }
    out
}
