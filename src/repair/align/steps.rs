//! In: a state of the search. Out: the states that one more word or line leads to.

use super::search::{Phase, Search, State, Step, Way, to32};
use crate::diff::LineKind;
use crate::diff::damaged::Canonical;
use crate::repair::body::Unit;
use crate::repair::soft;

impl Search<'_> {
    /// Takes every step that is possible before word `at`.
    pub(super) fn step(&mut self, at: usize, state: State, ways: &[Way]) {
        let body = self.task.body;
        let line = state.line as usize;
        if state.phase.open() && at < body.units.len() {
            self.go_on(at, state, ways);
        }
        // Everything else ends the line that has begun.
        let ended = self.ended(at, state, ways);
        let ways = ended.as_slice();
        let previous = at
            .checked_sub(1)
            .and_then(|last| body.units.get(last))
            .filter(|_| state.phase.open());
        if line < self.task.window.1 {
            self.tree_line(at, state, ways, previous);
        }
        let Some(unit) = body.units.get(at) else {
            return;
        };
        if unit.empty() {
            // An empty line that stands for nothing.
            for way in ways {
                self.add(
                    at + 1,
                    State {
                        phase: closed(state.phase),
                        ..state
                    },
                    Way {
                        cost: way.cost + 3,
                        node: way.node,
                        step: None,
                    },
                );
            }
            return;
        }
        if body.lines_kept && !unit.begins && at != body.head {
            return;
        }
        if unit.text == b"\\" && no_newline(&body.units[at..]) {
            for way in ways {
                self.add(
                    at + 7,
                    State {
                        phase: closed(state.phase),
                        ..state
                    },
                    Way {
                        cost: way.cost,
                        node: way.node,
                        step: Some((Step::NoNewline, to32(at))),
                    },
                );
            }
        }
        if unit.marker() == Some(b'+')
            && let Some(next) = self.after(state, LineKind::Added, Phase::Added, state.line)
        {
            let cost = soft::line_start(&body.units, at, state.phase == Phase::BlankContext);
            self.push((at + 1, next), ways, (LineKind::Added, None, cost), at);
        }
        if self.task.fuzzy {
            self.foreign(at, state, ways);
        }
    }

    /// Adds what it costs that an added line ends here.
    fn ended(&self, at: usize, state: State, ways: &[Way]) -> Vec<Way> {
        let mut ways = ways.to_vec();
        if !state.phase.open() {
            return ways;
        }
        let mut known = (usize::MAX, 0);
        for way in &mut ways {
            let start = self.nodes[way.node as usize].at as usize;
            if known.0 != start {
                known = (start, soft::line_end(&self.task.body.units, start, at));
            }
            way.cost += known.1;
        }
        ways
    }

    /// Takes the next word into the line begun.
    fn go_on(&mut self, at: usize, state: State, ways: &[Way]) {
        let body = self.task.body;
        let unit = &body.units[at];
        if unit.empty() {
            return;
        }
        let mut cost = soft::inside(&body.units, at);
        if body.lines_kept && unit.begins {
            cost += soft::wrapped(&body.units, at);
        }
        if state.phase != Phase::Added {
            cost += 1;
        }
        if self.task.anchored.get(at) == Some(&true) {
            cost += 3;
        }
        let plus = state.phase == Phase::Added && unit.text == b"+";
        for way in ways {
            let start = self.nodes[way.node as usize].at as usize;
            let more = if plus {
                soft::operator(&body.units, start, at)
            } else if state.phase == Phase::Added {
                soft::long(&body.units, start, at)
            } else {
                0
            };
            let way = Way {
                cost: way.cost + cost + more,
                node: way.node,
                step: None,
            };
            self.add(at + 1, state, way);
        }
    }

    /// Matches the file's next line as context or removed.
    fn tree_line(&mut self, at: usize, state: State, ways: &[Way], previous: Option<&Unit>) {
        let body = self.task.body;
        let image = self.task.image;
        let line = state.line as usize;
        if self.task.fuzzy {
            self.skip(at, state, ways);
        }
        let words = image.words(line);
        let begins = |unit: &Unit| !body.lines_kept || unit.begins || at == body.head;
        if words.is_empty()
            && let Some(next) = self.after(
                state,
                LineKind::Context,
                Phase::BlankContext,
                state.line + 1,
            )
        {
            let shown = body.units.get(at).is_some_and(Unit::empty);
            let cost = if shown {
                0
            } else {
                soft::blank(previous, body.blanks_kept)
            };
            self.push(
                (at + usize::from(shown), next),
                ways,
                (LineKind::Context, Some(state.line), cost),
                at,
            );
        }
        let Some(unit) = body.units.get(at).filter(|unit| begins(unit)) else {
            return;
        };
        if !words.is_empty()
            && let Some(wraps) = self.matches(at, words, false)
            && let Some(next) = self.after(state, LineKind::Context, Phase::Context, state.line + 1)
        {
            self.push(
                (at + words.len(), next),
                ways,
                (LineKind::Context, Some(state.line), wraps),
                at,
            );
        }
        if unit.marker() == Some(b'-') {
            self.removed(at, state, ways);
        }
    }

    /// Passes over a line of the file that the page lacks.
    fn skip(&mut self, at: usize, state: State, ways: &[Way]) {
        let blank = self.task.image.is_blank(state.line as usize);
        let cost = if blank { 1 } else { 3 };
        let next = State {
            line: state.line + 1,
            ..state
        };
        for way in ways {
            if way.cost + cost > self.limit {
                continue;
            }
            self.add(
                at,
                next,
                Way {
                    cost: way.cost + cost,
                    node: way.node,
                    step: Some((Step::Skip, to32(at))),
                },
            );
        }
    }

    /// Matches the file's next line as removed.
    fn removed(&mut self, at: usize, state: State, ways: &[Way]) {
        let unit = &self.task.body.units[at];
        let line = state.line as usize;
        let words = self.task.image.words(line);
        let Some(next) = self.after(state, LineKind::Removed, Phase::Removed, state.line + 1)
        else {
            return;
        };
        let margin = self.task.image.at_margin(line);
        let found = if unit.bare() {
            let wraps = self.matches(at + 1, words, true);
            wraps.map(|wraps| (if margin { 4 } else { 0 } + wraps, 1 + words.len()))
        } else if words.first() == Some(&unit.rest) {
            let wraps = self.matches(at + 1, &words[1..], true);
            wraps.map(|wraps| (if margin { 0 } else { 4 } + wraps, words.len()))
        } else {
            None
        };
        if let Some((cost, length)) = found {
            let row = (LineKind::Removed, Some(state.line), cost);
            self.push((at + length, next), ways, row, at);
        }
    }

    /// Compares the words from `at` with a line's; gives what breaks within the line cost.
    fn matches(&self, at: usize, words: &[Canonical], marked: bool) -> Option<u32> {
        let body = self.task.body;
        let units = body.units.get(at..at + words.len())?;
        let mut cost = 0;
        for (index, (unit, word)) in units.iter().zip(words).enumerate() {
            if unit.full != *word || unit.empty() {
                return None;
            }
            // Only a line's very first word may begin a line of the page for nothing.
            if body.lines_kept && unit.begins && (index > 0 || marked) {
                cost += soft::wrapped(&body.units, at + index);
            }
        }
        Some(cost)
    }

    /// Begins a context or removed line that the file lacks.
    fn foreign(&mut self, at: usize, state: State, ways: &[Way]) {
        let unit = &self.task.body.units[at];
        if unit.marker() == Some(b'-')
            && let Some(next) =
                self.after(state, LineKind::Removed, Phase::ForeignRemoved, state.line)
        {
            self.push((at + 1, next), ways, (LineKind::Removed, None, 5), at);
        }
        if unit.marker().is_none()
            && let Some(next) =
                self.after(state, LineKind::Context, Phase::ForeignContext, state.line)
        {
            self.push((at + 1, next), ways, (LineKind::Context, None, 5), at);
        }
    }
}

fn closed(phase: Phase) -> Phase {
    match phase {
        Phase::Added | Phase::Removed => Phase::Removed,
        _ => Phase::Context,
    }
}

fn no_newline(units: &[Unit]) -> bool {
    let words = [&b"\\"[..], b"No", b"newline", b"at", b"end", b"of", b"file"];
    units.len() >= 7
        && units
            .iter()
            .zip(words)
            .all(|(unit, word)| unit.text == word)
}
