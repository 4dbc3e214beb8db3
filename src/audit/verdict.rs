//! In: a function with a walk, and what the walker may return. Out: a verdict with its evidence.
//!
//! Each kind of the contract goes through the function by itself. `prepared` needs every kind to reach
//! no wrong use on any path, nothing to be lost, and the entry to be followed wherever it goes.

use super::facts::{BlindSort, BlindSpot, Line, Verdict};
use super::handling::{hands_on, looks_at_entry, walks_again};
use crate::flow::{
    Finding, FindingKind, Flow, GRAMMAR, Guard as FlowGuard, Helpers, Only, POINTER, Seen, Start,
    Table,
};
use crate::syntax::ast::Lowered;
use crate::vocabulary::{Atom, Oracle, Walker};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The first wrong use's name.
    pub(super) accessor: String,
    /// What keeps kinds from uses that are wrong for them.
    pub(super) guards: Vec<Kept>,
    /// What could not be seen on the way.
    pub(super) blind: Vec<BlindSpot>,
}

/// A guard, and the kinds that it turns away.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// The guard.
    pub(super) guard: FlowGuard,
    /// The kinds.
    pub(super) kinds: Vec<String>,
}

impl Judged {
    fn plain(verdict: Verdict, reason: String) -> Self {
        Self {
            verdict,
            unhandled: Vec::new(),
            used: None,
            path: Vec::new(),
            reason,
            accessor: String::new(),
            guards: Vec::new(),
            blind: Vec::new(),
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
    /// Where the entry's place comes from, where it is no cursor.
    pub(super) start: Option<Start>,
    /// Why the cursor, or its flags, are not followed everywhere.
    pub(super) unseen: Option<&'c str>,
    /// Functions of the file that are named as the walker's own are.
    pub(super) alike: &'c BTreeSet<&'c str>,
}

/// What one kind came to on one way, and what kept it from more.
type Sent = (Vec<Finding>, Vec<FlowGuard>);

/// Judges one walk.
pub(super) fn judge(
    case: &Case<'_>,
    number: usize,
    (oracle, helpers): (&mut Oracle<'_>, &dyn Helpers),
    contract: Result<&Vec<Atom>, &String>,
) -> Judged {
    let level = case.walker.fields[number];
    if let Some(judged) = at_sight(case, level) {
        return judged;
    }
    let contract = match contract {
        Ok(contract) => contract,
        Err(why) => {
            let reason = format!("what {} may return is not known: {why}", case.walker.name);
            return Judged::plain(Verdict::Unknown, reason);
        }
    };
    if contract.is_empty() {
        let reason = format!("{} is not seen to return any kind", case.walker.name);
        return Judged::plain(Verdict::Unknown, reason);
    }
    let mut wrong: Vec<(usize, Finding)> = Vec::new();
    let mut doubts: Vec<(usize, Finding)> = Vec::new();
    let mut guards: BTreeMap<FlowGuard, Vec<Atom>> = BTreeMap::new();
    let mut wrong_in: BTreeSet<usize> = BTreeSet::new();
    let mut seen = Seen::default();
    let ways: Vec<(usize, usize)> = (0..contract.len())
        .flat_map(|index| (0..case.bodies.len()).map(move |number| (index, number)))
        .collect();
    let sent: Vec<Sent> = if case.start.is_none() {
        let oracle = &*oracle;
        let twin = || oracle.twin();
        let one = |oracle: &mut Oracle<'_>, (index, number): &(usize, usize)| {
            let way = (contract[*index], &case.bodies[*number]);
            send((case, level), way, (oracle, helpers), None)
        };
        ways.par_iter().map_init(twin, one).collect()
    } else {
        // What one kind has seen of a table is known to the next.
        let mut one = |(index, number): &(usize, usize)| {
            let way = (contract[*index], &case.bodies[*number]);
            let desk = (&mut *oracle, helpers);
            send((case, level), way, desk, Some((&mut seen, None)))
        };
        ways.iter().map(&mut one).collect()
    };
    for ((index, number), (findings, own)) in ways.into_iter().zip(sent) {
        for guard in own {
            guards.entry(guard).or_default().push(contract[index]);
        }
        for finding in findings {
            let list = if finding.kind == FindingKind::Wrong {
                wrong_in.insert(number);
                &mut wrong
            } else {
                &mut doubts
            };
            list.push((index, finding));
        }
    }
    let mut judged = tell(oracle, (contract, level), &wrong, &doubts);
    judged = doubted(case, judged);
    if judged.verdict == Verdict::Prepared && case.start.is_some() {
        judged = reread((judged, contract), (case, level), (oracle, helpers), seen);
    }
    judged.blind = doubts.iter().map(|(_, finding)| spot(finding)).collect();
    if !wrong_in.is_empty() && wrong_in.len() < case.bodies.len() {
        judged.blind.push(BlindSpot {
            file: case.file.to_owned(),
            line: case.line,
            sort: BlindSort::Arms,
            what: String::from(
                "with some arms of its #ifs the function is prepared, with others it is not",
            ),
        });
    }
    judged.blind.sort();
    judged.blind.dedup();
    if judged.verdict == Verdict::Prepared {
        judged.guards = kept(oracle, guards);
    }
    judged
}

/// Judges what can be told without following an entry.
fn at_sight(case: &Case<'_>, level: &str) -> Option<Judged> {
    if case.bodies.is_empty() {
        let reason = String::from("the function is not understood by the C grammar");
        return Some(Judged::plain(Verdict::Unknown, reason));
    }
    if let Some(line) = case.bodies.iter().flat_map(|b| &b.errors).next() {
        let reason = format!("line {line} is not understood by the C grammar");
        return Some(Judged::plain(Verdict::Unknown, reason));
    }
    if case.start.is_none() && case.from == "parameter" && hands_on(case) {
        let reason = format!(
            "what {} answers is handed on: who calls the function walks by it",
            case.walker.name
        );
        return Some(Judged::plain(Verdict::Unknown, reason));
    }
    let away = case.unseen.is_none() && !looks_at_entry(case, level);
    if case.start.is_none() && away {
        let reason = format!(
            "no entry of {} is looked at; only whether the walk finds one",
            case.cursor
        );
        return Some(Judged::plain(Verdict::NotApplicable, reason));
    }
    None
}

/// What is not known of the cursor leaves what was said of its entries open.
fn doubted(case: &Case<'_>, judged: Judged) -> Judged {
    if let (Some(why), Verdict::Prepared | Verdict::Unprepared) = (case.unseen, judged.verdict) {
        let reason =
            format!("what the walk may return, and who looks at it, is not followed: {why}");
        return Judged::plain(Verdict::Unknown, reason);
    }
    if judged.verdict == Verdict::Prepared && case.start.is_none() && walks_again(case) {
        let reason = format!(
            "{} is called more than once with {}: what one entry was asked need not hold of the next",
            case.walker.name, case.cursor
        );
        return Judged::plain(Verdict::Unknown, reason);
    }
    judged
}

/// What is prepared where all readings of the entry see the same need not be where it may change between them: each reading
/// is then asked by itself.
fn reread(
    (judged, contract): (Judged, &Vec<Atom>),
    (case, level): (&Case<'_>, &'static str),
    (oracle, helpers): (&mut Oracle<'_>, &dyn Helpers),
    mut seen: Seen,
) -> Judged {
    if !seen.touched {
        let reason = String::from("no entry is looked at; the place alone is asked for");
        return Judged::plain(Verdict::NotApplicable, reason);
    }
    if seen.bare.is_empty() || seen.loads.len() < 2 {
        return judged;
    }
    let single = seen.bare.iter().cloned().map(Only::Load);
    let groups: Vec<Only> = single.chain([Only::Locked]).collect();
    for only in &groups {
        for (atom, body) in contract
            .iter()
            .flat_map(|a| case.bodies.iter().map(move |b| (a, b)))
        {
            let desk = (&mut *oracle, helpers);
            let (findings, _) = send(
                (case, level),
                (*atom, body),
                desk,
                Some((&mut seen, Some(only))),
            );
            let Some(first) = findings.first() else {
                continue;
            };
            let reason = format!(
                "without the lock of its table the entry is read more than once: what one reading was asked need not hold of the one that comes to {} at {}:{}",
                first.what, first.file, first.line
            );
            return Judged::plain(Verdict::Unknown, reason);
        }
    }
    judged
}

/// Sends one kind through one body. A wrong use that hangs on what a function answers that cannot be followed is a doubt.
fn send(
    (case, level): (&Case<'_>, &'static str),
    (atom, body): (Atom, &Lowered),
    (oracle, helpers): (&mut Oracle<'_>, &dyn Helpers),
    mut table: Option<(&mut Seen, Option<&Only>)>,
) -> Sent {
    let mut run = |assumed: BTreeMap<String, bool>| {
        let mut flow = Flow::new(oracle, (atom, case.walker, level), helpers);
        flow.cursor = case.cursor.to_owned();
        flow.maker = case.from.to_owned();
        flow.file = case.file.to_owned();
        flow.assumed = assumed;
        let findings = match (&case.start, &mut table) {
            (Some(start), Some((seen, only))) => {
                let mut own = Table::new(start.clone(), case.walker.locked);
                own.seen = seen.clone();
                own.only = only.cloned();
                flow.cursor = String::new();
                flow.table = Some(own);
                let run = flow.run_table(body, case.line);
                **seen = flow.table.map(|table| table.seen).unwrap_or_default();
                run.findings
            }
            _ => flow.run_caller(body, case.line).findings,
        };
        (findings, flow.guards, flow.asked)
    };
    let (mut findings, guards, asked) = run(BTreeMap::new());
    let Some(first) = findings.iter().find(|f| is_wrong(f)).cloned() else {
        return (findings, guards);
    };
    // Whatever the answers are, they are one of these.
    let mut certain: Option<BTreeSet<(String, u32)>> = None;
    for answers in answers(&asked) {
        let found = run(answers).0;
        let wrong: BTreeSet<_> = found
            .iter()
            .filter(|f| is_wrong(f))
            .map(|f| (f.file.clone(), f.line))
            .collect();
        if wrong.is_empty() {
            let names: Vec<&str> = asked.iter().map(String::as_str).collect();
            findings.retain(|f| !is_wrong(f));
            let what = format!(
                "whether {} is reached hangs on {}, not followed,",
                first.what,
                names.join(", ")
            );
            let doubt = Finding {
                kind: FindingKind::Lost,
                what,
                ..first
            };
            findings.insert(0, doubt);
            return (findings, guards);
        }
        certain = Some(match certain {
            Some(known) => known.intersection(&wrong).cloned().collect(),
            None => wrong,
        });
    }
    if let Some(certain) = certain.filter(|certain| !certain.is_empty()) {
        findings.retain(|f| !is_wrong(f) || certain.contains(&(f.file.clone(), f.line)));
    }
    (findings, guards)
}

fn is_wrong(finding: &Finding) -> bool {
    finding.kind == FindingKind::Wrong
}

/// Lists what functions may answer: every combination, or all yes and all no where there are many.
fn answers(asked: &BTreeSet<String>) -> Vec<BTreeMap<String, bool>> {
    let of = |bits: u32| {
        let names = asked.iter().enumerate();
        names
            .map(|(i, name)| (name.clone(), bits >> i.min(31) & 1 == 1))
            .collect()
    };
    match asked.len() {
        0 => Vec::new(),
        n @ 1..=4 => (0..1 << n).map(of).collect(),
        _ => vec![of(0), of(u32::MAX)],
    }
}

/// Keeps the guards that stand before wrong uses; where none does, those that stand before other calls.
fn kept(oracle: &Oracle<'_>, guards: BTreeMap<FlowGuard, Vec<Atom>>) -> Vec<Kept> {
    let direct = guards.keys().any(|guard| guard.direct);
    let chosen = guards
        .into_iter()
        .filter(|(guard, _)| guard.direct == direct);
    chosen
        .map(|(guard, mut atoms)| {
            atoms.sort();
            let kinds = oracle.kinds_of(&atoms);
            Kept { guard, kinds }
        })
        .collect()
}

/// Says what a doubt hides.
fn spot(finding: &Finding) -> BlindSpot {
    let what = &finding.what;
    let (sort, what) = match finding.kind {
        FindingKind::Escape if what == POINTER => (
            BlindSort::Indirect,
            String::from("an entry goes into a call through a pointer"),
        ),
        FindingKind::Escape if is_macro(what) => (
            BlindSort::Macro,
            format!("an entry goes into the macro {what}, which is not looked through"),
        ),
        FindingKind::Escape => (
            BlindSort::NotFollowed,
            format!("an entry goes to {what}, which is not followed"),
        ),
        FindingKind::Unsure => (
            BlindSort::NotFollowed,
            format!("whether {what} sees the entry is not told apart"),
        ),
        FindingKind::Lost | FindingKind::Wrong if what == GRAMMAR => (
            BlindSort::Parse,
            String::from("a part of a function is not understood by the C grammar"),
        ),
        FindingKind::Lost | FindingKind::Wrong => (BlindSort::NotFollowed, what.clone()),
    };
    BlindSpot {
        file: finding.file.clone(),
        line: finding.line,
        sort,
        what,
    }
}

fn is_macro(name: &str) -> bool {
    name.bytes()
        .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn tell(
    oracle: &Oracle<'_>,
    (contract, level): (&[Atom], &str),
    wrong: &[(usize, Finding)],
    doubts: &[(usize, Finding)],
) -> Judged {
    if let Some((_, first)) = wrong
        .iter()
        .min_by_key(|(_, f)| (f.path.len(), f.file.clone(), f.line))
    {
        let mut atoms: Vec<_> = wrong.iter().map(|(i, _)| contract[*i]).collect();
        atoms.sort();
        let unhandled = oracle.kinds_of(&atoms);
        let reason = format!("{} is reached with {}", first.what, unhandled.join(", "));
        return Judged {
            unhandled,
            used: Some((first.file.clone(), first.line)),
            path: first.path.clone(),
            accessor: first.what.clone(),
            ..Judged::plain(Verdict::Unprepared, reason)
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
    let kinds = oracle.kinds_of(contract).join(", ");
    Judged::plain(
        Verdict::Prepared,
        format!(
            "no use is reached with a kind that it is wrong for ({kinds}; {} level)",
            // A pointer to an entry is named after it: `pte`, `ptep`.
            level.trim_end_matches('p').to_uppercase()
        ),
    )
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
