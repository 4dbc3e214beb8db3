//! In: a function that maps a page table, or is handed a place in one. Out: its walk, judged for entries of every kind.
//!
//! Nobody has looked at such an entry before: whatever the function does with it, it must ask first.

use super::{Context, Place, quote_guards, quote_use};
use crate::audit::cursor::{each_expression, each_statement};
use crate::audit::facts::{BlindSpot, Walk};
use crate::audit::fingerprint::Accessors;
use crate::audit::library::Desk;
use crate::audit::scan::Hit;
use crate::audit::verdict::{Case, judge, quote};
use crate::flow::{Start, path};
use crate::syntax::ast::{Expr, Form, Lowered, Node};
use crate::syntax::{Lexer, Token};
use crate::vocabulary::{Oracle, Walker, WalkerSort};
use std::collections::BTreeSet;

impl Place<'_> {
    /// Where the entry's place comes from, where no cursor holds it.
    pub(super) fn start(&self) -> Option<Start> {
        match self.walker.sort {
            WalkerSort::Map => Some(Start::Call(self.name.to_owned(), self.line)),
            WalkerSort::Callback => Some(Start::Parameter(0)),
            WalkerSort::Cursor | WalkerSort::Snapshot => None,
        }
    }

    /// Judges what the function does with the entry at a place.
    pub(super) fn table_walk(
        &self,
        bodies: &[Lowered],
        start: Start,
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> (Walk, Accessors, Vec<BlindSpot>) {
        let (cursor, from) = match &start {
            Start::Call(name, line) => (variable(bodies, name, *line), "pointer"),
            Start::Parameter(number) => (parameter(bodies, *number), "parameter"),
        };
        let level = self.walker.fields.first().copied().unwrap_or_default();
        let contract = oracle.atoms_of_level(level);
        let hidden = self.hidden();
        let hidden =
            hidden.map(|name| format!("the macro {name} of the file is not looked through"));
        let case = Case {
            file: &self.hit.path,
            line: self.span.0,
            bodies,
            cursor: &cursor,
            from,
            walker: self.walker,
            start: Some(start),
            unseen: hidden.as_deref(),
            alike: &BTreeSet::new(),
        };
        let judged = judge(&case, 0, (&mut *oracle, helpers), Ok(&contract));
        let quoted = |file: &str, line: u32| context.library.line(file, line);
        let walk = Walk {
            guards: quote_guards(&judged.guards, &quoted),
            fingerprint: String::new(),
            file: self.hit.path.clone(),
            function: self.function.name.clone(),
            line: self.line,
            span: self.span,
            walker: self.walker.name.to_owned(),
            flags: Vec::new(),
            cursor,
            cursor_from: from.to_owned(),
            contract: oracle.kinds_of(&contract),
            verdict: judged.verdict,
            unhandled: judged.unhandled,
            used: quote_use(judged.used, &quoted),
            witness: quote(&judged.path, &quoted),
            reason: judged.reason,
            pmd: None,
        };
        (walk, (judged.accessor, String::new()), judged.blind)
    }
}

/// Names the variable that is told the place; the function that tells it, where there is none.
fn variable(bodies: &[Lowered], name: &str, line: u32) -> String {
    let mut found = None;
    let tells =
        |expr: &Expr| matches!(&expr.node, Node::Call(own, _) if own == name && expr.line == line);
    for body in bodies {
        each_statement(&body.body, &mut |statement| {
            if let Form::Local(_, own, Some(value)) = &statement.node
                && tells(value)
            {
                found.get_or_insert_with(|| own.clone());
            }
        });
        each_expression(&body.body, &mut |expr| {
            if let Node::Assign(_, target, value) = &expr.node
                && tells(value)
            {
                found = found.take().or_else(|| path(target));
            }
        });
    }
    found.unwrap_or_else(|| name.to_owned())
}

fn parameter(bodies: &[Lowered], number: usize) -> String {
    let first = bodies.first().and_then(|body| body.parameters.get(number));
    first.map(|(_, name)| name.clone()).unwrap_or_default()
}

/// Finds the file's functions that a struct of callbacks is told, each with the member: `.member = function`.
pub(in crate::audit) fn callbacks(hit: &Hit, walkers: &[Walker]) -> BTreeSet<(usize, usize)> {
    let text = &hit.text;
    let mut found = BTreeSet::new();
    if !walkers
        .iter()
        .any(|w| memchr::memmem::find(text, w.cursor.as_bytes()).is_some())
    {
        return found;
    }
    let mut last: [Option<Token>; 4] = [None; 4];
    for token in Lexer::within(text, 0, text.len()) {
        // `.member = &function`: the `&` says nothing.
        if matches!(token, Token::Mark(b'&', _)) && matches!(last[3], Some(Token::Mark(b'=', _))) {
            continue;
        }
        last.rotate_left(1);
        last[3] = Some(token);
        let [
            Some(Token::Mark(b'.' | b'>', _)),
            Some(Token::Word(a, b)),
            Some(Token::Mark(b'=', _)),
            Some(Token::Word(c, d)),
        ] = last
        else {
            continue;
        };
        let (member, function) = (&text[a..b], &text[c..d]);
        for (number, walker) in walkers.iter().enumerate() {
            if walker.member().is_some_and(|own| own.as_bytes() == member) {
                let own = hit.outline.functions.iter().enumerate();
                let own = own.filter(|(_, f)| f.name.as_bytes() == function);
                found.extend(own.map(|(index, _)| (index, number)));
            }
        }
    }
    found
}

/// Is the first parameter of a function the place of an entry of the walker's level?
pub(super) fn is_handed_a_place(bodies: &[Lowered], walker: &Walker) -> bool {
    let level = walker.fields.first().map(|level| format!("{level}_t"));
    let first = bodies.first().and_then(|body| body.parameters.first());
    match (first, level) {
        (Some((kind, _)), Some(level)) => kind.contains(&level) && kind.contains('*'),
        _ => false,
    }
}
