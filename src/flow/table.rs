//! In: a place in a page table that a function maps or is handed. Out: which of the table's entries is followed as the
//! function moves over the table.
//!
//! One entry is followed at a time; all others are [`Worth::Elsewhere`] and of any kind. Whenever the function comes to a new
//! place (maps the table, moves a pointer, reckons with an index) it may be the one, or not: both ways are gone, and paths
//! that have come to it are kept apart from those that have not.

mod calls;
mod moves;

use super::engine::Flow;
use super::graph::Step;
use super::guard::each;
use super::names::Names;
use super::spot::{PHASES, Phase, Place, Spot};
use super::state::{Fields, State, Worth};
use super::tables::compares_entries;
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::vocabulary::{Truth, Value, WalkerSort};
use std::collections::{BTreeMap, BTreeSet};

/// What a name holds that was told a lock, or null where none was taken.
pub(super) const LOCK: &str = "(a lock)";

/// How many new places of one step are told apart.
const CHOICES: u32 = 6;

/// One reading of an entry that may change: file, line, and order on the line.
pub(crate) type Load = (String, u32, u32);

/// Readings that see the same entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// All that are made with the table's lock.
    Locked,
    /// One that is made without.
    Load(Load),
}

/// Where the place comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The call of a function, and its line.
    Call(String, u32),
    /// A parameter, by its number.
    Parameter(usize),
}

/// What a run has seen of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Was the entry looked at, or its place handed on?
    pub(crate) touched: bool,
    /// Where the entry was read: file, line, and order on the line.
    pub(crate) loads: BTreeSet<Load>,
    /// Readings among them without the table's lock.
    pub(crate) bare: BTreeSet<Load>,
}

/// A table, where a function's entries come from one.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Where the place comes from.
    pub(crate) start: Start,
    /// Is the table locked at the start?
    pub(crate) locked: bool,
    /// What was seen.
    pub(crate) seen: Seen,
    /// Ways in which an index was written, each with the names in it.
    pub(super) indices: BTreeMap<String, BTreeSet<String>>,
    /// Which of the new places that a step comes to is taken for the one; `None` for none.
    pub(super) choice: Option<u32>,
    /// Places where a path came to the entry, each with how it was written.
    pub(super) arrivals: Vec<(Place, String)>,
    /// New places that the step has come to.
    pub(super) met: u32,
    /// Is what is found about an entry that an earlier pass may have turned away?
    pub(super) again: bool,
    /// The function's own locals that are no pointers: what is left in them does not outlive it.
    pub(super) locals: BTreeSet<String>,
    /// Loads at the point that is looked at.
    pub(super) here: u32,
    /// The reading that sees the entry, where each may see another one; `None` where all see the same.
    pub(crate) only: Option<Only>,
}

impl Table {
    /// Makes one.
    pub(crate) fn new(start: Start, locked: bool) -> Self {
        Self {
            start,
            locked,
            seen: Seen::default(),
            indices: BTreeMap::new(),
            choice: None,
            arrivals: Vec::new(),
            met: 0,
            again: false,
            locals: BTreeSet::new(),
            here: 0,
            only: None,
        }
    }
}

impl Flow<'_, '_> {
    /// Runs a function that maps a table, or is handed a place in one.
    pub(crate) fn run_table(&mut self, body: &Lowered, line: u32) -> super::engine::Run {
        let locked = self.table.as_ref().is_some_and(|table| table.locked);
        let handed = match self.table.as_ref().map(|table| &table.start) {
            Some(Start::Parameter(number)) => body.parameters.get(*number),
            _ => None,
        };
        let start = |phase: Phase| {
            let parameters = body.parameters.iter();
            let mut names = Names::default();
            parameters.for_each(|(_, name)| names.insert(name, Worth::unknown()));
            if let Some((_, name)) = handed {
                let place = if phase == Phase::At {
                    Worth::Slot
                } else {
                    Worth::Elsewhere
                };
                names.insert(name, place);
            }
            State {
                names,
                slot: Worth::Plain(self.oracle.entry(self.atom)),
                fields: Fields::default(),
                table: Some(Spot::new(locked, phase)),
            }
        };
        let mut starts = vec![start(Phase::Before)];
        if handed.is_some() {
            starts.push(start(Phase::At));
        }
        self.run_from(body, line, starts)
    }

    /// How many sorts of paths are kept apart at a point.
    pub(super) fn phases(&self) -> usize {
        if self.table.is_some() { PHASES } else { 1 }
    }

    /// Takes a step as often as there are new places in it: with none of them the entry's, then with each.
    pub(super) fn each_choice(&mut self, state: State, go: &mut dyn FnMut(&mut Self, State)) {
        let Some(spot) = &state.table else {
            return go(self, state);
        };
        let before = spot.phase == Phase::Before;
        self.choose(None, &state);
        go(self, state.clone());
        for number in 0..CHOICES {
            let met = self.table.as_ref().map_or(0, |table| table.met);
            if !before || number >= met {
                break;
            }
            self.choose(Some(number), &state);
            go(self, state.clone());
        }
        self.choose(None, &state);
    }

    fn choose(&mut self, choice: Option<u32>, state: &State) {
        if let (Some(table), Some(spot)) = (&mut self.table, &state.table) {
            (table.choice, table.met, table.here) = (choice, 0, 0);
            table.again = spot.again;
        }
    }

    /// A function that is called chooses anew. Gives what is to be taken back when it has returned.
    pub(super) fn set_aside(&self) -> Option<(Option<u32>, u32, u32, bool)> {
        let table = self.table.as_ref()?;
        Some((table.choice, table.met, table.here, table.again))
    }

    /// Goes on where a function was called.
    pub(super) fn take_back(&mut self, aside: Option<(Option<u32>, u32, u32, bool)>) {
        if let (Some(table), Some(aside)) = (&mut self.table, aside) {
            (table.choice, table.met, table.here, table.again) = aside;
        }
    }

    /// What a called function returns with an entry that it came to itself is no matter of its caller's; what it went over is.
    pub(super) fn is_aside(&self, run: &mut super::engine::Run, state: &State) -> bool {
        let Some(spot) = &state.table else {
            return false;
        };
        let own = run.phase == Some(Phase::Before) && spot.phase != Phase::Before;
        if !own {
            run.table = Some(match &run.table {
                Some(known) => known.join(spot),
                None => spot.clone(),
            });
        }
        own
    }

    /// Is a call the one that the place comes from?
    fn is_start(&self, name: &str, line: u32) -> bool {
        match self.table.as_ref().map(|table| &table.start) {
            Some(Start::Call(own, at)) => self.stack.is_empty() && own == name && *at == line,
            _ => false,
        }
    }

    /// Reads what stands in the place. Where the entry may change, one reading need not see what another has seen.
    pub(super) fn load(&mut self, line: u32, state: &State) -> Worth {
        let collected = self.findings.is_some();
        let Some(table) = &mut self.table else {
            return state.slot.clone();
        };
        table.seen.touched = true;
        table.here += 1;
        let bare = state.table.as_ref().is_some_and(|spot| !spot.locked);
        let load = (self.file.clone(), line, table.here);
        let sees = match &table.only {
            None => true,
            Some(Only::Locked) => !bare,
            Some(Only::Load(own)) => bare && *own == load,
        };
        if collected && bare {
            table.seen.bare.insert(load.clone());
        }
        if collected {
            table.seen.loads.insert(load);
        }
        match sees {
            true => state.slot.clone(),
            false => Worth::unknown(),
        }
    }

    /// Is every use of an entry looked for, in functions of headers too, and nothing taken for granted?
    pub(super) fn is_strict(&self) -> bool {
        let caller = self.walker.sort == WalkerSort::Snapshot && !self.is_inside();
        self.table.is_some() || caller
    }

    /// Reads a condition. What bits of the entry decide that no table tells of may be either, but is not chance.
    pub(super) fn truth_of(&mut self, worth: &Worth, line: u32) -> Truth {
        match worth {
            Worth::Plain(Value::Derived(atom))
                if self.is_strict() || !self.inside && self.oracle.kind(*atom) != "present" =>
            {
                self.unfollowed(&format!("bits of the entry in line {line}"))
                    .truth()
            }
            _ => worth.truth(),
        }
    }

    /// Where a condition says that the entry is the same as one that is not followed, that one was looked at elsewhere.
    pub(super) fn same(&mut self, condition: &Expr, truth: Truth, state: &mut State) {
        if truth == Truth::Either || self.inside {
            return;
        }
        let (equal, sides): (Truth, Vec<&Expr>) = match &condition.node {
            Node::Unary(operator, inner) if operator == "!" => {
                return self.same(inner, truth.not(), state);
            }
            Node::Binary(operator, a, b) if matches!(operator.as_str(), "&&" | "||") => {
                if (operator == "&&") == (truth == Truth::Yes) {
                    self.same(a, truth, state);
                    self.same(b, truth, state);
                }
                return;
            }
            Node::Binary(operator, a, b) if operator == "==" => (truth, vec![a, b]),
            Node::Binary(operator, a, b) if operator == "!=" => (truth.not(), vec![a, b]),
            Node::Call(name, arguments) if compares_entries(name) => {
                (truth, arguments.iter().collect())
            }
            Node::Call(name, arguments) if self.oracle.is_wrapper(name) => {
                if let Some(inner) = arguments.first() {
                    self.same(inner, truth, state);
                }
                return;
            }
            _ => return,
        };
        if equal != Truth::Yes {
            return;
        }
        let findings = self.findings.take();
        let mut scratch = state.clone();
        let worths: Vec<Worth> = sides.iter().map(|e| self.eval(e, &mut scratch)).collect();
        self.findings = findings;
        let own = |worth: &Worth| matches!(worth, Worth::Plain(Value::Entry(_) | Value::Raw(_)));
        let strange =
            |worth: &Worth| matches!(worth, Worth::Plain(Value::Unknown | Value::Derived(_)));
        if worths.iter().any(own) && worths.iter().any(strange) {
            if own(&state.slot) {
                state.slot = Worth::Like;
            }
            state.names.replace(own, &Worth::Like);
            // The other is the same too.
            let others = sides
                .iter()
                .zip(&worths)
                .filter(|(_, worth)| strange(worth));
            for name in others.filter_map(|(side, _)| path(side)) {
                state.names.insert(&name, Worth::Like);
            }
        }
    }

    /// Is a step the one that the place comes from?
    pub(super) fn starts(&self, step: &Step) -> bool {
        let mut found = false;
        each_of(step, &mut |expr| {
            each(expr, &mut |expr| {
                if let Node::Call(name, _) = &expr.node {
                    found |= self.is_start(name, expr.line);
                }
            });
        });
        found
    }
}

/// Names a variable, or a field of one, however it is reached: `a->b`, `a.b`, `(*a).b`.
pub(crate) fn path(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Name(name) => Some(name.clone()),
        Node::Field(inner, field) => Some(format!("{}.{field}", path(inner)?)),
        Node::Unary(operator, inner) if operator == "&" || operator == "*" => path(inner),
        Node::Cast(_, inner) => path(inner),
        _ => None,
    }
}

/// Hands the expressions of a step to `see`.
pub(super) fn each_of(step: &Step, see: &mut dyn FnMut(&Expr)) {
    match step {
        Step::Effect(e)
        | Step::Test(e)
        | Step::Switch(e)
        | Step::Return(Some(e))
        | Step::Local(_, _, Some(e)) => see(e),
        _ => {}
    }
}
