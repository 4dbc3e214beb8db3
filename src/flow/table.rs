//! In: a place in a page table that a function maps or is handed. Out: which of the table's entries is followed as the
//! function moves over the table.
//!
//! One entry is followed at a time; all others are [`Worth::Elsewhere`] and of any kind. Whenever the function comes to a new
//! place (maps the table, moves a pointer, reckons with an index) it may be the one, or not: both ways are gone, and paths
//! that have come to it are kept apart from those that have not.

use super::engine::{FindingKind, Flow, Helper};
use super::eval::holds_entry;
use super::graph::Step;
use super::guard::each;
use super::names::Names;
use super::spot::{PHASES, Phase, Place, Spot};
use super::state::{Fields, State, Worth};
use super::tables::{asks_for_a_leaf, compares_entries, lock, neutral, says_of_null};
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::vocabulary::{Truth, Value, WalkerSort, maps_a_table};
use std::collections::{BTreeMap, BTreeSet};

/// What a name holds that was told a lock, or null where none was taken.
pub(super) const LOCK: &str = "(a lock)";

/// How many new places of one step are told apart.
const CHOICES: u32 = 6;

/// One reading of an entry that may change: file, line, and order on the line.
pub(crate) type Load = (String, u32, u32);

/// Readings that see the same entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Only {
    /// All that are made with the table's lock.
    Locked,
    /// One that is made without.
    Load(Load),
}

/// Where the place comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The call of a function, and its line.
    Call(String, u32),
    /// A parameter, by its number.
    Parameter(usize),
}

/// What a run has seen of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Was the entry looked at, or its place handed on?
    pub(crate) touched: bool,
    /// Where the entry was read: file, line, and order on the line.
    pub(crate) loads: BTreeSet<Load>,
    /// Readings among them without the table's lock.
    pub(crate) bare: BTreeSet<Load>,
}

/// A table, where a function's entries come from one.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// Where the place comes from.
    pub(crate) start: Start,
    /// Is the table locked at the start?
    pub(crate) locked: bool,
    /// What was seen.
    pub(crate) seen: Seen,
    /// Ways in which an index was written, each with the names in it.
    pub(super) indices: BTreeMap<String, BTreeSet<String>>,
    /// Which of the new places that a step comes to is taken for the one; `None` for none.
    pub(super) choice: Option<u32>,
    /// Places where a path came to the entry, each with how it was written.
    pub(super) arrivals: Vec<(Place, String)>,
    /// New places that the step has come to.
    pub(super) met: u32,
    /// Is what is found about an entry that an earlier pass may have turned away?
    pub(super) again: bool,
    /// The function's own locals that are no pointers: what is left in them does not outlive it.
    pub(super) locals: BTreeSet<String>,
    /// Loads at the point that is looked at.
    pub(super) here: u32,
    /// The reading that sees the entry, where each may see another one; `None` where all see the same.
    pub(crate) only: Option<Only>,
}

impl Table {
    /// Makes one.
    pub(crate) fn new(start: Start, locked: bool) -> Self {
        Self {
            start,
            locked,
            seen: Seen::default(),
            indices: BTreeMap::new(),
            choice: None,
            arrivals: Vec::new(),
            met: 0,
            again: false,
            locals: BTreeSet::new(),
            here: 0,
            only: None,
        }
    }
}

impl Flow<'_, '_> {
    /// Runs a function that maps a table, or is handed a place in one.
    pub(crate) fn run_table(&mut self, body: &Lowered, line: u32) -> super::engine::Run {
        let locked = self.table.as_ref().is_some_and(|table| table.locked);
        let handed = match self.table.as_ref().map(|table| &table.start) {
            Some(Start::Parameter(number)) => body.parameters.get(*number),
            _ => None,
        };
        let start = |phase: Phase| {
            let parameters = body.parameters.iter();
            let mut names = Names::default();
            parameters.for_each(|(_, name)| names.insert(name, Worth::unknown()));
            if let Some((_, name)) = handed {
                let place = if phase == Phase::At {
                    Worth::Slot
                } else {
                    Worth::Elsewhere
                };
                names.insert(name, place);
            }
            State {
                names,
                slot: Worth::Plain(self.oracle.entry(self.atom)),
                fields: Fields::default(),
                table: Some(Spot::new(locked, phase)),
            }
        };
        let mut starts = vec![start(Phase::Before)];
        if handed.is_some() {
            starts.push(start(Phase::At));
        }
        self.run_from(body, line, starts)
    }

    /// How many sorts of paths are kept apart at a point.
    pub(super) fn phases(&self) -> usize {
        if self.table.is_some() { PHASES } else { 1 }
    }

    /// A new place that may be the entry's: is it, in this run of the step?
    fn chooses(&mut self) -> bool {
        let Some(table) = &mut self.table else {
            return false;
        };
        let number = table.met;
        table.met += 1;
        table.choice == Some(number)
    }

    /// The function comes to a new place: `true` where that is the entry's from here on.
    fn arrives(&mut self, place: &Place, text: &str, state: &mut State) -> bool {
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

    /// Takes a step as often as there are new places in it: with none of them the entry's, then with each.
    pub(super) fn each_choice(&mut self, state: State, go: &mut dyn FnMut(&mut Self, State)) {
        let Some(spot) = &state.table else {
            return go(self, state);
        };
        let before = spot.phase == Phase::Before;
        self.choose(None, &state);
        go(self, state.clone());
        for number in 0..CHOICES {
            let met = self.table.as_ref().map_or(0, |table| table.met);
            if !before || number >= met {
                break;
            }
            self.choose(Some(number), &state);
            go(self, state.clone());
        }
        self.choose(None, &state);
    }

    fn choose(&mut self, choice: Option<u32>, state: &State) {
        if let (Some(table), Some(spot)) = (&mut self.table, &state.table) {
            (table.choice, table.met, table.here) = (choice, 0, 0);
            table.again = spot.again;
        }
    }

    /// A function that is called chooses anew. Gives what is to be taken back when it has returned.
    pub(super) fn set_aside(&self) -> Option<(Option<u32>, u32, u32, bool)> {
        let table = self.table.as_ref()?;
        Some((table.choice, table.met, table.here, table.again))
    }

    /// Goes on where a function was called.
    pub(super) fn take_back(&mut self, aside: Option<(Option<u32>, u32, u32, bool)>) {
        if let (Some(table), Some(aside)) = (&mut self.table, aside) {
            (table.choice, table.met, table.here, table.again) = aside;
        }
    }

    /// What a called function returns with an entry that it came to itself is no matter of its caller's; what it went over is.
    pub(super) fn is_aside(&self, run: &mut super::engine::Run, state: &State) -> bool {
        let Some(spot) = &state.table else {
            return false;
        };
        let own = run.phase == Some(Phase::Before) && spot.phase != Phase::Before;
        if !own {
            run.table = Some(match &run.table {
                Some(known) => known.join(spot),
                None => spot.clone(),
            });
        }
        own
    }

    /// Is a call the one that the place comes from?
    fn is_start(&self, name: &str, line: u32) -> bool {
        match self.table.as_ref().map(|table| &table.start) {
            Some(Start::Call(own, at)) => self.stack.is_empty() && own == name && *at == line,
            _ => false,
        }
    }

    /// The call that maps the table.
    fn map(&mut self, line: u32, state: &mut State) -> Worth {
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
    pub(super) fn step_pointer(
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
    pub(super) fn index(
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
    pub(super) fn turn(&self, name: &str, state: &mut State) {
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

    /// Reads what stands in the place. Where the entry may change, one reading need not see what another has seen.
    pub(super) fn load(&mut self, line: u32, state: &State) -> Worth {
        let collected = self.findings.is_some();
        let Some(table) = &mut self.table else {
            return state.slot.clone();
        };
        table.seen.touched = true;
        table.here += 1;
        let bare = state.table.as_ref().is_some_and(|spot| !spot.locked);
        let load = (self.file.clone(), line, table.here);
        let sees = match &table.only {
            None => true,
            Some(Only::Locked) => !bare,
            Some(Only::Load(own)) => bare && *own == load,
        };
        if collected && bare {
            table.seen.bare.insert(load.clone());
        }
        if collected {
            table.seen.loads.insert(load);
        }
        match sees {
            true => state.slot.clone(),
            false => Worth::unknown(),
        }
    }

    /// Is every use of an entry looked for, in functions of headers too, and nothing taken for granted?
    pub(super) fn is_strict(&self) -> bool {
        let caller = self.walker.sort == WalkerSort::Snapshot && !self.is_inside();
        self.table.is_some() || caller
    }

    /// A test of an entry that the headers define: what it says, and what it does with the entry.
    pub(super) fn known_call(
        &mut self,
        (line, name): (u32, &str),
        answer: Worth,
        worths: &[Worth],
        state: &State,
    ) -> Worth {
        if !self.is_strict() {
            return answer;
        }
        if self.findings.is_some() {
            let (guards, asked) = (self.guards.clone(), self.asked.clone());
            self.deeper = true;
            let mut state = state.clone();
            if self.helper(line, name, worths, &mut state).is_none() {
                self.macro_call((line, name), worths, &state);
            }
            self.deeper = false;
            (self.guards, self.asked) = (guards, asked);
        }
        match answer == Worth::unknown() {
            true => self.unfollowed(name),
            false => answer,
        }
    }

    /// Looks for uses in a macro of the headers.
    fn macro_call(&mut self, (line, name): (u32, &str), worths: &[Worth], state: &State) {
        let open = self.stack.iter().any(|own| own == name);
        let Some((file, at, body)) = self.oracle.macro_body(name).filter(|_| !open) else {
            return;
        };
        let helper = Helper {
            file,
            line: at,
            bodies: vec![body],
        };
        self.stack.push(name.to_owned());
        let followed = self.follow(&helper, (worths, &[]), state);
        self.stack.pop();
        self.collect(line, followed.findings);
    }

    /// Reads a condition. What bits of the entry decide that no table tells of may be either, but is not chance.
    pub(super) fn truth_of(&mut self, worth: &Worth, line: u32) -> Truth {
        match worth {
            Worth::Plain(Value::Derived(_)) if self.is_strict() => self
                .unfollowed(&format!("bits of the entry in line {line}"))
                .truth(),
            _ => worth.truth(),
        }
    }

    /// Where a condition says that the entry is the same as one that is not followed, that one was looked at elsewhere.
    pub(super) fn same(&mut self, condition: &Expr, truth: Truth, state: &mut State) {
        if self.table.is_none() || truth == Truth::Either {
            return;
        }
        let (equal, sides): (Truth, Vec<&Expr>) = match &condition.node {
            Node::Unary(operator, inner) if operator == "!" => {
                return self.same(inner, truth.not(), state);
            }
            Node::Binary(operator, a, b) if matches!(operator.as_str(), "&&" | "||") => {
                if (operator == "&&") == (truth == Truth::Yes) {
                    self.same(a, truth, state);
                    self.same(b, truth, state);
                }
                return;
            }
            Node::Binary(operator, a, b) if operator == "==" => (truth, vec![a, b]),
            Node::Binary(operator, a, b) if operator == "!=" => (truth.not(), vec![a, b]),
            Node::Call(name, arguments) if compares_entries(name) => {
                (truth, arguments.iter().collect())
            }
            Node::Call(name, arguments) if self.oracle.is_wrapper(name) => {
                if let Some(inner) = arguments.first() {
                    self.same(inner, truth, state);
                }
                return;
            }
            _ => return,
        };
        if equal != Truth::Yes {
            return;
        }
        let findings = self.findings.take();
        let mut scratch = state.clone();
        let worths: Vec<Worth> = sides.iter().map(|e| self.eval(e, &mut scratch)).collect();
        self.findings = findings;
        let own = |worth: &Worth| matches!(worth, Worth::Plain(Value::Entry(_) | Value::Raw(_)));
        let strange =
            |worth: &Worth| matches!(worth, Worth::Plain(Value::Unknown | Value::Derived(_)));
        if worths.iter().any(own) && worths.iter().any(strange) {
            if own(&state.slot) {
                state.slot = Worth::Like;
            }
            state.names.replace(own, &Worth::Like);
        }
    }

    /// Notes that the entry, or its place, is handed to a function.
    pub(super) fn touch(&mut self, worths: &[Worth]) {
        if let Some(table) = &mut self.table {
            table.seen.touched |= worths.iter().any(holds_entry);
        }
    }

    /// The table is unmapped: pointers into it lead nowhere.
    pub(super) fn unmap(&self, arguments: &[Expr], state: &mut State) {
        let named = arguments.iter().filter_map(base);
        let mut known = named.filter_map(|name| state.names.get(&name));
        if known.any(|worth| matches!(worth, Worth::Slot | Worth::Elsewhere)) {
            let pointer =
                |worth: &Worth| matches!(worth, Worth::Slot | Worth::Elsewhere | Worth::Blurred);
            state.names.replace(pointer, &Worth::unknown());
        }
    }

    /// What a function hands to whoever called it: its answer, and what it leaves in what it was handed.
    pub(super) fn hand_back(&mut self, answer: &Worth, line: u32, state: &State) {
        let Some(table) = &self.table else { return };
        if !self.stack.is_empty() {
            return;
        }
        let left = state.names.iter().any(|(name, worth)| {
            let owner = name.split_once('.').map(|(owner, _)| owner);
            owner.is_some_and(|owner| !table.locals.contains(owner)) && holds_entry(worth)
        });
        if left || holds_entry(answer) {
            self.note(FindingKind::Escape, line, String::from("the caller"));
        }
    }

    /// Is a step the one that the place comes from?
    pub(super) fn starts(&self, step: &Step) -> bool {
        let mut found = false;
        each_of(step, &mut |expr| {
            each(expr, &mut |expr| {
                if let Node::Call(name, _) = &expr.node {
                    found |= self.is_start(name, expr.line);
                }
            });
        });
        found
    }

    /// A call that maps or unmaps a table, or takes or drops its lock.
    pub(super) fn table_call(
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
    pub(super) fn take_lock(
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

    /// What is at the place that an index leads to, or the place itself.
    pub(super) fn at_index(
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

    /// Is a function handed a pointer that it may move to the entry that is followed?
    pub(super) fn reaches(&self, name: &str, worths: &[Worth], state: &State) -> bool {
        let before = state
            .table
            .as_ref()
            .is_some_and(|spot| spot.phase == Phase::Before);
        before && worths.contains(&Worth::Elsewhere) && neutral(name).is_none()
    }

    /// What a test for a leaf says of an entry that is not present.
    pub(super) fn absent_leaf(&self, name: &str, worths: &[Worth]) -> Option<Worth> {
        let entry = |worth: &Worth| match worth {
            Worth::Plain(Value::Entry(atom) | Value::Raw(atom)) => {
                self.oracle.kind(*atom) != "present"
            }
            _ => false,
        };
        let absent = self.table.is_some() && asks_for_a_leaf(name) && worths.iter().any(entry);
        absent.then(|| Worth::Plain(Value::bool(false)))
    }

    /// Lists what the structs hold that a call is handed: argument, field and worth.
    pub(super) fn carried(&self, arguments: &[Expr], state: &State) -> Vec<(usize, String, Worth)> {
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

    /// An assignment to something that is no local: `Some` where it is dealt with.
    pub(super) fn store(&mut self, target: &Expr, worth: &Worth, state: &mut State) -> Option<()> {
        self.table.as_ref()?;
        if let Some(name) = path(target) {
            self.turn(&name, state);
        }
        if let (Node::Field(..), Some(name)) = (&target.node, path(target)) {
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
}

/// Names a variable, or a field of one, however it is reached: `a->b`, `a.b`, `(*a).b`.
pub(crate) fn path(expr: &Expr) -> Option<String> {
    match &expr.node {
        Node::Name(name) => Some(name.clone()),
        Node::Field(inner, field) => Some(format!("{}.{field}", path(inner)?)),
        Node::Unary(operator, inner) if operator == "&" || operator == "*" => path(inner),
        Node::Cast(_, inner) => path(inner),
        _ => None,
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

/// Hands the expressions of a step to `see`.
pub(super) fn each_of(step: &Step, see: &mut dyn FnMut(&Expr)) {
    match step {
        Step::Effect(e)
        | Step::Test(e)
        | Step::Switch(e)
        | Step::Return(Some(e))
        | Step::Local(_, _, Some(e)) => see(e),
        _ => {}
    }
}
