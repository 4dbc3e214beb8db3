//! In: a task and where reading can begin. Out: the best readings, by a dynamic program over (word, line, kind).

use super::shape::{Begin, Reading, Task};
use crate::diff::LineKind;
use crate::repair::body::Unit;
use std::cmp::Ordering;

/// Readings kept for each state, and in the end.
const BEST: usize = 24;
/// States kept for each word; a hostile page could make many.
const STATES: usize = 200;
/// States so much dearer than the cheapest at the same word are dropped.
const MARGIN: u32 = 36;
/// Steps remembered at most: what a huge hunk may take of memory.
const NODES: usize = 6_000_000;
/// The same where the file lacks lines of the page: fewer ways, through dearer states.
const FUZZY: (usize, usize, u32) = (3, 220, 110);

/// What the line last begun is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Phase {
    Context,
    BlankContext,
    Removed,
    Added,
    ForeignContext,
    ForeignRemoved,
}

impl Phase {
    /// May the next word belong to the same line?
    pub(super) fn open(self) -> bool {
        matches!(
            self,
            Self::Added | Self::ForeignContext | Self::ForeignRemoved
        )
    }
}

/// Context lines before any change count with this bit.
pub(super) const LEAD: u8 = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) line: u32,
    pub(super) old: u32,
    /// Lines added less lines removed.
    pub(super) net: i32,
    /// Context lines since the last change, or since the begin with [`LEAD`].
    pub(super) run: u8,
    pub(super) phase: Phase,
}

impl State {
    /// All of it as one number, in an order of its own: states are compared all the time.
    fn key(&self) -> u128 {
        let net = self.net.cast_unsigned() ^ (1 << 31);
        u128::from(self.line) << 80
            | u128::from(self.old) << 48
            | u128::from(net) << 16
            | u128::from(self.run) << 8
            | self.phase as u128
    }
}

impl Ord for State {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for State {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Clone, Copy)]
pub(super) enum Step {
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
pub(super) struct Node {
    pub(super) parent: u32,
    pub(super) step: Step,
    pub(super) at: u32,
}

#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) cost: u32,
    pub(super) node: u32,
    /// The step behind the node and the word before which it was taken, not yet a node of its own.
    pub(super) step: Option<(Step, u32)>,
}

/// The state of one search.
pub(super) struct Search<'a> {
    pub(super) task: Task<'a>,
    pub(super) nodes: Vec<Node>,
    /// For each word, the states before it.
    open: Vec<Open>,
    /// What a state at this word may cost to be looked at.
    pub(super) limit: u32,
    /// For each word, how many that can be a `+` and a `-` are from it on.
    pub(super) left: Vec<(u32, u32)>,
}

/// The states before one word, in order, each with its cheapest ways.
#[derive(Clone, Default)]
struct Open {
    states: Vec<State>,
    ways: Vec<Vec<Way>>,
    /// Where a state was last looked for: the next one mostly stands beside it.
    last: usize,
}

impl Open {
    /// Gives the ways of a state, none where it is new.
    fn ways(&mut self, state: State) -> &mut Vec<Way> {
        let near = self.last + 1;
        let place = match self.states.get(near) {
            Some(known) if *known == state => Ok(near),
            _ => self.states.binary_search(&state),
        };
        let at = match place {
            Ok(at) => at,
            Err(at) => {
                self.states.insert(at, state);
                self.ways.insert(at, Vec::new());
                at
            }
        };
        self.last = at;
        &mut self.ways[at]
    }

    /// Keeps the states whose cheapest way costs no more than `limit`.
    fn keep(&mut self, limit: u32) {
        let kept: Vec<bool> = self.ways.iter().map(|ways| ways[0].cost <= limit).collect();
        let mut all = kept.iter();
        self.states.retain(|_| *all.next().unwrap_or(&true));
        let mut all = kept.iter();
        self.ways.retain(|_| *all.next().unwrap_or(&true));
        self.last = 0;
    }
}

/// Finds the best readings, cheapest first.
pub(in crate::repair) fn readings(task: Task<'_>, begins: &[Begin]) -> Vec<Reading> {
    let length = task.body.units.len();
    let mut search = Search {
        task,
        nodes: Vec::new(),
        limit: u32::MAX,
        open: vec![Open::default(); length + 1],
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
        // What a state leads to before the same word stands behind it: it is of a later line.
        let mut next = 0;
        while let Some(state) = search.open[at].states.get(next).copied() {
            let mut ways = std::mem::take(&mut search.open[at].ways[next]);
            next += 1;
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
        search.open[at] = Open::default();
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

pub(super) fn to32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Search<'_> {
    pub(super) fn node(&mut self, parent: u32, step: Step, at: u32) -> u32 {
        self.nodes.push(Node { parent, step, at });
        to32(self.nodes.len() - 1)
    }

    /// Makes nodes of the steps that led here.
    pub(super) fn settle(&mut self, ways: &mut [Way]) {
        for way in ways {
            if let Some((step, at)) = way.step.take() {
                way.node = self.node(way.node, step, at);
            }
        }
    }

    /// Is there enough left of the hunk? Says no to all where the search has grown beyond bounds.
    fn can_end(&self, at: usize, state: State) -> bool {
        // What is still to be added or removed needs markers.
        let (plus, minus) = self.left[at.min(self.left.len() - 1)];
        let wanted =
            i64::from(self.task.new_count) - i64::from(self.task.old_count) - i64::from(state.net);
        wanted <= i64::from(plus) && wanted >= -i64::from(minus) && self.nodes.len() < NODES
    }

    pub(super) fn add(&mut self, at: usize, state: State, way: Way) {
        if !self.can_end(at, state) {
            return;
        }
        let ways = self.open[at].ways(state);
        let place = ways.partition_point(|known| known.cost <= way.cost);
        let best = if self.task.fuzzy { FUZZY.0 } else { BEST };
        if place < best {
            ways.insert(place, way);
            ways.truncate(best);
        }
    }

    /// Drops the worst states where there are too many.
    pub(super) fn prune(&mut self, at: usize) {
        self.limit = u32::MAX;
        let mut costs: Vec<u32> = self.open[at].ways.iter().map(|ways| ways[0].cost).collect();
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
        self.open[at].keep(limit);
    }

    /// Is all of the hunk there, so that it can end before word `at`?
    pub(super) fn complete(&self, at: usize, state: State) -> bool {
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
    pub(super) fn after(
        &self,
        state: State,
        kind: LineKind,
        phase: Phase,
        line: u32,
    ) -> Option<State> {
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
            // git names removed lines first; the reverse of what it wrote has them last.
            let after = match state.phase {
                Phase::Added => kind == LineKind::Removed && !task.reverse,
                Phase::Removed => kind == LineKind::Added && task.reverse,
                _ => false,
            };
            if after {
                return None;
            }
            if kind == LineKind::Removed {
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

    /// Takes a line from word `from` on, which leads to word `at` in `state`.
    pub(super) fn push(
        &mut self,
        (at, state): (usize, State),
        ways: &[Way],
        (kind, tree, cost): (LineKind, Option<u32>, u32),
        from: usize,
    ) {
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
}
