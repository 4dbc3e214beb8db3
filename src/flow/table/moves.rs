//! In: pointers and indices into a table. Out: whether the function has come to the entry that is followed, or moved on.

use super::{Place, path};
use crate::flow::engine::Flow;
use crate::flow::spot::Phase;
use crate::flow::state::{State, Worth};
use crate::syntax::ast::{Expr, Node};
use crate::vocabulary::Value;
use std::collections::BTreeSet;

impl Flow<'_, '_> {
    /// A new place that may be the entry's: is it, in this run of the step?
    pub(super) fn chooses(&mut self) -> bool {
        let Some(table) = &mut self.table else {
            return false;
        };
        let number = table.met;
        table.met += 1;
        table.choice == Some(number)
    }

    /// The function comes to a new place: `true` where that is the entry's from here on.
    pub(super) fn arrives(&mut self, place: &Place, text: &str, state: &mut State) -> bool {
        let before = state
            .table
            .as_ref()
            .is_some_and(|spot| spot.phase == Phase::Before);
        if !before || !self.chooses() {
            return false;
        }
        state.slot = Worth::Plain(self.oracle.entry(self.atom));
        if let (Some(spot), Some(table)) = (&mut state.table, &mut self.table) {
            let own = (place.clone(), text.to_owned());
            let known = table.arrivals.iter().position(|known| *known == own);
            // The first is a parameter's.
            let number = known.unwrap_or(table.arrivals.len());
            if known.is_none() {
                table.arrivals.push(own);
            }
            spot.arrive(place, number + 1);
            table.again = spot.again;
        }
        true
    }

    /// The call that maps the table.
    pub(super) fn map(&mut self, line: u32, state: &mut State) -> Worth {
        let locked = self.table.as_ref().is_some_and(|table| table.locked);
        if let Some(spot) = &mut state.table {
            spot.locked = locked;
            spot.leave();
        }
        let place = (self.file.clone(), line);
        match self.arrives(&place, "", state) {
            true => Worth::Slot,
            false => Worth::Elsewhere,
        }
    }

    /// `p += n` and the like on a pointer into the table. Gives what the pointer was before.
    pub(in crate::flow) fn step_pointer(
        &mut self,
        (name, back): (&str, bool),
        line: u32,
        state: &mut State,
    ) -> Option<Worth> {
        self.table.as_ref()?;
        let before = state.names.get(name)?.clone();
        if !matches!(before, Worth::Slot | Worth::Elsewhere) {
            return None;
        }
        let place = (self.file.clone(), line);
        let after = if back {
            // Back to entries that were looked at before, whatever came of it.
            Worth::Blurred
        } else if before == Worth::Elsewhere && self.arrives(&place, name, state) {
            Worth::Slot
        } else {
            Worth::Elsewhere
        };
        if let Some(spot) = &mut state.table {
            match spot.phase {
                Phase::Before => drop(spot.passes.insert(place)),
                _ if after == Worth::Slot => {}
                _ => spot.leave(),
            }
        }
        state.names.insert(name, after);
        Some(before)
    }

    /// `p + i`, or `p[i]`: a place in the table, told by how the index is written.
    pub(in crate::flow) fn index(
        &mut self,
        (pointer, value): (&Worth, &Worth),
        index: &Expr,
        state: &mut State,
    ) -> Option<Worth> {
        self.table.as_ref()?;
        if !matches!(pointer, Worth::Slot | Worth::Elsewhere) {
            return None;
        }
        if matches!(value, Worth::Slot | Worth::Elsewhere | Worth::Blurred) {
            // How far two places are apart.
            return Some(Worth::unknown());
        }
        // A name that is zero now leads to another place as soon as it is counted up.
        let written_out = matches!(index.node, Node::Number(_));
        if written_out && *value == Worth::Plain(Value::Number(0)) {
            return Some(pointer.clone());
        }
        let mut names = BTreeSet::new();
        let text = written(index, &mut names);
        let table = self.table.as_mut()?;
        table.indices.insert(text.clone(), names);
        let spot = state.table.as_ref()?;
        let known = spot.phase == Phase::Before && spot.passed.contains_key(&text);
        if *pointer == Worth::Elsewhere && spot.sums.contains(&text) {
            return Some(Worth::Slot);
        }
        let place = (self.file.clone(), index.line);
        let own = *pointer == Worth::Elsewhere && !known && self.arrives(&place, &text, state);
        let spot = state.table.as_mut()?;
        if own {
            spot.sums.insert(text);
            return Some(Worth::Slot);
        }
        if spot.phase == Phase::Before {
            spot.passed.entry(text).or_insert(place);
        }
        Some(Worth::Elsewhere)
    }

    /// A name is given a value: indices that are written with it lead to other entries now.
    pub(in crate::flow) fn turn(&self, name: &str, state: &mut State) {
        let (Some(table), Some(spot)) = (&self.table, &mut state.table) else {
            return;
        };
        let uses = |text: &String| {
            table
                .indices
                .get(text)
                .is_some_and(|names| names.contains(name))
        };
        let turned: Vec<String> = spot
            .passed
            .keys()
            .filter(|text| uses(text))
            .cloned()
            .collect();
        for text in turned {
            spot.passes.extend(spot.passed.remove(&text));
        }
        let before = spot.sums.len();
        spot.sums.retain(|text| !uses(text));
        if spot.sums.len() < before && spot.sums.is_empty() {
            spot.leave();
        }
    }

    /// What is at the place that an index leads to, or the place itself.
    pub(in crate::flow) fn at_index(
        &mut self,
        operator: &str,
        line: u32,
        place: Worth,
        state: &State,
    ) -> Worth {
        match (operator, &place) {
            ("[]", Worth::Slot) => self.load(line, state),
            ("[]", _) => Worth::unknown(),
            _ => place,
        }
    }

    /// The table is unmapped: pointers into it lead nowhere.
    pub(in crate::flow) fn unmap(&self, arguments: &[Expr], state: &mut State) {
        let named = arguments.iter().filter_map(base);
        let mut known = named.filter_map(|name| state.names.get(&name));
        if known.any(|worth| matches!(worth, Worth::Slot | Worth::Elsewhere)) {
            let pointer =
                |worth: &Worth| matches!(worth, Worth::Slot | Worth::Elsewhere | Worth::Blurred);
            state.names.replace(pointer, &Worth::unknown());
        }
    }
}

/// Names the pointer that a place is reckoned from.
fn base(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Binary(_, inner, _) => base(inner),
        _ => path(expr),
    }
}

/// Writes an index in one way, and lists the names in it.
fn written(expr: &Expr, names: &mut BTreeSet<String>) -> String {
    match &expr.node {
        Node::Name(name) => {
            names.insert(name.clone());
            name.clone()
        }
        Node::Number(number) => number.clone(),
        Node::Cast(_, inner) => written(inner, names),
        Node::Unary(operator, inner) => format!("{operator}{}", written(inner, names)),
        Node::Binary(operator, a, b) => {
            format!("({}{operator}{})", written(a, names), written(b, names))
        }
        Node::Field(inner, field) => format!("{}.{field}", written(inner, names)),
        Node::Call(name, list) => {
            let list: Vec<String> = list.iter().map(|e| written(e, names)).collect();
            format!("{name}({})", list.join(","))
        }
        _ => String::from("?"),
    }
}
