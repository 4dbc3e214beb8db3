//! In: one file's bytes. Out: the file with what searching it needs, each part built on first use.

use super::function::{Heads, Section};
use super::lines::Lines;
use super::search::{BUDGET, Equality, Fuel, Index};
use crate::diff::{Hunk, Line, LineKind};
use std::cell::OnceCell;

/// A file that hunks are placed in.
pub(super) struct Text<'a> {
    pub(super) lines: Lines<'a>,
    /// Is this, by its blob id, the very file that the patch was made from?
    pub(super) is_preimage: bool,
    pub(super) fuel: Fuel,
    exact: OnceCell<Index<'a>>,
    loose: OnceCell<Index<'a>>,
    heads: OnceCell<Heads>,
}

impl<'a> Text<'a> {
    pub(super) fn new(bytes: &'a [u8], is_preimage: bool) -> Self {
        Self {
            lines: Lines::new(bytes),
            is_preimage,
            fuel: Fuel::new(BUDGET),
            exact: OnceCell::new(),
            loose: OnceCell::new(),
            heads: OnceCell::new(),
        }
    }

    pub(super) fn index(&self, equality: Equality) -> &Index<'a> {
        let cell = match equality {
            Equality::Exact => &self.exact,
            Equality::Loose => &self.loose,
        };
        cell.get_or_init(|| Index::new(&self.lines, equality))
    }

    pub(super) fn heads(&self) -> &Heads {
        self.heads.get_or_init(|| Heads::new(&self.lines))
    }

    /// Says whether line `at` is `line`, line end included.
    pub(super) fn line_is(&self, at: usize, line: &Line) -> bool {
        at < self.lines.len()
            && self.lines.text(at) == line.text
            && self.lines.has_newline(at) == line.newline
    }

    /// Says whether `lines` stand at `place`; needs no index.
    pub(super) fn stands_at(&self, place: usize, lines: &[&Line]) -> bool {
        lines
            .iter()
            .enumerate()
            .all(|(at, line)| self.line_is(place + at, line))
    }

    pub(super) fn is_in(&self, place: usize, section: &Section<'_>) -> bool {
        self.heads().is_in(&self.lines, place, section)
    }
}

/// One side of a hunk: the lines that must stand somewhere.
pub(super) struct Want<'h> {
    pub(super) lines: Vec<&'h Line>,
    /// Context lines before the first change.
    pub(super) lead: usize,
    /// Context lines behind the last change.
    pub(super) trail: usize,
    /// Was it posted at the first line?
    pub(super) begins: bool,
    /// Does it lack trailing context, so that it was posted at the end?
    pub(super) ends: bool,
}

impl<'h> Want<'h> {
    /// The side that stands before the patch.
    pub(super) fn before(hunk: &'h Hunk) -> Self {
        Self::side(hunk, LineKind::Added, hunk.old_start)
    }

    /// The side that stands after the patch.
    pub(super) fn after(hunk: &'h Hunk) -> Self {
        Self::side(hunk, LineKind::Removed, hunk.new_start)
    }

    fn side(hunk: &'h Hunk, without: LineKind, start: u32) -> Self {
        let is_context = |line: &&Line| line.kind == LineKind::Context;
        let lead = hunk.lines.iter().take_while(is_context).count();
        let trail = hunk
            .lines
            .iter()
            .rev()
            .take_while(is_context)
            .count()
            .min(hunk.lines.len() - lead);
        Self {
            lines: hunk
                .lines
                .iter()
                .filter(|line| line.kind != without)
                .collect(),
            lead,
            trail,
            // A diff without any context says nothing of the file's ends.
            begins: start <= 1 && lead + trail > 0,
            ends: trail == 0 && lead > 0,
        }
    }

    /// Says whether a match at `place` keeps to the ends of a file of `count` lines as posted.
    pub(super) fn is_anchored(&self, place: usize, count: usize) -> bool {
        (!self.begins || place == 0) && (!self.ends || place + self.lines.len() == count)
    }

    /// Says whether the posted context shows that the file began or ended there.
    pub(super) fn shows_end(&self) -> bool {
        (self.begins && self.lead < self.trail) || (self.ends && self.trail < self.lead)
    }

    /// Says how many lines a fuzz of `fuzz` drops at the start and at the end: the longer context first, as GNU patch does.
    pub(super) fn trim(&self, fuzz: usize) -> (usize, usize) {
        let longest = self.lead.max(self.trail);
        let fuzz = fuzz.min(longest);
        (
            (fuzz + self.lead).saturating_sub(longest),
            (fuzz + self.trail).saturating_sub(longest),
        )
    }
}

/// Says whether a line holds enough to tell a place by: not blank, not a lone brace.
pub(super) fn has_substance(text: &[u8]) -> bool {
    text.iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .count()
        >= 3
}
