//! In: the pre-image that a patch was made from, and the file that the tree has. Out: hunks merged over both.
//!
//! This is diff3 by lines: a hunk goes in where the tree has not changed the lines it changes, nor those right beside
//! them. It does not know how the pre-image was found.

use super::edit::{Edit, edits, fits_the_end};
use super::place::Placement;
use super::reason::add;
use super::text::{Text, Want};
use crate::diff::{Hunk, Line, LineKind};
use crate::tree::Grade;
use imara_diff::{Algorithm, Diff, InternedInput};
use std::ops::Range;

/// A stretch of the pre-image that the tree has otherwise.
#[derive(Clone, Debug)]
struct Change {
    base: Range<usize>,
    ours: Range<usize>,
}

/// A pre-image laid beside the tree's file.
pub(super) struct Merge<'p, 'a> {
    base: &'p Text<'a>,
    ours: &'p Text<'a>,
    /// In order, never touching.
    changes: Vec<Change>,
}

impl<'p, 'a> Merge<'p, 'a> {
    /// Compares the pre-image with the tree's file, line by line.
    pub(super) fn new(base: &'p Text<'a>, ours: &'p Text<'a>) -> Self {
        let mut input: InternedInput<&[u8]> = InternedInput::default();
        input.update_before((0..base.lines.len()).map(|at| base.lines.whole(at)));
        input.update_after((0..ours.lines.len()).map(|at| ours.lines.whole(at)));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        let wide = |range: Range<u32>| range.start as usize..range.end as usize;
        let changes = diff
            .hunks()
            .map(|hunk| Change {
                base: wide(hunk.before),
                ours: wide(hunk.after),
            })
            .collect();
        Self {
            base,
            ours,
            changes,
        }
    }

    /// Merges one hunk into the tree's lines `free`; `None` where it conflicts, or does not fit the pre-image itself.
    pub(super) fn place<'h>(&self, hunk: &'h Hunk, free: &Range<usize>) -> Option<Placement<'h>> {
        let before = Want::before(hunk);
        let start = (hunk.old_start as usize).saturating_sub(usize::from(hunk.old_count > 0));
        if !self.base.stands_at(start, &before.lines) {
            return None;
        }
        let mut there = 0;
        let mut merged: Vec<Edit<'h>> = Vec::new();
        let mut taken: Option<Range<usize>> = None;
        for edit in edits(hunk, start as i64) {
            let ours = match self.meeting(&edit.gone) {
                [] => {
                    let ours =
                        self.map(edit.gone.start)..self.map(edit.gone.start) + edit.gone.len();
                    merged.push(Edit {
                        gone: ours.clone(),
                        come: edit.come,
                    });
                    ours
                }
                [same] if same.base == edit.gone && self.holds(&same.ours, &edit) => {
                    there += 1;
                    same.ours.clone()
                }
                _ => return None,
            };
            taken = Some(taken.map_or(ours.clone(), |taken| taken.start..ours.end));
        }
        let taken = taken?;
        if taken.start < free.start || taken.end > free.end {
            return None;
        }
        if !merged.iter().all(|edit| fits_the_end(self.ours, edit)) {
            return None;
        }
        let lead = hunk
            .lines
            .iter()
            .take_while(|line| line.kind == LineKind::Context)
            .count();
        let mut reason = String::new();
        let grade = if merged.is_empty() {
            add(
                &mut reason,
                "compared with the pre-image, the tree has made the same change",
            );
            Grade::AlreadyThere
        } else {
            add(
                &mut reason,
                "merged over the posted pre-image, whose lines around it the tree has changed",
            );
            if there > 0 {
                add(
                    &mut reason,
                    &format!("{there} of its changes are there already"),
                );
            }
            Grade::ThreeWay
        };
        Some(Placement {
            start: taken.start as i64 - lead as i64,
            taken,
            grade,
            fuzz: 0,
            reason,
            shown: None,
            edits: merged,
        })
    }

    /// The tree's changes that overlap or touch these lines of the pre-image.
    fn meeting(&self, gone: &Range<usize>) -> &[Change] {
        let from = self
            .changes
            .partition_point(|change| change.base.end < gone.start);
        let to = self
            .changes
            .partition_point(|change| change.base.start <= gone.end);
        &self.changes[from..to.max(from)]
    }

    /// Where a line of the pre-image stands in the tree, given that no change meets it.
    fn map(&self, line: usize) -> usize {
        let before = self
            .changes
            .partition_point(|change| change.base.end <= line);
        match before.checked_sub(1).map(|at| &self.changes[at]) {
            Some(change) => line - change.base.end + change.ours.end,
            None => line,
        }
    }

    fn holds(&self, ours: &Range<usize>, edit: &Edit<'_>) -> bool {
        let come: Vec<&Line> = edit.come.iter().map(AsRef::as_ref).collect();
        ours.len() == come.len() && self.ours.stands_at(ours.start, &come)
    }
}
