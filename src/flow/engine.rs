//! In: a function's graph, and one kind of entry. Out: what happens to such an entry there.

use super::flags::FlagSet;
use super::graph::{Graph, Step};
use super::guard::Guard;
use super::scope::{Scope, shadowed};
use super::spot::{Phase, Spot};
use super::state::{Fields, State, Worth};
use super::table::Table;
use crate::syntax::ast::{Expr, Form, Lowered, Node, Stmt};
use crate::vocabulary::{Atom, Oracle, Truth, Value, Walker};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Steps that are made at most for one kind in one function and all its helpers, each of which is followed anew wherever it is
/// called: real walks take some thousands.
const STEPS: u64 = 500_000;

/// Points, names or lines that are gone through in the time of a step.
const PARTS_A_STEP: usize = 32;

/// What is said of code that does not parse.
pub(crate) const GRAMMAR: &str = "not understood by the C grammar";

/// What is said of a call of which it is not known whom it calls.
pub(crate) const POINTER: &str = "a call through a pointer";

/// What is said where something is made of the bits of an entry that is not present.
pub(crate) const RAW_BITS: &str = "something is reckoned from the bits of the entry";

/// What a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FindingKind {
    /// A use that is wrong for this kind.
    Wrong,
    /// A use of what may or may not be this entry.
    Unsure,
    /// The entry goes where it is not followed.
    Escape,
    /// Code that is not understood.
    Lost,
}

/// Something that happens to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What it is.
    pub(crate) kind: FindingKind,
    /// File and line.
    pub(crate) file: String,
    /// Line, from 1.
    pub(crate) line: u32,
    /// The use's name, or where the entry goes.
    pub(crate) what: String,
    /// Lines on the way there, from the walk: file and line.
    pub(crate) path: Vec<(String, u32)>,
}

/// A function that can be followed.
#[derive(Clone, Debug)]
pub(crate) struct Helper {
    /// Its file.
    pub(crate) file: String,
    /// Line of its head.
    pub(crate) line: u32,
    /// Its statements: one way for each set of `#if` arms that had to be read apart.
    pub(crate) bodies: Vec<Lowered>,
}

/// Finds functions by name.
pub(crate) trait Helpers: Sync {
    /// Gives the functions that `name` may mean in `file`, each of another file; none where none is at hand, or one is not
    /// understood.
    fn all(&self, file: &str, name: &str) -> Vec<Arc<Helper>>;

    /// Gives the one function that `name` means in `file`; `None` where there is none or more than one.
    fn find(&self, file: &str, name: &str) -> Option<Arc<Helper>> {
        let mut all = self.all(file, name);
        if all.len() == 1 { all.pop() } else { None }
    }
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// Findings, in order of points.
    pub(crate) findings: Vec<Finding>,
    /// Where the function may return yes, with what is known there.
    pub(crate) hits: Vec<Hit>,
    pub(super) returns: Option<Worth>,
    pub(super) slot: Option<Worth>,
    /// Where in the table the run began.
    pub(super) phase: Option<Phase>,
    pub(super) fields: Option<Fields>,
    pub(super) table: Option<Spot>,
}

/// A `return` that may say yes.
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    /// Its line.
    pub(crate) line: u32,
    /// Does the level's field point to the entry there? `Either` where that is not told.
    pub(crate) here: Truth,
    /// The way there.
    pub(crate) path: Vec<(String, u32)>,
}

/// One kind of entry on its way through a function and its helpers.
pub(crate) struct Flow<'f, 'h> {
    /// Answers about kinds.
    pub(crate) oracle: &'f mut Oracle<'h>,
    /// What the entry is.
    pub(crate) atom: Atom,
    /// The walker whose hits are followed.
    pub(crate) walker: &'f Walker,
    /// The cursor's field that holds the entry: `pte` or `pmd`.
    pub(crate) level: &'static str,
    /// Is it the walker's own code that is followed? Then it is what puts the entry in place.
    pub(super) inside: bool,
    /// The cursor's name in the function.
    pub(crate) cursor: String,
    /// The macro that declares the cursor, where one does.
    pub(crate) maker: String,
    /// What is known of the cursor's flags.
    pub(crate) flags: FlagSet,
    /// The file of the function.
    pub(crate) file: String,
    /// Functions that can be followed.
    pub(crate) helpers: &'f dyn Helpers,
    /// Findings, while they are collected.
    pub(super) findings: Option<Vec<Finding>>,
    /// Conditions that kept the entry from something.
    pub(crate) guards: Vec<Guard>,
    /// Functions that were handed the entry and are not followed: what they answer is not known.
    pub(crate) asked: BTreeSet<String>,
    /// What some of them are taken to answer, to see what hangs on it.
    pub(crate) assumed: BTreeMap<String, bool>,
    /// The table that the entry comes from, where it comes from no cursor.
    pub(crate) table: Option<Table>,
    /// Locals of a walker's own code that point to entries of the level.
    pub(super) places: BTreeSet<String>,
    /// What the structs hold that a call is handed.
    pub(super) carried: Vec<(usize, String, Worth)>,
    /// What is known of the names of the function that is followed.
    pub(super) scope: Scope,
    /// Parameters of the function that is followed, where a call led to it.
    pub(super) parameters: Vec<String>,
    /// Are functions followed further than others, for what they do with the entry?
    pub(super) deeper: bool,
    pub(super) stack: Vec<String>,
    /// Steps made so far, in the function and all helpers.
    pub(crate) steps: u64,
    /// Did a function have more paths than are followed?
    exhausted: bool,
}

impl<'f, 'h> Flow<'f, 'h> {
    /// Makes one for an entry of `atom`.
    pub(crate) fn new(
        oracle: &'f mut Oracle<'h>,
        (atom, walker, level): (Atom, &'f Walker, &'static str),
        helpers: &'f dyn Helpers,
    ) -> Self {
        Self {
            oracle,
            atom,
            walker,
            level,
            inside: false,
            cursor: String::new(),
            maker: String::new(),
            flags: FlagSet {
                open: true,
                ..FlagSet::default()
            },
            file: String::new(),
            helpers,
            findings: None,
            guards: Vec::new(),
            asked: BTreeSet::new(),
            assumed: BTreeMap::new(),
            table: None,
            places: BTreeSet::new(),
            carried: Vec::new(),
            scope: Scope::default(),
            parameters: Vec::new(),
            deeper: false,
            stack: Vec::new(),
            steps: 0,
            exhausted: false,
        }
    }

    /// Runs a caller of the walker: the entry appears where the walk says yes.
    pub(crate) fn run_caller(&mut self, body: &Lowered, line: u32) -> Run {
        let mut state = State {
            names: Default::default(),
            slot: Worth::unknown(),
            fields: self.fields(&Worth::Slot, &Worth::unknown()),
            table: None,
        };
        for (kind, name) in &body.parameters {
            let cursor = *name == self.cursor && kind.contains(self.walker.cursor);
            state.names.insert(name, own_or_unknown(cursor));
        }
        self.run(body, line, state)
    }

    /// Runs the walker itself: every entry that it comes to is of the kind.
    pub(crate) fn run_walker(&mut self, body: &Lowered, line: u32) -> Run {
        self.inside = true;
        let mut state = State {
            names: Default::default(),
            slot: Worth::unknown(),
            fields: self.fields_before(),
            table: None,
        };
        for (number, (kind, name)) in body.parameters.iter().enumerate() {
            let cursor = kind.contains(self.walker.cursor);
            let worth = match self.walker.flags == Some(number) {
                true => Worth::Flags,
                false => own_or_unknown(cursor),
            };
            state.names.insert(name, worth);
        }
        self.run(body, line, state)
    }

    pub(super) fn run(&mut self, body: &Lowered, line: u32, start: State) -> Run {
        self.run_from(body, line, vec![start])
    }

    /// Runs a body from one or more states.
    pub(super) fn run_from(&mut self, body: &Lowered, line: u32, starts: Vec<State>) -> Run {
        let graph = Graph::new(&body.body, line);
        let walks = self.table.is_none() && !self.inside;
        let cursor = (self.cursor.as_str(), self.maker.as_str());
        let mut scope = Scope::new(&graph, cursor, (self.walker.cursor, walks));
        scope.shadowed = shadowed(&body.parameters, &body.body);
        let outer_scope = std::mem::replace(&mut self.scope, scope);
        let outer = self.findings.take();
        let aside = self.set_aside();
        let mut run = Run {
            phase: starts
                .first()
                .and_then(|s| s.table.as_ref())
                .map(|spot| spot.phase),
            ..Run::default()
        };
        let phases = self.phases();
        let (states, from) = self.fixpoint(&graph, starts);
        for (node, state) in states.into_iter().enumerate() {
            let at = node / phases;
            let Some(state) = state else { continue };
            self.spend(1, state.names.len());
            if self.steps > 2 * STEPS {
                self.exhausted = true;
                break;
            }
            self.findings = Some(Vec::new());
            let hits = run.hits.len();
            self.each_choice(state, &mut |flow, mut state| {
                flow.visit(&graph, at, &mut state, &mut run);
            });
            if let Some(hit) = run.hits.get_mut(hits) {
                hit.path = self.path(&graph, &from, node);
            }
            for mut finding in self.findings.take().unwrap_or_default() {
                let mut path = self.path(&graph, &from, node);
                path.append(&mut finding.path);
                finding.path = path;
                run.findings.push(finding);
            }
        }
        if std::mem::take(&mut self.exhausted) {
            run.findings.push(Finding {
                kind: FindingKind::Lost,
                file: self.file.clone(),
                line,
                what: String::from("more paths than are followed"),
                path: Vec::new(),
            });
        }
        for line in &body.errors {
            run.findings.push(Finding {
                kind: FindingKind::Lost,
                file: self.file.clone(),
                line: *line,
                what: String::from(GRAMMAR),
                path: Vec::new(),
            });
        }
        self.findings = outer;
        self.scope = outer_scope;
        self.take_back(aside);
        run
    }

    /// Counts `steps` made, and one for every so many `parts` that were gone through.
    pub(super) fn spend(&mut self, steps: u64, parts: usize) {
        self.steps += steps + (parts / PARTS_A_STEP) as u64;
    }

    /// Evaluates one point for its findings and returns.
    fn visit(&mut self, graph: &Graph, at: usize, state: &mut State, run: &mut Run) {
        let point = &graph.points[at];
        match &point.step {
            Step::Test(expr) => {
                let worth = self.eval(expr, state);
                let truth = self.truth_of(&worth, expr.line);
                self.guard_point(graph, at, expr, truth);
            }
            Step::Switch(expr) => {
                let taken = self.switch(&point.next, expr, state.clone());
                let taken: BTreeSet<usize> = taken.into_iter().map(|(to, _)| to).collect();
                self.guard_switch(graph, at, expr, &taken);
            }
            Step::Effect(expr) => drop(self.eval(expr, state)),
            Step::Local(_, _, Some(value)) => drop(self.eval(value, state)),
            Step::Return(value) => {
                let worth = value
                    .as_ref()
                    .map_or_else(Worth::unknown, |v| self.eval(v, state));
                self.hand_back(&worth, point.line, state);
                self.give_away(&worth, point.line);
                if worth.truth() != Truth::No && self.stack.is_empty() {
                    run.hits.push(Hit {
                        line: point.line,
                        here: self.is_here(state),
                        path: Vec::new(),
                    });
                }
                run.returns = Some(match run.returns.take() {
                    Some(known) => known.join(&worth, (self.atom, self.table.is_some())),
                    None => worth,
                });
                if self.is_aside(run, state) {
                    return;
                }
                let slot = state.slot.clone();
                run.slot = Some(match run.slot.take() {
                    Some(known) if self.table.is_some() => known.join(&slot, (self.atom, true)),
                    Some(known) if known != slot => Worth::Plain(Value::Derived(self.atom)),
                    _ => slot,
                });
                run.fields = Some(match run.fields.take() {
                    Some(known) => merge_fields(&known, &state.fields),
                    None => state.fields.clone(),
                });
            }
            Step::Lost => self.note(
                FindingKind::Lost,
                point.line,
                String::from("a statement is not understood"),
            ),
            Step::Meet | Step::Local(_, _, None) => {}
        }
    }

    fn fixpoint(
        &mut self,
        graph: &Graph,
        starts: Vec<State>,
    ) -> (Vec<Option<State>>, Vec<Option<usize>>) {
        let phases = self.phases();
        let count = graph.points.len() * phases;
        let mut states: Vec<Option<State>> = vec![None; count];
        let mut from: Vec<Option<usize>> = vec![None; count];
        let mut work = VecDeque::new();
        let mut waiting = vec![false; count];
        for start in starts {
            let node = start.node(0, phases);
            states[node] = Some(start);
            work.push_back(node);
        }
        // Each name only ever becomes less known, so this ends; the bound is for what should not be.
        let mut left = graph.points.len() * 200 + 1000;
        while let Some(at) = work.pop_front() {
            waiting[at] = false;
            left -= 1;
            let names = states[at].as_ref().map_or(0, |state| state.names.len());
            self.spend(1, names);
            if left == 0 || self.steps > STEPS {
                self.exhausted = true;
                break;
            }
            let Some(state) = states[at].clone() else {
                continue;
            };
            let mut out = Vec::new();
            self.each_choice(state, &mut |flow, state| {
                out.extend(flow.transfer(graph, at / phases, state));
            });
            for (to, next) in out {
                let to = next.node(to, phases);
                let joined = match &states[to] {
                    Some(known) => known.join(&next, self.atom),
                    None => {
                        from[to] = Some(at);
                        next
                    }
                };
                if states[to].as_ref() != Some(&joined) {
                    states[to] = Some(joined);
                    if !std::mem::replace(&mut waiting[to], true) {
                        work.push_back(to);
                    }
                }
            }
        }
        (states, from)
    }

    fn transfer(&mut self, graph: &Graph, at: usize, mut state: State) -> Vec<(usize, State)> {
        let point = &graph.points[at];
        match &point.step {
            Step::Meet | Step::Lost => {}
            Step::Return(_) => return Vec::new(),
            Step::Effect(expr) => {
                self.declare(expr, &mut state);
                self.eval(expr, &mut state);
            }
            Step::Local(kind, name, value) => {
                let worth = value
                    .as_ref()
                    .map_or_else(Worth::unknown, |v| self.eval(v, &mut state));
                if *name == self.cursor && kind.contains(self.walker.cursor) {
                    state.names.insert(name, Worth::Cursor);
                } else {
                    if let (Some(table), false) = (&mut self.table, kind.contains('*')) {
                        table.locals.insert((*name).to_owned());
                    }
                    self.turn(name, &mut state);
                    let worth = self.typed(kind, worth);
                    let mut worth =
                        self.local_place(kind, name, (worth, value.is_some()), &mut state);
                    if let (true, Some(outer)) =
                        (self.scope.shadowed.contains(*name), state.names.get(name))
                    {
                        worth = outer.join(&worth, (self.atom, self.table.is_some()));
                    }
                    state.names.insert(name, worth);
                }
            }
            Step::Test(expr) => return self.test(graph, at, expr, state),
            Step::Switch(expr) => return self.switch(point.next.as_slice(), expr, state),
        }
        point
            .next
            .iter()
            .map(|(_, to)| (*to, state.clone()))
            .collect()
    }

    /// A macro that declares the cursor looks like a call with the cursor's name in front.
    fn declare(&self, expr: &Expr, state: &mut State) {
        if let Node::Call(_, arguments) = &expr.node
            && matches!(arguments.first(), Some(Expr { node: Node::Name(name), .. }) if *name == self.cursor)
            && !state.names.contains(&self.cursor)
        {
            state.names.insert(&self.cursor, Worth::Cursor);
        }
    }

    pub(super) fn typed(&self, kind: &str, worth: Worth) -> Worth {
        match worth {
            Worth::Plain(value) => Worth::Plain(self.oracle.typed(kind, value)),
            other => other,
        }
    }

    /// `({ … })`: its statements in order, worth its last expression.
    pub(super) fn block(&mut self, list: &[Stmt], state: &mut State) -> Worth {
        let mut worth = Worth::unknown();
        for statement in list {
            match &statement.node {
                Form::Do(expr) => worth = self.eval(expr, state),
                Form::Local(kind, name, value) => {
                    let own = value
                        .as_ref()
                        .map_or_else(Worth::unknown, |v| self.eval(v, state));
                    state.names.insert(name, self.typed(kind, own));
                }
                Form::Empty => {}
                _ => {
                    let what = String::from("a statement expression is not followed");
                    self.note(FindingKind::Lost, statement.line, what);
                }
            }
        }
        worth
    }

    /// Gives the lines on the way to a point, from the last walk on it.
    fn path(&mut self, graph: &Graph, from: &[Option<usize>], at: usize) -> Vec<(String, u32)> {
        let phases = self.phases();
        let mut points = vec![at];
        let mut here = at;
        while let Some(before) = from[here] {
            points.push(before);
            here = before;
            let walk = match &graph.points[before / phases].step {
                Step::Test(expr) if self.walks(expr).is_some() => true,
                step => self.starts(step),
            };
            if walk || points.len() > from.len() {
                break;
            }
        }
        self.spend(0, points.len());
        points.reverse();
        let mut lines = Vec::new();
        for point in points {
            let point = &graph.points[point / phases];
            let shown = match &point.step {
                Step::Meet => false,
                Step::Local(_, _, value) => value.is_some(),
                _ => true,
            };
            let line = (self.file.clone(), point.line);
            if shown && lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        lines
    }
}

pub(super) fn merge_fields(a: &Fields, b: &Fields) -> Fields {
    a.iter()
        .map(|(field, worth)| {
            let same = b.get(field) == Some(worth);
            let worth = if same {
                worth.clone()
            } else {
                Worth::unknown()
            };
            (*field, worth)
        })
        .collect::<BTreeMap<_, _>>()
        .into()
}

pub(super) fn own_or_unknown(cursor: bool) -> Worth {
    if cursor {
        Worth::Cursor
    } else {
        Worth::unknown()
    }
}
