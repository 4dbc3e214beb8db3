//! In: a hunk whose lines stand nowhere whole. Out: where it stands without its outermost context lines, if that is sure.

use super::edit::edits;
use super::function::Section;
use super::place::{Placement, Placing};
use super::reason::{add, brief};
use super::search::Equality;
use super::text::{Want, has_substance};
use crate::diff::{Line, LineKind};
use crate::tree::Grade;
use std::collections::HashSet;
use std::ops::Range;

impl<'h> Placing<'_, '_, 'h> {
    /// Places the hunk without its outermost context lines.
    pub(super) fn fuzzy(
        &self,
        before: &Want<'h>,
        after: &Want<'h>,
        fuzz: usize,
    ) -> Result<Option<Placement<'h>>, String> {
        let (top, bottom) = before.trim(fuzz);
        if top + bottom == 0 || before.lines.len() <= top + bottom {
            return Ok(None);
        }
        if self.changes_something()
            && (self.adds() || fuzz == 1)
            && let Ok(Some(there)) = self.choose(after, Equality::Exact, top, bottom)
            && self.is_sure(&there, top)
            && self.is_convincing(after, &there)
        {
            let length = after.lines.len() - top - bottom;
            let mut placement = self.already(&there, length, top, "");
            placement.fuzz = fuzz;
            add(
                &mut placement.reason,
                &self.unlike(after, placement.start, top, bottom),
            );
            return Ok(Some(placement));
        }
        let kept = &before.lines[top..before.lines.len() - bottom];
        if !kept.iter().any(|line| has_substance(&line.text)) {
            return Ok(None);
        }
        let Some(chosen) = self.choose(before, Equality::Exact, top, bottom)? else {
            return Ok(None);
        };
        self.has_function(kept, chosen.place)?;
        if !self.is_sure(&chosen, top) {
            return Err(format!(
                "without {fuzz} outer context lines it fits at {} places, and nothing tells which is meant: {}",
                chosen.others + 1,
                self.named(&chosen.candidates)
            ));
        }
        let start = chosen.place as i64 - top as i64;
        let taken = chosen.place..chosen.place + kept.len();
        let mut reason = self.unlike(before, start, top, bottom);
        if let Some(at) = self.added_nearby(&taken) {
            let there = format!("the added lines stand at line {} already", at + 1);
            add(&mut reason, &there);
            return Ok(Some(Placement {
                start,
                taken,
                grade: Grade::AlreadyThere,
                fuzz,
                reason,
                edits: Vec::new(),
                shown: None,
            }));
        }
        if self.meets_own_lines(before, start, top, bottom) {
            return Err(format!(
                "near line {} the context differs by lines that the hunk adds: part of it seems to be there already",
                chosen.place + 1
            ));
        }
        if let Some(head) = self.added_head_that_stands() {
            return Err(format!(
                "near line {} the context differs, and the file has `{head}` already",
                chosen.place + 1
            ));
        }
        if chosen.others > 0 {
            add(
                &mut reason,
                &format!(
                    "the other lines stand at {} more places; {}",
                    chosen.others, chosen.note
                ),
            );
        }
        Ok(Some(Placement {
            start,
            taken,
            grade: Grade::Fuzz,
            fuzz,
            reason,
            edits: edits(self.hunk, start),
            shown: None,
        }))
    }

    /// Says so where the hunk is for a function that the file has not: without all of its context, nothing tells that
    /// it belongs into another one.
    fn has_function(&self, kept: &[&Line], place: usize) -> Result<(), String> {
        let Some(section) = Section::new(&self.hunk.section).filter(Section::is_function) else {
            return Ok(());
        };
        let spans = self.text.heads().spans(&self.text.lines, &section);
        if self.text.is_preimage || self.shows_head(kept) || !spans.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the file has no function `{}`; without its outer context lines it would fit {}",
            section.label(),
            self.named(&[place])
        ))
    }

    /// For a hunk that only adds: finds its added lines close to where it would go in.
    fn added_nearby(&self, taken: &Range<usize>) -> Option<usize> {
        if self
            .hunk
            .lines
            .iter()
            .any(|line| line.kind == LineKind::Removed)
        {
            return None;
        }
        let added: Vec<&Line> = self
            .hunk
            .lines
            .iter()
            .filter(|line| line.kind == LineKind::Added)
            .collect();
        if !added.iter().any(|line| has_substance(&line.text)) {
            return None;
        }
        let reach = added.len() + 6;
        let near = taken.start.saturating_sub(reach)..taken.end + reach;
        self.text
            .index(Equality::Exact)
            .find(&added, near, &self.text.fuel)
            .first()
            .copied()
    }

    /// Finds a function's or table's first line that the hunk adds and the file has, though the hunk does not expect it.
    fn added_head_that_stands(&self) -> Option<String> {
        let index = self.text.index(Equality::Exact);
        let (added, kept): (Vec<&Line>, Vec<&Line>) = self
            .hunk
            .lines
            .iter()
            .filter(|line| is_head(&line.text))
            .partition(|line| line.kind == LineKind::Added);
        let expected: HashSet<&[u8]> = kept.into_iter().map(|line| line.text.as_slice()).collect();
        let mut standing = added.into_iter().filter(|line| index.key(line).is_some());
        standing
            .find(|line| !expected.contains(line.text.as_slice()))
            .map(|line| brief(&line.text))
    }

    /// Says whether the tree has, where context was dropped, a line that the hunk itself adds and did not expect.
    fn meets_own_lines(&self, before: &Want<'h>, start: i64, top: usize, bottom: usize) -> bool {
        let count = before.lines.len();
        let places = (0..top)
            .chain(count - bottom..count)
            .filter_map(|at| usize::try_from(start + at as i64).ok());
        let found = places
            .filter(|place| *place < self.text.lines.len())
            .map(|place| self.text.lines.text(place));
        found.filter(|text| has_substance(text)).any(|text| {
            let has = |kind: LineKind| {
                self.hunk
                    .lines
                    .iter()
                    .any(|line| line.kind == kind && line.text == text)
            };
            has(LineKind::Added) && !has(LineKind::Context) && !has(LineKind::Removed)
        })
    }

    /// Names the dropped context lines that differ.
    fn unlike(&self, want: &Want<'h>, start: i64, top: usize, bottom: usize) -> String {
        let count = want.lines.len();
        let dropped = (0..top).chain(count - bottom..count);
        let unlike = dropped.filter_map(|at| {
            let line = want.lines[at];
            let place = usize::try_from(start + at as i64)
                .ok()
                .filter(|place| *place < self.text.lines.len());
            match place {
                Some(place) if self.text.line_is(place, line) => None,
                Some(place) => Some(format!(
                    "line {} is `{}`, not `{}`",
                    place + 1,
                    brief(self.text.lines.text(place)),
                    brief(&line.text)
                )),
                None => Some(format!(
                    "the file ends where the hunk has `{}`",
                    brief(&line.text)
                )),
            }
        });
        unlike.collect::<Vec<_>>().join("; ")
    }
}

/// A line that opens a definition: at column 0, with a name, and not ended by `;`.
fn is_head(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    has_substance(text)
        && text[0].is_ascii_alphabetic()
        && (text.contains(&b'(') || text.ends_with(b"{"))
        && !text.ends_with(b";")
}
