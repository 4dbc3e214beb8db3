//! In: a hunk's words and the file's lines. Out: the best ways to set the words into lines that fit both.

use super::body::{Body, Unit};
use super::image::Image;
use super::soft;
use crate::diff::LineKind;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// One line of a hunk, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) kind: LineKind,
    /// The file's line (from 0), unless only the page has it.
    pub(super) tree: Option<usize>,
    /// Its words on the page, marker and all; empty for a blank line that cost no word.
    pub(super) words: Range<usize>,
    pub(super) newline: bool,
}

/// One way to read a hunk.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) cost: u32,
    pub(super) rows: Vec<Row>,
    /// How many words are the section's.
    pub(super) section: usize,
    /// The file's line where the hunk begins.
    pub(super) begin: usize,
    /// Just behind the file's last line in it.
    pub(super) end: usize,
}

/// What to look for.
#[derive(Clone, Copy)]
pub(super) struct Task<'a> {
    pub(super) body: &'a Body,
    pub(super) image: &'a Image<'a>,
    pub(super) old_count: u32,
    pub(super) new_count: u32,
    /// Hold to three lines of context.
    pub(super) three: bool,
    /// Does the hunk begin at the file's first lines, so that less context is right?
    pub(super) at_top: bool,
    /// May the file lack lines of the page, and have others?
    pub(super) fuzzy: bool,
    /// The file's lines that may be used, from 0.
    pub(super) window: (usize, usize),
    /// For each word, whether a line of the file is known to have it; empty where that is not asked.
    pub(super) anchored: &'a [bool],
}

/// Where reading can begin: words of the section, the file's line, at what cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begin {
    pub(super) section: usize,
    pub(super) line: usize,
    pub(super) cost: u32,
}

/// Readings kept for each state, and in the end.
const BEST: usize = 24;
/// States kept for each word; a hostile page could make many.
const STATES: usize = 200;
/// States so much dearer than the cheapest at the same word are dropped.
const MARGIN: u32 = 36;
/// Steps remembered at most: what a huge hunk may take of memory.
const NODES: usize = 6_000_000;
/// The same where the file lacks lines of the page: fewer ways, through dearer states.
const FUZZY: (usize, usize, u32) = (3, 400, 110);

/// What the line last begun is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Phase {
    Context,
    BlankContext,
    Removed,
    Added,
    ForeignContext,
    ForeignRemoved,
}

impl Phase {
    /// May the next word belong to the same line?
    fn open(self) -> bool {
        matches!(
            self,
            Self::Added | Self::ForeignContext | Self::ForeignRemoved
        )
    }
}

/// Context lines before any change count with this bit.
const LEAD: u8 = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct State {
    line: u32,
    old: u32,
    /// Lines added less lines removed.
    net: i32,
    /// Context lines since the last change, or since the begin with [`LEAD`].
    run: u8,
    phase: Phase,
}

#[derive(Clone, Copy)]
enum Step {
    Begin {
        section: u32,
    },
    Row {
        kind: LineKind,
        tree: Option<u32>,
    },
    /// A file's line that the page lacks.
    Skip,
    NoNewline,
}

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    step: Step,
    at: u32,
}

#[derive(Clone, Copy)]
struct Way {
    cost: u32,
    node: u32,
    /// The step behind the node and the word before which it was taken, not yet a node of its own.
    step: Option<(Step, u32)>,
}

/// The state of one search.
struct Search<'a> {
    task: Task<'a>,
    nodes: Vec<Node>,
    /// For each word, the states before it.
    open: Vec<BTreeMap<State, Vec<Way>>>,
    /// What a state at this word may cost to be looked at.
    limit: u32,
    /// For each word, how many that can be a `+` and a `-` are from it on.
    left: Vec<(u32, u32)>,
}

/// Finds the best readings, cheapest first.
pub(super) fn readings(task: Task<'_>, begins: &[Begin]) -> Vec<Reading> {
    let length = task.body.units.len();
    let mut search = Search {
        task,
        nodes: Vec::new(),
        limit: u32::MAX,
        open: vec![BTreeMap::new(); length + 1],
        left: markers_left(&task.body.units),
    };
    for begin in begins {
        let node = search.node(
            u32::MAX,
            Step::Begin {
                section: to32(begin.section),
            },
            to32(begin.section),
        );
        let state = State {
            line: to32(begin.line),
            old: 0,
            net: 0,
            run: LEAD,
            phase: Phase::Context,
        };
        search.add(
            begin.section,
            state,
            Way {
                cost: begin.cost,
                node,
                step: None,
            },
        );
    }
    let mut ends: Vec<(u32, u32, u32)> = Vec::new();
    for at in 0..=length {
        search.prune(at);
        while let Some((state, mut ways)) = search.open[at].pop_first() {
            search.settle(&mut ways);
            if search.complete(at, state) {
                let junk = if at < length {
                    6 + to32(length - at).min(10)
                } else {
                    0
                };
                ends.extend(
                    ways.iter()
                        .map(|way| (way.cost + junk, way.node, state.line)),
                );
            }
            search.step(at, state, &ways);
        }
        search.open[at] = BTreeMap::new();
    }
    ends.sort_by_key(|&(cost, node, _)| (cost, node));
    ends.truncate(BEST * 2);
    ends.into_iter()
        .map(|(cost, node, line)| search.trace(cost, node, line))
        .collect()
}

/// Counts possible markers from each word on.
fn markers_left(units: &[Unit]) -> Vec<(u32, u32)> {
    let mut left = vec![(0, 0); units.len() + 1];
    for (at, unit) in units.iter().enumerate().rev() {
        left[at] = left[at + 1];
        match unit.marker() {
            Some(b'+') => left[at].0 += 1,
            Some(b'-') => left[at].1 += 1,
            _ => {}
        }
    }
    left
}

fn to32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Search<'_> {
    fn node(&mut self, parent: u32, step: Step, at: u32) -> u32 {
        self.nodes.push(Node { parent, step, at });
        to32(self.nodes.len() - 1)
    }

    /// Makes nodes of the steps that led here.
    fn settle(&mut self, ways: &mut [Way]) {
        for way in ways {
            if let Some((step, at)) = way.step.take() {
                way.node = self.node(way.node, step, at);
            }
        }
    }

    /// Is a way at that cost worth keeping? Says no to all where the search has grown beyond bounds.
    fn wanted(&self, at: usize, state: State, cost: u32) -> bool {
        // What is still to be added or removed needs markers.
        let (plus, minus) = self.left[at.min(self.left.len() - 1)];
        let wanted =
            i64::from(self.task.new_count) - i64::from(self.task.old_count) - i64::from(state.net);
        if wanted > i64::from(plus) || wanted < -i64::from(minus) || self.nodes.len() >= NODES {
            return false;
        }
        let best = if self.task.fuzzy { FUZZY.0 } else { BEST };
        self.open[at]
            .get(&state)
            .and_then(|ways| ways.get(best - 1))
            .is_none_or(|last| cost < last.cost)
    }

    fn add(&mut self, at: usize, state: State, way: Way) {
        if !self.wanted(at, state, way.cost) {
            return;
        }
        let ways = self.open[at].entry(state).or_default();
        let place = ways.partition_point(|known| known.cost <= way.cost);
        let best = if self.task.fuzzy { FUZZY.0 } else { BEST };
        if place < best {
            ways.insert(place, way);
            ways.truncate(best);
        }
    }

    /// Drops the worst states where there are too many.
    fn prune(&mut self, at: usize) {
        self.limit = u32::MAX;
        let mut costs: Vec<u32> = self.open[at].values().map(|ways| ways[0].cost).collect();
        if costs.len() < 8 {
            return;
        }
        costs.sort_unstable();
        let (states, margin) = if self.task.fuzzy {
            (FUZZY.1, FUZZY.2)
        } else {
            (STATES, MARGIN)
        };
        let limit = costs
            .get(states)
            .copied()
            .unwrap_or(u32::MAX)
            .min(costs[0].saturating_add(margin));
        self.limit = limit;
        self.open[at].retain(|_, ways| ways[0].cost <= limit);
    }

    /// Is all of the hunk there, so that it can end before word `at`?
    fn complete(&self, at: usize, state: State) -> bool {
        let task = &self.task;
        let counts = state.old == task.old_count
            && i64::from(state.net) == i64::from(task.new_count) - i64::from(task.old_count);
        let end = at == task.body.units.len() || task.body.open_end;
        let at_end = state.line as usize == task.image.lines.len();
        let context = !task.three
            || state.run == 3
            || (at_end && state.run < 3)
            || (task.fuzzy && state.run < 3);
        counts && end && state.run < LEAD && context
    }

    /// The state after a line, if the rules of context allow it.
    fn after(&self, state: State, kind: LineKind, phase: Phase, line: u32) -> Option<State> {
        let task = &self.task;
        let mut next = State {
            line,
            phase,
            ..state
        };
        if kind == LineKind::Context {
            next.run = if state.run >= LEAD {
                state.run.saturating_add(1)
            } else {
                (state.run + 1).min(LEAD - 1)
            };
            if task.three && (next.run & !LEAD) > (if next.run >= LEAD { 3 } else { 6 }) {
                return None;
            }
            next.old += 1;
        } else {
            if task.three && state.run >= LEAD && state.run != LEAD + 3 && !task.at_top {
                return None;
            }
            next.run = 0;
            if kind == LineKind::Removed {
                let behind_added = state.phase == Phase::Added;
                if behind_added {
                    return None;
                }
                next.old += 1;
                next.net -= 1;
            } else {
                next.net += 1;
            }
        }
        let room = i64::from(task.new_count) - i64::from(task.old_count);
        let left = i64::from(task.old_count) - i64::from(next.old);
        (left >= 0 && i64::from(next.net) - left <= room).then_some(next)
    }

    fn push(
        &mut self,
        at: usize,
        state: State,
        ways: &[Way],
        row: (LineKind, Option<u32>, u32),
        from: usize,
    ) {
        let (kind, tree, cost) = row;
        for way in ways {
            self.add(
                at,
                state,
                Way {
                    cost: way.cost + cost,
                    node: way.node,
                    step: Some((Step::Row { kind, tree }, to32(from))),
                },
            );
        }
    }

    /// Takes every step that is possible before word `at`.
    fn step(&mut self, at: usize, state: State, ways: &[Way]) {
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
            self.push(at + 1, next, ways, (LineKind::Added, None, cost), at);
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
            let cost = if image.is_blank(line) { 1 } else { 3 };
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
                at + usize::from(shown),
                next,
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
                at + words.len(),
                next,
                ways,
                (LineKind::Context, Some(state.line), wraps),
                at,
            );
        }
        if unit.marker() == Some(b'-')
            && let Some(next) = self.after(state, LineKind::Removed, Phase::Removed, state.line + 1)
        {
            let margin = image.at_margin(line);
            if unit.bare()
                && let Some(wraps) = self.matches(at + 1, words, true)
            {
                let cost = if margin { 4 } else { 0 } + wraps;
                self.push(
                    at + 1 + words.len(),
                    next,
                    ways,
                    (LineKind::Removed, Some(state.line), cost),
                    at,
                );
            } else if words.first() == Some(&unit.rest)
                && let Some(wraps) = self.matches(at + 1, &words[1..], true)
            {
                let cost = if margin { 0 } else { 4 } + wraps;
                self.push(
                    at + words.len(),
                    next,
                    ways,
                    (LineKind::Removed, Some(state.line), cost),
                    at,
                );
            }
        }
    }

    /// Compares the words from `at` with a line's; gives what breaks within the line cost.
    fn matches(
        &self,
        at: usize,
        words: &[crate::diff::damaged::Canonical],
        marked: bool,
    ) -> Option<u32> {
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
            self.push(at + 1, next, ways, (LineKind::Removed, None, 5), at);
        }
        if unit.marker().is_none()
            && let Some(next) =
                self.after(state, LineKind::Context, Phase::ForeignContext, state.line)
        {
            self.push(at + 1, next, ways, (LineKind::Context, None, 5), at);
        }
    }

    /// Follows a way back to its begin.
    fn trace(&self, cost: u32, node: u32, end: u32) -> Reading {
        let mut rows: Vec<Row> = Vec::new();
        let mut node = self.nodes[node as usize];
        let mut behind = None;
        let mut newline = true;
        loop {
            let at = node.at as usize;
            match node.step {
                Step::Row { kind, tree } => {
                    let stop = behind.unwrap_or(usize::MAX);
                    rows.push(Row {
                        kind,
                        tree: tree.map(|line| line as usize),
                        words: at..stop,
                        newline,
                    });
                    newline = true;
                }
                Step::NoNewline => newline = false,
                Step::Skip => {}
                Step::Begin { section } => {
                    rows.reverse();
                    self.close(&mut rows);
                    let begin = rows.iter().find_map(|row| row.tree).unwrap_or(end as usize);
                    return Reading {
                        cost,
                        rows,
                        section: section as usize,
                        begin,
                        end: end as usize,
                    };
                }
            }
            behind = Some(at);
            node = self.nodes[node.parent as usize];
        }
    }

    /// Gives each row the words that are its own: a file's line has as many as it has, others reach to the next.
    fn close(&self, rows: &mut [Row]) {
        let units = &self.task.body.units;
        for row in rows {
            let begin = row.words.start;
            let stop = match row.tree {
                Some(line) => {
                    let bare =
                        row.kind == LineKind::Removed && units.get(begin).is_some_and(Unit::bare);
                    let count = self.task.image.words(line).len();
                    begin + usize::from(bare) + count
                }
                None => row.words.end.min(units.len()),
            };
            row.words = begin..stop.min(units.len());
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

/// Puts equal readings together; the cheapest stays.
pub(super) fn distinct(readings: Vec<Reading>) -> Vec<Reading> {
    let mut known: HashMap<Vec<(u8, Option<usize>, usize)>, ()> = HashMap::new();
    readings
        .into_iter()
        .filter(|reading| {
            let key = reading
                .rows
                .iter()
                .map(|row| (row.kind as u8, row.tree, row.words.len()))
                .collect();
            known.insert(key, ()).is_none()
        })
        .collect()
}
