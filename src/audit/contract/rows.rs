//! In: a walker. Out: a row for each set of flags and each place where it says yes, with the lines that prove it.

use super::{Home, returns};
use crate::audit::cursor::each_expression;
use crate::audit::facts::Line;
use crate::flow::{FlagSet, Helpers};
use crate::syntax::ast::{Lowered, Node};
use crate::vocabulary::{Atom, Oracle};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a walker may return at one place, with one set of flags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractRow {
    /// The walker.
    pub walker: String,
    /// Where it says yes: path, line, text.
    pub place: Line,
    /// The flags that are set, as the walker's code names them, sorted.
    pub flags: Vec<String>,
    /// The cursor's field that holds the entry (`pte`, `pmd`), or a sort of entry of its own (`hugetlb`).
    pub level: String,
    /// Is it known what comes back here?
    pub known: bool,
    /// The kinds that may come back; every kind where it is not known.
    pub kinds: Vec<String>,
    /// Why it is not known; empty where it is.
    pub reason: String,
    /// The questions on every way to this place.
    pub asked: Vec<Line>,
    /// How each kind gets through.
    pub ways: Vec<Way>,
}

/// How one kind gets through a walker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Way {
    /// The kind.
    pub kind: String,
    /// The conditions that decide it, and the place where the walker says yes, in the order of the code.
    pub lines: Vec<Line>,
}

/// So many flags are tried in every combination; of more, each alone.
const COMBINED: usize = 3;

/// Gives a walker's rows; `text_of` quotes a line.
pub(in crate::audit) fn rows(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    home: &Home<'_>,
    text_of: &dyn Fn(&str, u32) -> String,
) -> Vec<ContractRow> {
    let mut out = Vec::new();
    let quote = |(file, line): &(String, u32)| Line {
        file: file.clone(),
        line: *line,
        text: text_of(file, *line),
    };
    let all = oracle.atoms().len();
    for flags in flag_sets(helpers, home) {
        let known = FlagSet {
            set: flags.iter().cloned().collect(),
            ..FlagSet::default()
        };
        for (level, field) in home.walker.fields.iter().enumerate() {
            let row = |line: u32| ContractRow {
                walker: home.walker.name.to_owned(),
                place: quote(&(home.file.to_owned(), line)),
                flags: flags.clone(),
                level: (*field).to_owned(),
                known: true,
                kinds: Vec::new(),
                reason: String::new(),
                asked: Vec::new(),
                ways: Vec::new(),
            };
            let found = match returns(oracle, helpers, (home, level), &known) {
                Ok(found) => found,
                Err(reason) => {
                    out.push(ContractRow {
                        known: false,
                        kinds: oracle.kinds_of(&oracle.atoms()),
                        reason,
                        ..row(home.own.line)
                    });
                    continue;
                }
            };
            for ((line, _, sort), own) in found {
                let atoms: Vec<Atom> = own.atoms.iter().copied().collect();
                let known = atoms.len() < all;
                let reason = match (known, own.asked.is_empty()) {
                    (true, _) => String::new(),
                    (false, true) => {
                        String::from("nothing is asked about the entry on the way here")
                    }
                    (false, false) => {
                        String::from("what is asked on the way here turns no kind away")
                    }
                };
                let ways = oracle.kinds_of(&atoms).into_iter().map(|kind| {
                    let first = atoms.iter().find(|atom| oracle.kind(**atom) == kind);
                    let lines = first.and_then(|atom| own.ways.get(atom));
                    Way {
                        lines: lines.into_iter().flatten().map(quote).collect(),
                        kind,
                    }
                });
                out.push(ContractRow {
                    known,
                    level: sort.unwrap_or(field).to_owned(),
                    ways: if known { ways.collect() } else { Vec::new() },
                    kinds: oracle.kinds_of(&atoms),
                    reason,
                    asked: own
                        .asked
                        .iter()
                        .map(|(_, line)| quote(&(home.file.to_owned(), *line)))
                        .collect(),
                    ..row(line)
                });
            }
        }
    }
    out
}

/// Lists the sets of flags that may make a difference: those that the walker, or a function that it hands its cursor,
/// looks at.
fn flag_sets(helpers: &dyn Helpers, home: &Home<'_>) -> Vec<Vec<String>> {
    let mut flags = BTreeSet::new();
    let mut called = BTreeSet::new();
    for body in &home.own.bodies {
        looked_at(body, &mut flags, &mut called);
    }
    for name in std::mem::take(&mut called) {
        if let Some(helper) = helpers.find(home.file, &name) {
            let own = |body: &&Lowered| {
                let mut parameters = body.parameters.iter();
                parameters.any(|(kind, _)| kind.contains(home.walker.cursor))
            };
            for body in helper.bodies.iter().filter(own) {
                looked_at(body, &mut flags, &mut called);
            }
        }
    }
    let flags: Vec<String> = flags.into_iter().collect();
    if flags.len() > COMBINED {
        let alone = flags.into_iter().map(|flag| vec![flag]);
        return std::iter::once(Vec::new()).chain(alone).collect();
    }
    let mut sets: Vec<Vec<String>> = (0..1_usize << flags.len())
        .map(|bits| {
            let chosen = flags.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
            chosen.map(|(_, flag)| flag.clone()).collect()
        })
        .collect();
    sets.sort_by_key(|set| (set.len(), set.clone()));
    sets
}

/// Notes `x->flags & FLAG`, and what is called.
fn looked_at(body: &Lowered, flags: &mut BTreeSet<String>, called: &mut BTreeSet<String>) {
    each_expression(&body.body, &mut |expr| match &expr.node {
        Node::Binary(operator, a, b) if operator == "&" => {
            let field = |e: &Node| matches!(e, Node::Field(_, field) if field == "flags");
            match (&a.node, &b.node) {
                (left, Node::Name(flag)) | (Node::Name(flag), left) if field(left) => {
                    flags.insert(flag.clone());
                }
                _ => {}
            }
        }
        Node::Call(name, _) => {
            called.insert(name.clone());
        }
        _ => {}
    });
}
