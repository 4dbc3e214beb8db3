//! In: a cursor's fields, one a level. Out: where the entry is put, and whether it is what a walker hands back.

use super::engine::{Flow, Run, own_or_unknown};
use super::state::{Fields, State, Worth};
use crate::syntax::ast::Lowered;
use crate::vocabulary::{Truth, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Flow<'_, '_> {
    /// Runs a function that is handed the cursor with an entry in place: a part of the walker itself.
    pub(crate) fn run_gate(&mut self, body: &Lowered, line: u32) -> Run {
        let mut state = State {
            names: Default::default(),
            slot: Worth::unknown(),
            fields: Fields::default(),
        };
        self.put(&mut state);
        for (kind, name) in &body.parameters {
            let cursor = kind.contains(self.walker.cursor);
            state.names.insert(name, own_or_unknown(cursor));
        }
        self.run(body, line, state)
    }

    /// Says what the cursor's fields are: that of the level, and the others.
    pub(super) fn fields(&self, own: &Worth, others: &Worth) -> Fields {
        let all = self.walker.fields.iter();
        all.map(|field| {
            let worth = if *field == self.level { own } else { others };
            (*field, worth.clone())
        })
        .collect::<BTreeMap<_, _>>()
        .into()
    }

    /// Puts the entry in place: a smaller entry's pointer is null where a huge one is found.
    pub(super) fn put(&self, state: &mut State) {
        state.slot = Worth::Plain(self.oracle.entry(self.atom));
        let smaller = self.walker.fields.iter().take_while(|f| **f != self.level);
        let null: Vec<&'static str> = smaller.copied().collect();
        state.fields = self.fields(&Worth::Slot, &Worth::unknown());
        for field in null {
            Arc::make_mut(&mut state.fields).insert(field, Worth::Plain(Value::Number(0)));
        }
    }

    /// A function that is not seen has the walker's cursor: an entry of the kind may be in place now, and whether a
    /// smaller one is cannot be told.
    pub(super) fn put_unseen(&self, state: &mut State) {
        state.slot = Worth::Plain(self.oracle.entry(self.atom));
        state.fields = self.fields(&Worth::Slot, &Worth::unknown());
    }

    /// Says whether the entry of this level is what the cursor holds: no smaller one is.
    pub(super) fn is_here(&self, state: &State) -> Truth {
        let smallest = self.walker.fields.first() == Some(&self.level);
        let mut here = match state.fields.get(self.level) {
            Some(Worth::Slot) => Truth::Yes,
            Some(worth) if worth.truth() == Truth::No => Truth::No,
            // Rather a kind too many than one too few, where no other level could be meant.
            _ if smallest => Truth::Yes,
            _ => Truth::Either,
        };
        for field in self.walker.fields.iter().take_while(|f| **f != self.level) {
            let null = state
                .fields
                .get(field)
                .map_or(Truth::Either, Worth::truth)
                .not();
            here = match (here, null) {
                (Truth::No, _) | (_, Truth::No) => Truth::No,
                (Truth::Yes, Truth::Yes) => Truth::Yes,
                _ => Truth::Either,
            };
        }
        here
    }

    /// A walker's own assignment to one of the cursor's fields.
    pub(super) fn place(
        &self,
        field: &str,
        operator: &str,
        worth: &Worth,
        state: &mut State,
    ) -> bool {
        let Some(field) = self.walker.fields.iter().find(|own| **own == field) else {
            return false;
        };
        let null = operator == "=" && worth.truth() == Truth::No;
        if null {
            Arc::make_mut(&mut state.fields).insert(field, Worth::Plain(Value::Number(0)));
        } else if *field == self.level {
            // A new place: whatever stands there is of the kind that is asked about.
            Arc::make_mut(&mut state.fields).insert(field, Worth::Slot);
            state.slot = Worth::Plain(self.oracle.entry(self.atom));
        } else {
            // Mapped: the walkers look at the pointer before they go on, or know that it is one.
            Arc::make_mut(&mut state.fields).insert(field, Worth::Plain(Value::Number(1)));
        }
        true
    }

    /// Is the walker's own code followed?
    pub(super) fn is_inside(&self) -> bool {
        self.inside
    }
}
