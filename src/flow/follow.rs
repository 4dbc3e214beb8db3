//! In: a call that is handed an entry. Out: what the called function does to it, or what hangs on its answer where it cannot
//! be followed.

use super::engine::{Finding, Flow, Helper, merge_fields};
use super::eval::holds_entry;
use super::spot::Spot;
use super::state::{Fields, State, Worth};
use crate::vocabulary::{Atom, Truth, Value};
use std::collections::BTreeSet;

/// How deep helpers are followed.
const DEPTH: usize = 4;

/// What a call of a function that is followed comes to.
pub(super) struct Followed {
    returns: Worth,
    slot: Worth,
    fields: Fields,
    pub(super) findings: Vec<Finding>,
    table: Option<Spot>,
}

impl Followed {
    /// Do two bodies do the same to the entry, as far as is asked?
    fn agrees(&self, other: &Self) -> bool {
        let kinds = |own: &Self| own.findings.iter().map(|f| f.kind).collect::<BTreeSet<_>>();
        self.returns == other.returns
            && self.slot == other.slot
            && self.fields == other.fields
            && kinds(self) == kinds(other)
    }
}

impl Flow<'_, '_> {
    /// Gives the answer of a function that was handed the entry and is not followed.
    pub(super) fn unfollowed(&mut self, name: &str) -> Worth {
        self.asked.insert(name.to_owned());
        Worth::Asked(match self.assumed.get(name) {
            Some(true) => Truth::Yes,
            Some(false) => Truth::No,
            None => Truth::Either,
        })
    }

    /// Follows a call into a function that is handed the entry, its place or the cursor. Where the name may mean several,
    /// all are followed, and must agree.
    pub(super) fn helper(
        &mut self,
        line: u32,
        name: &str,
        worths: &[Worth],
        state: &mut State,
    ) -> Option<Worth> {
        let carried = std::mem::take(&mut self.carried);
        if self.is_too_deep(name) {
            return None;
        }
        let helpers = self.helpers.all(&self.file, name);
        self.stack.push(name.to_owned());
        let mut all = helpers
            .iter()
            .map(|helper| self.follow(helper, (worths, &carried), state))
            .collect::<Vec<_>>()
            .into_iter();
        self.stack.pop();
        let first = all.next()?;
        if all.any(|other| !other.agrees(&first)) {
            return None;
        }
        self.collect(line, first.findings);
        state.slot = first.slot;
        // What the function moved were its own pointers: its caller is where it was.
        if let (Some(own), Some(theirs)) = (&mut state.table, first.table) {
            own.locked = theirs.locked;
            own.passes.extend(theirs.passes);
        }
        state.fields = first.fields;
        let answers = helpers.iter().flat_map(|helper| &helper.bodies);
        let answers = answers.map(|body| body.returns.as_str());
        if self.is_strict() && first.returns == Worth::unknown() && !answers_nothing(answers) {
            // What hangs on it hangs on what the function has seen.
            return Some(self.unfollowed(name));
        }
        Some(first.returns)
    }

    /// Is a function being followed already, or too many?
    pub(super) fn is_too_deep(&self, name: &str) -> bool {
        let depth = if self.deeper { 2 * DEPTH } else { DEPTH };
        self.stack.len() >= depth || self.stack.iter().any(|open| open == name)
    }

    /// Takes over what was found in a function that is called in a line.
    pub(super) fn collect(&mut self, line: u32, findings: Vec<Finding>) {
        if let Some(collected) = &mut self.findings {
            for mut finding in findings {
                finding.path.insert(0, (self.file.clone(), line));
                collected.push(finding);
            }
        }
    }

    /// Follows a call into one body, all arms of its `#if`s.
    pub(super) fn follow(
        &mut self,
        helper: &Helper,
        (worths, carried): (&[Worth], &[(usize, String, Worth)]),
        state: &State,
    ) -> Followed {
        let outer_file = std::mem::replace(&mut self.file, helper.file.clone());
        let outer_cursor = std::mem::take(&mut self.cursor);
        let mut returns: Option<Worth> = None;
        let mut slot: Option<Worth> = None;
        let mut fields: Option<Fields> = None;
        let mut findings = Vec::new();
        let mut spot = state.table.clone();
        for body in &helper.bodies {
            let mut inside = State {
                names: Default::default(),
                slot: state.slot.clone(),
                fields: state.fields.clone(),
                table: state.table.clone(),
            };
            for (i, (kind, parameter)) in body.parameters.iter().enumerate() {
                let worth = worths.get(i).cloned().unwrap_or_else(Worth::unknown);
                if worth == Worth::Cursor {
                    self.cursor.clone_from(parameter);
                }
                inside.names.insert(parameter, self.typed(kind, worth));
            }
            let own = body.parameters.iter().map(|(_, name)| name.clone());
            let outer = std::mem::replace(&mut self.parameters, own.collect());
            for (number, field, worth) in carried {
                if let Some((_, parameter)) = body.parameters.get(*number) {
                    let name = format!("{parameter}.{field}");
                    inside.names.insert(&name, worth.clone());
                }
            }
            let run = self.run(body, helper.line, inside);
            self.parameters = outer;
            spot = run.table.clone().or(spot);
            findings.extend(run.findings);
            let returned = run.returns.unwrap_or_else(Worth::unknown);
            let merge = |known, new| match self.table.is_some() {
                true => join(known, new, self.atom),
                false => merge(known, new, self.atom),
            };
            returns = merge(returns, returned);
            let left = run.fields.unwrap_or_else(|| state.fields.clone());
            fields = Some(fields.map_or_else(|| left.clone(), |known| merge_fields(&known, &left)));
            let left = run.slot.unwrap_or_else(|| state.slot.clone());
            slot = merge(slot, left);
        }
        self.file = outer_file;
        self.cursor = outer_cursor;
        Followed {
            returns: returns.unwrap_or_else(Worth::unknown),
            slot: slot.unwrap_or_else(Worth::unknown),
            fields: fields.unwrap_or_default(),
            findings,
            table: spot,
        }
    }
}

fn join(known: Option<Worth>, new: Worth, atom: Atom) -> Option<Worth> {
    Some(match known {
        Some(known) => known.join(&new, (atom, true)),
        None => new,
    })
}

/// Does a function answer nothing?
fn answers_nothing<'a>(mut types: impl Iterator<Item = &'a str>) -> bool {
    types.all(|kind| !kind.contains('*') && kind.split_whitespace().any(|word| word == "void"))
}

fn merge(known: Option<Worth>, new: Worth, atom: Atom) -> Option<Worth> {
    Some(match known {
        Some(known) if known == new => known,
        Some(known) if holds_entry(&known) || holds_entry(&new) => {
            Worth::Plain(Value::Derived(atom))
        }
        Some(_) => Worth::unknown(),
        None => new,
    })
}
