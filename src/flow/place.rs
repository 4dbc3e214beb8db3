//! In: a cursor's fields, one a level. Out: where the entry is put, and whether it is what a walker hands back.

use super::engine::{Flow, Run, own_or_unknown};
use super::state::{Fields, State, Worth};
use crate::syntax::ast::Lowered;
use crate::vocabulary::{Truth, Value, WalkerSort};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The field of a snapshot that says how far the walk got.
const LEVEL: &str = "level";

impl Flow<'_, '_> {
    /// Runs a function that is handed the cursor with an entry in place: a part of the walker itself.
    pub(crate) fn run_gate(&mut self, body: &Lowered, line: u32) -> Run {
        let mut state = State {
            names: Default::default(),
            slot: Worth::unknown(),
            fields: Fields::default(),
            table: None,
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
        if self.walker.sort == WalkerSort::Snapshot {
            return self.snapshot();
        }
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
        if self.walker.sort == WalkerSort::Snapshot {
            state.fields = self.snapshot();
            return;
        }
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
        if self.walker.sort == WalkerSort::Snapshot {
            let own = state.fields.get(self.level);
            let never = own.is_some_and(|worth| worth.truth() == Truth::No);
            return if never { Truth::No } else { Truth::Yes };
        }
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
        if self.walker.sort == WalkerSort::Snapshot {
            // The pointers share their place: the last one holds.
            for name in &self.walker.fields {
                let own = *name == *field && *name == self.level;
                let worth = match own {
                    true => Worth::Slot,
                    false => Worth::Plain(Value::Number(0)),
                };
                Arc::make_mut(&mut state.fields).insert(name, worth);
            }
            return true;
        }
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

    /// Says what the cursor's fields are before the walker has begun: of a snapshot nothing is in place.
    pub(super) fn fields_before(&self) -> Fields {
        if self.walker.sort == WalkerSort::Snapshot {
            let null = Worth::Plain(Value::Number(0));
            let all = self.walker.fields.iter();
            let all: BTreeMap<_, _> = all.map(|f| (*f, null.clone())).collect();
            return all.into();
        }
        self.fields(&Worth::unknown(), &Worth::unknown())
    }

    /// Says what a snapshot holds of the level: a pointer, a copy, and how far the walk got.
    fn snapshot(&self) -> Fields {
        let mut fields = BTreeMap::new();
        for (number, field) in self.walker.fields.iter().enumerate() {
            let own = *field == self.level;
            let copy = Worth::Plain(self.oracle.entry(self.atom));
            let of = |worth: Worth| if own { worth } else { Worth::unknown() };
            fields.insert(*field, of(Worth::Slot));
            fields.extend(self.walker.copies.get(number).map(|name| (*name, of(copy))));
            if let (Some(level), true) = (self.walker.levels.get(number), own) {
                let level = Value::Constant((*level).to_owned());
                fields.insert(LEVEL, Worth::Plain(level));
            }
        }
        fields.into()
    }

    /// In a snapshot walker's own code every local pointer to an entry of the level points to the one that is followed.
    pub(super) fn local_place(
        &mut self,
        kind: &str,
        name: &str,
        (worth, told): (Worth, bool),
        state: &mut State,
    ) -> Worth {
        if !self.inside || self.walker.sort != WalkerSort::Snapshot || !self.stack.is_empty() {
            return worth;
        }
        let number = self.walker.fields.iter().position(|f| *f == self.level);
        let copy = number.and_then(|number| self.walker.copies.get(number));
        if let Some(copy) = copy
            && kind.contains('*')
            && kind
                .split([' ', '*'])
                .any(|word| word.strip_suffix("_t") == Some(copy))
        {
            self.places.insert(name.to_owned());
        }
        if told {
            self.place_of(name, worth, state)
        } else {
            worth
        }
    }

    /// What is assigned to a local of a snapshot walker.
    pub(super) fn place_of(&self, name: &str, worth: Worth, state: &mut State) -> Worth {
        if self.stack.is_empty() && self.places.contains(name) && worth == Worth::unknown() {
            state.slot = Worth::Plain(self.oracle.entry(self.atom));
            return Worth::Slot;
        }
        worth
    }

    /// Is the walker's own code followed?
    pub(super) fn is_inside(&self) -> bool {
        self.inside
    }
}
