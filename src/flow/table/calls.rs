//! In: calls and assignments in a function that maps a table. Out: what they do with the table, its lock and its entry.

use super::{LOCK, path};
use crate::flow::engine::{Finding, FindingKind, Flow, Helper};
use crate::flow::eval::holds_entry;
use crate::flow::spot::Phase;
use crate::flow::state::{State, Worth};
use crate::flow::tables::{asks_for_a_leaf, lock, neutral, says_of_null};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::{Truth, Value, maps_a_table};
use std::sync::Arc;

impl Flow<'_, '_> {
    /// A test of an entry that the headers define: what it says, and what it does with the entry.
    pub(in crate::flow) fn known_call(
        &mut self,
        (line, name): (u32, &str),
        answer: Worth,
        worths: &[Worth],
        state: &State,
    ) -> Worth {
        // What the walker asks of entries is a question of its own: what it lets through.
        if self.findings.is_some() && !self.inside {
            let (guards, asked) = (self.guards.clone(), self.asked.clone());
            let outer = std::mem::replace(&mut self.deeper, true);
            self.search((line, name), &answer, worths, state);
            self.deeper = outer;
            (self.guards, self.asked) = (guards, asked);
        }
        match answer == Worth::unknown() && self.is_strict() {
            true => self.unfollowed(name),
            false => answer,
        }
    }

    /// Looks for uses in all bodies that headers give a function or macro, whatever the architecture.
    fn search(
        &mut self,
        (line, name): (u32, &str),
        answer: &Worth,
        worths: &[Worth],
        state: &State,
    ) {
        let absent = |worth: &Worth| match worth {
            Worth::Plain(value) => value
                .atom()
                .is_some_and(|a| self.oracle.kind(a) != "present"),
            _ => holds_entry(worth),
        };
        // Where headers tell by its bits what the entry is, or make another of it, its bits are understood.
        let understood = is_told(answer) || !worths.iter().any(absent);
        let all = self.bodies_at_hand(name);
        self.stack.push(name.to_owned());
        let mut found: Vec<Vec<Finding>> = Vec::new();
        for helper in &all {
            let mut findings = self.follow(helper, (worths, &[]), state).findings;
            findings.retain(|finding| finding.kind == FindingKind::Wrong || !understood);
            found.push(findings);
        }
        self.stack.pop();
        let is_wrong = |findings: &&Vec<Finding>| {
            let mut kinds = findings.iter().map(|finding| finding.kind);
            kinds.any(|kind| kind == FindingKind::Wrong)
        };
        let wrong = found.iter().filter(is_wrong).count();
        if found.is_empty() && !understood {
            let what = format!("what {name} makes of the entry's bits is not at hand");
            self.note(FindingKind::Lost, line, what);
        } else if wrong > 0 && wrong < found.len() {
            let what = format!("{name} is right for the entry on some architectures only");
            self.note(FindingKind::Lost, line, what);
        } else {
            let chosen = found.into_iter().find(|findings| !findings.is_empty());
            self.collect(line, chosen.unwrap_or_default());
        }
    }

    /// Gives the functions and macros of headers that a name may mean; none where it is being followed.
    fn bodies_at_hand(&mut self, name: &str) -> Vec<Arc<Helper>> {
        if self.is_too_deep(name) {
            return Vec::new();
        }
        let mut all = self.helpers.all(&self.file, name);
        let macros = self.oracle.macro_bodies(name).into_iter();
        all.extend(macros.map(|(file, line, body)| {
            Arc::new(Helper {
                file,
                line,
                bodies: vec![body],
            })
        }));
        all
    }

    /// A call that maps or unmaps a table, or takes or drops its lock.
    pub(in crate::flow) fn table_call(
        &mut self,
        line: u32,
        name: &str,
        arguments: &[Expr],
        state: &mut State,
    ) -> Option<Worth> {
        self.table.as_ref()?;
        if let Some(answer) = says_of_null(name) {
            let worth = self.eval(arguments.first()?, state);
            let null = worth == Worth::Plain(Value::Number(0));
            return Some(match null {
                true => Worth::Plain(Value::bool(answer)),
                false => Worth::unknown(),
            });
        }
        if name.starts_with("pte_unmap") {
            self.unmap(arguments, state);
            return Some(Worth::unknown());
        }
        let own = self.is_start(name, line);
        let maps = own || maps_a_table(name);
        if let (Some(taken), false) = (lock(name), maps) {
            state.lock(taken);
        }
        if maps {
            for argument in arguments {
                self.eval(argument, state);
            }
        }
        match own {
            true => Some(self.map(line, state)),
            false => maps.then(Worth::unknown),
        }
    }

    /// What a function answers that takes the lock of one entry, and may look at it first: where it answers nothing, there is
    /// none.
    pub(in crate::flow) fn take_lock(
        &mut self,
        (line, name): (u32, &str),
        worths: &[Worth],
        state: &mut State,
    ) -> Option<Worth> {
        let asked = self.asked.clone();
        let worth = self.helper(line, name, worths, state);
        // That the lock is taken is no answer about the entry.
        self.asked = asked;
        let worth = worth?;
        let truth = match &worth {
            Worth::Asked(_) => Truth::Either,
            worth => worth.truth(),
        };
        Some(match truth {
            Truth::No => {
                state.lock(false);
                worth
            }
            Truth::Yes => {
                state.lock(true);
                worth
            }
            Truth::Either => {
                state.lock(true);
                Worth::Plain(Value::Constant(String::from(LOCK)))
            }
        })
    }

    /// Is a function handed a pointer that it may move to the entry that is followed?
    pub(in crate::flow) fn reaches(&self, name: &str, worths: &[Worth], state: &State) -> bool {
        let before = state
            .table
            .as_ref()
            .is_some_and(|spot| spot.phase == Phase::Before);
        before && worths.contains(&Worth::Elsewhere) && neutral(name).is_none()
    }

    /// What a test for a leaf says of an entry that is not present.
    pub(in crate::flow) fn absent_leaf(&self, name: &str, worths: &[Worth]) -> Option<Worth> {
        let entry = |worth: &Worth| match worth {
            Worth::Plain(Value::Entry(atom) | Value::Raw(atom)) => {
                self.oracle.kind(*atom) != "present"
            }
            _ => false,
        };
        let absent = !self.inside && asks_for_a_leaf(name) && worths.iter().any(entry);
        absent.then(|| Worth::Plain(Value::bool(false)))
    }

    /// Lists what the structs hold that a call is handed: argument, field and worth.
    pub(in crate::flow) fn carried(
        &self,
        arguments: &[Expr],
        state: &State,
    ) -> Vec<(usize, String, Worth)> {
        let mut carried = Vec::new();
        if self.table.is_none() {
            return carried;
        }
        for (number, argument) in arguments.iter().enumerate() {
            let Some(owner) = path(argument) else {
                continue;
            };
            for (name, worth) in state.names.iter() {
                let field = name
                    .strip_prefix(&owner)
                    .and_then(|rest| rest.strip_prefix('.'));
                if let (Some(field), true) = (field, holds_entry(worth)) {
                    carried.push((number, field.to_owned(), worth.clone()));
                }
            }
        }
        carried
    }

    /// Notes that the entry, or its place, is handed to a function.
    pub(in crate::flow) fn touch(&mut self, worths: &[Worth]) {
        if let Some(table) = &mut self.table {
            table.seen.touched |= worths.iter().any(holds_entry);
        }
    }

    /// An assignment to something that is no local: `Some` where it is dealt with.
    pub(in crate::flow) fn store(
        &mut self,
        target: &Expr,
        worth: &Worth,
        state: &mut State,
    ) -> Option<()> {
        self.table.as_ref()?;
        if let Some(name) = path(target) {
            self.turn(&name, state);
        }
        if let (Node::Field(..), Some(name)) = (&target.node, path(target)) {
            let owner = name.split('.').next().unwrap_or_default();
            if holds_entry(worth) && self.parameters.iter().any(|own| own == owner) {
                // What is left for whoever called is not found there.
                let what = format!("{name} of the caller's");
                self.note(FindingKind::Escape, target.line, what);
            }
            if holds_entry(worth) || *worth == Worth::Elsewhere || state.names.contains(&name) {
                state.names.insert(&name, worth.clone());
            }
            return Some(());
        }
        if let Node::Call(..) = &target.node
            && holds_entry(&self.eval(target, state))
        {
            // `pte_val(x) |= bits`.
            let what = String::from("a change of its raw bits");
            self.note(FindingKind::Escape, target.line, what);
        }
        let place = match &target.node {
            Node::Unary(_, inner) => self.eval(inner, state),
            Node::Binary(_, inner, _) => self.eval(inner, state),
            Node::Field(inner, _) => self.eval(inner, state),
            _ => return None,
        };
        let own = matches!(place, Worth::Slot | Worth::Elsewhere | Worth::Blurred);
        if holds_entry(worth) && !own {
            let what = String::from("a place that is looked at elsewhere");
            self.note(FindingKind::Escape, target.line, what);
        }
        None
    }

    /// A function with a walk answers with the entry itself, or its place.
    pub(in crate::flow) fn give_away(&mut self, answer: &Worth, line: u32) {
        let own = self.table.is_none() && !self.inside && self.stack.is_empty();
        let entry = holds_entry(answer) || self.may_be_entry(answer);
        if own && entry && self.oracle.kind(self.atom) != "present" {
            self.note(FindingKind::Escape, line, String::from("the caller"));
        }
    }

    /// What a function hands to whoever called it: its answer, and what it leaves in what it was handed.
    pub(in crate::flow) fn hand_back(&mut self, answer: &Worth, line: u32, state: &State) {
        let Some(table) = &self.table else { return };
        if !self.stack.is_empty() {
            return;
        }
        let left = state.names.iter().any(|(name, worth)| {
            let owner = name.split_once('.').map(|(owner, _)| owner);
            // What is the same as an entry that was there is there already.
            let own = holds_entry(worth) && *worth != Worth::Like;
            own && owner.is_some_and(|owner| !table.locals.contains(owner))
        });
        if left || holds_entry(answer) {
            self.note(FindingKind::Escape, line, String::from("the caller"));
        }
    }
}

/// Does a worth tell what became of the entry?
fn is_told(worth: &Worth) -> bool {
    match worth {
        Worth::Plain(value) => {
            value.truth() != Truth::Either || !matches!(value, Value::Unknown | Value::Derived(_))
        }
        _ => true,
    }
}
