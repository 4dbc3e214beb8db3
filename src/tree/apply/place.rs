//! In: a hunk, a file, the stretch of it that is free. Out: where the hunk goes and with which grade, or why nowhere.

use super::function::Section;
use super::merge::Merge;
use super::search::Equality;
use super::text::{Text, Want, has_substance};
use crate::diff::{Hunk, Line, LineKind};
use crate::tree::Grade;
use std::ops::Range;

/// Lines of a file that others take the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit<'h> {
    /// Lines that go, from 0.
    pub(super) gone: Range<usize>,
    /// Lines that come.
    pub(super) come: Vec<&'h Line>,
}

/// Where a hunk goes.
#[derive(Debug)]
pub(super) struct Placement<'h> {
    /// Place of the hunk's first line, from 0; above the file's top where fuzz has dropped lines.
    pub(super) start: i64,
    /// Lines that the hunk takes: no other hunk may.
    pub(super) taken: Range<usize>,
    pub(super) grade: Grade,
    pub(super) fuzz: usize,
    pub(super) reason: String,
    /// Empty where it is already there.
    pub(super) edits: Vec<Edit<'h>>,
}

/// A hunk with all that placing it needs.
pub(super) struct Placing<'p, 'a, 'h> {
    pub(super) text: &'p Text<'a>,
    pub(super) hunk: &'h Hunk,
    /// Where it was posted, in lines of `text` from 0.
    pub(super) expected: i64,
    /// Lines that neither an earlier hunk has taken nor a later one is sure of.
    pub(super) free: Range<usize>,
    pub(super) merge: Option<&'p Merge<'p, 'a>>,
}

/// One of the places where lines stand.
struct Chosen {
    place: usize,
    others: usize,
    note: String,
}

impl<'h> Placing<'_, '_, 'h> {
    /// Tries the grades, best evidence first.
    ///
    /// The reverse is tried before anything weaker than exact, so that nothing goes in twice; a merge over the posted
    /// pre-image comes before fuzz, because it knows what the author saw.
    ///
    /// # Errors
    /// The reason why the hunk goes nowhere; empty when there is nothing to say but that its lines are not there.
    pub(super) fn place(&self) -> Result<Placement<'h>, String> {
        let (before, after) = (Want::before(self.hunk), Want::after(self.hunk));
        if before.lines.is_empty() {
            return self.place_bare(&after);
        }
        if let Some(exact) = self.posted_line(&before, &after) {
            return Ok(exact);
        }
        let mut refused = match self.whole(&before, &after, Equality::Exact) {
            Ok(Some(placement)) => return Ok(placement),
            Ok(None) => String::new(),
            Err(reason) => reason,
        };
        if let Some(merged) = self
            .merge
            .and_then(|merge| merge.place(self.hunk, &self.free))
        {
            return Ok(merged);
        }
        for fuzz in 1..=2 {
            match self.fuzzy(&before, &after, fuzz) {
                Ok(Some(placement)) => return Ok(placement),
                Ok(None) => {}
                Err(reason) if refused.is_empty() => refused = reason,
                Err(_) => {}
            }
        }
        match self.whole(&before, &after, Equality::Loose) {
            Ok(Some(placement)) => return Ok(placement),
            Ok(None) => {}
            Err(reason) if refused.is_empty() => refused = reason,
            Err(_) => {}
        }
        if self.text.fuel.is_spent() {
            refused = "not searched to the end: this file's patch has used up its search budget"
                .to_owned();
        }
        Err(if refused.is_empty() {
            self.order_reason(&before)
        } else {
            refused
        })
    }

    /// Places a hunk that expects no line at all: only a known pre-image or an empty file makes that safe.
    fn place_bare(&self, after: &Want<'h>) -> Result<Placement<'h>, String> {
        let count = self.text.lines.len();
        if let Some(at) = usize::try_from(self.expected)
            .ok()
            .filter(|at| *at <= count && self.free.start <= *at)
            && (self.text.is_preimage || (count == 0 && at == 0))
        {
            let edits = edits(self.hunk, at as i64);
            return Ok(Placement {
                start: at as i64,
                taken: at..at,
                grade: Grade::Exact,
                fuzz: 0,
                reason: String::new(),
                edits,
            });
        }
        match self.choose(after, Equality::Exact, 0, 0) {
            Ok(Some(there)) if self.is_convincing(after, &there) => {
                Ok(self.already(&there, after.lines.len(), 0, ""))
            }
            Ok(_) | Err(_) => {
                Err("the hunk has no context line, so nothing shows where it belongs".to_owned())
            }
        }
    }

    /// Takes the posted line if every line stands there and nothing speaks against it.
    fn posted_line(&self, before: &Want<'h>, after: &Want<'h>) -> Option<Placement<'h>> {
        let place = usize::try_from(self.expected).ok()?;
        let end = place + before.lines.len();
        let fits = place >= self.free.start
            && end <= self.free.end
            && before.is_anchored(place, self.text.lines.len())
            && self.keeps_last_line(end)
            && self.text.stands_at(place, &before.lines);
        let section = Section::new(&self.hunk.section);
        let here =
            self.text.is_preimage || section.is_none_or(|section| self.text.is_in(place, &section));
        (fits && here).then(|| {
            self.forward(
                &Chosen {
                    place,
                    others: 0,
                    note: String::new(),
                },
                before,
                after,
            )
        })
    }

    /// Places the hunk with all of its lines, at its line or elsewhere; the reverse counts first.
    fn whole(
        &self,
        before: &Want<'h>,
        after: &Want<'h>,
        equality: Equality,
    ) -> Result<Option<Placement<'h>>, String> {
        let there = match self.choose(after, equality, 0, 0) {
            Ok(Some(there)) if self.changes_something() && self.is_convincing(after, &there) => {
                Some(there)
            }
            Ok(_) | Err(_) => None,
        };
        // Where nothing is added, context that stands together shows little: some sibling may never have had the lines.
        let there = there.filter(|there| self.adds() || self.is_sure(there, 0));
        let forward = self.choose(before, equality, 0, 0);
        let loose = if equality == Equality::Loose {
            "equal but for white space"
        } else {
            ""
        };
        match (forward, there) {
            (Ok(Some(forward)), Some(there)) if self.is_nearer(&forward, &there) => {
                let mut placement = self.graded(&forward, before, after, equality);
                add(
                    &mut placement.reason,
                    &format!(
                        "the result stands at line {} too, further away",
                        there.place + 1
                    ),
                );
                Ok(Some(placement))
            }
            (Ok(Some(forward)), Some(there)) => {
                let mut placement = self.already(&there, after.lines.len(), 0, loose);
                add(
                    &mut placement.reason,
                    &format!(
                        "the expected lines stand at line {} too, which is no nearer",
                        forward.place + 1
                    ),
                );
                Ok(Some(placement))
            }
            (_, Some(there)) => Ok(Some(self.already(&there, after.lines.len(), 0, loose))),
            (Ok(Some(forward)), None) => Ok(Some(self.graded(&forward, before, after, equality))),
            (Ok(None), None) => Ok(None),
            (Err(reason), None) => Err(reason),
        }
    }

    /// A forward place counts only if it is strictly nearer than one that holds the result.
    fn is_nearer(&self, forward: &Chosen, there: &Chosen) -> bool {
        let distance = self.distance(there.place);
        self.distance(forward.place) < distance || (!self.adds() && distance > 0)
    }

    fn graded(
        &self,
        chosen: &Chosen,
        before: &Want<'h>,
        after: &Want<'h>,
        equality: Equality,
    ) -> Placement<'h> {
        let mut placement = self.forward(chosen, before, after);
        if equality == Equality::Loose {
            placement.grade = Grade::Whitespace;
            let place = placement.taken.start;
            let unlike = before
                .lines
                .iter()
                .enumerate()
                .filter(|(at, line)| !self.text.line_is(place + at, line))
                .count();
            let carriage = |at: usize, line: &Line| {
                self.text.lines.text(place + at).ends_with(b"\r") != line.text.ends_with(b"\r")
            };
            let returns = before
                .lines
                .iter()
                .enumerate()
                .any(|(at, line)| carriage(at, line));
            let what = if returns {
                "carriage returns"
            } else {
                "white space"
            };
            add(
                &mut placement.reason,
                &format!("{unlike} lines differ in {what}; added lines went in as posted"),
            );
        }
        placement
    }

    fn forward(&self, chosen: &Chosen, before: &Want<'h>, after: &Want<'h>) -> Placement<'h> {
        let place = chosen.place;
        let offset = place as i64 - self.expected;
        let anchored = before.is_anchored(place, self.text.lines.len());
        let mut reason = String::new();
        let grade = if offset == 0 && anchored {
            if !self.text.is_preimage
                && self.changes_something()
                && self.text.stands_at(place, &after.lines)
            {
                add(
                    &mut reason,
                    "the lines repeat: the result stands here as well",
                );
            }
            Grade::Exact
        } else if !anchored && before.shows_end() {
            add(
                &mut reason,
                "posted at an end of the file, where other lines stand now",
            );
            Grade::Fuzz
        } else {
            Grade::Offset
        };
        if offset != 0 {
            let way = if offset > 0 { "below" } else { "above" };
            add(
                &mut reason,
                &format!("found {} lines {way} the posted line", offset.abs()),
            );
        }
        if chosen.others > 0 {
            add(
                &mut reason,
                &format!(
                    "the same lines stand at {} other places; {}",
                    chosen.others, chosen.note
                ),
            );
        }
        let edits = edits(self.hunk, place as i64);
        Placement {
            start: place as i64,
            taken: place..place + before.lines.len(),
            grade,
            fuzz: 0,
            reason,
            edits,
        }
    }

    fn already(&self, there: &Chosen, length: usize, dropped: usize, but: &str) -> Placement<'h> {
        let mut reason = format!("line {} holds the result already", there.place + 1);
        add(&mut reason, but);
        Placement {
            start: there.place as i64 - dropped as i64,
            taken: there.place..there.place + length,
            grade: Grade::AlreadyThere,
            fuzz: 0,
            reason,
            edits: Vec::new(),
        }
    }

    /// Places the hunk without its outermost context lines.
    fn fuzzy(
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
        let Some(chosen) = self.choose(before, Equality::Exact, top, bottom)? else {
            return Ok(None);
        };
        let kept = &before.lines[top..before.lines.len() - bottom];
        if !kept.iter().any(|line| has_substance(&line.text)) {
            return Ok(None);
        }
        if !self.is_sure(&chosen, top) {
            return Err(format!(
                "without {fuzz} outer context lines it fits at {} places, line {} the nearest, and nothing tells which is meant",
                chosen.others + 1,
                chosen.place + 1
            ));
        }
        let start = chosen.place as i64 - top as i64;
        let taken = chosen.place..chosen.place + kept.len();
        let mut reason = self.unlike(before, start, top, bottom);
        if let Some(at) = self.added_nearby(&taken) {
            add(
                &mut reason,
                &format!("the added lines stand at line {} already", at + 1),
            );
            return Ok(Some(Placement {
                start,
                taken,
                grade: Grade::AlreadyThere,
                fuzz,
                reason,
                edits: Vec::new(),
            }));
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
        }))
    }

    /// Fuzz takes a place only if it is the posted one or the only one (in the function, where that is known).
    fn is_sure(&self, chosen: &Chosen, top: usize) -> bool {
        chosen.others == 0 || chosen.place as i64 - top as i64 == self.expected
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

    /// Chooses among all places where `want`, without `top` and `bottom` lines, stands in the free stretch.
    ///
    /// # Errors
    /// When it stands in another function only, and the posted one exists.
    fn choose(
        &self,
        want: &Want<'h>,
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
            }
        }
        let others = if top + bottom == 0 {
            all.saturating_sub(1)
        } else {
            places.len().saturating_sub(1)
        };
        Ok(self.nearest(&places, top).map(|place| Chosen {
            place,
            others,
            note,
        }))
    }

    /// The nearest to the posted line; of two equally near, the lower one, as git does.
    fn nearest(&self, places: &[usize], top: usize) -> Option<usize> {
        places.iter().copied().min_by_key(|place| {
            let place = *place as i64 - top as i64;
            (place.abs_diff(self.expected), place < self.expected)
        })
    }

    fn distance(&self, place: usize) -> u64 {
        (place as i64).abs_diff(self.expected)
    }

    /// Says whether the lines before the first change open a function themselves; then the text after `@@` names another.
    fn shows_head(&self, kept: &[&Line]) -> bool {
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
    fn is_convincing(&self, after: &Want<'h>, there: &Chosen) -> bool {
        there.place as i64 == self.expected
            || after.lines.iter().any(|line| has_substance(&line.text))
    }

    fn changes_something(&self) -> bool {
        self.hunk
            .lines
            .iter()
            .any(|line| line.kind != LineKind::Context)
    }

    fn adds(&self) -> bool {
        self.hunk
            .lines
            .iter()
            .any(|line| line.kind == LineKind::Added)
    }

    /// A line without a line feed can only stand last.
    fn keeps_last_line(&self, end: usize) -> bool {
        let unended = self
            .hunk
            .lines
            .iter()
            .any(|line| line.kind == LineKind::Added && !line.newline);
        !unended || end == self.text.lines.len()
    }

    /// Says so if the lines do stand in the file, but on the wrong side of another hunk.
    fn order_reason(&self, before: &Want<'h>) -> String {
        let all = self.text.index(Equality::Exact).find(
            &before.lines,
            0..self.text.lines.len(),
            &self.text.fuel,
        );
        match self.nearest(&all, 0) {
            Some(place) if place < self.free.start => format!(
                "its lines stand at line {}, which is not below the hunk before it",
                place + 1
            ),
            Some(place) if place + before.lines.len() > self.free.end => {
                format!(
                    "its lines stand at line {}, which is not above the hunk behind it",
                    place + 1
                )
            }
            Some(place) => format!(
                "its lines stand at line {}, but the file does not end there",
                place + 1
            ),
            None => String::new(),
        }
    }
}

/// Turns a hunk's lines into edits of a file in which its first line stands at `start`.
pub(super) fn edits(hunk: &Hunk, start: i64) -> Vec<Edit<'_>> {
    let mut edits: Vec<Edit<'_>> = Vec::new();
    let mut open = false;
    let mut at = start;
    for line in &hunk.lines {
        if line.kind == LineKind::Context {
            open = false;
            at += 1;
            continue;
        }
        let place =
            usize::try_from(at).expect("only context lines are dropped above the file's top");
        if !open {
            edits.push(Edit {
                gone: place..place,
                come: Vec::new(),
            });
            open = true;
        }
        let edit = edits.last_mut().expect("one was just opened");
        if line.kind == LineKind::Removed {
            edit.gone.end += 1;
            at += 1;
        } else {
            edit.come.push(line);
        }
    }
    edits
}

/// Joins reasons to one sentence.
pub(super) fn add(reason: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !reason.is_empty() {
        reason.push_str("; ");
    }
    reason.push_str(more);
}

/// Shows a line, cut short.
pub(super) fn brief(text: &[u8]) -> String {
    let shown = crate::base::show::visible_bytes(text.trim_ascii());
    if shown.chars().count() <= 60 {
        shown
    } else {
        shown.chars().take(57).chain("...".chars()).collect()
    }
}
