//! In: a graph or an expression. Out: the names that it assigns.

use super::graph::{Graph, Step};
use crate::syntax::ast::{Expr, Form, Node};
use std::collections::BTreeSet;

/// Names that are assigned or declared on some path from a point on.
pub(super) fn assigned_from(graph: &Graph, start: usize) -> BTreeSet<String> {
    let mut seen = vec![false; graph.points.len()];
    let mut work = vec![start];
    let mut names = BTreeSet::new();
    while let Some(at) = work.pop() {
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let point = &graph.points[at];
        match &point.step {
            Step::Effect(e) | Step::Test(e) | Step::Switch(e) | Step::Return(Some(e)) => {
                targets(e, &mut names);
            }
            Step::Local(_, name, value) => {
                names.insert((*name).to_owned());
                value.iter().for_each(|v| targets(v, &mut names));
            }
            _ => {}
        }
        work.extend(point.next.iter().map(|(_, to)| *to));
    }
    names
}

/// Names that an expression assigns, or whose address it takes.
pub(super) fn targets(expr: &Expr, names: &mut BTreeSet<String>) {
    match &expr.node {
        Node::Assign(_, target, value) => {
            if let Node::Name(name) = &target.node {
                names.insert(name.clone());
            }
            targets(target, names);
            targets(value, names);
        }
        Node::Unary(operator, inner) => {
            if let (Node::Name(name), "&") = (&inner.node, operator.as_str()) {
                names.insert(name.clone());
            }
            targets(inner, names);
        }
        Node::Call(_, list) => list.iter().for_each(|e| targets(e, names)),
        Node::Indirect(f, list) => {
            targets(f, names);
            list.iter().for_each(|e| targets(e, names));
        }
        Node::Binary(_, a, b) | Node::Comma(a, b) => {
            targets(a, names);
            targets(b, names);
        }
        Node::Field(a, _) | Node::Cast(_, a) => targets(a, names),
        Node::Choice(a, b, c) => {
            targets(a, names);
            b.iter().for_each(|e| targets(e, names));
            targets(c, names);
        }
        Node::Block(list) => {
            for statement in list {
                if let Form::Do(e) | Form::Local(_, _, Some(e)) = &statement.node {
                    targets(e, names);
                }
            }
        }
        _ => {}
    }
}

/// Names whose address an expression takes.
pub(super) fn addressed(expr: &Expr, names: &mut BTreeSet<String>) {
    let mut each = |inner: &Expr| addressed(inner, names);
    match &expr.node {
        Node::Unary(operator, inner) => {
            each(inner);
            if let (Node::Name(name), "&") = (&inner.node, operator.as_str()) {
                names.insert(name.clone());
            }
        }
        Node::Call(_, list) => list.iter().for_each(each),
        Node::Indirect(function, list) => {
            each(function);
            list.iter().for_each(each);
        }
        Node::Assign(_, a, b) | Node::Binary(_, a, b) | Node::Comma(a, b) => {
            each(a);
            each(b);
        }
        Node::Field(inner, _) | Node::Cast(_, inner) => each(inner),
        Node::Choice(condition, then, other) => {
            each(condition);
            then.iter().for_each(|then| each(then));
            each(other);
        }
        Node::Initialiser(fields) => fields.iter().for_each(|(_, value)| each(value)),
        Node::Block(list) => {
            for statement in list {
                if let Form::Do(e) | Form::Local(_, _, Some(e)) = &statement.node {
                    each(e);
                }
            }
        }
        _ => {}
    }
}
