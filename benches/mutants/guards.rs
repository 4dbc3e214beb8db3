//! In: a file and a function with a walk. Out: changes that each take one guard away.

use crate::text::{Change, Parsed, each, functions};
use std::collections::BTreeSet;
use tree_sitter::Node;

/// Uses that are right for present entries alone, from the tool's own data.
fn present_only() -> BTreeSet<&'static str> {
    include_str!("../../queries/uses.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            (parts.get(3) == Some(&"present")).then_some(*parts.first()?)
        })
        .collect()
}

/// Makes every mutant of `function` and of the functions of its file that it calls.
pub(crate) fn mutants(whole: &str, function: &str, predicates: &BTreeSet<&str>) -> Vec<Change> {
    let parsed = functions(whole);
    let mut out = Vec::new();
    let Some(own) = parsed.get(function) else {
        return out;
    };
    let mut names = BTreeSet::from([function.to_owned()]);
    for call in own.all("call_expression") {
        let name = callee(own, call).to_owned();
        if parsed.contains_key(&name) {
            names.insert(name);
        }
    }
    for name in &names {
        of_one(&parsed[name], name, predicates, &mut out);
    }
    out
}

/// Makes every mutant of the function that holds a line of a file: a guard that the audit names.
pub(crate) fn mutants_at(whole: &str, line: u32, predicates: &BTreeSet<&str>) -> Vec<Change> {
    let mut out = Vec::new();
    for (name, own) in &functions(whole) {
        let first = 1 + whole[..own.start].matches('\n').count();
        let last = first + own.text.matches('\n').count();
        if (first..=last).contains(&(line as usize)) {
            of_one(own, name, predicates, &mut out);
        }
    }
    out
}

/// Takes away each of some flags of a walk.
pub(crate) fn without_flags(whole: &str, function: &str, flags: &[&str]) -> Vec<Change> {
    let parsed = functions(whole);
    let Some(own) = parsed.get(function) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for node in own.all("identifier") {
        if flags.contains(&own.of(node)) {
            let mut one = change("delete flag", own, function, node, vec![(node, "0".into())]);
            // What a flag keeps away is asked about single pages.
            one.level = "PTE";
            out.push(one);
        }
    }
    out
}

/// Weakens conditions: a check for presence that had to hold beside another one is now one of two that may.
fn weaken(own: &Parsed, name: &str, predicates: &BTreeSet<&str>, out: &mut Vec<Change>) {
    for branch in own.all("if_statement") {
        let parts = branch
            .child_by_field_name("condition")
            .zip(branch.child_by_field_name("consequence"));
        let Some((condition, then)) = parts else {
            continue;
        };
        let mut pairs = Vec::new();
        each(condition, &mut |node| {
            if node.kind() == "binary_expression" {
                pairs.push(node);
            }
        });
        for pair in pairs {
            let Some(operator) = pair.child_by_field_name("operator") else {
                continue;
            };
            let sides = ["left", "right"].map(|side| pair.child_by_field_name(side));
            let asks = |negated: bool| {
                sides.iter().flatten().any(|side| {
                    let text = own.of(*side).trim_start_matches('(');
                    let word = text.trim_start_matches('!');
                    let called = word.split('(').next().unwrap_or_default();
                    (text != word) == negated
                        && called.ends_with("_present")
                        && predicates.contains(called)
                })
            };
            let new = match own.of(operator) {
                "&&" if asks(false) && !leaves(then) => "||",
                "||" if asks(true) && leaves(then) => "&&",
                _ => continue,
            };
            out.push(change(
                "weaken",
                own,
                name,
                pair,
                vec![(operator, new.into())],
            ));
        }
    }
}

/// Takes the answer of a check for presence for granted where no `if` asks it: in a loop's condition, `?:`, a bool.
fn grant(own: &Parsed, name: &str, predicates: &BTreeSet<&str>, out: &mut Vec<Change>) {
    for call in own.all("call_expression") {
        let called = callee(own, call);
        if !predicates.contains(called) || !called.ends_with("_present") || debug_only(own, call) {
            continue;
        }
        let (mut node, mut asked) = (call, false);
        while let Some(parent) = node.parent() {
            asked |= parent.kind() == "if_statement"
                && parent.child_by_field_name("condition") == Some(node);
            node = parent;
        }
        if !asked {
            out.push(change("grant", own, name, call, vec![(call, "(1)".into())]));
        }
    }
}

fn of_one(own: &Parsed, name: &str, predicates: &BTreeSet<&str>, out: &mut Vec<Change>) {
    let uses = present_only();
    weaken(own, name, predicates, out);
    grant(own, name, predicates, out);
    for call in own.all("call_expression") {
        if predicates.contains(callee(own, call)) && !debug_only(own, call) {
            let text = format!("(!{})", own.of(call));
            out.push(change("negate", own, name, call, vec![(call, text)]));
            // "Not empty" for "present": the mistake that device-private entries punished first.
            let empty = callee(own, call).replace("_present", "_none");
            if empty != callee(own, call) && predicates.contains(empty.as_str()) {
                let text = format!("(!{})", own.of(call).replacen(callee(own, call), &empty, 1));
                out.push(change("wrong check", own, name, call, vec![(call, text)]));
            }
        }
    }
    for branch in own.all("if_statement") {
        let Some(condition) = branch.child_by_field_name("condition") else {
            continue;
        };
        let mut asked = Vec::new();
        each(condition, &mut |inner| {
            if inner.kind() == "call_expression" && predicates.contains(callee(own, inner)) {
                asked.push(inner);
            }
        });
        if asked.is_empty() {
            continue;
        }
        let whole = asked.iter().any(|call| stands_alone(own, *call, condition));
        if whole {
            branch_mutants(own, name, branch, condition, out);
        } else {
            for call in &asked {
                let text = without(*call, condition);
                out.push(change(
                    "delete check",
                    own,
                    name,
                    *call,
                    vec![(*call, text)],
                ));
            }
        }
        use_above(own, name, (branch, condition), &uses, out);
        if asked.len() == 1 && whole {
            undo(own, name, (branch, condition, asked[0]), predicates, out);
        }
    }
}

/// Leaves a check where it is, and takes its force: it is for debugging only, does not always count, asks another entry, or
/// lets one kind more through.
fn undo(
    own: &Parsed,
    name: &str,
    (branch, condition, call): (Node<'_>, Node<'_>, Node<'_>),
    predicates: &BTreeSet<&str>,
    out: &mut Vec<Change>,
) {
    let Some(then) = branch.child_by_field_name("consequence") else {
        return;
    };
    let alone = branch.child_by_field_name("alternative").is_none();
    if leaves(then) && alone {
        let text = format!("VM_WARN_ON_ONCE{};", own.of(condition));
        out.push(change(
            "debug only",
            own,
            name,
            branch,
            vec![(branch, text)],
        ));
    }
    let operator = if leaves(then) { "&&" } else { "||" };
    let text = format!("({} {operator} jiffies)", own.of(condition));
    out.push(change(
        "now and then",
        own,
        name,
        branch,
        vec![(condition, text)],
    ));
    let Some(list) = call.child_by_field_name("arguments") else {
        return;
    };
    let called = callee(own, call);
    // The answer for the neighbour says nothing of the entry itself.
    let entry = if called.contains("pmd") || level(own, list) == "PMD" {
        "(*(pvmw.pmd + 1))"
    } else {
        "(*(pvmw.pte + 1))"
    };
    if called.ends_with("_present") {
        let text = format!("({entry})");
        out.push(change("other entry", own, name, call, vec![(list, text)]));
        let more = [
            ("softleaf_is_device_private", "softleaf_from"),
            ("is_device_private_entry", "TO_swp_entry"),
        ];
        // Huge entries that are device-private came late: before that there is no half of the check.
        let huge = called.contains("pmd") && !predicates.contains("pmd_is_device_private_entry");
        for (asks, converts) in more {
            if predicates.contains(asks) && !huge {
                let level = if called.contains("pmd") { "pmd" } else { "pte" };
                let converts = match converts {
                    "softleaf_from" => format!("softleaf_from_{level}"),
                    _ => format!("{level}_to_swp_entry"),
                };
                let text = format!("({} || {asks}({converts}{}))", own.of(call), own.of(list));
                out.push(change("half a check", own, name, call, vec![(call, text)]));
                break;
            }
        }
    }
}

/// Is a condition this one call, but for brackets, `!` and hints for the compiler?
fn stands_alone(own: &Parsed, call: Node<'_>, condition: Node<'_>) -> bool {
    let mut node = call;
    while node != condition {
        let Some(parent) = node.parent() else {
            return false;
        };
        let through = match parent.kind() {
            "parenthesized_expression" => true,
            "unary_expression" => own.of(parent).starts_with('!'),
            "argument_list" => parent.named_child_count() == 1,
            "call_expression" => matches!(callee(own, parent), "likely" | "unlikely"),
            _ => false,
        };
        if !through {
            return false;
        }
        node = parent;
    }
    true
}

/// What a call is to be replaced by so that the rest of its condition decides alone.
fn without(call: Node<'_>, condition: Node<'_>) -> String {
    let (mut node, mut negated) = (call, false);
    while node != condition {
        let Some(parent) = node.parent() else { break };
        if parent.kind() == "unary_expression" {
            negated = !negated;
        }
        if parent.kind() == "binary_expression" {
            let and = parent
                .child_by_field_name("operator")
                .is_some_and(|o| o.kind() == "&&");
            return String::from(if and != negated { "(1)" } else { "(0)" });
        }
        node = parent;
    }
    String::from("(1)")
}

fn branch_mutants(
    own: &Parsed,
    name: &str,
    branch: Node<'_>,
    condition: Node<'_>,
    out: &mut Vec<Change>,
) {
    let then = branch.child_by_field_name("consequence");
    let other = branch
        .child_by_field_name("alternative")
        .and_then(|clause| clause.named_child(0));
    let Some(then) = then else { return };
    if let Some(other) = other {
        // An `else if` chain as a body needs braces, or its else would bind to the outer one.
        let pieces = vec![
            (then, format!("{{ {} }}", own.of(other))),
            (other, format!("{{ {} }}", own.of(then))),
        ];
        out.push(change("swap arms", own, name, branch, pieces));
    }
    let pieces = if leaves(then) {
        let kept = other.map_or_else(|| String::from(";"), |other| own.of(other).to_owned());
        vec![(branch, kept)]
    } else {
        vec![(condition, String::from("(1)"))]
    };
    out.push(change("delete check", own, name, branch, pieces));
}

/// Puts each use that stands behind the check above it, where what it needs is there by then.
fn use_above(
    own: &Parsed,
    name: &str,
    (branch, condition): (Node<'_>, Node<'_>),
    uses: &BTreeSet<&str>,
    out: &mut Vec<Change>,
) {
    // An `else if` has no room above it.
    if branch.parent().is_some_and(|p| p.kind() == "else_clause") {
        return;
    }
    let asked = names_in(own, condition);
    let before = &own.text[..branch.start_byte()];
    let mut seen = BTreeSet::new();
    for call in own.all("call_expression") {
        let behind = call.start_byte() > condition.end_byte() && uses.contains(callee(own, call));
        let arguments = entry_arguments(own, call);
        let of_value = !arguments.is_empty() && arguments.is_subset(&asked);
        let of_place = own.of(call).contains("pvmw")
            && arguments.iter().all(|name| before.contains(name.as_str()));
        let same = level(own, condition) == "both" || level(own, call) == level(own, condition);
        if behind && same && (of_value || of_place) && seen.insert(own.of(call)) {
            let text = format!("{{ (void){}; {} }}", own.of(call), own.of(branch));
            let what = format!(" {}", callee(own, call));
            let mut change = change("use above", own, name, branch, vec![(branch, text)]);
            change.label.push_str(&what);
            out.push(change);
        }
    }
}

/// The level that an expression speaks of: `pmd_t` and its functions are of huge pages.
fn level(own: &Parsed, node: Node<'_>) -> &'static str {
    let text = own.of(node);
    if text.contains("pmd") {
        "PMD"
    } else if text.contains("pte") {
        "PTE"
    } else {
        "both"
    }
}

/// Does a call stand in a check that is for debugging only?
fn debug_only(own: &Parsed, call: Node<'_>) -> bool {
    let silent = include_str!("../../queries/silent.tsv");
    let names: Vec<&str> = silent
        .lines()
        .filter_map(|line| line.split('\t').next())
        .collect();
    let mut node = call;
    while let Some(parent) = node.parent() {
        let hides = parent.kind() == "call_expression"
            && names.iter().any(|name| match name.strip_suffix('*') {
                Some(start) => callee(own, parent).starts_with(start),
                None => callee(own, parent) == *name,
            });
        if hides {
            return true;
        }
        node = parent;
    }
    false
}

fn entry_arguments(own: &Parsed, call: Node<'_>) -> BTreeSet<String> {
    call.child_by_field_name("arguments")
        .map(|list| names_in(own, list))
        .unwrap_or_default()
}

fn names_in(own: &Parsed, node: Node<'_>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    each(node, &mut |inner| {
        let called = inner.parent().is_some_and(|p| {
            p.kind() == "call_expression" && p.child_by_field_name("function") == Some(inner)
        });
        if inner.kind() == "identifier" && !called {
            out.insert(own.of(inner).to_owned());
        }
    });
    out
}

/// Does a statement always leave the path that it stands on?
fn leaves(node: Node<'_>) -> bool {
    match node.kind() {
        "return_statement" | "continue_statement" | "break_statement" | "goto_statement" => true,
        "compound_statement" => {
            let count = node.named_child_count();
            (0..count)
                .rev()
                .filter_map(|i| node.named_child(u32::try_from(i).ok()?))
                .find(|child| child.kind() != "comment")
                .is_some_and(|last| leaves(last))
        }
        _ => false,
    }
}

fn callee<'p>(own: &'p Parsed, call: Node<'_>) -> &'p str {
    call.child_by_field_name("function")
        .map(|f| own.of(f))
        .unwrap_or_default()
}

/// The condition of a branch, else the node itself.
fn at_condition(node: Node<'_>) -> Node<'_> {
    node.child_by_field_name("condition").unwrap_or(node)
}

fn change(
    family: &'static str,
    own: &Parsed,
    name: &str,
    at: Node<'_>,
    pieces: Vec<(Node<'_>, String)>,
) -> Change {
    Change {
        family,
        level: level(own, at_condition(at)),
        label: format!("{family} {name} {}", own.label(at)),
        pieces: pieces
            .into_iter()
            .map(|(node, text)| (own.place(node.byte_range()), text))
            .collect(),
    }
}
