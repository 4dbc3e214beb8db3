//! In: a condition, a walk or a switch, and what is known before it. Out: what is known on each way that leaves it.

use super::engine::Flow;
use super::graph::{Edge, Graph};
use super::state::{State, Worth};
use super::table::path;
use super::targets::assigned_from;
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::{Truth, Value};
use std::collections::BTreeSet;

impl Flow<'_, '_> {
    pub(super) fn test(
        &mut self,
        graph: &Graph,
        at: usize,
        expr: &Expr,
        mut state: State,
    ) -> Vec<(usize, State)> {
        let walked = self.walks(expr);
        let truth = if walked.is_some() {
            Truth::Either
        } else {
            let worth = self.eval(expr, &mut state);
            self.truth_of(&worth, expr.line)
        };
        let mut out = Vec::new();
        for (edge, to) in &graph.points[at].next {
            let (taken, said) = match edge {
                Edge::Yes => (truth != Truth::No, Truth::Yes),
                Edge::No => (truth != Truth::Yes, Truth::No),
                _ => (true, Truth::Either),
            };
            if !taken {
                continue;
            }
            let mut next = state.clone();
            match walked {
                Some(yes) if yes == (said == Truth::Yes) => self.arrive(graph, *to, &mut next),
                Some(_) => next.slot = Worth::unknown(),
                None => {
                    self.refine(expr, said, &mut next);
                    self.same(expr, said, &mut next);
                }
            }
            out.push((*to, next));
        }
        out
    }

    /// Says whether a condition is the walk itself: `Some(true)` for it, `Some(false)` for its negation.
    pub(super) fn walks(&self, expr: &Expr) -> Option<bool> {
        match &expr.node {
            _ if self.table.is_some() => None,
            Node::Call(name, arguments) if name == self.walker.name => {
                (!self.is_anothers(arguments)).then_some(true)
            }
            Node::Call(name, arguments) if self.oracle.is_wrapper(name) => {
                self.walks(arguments.first()?)
            }
            Node::Unary(operator, inner) if operator == "!" => self.walks(inner).map(|yes| !yes),
            _ => None,
        }
    }

    /// The walk said yes: a new entry is there, and what was told of an earlier one is void.
    fn arrive(&mut self, graph: &Graph, at: usize, state: &mut State) {
        self.put(state);
        self.spend(0, graph.points.len());
        self.forget(&assigned_from(graph, at), state);
    }

    /// What names that are assigned again and again were worth is not known any more: an entry that is kept in one may be
    /// that of an earlier walk.
    pub(super) fn forget(&self, names: &BTreeSet<String>, state: &mut State) {
        let absent = self.oracle.kind(self.atom) != "present" && !self.inside;
        for name in names {
            let worth = match state.names.get(name) {
                None | Some(Worth::Cursor) => continue,
                Some(Worth::Slot | Worth::Blurred) if absent => Worth::Blurred,
                Some(Worth::Plain(value)) if absent && value.atom() == Some(self.atom) => {
                    Worth::Plain(Value::Derived(self.atom))
                }
                Some(_) => Worth::unknown(),
            };
            state.names.insert(name, worth);
        }
    }

    /// Is a walk that of another cursor of the function?
    pub(super) fn is_anothers(&self, arguments: &[Expr]) -> bool {
        let own = arguments.first().and_then(path);
        own.is_some_and(|name| self.scope.others.contains(&name))
    }

    pub(super) fn switch(
        &mut self,
        next: &[(Edge, usize)],
        expr: &Expr,
        mut state: State,
    ) -> Vec<(usize, State)> {
        let value = self.eval(expr, &mut state).value();
        let mut certain = false;
        let mut out = Vec::new();
        for (edge, to) in next {
            if let Edge::Case(label) = edge {
                let truth = match label {
                    Some(label) => {
                        let label = self.eval(label, &mut state).value();
                        self.oracle.binary("==", &value, &label).truth()
                    }
                    None => Truth::Either,
                };
                certain |= truth == Truth::Yes;
                if truth != Truth::No {
                    out.push((*to, state.clone()));
                }
            }
        }
        let defaults = next
            .iter()
            .filter(|(edge, _)| !matches!(edge, Edge::Case(_)) && !certain);
        out.extend(defaults.map(|(_, to)| (*to, state.clone())));
        out
    }
}
