//! In: a parsed function. Out: a row for each of its entries that is told apart.

use super::keys::{Classes, Look, key, sources, spell, types};
use super::reader::{Asked, Follow, Questions, State};
use crate::audit::cursor::each_expression;
use crate::audit::explore::{explore, split};
use crate::flow::{Edge, Graph, Step, loads_entry};
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::vocabulary::{Atom, Oracle, Truth};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a function handles a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// No way leads to a condition with it.
    NotReached,
    /// It is what all conditions leave over.
    Default,
    /// A condition that accepts several kinds takes it.
    Group,
    /// A condition that accepts it alone takes it.
    Name,
}

impl How {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotReached => "not-reached",
            Self::Default => "default",
            Self::Group => "group",
            Self::Name => "name",
        }
    }
}

/// How a function handles one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The kind.
    pub kind: String,
    /// How it is handled.
    pub how: How,
    /// Lines of the conditions that take it or, by default, of the last that does not.
    pub lines: Vec<u32>,
    /// Those conditions, shortly.
    pub by: Vec<String>,
}

/// One entry of one function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixRow {
    /// Path, relative to the tree.
    pub file: String,
    /// The function.
    pub function: String,
    /// Line of its head, from 1.
    pub line: u32,
    /// The names that the entry has there.
    pub entry: String,
    /// A cell for each kind, in the tree's order.
    pub cells: Vec<Cell>,
}

/// Judges a function: `at` is file, name and line. Empty where it tells no two kinds apart.
pub(in crate::audit) fn judge(
    oracle: &mut Oracle<'_>,
    telling: &BTreeSet<&str>,
    at: (&str, &str, u32),
    bodies: &[Lowered],
) -> Vec<MatrixRow> {
    let mut out: Vec<MatrixRow> = Vec::new();
    for body in bodies {
        for row in of_body(oracle, telling, at, body) {
            match out.iter_mut().find(|known| known.entry == row.entry) {
                Some(known) => merge(known, row),
                None => out.push(row),
            }
        }
    }
    out
}

/// Joins what two readings of one function say: the better handling of each kind.
fn merge(known: &mut MatrixRow, other: MatrixRow) {
    for (cell, theirs) in known.cells.iter_mut().zip(other.cells) {
        if theirs.how > cell.how {
            *cell = theirs;
        } else if theirs.how == cell.how {
            cell.lines.extend(theirs.lines);
            cell.lines.sort_unstable();
            cell.lines.dedup();
        }
    }
}

fn of_body(
    oracle: &mut Oracle<'_>,
    telling: &BTreeSet<&str>,
    (file, function, line): (&str, &str, u32),
    body: &Lowered,
) -> Vec<MatrixRow> {
    let types = types(body);
    let (classes, roots) = {
        let oracle = &*oracle;
        let look = Look {
            carries: &|name| carries(oracle, name),
            // Of a field's type nothing is known here; a name says its own.
            holds: &|key| match types.get(key) {
                Some(kind) => oracle.is_entry(kind),
                None => {
                    types
                        .keys()
                        .all(|name| !key.starts_with(&format!("{name}.")))
                        || LEVELS.iter().any(|level| key.ends_with(level))
                }
            },
        };
        let classes = Classes::of(body, &look);
        let roots = roots(telling, &classes, body, &look);
        (classes, roots)
    };
    let graph = Graph::new(&body.body, line);
    let mut out = Vec::new();
    for root in roots {
        let members = classes.members(&root, &|kind| oracle.is_entry(kind));
        let Some(found) = follow(oracle, &classes, &root, &graph) else {
            continue;
        };
        let Some(cells) = cells(oracle, &graph, &found) else {
            continue;
        };
        let names: Vec<String> = members.into_iter().collect();
        out.push(MatrixRow {
            file: file.to_owned(),
            function: function.to_owned(),
            line,
            entry: if names.is_empty() {
                root
            } else {
                names.join(", ")
            },
            cells,
        });
    }
    out
}

/// Says whether a call hands on the entry that it is given.
fn carries(oracle: &Oracle<'_>, name: &str) -> bool {
    loads_entry(name) || oracle.is_wrapper(name) || oracle.converts(name)
}

/// How fields that hold an entry, or the place of one, end.
const LEVELS: [&str; 3] = ["pte", "pmd", "pud"];

/// Lists the classes that something is asked of.
fn roots(
    telling: &BTreeSet<&str>,
    classes: &Classes,
    body: &Lowered,
    look: &Look<'_>,
) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    each_expression(&body.body, &mut |expr| {
        if let Node::Call(name, arguments) = &expr.node
            && telling.contains(name.as_str())
        {
            for argument in arguments {
                let own = sources(argument, look);
                let own = own.iter().filter(|key| (look.holds)(key));
                out.extend(own.map(|key| classes.root(key)));
            }
        }
    });
    out
}

/// What following a class of names gave.
struct Found {
    questions: Questions,
    /// Edges that each atom may take at each point.
    taken: BTreeMap<(usize, Atom), (bool, bool)>,
    /// Conditions that stand behind a `!`, by line and spelling.
    negated: BTreeSet<(u32, String)>,
}

/// Follows every atom. `None` where the function has more ways than are followed.
fn follow(oracle: &mut Oracle<'_>, classes: &Classes, root: &str, graph: &Graph) -> Option<Found> {
    let mut found = Found {
        questions: Questions::new(),
        taken: BTreeMap::new(),
        negated: BTreeSet::new(),
    };
    for atom in oracle.atoms() {
        let mut reader = Follow {
            oracle: &mut *oracle,
            classes,
            root,
            atom,
            questions: &mut found.questions,
            point: 0,
            notes: false,
        };
        let reached = explore(graph, State::default(), &mut reader)?;
        // Conditions are noted once the states are settled: on the way there, answers come and go.
        reader.notes = true;
        for (at, state) in reached.states.iter().enumerate() {
            let Some(state) = state else { continue };
            reader.point = at;
            match &graph.points[at].step {
                Step::Test(condition) => {
                    let (yes, no) = split(&mut reader, condition, state.clone());
                    found
                        .taken
                        .insert((at, atom), (yes.is_some(), no.is_some()));
                }
                Step::Return(Some(value)) => drop(split(&mut reader, value, state.clone())),
                Step::Switch(value) => {
                    for (edge, _) in &graph.points[at].next {
                        if let Edge::Case(Some(label)) = edge {
                            use crate::audit::explore::Reader as _;
                            reader.case(value, label, &mut state.clone());
                        }
                    }
                }
                _ => {}
            }
        }
    }
    for point in &graph.points {
        if let Step::Test(condition) | Step::Return(Some(condition)) = &point.step {
            negations(condition, false, &mut found.negated);
        }
    }
    Some(found)
}

/// Notes the conditions behind an odd number of `!`.
fn negations(expr: &Expr, negated: bool, out: &mut BTreeSet<(u32, String)>) {
    match &expr.node {
        Node::Unary(operator, inner) if operator == "!" => negations(inner, !negated, out),
        Node::Binary(operator, a, b) if operator == "&&" || operator == "||" => {
            negations(a, negated, out);
            negations(b, negated, out);
        }
        Node::Call(_, arguments) if arguments.len() == 1 && key(expr).is_none() && !negated => {
            // A hint such as unlikely(!x()).
            if matches!(&arguments[0].node, Node::Unary(operator, _) if operator == "!") {
                negations(&arguments[0], negated, out);
            }
        }
        _ if negated => {
            out.insert((expr.line, spell(expr)));
        }
        _ => {}
    }
}

/// A condition with what it says of kinds.
struct Test<'q> {
    asked: &'q Asked,
    /// Kinds that it may accept.
    accepts: BTreeSet<String>,
    /// The only kind that it turns away, where it is asked with a `!` in front.
    only_refused: Option<String>,
}

/// Tells how each kind is handled. `None` where no two conditions tell kinds apart.
fn cells(oracle: &Oracle<'_>, graph: &Graph, found: &Found) -> Option<Vec<Cell>> {
    let tests: Vec<Test<'_>> = found
        .questions
        .iter()
        .filter_map(|(id, asked)| test(oracle, id, asked, found))
        .collect();
    let different: BTreeSet<&BTreeSet<String>> = tests.iter().map(|test| &test.accepts).collect();
    if different.len() < 2 {
        return None;
    }
    let atoms = oracle.atoms();
    let mut cells = Vec::new();
    for kind in oracle.kinds_of(&atoms) {
        let own: Vec<Atom> = atoms
            .iter()
            .copied()
            .filter(|atom| oracle.kind(*atom) == kind)
            .collect();
        cells.push(cell(&kind, &own, graph, found, &tests));
    }
    Some(cells)
}

fn test<'q>(
    oracle: &Oracle<'_>,
    id: &(u32, String),
    asked: &'q Asked,
    found: &Found,
) -> Option<Test<'q>> {
    let all = if asked.all.is_empty() {
        &asked.answers
    } else {
        &asked.all
    };
    let kinds = |wanted: &dyn Fn(Truth) -> bool| -> BTreeSet<String> {
        let atoms = all.iter().filter(|(_, truth)| wanted(**truth));
        atoms
            .map(|(atom, _)| oracle.kind(*atom).to_owned())
            .collect()
    };
    let refuses = kinds(&|truth| truth == Truth::No);
    let accepts = kinds(&|truth| truth != Truth::No);
    // What refuses nothing for sure asks about something else.
    if refuses.is_empty() || accepts.is_empty() {
        return None;
    }
    let mut left = refuses.difference(&accepts);
    let only_refused = match (left.next(), left.next()) {
        (Some(only), None) if found.negated.contains(id) => Some(only.clone()),
        _ => None,
    };
    Some(Test {
        asked,
        accepts,
        only_refused,
    })
}

fn cell(kind: &str, atoms: &[Atom], graph: &Graph, found: &Found, tests: &[Test<'_>]) -> Cell {
    let answer = |test: &Test<'_>| -> Option<(bool, bool)> {
        let own = atoms.iter().filter_map(|atom| test.asked.answers.get(atom));
        let own: Vec<Truth> = own.copied().collect();
        let yes = own.iter().any(|truth| *truth != Truth::No);
        let no = own.iter().any(|truth| *truth != Truth::Yes);
        (!own.is_empty()).then_some((yes, no))
    };
    let reached: Vec<(&Test<'_>, (bool, bool))> = tests
        .iter()
        .filter_map(|test| Some((test, answer(test)?)))
        .collect();
    let cell = |how: How, by: &[&Test<'_>]| {
        let mut by: Vec<&Asked> = by.iter().map(|test| test.asked).collect();
        by.sort_by_key(|asked| (asked.line, asked.order));
        let mut lines: Vec<u32> = by.iter().map(|asked| asked.line).collect();
        lines.dedup();
        Cell {
            kind: kind.to_owned(),
            how,
            lines,
            by: by.iter().map(|asked| asked.text.clone()).collect(),
        }
    };
    let by_name: Vec<&Test<'_>> = reached
        .iter()
        .filter(|(test, (yes, no))| {
            let alone = *yes && test.accepts.len() == 1;
            alone || (*no && test.only_refused.as_deref() == Some(kind))
        })
        .map(|(test, _)| *test)
        .collect();
    if !by_name.is_empty() {
        return cell(How::Name, &by_name);
    }
    let by_group: Vec<&Test<'_>> = reached
        .iter()
        .filter(|(test, (yes, _))| {
            let refined = |(later, (taken, _)): &(&Test<'_>, (bool, bool))| {
                !taken && refines(graph, found, (test, later), atoms)
            };
            *yes && !reached.iter().any(refined)
        })
        .map(|(test, _)| *test)
        .collect();
    if !by_group.is_empty() {
        return cell(How::Group, &by_group);
    }
    match reached
        .iter()
        .map(|(test, _)| *test)
        .max_by_key(|test| (test.asked.line, test.asked.order))
    {
        Some(last) => cell(How::Default, &[last]),
        None => cell(How::NotReached, &[]),
    }
}

/// Says whether a later condition is asked only of what the first lets through.
fn refines(
    graph: &Graph,
    found: &Found,
    (first, later): (&Test<'_>, &Test<'_>),
    atoms: &[Atom],
) -> bool {
    let (at, to) = (first.asked.point, later.asked.point);
    if at == to {
        return later.asked.order > first.asked.order;
    }
    let ways = atoms
        .iter()
        .filter_map(|atom| found.taken.get(&(at, *atom)));
    let (yes, no) = ways.fold((false, false), |(a, b), (c, d)| (a | c, b | d));
    let side = |wanted: bool| {
        let edges = graph.points[at]
            .next
            .iter()
            .filter(move |(edge, _)| match edge {
                Edge::Yes => wanted,
                Edge::No => !wanted,
                _ => false,
            });
        edges
            .map(|(_, to)| *to)
            .any(|start| leads(graph, start, to, at))
    };
    match (yes, no) {
        (true, false) => side(true) && !side(false),
        (false, true) => side(false) && !side(true),
        _ => false,
    }
}

/// Says whether a way leads from `start` to `to` that does not pass `around`.
fn leads(graph: &Graph, start: usize, to: usize, around: usize) -> bool {
    let mut seen = vec![false; graph.points.len()];
    let mut work = vec![start];
    while let Some(at) = work.pop() {
        if at == to {
            return true;
        }
        if at == around || std::mem::replace(&mut seen[at], true) {
            continue;
        }
        work.extend(graph.points[at].next.iter().map(|(_, next)| *next));
    }
    false
}
