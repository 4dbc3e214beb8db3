//! In: a function's graph, and someone who can read its conditions. Out: the points that are reached, and what is
//! known at each.
//!
//! Whoever reads says what one condition is worth; here `&&`, `||`, `!` and `switch` are taken apart, paths are joined,
//! and the first way to each point is kept.

use crate::flow::{Edge, Graph, Step};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::Truth;
use std::collections::VecDeque;

/// Reads expressions for [`explore`].
pub(super) trait Reader {
    /// What is known at a point. A join must only ever know less, so that loops end.
    type State: Clone + PartialEq;

    /// Takes what a point does that is no condition.
    fn step(&mut self, step: &Step, state: &mut Self::State);

    /// Evaluates a condition that is no `&&`, `||` or `!`; what it does happens in `state`.
    fn leaf(&mut self, expr: &Expr, state: &mut Self::State) -> Truth;

    /// Narrows `state` by the answer of a condition that [`Reader::leaf`] has evaluated.
    fn assume(&mut self, expr: &Expr, answer: bool, state: &mut Self::State);

    /// Says whether a switch over `value` goes to `label`.
    fn case(&mut self, value: &Expr, label: &Expr, state: &mut Self::State) -> Truth;

    /// Joins two ways to one point.
    fn join(&self, one: &Self::State, other: &Self::State) -> Self::State;

    /// Says whether a call is worth its first argument.
    fn is_wrapper(&self, name: &str) -> bool;
}

/// The points that are reached.
pub(super) struct Reached<S> {
    /// What is known at each point; `None` where no way leads.
    pub(super) states: Vec<Option<S>>,
    /// The point before, on the first way found.
    from: Vec<Option<usize>>,
}

/// How often each point is looked at before it is given up.
const VISITS: usize = 64;

/// Walks `graph` from its entry. `None` where that takes more steps than are made.
pub(super) fn explore<R: Reader>(
    graph: &Graph,
    start: R::State,
    reader: &mut R,
) -> Option<Reached<R::State>> {
    let count = graph.points.len();
    let mut reached = Reached {
        states: vec![None; count],
        from: vec![None; count],
    };
    reached.states[0] = Some(start);
    let mut work = VecDeque::from([0]);
    let mut left = (count + 16) * VISITS;
    while let Some(at) = work.pop_front() {
        left = left.checked_sub(1)?;
        let Some(state) = reached.states[at].clone() else {
            continue;
        };
        for (to, next) in transfer(graph, at, state, reader) {
            let joined = match &reached.states[to] {
                Some(known) => reader.join(known, &next),
                None => {
                    reached.from[to] = Some(at);
                    next
                }
            };
            if reached.states[to].as_ref() != Some(&joined) {
                reached.states[to] = Some(joined);
                if !work.contains(&to) {
                    work.push_back(to);
                }
            }
        }
    }
    Some(reached)
}

impl<S> Reached<S> {
    /// Gives the lines of the points that `shows` takes on the first way to a point, and the point's own.
    pub(super) fn lines(
        &self,
        graph: &Graph,
        at: usize,
        shows: &mut dyn FnMut(usize) -> bool,
    ) -> Vec<u32> {
        let mut lines = vec![graph.points[at].line];
        let (mut here, mut left) = (at, graph.points.len());
        while let (Some(before), true) = (self.from[here], left > 0) {
            if shows(before) {
                lines.push(graph.points[before].line);
            }
            here = before;
            left -= 1;
        }
        lines.reverse();
        lines.dedup();
        lines
    }
}

fn transfer<R: Reader>(
    graph: &Graph,
    at: usize,
    mut state: R::State,
    reader: &mut R,
) -> Vec<(usize, R::State)> {
    let point = &graph.points[at];
    match &point.step {
        Step::Return(_) => Vec::new(),
        Step::Test(condition) => {
            let (yes, no) = split(reader, condition, state);
            let choose = |(edge, to): &(Edge, usize)| {
                let state = match edge {
                    Edge::Yes => yes.clone(),
                    Edge::No => no.clone(),
                    _ => yes.clone().or_else(|| no.clone()),
                };
                Some((*to, state?))
            };
            point.next.iter().filter_map(choose).collect()
        }
        Step::Switch(value) => switch(&point.next, value, state, reader),
        step => {
            reader.step(step, &mut state);
            let to = |(_, to): &(Edge, usize)| (*to, state.clone());
            point.next.iter().map(to).collect()
        }
    }
}

fn switch<R: Reader>(
    next: &[(Edge, usize)],
    value: &Expr,
    mut state: R::State,
    reader: &mut R,
) -> Vec<(usize, R::State)> {
    let (mut certain, mut out) = (false, Vec::new());
    for (edge, to) in next {
        if let Edge::Case(label) = edge {
            let truth = match label {
                Some(label) => reader.case(value, label, &mut state),
                None => Truth::Either,
            };
            certain |= truth == Truth::Yes;
            if truth != Truth::No {
                out.push((*to, state.clone()));
            }
        }
    }
    let others = next
        .iter()
        .filter(|(edge, _)| !matches!(edge, Edge::Case(_)) && !certain);
    out.extend(others.map(|(_, to)| (*to, state.clone())));
    out
}

/// What is known where a condition says yes, and where it says no.
type Both<S> = (Option<S>, Option<S>);

/// Takes a condition apart.
pub(super) fn split<R: Reader>(reader: &mut R, expr: &Expr, mut state: R::State) -> Both<R::State> {
    match &expr.node {
        Node::Unary(operator, inner) if operator == "!" => {
            let (yes, no) = split(reader, inner, state);
            (no, yes)
        }
        Node::Binary(operator, a, b) if operator == "&&" => {
            let (yes, no) = split(reader, a, state);
            let (both, second) = yes.map_or((None, None), |yes| split(reader, b, yes));
            (both, merge(reader, no, second))
        }
        Node::Binary(operator, a, b) if operator == "||" => {
            let (yes, no) = split(reader, a, state);
            let (second, neither) = no.map_or((None, None), |no| split(reader, b, no));
            (merge(reader, yes, second), neither)
        }
        Node::Call(name, arguments) if arguments.len() == 1 && reader.is_wrapper(name) => {
            split(reader, &arguments[0], state)
        }
        _ => {
            let truth = reader.leaf(expr, &mut state);
            let mut on = |answer: bool, taken: bool| {
                taken.then(|| {
                    let mut state = state.clone();
                    reader.assume(expr, answer, &mut state);
                    state
                })
            };
            let yes = on(true, truth != Truth::No);
            (yes, on(false, truth != Truth::Yes))
        }
    }
}

fn merge<R: Reader>(
    reader: &R,
    one: Option<R::State>,
    other: Option<R::State>,
) -> Option<R::State> {
    match (one, other) {
        (Some(one), Some(other)) => Some(reader.join(&one, &other)),
        (one, other) => one.or(other),
    }
}
