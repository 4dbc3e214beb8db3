//! In: a side of a hunk. Out: the one place, of all where it stands, that the evidence speaks for.

use super::function::Section;
use super::place::Placing;
use super::search::Equality;
use super::text::{Want, has_substance};
use crate::diff::{Line, LineKind};

/// One of the places where lines stand.
pub(super) struct Chosen {
    pub(super) place: usize,
    pub(super) others: usize,
    pub(super) note: String,
    /// The places that are as good, this one first; not all where there are many.
    pub(super) candidates: Vec<usize>,
}

/// Places named in a message.
const NAMED: usize = 4;

impl Placing<'_, '_, '_> {
    /// Chooses among all places where `want`, without `top` and `bottom` lines, stands in the free stretch.
    ///
    /// # Errors
    /// When it stands in another function only, and the posted one exists; or in several places, and the posted function is
    /// nowhere.
    pub(super) fn choose(
        &self,
        want: &Want<'_>,
        equality: Equality,
        top: usize,
        bottom: usize,
    ) -> Result<Option<Chosen>, String> {
        let kept = &want.lines[top..want.lines.len() - bottom];
        let count = self.text.lines.len();
        let mut places = self
            .text
            .index(equality)
            .find(kept, self.free.clone(), &self.text.fuel);
        places.retain(|place| self.keeps_last_line(place + kept.len()));
        if top + bottom == 0
            && (want.begins || want.ends)
            && places.iter().any(|place| want.is_anchored(*place, count))
        {
            places.retain(|place| want.is_anchored(*place, count));
        }
        let all = places.len();
        let mut note = "this is the nearest".to_owned();
        if let (Some(section), false) = (Section::new(&self.hunk.section), self.text.is_preimage) {
            let start = |place: usize| place.saturating_sub(top);
            let inside = places
                .iter()
                .filter(|place| self.text.is_in(start(**place), &section))
                .count();
            if inside > 0 {
                places.retain(|place| self.text.is_in(start(*place), &section));
                note = format!("this is the nearest in `{}`", section.label());
                if inside == 1 {
                    note = format!("this is the one in `{}`", section.label());
                }
            } else if let Some(nearest) = self.nearest(&places, top)
                && !self.shows_head(kept)
                && self.text.heads().defines(&self.text.lines, &section)
            {
                let name = self.text.heads().name_at(&self.text.lines, nearest);
                return Err(format!(
                    "its lines stand in {name} at line {}, but it is for `{}`",
                    nearest + 1,
                    section.label()
                ));
            } else if let Some(nearest) = self.nearest(&places, top)
                && places.len() > 1
                && self.distance(nearest.saturating_sub(top)) > 0
                && !self.shows_head(kept)
            {
                // Nothing tells them apart: the function is not here, and no place is the posted one.
                let first = &places[..places.len().min(NAMED)];
                return Err(format!(
                    "it is for `{}`, which is not in this file, and its lines stand in {} places: {}",
                    section.label(),
                    places.len(),
                    self.named(first)
                ));
            }
        }
        let others = if top + bottom == 0 {
            all.saturating_sub(1)
        } else {
            places.len().saturating_sub(1)
        };
        Ok(self.nearest(&places, top).map(|place| {
            let mut candidates = vec![place];
            let rest = places.iter().copied().filter(|other| *other != place);
            candidates.extend(rest.take(NAMED - 1));
            Chosen {
                place,
                others,
                note,
                candidates,
            }
        }))
    }

    /// Names places by line and function: "line 40 in `a`, line 90 in `b`".
    pub(super) fn named(&self, places: &[usize]) -> String {
        let name = |place: &usize| {
            let function = self.text.heads().name_at(&self.text.lines, *place);
            format!("line {} in {function}", place + 1)
        };
        places.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// The nearest to the posted line; of two equally near, the lower one, as git does.
    pub(super) fn nearest(&self, places: &[usize], top: usize) -> Option<usize> {
        places.iter().copied().min_by_key(|place| {
            let place = *place as i64 - top as i64;
            (place.abs_diff(self.expected), place < self.expected)
        })
    }

    pub(super) fn distance(&self, place: usize) -> u64 {
        (place as i64).abs_diff(self.expected)
    }

    /// Says whether the lines before the first change open a function themselves; then the text after `@@` names another.
    pub(super) fn shows_head(&self, kept: &[&Line]) -> bool {
        let context = kept
            .iter()
            .take_while(|line| line.kind == LineKind::Context);
        context.into_iter().any(|line| {
            line.text
                .first()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        })
    }

    /// Lines that say little (braces, blanks) show nothing but at the posted line.
    pub(super) fn is_convincing(&self, after: &Want<'_>, there: &Chosen) -> bool {
        there.place as i64 == self.expected
            || after.lines.iter().any(|line| has_substance(&line.text))
    }

    pub(super) fn changes_something(&self) -> bool {
        self.hunk
            .lines
            .iter()
            .any(|line| line.kind != LineKind::Context)
    }

    pub(super) fn adds(&self) -> bool {
        self.hunk
            .lines
            .iter()
            .any(|line| line.kind == LineKind::Added)
    }

    /// A line without a line feed can only stand last.
    pub(super) fn keeps_last_line(&self, end: usize) -> bool {
        let unended = self
            .hunk
            .lines
            .iter()
            .any(|line| line.kind == LineKind::Added && !line.newline);
        !unended || end == self.text.lines.len()
    }

    /// Fuzz takes a place only if it is the posted one or the only one (in the function, where that is known).
    pub(super) fn is_sure(&self, chosen: &Chosen, top: usize) -> bool {
        chosen.others == 0 || chosen.place as i64 - top as i64 == self.expected
    }
}
