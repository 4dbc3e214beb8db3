//! In: a function with a walk, and what the walker may return. Out: a verdict with its evidence.
//!
//! Each kind of the contract goes through the function by itself. `prepared` needs every kind to reach
//! no wrong use on any path, nothing to be lost, and the entry to be followed wherever it goes.

use super::contract::{Contract, PTE};
use super::cursor::{each_expression, passed};
use super::facts::{Line, Verdict};
use crate::flow::{Finding, FindingKind, Flow, Helpers};
use crate::syntax::ast::{Lowered, Node};
use crate::vocabulary::{Oracle, Walker};

/// What is said of a walk.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// The verdict.
    pub(super) verdict: Verdict,
    /// Kinds left over.
    pub(super) unhandled: Vec<String>,
    /// The first wrong use: file, line.
    pub(super) used: Option<(String, u32)>,
    /// The way there.
    pub(super) path: Vec<(String, u32)>,
    /// Why.
    pub(super) reason: String,
}

impl Judged {
    fn plain(verdict: Verdict, reason: String) -> Self {
        Self {
            verdict,
            unhandled: Vec::new(),
            used: None,
            path: Vec::new(),
            reason,
        }
    }
}

/// A walk to be judged.
pub(super) struct Case<'c> {
    /// The function's file.
    pub(super) file: &'c str,
    /// Line of its head.
    pub(super) line: u32,
    /// Its statements, one way or two.
    pub(super) bodies: &'c [Lowered],
    /// The cursor's name.
    pub(super) cursor: &'c str,
    /// The macro that declares the cursor, `struct`, `parameter`.
    pub(super) from: &'c str,
    /// The walker.
    pub(super) walker: &'c Walker,
}

/// Judges one walk.
pub(super) fn judge(
    case: &Case<'_>,
    level: &'static str,
    (oracle, helpers): (&mut Oracle<'_>, &dyn Helpers),
    contract: Result<&Contract, &String>,
) -> Judged {
    if case.bodies.is_empty() {
        let reason = String::from("the function is not understood by the C grammar");
        return Judged::plain(Verdict::Unknown, reason);
    }
    if let Some(line) = case.bodies.iter().flat_map(|b| &b.errors).next() {
        let reason = format!("line {line} is not understood by the C grammar");
        return Judged::plain(Verdict::Unknown, reason);
    }
    if !looks_at_entry(case, level) {
        let reason = format!(
            "no entry of {} is looked at; only whether the walk finds one",
            case.cursor
        );
        return Judged::plain(Verdict::NotApplicable, reason);
    }
    let contract = match contract {
        Ok(contract) => contract,
        Err(why) => {
            let reason = format!("what {} may return is not known: {why}", case.walker.name);
            return Judged::plain(Verdict::Unknown, reason);
        }
    };
    if contract.atoms.is_empty() {
        let reason = format!("{} is not seen to return any kind", case.walker.name);
        return Judged::plain(Verdict::Unknown, reason);
    }
    let mut wrong: Vec<(usize, Finding)> = Vec::new();
    let mut doubts: Vec<(usize, Finding)> = Vec::new();
    for (index, atom) in contract.atoms.iter().enumerate() {
        for body in case.bodies {
            let mut flow = Flow::new(oracle, (*atom, case.walker, level), helpers);
            flow.cursor = case.cursor.to_owned();
            flow.maker = case.from.to_owned();
            flow.file = case.file.to_owned();
            for finding in flow.run_caller(body, case.line).findings {
                let list = if finding.kind == FindingKind::Wrong {
                    &mut wrong
                } else {
                    &mut doubts
                };
                list.push((index, finding));
            }
        }
    }
    tell(oracle, (contract, level), &wrong, &doubts)
}

fn tell(
    oracle: &Oracle<'_>,
    (contract, level): (&Contract, &str),
    wrong: &[(usize, Finding)],
    doubts: &[(usize, Finding)],
) -> Judged {
    if let Some((_, first)) = wrong
        .iter()
        .min_by_key(|(_, f)| (f.path.len(), f.file.clone(), f.line))
    {
        let mut atoms: Vec<_> = wrong.iter().map(|(i, _)| contract.atoms[*i]).collect();
        atoms.sort();
        let unhandled = oracle.kinds_of(&atoms);
        let reason = format!("{} is reached with {}", first.what, unhandled.join(", "));
        return Judged {
            verdict: Verdict::Unprepared,
            unhandled,
            used: Some((first.file.clone(), first.line)),
            path: first.path.clone(),
            reason,
        };
    }
    if let Some((_, first)) = doubts.first() {
        let place = format!("{}:{}", first.file, first.line);
        let reason = match first.kind {
            FindingKind::Escape => format!(
                "the entry goes to {} at {place}, which is not followed",
                first.what
            ),
            FindingKind::Unsure => format!(
                "whether {} at {place} sees this entry is not told apart",
                first.what
            ),
            FindingKind::Lost | FindingKind::Wrong => format!("{} at {place}", first.what),
        };
        return Judged::plain(Verdict::Unknown, reason);
    }
    let kinds = oracle.kinds_of(&contract.atoms).join(", ");
    Judged::plain(
        Verdict::Prepared,
        format!(
            "no use is reached with a kind that it is wrong for ({kinds}; {} level)",
            level.to_uppercase()
        ),
    )
}

/// Says whether the function looks at an entry of the cursor, or hands the cursor on. Huge entries are asked about
/// where their own field is looked at.
pub(super) fn looks_at_entry(case: &Case<'_>, level: &str) -> bool {
    let mut looks = false;
    for body in case.bodies {
        each_expression(&body.body, &mut |expr| match &expr.node {
            Node::Field(inner, field)
                if level == PTE && case.walker.fields.contains(&field.as_str())
                    || field == level =>
            {
                looks |= matches!(&inner.node, Node::Name(name) if name == case.cursor);
            }
            Node::Call(name, arguments) => {
                // `walker_done` and `walker_restart` end or restart a walk and look at nothing for the caller.
                looks |= !name.starts_with(case.walker.name)
                    && name != case.from
                    && arguments.iter().any(|a| passed(a) == Some(case.cursor));
            }
            _ => {}
        });
    }
    looks
}

/// Quotes the lines of a path.
pub(super) fn quote(path: &[(String, u32)], text_of: &dyn Fn(&str, u32) -> String) -> Vec<Line> {
    path.iter()
        .map(|(file, line)| Line {
            file: file.clone(),
            line: *line,
            text: text_of(file, *line),
        })
        .collect()
}
