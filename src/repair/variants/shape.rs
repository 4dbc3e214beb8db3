//! In: nothing. Out: an exact text, what its rows tell before it is made, and the choices that lead to it.

use crate::diff::LineKind;
use crate::diff::damaged::restore_entities;
use crate::repair::align::{Reading, Row};
use crate::repair::body::Body;
use crate::repair::layout::{Scan, Slash};
use std::rc::Rc;

/// An exact text for a hunk.
pub(in crate::repair) struct Variant {
    pub(in crate::repair) cost: u32,
    /// Which reading it is of.
    pub(in crate::repair) reading: usize,
    /// The text of every added or foreign row, in the order of rows; `None` for rows that the file has.
    pub(in crate::repair) texts: Vec<Option<Rc<[u8]>>>,
}

/// Removed lines, each with what was open above it.
pub(super) type Replaced = Rc<Vec<(Vec<u8>, Scan)>>;

/// A reading with what its rows tell, made once.
pub(super) struct Prepared {
    pub(super) reading: Reading,
    /// For each row that only the page has, its words.
    pub(super) words: Vec<Vec<Vec<u8>>>,
    /// For each row, the removed lines that it may replace.
    pub(super) groups: Vec<Replaced>,
    pub(super) base: Scan,
    /// For each row, the run of added rows that it is in.
    pub(super) neighbours: Vec<std::ops::Range<usize>>,
    /// The groups of added rows that belong together.
    pub(super) ranges: Vec<std::ops::Range<usize>>,
    /// For each row, the next line of the file that stays.
    pub(super) below: Vec<usize>,
    /// For each row of a macro, the column that its backslashes may stand at.
    pub(super) slash: Vec<Option<Slash>>,
}

/// A choice that is not the likeliest: of a group of rows or (behind all groups) of a row, number among its options.
pub(super) type Deviation = (u32, u32);

/// Ways to set a line, cheapest first.
pub(super) type Options = Rc<Vec<(u32, Rc<[u8]>)>>;

/// What one pass over a reading gives.
pub(super) struct Built {
    pub(super) texts: Vec<Option<Rc<[u8]>>>,
    /// For each row, the ways to set it, if it is to be set.
    pub(super) options: Vec<Option<Options>>,
    pub(super) cost: u32,
    /// Lines that stay, but no longer stand where they should.
    pub(super) odd: u32,
}

/// A row's words without its marker, entities put back.
pub(in crate::repair) fn row_words(body: &Body, row: &Row) -> Vec<Vec<u8>> {
    let units = &body.units[row.words.clone()];
    let mut out: Vec<Vec<u8>> = units
        .iter()
        .filter(|unit| !unit.empty())
        .map(|unit| restore_entities(&unit.text))
        .collect();
    if row.kind != LineKind::Context
        && let Some(first) = out.first_mut()
    {
        first.remove(0);
        if first.is_empty() {
            out.remove(0);
        }
    }
    out
}
