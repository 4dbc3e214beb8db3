//! In: a function of the headers and what its arguments are. Out: all that it may return.
//!
//! Three-valued: a condition that bits alone decide takes both ways, and both arms of `#if` are taken.

use super::answers::{Answered, Answers};
use super::definition::{Definition, entry_domain};
use super::gather::Headers;
use super::kinds::NONE;
use super::tables;
use super::value::{Scope, Truth, Value, join};
use super::words::{global, is_level, number};
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// How many combinations of values are followed before they become one unknown.
const ROWS: usize = 8;

/// How deep calls are followed.
const DEPTH: usize = 16;

/// Evaluates calls over the headers' definitions.
pub(super) struct Interpreter<'h> {
    pub(super) headers: &'h Headers,
    extra: &'h BTreeMap<String, Definition>,
    presence: HashMap<&'static str, &'static str>,
    wrappers: Vec<&'static str>,
    known: Arc<Answered>,
    /// What hangs on calls that are being followed: believed until all of them are answered, so that no answer hangs on
    /// what was asked before.
    passing: HashMap<(String, Vec<Value>), Answers>,
    stack: Vec<String>,
    /// How often a call was not followed for what was being followed already.
    cuts: usize,
}

/// Where a statement list ends.
#[derive(Default)]
struct Run {
    /// Did a condition that cannot be told decide whether to return?
    forked: bool,
    returns: Answers,
    /// The scope behind it, where control gets there.
    falls: Option<Scope>,
    /// The scope of a `break`, where one is reached.
    breaks: Option<Scope>,
    /// Was something met that is not understood?
    lost: bool,
}

impl<'h> Interpreter<'h> {
    /// Makes one over `headers`, with bodies found elsewhere in `extra`.
    pub(super) fn new(headers: &'h Headers, extra: &'h BTreeMap<String, Definition>) -> Self {
        // What headers say by themselves is asked by many.
        let known = match extra.is_empty() {
            true => Arc::clone(&headers.answered),
            false => Arc::default(),
        };
        Self::sharing(headers, extra, known)
    }

    /// Makes one that shares what it finds with others over the same definitions.
    pub(super) fn sharing(
        headers: &'h Headers,
        extra: &'h BTreeMap<String, Definition>,
        known: Arc<Answered>,
    ) -> Self {
        Self {
            headers,
            extra,
            presence: super::tables::presence().into_iter().collect(),
            wrappers: super::tables::wrappers(),
            known,
            passing: HashMap::new(),
            stack: Vec::new(),
            cuts: 0,
        }
    }

    /// Makes another that shares what it finds.
    pub(super) fn twin(&self) -> Self {
        Self::sharing(self.headers, self.extra, Arc::clone(&self.known))
    }

    /// Evaluates one definition with `arguments`.
    pub(super) fn run(&mut self, definition: &Definition, arguments: &[Value]) -> Answers {
        let Some(lowered) = definition.lowered() else {
            return unknown();
        };
        let mut scope = Scope::new();
        for (i, (_, name)) in lowered.parameters.iter().enumerate() {
            scope.insert(
                name.clone(),
                arguments.get(i).cloned().unwrap_or(Value::Unknown),
            );
        }
        let run = self.statements(&lowered.body, scope);
        let mut answers = run.returns;
        if run.lost || answers.is_empty() || answers.len() > 12 || (run.forked && answers.len() > 1)
        {
            answers.insert(Value::Unknown);
        }
        answers
    }

    /// Evaluates a call by name, over every definition that the headers have.
    pub(super) fn call(&mut self, name: &str, arguments: &[Value]) -> Answers {
        if self.wrappers.contains(&name) {
            return one(arguments.first().cloned().unwrap_or(Value::Unknown));
        }
        if let Some(kind) = self.presence.get(name) {
            let answer = match arguments.first() {
                Some(Value::Entry(atom)) => Value::bool(self.headers.kinds.kind(*atom) == *kind),
                _ => Value::Unknown,
            };
            return one(answer);
        }
        // Most calls are of functions that no header tells of: nothing is to be remembered of them.
        if !self.knows(name) && self.stack.len() < DEPTH {
            return one(derived(arguments));
        }
        let key = (name.to_owned(), arguments.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known;
        }
        if let Some(passing) = self.passing.get(&key) {
            self.cuts += 1;
            return passing.clone();
        }
        if self.stack.len() >= DEPTH || self.stack.iter().any(|open| open == name) {
            self.cuts += 1;
            return unknown();
        }
        let cuts = self.cuts;
        self.stack.push(name.to_owned());
        let (headers, extra) = (self.headers, self.extra);
        let definitions = headers
            .definitions
            .get(name)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let each: Vec<(bool, Answers)> = definitions
            .iter()
            .chain(extra.get(name))
            .map(|definition| {
                let own = self.run(definition, arguments);
                (
                    definition.reads_parameters(),
                    by_signature(definition, arguments, own),
                )
            })
            .collect();
        // What an architecture tests by bits of its own is another answer, not another way to write one.
        let of_architecture = |definition: &Definition| definition.file.starts_with("arch/");
        let apart = definitions.iter().any(of_architecture) && !tables::means_the_same(name);
        self.stack.pop();
        // A stub that reads nothing stands for a configuration without the kind, so it has nothing to
        // say of an entry that is of the kind.
        let read =
            each.iter().any(|(reads, _)| *reads) && arguments.iter().any(|v| v.atom().is_some());
        let each: Vec<_> = each
            .into_iter()
            .filter(|(reads, _)| *reads || !read)
            .collect();
        // Architectures write one idea in many ways; where one way can be read, those that are all bit
        // tricks say nothing against it.
        let told = each
            .iter()
            .any(|(reads, answers)| *reads && !answers.iter().any(is_opaque));
        let tests = |answers: &Answers| answers.iter().any(|v| matches!(v, Value::Number(_)));
        let apart = apart && each.iter().any(|(_, answers)| tests(answers));
        let mut answers: Answers = each
            .into_iter()
            .filter(|(_, answers)| !(told && !apart && answers.iter().all(is_opaque)))
            .flat_map(|(_, answers)| answers)
            .collect();
        // A stub says nothing of the body that it stands in for.
        let unseen = definitions.iter().any(|d| d.stub) && !extra.contains_key(name);
        if answers.is_empty() || unseen {
            answers.insert(derived(arguments));
        }
        if self.cuts == cuts {
            self.known.put(key, answers.clone());
        } else {
            self.passing.insert(key, answers.clone());
        }
        if self.stack.is_empty() {
            self.passing.clear();
        }
        answers
    }

    fn statements(&mut self, list: &[Stmt], scope: Scope) -> Run {
        let mut out = Run {
            falls: Some(scope),
            ..Run::default()
        };
        for (i, statement) in list.iter().enumerate() {
            let Some(mut scope) = out.falls.take() else {
                break;
            };
            if let Form::Local(kind, name, Some(value)) = &statement.node {
                // A local of several possible values: the rest of the list runs once for each.
                let answers = self.value(value, &mut scope);
                if (2..=ROWS).contains(&answers.len()) {
                    for answer in answers {
                        let mut scope = scope.clone();
                        scope.insert(name.clone(), as_type(kind, answer));
                        out = either(out, self.statements(&list[i + 1..], scope));
                    }
                    return out;
                }
            }
            let run = self.statement(statement, scope);
            out.returns.extend(run.returns);
            out.lost |= run.lost;
            out.forked |= run.forked;
            out.breaks = merge(out.breaks.take(), run.breaks);
            out.falls = run.falls;
        }
        out
    }

    fn statement(&mut self, statement: &Stmt, mut scope: Scope) -> Run {
        match &statement.node {
            Form::Empty | Form::Case(..) | Form::Label(_) => falls(scope),
            Form::Block(list) => self.statements(list, scope),
            Form::Do(expr) => {
                self.effect(expr, &mut scope);
                falls(scope)
            }
            Form::Local(kind, name, value) => {
                let value = value
                    .as_ref()
                    .map_or(Value::Unknown, |v| self.single(v, &mut scope));
                scope.insert(name.clone(), as_type(kind, value));
                falls(scope)
            }
            Form::Return(value) => {
                let returns = value
                    .as_ref()
                    .map_or_else(Answers::default, |v| self.value(v, &mut scope));
                Run {
                    returns,
                    ..Run::default()
                }
            }
            Form::If(condition, then, other) => {
                let truth = self.truth(condition, &mut scope);
                let mut out = Run::default();
                if truth != Truth::No {
                    out = self.statement(then, scope.clone());
                }
                if truth != Truth::Yes {
                    let run = match other {
                        Some(other) => self.statement(other, scope),
                        None => falls(scope),
                    };
                    out = either(out, run);
                }
                out.forked |= truth == Truth::Either && !out.returns.is_empty();
                out
            }
            Form::Arms(arms) => self.arms(arms, scope),
            Form::Switch(value, body) => self.switch(value, body, scope),
            Form::Break => Run {
                breaks: Some(scope),
                ..Run::default()
            },
            // `do { … } while (0)` is how macros hold statements.
            Form::DoWhile(body, condition) if matches!(&condition.node, Node::Number(n) if n == "0") =>
            {
                let mut run = self.statement(body, scope);
                run.falls = merge(run.falls.take(), run.breaks.take());
                run
            }
            _ => Run {
                lost: true,
                ..Run::default()
            },
        }
    }

    fn arms(&mut self, arms: &[(String, Vec<Stmt>)], scope: Scope) -> Run {
        let mut out = Run::default();
        for (_, body) in arms {
            out = either(out, self.statements(body, scope.clone()));
        }
        // Without `#else` there is an arm in which nothing stands.
        if arms
            .last()
            .is_some_and(|(condition, _)| !condition.is_empty())
        {
            out = either(out, falls(scope));
        }
        out
    }

    fn switch(&mut self, value: &Expr, body: &Stmt, mut scope: Scope) -> Run {
        let value = self.single(value, &mut scope);
        let mut flat = Vec::new();
        flatten(body, &mut flat);
        let mut starts = Vec::new();
        let (mut certain, mut default) = (false, None);
        for (i, statement) in flat.iter().enumerate() {
            match &statement.node {
                Form::Case(Some(label), None) if !certain => {
                    let label = self.single(label, &mut scope);
                    match self.compare("==", &value, &label) {
                        Truth::Yes => {
                            starts.push(i);
                            certain = true;
                        }
                        Truth::Either => starts.push(i),
                        Truth::No => {}
                    }
                }
                Form::Case(None, None) => default = Some(i),
                Form::Opaque => {
                    return Run {
                        lost: true,
                        ..Run::default()
                    };
                }
                _ => {}
            }
        }
        let mut out = Run::default();
        for start in starts {
            out = either(out, self.from(&flat[start..], scope.clone()));
        }
        if !certain {
            let run = match default {
                Some(start) => self.from(&flat[start..], scope),
                None => falls(scope),
            };
            out = either(out, run);
        }
        out
    }

    /// Runs a switch's statements from a label on, to its `break`.
    fn from(&mut self, list: &[Stmt], scope: Scope) -> Run {
        let mut run = self.statements(list, scope);
        run.falls = merge(run.falls.take(), run.breaks.take());
        run
    }

    /// Evaluates to one value: several become unknown, or derived from the one atom they speak of.
    fn single(&mut self, expr: &Expr, scope: &mut Scope) -> Value {
        let answers = self.value(expr, scope);
        let mut all = answers.iter();
        match (all.next(), all.next()) {
            (Some(only), None) => only.clone(),
            (Some(first), Some(_)) => match first.atom() {
                Some(atom) if answers.iter().all(|v| v.atom() == Some(atom)) => {
                    Value::Derived(atom)
                }
                _ => Value::Unknown,
            },
            (None, _) => Value::Unknown,
        }
    }

    fn truth(&mut self, expr: &Expr, scope: &mut Scope) -> Truth {
        let answers = self.value(expr, scope);
        let mut truths = answers.iter().map(Value::truth);
        let Some(first) = truths.next() else {
            return Truth::Either;
        };
        if truths.all(|t| t == first) {
            first
        } else {
            Truth::Either
        }
    }

    fn effect(&mut self, expr: &Expr, scope: &mut Scope) {
        drop(self.value(expr, scope));
    }

    fn value(&mut self, expr: &Expr, scope: &mut Scope) -> Answers {
        match &expr.node {
            Node::Name(name) => one(self.name(name, scope)),
            Node::Number(text) => one(number(text)),
            Node::Call(name, arguments) => {
                let mut rows = vec![Vec::new()];
                for argument in arguments {
                    let answers = self.value(argument, scope);
                    rows = product(rows, &answers);
                }
                rows.iter().flat_map(|row| self.call(name, row)).collect()
            }
            Node::Unary(operator, inner) if operator == "!" => self
                .value(inner, scope)
                .iter()
                .map(|v| v.truth().not().value())
                .collect(),
            Node::Unary(_, inner) => {
                let inner = self.single(inner, scope);
                one(inner.atom().map_or(Value::Unknown, Value::Derived))
            }
            Node::Binary(operator, a, b) => self.binary(operator, a, b, scope),
            Node::Assign(operator, target, value) => {
                let value = self.single(value, scope);
                self.assign(operator, target, &value, scope);
                one(value)
            }
            Node::Field(inner, field) => {
                let inner = self.single(inner, scope);
                one(match inner {
                    // The one field of every entry type.
                    Value::Entry(atom) if field == "val" || is_level(field) => Value::Raw(atom),
                    other => other.atom().map_or(Value::Unknown, Value::Derived),
                })
            }
            Node::Choice(condition, then, other) => {
                let truth = self.truth(condition, scope);
                let mut out = Answers::default();
                if truth != Truth::No {
                    out.extend(self.value(then.as_deref().unwrap_or(condition), scope));
                }
                if truth != Truth::Yes {
                    out.extend(self.value(other, scope));
                }
                out
            }
            Node::Comma(a, b) => {
                self.effect(a, scope);
                self.value(b, scope)
            }
            Node::Cast(kind, inner) => {
                let kind = kind.clone();
                self.value(inner, scope)
                    .into_iter()
                    .map(|v| as_type(&kind, v))
                    .collect()
            }
            Node::Block(list) => self.block_value(list, scope),
            Node::Initialiser(fields) => one(self.initialiser(fields, scope)),
            Node::Indirect(..) | Node::Inert | Node::Opaque => unknown(),
        }
    }

    /// `{ 0 }` is an empty entry; one made from an entry's bits is that entry.
    fn initialiser(&mut self, fields: &[(Option<String>, Expr)], scope: &mut Scope) -> Value {
        let [(_, only)] = fields else {
            return Value::Unknown;
        };
        match self.single(only, scope) {
            Value::Number(0) => Value::Entry(NONE),
            other => other.atom().map_or(Value::Unknown, Value::Entry),
        }
    }

    fn block_value(&mut self, list: &[Stmt], scope: &Scope) -> Answers {
        let Some((last, before)) = list.split_last() else {
            return unknown();
        };
        let run = self.statements(before, scope.clone());
        match (&last.node, run.falls) {
            (Form::Do(expr), Some(mut scope)) if !run.lost => self.value(expr, &mut scope),
            _ => unknown(),
        }
    }

    fn assign(&mut self, operator: &str, target: &Expr, value: &Value, scope: &mut Scope) {
        match &target.node {
            Node::Name(name) => {
                let old = scope.get(name).cloned();
                let value = match (operator, old, value) {
                    // An entry stays an entry when a helper hands it back with other flags.
                    ("=", Some(Value::Entry(_)), v) => {
                        v.atom().map_or(Value::Unknown, Value::Entry)
                    }
                    ("=", _, v) => v.clone(),
                    (_, Some(old), _) => old.atom().map_or(Value::Unknown, Value::Derived),
                    _ => Value::Unknown,
                };
                scope.insert(name.clone(), value);
            }
            Node::Field(inner, field) if field == "val" => {
                if let Node::Name(name) = &inner.node {
                    scope.insert(
                        name.clone(),
                        value.atom().map_or(Value::Unknown, Value::Entry),
                    );
                }
            }
            _ => {}
        }
    }

    fn name(&self, name: &str, scope: &Scope) -> Value {
        scope.get(name).cloned().unwrap_or_else(|| global(name))
    }

    /// Says whether a call can be evaluated.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.presence.contains_key(name)
            || self.headers.definitions.contains_key(name)
            || self.extra.contains_key(name)
    }

    /// Says whether a call is worth its first argument.
    pub(super) fn is_wrapper(&self, name: &str) -> bool {
        self.wrappers.contains(&name)
    }

    fn binary(&mut self, operator: &str, a: &Expr, b: &Expr, scope: &mut Scope) -> Answers {
        match operator {
            "&&" | "||" => {
                let stop = if operator == "&&" {
                    Truth::No
                } else {
                    Truth::Yes
                };
                let first = self.truth(a, scope);
                if first == stop {
                    return one(stop.value());
                }
                let second = self.truth(b, scope);
                let both = if second == stop || first == stop.not() {
                    second
                } else {
                    Truth::Either
                };
                one(both.value())
            }
            _ => {
                let (a, b) = (self.single(a, scope), self.single(b, scope));
                one(self.operate(operator, &a, &b))
            }
        }
    }
}

/// Extends every row of arguments by every answer; too many rows become one of unknowns.
fn product(rows: Vec<Vec<Value>>, answers: &Answers) -> Vec<Vec<Value>> {
    if rows.len() * answers.len() > ROWS || answers.is_empty() {
        let mut row = rows.into_iter().next().unwrap_or_default();
        row.push(Value::Unknown);
        return vec![row];
    }
    rows.iter()
        .flat_map(|row| {
            answers
                .iter()
                .map(|answer| row.iter().chain([answer]).cloned().collect())
        })
        .collect()
}

fn is_opaque(value: &Value) -> bool {
    matches!(value, Value::Unknown | Value::Derived(_))
}

/// What a declared type makes of a value: an entry type turns what comes from an entry into one.
fn as_type(kind: &str, value: Value) -> Value {
    let entry = kind
        .split_whitespace()
        .any(|word| entry_domain(word).is_some());
    match value.atom() {
        Some(atom) if entry => Value::Entry(atom),
        _ => value,
    }
}

/// Where a body says nothing, its signature may: what makes an entry of one entry keeps its kind.
fn by_signature(definition: &Definition, arguments: &[Value], answers: Answers) -> Answers {
    let makes_entry = definition
        .returns
        .split_whitespace()
        .any(|word| entry_domain(word).is_some());
    let made = derived(arguments).atom();
    answers
        .into_iter()
        .map(|answer| match (makes_entry, answer.atom(), &answer) {
            (true, Some(atom), _) => Value::Entry(atom),
            (true, None, Value::Unknown) => made.map_or(Value::Unknown, Value::Entry),
            (false, None, Value::Unknown) => derived(arguments),
            _ => answer,
        })
        .collect()
}

/// What is computed from `arguments`, as far as that can be told: derived from the one atom among them.
fn derived(arguments: &[Value]) -> Value {
    let mut atoms = arguments.iter().filter_map(Value::atom);
    match (atoms.next(), atoms.next()) {
        (Some(a), None) => Value::Derived(a),
        (Some(a), Some(b)) if a == b => Value::Derived(a),
        _ => Value::Unknown,
    }
}

fn one(value: Value) -> Answers {
    Answers::one(value)
}

fn unknown() -> Answers {
    one(Value::Unknown)
}

fn falls(scope: Scope) -> Run {
    Run {
        falls: Some(scope),
        ..Run::default()
    }
}

fn merge(a: Option<Scope>, b: Option<Scope>) -> Option<Scope> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, &b)),
        (a, b) => a.or(b),
    }
}

fn either(a: Run, b: Run) -> Run {
    let mut returns = a.returns;
    returns.extend(b.returns);
    Run {
        returns,
        falls: merge(a.falls, b.falls),
        breaks: merge(a.breaks, b.breaks),
        lost: a.lost || b.lost,
        forked: a.forked || b.forked,
    }
}

/// Lays a switch's statements in a row; the arms of `#if` stand one behind the other.
fn flatten(statement: &Stmt, out: &mut Vec<Stmt>) {
    match &statement.node {
        Form::Block(list) => list.iter().for_each(|s| flatten(s, out)),
        Form::Arms(arms) => arms
            .iter()
            .flat_map(|(_, list)| list)
            .for_each(|s| flatten(s, out)),
        _ => out.push(statement.clone()),
    }
}
