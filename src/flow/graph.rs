//! In: a function's statements. Out: its control-flow graph.

use super::tables::never_returns;
use crate::syntax::ast::{Expr, Form, Node, Stmt};
use std::collections::HashMap;

/// What happens at a point.
#[derive(Clone, Debug)]
pub(crate) enum Step<'s> {
    /// Nothing: a place where paths meet.
    Meet,
    /// An expression for its effect.
    Effect(&'s Expr),
    /// A local: type, name, value.
    Local(&'s str, &'s str, Option<&'s Expr>),
    /// A condition with a yes and a no edge.
    Test(&'s Expr),
    /// A switch over a value.
    Switch(&'s Expr),
    /// The function ends.
    Return(Option<&'s Expr>),
    /// Not understood.
    Lost,
}

/// When an edge is taken.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Edge<'s> {
    /// Always.
    Always,
    /// The test says yes.
    Yes,
    /// The test says no.
    No,
    /// The switch's value is this; `None` where the label is not understood.
    Case(Option<&'s Expr>),
    /// No label fits.
    Default,
}

/// One point.
#[derive(Clone, Debug)]
pub(crate) struct Point<'s> {
    /// What happens.
    pub(crate) step: Step<'s>,
    /// Line, from 1.
    pub(crate) line: u32,
    /// Where control goes.
    pub(crate) next: Vec<(Edge<'s>, usize)>,
}

/// A function's control flow; point 0 is its entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph<'s> {
    /// The points.
    pub(crate) points: Vec<Point<'s>>,
}

/// Edges that wait for the next point.
type Open<'s> = Vec<(usize, Edge<'s>)>;

impl<'s> Graph<'s> {
    /// Builds the graph of a function's body.
    pub(crate) fn new(body: &'s [Stmt], line: u32) -> Self {
        let mut builder = Builder::default();
        let entry = builder.point(Step::Meet, line);
        let open = builder.list(body, vec![(entry, Edge::Always)]);
        let end = builder.point(Step::Return(None), body.last().map_or(line, |s| s.line));
        builder.join(open, end);
        for (from, label) in std::mem::take(&mut builder.gotos) {
            let to = builder.labels.get(label).copied();
            // A goto to a label that is not seen: an assembler label, or one inside a macro.
            let to = to.unwrap_or_else(|| builder.point(Step::Lost, line));
            builder.graph.points[from].next.push((Edge::Always, to));
        }
        builder.graph
    }
}

#[derive(Default)]
struct Builder<'s> {
    graph: Graph<'s>,
    labels: HashMap<&'s str, usize>,
    gotos: Vec<(usize, &'s str)>,
    /// Where `break` and `continue` edges wait, innermost last.
    breaks: Vec<Open<'s>>,
    continues: Vec<Open<'s>>,
    /// Open switches: the switch's point, and whether it has a default.
    switches: Vec<(usize, bool)>,
}

impl<'s> Builder<'s> {
    fn point(&mut self, step: Step<'s>, line: u32) -> usize {
        self.graph.points.push(Point {
            step,
            line,
            next: Vec::new(),
        });
        self.graph.points.len() - 1
    }

    fn join(&mut self, open: Open<'s>, to: usize) {
        for (from, edge) in open {
            self.graph.points[from].next.push((edge, to));
        }
    }

    fn add(&mut self, step: Step<'s>, line: u32, open: Open<'s>) -> usize {
        let at = self.point(step, line);
        self.join(open, at);
        at
    }

    fn list(&mut self, list: &'s [Stmt], mut open: Open<'s>) -> Open<'s> {
        for statement in list {
            open = self.statement(statement, open);
        }
        open
    }

    fn statement(&mut self, statement: &'s Stmt, open: Open<'s>) -> Open<'s> {
        let line = statement.line;
        match &statement.node {
            Form::Empty => open,
            Form::Block(list) => self.list(list, open),
            Form::Do(expr) => self.effect(expr, line, open),
            Form::Local(kind, name, value) => {
                let step = Step::Local(kind, name, value.as_ref());
                vec![(self.add(step, line, open), Edge::Always)]
            }
            Form::If(condition, then, other) => {
                self.choice(line, (condition, then, other.as_deref()), open)
            }
            Form::While(condition, body) => self.repeat(Some(condition), None, body, (line, open)),
            Form::For(start, test, step, body) => {
                let open = match start {
                    Some(start) => self.statement(start, open),
                    None => open,
                };
                self.repeat(test.as_ref(), step.as_ref(), body, (line, open))
            }
            Form::DoWhile(body, condition) => self.do_while(body, condition, line, open),
            Form::Switch(value, body) => self.switch(value, body, line, open),
            Form::Case(from, to) => self.case(from.as_ref(), to.is_some(), line, open),
            Form::Label(name) => {
                let at = self.add(Step::Meet, line, open);
                self.labels.insert(name, at);
                vec![(at, Edge::Always)]
            }
            Form::Goto(label) => {
                let at = self.add(Step::Meet, line, open);
                self.gotos.push((at, label));
                Vec::new()
            }
            Form::Return(value) => {
                self.add(Step::Return(value.as_ref()), line, open);
                Vec::new()
            }
            Form::Break => park(&mut self.breaks, open),
            Form::Continue => park(&mut self.continues, open),
            Form::Arms(arms) => self.arms(arms, line, open),
            Form::Opaque => vec![(self.add(Step::Lost, line, open), Edge::Always)],
        }
    }

    /// A statement for what it does: from some calls control does not come back.
    fn effect(&mut self, expr: &'s Expr, line: u32, open: Open<'s>) -> Open<'s> {
        let ends = match &expr.node {
            Node::Call(name, arguments) => never_returns(name).map(|when| (when, arguments)),
            _ => None,
        };
        match ends {
            Some((None, _)) => {
                self.add(Step::Effect(expr), line, open);
                Vec::new()
            }
            Some((Some(number), arguments)) if number < arguments.len() => {
                let test = Step::Test(&arguments[number]);
                vec![(self.add(test, line, open), Edge::No)]
            }
            _ => vec![(self.add(Step::Effect(expr), line, open), Edge::Always)],
        }
    }

    fn choice(
        &mut self,
        line: u32,
        (condition, then, other): (&'s Expr, &'s Stmt, Option<&'s Stmt>),
        open: Open<'s>,
    ) -> Open<'s> {
        let test = self.add(Step::Test(condition), line, open);
        let mut out = self.statement(then, vec![(test, Edge::Yes)]);
        match other {
            Some(other) => out.extend(self.statement(other, vec![(test, Edge::No)])),
            None => out.push((test, Edge::No)),
        }
        out
    }

    fn repeat(
        &mut self,
        test: Option<&'s Expr>,
        step: Option<&'s Expr>,
        body: &'s Stmt,
        (line, open): (u32, Open<'s>),
    ) -> Open<'s> {
        let head = match test {
            Some(test) => self.add(Step::Test(test), line, open),
            None => self.add(Step::Meet, line, open),
        };
        let inside = if test.is_some() {
            Edge::Yes
        } else {
            Edge::Always
        };
        self.breaks.push(Vec::new());
        self.continues.push(Vec::new());
        let mut again = self.statement(body, vec![(head, inside)]);
        again.extend(self.continues.pop().unwrap_or_default());
        if let Some(step) = step {
            again = vec![(self.add(Step::Effect(step), line, again), Edge::Always)];
        }
        self.join(again, head);
        let mut out = self.breaks.pop().unwrap_or_default();
        if test.is_some() {
            out.push((head, Edge::No));
        }
        out
    }

    fn do_while(
        &mut self,
        body: &'s Stmt,
        condition: &'s Expr,
        line: u32,
        open: Open<'s>,
    ) -> Open<'s> {
        let head = self.add(Step::Meet, line, open);
        self.breaks.push(Vec::new());
        self.continues.push(Vec::new());
        let mut open = self.statement(body, vec![(head, Edge::Always)]);
        open.extend(self.continues.pop().unwrap_or_default());
        let test = self.add(Step::Test(condition), condition.line, open);
        self.join(vec![(test, Edge::Yes)], head);
        let mut out = self.breaks.pop().unwrap_or_default();
        out.push((test, Edge::No));
        out
    }

    fn switch(&mut self, value: &'s Expr, body: &'s Stmt, line: u32, open: Open<'s>) -> Open<'s> {
        let at = self.add(Step::Switch(value), line, open);
        self.breaks.push(Vec::new());
        self.switches.push((at, false));
        let mut out = self.statement(body, Vec::new());
        out.extend(self.breaks.pop().unwrap_or_default());
        if let Some((at, false)) = self.switches.pop() {
            out.push((at, Edge::Default));
        }
        out
    }

    fn case(
        &mut self,
        label: Option<&'s Expr>,
        range: bool,
        line: u32,
        mut open: Open<'s>,
    ) -> Open<'s> {
        if let Some((at, default)) = self.switches.last_mut() {
            let edge = match label {
                Some(label) if !range => Edge::Case(Some(label)),
                Some(_) => Edge::Case(None),
                None => {
                    *default = true;
                    Edge::Default
                }
            };
            open.push((*at, edge));
        }
        vec![(self.add(Step::Meet, line, open), Edge::Always)]
    }

    fn arms(&mut self, arms: &'s [(String, Vec<Stmt>)], line: u32, open: Open<'s>) -> Open<'s> {
        let head = self.add(Step::Meet, line, open);
        let mut out = Vec::new();
        for (_, body) in arms {
            out.extend(self.list(body, vec![(head, Edge::Always)]));
        }
        // Without `#else` there is a configuration in which nothing stands here.
        if arms
            .last()
            .is_some_and(|(condition, _)| !condition.is_empty())
        {
            out.push((head, Edge::Always));
        }
        out
    }
}

/// Lets edges wait for the end of the innermost loop or switch.
fn park<'s>(waiting: &mut [Open<'s>], open: Open<'s>) -> Open<'s> {
    if let Some(innermost) = waiting.last_mut() {
        innermost.extend(open);
    }
    Vec::new()
}
