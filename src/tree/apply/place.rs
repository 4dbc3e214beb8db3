//! In: a hunk, a file, the stretch of it that is free. Out: where the hunk goes and with which grade, or why nowhere.

use super::choose::Chosen;
use super::edit::{Edit, edits};
use super::function::Section;
use super::merge::Merge;
use super::reason::add;
use super::search::Equality;
use super::text::{Text, Want, has_substance};
use crate::diff::{Hunk, Line};
use crate::tree::Grade;
use std::ops::Range;

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
    /// The new side as posted, and as it became, where a reader has to compare them.
    pub(super) shown: Option<(Vec<String>, Vec<String>)>,
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
                shown: None,
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
        // A patch whose added lines repeat its context fits again where it is in already; then the result decides.
        let again =
            !self.text.is_preimage && self.text.stands_at(place, &after.lines) && self.is_varied();
        (fits && here && !again).then(|| {
            self.forward(
                &Chosen {
                    place,
                    others: 0,
                    note: String::new(),
                    candidates: vec![place],
                },
                before,
                after,
            )
        })
    }

    /// Says whether the hunk has two different lines of substance; among equal ones nothing tells a repetition.
    fn is_varied(&self) -> bool {
        let mut lines = self
            .hunk
            .lines
            .iter()
            .map(|line| &line.text)
            .filter(|text| has_substance(text));
        let first = lines.next();
        self.changes_something() && lines.any(|text| Some(text) != first)
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
        let there = there
            .filter(|there| self.adds() || self.is_sure(there, 0) && self.is_home(after, there));
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

    /// Is a place in the function that the hunk was posted for, as far as one is named?
    fn is_home(&self, side: &Want<'h>, there: &Chosen) -> bool {
        let section = Section::new(&self.hunk.section).filter(|_| !self.shows_head(&side.lines));
        section.is_none_or(|section| self.text.is_in(there.place, &section))
    }

    /// A forward place counts only if it is strictly nearer than one that holds the result.
    ///
    /// Among lines that are all alike, the posted line does.
    fn is_nearer(&self, forward: &Chosen, there: &Chosen) -> bool {
        let distance = self.distance(there.place);
        if !self.is_varied() && self.distance(forward.place) == 0 {
            return true;
        }
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
                    "the same lines stand at {} other places ({}); {}",
                    chosen.others,
                    self.named(&chosen.candidates[1..]),
                    chosen.note
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
            shown: None,
        }
    }

    pub(super) fn already(
        &self,
        there: &Chosen,
        length: usize,
        dropped: usize,
        but: &str,
    ) -> Placement<'h> {
        let mut reason = format!("line {} holds the result already", there.place + 1);
        add(&mut reason, but);
        Placement {
            start: there.place as i64 - dropped as i64,
            taken: there.place..there.place + length,
            grade: Grade::AlreadyThere,
            fuzz: 0,
            reason,
            edits: Vec::new(),
            shown: None,
        }
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
