//! In: a walker's own body. Out: the kinds that it may return, per flags, and the lines that say so.
//!
//! A gate is a function that the walker asks about the entry before it says yes: `if (gate(cursor))
//! return true`, or `if (!gate(cursor)) return …` right before a `return true`. What every gate turns
//! away cannot come back to a caller.

use super::cursor::{each_expression, each_statement, passed};
use super::facts::Line;
use crate::flow::{FlagSet, Flow, Helper, Helpers};
use crate::syntax::ast::{Expr, Form, Lowered, Node, Stmt};
use crate::vocabulary::{Atom, Oracle, Walker};
use std::collections::BTreeSet;

/// The cursor's field whose entries are judged; huge entries are a level of their own.
pub(super) const LEVEL: &str = "pte";

/// What a walker may return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Contract {
    /// The atoms.
    pub(super) atoms: Vec<Atom>,
    /// Where the gates stand.
    pub(super) lines: Vec<Line>,
}

/// Names the gates of a walker's body, with the line of each question.
pub(super) fn gates(body: &Lowered, walker: &Walker) -> Vec<(String, u32)> {
    let cursor = body
        .parameters
        .iter()
        .find(|(kind, _)| kind.contains(walker.cursor));
    let Some((_, cursor)) = cursor else {
        return Vec::new();
    };
    let mut found = BTreeSet::new();
    let mut lists: Vec<Vec<Stmt>> = vec![body.body.clone()];
    each_statement(&body.body, &mut |statement| match &statement.node {
        Form::Block(list) => lists.push(list.clone()),
        Form::Arms(arms) => lists.extend(arms.iter().map(|(_, list)| list.clone())),
        _ => {}
    });
    for list in &lists {
        for (i, statement) in list.iter().enumerate() {
            let Form::If(condition, then, _) = &statement.node else {
                continue;
            };
            let Some((name, positive)) = asked(condition, cursor) else {
                continue;
            };
            let behind = list.get(i + 1);
            if (positive && returns_yes(then)) || (!positive && behind.is_some_and(returns_yes)) {
                found.insert((name.to_owned(), statement.line));
            }
        }
    }
    found.into_iter().collect()
}

/// Is a condition one call with the cursor among its arguments? Says which, and whether it is negated.
fn asked<'e>(condition: &'e Expr, cursor: &str) -> Option<(&'e str, bool)> {
    match &condition.node {
        Node::Unary(operator, inner) if operator == "!" => {
            asked(inner, cursor).map(|(name, yes)| (name, !yes))
        }
        Node::Call(name, arguments) if arguments.iter().any(|a| passed(a) == Some(cursor)) => {
            Some((name, true))
        }
        Node::Call(_, arguments) => match arguments.as_slice() {
            [inner] => asked(inner, cursor),
            _ => None,
        },
        _ => None,
    }
}

fn returns_yes(statement: &Stmt) -> bool {
    match &statement.node {
        Form::Return(Some(Expr {
            node: Node::Name(name),
            ..
        })) => name == "true",
        Form::Return(Some(Expr {
            node: Node::Number(text),
            ..
        })) => text != "0",
        Form::Block(list) => list.first().is_some_and(returns_yes),
        _ => false,
    }
}

/// Asks the gates of every kind. `None` where there are no gates, or one is not understood.
pub(super) fn infer(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    (home, body, walker): (&str, &Lowered, &Walker),
    flags: &FlagSet,
) -> Option<Contract> {
    let mut contract = Contract::default();
    for (name, line) in gates(body, walker) {
        let gate = helpers.find(home, &name)?;
        // A gate of another level (of huge entries) says nothing about this one.
        if !gate.bodies.iter().any(reads_level) {
            continue;
        }
        for atom in oracle.atoms() {
            if !contract.atoms.contains(&atom)
                && lets_through(oracle, helpers, (&gate, walker, atom), flags)
            {
                contract.atoms.push(atom);
            }
        }
        contract.lines.push(Line {
            file: home.to_owned(),
            line,
            text: format!("asks {name}()"),
        });
    }
    contract.atoms.sort();
    let all = oracle.atoms().len();
    // A gate that lets everything through tells nothing, and one that lets nothing through was misread.
    (!contract.atoms.is_empty() && contract.atoms.len() < all).then_some(contract)
}

/// Says whether a body looks at the entry of the level that is judged.
fn reads_level(body: &Lowered) -> bool {
    let mut reads = false;
    each_expression(&body.body, &mut |expr| {
        reads |= matches!(&expr.node, Node::Field(_, field) if field == LEVEL);
    });
    reads
}

fn lets_through(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    (gate, walker, atom): (&Helper, &Walker, Atom),
    flags: &FlagSet,
) -> bool {
    gate.bodies.iter().any(|body| {
        let mut flow = Flow::new(oracle, (atom, walker.name, LEVEL), helpers);
        flow.file.clone_from(&gate.file);
        flow.flags = flags.clone();
        let run = flow.run_gate(body, gate.line, walker.cursor);
        run.may_say_yes
    })
}
