//! In: a condition that an entry's kind decides. Out: what it keeps the entry from: the guard of a use.

use super::engine::Flow;
use super::graph::{Edge, Graph, Step};
use super::tables::{is_silent, kind_use};
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use crate::vocabulary::Truth;
use std::collections::BTreeSet;

/// A condition that keeps an entry of one kind from something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Guard {
    /// Its file.
    pub(crate) file: String,
    /// Line, from 1.
    pub(crate) line: u32,
    /// What it asks: the functions that it calls, else the names that it reads.
    pub(crate) by: String,
    /// Does a use that is wrong for the kind stand where it does not let it go? Else only other calls stand there.
    pub(crate) direct: bool,
}

/// What stands where an entry does not get.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Beyond {
    Nothing,
    Calls,
    WrongUse,
}

impl Flow<'_, '_> {
    /// Notes the conditions of a point that decide where the entry goes, while findings are collected.
    pub(super) fn guard_point(&mut self, graph: &Graph, at: usize, condition: &Expr, truth: Truth) {
        if truth == Truth::Either || self.findings.is_none() || self.walks(condition).is_some() {
            return;
        }
        let closed = |edge: &Edge| match edge {
            Edge::Yes => truth == Truth::No,
            Edge::No => truth == Truth::Yes,
            _ => false,
        };
        let ways = graph.points[at].next.iter();
        let ways = ways.filter(|(edge, _)| closed(edge));
        let beyond = ways.map(|(_, to)| self.beyond(graph, *to)).max();
        self.guard(condition, beyond.unwrap_or(Beyond::Nothing));
    }

    /// Notes a switch that decides where the entry goes; `taken` are the points that it may go to.
    pub(super) fn guard_switch(
        &mut self,
        graph: &Graph,
        at: usize,
        value: &Expr,
        taken: &BTreeSet<usize>,
    ) {
        if self.findings.is_some() {
            let ways = graph.points[at].next.iter();
            let closed = ways.filter(|(_, to)| !taken.contains(to));
            let beyond = closed.map(|(_, to)| self.beyond(graph, *to)).max();
            self.guard(value, beyond.unwrap_or(Beyond::Nothing));
        }
    }

    /// Notes a condition that decides that `spared` is not evaluated.
    pub(super) fn guard_rest(&mut self, condition: &Expr, spared: &Expr) {
        if self.findings.is_some() {
            let beyond = self.within(spared);
            if beyond == Beyond::WrongUse {
                self.guard(condition, beyond);
            }
        }
    }

    fn guard(&mut self, condition: &Expr, beyond: Beyond) {
        if beyond == Beyond::Nothing {
            return;
        }
        let (mut calls, mut names) = (Vec::new(), Vec::new());
        each(condition, &mut |expr| match &expr.node {
            Node::Call(name, _) if !self.oracle.is_wrapper(name) && !is_silent(name) => {
                calls.push(name.clone());
            }
            Node::Name(name) => names.push(name.clone()),
            _ => {}
        });
        let mut by = if calls.is_empty() { names } else { calls };
        by.dedup();
        let guard = Guard {
            file: self.file.clone(),
            line: condition.line,
            by: by.join(", "),
            direct: beyond == Beyond::WrongUse,
        };
        if !guard.by.is_empty() && !self.guards.contains(&guard) {
            self.guards.push(guard);
        }
    }

    /// Looks at all points that can be reached from one before the next walk.
    fn beyond(&mut self, graph: &Graph, start: usize) -> Beyond {
        let mut seen = vec![false; graph.points.len()];
        let (mut work, mut found) = (vec![start], Beyond::Nothing);
        self.spend(0, graph.points.len());
        while let Some(at) = work.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            let point = &graph.points[at];
            let own = match &point.step {
                Step::Test(expr) if self.walks(expr).is_some() => continue,
                Step::Effect(e) | Step::Test(e) | Step::Switch(e) | Step::Return(Some(e)) => {
                    self.within(e)
                }
                Step::Local(_, _, Some(e)) => self.within(e),
                _ => Beyond::Nothing,
            };
            found = found.max(own);
            if found == Beyond::WrongUse {
                break;
            }
            work.extend(point.next.iter().map(|(_, to)| *to));
        }
        found
    }

    fn within(&self, expr: &Expr) -> Beyond {
        let kind = self.oracle.kind(self.atom);
        let mut found = Beyond::Nothing;
        each(expr, &mut |expr| {
            let own = match &expr.node {
                Node::Call(name, _) if is_silent(name) => Beyond::Nothing,
                Node::Call(name, _) => match kind_use(name) {
                    Some(known) if !known.is_right_for(kind) => Beyond::WrongUse,
                    _ => Beyond::Calls,
                },
                _ => Beyond::Nothing,
            };
            found = found.max(own);
        });
        found
    }
}

/// Hands an expression and all in it to `see`.
pub(super) fn each(expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    match &expr.node {
        Node::Call(_, list) => list.iter().for_each(|e| each(e, see)),
        Node::Indirect(f, list) => {
            each(f, see);
            list.iter().for_each(|e| each(e, see));
        }
        Node::Unary(_, a) | Node::Field(a, _) | Node::Cast(_, a) => each(a, see),
        Node::Binary(_, a, b) | Node::Assign(_, a, b) | Node::Comma(a, b) => {
            each(a, see);
            each(b, see);
        }
        Node::Choice(a, b, c) => {
            each(a, see);
            b.iter().for_each(|e| each(e, see));
            each(c, see);
        }
        Node::Block(list) => list
            .iter()
            .for_each(|statement| in_statement(statement, see)),
        Node::Initialiser(fields) => fields.iter().for_each(|(_, e)| each(e, see)),
        Node::Name(_) | Node::Number(_) | Node::Inert | Node::Opaque => {}
    }
}

fn in_statement(statement: &Stmt, see: &mut dyn FnMut(&Expr)) {
    if let Form::Do(e) | Form::Local(_, _, Some(e)) = &statement.node {
        each(e, see);
    }
}
