//! In: the body of a walker, or of a function that it asks, and one kind of entry. Out: where it may say yes.
//!
//! An entry counts as read where the table is locked: what was read before may be another by the time that the caller
//! looks. So no load without the lock narrows anything.

use super::asked::Answers;
use super::state::{Place, State, Worth};
use super::tables::sort_of;
use crate::audit::cursor::passed;
use crate::audit::explore::{Reached, Reader, explore, split};
use crate::flow::{FlagSet, Graph, Step, folio_test, loads_entry, lock};
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::vocabulary::{Atom, Oracle, Truth, Value, Walker};
use std::collections::{BTreeMap, BTreeSet};

/// One kind of entry of one level, and who answers.
pub(super) struct Case<'c> {
    /// The walker.
    pub(super) walker: &'c Walker,
    /// The level that is looked at: its number among the walker's fields.
    pub(super) level: usize,
    /// What the entry is.
    pub(super) atom: Atom,
    /// What is known of the cursor's flags.
    pub(super) flags: &'c FlagSet,
    /// The file of the body.
    pub(super) file: &'c str,
}

/// A place where a body may say yes.
pub(super) struct Exit {
    /// Its line.
    pub(super) line: u32,
    /// What is known there.
    pub(super) state: State,
    /// The conditions that decide the way there, and the place itself: lines.
    pub(super) way: Vec<u32>,
}

/// Lists where `body` may say yes of the case. `None` where the body is not understood.
pub(super) fn exits(
    case: &Case<'_>,
    oracle: &mut Oracle<'_>,
    answers: &Answers<'_>,
    (body, line, locked): (&Lowered, u32, bool),
) -> Option<Vec<Exit>> {
    if !body.errors.is_empty() {
        return None;
    }
    let graph = Graph::new(&body.body, line);
    let mut start = State {
        places: vec![Place::Either; case.walker.fields.len()],
        passed: BTreeSet::new(),
        sort: None,
        locked,
        names: BTreeMap::new(),
    };
    for (kind, name) in &body.parameters {
        if kind.contains(case.walker.cursor) {
            start.names.insert(name.clone(), Worth::Cursor);
        }
    }
    let mut reader = Body {
        case,
        oracle,
        answers,
    };
    let reached = explore(&graph, start, &mut reader)?;
    let mut out = Vec::new();
    for (at, state) in reached.states.iter().enumerate() {
        let Some(state) = state else { continue };
        match &graph.points[at].step {
            Step::Lost => return None,
            Step::Return(Some(value)) => {
                if let (Some(state), _) = split(&mut reader, value, state.clone()) {
                    out.push(Exit {
                        line: graph.points[at].line,
                        state,
                        way: way(&mut reader, &graph, &reached, at),
                    });
                }
            }
            _ => {}
        }
    }
    Some(out)
}

/// Gives the lines of the conditions that what is known decides, on the first way to a point.
fn way(
    reader: &mut Body<'_, '_, '_>,
    graph: &Graph,
    reached: &Reached<State>,
    at: usize,
) -> Vec<u32> {
    reached.lines(
        graph,
        at,
        &mut |point| match (&graph.points[point].step, &reached.states[point]) {
            (Step::Test(condition), Some(state)) => {
                let (yes, no) = split(reader, condition, state.clone());
                yes.is_some() != no.is_some()
            }
            (Step::Switch(_), _) => true,
            _ => false,
        },
    )
}

/// Reads a body's expressions.
struct Body<'b, 'c, 'h> {
    case: &'b Case<'c>,
    oracle: &'b mut Oracle<'h>,
    answers: &'b Answers<'b>,
}

impl Reader for Body<'_, '_, '_> {
    type State = State;

    fn step(&mut self, step: &Step, state: &mut State) {
        match step {
            Step::Effect(expr) => drop(self.worth(expr, state)),
            Step::Local(_, name, value) => {
                let worth = match value {
                    Some(value) => self.worth(value, state),
                    None => Worth::Value(Value::Unknown),
                };
                state.names.insert((*name).to_owned(), worth);
            }
            _ => {}
        }
    }

    fn leaf(&mut self, expr: &Expr, state: &mut State) -> Truth {
        match self.worth(expr, state) {
            Worth::Value(value) => value.truth(),
            Worth::Cursor => Truth::Yes,
            Worth::Slot(level) => state.places[level].truth(),
            Worth::Flags | Worth::Asked(_) => Truth::Either,
        }
    }

    fn assume(&mut self, expr: &Expr, answer: bool, state: &mut State) {
        match &expr.node {
            Node::Assign(_, target, value) => {
                self.assume(target, answer, state);
                self.assume(value, answer, state);
            }
            Node::Name(name) => match state.names.get(name).cloned() {
                Some(Worth::Asked(question)) if answer => drop(state.passed.insert(question)),
                Some(Worth::Slot(level)) => state.places[level] = Place::of(answer),
                _ => {}
            },
            Node::Field(inner, field) => {
                if let (Some(level), true) = (self.level(field), self.is_cursor(inner, state)) {
                    state.places[level] = Place::of(answer);
                }
            }
            Node::Call(name, arguments) => {
                if answer && arguments.iter().any(|a| self.is_cursor(a, state)) {
                    state.passed.insert((name.clone(), expr.line));
                }
                if let Some(sort) = sort_of(name) {
                    state.sort = answer.then_some(sort);
                }
            }
            Node::Binary(operator, a, b) if operator == "==" || operator == "!=" => {
                let none = |e: &Expr| matches!(&e.node, Node::Name(n) if n == "NULL");
                let other = if none(b) {
                    a
                } else if none(a) {
                    b
                } else {
                    return;
                };
                self.assume(other, answer == (operator == "!="), state);
            }
            _ => {}
        }
    }

    fn case(&mut self, value: &Expr, label: &Expr, state: &mut State) -> Truth {
        let (value, label) = (self.worth(value, state), self.worth(label, state));
        match (value, label) {
            (Worth::Value(value), Worth::Value(label)) => {
                self.oracle.binary("==", &value, &label).truth()
            }
            _ => Truth::Either,
        }
    }

    fn join(&self, one: &State, other: &State) -> State {
        one.join(other)
    }

    fn is_wrapper(&self, name: &str) -> bool {
        self.oracle.is_wrapper(name)
    }
}

impl Body<'_, '_, '_> {
    fn level(&self, field: &str) -> Option<usize> {
        self.case.walker.fields.iter().position(|own| *own == field)
    }

    fn is_cursor(&self, expr: &Expr, state: &State) -> bool {
        passed(expr).is_some_and(|name| state.names.get(name) == Some(&Worth::Cursor))
    }

    fn unknown(&self) -> Worth {
        Worth::Value(Value::Unknown)
    }

    fn worth(&mut self, expr: &Expr, state: &mut State) -> Worth {
        match &expr.node {
            // A local that was told of on one way only, or not at all, is none of the tree's constants.
            Node::Name(name) => match state.names.get(name) {
                Some(worth) => worth.clone(),
                None => Worth::Value(self.oracle.named(name)),
            },
            Node::Number(_) => Worth::Value(self.oracle.constant(expr)),
            Node::Cast(_, inner) => self.worth(inner, state),
            Node::Comma(a, b) => {
                self.worth(a, state);
                self.worth(b, state)
            }
            Node::Call(name, arguments) => self.call(expr.line, name, arguments, state),
            Node::Field(inner, field) => match self.worth(inner, state) {
                Worth::Cursor if field == "flags" => Worth::Flags,
                Worth::Cursor => self.level(field).map_or(self.unknown(), Worth::Slot),
                Worth::Value(Value::Entry(atom)) => Worth::Value(Value::Raw(atom)),
                _ => self.unknown(),
            },
            Node::Unary(operator, inner) if operator == "*" => match self.worth(inner, state) {
                Worth::Slot(level) => self.load(level, state),
                Worth::Cursor => Worth::Cursor,
                _ => self.unknown(),
            },
            Node::Unary(operator, inner) if operator == "&" => {
                if let Node::Name(name) = &inner.node
                    && state.names.get(name) != Some(&Worth::Cursor)
                {
                    state.names.remove(name);
                    return self.unknown();
                }
                match self.worth(inner, state) {
                    Worth::Cursor => Worth::Cursor,
                    // Whoever gets the address of the field may move the cursor.
                    Worth::Slot(level) => {
                        state.places[level] = Place::Either;
                        state.passed.clear();
                        self.unknown()
                    }
                    _ => self.unknown(),
                }
            }
            Node::Binary(operator, ..) if operator == "&&" || operator == "||" => {
                self.whole(expr, state)
            }
            Node::Unary(operator, _) if operator == "!" => self.whole(expr, state),
            Node::Binary(operator, a, b) => self.binary(operator, a, b, state),
            Node::Assign(operator, target, value) => self.assign(operator, target, value, state),
            Node::Choice(condition, then, other) => {
                let then = then.as_deref().unwrap_or(condition);
                self.choice(condition, then, other, state)
            }
            Node::Initialiser(fields) => {
                for (_, value) in fields {
                    self.worth(value, state);
                }
                self.unknown()
            }
            // What stands in a statement expression may do anything to the cursor.
            Node::Block(_) | Node::Indirect(..) | Node::Opaque => {
                self.lose(state, None);
                self.unknown()
            }
            Node::Unary(_, inner) => {
                self.worth(inner, state);
                self.unknown()
            }
            Node::Inert => self.unknown(),
        }
    }

    fn choice(&mut self, condition: &Expr, then: &Expr, other: &Expr, state: &mut State) -> Worth {
        let (yes, no) = split(self, condition, state.clone());
        let mut sides = Vec::new();
        let ways = [(yes, then), (no, other)];
        for (side, value) in ways {
            if let Some(mut side) = side {
                sides.push((self.worth(value, &mut side), side));
            }
        }
        let worth = match sides.as_slice() {
            [(one, _)] => one.clone(),
            [(one, _), (two, _)] if one == two => one.clone(),
            _ => self.unknown(),
        };
        let joined = sides.into_iter().map(|(_, side)| side);
        if let Some(after) = joined.reduce(|one, two| self.join(&one, &two)) {
            *state = after;
        }
        worth
    }

    /// Evaluates a whole condition that stands as a value.
    fn whole(&mut self, expr: &Expr, state: &mut State) -> Worth {
        let (yes, no) = split(self, expr, state.clone());
        let truth = match (&yes, &no) {
            (Some(_), None) => Truth::Yes,
            (None, Some(_)) => Truth::No,
            _ => Truth::Either,
        };
        if let Some(after) = [yes, no]
            .into_iter()
            .flatten()
            .reduce(|a, b| self.join(&a, &b))
        {
            *state = after;
        }
        Worth::Value(truth.value())
    }

    fn load(&self, level: usize, state: &State) -> Worth {
        if level == self.case.level && state.locked {
            Worth::Value(self.oracle.entry(self.case.atom))
        } else {
            self.unknown()
        }
    }

    fn binary(&mut self, operator: &str, a: &Expr, b: &Expr, state: &mut State) -> Worth {
        let (left, right) = (self.worth(a, state), self.worth(b, state));
        let flag = match (&left, &right) {
            (Worth::Flags, Worth::Value(Value::Constant(flag)))
            | (Worth::Value(Value::Constant(flag)), Worth::Flags) => Some(flag),
            _ => None,
        };
        match (operator, &left, &right, flag) {
            ("&", _, _, Some(flag)) => Worth::Value(self.case.flags.has(flag).value()),
            ("==" | "!=", Worth::Slot(level), Worth::Value(Value::Number(0)), _) => {
                let set = state.places[*level].truth();
                Worth::Value(if operator == "==" { set.not() } else { set }.value())
            }
            (_, Worth::Value(left), Worth::Value(right), _) => {
                Worth::Value(self.oracle.binary(operator, left, right))
            }
            _ => self.unknown(),
        }
    }

    fn assign(&mut self, operator: &str, target: &Expr, value: &Expr, state: &mut State) -> Worth {
        let worth = self.worth(value, state);
        let worth = if operator == "=" {
            worth
        } else {
            self.unknown()
        };
        match &target.node {
            Node::Name(name) => {
                state.names.insert(name.clone(), worth.clone());
            }
            Node::Field(inner, field) => {
                let level = self.level(field).filter(|_| self.is_cursor(inner, state));
                if let Some(level) = level {
                    // The cursor stands somewhere else: what was asked was asked of another entry.
                    state.passed.clear();
                    state.places[level] = match (&worth, operator) {
                        (Worth::Value(Value::Number(0)), "=") => Place::Null,
                        (_, "=") => Place::Either,
                        _ => state.places[level],
                    };
                }
            }
            _ => drop(self.worth(target, state)),
        }
        worth
    }

    fn call(&mut self, line: u32, name: &str, arguments: &[Expr], state: &mut State) -> Worth {
        let worths: Vec<Worth> = arguments.iter().map(|a| self.worth(a, state)).collect();
        if let Some(takes) = lock(name) {
            state.locked = takes;
            return self.unknown();
        }
        if loads_entry(name)
            && let Some(Worth::Slot(level)) = worths.iter().find(|w| matches!(w, Worth::Slot(_)))
        {
            return self.load(*level, state);
        }
        let kind = self.oracle.kind(self.case.atom);
        if let Some(answer) = folio_test(name, kind) {
            return Worth::Value(Value::bool(answer));
        }
        if worths.contains(&Worth::Cursor) {
            let does = self.answers.does(self.case, name);
            self.lose(state, does.as_ref());
            return Worth::Asked((name.to_owned(), line));
        }
        let values: Vec<Value> = worths
            .into_iter()
            .map(|worth| match worth {
                Worth::Value(value) => value,
                _ => Value::Unknown,
            })
            .collect();
        // What is no question about an entry is decided when the kernel is built, or while it runs.
        if values.iter().all(|value| value.atom().is_none()) {
            return self.unknown();
        }
        Worth::Value(self.oracle.call(name, &values))
    }

    /// Forgets what a function that is handed the cursor may change; `None` where that is not known.
    fn lose(&self, state: &mut State, does: Option<&super::asked::Does>) {
        let moves = |field: &str| does.is_none_or(|does| does.writes.contains(field));
        for (level, field) in self.case.walker.fields.iter().enumerate() {
            if moves(field) {
                state.places[level] = Place::Either;
                state.passed.clear();
            }
        }
        if does.is_none_or(|does| does.locks) {
            state.locked = false;
        }
    }
}
