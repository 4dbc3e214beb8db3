//! In: a function with a walk. Out: what it does with the cursor and with what the walker answers, as far as that is seen
//! without following an entry.

use super::cursor::{each_expression, each_statement, passed};
use super::verdict::Case;
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use crate::vocabulary::WalkerSort;

/// Is the walker called with the cursor in more than one place?
pub(super) fn walks_again(case: &Case<'_>) -> bool {
    case.walker.sort == WalkerSort::Cursor
        && case.bodies.iter().any(|body| {
            let mut places = 0;
            each_expression(&body.body, &mut |expr| {
                if let Node::Call(name, arguments) = &expr.node
                    && name == case.walker.name
                    && arguments.first().and_then(passed) == Some(case.cursor)
                {
                    places += 1;
                }
            });
            places > 1
        })
}

/// Does the function return what the walker answers?
pub(super) fn hands_on(case: &Case<'_>) -> bool {
    let mut found = false;
    for body in case.bodies {
        each_statement(&body.body, &mut |statement| {
            if let Form::Return(Some(value)) = &statement.node {
                let value = Stmt {
                    node: Form::Do(value.clone()),
                    line: statement.line,
                };
                each_expression(std::slice::from_ref(&value), &mut |expr| {
                    let own = matches!(&expr.node, Node::Call(name, _) if name == case.walker.name);
                    found |= own && case.walker.sort == WalkerSort::Cursor;
                });
            }
        });
    }
    found
}

/// `*x` of `(*x).field`.
fn strip(expr: &Expr) -> &Expr {
    match &expr.node {
        Node::Unary(operator, inner) if operator == "*" => inner,
        _ => expr,
    }
}

/// Says whether the function looks at an entry of the cursor, or hands the cursor on. Huge entries are asked about
/// where their own field is looked at.
pub(super) fn looks_at_entry(case: &Case<'_>, level: &str) -> bool {
    let mut looks = false;
    let smallest = case.walker.fields.first().is_some_and(|f| *f == level);
    let copies = match smallest {
        true => case.walker.copies.as_slice(),
        false => case.walker.copies.get(1..).unwrap_or_default(),
    };
    for body in case.bodies {
        each_expression(&body.body, &mut |expr| match &expr.node {
            Node::Field(inner, field)
                if smallest && case.walker.fields.contains(&field.as_str())
                    || copies.contains(&field.as_str())
                    || field == level =>
            {
                looks |= passed(strip(inner)) == Some(case.cursor);
            }
            Node::Call(name, arguments) => {
                // `walker_done` and `walker_restart` end or restart a walk and look at nothing for the caller.
                looks |= (!case.walker.owns(name) || case.alike.contains(name.as_str()))
                    && name != case.walker.name
                    && name != case.from
                    && arguments.iter().any(|a| passed(a) == Some(case.cursor));
            }
            _ => {}
        });
    }
    looks
}
