//! In: headers. Out: which of their functions and macros are predicates, and what each accepts.

use super::answers::Answers;
use super::definition::{Definition, entry_domain, may_answer_yes_or_no};
use super::gather::Headers;
use super::interpret::Interpreter;
use super::kinds::{Atom, NONE, PRESENT};
use super::predicate::{Family, Predicate};
use super::reach::Reach;
use super::tables::{Domain, presence};
use super::value::{Truth, Value};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What inference found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inferred {
    /// The predicates, by name.
    pub predicates: Vec<Predicate>,
    /// Names of prototypes whose bodies, once found, may make them predicates.
    pub open: Vec<String>,
}

/// Finds the predicates of `headers`.
pub fn infer(headers: &Headers) -> Inferred {
    let mut found = presence_tests(headers);
    let all = headers.definitions.keys().map(String::as_str).collect();
    let mut tried = telling_names(headers, &found, &all);
    tried.retain(|name| !found.contains_key(*name));
    let judged = judge_names(headers, &tried.into_iter().collect::<Vec<_>>());
    found.extend(judged.into_iter().map(|p| (p.name.clone(), p)));
    Inferred {
        predicates: found.into_values().collect(),
        open: headers.open.keys().cloned().collect(),
    }
}

/// Finds the predicates of `headers`, of which `known` were found before the names of `reach` came to differ.
pub(crate) fn infer_again(headers: &Headers, known: &Inferred, reach: &Reach) -> Inferred {
    let mut found = presence_tests(headers);
    // Whether a name tells kinds apart hangs on the names that it leads to, whether they differ or not.
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = reach.names().iter().map(String::as_str).collect();
    while let Some(name) = open.pop() {
        if let Some((name, list)) = headers.definitions.get_key_value(name)
            && names.insert(name)
        {
            let words = list.iter().flat_map(|definition| definition.words());
            open.extend(words.map(String::as_str));
        }
    }
    let mut tried = telling_names(headers, &found, &names);
    tried.retain(|name| !found.contains_key(*name) && reach.has(name));
    let judged = judge_names(headers, &tried.into_iter().collect::<Vec<_>>());
    let same = known.predicates.iter().filter(|p| !reach.has(&p.name));
    for predicate in same.cloned().chain(judged) {
        found.insert(predicate.name.clone(), predicate);
    }
    Inferred {
        predicates: found.into_values().collect(),
        open: headers.open.keys().cloned().collect(),
    }
}

/// Gives the predicates that every tree has and whose bodies are each architecture's own.
fn presence_tests(headers: &Headers) -> BTreeMap<String, Predicate> {
    let mut found = BTreeMap::new();
    for (name, kind) in presence() {
        if let Some(first) = headers.definitions.get(name).and_then(|list| list.first()) {
            found.insert(
                name.to_owned(),
                predicate(name, Family::Presence, vec![kind.to_owned()], first),
            );
        }
    }
    found
}

/// Lists those of `names` that may tell kinds apart: they read the type field, or call one of them that does.
fn telling_names<'n>(
    headers: &Headers,
    found: &BTreeMap<String, Predicate>,
    names: &BTreeSet<&'n str>,
) -> BTreeSet<&'n str> {
    let mut telling: BTreeSet<String> = found.keys().cloned().collect();
    telling.extend(headers.kinds_words());
    let mut tried: BTreeSet<&'n str> = BTreeSet::new();
    loop {
        let mut grown = false;
        for name in names {
            let mut definitions = headers.definitions.get(*name).into_iter().flatten();
            let tells = definitions.any(|d| !d.words().is_disjoint(&telling));
            if tells && tried.insert(name) {
                grown |= telling.insert((*name).to_owned());
            }
        }
        if !grown {
            return tried;
        }
    }
}

/// Judges some names.
fn judge_names(headers: &Headers, tried: &[&str]) -> Vec<Predicate> {
    let bodies = BTreeMap::new();
    // An interpreter remembers what it has worked out, so few of them with many names each are fastest.
    let share = tried.len().div_ceil(rayon::current_num_threads()).max(1);
    tried
        .par_chunks(share)
        .flat_map_iter(|names| {
            let mut interpreter = Interpreter::new(headers, &bodies);
            let judge_name =
                |name: &&str| judge(headers, &mut interpreter, &headers.definitions[*name]);
            names.iter().filter_map(judge_name).collect::<Vec<_>>()
        })
        .collect()
}

/// Judges the bodies that were found in source files for open prototypes, and adds those that make a
/// predicate to `known`.
pub fn infer_open(
    headers: &Headers,
    known: &Inferred,
    bodies: &BTreeMap<String, Definition>,
) -> Vec<Predicate> {
    add_open(headers, known.predicates.clone(), bodies, &|_| true)
}

/// Adds them to `inferred`, where `known` were found before the names of `reach` came to differ.
pub(crate) fn infer_open_again(
    headers: &Headers,
    (inferred, known): (&Inferred, &[Predicate]),
    bodies: &BTreeMap<String, Definition>,
    reach: &Reach,
) -> Vec<Predicate> {
    let mut found = inferred.predicates.clone();
    let names: BTreeSet<&str> = inferred
        .predicates
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    let same = known
        .iter()
        .filter(|p| !reach.has(&p.name) && !names.contains(p.name.as_str()));
    found.extend(same.cloned());
    add_open(headers, found, bodies, &|name| reach.has(name))
}

/// Judges the bodies of some names, and adds those that make a predicate to `found`.
fn add_open(
    headers: &Headers,
    mut found: Vec<Predicate>,
    bodies: &BTreeMap<String, Definition>,
    wanted: &dyn Fn(&str) -> bool,
) -> Vec<Predicate> {
    let mut interpreter = Interpreter::new(headers, bodies);
    for (name, body) in bodies {
        if wanted(name)
            && found.iter().all(|p| p.name != *name)
            && !body.does_something()
            && let Some(new) = judge(headers, &mut interpreter, std::slice::from_ref(body))
        {
            let at = headers.open.get(name).unwrap_or(body);
            found.push(Predicate {
                file: at.file.clone(),
                line: at.line,
                ..new
            });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

impl Headers {
    /// Words that tell kinds apart by themselves: the constants, and the end of the swap files.
    fn kinds_words(&self) -> Vec<String> {
        let mut words: Vec<String> = self.kinds.constants().map(str::to_owned).collect();
        // The end of the swap files, and the one field of an entry.
        words.extend(["MAX_SWAPFILES", "val"].map(String::from));
        words
    }
}

fn predicate(name: &str, family: Family, accepts: Vec<String>, at: &Definition) -> Predicate {
    Predicate {
        name: name.to_owned(),
        family,
        accepts,
        file: at.file.clone(),
        line: at.line,
    }
}

/// What one atom gives, over all definitions.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    yes: bool,
    no: bool,
    unsure: bool,
}

/// Says whether a name's definitions make it a predicate: one of them must tell kinds apart. Stubs that
/// always answer the same, and bit tricks of one architecture, neither make nor break it.
fn judge(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definitions: &[Definition],
) -> Option<Predicate> {
    let mut found: Option<Predicate> = None;
    let (mut generic, mut opaque) = (false, false);
    for definition in definitions {
        let Some((family, accepts)) = judge_one(headers, interpreter, definition) else {
            opaque |= !definition.stub && definition.reads_parameters();
            continue;
        };
        generic |= !definition.file.starts_with("arch/");
        match &mut found {
            None => found = Some(predicate(&definition.name, family, accepts, definition)),
            Some(known) => {
                known.family = known.family.min(family);
                known.accepts = headers
                    .kinds
                    .names()
                    .into_iter()
                    .filter(|k| known.accepts.contains(k) || accepts.contains(k))
                    .collect();
            }
        }
    }
    // What only one architecture answers by kind, and others by bits, is no question about kinds.
    found.filter(|_| generic || !opaque)
}

fn judge_one(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definition: &Definition,
) -> Option<(Family, Vec<String>)> {
    let asks = definition.macro_parameters.is_some() || may_answer_yes_or_no(&definition.returns);
    if definition.stub || definition.acts || !asks {
        return None;
    }
    positions(definition)
        .into_iter()
        .find_map(|at| classify(headers, &telling(headers, interpreter, definition, at)?))
}

/// Lists the atoms that some definition of a predicate may accept.
pub(super) fn accepted(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definitions: &[Definition],
) -> BTreeSet<Atom> {
    let mut out = BTreeSet::new();
    for definition in definitions {
        let asked = positions(definition)
            .into_iter()
            .filter_map(|at| telling(headers, interpreter, definition, at))
            .find(|asked| classify(headers, asked).is_some());
        let yes = asked
            .into_iter()
            .flatten()
            .filter(|(_, o)| o.yes || o.unsure);
        out.extend(yes.map(|(atom, _)| atom));
    }
    out
}

/// Evaluates every atom that one position of a definition is meant for.
fn telling(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definition: &Definition,
    at: (usize, Domain),
) -> Option<BTreeMap<Atom, Outcome>> {
    let mut asked = outcomes(headers, interpreter, definition, at)?;
    // A macro has no types: where it cannot tell of a present entry, it is meant for swap entries.
    let untyped = definition.macro_parameters.is_some();
    if untyped && asked.get(&PRESENT).is_some_and(|outcome| outcome.unsure) {
        asked.retain(|atom, _| within(Domain::Swap, *atom));
    }
    Some(asked)
}

/// Judges functions that only one source file has.
pub fn infer_local(
    headers: &Headers,
    bodies: &BTreeMap<String, Definition>,
    own: &[Definition],
) -> Vec<Predicate> {
    let mut interpreter = Interpreter::new(headers, bodies);
    let mut found: Vec<Predicate> = own
        .iter()
        .filter(|body| !body.does_something())
        .filter_map(|body| judge(headers, &mut interpreter, std::slice::from_ref(body)))
        .collect();
    found.dedup_by(|a, b| a.name == b.name);
    found
}

/// Lists the functions that tell an entry's type: what they answer is a number or a name for each kind.
pub fn tellers(headers: &Headers) -> Vec<String> {
    tellers_of(headers, &|_| true)
}

/// Lists them, where `known` were found before the names of `reach` came to differ.
pub(crate) fn tellers_again(headers: &Headers, known: &[String], reach: &Reach) -> Vec<String> {
    let mut out = tellers_of(headers, &|name| reach.has(name));
    out.extend(known.iter().filter(|name| !reach.has(name)).cloned());
    out.sort();
    out
}

fn tellers_of(headers: &Headers, wanted: &dyn Fn(&str) -> bool) -> Vec<String> {
    let bodies = BTreeMap::new();
    let mut interpreter = Interpreter::new(headers, &bodies);
    let mut out = Vec::new();
    let all = headers.definitions.iter();
    for (name, definitions) in all.filter(|(name, _)| wanted(name)) {
        let tells = definitions.iter().any(|definition| {
            let [(position, domain)] = definition.entries.as_slice() else {
                return false;
            };
            let entry = definition
                .returns
                .split_whitespace()
                .any(|w| entry_domain(w).is_some());
            // Who tells an entry's type reads its one field, or names what others call it.
            let reads = definition.words().contains("val") || definition.returns.contains("enum");
            let asks = definition.macro_parameters.is_some() || !reads;
            if asks || definition.acts || entry {
                return false;
            }
            let mut said = BTreeSet::new();
            for atom in headers.kinds.atoms().filter(|atom| within(*domain, *atom)) {
                let mut arguments = vec![Value::Unknown; *position];
                arguments.push(Value::Entry(atom));
                let answers = interpreter.run(definition, &arguments);
                let told = answers
                    .into_iter()
                    .filter(|a| matches!(a, Value::Type(_) | Value::Constant(_)));
                said.extend(told);
            }
            said.len() > 1
        });
        if tells {
            out.push(name.clone());
        }
    }
    out
}

/// Where a definition may take its entry.
fn positions(definition: &Definition) -> Vec<(usize, Domain)> {
    match &definition.macro_parameters {
        Some(parameters) => (0..parameters.len()).map(|i| (i, Domain::Full)).collect(),
        None => definition.entries.clone(),
    }
}

/// Evaluates every atom of a domain at one position. `None` where an answer is no yes or no.
fn outcomes(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definition: &Definition,
    (position, domain): (usize, Domain),
) -> Option<BTreeMap<Atom, Outcome>> {
    let mut out: BTreeMap<Atom, Outcome> = BTreeMap::new();
    for atom in headers.kinds.atoms().filter(|atom| within(domain, *atom)) {
        let mut arguments = vec![Value::Unknown; position];
        arguments.push(Value::Entry(atom));
        let answers = interpreter.run(definition, &arguments);
        take(out.entry(atom).or_default(), &answers)?;
    }
    Some(out)
}

fn take(outcome: &mut Outcome, answers: &Answers) -> Option<()> {
    for answer in answers {
        match answer {
            Value::Entry(_) | Value::Raw(_) | Value::Type(_) | Value::Constant(_) => return None,
            Value::Number(n) if !(0..=1).contains(n) => return None,
            _ => {}
        }
        match answer.truth() {
            Truth::Yes => outcome.yes = true,
            Truth::No => outcome.no = true,
            Truth::Either => outcome.unsure = true,
        }
    }
    Some(())
}

/// Says whether a value of a domain may be an atom.
pub(super) fn within(domain: Domain, atom: Atom) -> bool {
    match domain {
        Domain::Full => true,
        Domain::Soft => atom != PRESENT,
        Domain::Swap => atom != PRESENT && atom != NONE,
    }
}

/// A predicate refuses some kinds for sure and may accept others.
fn classify(
    headers: &Headers,
    outcomes: &BTreeMap<Atom, Outcome>,
) -> Option<(Family, Vec<String>)> {
    let accepted: Vec<Atom> = outcomes
        .iter()
        .filter(|(_, o)| o.yes || o.unsure)
        .map(|(a, _)| *a)
        .collect();
    if accepted.is_empty() || accepted.len() == outcomes.len() {
        return None;
    }
    let accepts = headers.kinds.of(&accepted);
    let plain = accepted
        .iter()
        .all(|atom| *atom == NONE || *atom == PRESENT);
    let family = if plain {
        // What more bits decide is a property of present entries, not their kind.
        if accepted.iter().any(|atom| outcomes[atom].unsure) {
            return None;
        }
        Family::Presence
    } else if accepts
        .iter()
        .all(|kind| kind == "marker" || kind == "none")
    {
        Family::Marker
    } else {
        Family::Entry
    };
    Some((family, accepts))
}
