//! In: a function, and what one of its entries is. Out: which of its conditions are asked of it, and what each answers.

use super::keys::{Classes, key, spell};
use crate::audit::explore::{Reader, split};
use crate::flow::{Step, is_silent, loads_entry};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::{Atom, Oracle, Truth, Value};
use std::collections::BTreeMap;

/// A condition that was asked of the entry.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The graph's point.
    pub(super) point: usize,
    /// Order among the conditions of that point.
    pub(super) order: usize,
    /// Its line.
    pub(super) line: u32,
    /// How it is spelled.
    pub(super) text: String,
    /// What it answers for each atom, asked of it alone; empty where it is a name that holds an earlier answer.
    pub(super) all: BTreeMap<Atom, Truth>,
    /// What it answered for each atom that got there.
    pub(super) answers: BTreeMap<Atom, Truth>,
}

/// Conditions by line and spelling.
pub(super) type Questions = BTreeMap<(u32, String), Asked>;

/// What is known at a point: what differs from the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State(BTreeMap<String, Value>);

/// Follows one class of names for one atom.
pub(super) struct Follow<'f, 'h> {
    /// Answers about kinds.
    pub(super) oracle: &'f mut Oracle<'h>,
    /// The function's names.
    pub(super) classes: &'f Classes,
    /// The class that is followed.
    pub(super) root: &'f str,
    /// What the entry is.
    pub(super) atom: Atom,
    /// Conditions asked, over all atoms.
    pub(super) questions: &'f mut Questions,
    /// The point that is looked at.
    pub(super) point: usize,
    /// Are conditions noted?
    pub(super) notes: bool,
}

impl Reader for Follow<'_, '_> {
    type State = State;

    fn step(&mut self, step: &Step, state: &mut State) {
        match step {
            Step::Effect(expr) => drop(self.value(expr, state)),
            Step::Local(kind, name, value) => {
                let value = value
                    .as_ref()
                    .map_or(Value::Unknown, |v| self.value(v, state));
                let value = self.fresh(name, value);
                self.set(name, self.fitting(kind, value), state);
            }
            _ => {}
        }
    }

    fn leaf(&mut self, expr: &Expr, state: &mut State) -> Truth {
        let value = self.value(expr, state);
        let truth = value.truth();
        if self.notes && self.speaks(expr, state) {
            self.note(expr, truth);
        }
        truth
    }

    fn assume(&mut self, _: &Expr, _: bool, _: &mut State) {}

    fn case(&mut self, value: &Expr, label: &Expr, state: &mut State) -> Truth {
        let (own, named) = (self.value(value, state), self.value(label, state));
        let truth = self.oracle.binary("==", &own, &named).truth();
        if self.notes && self.speaks(value, state) {
            let equal = Expr {
                node: Node::Binary(
                    String::from("=="),
                    Box::new(value.clone()),
                    Box::new(label.clone()),
                ),
                line: label.line,
            };
            self.note(&equal, truth);
        }
        truth
    }

    fn join(&self, one: &State, other: &State) -> State {
        if one == other {
            return one.clone();
        }
        let mut out = BTreeMap::new();
        for name in one.0.keys().chain(other.0.keys()) {
            let (a, b) = (self.get(name, one), self.get(name, other));
            let value = if a == b { a } else { Value::Unknown };
            if value != Value::Unknown || self.in_class(name) {
                out.insert(name.clone(), value);
            }
        }
        State(out)
    }

    fn is_wrapper(&self, name: &str) -> bool {
        self.oracle.is_wrapper(name)
    }
}

impl Follow<'_, '_> {
    fn in_class(&self, key: &str) -> bool {
        self.classes.root(key) == self.root
    }

    /// Gives what a key is worth; a key of the class is the entry until something else is told.
    fn get(&self, key: &str, state: &State) -> Value {
        if let Some(value) = state.0.get(key) {
            return value.clone();
        }
        if !self.in_class(key) {
            return Value::Unknown;
        }
        let kind = self.classes.types.get(key).map_or("", String::as_str);
        self.fitting(kind, self.oracle.entry(self.atom))
    }

    /// An entry that a type does not hold is not there: nothing is known of what is.
    fn fitting(&self, kind: &str, value: Value) -> Value {
        match value {
            Value::Entry(atom) if !self.oracle.holds(kind, atom) => Value::Unknown,
            other => other,
        }
    }

    /// What a name of the class is given from somewhere unseen is an entry like any.
    fn fresh(&self, key: &str, value: Value) -> Value {
        match value {
            Value::Unknown | Value::Derived(_) if self.in_class(key) => {
                self.oracle.entry(self.atom)
            }
            other => other,
        }
    }

    fn set(&self, key: &str, value: Value, state: &mut State) {
        // Where a name is only counted up or told a number, its answer is no answer about the entry.
        let value = match value {
            Value::Number(_) if self.in_class(key) => Value::Unknown,
            other => other,
        };
        // Of a name outside the class nothing is known anyway.
        if value == Value::Unknown && !self.in_class(key) {
            state.0.remove(key);
        } else {
            state.0.insert(key.to_owned(), value);
        }
    }

    fn value(&mut self, expr: &Expr, state: &mut State) -> Value {
        if let Some(key) = key(expr) {
            let known = self.get(&key, state);
            if known != Value::Unknown || !matches!(expr.node, Node::Field(..) | Node::Name(_)) {
                return known;
            }
        }
        match &expr.node {
            Node::Name(name) => self.oracle.named(name),
            Node::Number(_) => self.oracle.constant(expr),
            Node::Call(name, arguments) => self.call(name, arguments, state),
            Node::Unary(operator, inner) if operator == "!" => {
                self.value(inner, state).truth().not().value()
            }
            Node::Unary(_, inner) => {
                let inner = self.value(inner, state);
                inner.atom().map_or(Value::Unknown, Value::Derived)
            }
            Node::Binary(operator, a, b) if operator == "&&" || operator == "||" => {
                let stop = if operator == "&&" {
                    Truth::No
                } else {
                    Truth::Yes
                };
                let (a, b) = (self.value(a, state).truth(), self.value(b, state).truth());
                if a == stop || b == stop {
                    stop.value()
                } else if a == stop.not() {
                    b.value()
                } else {
                    Value::Unknown
                }
            }
            Node::Binary(operator, a, b) => {
                let (a, b) = (self.value(a, state), self.value(b, state));
                self.oracle.binary(operator, &a, &b)
            }
            Node::Assign(operator, target, value) => self.assign(operator, target, value, state),
            Node::Field(inner, _) => match self.value(inner, state) {
                Value::Entry(atom) => Value::Raw(atom),
                other => other.atom().map_or(Value::Unknown, Value::Derived),
            },
            Node::Choice(condition, then, other) => {
                let then = then.as_deref().unwrap_or(condition);
                let (yes, no) = split(self, condition, state.clone());
                let (mut one, mut two) = (None, None);
                if let Some(mut state) = yes {
                    one = Some(self.value(then, &mut state));
                }
                if let Some(mut state) = no {
                    two = Some(self.value(other, &mut state));
                }
                match (one, two) {
                    (Some(a), Some(b)) if a != b => Value::Unknown,
                    (one, two) => one.or(two).unwrap_or(Value::Unknown),
                }
            }
            Node::Comma(a, b) => {
                self.value(a, state);
                self.value(b, state)
            }
            Node::Cast(_, inner) => self.value(inner, state),
            _ => Value::Unknown,
        }
    }

    fn call(&mut self, name: &str, arguments: &[Expr], state: &mut State) -> Value {
        if is_silent(name) {
            return Value::Unknown;
        }
        let values: Vec<Value> = arguments.iter().map(|a| self.value(a, state)).collect();
        if loads_entry(name) {
            let loaded = values
                .into_iter()
                .find(|value| matches!(value, Value::Entry(_)));
            return loaded.unwrap_or(Value::Unknown);
        }
        // A body that is handed the address of an entry may put another there.
        for argument in arguments {
            if let Node::Unary(operator, inner) = &argument.node
                && operator == "&"
                && let Some(key) = key(inner)
                && !self.in_class(&key)
            {
                state.0.remove(&key);
            }
        }
        // What is handed no entry tells nothing of one, unless it makes one.
        if values.iter().all(|value| value.atom().is_none()) && !self.oracle.gives_entry(name) {
            return Value::Unknown;
        }
        self.oracle.call(name, &values)
    }

    fn assign(&mut self, operator: &str, target: &Expr, value: &Expr, state: &mut State) -> Value {
        let told = self.value(value, state);
        let Some(key) = key(target) else {
            return told;
        };
        let told = match operator {
            "=" => self.fresh(&key, told),
            _ if self.in_class(&key) => return self.get(&key, state),
            _ => Value::Unknown,
        };
        let kind = self.classes.types.get(&key).cloned().unwrap_or_default();
        let told = self.fitting(&kind, told);
        // A number says nothing about entries, unless it is the answer of a question.
        let kept = match (&told, &value.node) {
            (Value::Number(_), Node::Number(_) | Node::Name(_)) => Value::Unknown,
            _ => told,
        };
        self.set(&key, kept.clone(), state);
        kept
    }

    /// Says whether an expression looks at the entry, or holds what was told of it.
    fn speaks(&self, expr: &Expr, state: &State) -> bool {
        if let Some(key) = key(expr) {
            return match state.0.get(&key) {
                Some(Value::Number(_)) => true,
                _ => self.in_class(&key) && self.get(&key, state) != Value::Unknown,
            };
        }
        match &expr.node {
            Node::Call(name, arguments) => {
                !is_silent(name) && arguments.iter().any(|a| self.speaks(a, state))
            }
            Node::Unary(_, a) | Node::Cast(_, a) | Node::Field(a, _) => self.speaks(a, state),
            Node::Binary(_, a, b) => self.speaks(a, state) || self.speaks(b, state),
            Node::Assign(_, _, value) => self.speaks(value, state),
            _ => false,
        }
    }

    fn note(&mut self, expr: &Expr, truth: Truth) {
        let id = (expr.line, spell(expr));
        if !self.questions.contains_key(&id) {
            let asked = Asked {
                point: self.point,
                order: self
                    .questions
                    .values()
                    .filter(|a| a.point == self.point)
                    .count(),
                line: expr.line,
                text: id.1.clone(),
                all: self.of_every_atom(expr),
                answers: BTreeMap::new(),
            };
            self.questions.insert(id.clone(), asked);
        }
        let atom = self.atom;
        if let Some(asked) = self.questions.get_mut(&id) {
            let answer = asked.answers.entry(atom).or_insert(truth);
            if *answer != truth {
                *answer = Truth::Either;
            }
        }
    }

    /// Asks a condition of every atom, with nothing else known.
    fn of_every_atom(&mut self, expr: &Expr) -> BTreeMap<Atom, Truth> {
        if matches!(expr.node, Node::Name(_)) {
            return BTreeMap::new();
        }
        let (own, noted) = (self.atom, std::mem::replace(&mut self.notes, false));
        let mut out = BTreeMap::new();
        for atom in self.oracle.atoms() {
            self.atom = atom;
            let mut state = State::default();
            if self.speaks(expr, &state) {
                out.insert(atom, self.value(expr, &mut state).truth());
            }
        }
        (self.atom, self.notes) = (own, noted);
        out
    }
}
