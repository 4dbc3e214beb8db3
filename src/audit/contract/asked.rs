//! In: a function that a walker hands its cursor. Out: which kinds it says yes of, and what it changes.

use super::body::{Case, exits};
use crate::audit::cursor::{each_expression, passed};
use crate::flow::{Flow, Helper, Helpers, lock};
use crate::syntax::ast::{Lowered, Node};
use crate::vocabulary::Oracle;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A function that was asked, and the line of the question.
pub(super) type Question = (String, u32);

/// What a function does to a cursor that it is handed.
#[derive(Clone, Debug, Default)]
pub(super) struct Does {
    /// Fields that it may write.
    pub(super) writes: BTreeSet<String>,
    /// May it take or drop a lock?
    pub(super) locks: bool,
}

/// How deep functions that hand the cursor on are followed.
const DEPTH: usize = 4;

/// Answers about functions that are handed the cursor.
pub(super) struct Answers<'a> {
    helpers: &'a dyn Helpers,
    does: RefCell<BTreeMap<(String, String), Option<Does>>>,
    depth: usize,
}

/// What a function says of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// May it say yes?
    pub(super) yes: bool,
    /// The conditions on the way to where it does, in `file`.
    pub(super) way: Vec<u32>,
    /// Its file.
    pub(super) file: String,
}

impl<'a> Answers<'a> {
    /// Makes one that looks functions up with `helpers`.
    pub(super) fn new(helpers: &'a dyn Helpers) -> Self {
        Self {
            helpers,
            does: RefCell::default(),
            depth: 0,
        }
    }

    fn deeper(&self) -> Option<Self> {
        (self.depth < DEPTH).then(|| Self {
            helpers: self.helpers,
            does: RefCell::default(),
            depth: self.depth + 1,
        })
    }

    /// Says what `name` does to the cursor. `None` where that is not known.
    pub(super) fn does(&self, case: &Case<'_>, name: &str) -> Option<Does> {
        let key = (case.file.to_owned(), name.to_owned());
        if let Some(known) = self.does.borrow().get(&key) {
            return known.clone();
        }
        let does = self.look(case.walker.cursor, case.file, name, 0);
        self.does.borrow_mut().insert(key, does.clone());
        does
    }

    fn look(&self, cursor: &str, file: &str, name: &str, depth: usize) -> Option<Does> {
        if depth > DEPTH {
            return None;
        }
        let helper = self.helpers.find(file, name)?;
        let mut does = Does::default();
        for body in &helper.bodies {
            if !body.errors.is_empty() {
                return None;
            }
            let own: Vec<&str> = body
                .parameters
                .iter()
                .filter(|(kind, _)| kind.contains(cursor))
                .map(|(_, name)| name.as_str())
                .collect();
            for called in changes(body, &own, &mut does)? {
                let inner = self.look(cursor, &helper.file, &called, depth + 1)?;
                does.writes.extend(inner.writes);
                does.locks |= inner.locks;
            }
        }
        Some(does)
    }

    /// Asks `name` of the case. `None` where it is not understood: it may say anything.
    pub(super) fn says(
        &self,
        case: &Case<'_>,
        oracle: &mut Oracle<'_>,
        name: &str,
    ) -> Option<Said> {
        let helper = self.helpers.find(case.file, name)?;
        let inner = self.deeper()?;
        let case = Case {
            file: &helper.file,
            ..*case
        };
        let mut said = Said {
            file: helper.file.clone(),
            ..Said::default()
        };
        for body in &helper.bodies {
            // Who takes the lock itself has read nothing before; who does not is called with it.
            let exits = exits(
                &case,
                oracle,
                &inner,
                (body, helper.line, !takes_lock(body)),
            )?;
            for exit in exits {
                let mut all = true;
                for (asked, _) in &exit.state.passed {
                    all &= inner.says(&case, oracle, asked).is_none_or(|said| said.yes);
                }
                if all && !said.yes {
                    said.yes = true;
                    said.way = exit.way;
                }
            }
        }
        // A second reading of the same body: what either lets through is let through.
        said.yes |= second(&case, oracle, self.helpers, &helper);
        Some(said)
    }
}

/// Follows the entry as an audit follows it through a caller.
fn second(
    case: &Case<'_>,
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    helper: &Arc<Helper>,
) -> bool {
    let level = case.walker.fields[case.level];
    helper.bodies.iter().any(|body| {
        let mut flow = Flow::new(oracle, (case.atom, case.walker, level), helpers);
        flow.file.clone_from(&helper.file);
        flow.flags = case.flags.clone();
        !flow.run_gate(body, helper.line).hits.is_empty()
    })
}

fn takes_lock(body: &Lowered) -> bool {
    let mut takes = false;
    each_expression(&body.body, &mut |expr| {
        takes |= matches!(&expr.node, Node::Call(name, _) if lock(name) == Some(true));
    });
    takes
}

/// Notes what a body itself does to its cursors, and lists the functions that it hands one on to.
fn changes(body: &Lowered, cursors: &[&str], does: &mut Does) -> Option<BTreeSet<String>> {
    let (mut called, mut known) = (BTreeSet::new(), true);
    each_expression(&body.body, &mut |expr| match &expr.node {
        Node::Assign(_, target, value) => {
            if let Node::Field(inner, field) = &target.node
                && passed(inner).is_some_and(|name| cursors.contains(&name))
            {
                does.writes.insert(field.clone());
            }
            // A second name for the cursor is not followed.
            known &= !passed(value).is_some_and(|name| cursors.contains(&name));
        }
        Node::Unary(operator, inner) if operator == "&" => {
            if let Node::Field(_, field) = &inner.node {
                does.writes.insert(field.clone());
            }
        }
        Node::Call(name, arguments) => {
            does.locks |= lock(name).is_some();
            if arguments
                .iter()
                .any(|a| passed(a).is_some_and(|name| cursors.contains(&name)))
            {
                called.insert(name.clone());
            }
        }
        Node::Indirect(..) | Node::Opaque => known = false,
        _ => {}
    });
    known.then_some(called)
}
