//! In: a call and what its arguments are worth. Out: its worth, and whether it is a use that is wrong for the entry.

use super::engine::{FindingKind, Flow};
use super::eval::holds_entry;
use super::state::{State, Worth};
use super::tables::{Gives, Use, folio_test, is_silent, kind_use, lock, neutral, writes};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::Value;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Flow<'_, '_> {
    /// A call, by what the tables, the headers and the function itself say of it.
    pub(super) fn call(
        &mut self,
        line: u32,
        name: &str,
        arguments: &[Expr],
        state: &mut State,
    ) -> Worth {
        if is_silent(name) {
            return Worth::unknown();
        }
        if name == self.walker.name && self.table.is_none() {
            return self.own_walk(arguments, state);
        }
        if name == self.maker {
            return Worth::unknown();
        }
        if let Some(answer) = folio_test(name, self.oracle.kind(self.atom)) {
            return self.of_folio(answer, arguments, state);
        }
        self.write(name, arguments, state);
        if let Some(worth) = self.table_call(line, name, arguments, state) {
            return worth;
        }
        let worths: Vec<Worth> = arguments.iter().map(|a| self.eval(a, state)).collect();
        let carried = self.carried(arguments, state);
        if let Some(known) = kind_use(name) {
            return self.kind_use(line, name, known, (&worths, state));
        }
        if !worths
            .iter()
            .any(|w| holds_entry(w) || self.may_be_entry(w))
            && carried.is_empty()
        {
            if self.reaches(name, &worths, state)
                && let Some(worth) = self.helper(line, name, &worths, state)
            {
                return worth;
            }
            if let (true, Some(asked @ Worth::Asked(_))) = (self.is_strict(), worths.first())
                && self.oracle.is_wrapper(name)
            {
                return asked.clone();
            }
            let values: Vec<Value> = worths.iter().map(Worth::value).collect();
            let of_none = values.iter().all(|value| value.atom().is_none());
            return match self.oracle.call(name, &values) {
                // What comes of no entry that is followed tells nothing of one.
                Value::Derived(_) if of_none => Worth::unknown(),
                value => Worth::Plain(value),
            };
        }
        if let Some(gives) = neutral(name) {
            return self.pass_on((line, name), gives, &worths, state);
        }
        if self.walker.owns(name)
            && !self.is_of_this_file(name)
            && worths
                .iter()
                .all(|w| !matches!(w, Worth::Slot | Worth::Blurred))
        {
            return Worth::unknown();
        }
        let values: Vec<Value> = worths.iter().map(Worth::value).collect();
        let pointers = !carried.is_empty()
            || worths
                .iter()
                .any(|w| matches!(w, Worth::Slot | Worth::Cursor | Worth::Blurred));
        if let Some(no) = self.absent_leaf(name, &worths) {
            return no;
        }
        if !pointers && self.oracle.knows(name) {
            let answer = Worth::Plain(self.oracle.call(name, &values));
            return self.known_call((line, name), answer, &worths, state);
        }
        self.touch(&worths);
        self.carried = carried;
        if let Some(worth) = self.helper(line, name, &worths, state) {
            return worth;
        }
        if !pointers && self.oracle.is_wrapper(name) {
            return worths.into_iter().next().unwrap_or_else(Worth::unknown);
        }
        if self.is_inside() && worths.contains(&Worth::Cursor) {
            self.put_unseen(state);
        }
        self.note(FindingKind::Escape, line, name.to_owned());
        self.unfollowed(name)
    }

    /// Does the source file that is followed define a function itself?
    fn is_of_this_file(&self, name: &str) -> bool {
        let all = self.helpers.all(&self.file, name);
        self.file.ends_with(".c") && all.iter().any(|helper| helper.file == self.file)
    }

    /// Asks something of a folio: the one that is walked answers for its entries, another says nothing of them.
    fn of_folio(&mut self, answer: bool, arguments: &[Expr], state: &mut State) -> Worth {
        for argument in arguments {
            self.eval(argument, state);
        }
        let own = !self.stack.is_empty() || arguments.iter().any(|a| self.scope.is_walked(a));
        match own {
            true => Worth::Plain(Value::bool(answer)),
            false => Worth::unknown(),
        }
    }

    /// Some macros write to names without being handed their addresses.
    fn write(&mut self, macro_name: &str, arguments: &[Expr], state: &mut State) {
        for target in writes(macro_name)
            .iter()
            .filter_map(|at| arguments.get(*at))
        {
            if let Node::Name(name) = &target.node {
                let own = BTreeSet::from([name.clone()]);
                self.forget(&own, state);
            }
        }
    }

    /// A call that may be handed any entry. Where the entry comes from a table, what it looks at is noted.
    fn pass_on(
        &mut self,
        (line, name): (u32, &str),
        gives: Gives,
        worths: &[Worth],
        state: &mut State,
    ) -> Worth {
        if gives == Gives::Raw {
            return self.raw(line, worths, state);
        }
        if self.table.is_none() {
            return self.pass(gives, worths, state, name);
        }
        // Who takes the lock of one entry may look at it first.
        if lock(name) == Some(true)
            && let Some(worth) = self.take_lock((line, name), worths, state)
        {
            return worth;
        }
        if gives == Gives::Entry && worths.contains(&Worth::Slot) {
            let slot = self.load(line, state);
            self.pass(gives, worths, state, name);
            return slot;
        }
        let plain: Vec<Value> = worths.iter().map(Worth::value).collect();
        if let raw @ Value::Raw(_) = self.oracle.call(name, &plain) {
            return Worth::Plain(raw);
        }
        let own = worths.iter().find_map(|worth| match worth {
            Worth::Plain(Value::Entry(atom) | Value::Raw(atom)) => Some(*atom),
            _ => None,
        });
        let answer = self.pass(gives, worths, state, name);
        match (own, gives) {
            (Some(atom), Gives::Other) => Worth::Plain(Value::Derived(atom)),
            _ => answer,
        }
    }

    fn kind_use(
        &mut self,
        line: u32,
        name: &str,
        known: &Use,
        (worths, state): (&[Worth], &mut State),
    ) -> Worth {
        let argument = known.argument.and_then(|i| worths.get(i)).cloned();
        let used = match (&argument, known.slot) {
            (Some(Worth::Slot), true) => self.load(line, state),
            (Some(worth), false) => worth.clone(),
            (Some(Worth::Blurred), true) => Worth::Plain(Value::Derived(self.atom)),
            _ => Worth::unknown(),
        };
        if used == Worth::Like {
            self.note(FindingKind::Unsure, line, name.to_owned());
        }
        if let Worth::Plain(value) = &used {
            match value {
                Value::Entry(atom) | Value::Raw(atom) | Value::Type(atom) => {
                    let kind = self.oracle.kind(*atom).to_owned();
                    if !known.is_right_for(&kind) {
                        self.note(FindingKind::Wrong, line, name.to_owned());
                    }
                }
                Value::Derived(_) => self.note(FindingKind::Unsure, line, name.to_owned()),
                _ => {}
            }
        }
        if known.slot
            && matches!(argument, Some(Worth::Slot | Worth::Blurred))
            && known.gives == Gives::Entry
        {
            state.slot = Worth::Plain(self.oracle.none());
        }
        match known.gives {
            Gives::Entry => used,
            Gives::Made => Worth::Plain(self.oracle.made()),
            Gives::Other | Gives::Void | Gives::Raw => Worth::unknown(),
        }
    }

    /// A walk that is not a whole condition: the entry may be there from here on.
    fn own_walk(&mut self, arguments: &[Expr], state: &mut State) -> Worth {
        if !self.is_anothers(arguments) {
            self.put(state);
            let assigned = Arc::clone(&self.scope.assigned);
            self.forget(&assigned, state);
        }
        Worth::unknown()
    }

    /// Is something perhaps the entry, which is not present?
    pub(super) fn may_be_entry(&self, worth: &Worth) -> bool {
        let derived = matches!(worth, Worth::Plain(Value::Derived(atom)) if *atom == self.atom);
        derived && self.table.is_none() && !self.inside && self.oracle.kind(self.atom) != "present"
    }

    /// Gives the bits of the entry, or of what stands in its place.
    fn raw(&mut self, line: u32, worths: &[Worth], state: &State) -> Worth {
        let own = match worths.first() {
            Some(Worth::Slot) => self.load(line, state),
            Some(own) => own.clone(),
            None => Worth::unknown(),
        };
        match own {
            Worth::Plain(Value::Entry(atom)) => Worth::Plain(Value::Raw(atom)),
            own => own,
        }
    }

    /// A call that may be handed any entry: it loads or stores.
    fn pass(&mut self, gives: Gives, worths: &[Worth], state: &mut State, name: &str) -> Worth {
        let through = worths.iter().any(|w| matches!(w, Worth::Slot));
        let blurred = worths.iter().any(|w| matches!(w, Worth::Blurred));
        let loaded = if through {
            state.slot.clone()
        } else if blurred {
            Worth::Plain(Value::Derived(self.atom))
        } else {
            worths
                .iter()
                .find(|w| holds_entry(w) || self.may_be_entry(w))
                .cloned()
                .unwrap_or_else(Worth::unknown)
        };
        if through && gives == Gives::Other {
            // A store: what stands there now is what was handed over, as far as that is told.
            let stored = worths
                .iter()
                .find(|w| matches!(w, Worth::Plain(v) if v.atom().is_some()));
            let writes = name.contains("set_") || name.contains("clear") || name.contains("commit");
            if writes {
                state.slot = stored.cloned().unwrap_or_else(Worth::unknown);
            }
        } else if through && name.contains("clear") {
            state.slot = Worth::Plain(self.oracle.none());
        }
        if through && gives == Gives::Void {
            state.slot = Worth::unknown();
        }
        if gives == Gives::Entry {
            loaded
        } else {
            Worth::unknown()
        }
    }
}
