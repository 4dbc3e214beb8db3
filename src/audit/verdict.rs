//! In: a parsed function with a walk. Out: a verdict, as far as it can be told without following kinds.
//!
//! What is said here is shown here: `not-applicable` where no entry of the cursor is looked at, and
//! `unknown` with what stands in the way otherwise. Guards are counted, never taken for a proof.

use super::cursor::{each_expression, passed};
use super::facts::Verdict;
use crate::syntax::ast::{Lowered, Node};
use crate::vocabulary::{Predicate, Walker};
use std::collections::{BTreeMap, BTreeSet};

/// Judges one walk.
pub(super) fn judge(
    lowered: Option<&Lowered>,
    cursor: &str,
    walker: &Walker,
    predicates: &BTreeMap<&str, &Predicate>,
) -> (Verdict, String) {
    let Some(lowered) = lowered else {
        return (
            Verdict::Unknown,
            String::from("the function is not understood by the C grammar"),
        );
    };
    let (mut looked, mut handed, mut guards) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    each_expression(&lowered.body, &mut |expr| match &expr.node {
        Node::Field(inner, field) if walker.fields.contains(&field.as_str()) => {
            if matches!(&inner.node, Node::Name(name) if name == cursor) {
                looked.insert(field.clone());
            }
        }
        Node::Call(name, arguments) => {
            // `walker_done` and `walker_restart` end or restart a walk and look at nothing for the caller.
            if !name.starts_with(walker.name) && arguments.iter().any(|a| passed(a) == Some(cursor))
            {
                handed.insert(name.clone());
            }
            if predicates.contains_key(name.as_str()) {
                guards.insert(name.clone());
            }
        }
        _ => {}
    });
    if let Some(line) = lowered.errors.first() {
        return (
            Verdict::Unknown,
            format!("line {line} is not understood by the C grammar"),
        );
    }
    if looked.is_empty() && handed.is_empty() {
        let reason = format!("no entry of {cursor} is looked at; only whether the walk finds one");
        return (Verdict::NotApplicable, reason);
    }
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    let mut reason = if looked.is_empty() {
        format!("{cursor} is handed to {}", list(&handed))
    } else {
        format!("{cursor}'s {} is looked at", list(&looked))
    };
    reason.push_str("; ");
    if guards.is_empty() {
        reason.push_str("no predicate is called in this function");
    } else {
        reason.push_str(&list(&guards));
        reason.push_str(" called here, but not yet shown to stand before every use");
    }
    (Verdict::Unknown, reason)
}
