//! In: a function's graph. Out: what is known of its names whatever the path.

use super::graph::{Graph, Step};
use super::targets::{addressed, assigned_from};
use crate::syntax::ast::{Expr, Node};
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
        scope
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
