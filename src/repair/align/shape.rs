//! In: nothing. Out: what to look for in a file, and what was found: lines of a hunk, and ways to read one.

use crate::diff::LineKind;
use crate::repair::body::Body;
use crate::repair::image::Image;
use std::collections::HashSet;
use std::ops::Range;

/// One line of a hunk, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::repair) struct Row {
    pub(in crate::repair) kind: LineKind,
    /// The file's line (from 0), unless only the page has it.
    pub(in crate::repair) tree: Option<usize>,
    /// Its words on the page, marker and all; empty for a blank line that cost no word.
    pub(in crate::repair) words: Range<usize>,
    pub(in crate::repair) newline: bool,
}

/// One way to read a hunk.
#[derive(Clone, Debug)]
pub(in crate::repair) struct Reading {
    pub(in crate::repair) cost: u32,
    pub(in crate::repair) rows: Vec<Row>,
    /// How many words are the section's.
    pub(in crate::repair) section: usize,
    /// The file's line where the hunk begins.
    pub(in crate::repair) begin: usize,
    /// Just behind the file's last line in it.
    pub(in crate::repair) end: usize,
}

/// What to look for.
#[derive(Clone, Copy)]
pub(in crate::repair) struct Task<'a> {
    pub(in crate::repair) body: &'a Body,
    pub(in crate::repair) image: &'a Image<'a>,
    pub(in crate::repair) old_count: u32,
    pub(in crate::repair) new_count: u32,
    /// Hold to three lines of context.
    pub(in crate::repair) three: bool,
    /// Does the hunk begin at the file's first lines, so that less context is right?
    pub(in crate::repair) at_top: bool,
    /// May the file lack lines of the page, and have others?
    pub(in crate::repair) fuzzy: bool,
    /// Are the markers exchanged, so that removed lines stand behind added ones?
    pub(in crate::repair) reverse: bool,
    /// The file's lines that may be used, from 0.
    pub(in crate::repair) window: (usize, usize),
    /// For each word, whether a line of the file is known to have it; empty where that is not asked.
    pub(in crate::repair) anchored: &'a [bool],
}

/// Where reading can begin: words of the section, the file's line, at what cost.
#[derive(Clone, Copy, Debug)]
pub(in crate::repair) struct Begin {
    pub(in crate::repair) section: usize,
    pub(in crate::repair) line: usize,
    pub(in crate::repair) cost: u32,
}

/// Puts equal readings together; the cheapest stays.
pub(in crate::repair) fn distinct(readings: Vec<Reading>) -> Vec<Reading> {
    let mut known: HashSet<Vec<(u8, Option<usize>, usize)>> = HashSet::new();
    readings
        .into_iter()
        .filter(|reading| {
            let key = reading
                .rows
                .iter()
                .map(|row| (row.kind as u8, row.tree, row.words.len()))
                .collect();
            known.insert(key)
        })
        .collect()
}
