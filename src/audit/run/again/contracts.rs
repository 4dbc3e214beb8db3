//! In: what walkers were known to return, and functions that differ. Out: what they return now, and for whom that differs.
//!
//! A walker may be written another way and return what it did: then its callers stand as they are, whatever it is made of.

use super::moves::Moves;
use super::read::Read;
use crate::audit::library::{Library, Looked};
use crate::audit::memory::{Contract, ContractKey, Fetched};
use crate::audit::run::walking::{carried, lasting};
use crate::audit::run::{Auditor, Bodies};
use crate::audit::walks::{Asked, Known, Worked, work_out};
use crate::tree::source::TreeError;
use crate::vocabulary::{Oracle, Walker, walkers};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// What walkers return now, as far as it was known before.
pub(super) struct Contracts {
    /// Time by time.
    rounds: Vec<Known>,
    /// Those that are what they were in every round, whatever they hang on.
    stand: BTreeSet<ContractKey>,
}

impl Contracts {
    /// Gives what is known in a round.
    pub(super) fn of(&self, round: usize) -> Known {
        self.rounds.get(round).cloned().unwrap_or_default()
    }

    /// Are all of some what they were?
    pub(super) fn stand(&self, keys: &BTreeSet<ContractKey>) -> bool {
        keys.is_subset(&self.stand)
    }
}

impl Read<'_, '_> {
    /// Works out anew what walkers return, where that hangs on something that differs; `fetched` is what is read now.
    pub(super) fn contracts(
        &mut self,
        fetched: &[Fetched],
        moves: &Moves<'_>,
        bodies: &Bodies,
    ) -> Result<Contracts, TreeError> {
        let walkers = walkers();
        let before = &self.patch.memory.lasting.contracts;
        let mut now = Contracts {
            rounds: Vec::new(),
            stand: before.iter().flatten().map(Contract::key).collect(),
        };
        for (round, list) in before.iter().enumerate() {
            let (same, others): (Vec<_>, Vec<_>) = list.iter().partition(|contract| {
                let mut differ = moves.differ.iter();
                !differ.any(|name| contract.asked.contains(*name))
            });
            let mut known = match round.checked_sub(1).and_then(|r| now.rounds.get(r)) {
                Some(last) => carried(last.clone(), &self.new_in(&fetched[..=round])),
                None => Known::new(),
            };
            known.extend(
                same.into_iter()
                    .filter_map(|c| Some((asked(&walkers, c)?, known_as(c)))),
            );
            let keys: Vec<Asked> = others.iter().filter_map(|c| asked(&walkers, c)).collect();
            let open: Vec<&Asked> = keys
                .iter()
                .filter(|key| !known.contains_key(*key))
                .collect();
            if !open.is_empty() {
                self.read_places(others.iter().flat_map(|contract| &contract.asked))?;
                let (homes, auditor) = (self.homes(round), self.auditor);
                let infer = |library: &Library<'_>| auditor.infer(&open, (library, &homes), bodies);
                let found = self.in_round(round, &infer)?;
                known.extend(found);
            }
            let found: BTreeMap<ContractKey, Contract> =
                lasting(&known).into_iter().map(|c| (c.key(), c)).collect();
            for old in list {
                if found.get(&old.key()) != Some(old) {
                    now.stand.remove(&old.key());
                }
            }
            now.rounds.push(known);
        }
        Ok(now)
    }
}

impl Auditor {
    /// Infers what walkers return with some files at hand.
    fn infer(
        &self,
        open: &[&Asked],
        (library, homes): (&Library<'_>, &BTreeMap<&'static str, String>),
        bodies: &Bodies,
    ) -> Known {
        let said = || Arc::clone(&bodies.said);
        let oracle = || Oracle::sharing(&self.headers, &bodies.known, said());
        let walkers = walkers();
        let one = |oracle: &mut Oracle<'_>, key: &&Asked| {
            let walker = walkers.iter().find(|walker| walker.name == key.0)?;
            let worked = work_out((walker, key.1, &key.2), (library, homes), oracle);
            Some(((*key).clone(), Arc::new(OnceLock::from(worked))))
        };
        open.par_iter().map_init(oracle, one).flatten().collect()
    }
}

/// Takes a contract as one that was just worked out.
fn known_as(contract: &Contract) -> Arc<OnceLock<Worked>> {
    let looked = Looked {
        asked: contract.asked.clone(),
        missed: contract.missed.clone(),
        ..Looked::default()
    };
    Arc::new(OnceLock::from(Worked {
        contract: Ok(contract.atoms.clone()),
        looked,
    }))
}

/// Names what a contract was inferred for as those do who infer; `None` where the walker is none of today's.
fn asked(walkers: &[Walker], contract: &Contract) -> Option<Asked> {
    let walker = walkers.iter().find(|w| w.name == contract.walker)?;
    let mut levels = walker.fields.iter().copied();
    let level = levels.find(|level| *level == contract.level)?;
    Some((walker.name, level, contract.flags.clone()))
}
