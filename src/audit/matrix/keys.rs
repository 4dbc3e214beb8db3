//! In: a function's statements. Out: which of its names stand for one and the same entry.
//!
//! A key is a name, or a field by its path: `pte`, `vmf.orig_pte`. A pointer and what it points to have one key.
//! Assignments join keys: `entry = pte_to_swp_entry(pte)` makes one class of `entry` and `pte`.

use crate::audit::cursor::{each_expression, each_statement};
use crate::syntax::ast::{Expr, Form, Lowered, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Names of one function, joined into classes.
#[derive(Debug, Default)]
pub(super) struct Classes {
    above: BTreeMap<String, String>,
    /// Declared types of names.
    pub(super) types: BTreeMap<String, String>,
}

/// Gives the key of an expression that is a place, or is read or made out of one.
pub(super) fn key(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Name(name) => (name != "NULL").then(|| name.clone()),
        Node::Field(inner, field) => Some(format!("{}.{field}", key(inner)?)),
        Node::Unary(operator, inner) if operator == "*" || operator == "&" => key(inner),
        Node::Binary(operator, inner, _) if operator == "[]" => key(inner),
        Node::Cast(_, inner) => key(inner),
        _ => None,
    }
}

/// What is known of calls and names.
pub(super) struct Look<'l> {
    /// Does a call hand back the entry that it is handed, or whose place it is handed?
    pub(super) carries: &'l dyn Fn(&str) -> bool,
    /// May a key be an entry, or the place of one?
    pub(super) holds: &'l dyn Fn(&str) -> bool,
}

/// Gives the declared types of a body's parameters and locals.
pub(super) fn types(body: &Lowered) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = body
        .parameters
        .iter()
        .map(|(kind, name)| (name.clone(), kind.clone()))
        .collect();
    each_statement(&body.body, &mut |statement| {
        if let Form::Local(kind, name, _) = &statement.node {
            out.insert(name.clone(), kind.clone());
        }
    });
    out
}

impl Classes {
    /// Joins the names of a body.
    pub(super) fn of(body: &Lowered, look: &Look<'_>) -> Self {
        let mut out = Self {
            types: types(body),
            ..Self::default()
        };
        each_statement(&body.body, &mut |statement| {
            if let Form::Local(_, name, Some(value)) = &statement.node {
                out.take(name, value, look);
            }
        });
        each_expression(&body.body, &mut |expr| {
            if let Node::Assign(operator, target, value) = &expr.node
                && operator == "="
                && let Some(target) = key(target)
            {
                out.take(&target, value, look);
            }
        });
        out
    }

    fn take(&mut self, target: &str, value: &Expr, look: &Look<'_>) {
        for source in sources(value, look) {
            let (a, b) = (self.root(target), self.root(&source));
            if a != b {
                self.above.insert(a, b);
            }
        }
    }

    /// Gives the class of a key: the key that stands for it.
    pub(super) fn root(&self, key: &str) -> String {
        let (mut at, mut left) = (key, self.above.len());
        while let (Some(next), true) = (self.above.get(at), left > 0) {
            at = next;
            left -= 1;
        }
        at.to_owned()
    }

    /// Lists the names of a class that are declared as entries or pointers to them, else all its keys.
    pub(super) fn members(&self, root: &str, is_entry: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
        let named = self
            .types
            .iter()
            .filter(|(_, kind)| is_entry(kind))
            .map(|(name, _)| name);
        named
            .filter(|name| self.root(name) == root)
            .cloned()
            .collect()
    }
}

/// Lists the keys whose entry a value may be.
pub(super) fn sources(value: &Expr, look: &Look<'_>) -> Vec<String> {
    if let Some(own) = key(value) {
        return vec![own];
    }
    match &value.node {
        // Among what a load is handed, the entry or its place is what it loads.
        Node::Call(name, arguments) if (look.carries)(name) => {
            let all: Vec<String> = arguments.iter().flat_map(|a| sources(a, look)).collect();
            match arguments.len() {
                1 => all,
                _ => all.into_iter().filter(|key| (look.holds)(key)).collect(),
            }
        }
        Node::Choice(_, then, other) => {
            let then = then.iter().flat_map(|e| sources(e, look));
            then.chain(sources(other, look)).collect()
        }
        Node::Cast(_, inner) => sources(inner, look),
        Node::Unary(operator, inner) if operator == "*" || operator == "&" => sources(inner, look),
        Node::Assign(_, target, inner) => key(target)
            .into_iter()
            .chain(sources(inner, look))
            .collect(),
        _ => Vec::new(),
    }
}

/// Spells an expression, shortly: to name a test, and to know it again.
pub(super) fn spell(expr: &Expr) -> String {
    match &expr.node {
        Node::Name(name) | Node::Number(name) => name.clone(),
        Node::Call(name, _) => format!("{name}()"),
        Node::Unary(operator, inner) => format!("{operator}{}", spell(inner)),
        Node::Binary(operator, a, b) => format!("{} {operator} {}", spell(a), spell(b)),
        Node::Field(inner, field) => format!("{}.{field}", spell(inner)),
        Node::Assign(_, target, value) => format!("{} = {}", spell(target), spell(value)),
        Node::Cast(_, inner) => spell(inner),
        _ => String::from("…"),
    }
}
