//! In: a file and a function. Out: changes that leave its meaning as it is.

use crate::text::{Change, Parsed, each, functions};
use std::collections::BTreeMap;
use tree_sitter::Node;

/// Statements that are wrapped, conditions that are split and so on, at most so many of each in a function.
const MOST: usize = 4;

/// Makes the harmless edits of `function`.
pub(crate) fn harmless(whole: &str, function: &str) -> Vec<Change> {
    let parsed = functions(whole);
    let Some(own) = parsed.get(function) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    rename(own, &mut out);
    wrap(own, &mut out);
    split(own, &mut out);
    to_else(own, &mut out);
    to_goto(own, &mut out);
    through_bool(own, &mut out);
    swap_declarations(own, &mut out);
    out
}

fn push(
    out: &mut Vec<Change>,
    own: &Parsed,
    (family, at): (&'static str, Node<'_>),
    pieces: Vec<(std::ops::Range<usize>, String)>,
) {
    if out.iter().filter(|c| c.family == family).count() < MOST {
        out.push(Change {
            family,
            level: "both",
            label: format!("{family} {}", own.label(at)),
            pieces: pieces
                .into_iter()
                .map(|(range, text)| (own.place(range), text))
                .collect(),
        });
    }
}

/// Renames each local with its uses.
fn rename(own: &Parsed, out: &mut Vec<Change>) {
    let mut locals: BTreeMap<&str, Node<'_>> = BTreeMap::new();
    for declaration in own.all("declaration") {
        each(declaration, &mut |node| {
            let declares = node.kind() == "identifier"
                && node.parent().is_some_and(|p| {
                    p.child_by_field_name("declarator") == Some(node)
                        && p.kind() != "function_declarator"
                });
            if declares {
                locals.entry(own.of(node)).or_insert(node);
            }
        });
    }
    for (name, at) in locals {
        let new = format!("renamed_{name}");
        let pieces = own
            .all("identifier")
            .into_iter()
            .filter(|node| own.of(*node) == name)
            .map(|node| (node.byte_range(), new.clone()))
            .collect();
        push(out, own, ("rename a local", at), pieces);
    }
}

/// Wraps a statement that only does something.
fn wrap(own: &Parsed, out: &mut Vec<Change>) {
    for statement in own.all("expression_statement") {
        let inside = statement
            .parent()
            .is_some_and(|p| p.kind() == "compound_statement");
        if inside && own.of(statement).len() > 1 {
            let text = format!("do {{ {} }} while (0);", own.of(statement));
            push(
                out,
                own,
                ("wrap in do/while(0)", statement),
                vec![(statement.byte_range(), text)],
            );
        }
    }
}

/// `if (a && b) x` as `if (a) { if (b) x }`.
fn split(own: &Parsed, out: &mut Vec<Change>) {
    for branch in own.all("if_statement") {
        if branch.child_by_field_name("alternative").is_some() {
            continue;
        }
        let parts = branch
            .child_by_field_name("condition")
            .and_then(|c| c.named_child(0))
            .filter(|c| c.kind() == "binary_expression")
            .and_then(|c| {
                let and = c
                    .child_by_field_name("operator")
                    .is_some_and(|o| o.kind() == "&&");
                let (a, b) = (
                    c.child_by_field_name("left")?,
                    c.child_by_field_name("right")?,
                );
                and.then_some((a, b))
            });
        if let (Some((a, b)), Some(then)) = (parts, branch.child_by_field_name("consequence")) {
            let text = format!(
                "if ({}) {{ if ({}) {} }}",
                own.of(a),
                own.of(b),
                own.of(then)
            );
            push(
                out,
                own,
                ("split a condition", branch),
                vec![(branch.byte_range(), text)],
            );
        }
    }
}

/// `if (c) continue; rest` as `if (c) { continue; } else { rest }`.
fn to_else(own: &Parsed, out: &mut Vec<Change>) {
    for (branch, block) in leaving(own) {
        let rest = &own.text[branch.end_byte()..block.end_byte() - 1];
        // A label or a declaration behind the branch may be meant for more than the rest.
        if rest.contains("case ") || rest.contains("default:") || has_label(block) {
            continue;
        }
        let text = format!("{} else {{ {rest} }}", own.of(branch));
        push(
            out,
            own,
            ("if/continue as if/else", branch),
            vec![(branch.start_byte()..block.end_byte() - 1, text)],
        );
    }
}

/// `if (c) x` as `if (!(c)) goto over; x; over: ;`.
fn to_goto(own: &Parsed, out: &mut Vec<Change>) {
    for (number, (branch, _)) in leaving(own).into_iter().enumerate() {
        let (Some(condition), Some(then)) = (
            branch.child_by_field_name("condition"),
            branch.child_by_field_name("consequence"),
        ) else {
            continue;
        };
        let text = format!(
            "if (!{}) goto over_{number}; {} over_{number}: ;",
            own.of(condition),
            own.of(then)
        );
        push(
            out,
            own,
            ("introduce a goto", branch),
            vec![(branch.byte_range(), text)],
        );
    }
}

/// `if (c) x` as `{ bool told = c; if (told) x }`.
fn through_bool(own: &Parsed, out: &mut Vec<Change>) {
    for branch in own.all("if_statement") {
        let inside = branch
            .parent()
            .is_some_and(|p| p.kind() == "compound_statement");
        let condition = branch.child_by_field_name("condition");
        if let (Some(condition), true) = (condition, inside) {
            let rest = &own.text[condition.end_byte()..branch.end_byte()];
            let text = format!("{{ bool told = {}; if (told){rest} }}", own.of(condition));
            push(
                out,
                own,
                ("keep a condition in a bool", branch),
                vec![(branch.byte_range(), text)],
            );
        }
    }
}

/// Swaps neighbouring declarations that use nothing of each other.
fn swap_declarations(own: &Parsed, out: &mut Vec<Change>) {
    for first in own.all("declaration") {
        let Some(second) = first
            .next_named_sibling()
            .filter(|n| n.kind() == "declaration")
        else {
            continue;
        };
        let plain = |node: Node<'_>| {
            let mut calls = false;
            each(node, &mut |inner| {
                calls |= inner.kind() == "call_expression";
            });
            !calls && !own.of(node).contains('\n')
        };
        let names = |node: Node<'_>| {
            let mut list = Vec::new();
            each(node, &mut |inner| {
                if inner.kind() == "identifier" {
                    list.push(own.of(inner).to_owned());
                }
            });
            list
        };
        let (a, b) = (names(first), names(second));
        if plain(first) && plain(second) && a.iter().all(|name| !b.contains(name)) {
            push(
                out,
                own,
                ("swap declarations", first),
                vec![
                    (first.byte_range(), own.of(second).to_owned()),
                    (second.byte_range(), own.of(first).to_owned()),
                ],
            );
        }
    }
}

/// Branches without `else` whose body ends in a jump, with the block that they stand in.
fn leaving(own: &Parsed) -> Vec<(Node<'_>, Node<'_>)> {
    own.all("if_statement")
        .into_iter()
        .filter(|branch| branch.child_by_field_name("alternative").is_none())
        .filter_map(|branch| {
            let block = branch
                .parent()
                .filter(|p| p.kind() == "compound_statement")?;
            let then = branch.child_by_field_name("consequence")?;
            let last = own.of(then).trim_end_matches(['}', ' ', '\t', '\n']);
            let last = last.rsplit(['\n', '{']).next()?.trim();
            let jumps = ["continue", "break", "return", "goto"];
            jumps
                .iter()
                .any(|word| last.starts_with(word))
                .then_some((branch, block))
        })
        .collect()
}

fn has_label(block: Node<'_>) -> bool {
    let mut found = false;
    each(block, &mut |node| {
        found |= node.kind() == "labeled_statement";
    });
    found
}
