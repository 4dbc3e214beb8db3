//! In: an expression and what is known. Out: its worth, what it changes, and the uses in it.

use super::engine::{Finding, FindingKind, Flow, POINTER};
use super::state::{State, Worth};
use super::table::{LOCK, path};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::{Truth, Value};
use std::sync::Arc;

impl Flow<'_, '_> {
    /// Evaluates `expr`, in C's order and with its short circuits.
    pub(super) fn eval(&mut self, expr: &Expr, state: &mut State) -> Worth {
        match &expr.node {
            Node::Name(name) => self.name(name, state),
            Node::Number(_) => Worth::Plain(self.oracle.constant(expr)),
            Node::Call(name, arguments) => self.call(expr.line, name, arguments, state),
            Node::Unary(operator, inner) => self.unary(operator, inner, state),
            Node::Binary(operator, a, b) => self.binary(operator, a, b, state),
            Node::Assign(operator, target, value) => {
                let worth = self.eval(value, state);
                if let ("+=" | "-=", Some(name)) = (operator.as_str(), path(target))
                    && let Some(before) =
                        self.step_pointer((&name, operator == "-="), expr.line, state)
                {
                    return before;
                }
                let stepped = match &target.node {
                    Node::Name(name) if operator != "=" => Some(self.name(name, state)),
                    _ => None,
                };
                self.assign(operator, target, worth.clone(), state);
                match stepped {
                    // Neither before nor behind the step is it told what stands there.
                    Some(Worth::Slot | Worth::Blurred) => {
                        if let Node::Name(name) = &target.node {
                            state.names.insert(name, Worth::Blurred);
                        }
                        Worth::Blurred
                    }
                    _ if operator == "=" => worth,
                    _ => Worth::unknown(),
                }
            }
            Node::Field(inner, field) => self.field(inner, field, state),
            Node::Choice(condition, then, other) => {
                self.choice((condition, then.as_deref(), other), state)
            }
            Node::Comma(a, b) => {
                self.eval(a, state);
                self.eval(b, state)
            }
            Node::Cast(kind, inner) => match (&inner.node, self.oracle.is_entry(kind)) {
                // `(pte_t){ bits }`.
                (Node::Initialiser(fields), true) if fields.len() == 1 => {
                    let worth = self.eval(&fields[0].1, state);
                    self.typed(kind, worth)
                }
                _ => self.eval(inner, state),
            },
            Node::Initialiser(fields) => {
                for (_, value) in fields {
                    let worth = self.eval(value, state);
                    let cursor = worth == Worth::Cursor && self.table.is_none() && !self.inside;
                    if cursor && self.oracle.kind(self.atom) != "present" {
                        let what = String::from("a place that is looked at elsewhere");
                        self.note(FindingKind::Escape, value.line, what);
                    }
                    self.leave(&worth, value.line);
                }
                Worth::unknown()
            }
            Node::Block(list) => self.block(list, state),
            Node::Indirect(function, arguments) => {
                self.eval(function, state);
                let mut answer = Worth::unknown();
                for argument in arguments {
                    let worth = self.eval(argument, state);
                    if holds_entry(&worth) {
                        self.note(FindingKind::Escape, expr.line, String::from(POINTER));
                        answer = self.unfollowed(POINTER);
                    }
                }
                answer
            }
            Node::Inert => Worth::unknown(),
            Node::Opaque => {
                self.note(
                    FindingKind::Lost,
                    expr.line,
                    String::from("an expression is not understood"),
                );
                Worth::unknown()
            }
        }
    }

    /// `c ? a : b`; without an `a` it is worth `c`, which is evaluated once.
    fn choice(
        &mut self,
        (condition, then, other): (&Expr, Option<&Expr>, &Expr),
        state: &mut State,
    ) -> Worth {
        let own = self.eval(condition, state);
        let yes = |flow: &mut Self, state: &mut State| match then {
            Some(then) => flow.eval(then, state),
            None => own.clone(),
        };
        match self.truth_of(&own, condition.line) {
            Truth::Yes => {
                self.guard_rest(condition, other);
                yes(self, state)
            }
            Truth::No => {
                if let Some(then) = then {
                    self.guard_rest(condition, then);
                }
                self.eval(other, state)
            }
            Truth::Either => {
                let mut second = state.clone();
                let a = yes(self, state);
                let b = self.eval(other, &mut second);
                *state = state.join(&second, self.atom);
                a.join(&b, (self.atom, self.table.is_some()))
            }
        }
    }

    fn name(&self, name: &str, state: &State) -> Worth {
        match state.names.get(name) {
            // Whoever has its address may have written to it.
            Some(Worth::Plain(Value::Number(_) | Value::Constant(_)))
                if self.scope.addressed.contains(name) || self.scope.shadowed.contains(name) =>
            {
                Worth::unknown()
            }
            Some(worth) => worth.clone(),
            None if name == self.cursor => Worth::Cursor,
            None => Worth::Plain(self.oracle.named(name)),
        }
    }

    fn unary(&mut self, operator: &str, inner: &Expr, state: &mut State) -> Worth {
        if let ("&", Node::Binary(own, pointer, index)) = (operator, &inner.node)
            && own == "[]"
        {
            let (pointer, value) = (self.eval(pointer, state), self.eval(index, state));
            match (&pointer, &value) {
                _ if self.table.is_some() => {}
                (Worth::Slot, Worth::Plain(Value::Number(0))) => return Worth::Slot,
                (Worth::Slot | Worth::Blurred, _) => return Worth::Blurred,
                _ => {}
            }
            if let Some(place) = self.index((&pointer, &value), index, state) {
                return place;
            }
        }
        if operator == "-"
            && let Some(negative) = self.negative(inner, state)
        {
            return negative;
        }
        let worth = self.eval(inner, state);
        if matches!(operator, "~" | "-" | "+") {
            self.reckon(&worth, inner.line);
        }
        match (operator, &worth) {
            ("!", Worth::Asked(truth)) => Worth::Asked(truth.not()),
            ("!", Worth::Plain(Value::Derived(_))) if self.is_strict() => {
                Worth::Asked(self.truth_of(&worth, inner.line).not())
            }
            ("!", _) => Worth::Plain(worth.truth().not().value()),
            ("*", Worth::Slot) => self.load(inner.line, state),
            // The pointer's own address: whoever gets it may move it.
            ("&", Worth::Slot) => Worth::Blurred,
            ("&", Worth::Elsewhere) if self.table.is_some() => Worth::Blurred,
            ("&", Worth::Cursor) | ("*", Worth::Cursor) => Worth::Cursor,
            // What is reckoned from the entry, and has an address, is none of its copies.
            ("&", Worth::Plain(Value::Derived(_)))
                if self.is_strict() && !matches!(inner.node, Node::Name(_)) =>
            {
                worth
            }
            // The address of the entry's copy: whoever gets it may change it.
            ("&", Worth::Plain(value)) if value.atom().is_some() => Worth::Blurred,
            (_, Worth::Plain(value)) => {
                Worth::Plain(value.atom().map_or(Value::Unknown, Value::Derived))
            }
            ("&", Worth::Like) => Worth::Blurred,
            ("*", Worth::Blurred) => Worth::Plain(Value::Derived(self.atom)),
            _ => Worth::unknown(),
        }
    }

    fn field(&mut self, inner: &Expr, field: &str, state: &mut State) -> Worth {
        if self.table.is_some()
            && let Some(owner) = path(inner)
            && let Some(worth) = state.names.get(&format!("{owner}.{field}"))
        {
            return worth.clone();
        }
        match self.eval(inner, state) {
            Worth::Cursor if state.fields.contains_key(field) => state.fields[field].clone(),
            Worth::Cursor if field == "flags" => Worth::Flags,
            // A field of what stands in the place: `ptep->pte`.
            Worth::Slot => match self.load(inner.line, state) {
                Worth::Plain(Value::Entry(atom)) => Worth::Plain(Value::Raw(atom)),
                own => own,
            },
            Worth::Blurred => Worth::Plain(Value::Derived(self.atom)),
            Worth::Plain(value) => Worth::Plain(match value {
                Value::Entry(atom) => Value::Raw(atom),
                other => other.atom().map_or(Value::Unknown, Value::Derived),
            }),
            _ => Worth::unknown(),
        }
    }

    fn binary(&mut self, operator: &str, a: &Expr, b: &Expr, state: &mut State) -> Worth {
        if operator == "&&" || operator == "||" {
            let stop = if operator == "&&" {
                Truth::No
            } else {
                Truth::Yes
            };
            let worth = self.eval(a, state);
            let first = self.truth_of(&worth, a.line);
            if first == stop {
                self.guard_rest(a, b);
                return Worth::Plain(stop.value());
            }
            let mut right = state.clone();
            self.refine(a, stop.not(), &mut right);
            self.same(a, stop.not(), &mut right);
            let worth = self.eval(b, &mut right);
            let second = self.truth_of(&worth, b.line);
            *state = if first == Truth::Either {
                state.join(&right, self.atom)
            } else {
                right
            };
            let both = if second == stop || first == stop.not() {
                second
            } else {
                Truth::Either
            };
            return Worth::Plain(both.value());
        }
        let (left, right) = (self.eval(a, state), self.eval(b, state));
        if !matches!(operator, "==" | "!=" | "[]") {
            self.reckon(&left, a.line);
            self.reckon(&right, b.line);
        }
        if matches!(operator, "+" | "-" | "[]")
            && let Some(place) = self.index((&left, &right), b, state)
        {
            return self.at_index(operator, b.line, place, state);
        }
        match (operator, &left, &right) {
            ("&", Worth::Flags, Worth::Plain(Value::Constant(flag)))
            | ("&", Worth::Plain(Value::Constant(flag)), Worth::Flags) => {
                Worth::Plain(self.flags.has(flag).value())
            }
            // A pointer to an index of its table is another entry.
            ("[]", Worth::Slot, Worth::Plain(Value::Number(0))) => self.load(a.line, state),
            ("+" | "-", Worth::Slot, Worth::Plain(Value::Number(0))) => Worth::Slot,
            ("+" | "-", Worth::Slot, _) => Worth::Blurred,
            ("[]", Worth::Slot | Worth::Blurred, _) => Worth::Plain(Value::Derived(self.atom)),
            ("+" | "-" | "&" | "|" | "^", Worth::Slot | Worth::Blurred, _)
            | ("+" | "-" | "&" | "|" | "^", _, Worth::Slot | Worth::Blurred) => Worth::Blurred,
            ("==" | "!=", Worth::Slot, Worth::Plain(Value::Number(0))) => {
                Worth::Plain(Value::bool(operator == "!="))
            }
            // An answer that is compared is another answer; only what it is when it is none is certain.
            ("==", Worth::Asked(truth), Worth::Plain(Value::Number(0)))
            | ("==", Worth::Plain(Value::Number(0)), Worth::Asked(truth)) => {
                Worth::Asked(truth.not())
            }
            (_, Worth::Asked(truth), _) | (_, _, Worth::Asked(truth)) => Worth::Asked(*truth),
            _ => Worth::Plain(self.oracle.binary(operator, &left.value(), &right.value())),
        }
    }

    fn assign(&mut self, operator: &str, target: &Expr, worth: Worth, state: &mut State) {
        let owner = match &target.node {
            Node::Field(inner, _) => Some(self.eval(inner, state)),
            _ => None,
        };
        if let (true, Node::Field(_, field)) = (self.is_inside(), &target.node)
            && owner == Some(Worth::Cursor)
            && self.place(field, operator, &worth, state)
        {
            return;
        }
        let worth = if operator == "=" {
            worth
        } else {
            self.reckon(&worth, target.line);
            let before = self.eval(target, state);
            self.reckon(&before, target.line);
            Worth::unknown()
        };
        if self.store(target, &worth, state).is_some() {
            return;
        }
        match &target.node {
            Node::Name(name) if self.is_own(name, state) => {
                let worth = self.place_of(name, worth, state);
                state.names.insert(name, worth);
            }
            // No local: whoever is called may look at it, and write to it.
            Node::Name(_) => self.leave(&worth, target.line),
            Node::Unary(star, inner) if star == "*" => match self.eval(inner, state) {
                Worth::Slot => state.slot = worth,
                Worth::Blurred => state.slot = Worth::Plain(Value::Derived(self.atom)),
                Worth::Elsewhere => {}
                _ => self.leave(&worth, target.line),
            },
            Node::Binary(index, inner, _) if index == "[]" => {
                match self.eval(inner, state) {
                    Worth::Slot | Worth::Blurred | Worth::Elsewhere => {}
                    _ => self.leave(&worth, target.line),
                }
                self.eval(target, state);
            }
            Node::Field(_, field) => {
                let cursor = owner == Some(Worth::Cursor);
                if cursor && *field == self.level && worth != Worth::Slot {
                    state.slot = Worth::Plain(Value::Derived(self.atom));
                } else if !cursor && holds_entry(&worth) {
                    self.note(
                        FindingKind::Escape,
                        target.line,
                        format!("the field {field}"),
                    );
                }
            }
            _ => {
                self.eval(target, state);
            }
        }
    }

    /// Is a name a local or a parameter?
    fn is_own(&self, name: &str, state: &State) -> bool {
        self.table.is_some() || self.inside || state.names.contains(name)
    }

    /// Narrows `state` by what a condition says of names.
    pub(super) fn refine(&self, condition: &Expr, truth: Truth, state: &mut State) {
        match (&condition.node, truth) {
            (Node::Name(name), Truth::No) if self.is_lock(name, state) => {
                state.lock(false);
            }
            (Node::Name(name), Truth::Yes | Truth::No) if self.is_plain(name, state) => {
                state.names.insert(name, Worth::Plain(truth.value()));
            }
            (Node::Field(inner, field), Truth::Yes | Truth::No)
                if state.fields.get(field.as_str()) == Some(&Worth::unknown())
                    && matches!(&inner.node, Node::Name(name) if self.name(name, state) == Worth::Cursor) =>
            {
                if let Some(worth) = Arc::make_mut(&mut state.fields).get_mut(field.as_str()) {
                    *worth = Worth::Plain(truth.value());
                }
            }
            (Node::Unary(operator, inner), _) if operator == "!" => {
                self.refine(inner, truth.not(), state);
            }
            (Node::Binary(operator, a, b), Truth::Yes) if operator == "&&" => {
                self.refine(a, truth, state);
                self.refine(b, truth, state);
            }
            (Node::Binary(operator, a, b), Truth::No) if operator == "||" => {
                self.refine(a, truth, state);
                self.refine(b, truth, state);
            }
            (Node::Call(name, arguments), _) if self.oracle.is_wrapper(name) => {
                if let Some(inner) = arguments.first() {
                    self.refine(inner, truth, state);
                }
            }
            _ => {}
        }
    }

    fn is_lock(&self, name: &str, state: &State) -> bool {
        matches!(state.names.get(name), Some(Worth::Plain(Value::Constant(own))) if own == LOCK)
    }

    fn is_plain(&self, name: &str, state: &State) -> bool {
        matches!(state.names.get(name), Some(Worth::Plain(Value::Unknown)))
    }

    /// Notes a finding, where findings are collected now.
    pub(super) fn note(&mut self, kind: FindingKind, line: u32, what: String) {
        let again = self.table.as_ref().is_some_and(|table| table.again);
        let (kind, what) = match kind {
            FindingKind::Wrong if again => (
                FindingKind::Lost,
                format!("whether {what} comes to an entry that an earlier pass has turned away"),
            ),
            _ => (kind, what),
        };
        if let Some(findings) = &mut self.findings {
            let finding = Finding {
                kind,
                file: self.file.to_owned(),
                line,
                what,
                path: Vec::new(),
            };
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
}

/// Says whether a worth is, points to or leads to the entry.
pub(super) fn holds_entry(worth: &Worth) -> bool {
    match worth {
        Worth::Plain(value) => matches!(value, Value::Entry(_) | Value::Raw(_)),
        Worth::Slot | Worth::Cursor | Worth::Blurred | Worth::Like => true,
        Worth::Flags | Worth::Asked(_) | Worth::Elsewhere => false,
    }
}
