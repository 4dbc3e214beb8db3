//! In: a function's graph. Out: what is known of its names whatever the path.

use super::graph::{Graph, Step};
use super::targets::{addressed, assigned_from};
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of a function's names.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// Names whose address is taken: others may write to them.
    pub(super) addressed: BTreeSet<String>,
    /// Names that are assigned or declared, where a caller of a walker is followed.
    pub(super) assigned: Arc<BTreeSet<String>>,
    /// Cursors but the one that is followed.
    pub(super) others: BTreeSet<String>,
    /// Names that an inner block declares once more: two things have one name.
    pub(super) shadowed: BTreeSet<String>,
    /// Names from which the folio comes that is walked, where the function says so: its own, and what it was made of.
    pub(super) walked: BTreeSet<String>,
}

impl Scope {
    /// Looks at a function whose cursor has a name, perhaps by a macro that declares such; `walks` says whether it may walk.
    pub(super) fn new(
        graph: &Graph,
        (cursor, maker): (&str, &str),
        (kind, walks): (&str, bool),
    ) -> Self {
        let mut scope = Self::default();
        if walks {
            scope.assigned = Arc::new(assigned_from(graph, 0));
        }
        for point in &graph.points {
            match &point.step {
                Step::Effect(e) | Step::Test(e) | Step::Switch(e) | Step::Return(Some(e)) => {
                    addressed(e, &mut scope.addressed);
                    scope.declared(e, (cursor, maker));
                }
                Step::Local(own, name, value) => {
                    if own.contains(kind) && !own.contains('*') && *name != cursor {
                        scope.others.insert((*name).to_owned());
                    }
                    value
                        .iter()
                        .for_each(|value| addressed(value, &mut scope.addressed));
                }
                _ => {}
            }
        }
        if walks {
            scope.walked = walked(graph, (cursor, maker));
        }
        scope
    }

    /// Does an expression speak of the folio that is walked, as far as that is told?
    pub(super) fn is_walked(&self, expr: &Expr) -> bool {
        self.walked.is_empty() || names(expr).iter().any(|name| self.walked.contains(*name))
    }

    /// A macro that declares a cursor looks like a call with the cursor's name in front.
    fn declared(&mut self, expr: &Expr, (cursor, maker): (&str, &str)) {
        if let Node::Call(name, arguments) = &expr.node
            && name == maker
            && let Some(Expr {
                node: Node::Name(own),
                ..
            }) = arguments.first()
            && own != cursor
        {
            self.others.insert(own.clone());
        }
    }
}

/// Finds what a cursor is made of and filled with, and what comes of that: folios and pages.
fn walked(graph: &Graph, (cursor, maker): (&str, &str)) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    // What is assigned to what, where that may be a folio or a page.
    let mut made: Vec<(&str, &Expr)> = Vec::new();
    for point in &graph.points {
        let expr = match &point.step {
            Step::Effect(e) | Step::Test(e) | Step::Switch(e) | Step::Return(Some(e)) => e,
            Step::Local(_, name, Some(value)) if *name == cursor => {
                found.extend(names(value).into_iter().map(str::to_owned));
                continue;
            }
            Step::Local(kind, name, Some(value)) => {
                if kind.contains("folio") || kind.contains("page") {
                    made.push((name, value));
                }
                value
            }
            _ => continue,
        };
        match &expr.node {
            Node::Call(name, arguments) if name == maker => {
                let own = arguments.first().and_then(super::table::path);
                if own.as_deref() == Some(cursor) {
                    let all = arguments.iter().skip(1).flat_map(names);
                    found.extend(all.map(str::to_owned));
                }
            }
            Node::Assign(operator, target, value) if operator == "=" => match &target.node {
                Node::Field(inner, _) if names(inner).contains(&cursor) => {
                    found.extend(names(value).into_iter().map(str::to_owned));
                }
                Node::Name(name) => made.push((name, value)),
                _ => {}
            },
            _ => {}
        }
    }
    loop {
        let before = found.len();
        for (name, value) in &made {
            if names(value).iter().any(|own| found.contains(*own)) {
                found.insert((*name).to_owned());
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Lists the names in an expression.
fn names(expr: &Expr) -> Vec<&str> {
    let mut out = Vec::new();
    let mut open = vec![expr];
    while let Some(expr) = open.pop() {
        match &expr.node {
            Node::Name(name) => out.push(name.as_str()),
            Node::Call(_, list) => open.extend(list),
            Node::Indirect(function, list) => {
                open.push(function);
                open.extend(list);
            }
            Node::Unary(_, a) | Node::Cast(_, a) | Node::Field(a, _) => open.push(a),
            Node::Assign(_, a, b) | Node::Binary(_, a, b) | Node::Comma(a, b) => {
                open.extend([&**a, &**b]);
            }
            Node::Choice(a, b, c) => {
                open.extend([&**a, &**c]);
                open.extend(b.as_deref());
            }
            Node::Initialiser(fields) => open.extend(fields.iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    out
}

/// Lists names that a block declares while one around it has them, too.
pub(super) fn shadowed(parameters: &[(String, String)], list: &[Stmt]) -> BTreeSet<String> {
    fn within<'s>(list: &'s [Stmt], known: &mut Vec<&'s str>, out: &mut BTreeSet<String>) {
        let outer = known.len();
        for statement in list {
            one(statement, outer, known, out);
        }
        known.truncate(outer);
    }
    fn alone<'s>(statement: &'s Stmt, known: &mut Vec<&'s str>, out: &mut BTreeSet<String>) {
        within(std::slice::from_ref(statement), known, out);
    }
    fn one<'s>(
        statement: &'s Stmt,
        outer: usize,
        known: &mut Vec<&'s str>,
        out: &mut BTreeSet<String>,
    ) {
        match &statement.node {
            Form::Local(_, name, _) => {
                if known[..outer].contains(&name.as_str()) {
                    out.insert(name.clone());
                }
                known.push(name);
            }
            Form::Block(list) => within(list, known, out),
            // An arm declares for what follows it.
            Form::Arms(arms) => {
                for statement in arms.iter().flat_map(|(_, list)| list) {
                    one(statement, outer, known, out);
                }
            }
            Form::If(_, then, other) => {
                alone(then, known, out);
                other.iter().for_each(|other| alone(other, known, out));
            }
            Form::While(_, body) | Form::DoWhile(body, _) | Form::Switch(_, body) => {
                alone(body, known, out);
            }
            Form::For(start, _, _, body) => {
                let outer = known.len();
                start.iter().for_each(|start| one(start, outer, known, out));
                alone(body, known, out);
                known.truncate(outer);
            }
            _ => {}
        }
    }
    let mut known: Vec<&str> = parameters.iter().map(|(_, name)| name.as_str()).collect();
    let mut out = BTreeSet::new();
    within(list, &mut known, &mut out);
    out
}
