//! In: a walker's own body. Out: the kinds that it may return, per flags, level and return, and the lines that say so.
//!
//! Every place where the walker may say yes is looked for. What it was asked on every way there — functions that are
//! handed the cursor, and conditions on the entry itself — is asked of every kind in turn. A place that is reached with
//! no such question lets everything through, and then nothing is promised.
//!
//! Verdicts need less and need it for each walk: `levels` follows the walker with the flow room's own machinery. A test
//! compares the two on every kernel.

mod asked;
mod body;
mod levels;
mod rows;
mod state;
mod tables;

pub(super) use levels::infer;
pub(super) use rows::rows;
pub use rows::{ContractRow, Way};

use crate::flow::{FlagSet, Helper, Helpers};
use crate::vocabulary::{Atom, Oracle, Walker};
use asked::{Answers, Question, Said};
use body::{Case, exits};
use state::{Place, State};
use std::collections::{BTreeMap, BTreeSet};

/// A walker and where its body is.
pub(super) struct Home<'h> {
    /// The walker.
    pub(super) walker: &'h Walker,
    /// Its file.
    pub(super) file: &'h str,
    /// Its body.
    pub(super) own: &'h Helper,
}

/// A place where the walker says yes.
#[derive(Clone, Debug, Default)]
struct Return {
    /// The atoms that come through.
    atoms: BTreeSet<Atom>,
    /// What is asked on every way there.
    asked: BTreeSet<Question>,
    /// Each atom's way: conditions that decide it, in the walker, and in the functions asked.
    ways: BTreeMap<Atom, Vec<(String, u32)>>,
}

/// Line, level (by number), and sort of entry.
type Key = (u32, usize, Option<&'static str>);

/// Finds every place where the walker may say yes with an entry of a level, and the kinds that get there.
fn returns(
    oracle: &mut Oracle<'_>,
    helpers: &dyn Helpers,
    (home, level): (&Home<'_>, usize),
    flags: &FlagSet,
) -> Result<BTreeMap<Key, Return>, String> {
    let mut found: BTreeMap<Key, Return> = BTreeMap::new();
    let answers = Answers::new(helpers);
    for atom in oracle.atoms() {
        let case = Case {
            walker: home.walker,
            level,
            atom,
            flags,
            file: home.file,
        };
        let mut said: BTreeMap<String, Option<Said>> = BTreeMap::new();
        for body in &home.own.bodies {
            let exits =
                exits(&case, oracle, &answers, (body, home.own.line, false)).ok_or_else(|| {
                    format!(
                        "the body of {} in {} is not understood",
                        home.walker.name, home.file
                    )
                })?;
            for exit in exits {
                if stands_at(&exit.state) != Some(level) {
                    continue;
                }
                let mut way: Vec<(String, u32)> = Vec::new();
                let mut through = true;
                for question in &exit.state.passed {
                    let said = said
                        .entry(question.0.clone())
                        .or_insert_with(|| answers.says(&case, oracle, &question.0));
                    if let Some(said) = said {
                        through &= said.yes;
                        way.push((home.file.to_owned(), question.1));
                        way.extend(said.way.iter().map(|line| (said.file.clone(), *line)));
                    }
                }
                if !through {
                    continue;
                }
                let key = (exit.line, level, exit.state.sort);
                let own = found.entry(key).or_insert_with(|| Return {
                    asked: exit.state.passed.clone(),
                    ..Return::default()
                });
                own.asked = own
                    .asked
                    .intersection(&exit.state.passed)
                    .cloned()
                    .collect();
                if own.atoms.insert(atom) {
                    let mut lines: Vec<(String, u32)> = exit
                        .way
                        .iter()
                        .map(|line| (home.file.to_owned(), *line))
                        .collect();
                    let last = lines.pop();
                    lines.extend(way);
                    lines.extend(last);
                    lines.dedup();
                    own.ways.insert(atom, lines);
                }
            }
        }
    }
    Ok(found)
}

/// Says at which level the cursor stands: the first field that is not known to be `NULL`.
fn stands_at(state: &State) -> Option<usize> {
    state.places.iter().position(|place| *place != Place::Null)
}
