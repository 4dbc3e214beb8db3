//! In: what an audit remembers of walks, and changed files. Out: all walks as they are now; only those that looked at a
//! function that differs are judged.

use super::beside::Beside;
use super::contracts::Contracts;
use super::moves::{Moves, Places};
use super::read::Read;
use super::{Now, Patch};
use crate::audit::facts::{Excerpt, Walk};
use crate::audit::memory::{Placed, Trace, wanted};
use crate::audit::run::walking::{Unit, Walked, carried, folders, lasting};
use crate::audit::run::{Auditor, Bodies, ROUNDS};
use crate::audit::scan::Hit;
use crate::audit::walks::Known;
use crate::tree::source::TreeError;
use std::collections::{BTreeMap, BTreeSet};

/// What is to be done about the walks.
struct Plan<'p> {
    /// Those that are what they were, their lines as they are now.
    kept: Walked,
    /// Files and functions whose walks are judged.
    judged: BTreeSet<(&'p str, &'p str)>,
}

impl<'p> Patch<'p> {
    /// Gives every walk as it is now; `None` where other files would be read for it.
    pub(super) fn walks(
        &self,
        auditor: &Auditor,
        (now, beside): (&'p Now, &Beside),
        bodies: &Bodies,
    ) -> Result<Option<Walked>, TreeError> {
        let memory = self.memory;
        let wanted_before = memory.wanted();
        let mut read = Read::new(self, auditor, now);
        let changed: Vec<&Hit> = now
            .values()
            .filter(|hit| read.is_ever_at_hand(hit))
            .collect();
        let at_hand = places_in(&changed, &wanted_before);
        let fetched = read.fetched();
        let moves = Moves::new(
            self.delta,
            (&memory.places, &at_hand),
            &read.turned(&fetched),
        )
        .with(self.relined)
        .beside(beside, self.reach);
        let contracts = read.contracts(&fetched, &moves, bodies)?;
        let Plan {
            kept: mut walked,
            judged,
        } = self.plan(auditor, now, (&moves, &contracts));
        let all = walked.traces.keys().map(String::as_str);
        walked.folders = folders(all.chain(judged.iter().map(|(path, _)| *path)));
        let none = walked.traces.is_empty() && judged.is_empty();
        if walked.folders != memory.folders || memory.traces.is_empty() || none {
            return Ok(None);
        }
        let first = read.first(&judged)?;
        let mut units = units(&first, now, &judged);
        let mut read = read.with(&first);
        let mut open = Vec::new();
        let mut asked = BTreeSet::new();
        let kept: Vec<Trace> = walked
            .traces
            .values()
            .flat_map(BTreeMap::values)
            .cloned()
            .collect();
        let mut known = Known::new();
        for round in 0.. {
            let Some(told) = memory.fetched.get(round) else {
                return Ok(None);
            };
            if round > 0 {
                let new = read.new_in(&fetched[..=round]);
                units = walked.still_open(std::mem::take(&mut open), &new);
                known = carried(known, &new);
            }
            asked.extend(told.names.iter().cloned());
            known.extend(contracts.of(round));
            let found;
            (found, known) = read.round(round, (&units, known), bodies)?;
            walked.contracts.push(lasting(&known));
            let others = kept
                .iter()
                .filter_map(|trace| trace.missed.get(round))
                .flatten();
            let all = others.chain(found.iter().flat_map(|(_, _, looked)| &looked.missed));
            let missed: BTreeSet<String> =
                all.filter(|name| !asked.contains(*name)).cloned().collect();
            let next = memory.fetched.get(round + 1);
            let last = round == ROUNDS || missed.is_empty();
            // Other names would be looked for now: others may see other bodies.
            if next.is_some() == last || next.is_some_and(|next| next.names != missed) {
                return Ok(None);
            }
            open = walked.sort((round, found), &missed);
            if last {
                break;
            }
        }
        walked.fetched = fetched;
        let names = wanted(&walked.traces);
        let mut placed = places_in(&changed, &names);
        let newly: BTreeSet<&str> = names.difference(&wanted_before).copied().collect();
        read.places(&newly, &mut placed)?;
        self.stay(&names, &mut placed);
        walked.places = placed;
        Ok(Some(walked))
    }

    /// Adds where functions of some names stand that stood there before.
    fn stay(&self, names: &BTreeSet<&str>, placed: &mut Places) {
        let unchanged = self.memory.places.iter();
        for (path, functions) in unchanged.filter(|(path, _)| !self.delta.has(path)) {
            let functions = functions
                .iter()
                .filter(|(name, _)| names.contains(name.as_str()));
            let functions: Vec<_> = functions
                .map(|(n, list)| (n.clone(), list.clone()))
                .collect();
            if !functions.is_empty() {
                placed.entry(path.clone()).or_default().extend(functions);
            }
        }
    }

    /// Sorts the walks: which are what they were.
    fn plan(
        &self,
        auditor: &Auditor,
        now: &'p Now,
        (moves, contracts): (&Moves<'_>, &Contracts),
    ) -> Plan<'p> {
        let memory = self.memory;
        let mut walks: BTreeMap<(&str, &str), Vec<&Walk>> = BTreeMap::new();
        for walk in &memory.audit.walks {
            walks
                .entry((&walk.file, &walk.function))
                .or_default()
                .push(walk);
        }
        let mut excerpts: BTreeMap<(&str, &str), Vec<&Excerpt>> = BTreeMap::new();
        for excerpt in &memory.audit.excerpts {
            excerpts
                .entry((&excerpt.file, &excerpt.function))
                .or_default()
                .push(excerpt);
        }
        let mut plan = Plan {
            kept: Walked::default(),
            judged: BTreeSet::new(),
        };
        let beside: BTreeSet<&str> = now
            .values()
            .filter(|hit| {
                let known = memory.hits.get(&hit.path);
                known.is_none_or(|known| known.beside != auditor.beside(hit))
            })
            .map(|hit| hit.path.as_str())
            .collect();
        let changed = now.values().flat_map(|hit| auditor.units(hit));
        let changed = changed.map(|unit| (unit.hit.path.as_str(), unit.function));
        let others = memory
            .traces
            .iter()
            .filter(|(path, _)| !self.delta.has(path));
        let others = others.flat_map(|(path, own)| own.keys().map(move |name| (&**path, &**name)));
        for unit in changed.chain(others) {
            let (path, name) = unit;
            let trace = memory.traces.get(path).and_then(|own| own.get(name));
            let same = trace.filter(|trace| {
                !(moves.differ.contains(name)
                    || beside.contains(path)
                    || trace.on_callers && moves.has_turned(path))
            });
            let list = |list: Option<&Vec<&Walk>>| -> Option<Vec<Walk>> {
                list?.iter().map(|walk| moves.walk(walk)).collect()
            };
            let texts = |list: Option<&Vec<&Excerpt>>| -> Option<Vec<Excerpt>> {
                list?.iter().map(|excerpt| moves.excerpt(excerpt)).collect()
            };
            let known = same.and_then(|trace| {
                Some((
                    moves.trace(trace, contracts)?,
                    list(walks.get(&unit))?,
                    texts(excerpts.get(&unit))?,
                ))
            });
            match known {
                Some((trace, walks, excerpts)) => {
                    let file = plan.kept.traces.entry(path.to_owned()).or_default();
                    file.insert(name.to_owned(), trace);
                    plan.kept.walks.extend(walks);
                    plan.kept.excerpts.extend(excerpts);
                }
                None => drop(plan.judged.insert(unit)),
            }
        }
        plan
    }
}

/// Finds where functions of some names stand in files.
fn places_in(hits: &[&Hit], names: &BTreeSet<&str>) -> Places {
    let placed = hits
        .iter()
        .map(|hit| (hit.path.clone(), Placed::all(hit, names)));
    placed.filter(|(_, placed)| !placed.is_empty()).collect()
}

/// Gives the units that are judged, each with its file.
fn units<'u>(
    first: &'u BTreeMap<String, Hit>,
    now: &'u Now,
    judged: &BTreeSet<(&'u str, &'u str)>,
) -> Vec<Unit<'u>> {
    let unit = |(path, function): &(&'u str, &'u str)| {
        let hit = now.get(*path).or_else(|| first.get(*path))?;
        Some(Unit { hit, function })
    };
    judged.iter().filter_map(unit).collect()
}
