//! In: values and calls on them. Out: what the tree's own definitions say, one value at a time.

use super::answers::{Answered, Answers};
use super::definition::entry_domain;
use super::gather::Headers;
use super::interpret::Interpreter;
use super::kinds::{Atom, NONE, PRESENT};
use super::value::{Truth, Value};
use super::{Definition, words};
use crate::syntax::ast::{Expr, Lowered, Node};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// The level whose entries may be of any kind.
const SMALLEST: &str = "pte";

/// Answers about kinds for whoever follows an entry through code.
pub(crate) struct Oracle<'h> {
    headers: &'h Headers,
    interpreter: Interpreter<'h>,
    said: Arc<Said>,
}

/// What calls are worth over the same definitions, as far as it was asked: shared by oracles, and kept from one audit to
/// the next.
#[derive(Debug, Default)]
pub(crate) struct Said {
    calls: Mutex<HashMap<(String, Vec<Value>), Value>>,
    /// What they were worked out from, and what they called.
    answered: Arc<Answered>,
}

/// One of them: a name, the arguments, and what the call is worth.
pub(crate) type Saying = (String, Vec<Value>, Value);

impl Said {
    /// Takes what was kept.
    pub(crate) fn new(list: &[Saying]) -> Self {
        let entry =
            |(name, arguments, value): &Saying| ((name.clone(), arguments.clone()), value.clone());
        Self {
            calls: Mutex::new(list.iter().map(entry).collect()),
            answered: Arc::default(),
        }
    }

    /// Gives all in order.
    pub(crate) fn list(&self) -> Vec<Saying> {
        let known = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = |((name, arguments), value): (&(String, Vec<Value>), &Value)| {
            (name.clone(), arguments.clone(), value.clone())
        };
        let mut list: Vec<Saying> = known.iter().map(entry).collect();
        list.sort();
        list
    }
}

impl<'h> Oracle<'h> {
    /// Makes one over a tree's headers, and the bodies found for their open prototypes.
    pub(crate) fn new(headers: &'h Headers, bodies: &'h BTreeMap<String, Definition>) -> Self {
        Self::sharing(headers, bodies, Arc::default())
    }

    /// Makes one that shares what calls are worth with others over the same definitions.
    pub(crate) fn sharing(
        headers: &'h Headers,
        bodies: &'h BTreeMap<String, Definition>,
        said: Arc<Said>,
    ) -> Self {
        Self {
            headers,
            interpreter: Interpreter::sharing(headers, bodies, Arc::clone(&said.answered)),
            said,
        }
    }

    /// Makes another over the same definitions, which shares what calls are worth.
    pub(crate) fn twin(&self) -> Self {
        let interpreter = self.interpreter.twin();
        Self {
            headers: self.headers,
            interpreter,
            said: Arc::clone(&self.said),
        }
    }

    /// Lists every atom.
    pub(crate) fn atoms(&self) -> Vec<Atom> {
        self.headers.kinds.atoms().collect()
    }

    /// Lists the atoms that an entry of a level (`pte`, `pmd`) may be. On the smallest level that is every one; above it a tree
    /// has entries of those kinds that its own functions ask such entries for.
    pub(crate) fn atoms_of_level(&mut self, level: &str) -> Vec<Atom> {
        let atoms = self.atoms();
        if level == SMALLEST {
            return atoms;
        }
        let own = format!("{level}_t");
        let asks = |d: &&Definition| {
            let parameter = d
                .entries
                .first()
                .filter(|_| d.entries.len() == 1 && !d.acts);
            let lowered = d.lowered().zip(parameter);
            let kind = lowered.and_then(|(l, (number, _))| l.parameters.get(*number));
            d.macro_parameters.is_none() && kind.is_some_and(|(kind, _)| *kind == own)
        };
        let headers = self.headers;
        let all = headers.definitions.iter();
        let names = all.filter(|(_, list)| list.iter().any(|d| asks(&d)));
        let soft: Vec<Atom> = atoms
            .iter()
            .copied()
            .filter(|a| ![NONE, PRESENT].contains(a))
            .collect();
        let mut found: Vec<Atom> = Vec::new();
        for (name, _) in names {
            let mut says_yes = soft.clone();
            says_yes.retain(|atom| self.call(name, &[Value::Entry(*atom)]).truth() != Truth::No);
            if says_yes.len() < soft.len() {
                found.extend(says_yes);
            }
        }
        if found.is_empty() {
            return atoms;
        }
        let mut own = atoms;
        own.retain(|atom| !soft.contains(atom) || found.contains(atom));
        own
    }

    /// Names an atom's kind.
    pub(crate) fn kind(&self, atom: Atom) -> &'h str {
        self.headers.kinds.kind(atom)
    }

    /// Names the kinds of atoms, each once, in the tree's order.
    pub(crate) fn kinds_of(&self, atoms: &[Atom]) -> Vec<String> {
        self.headers.kinds.of(atoms)
    }

    /// Makes an entry of an atom.
    pub(crate) fn entry(&self, atom: Atom) -> Value {
        Value::Entry(atom)
    }

    /// Makes an empty entry.
    pub(crate) fn none(&self) -> Value {
        Value::Entry(NONE)
    }

    /// Makes a present entry.
    pub(crate) fn made(&self) -> Value {
        Value::Entry(PRESENT)
    }

    /// Reads a number.
    pub(crate) fn constant(&self, expr: &Expr) -> Value {
        match &expr.node {
            Node::Number(text) => words::number(text),
            _ => Value::Unknown,
        }
    }

    /// Reads a name that is no local.
    pub(crate) fn named(&self, name: &str) -> Value {
        words::global(name)
    }

    /// Turns what comes from an entry into one where a declaration says so.
    pub(crate) fn typed(&self, kind: &str, value: Value) -> Value {
        let pointer = kind.contains('*');
        let entry = !pointer
            && kind
                .split_whitespace()
                .any(|word| entry_domain(word).is_some());
        match (&value, entry) {
            (Value::Raw(atom), true) => Value::Entry(*atom),
            _ => value,
        }
    }

    /// Says whether a value of a declared type may be an atom: any may, where the type is no entry's.
    pub(crate) fn holds(&self, kind: &str, atom: Atom) -> bool {
        let domain = kind.split_whitespace().find_map(entry_domain);
        domain.is_none_or(|domain| super::infer::within(domain, atom))
    }

    /// Says whether a declared type is an entry's, or a pointer to one.
    pub(crate) fn is_entry(&self, kind: &str) -> bool {
        let mut words = kind.split(|c: char| c.is_whitespace() || c == '*');
        words.any(|word| entry_domain(word).is_some())
    }

    /// Says whether a call hands on the entry that it is given, as the same or as one of another type.
    pub(crate) fn converts(&self, name: &str) -> bool {
        let own = self.headers.definitions.get(name).into_iter().flatten();
        let mut own = own.filter(|d| d.macro_parameters.is_some() || !d.entries.is_empty());
        own.any(|d| match &d.macro_parameters {
            Some(_) => d.words().iter().any(|word| entry_domain(word).is_some()),
            None => {
                !d.returns.contains('*')
                    && d.returns
                        .split_whitespace()
                        .any(|w| entry_domain(w).is_some())
            }
        })
    }

    /// Says whether a function gives an entry.
    pub(crate) fn gives_entry(&self, name: &str) -> bool {
        let mut own = self.headers.definitions.get(name).into_iter().flatten();
        own.any(|d| {
            d.returns
                .split_whitespace()
                .any(|word| entry_domain(word).is_some())
        })
    }

    /// Says whether the headers define a call by name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.interpreter.knows(name)
    }

    /// Says whether a call is worth its first argument.
    pub(crate) fn is_wrapper(&self, name: &str) -> bool {
        self.interpreter.is_wrapper(name)
    }

    /// Gives file, line and body of a macro, of each header that defines it.
    pub(crate) fn macro_bodies(&self, name: &str) -> Vec<(String, u32, Lowered)> {
        let own = self.headers.definitions.get(name).into_iter().flatten();
        let macros = own.filter(|d| d.macro_parameters.is_some());
        let body = |d: &Definition| {
            let body = d.lowered().filter(|body| body.errors.is_empty())?;
            Some((d.file.clone(), d.line, body.clone()))
        };
        macros.filter_map(body).collect()
    }

    /// Evaluates a call.
    pub(crate) fn call(&mut self, name: &str, arguments: &[Value]) -> Value {
        // Most calls are of functions that no header tells of: nothing is to be remembered of them.
        if !self.interpreter.knows(name) && !self.interpreter.is_wrapper(name) {
            return single(&self.interpreter.call(name, arguments));
        }
        let known = || {
            self.said
                .calls
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let key = (name.to_owned(), arguments.to_vec());
        if let Some(value) = known().get(&key) {
            return value.clone();
        }
        let value = single(&self.interpreter.call(name, arguments));
        known().insert(key, value.clone());
        value
    }

    /// Evaluates an operator.
    pub(crate) fn binary(&self, operator: &str, a: &Value, b: &Value) -> Value {
        self.interpreter.operate(operator, a, b)
    }
}

/// Makes one value of several: a truth on which all agree, or what they are all derived from.
fn single(answers: &Answers) -> Value {
    if answers.len() == 1 {
        return answers.iter().next().cloned().unwrap_or(Value::Unknown);
    }
    let mut truths = answers.iter().map(Value::truth);
    if let Some(first @ (Truth::Yes | Truth::No)) = truths.next()
        && truths.all(|truth| truth == first)
        && answers.iter().all(|value| value.atom().is_none())
    {
        return first.value();
    }
    let atoms: Vec<_> = answers.iter().filter_map(Value::atom).collect();
    match atoms.split_first() {
        Some((first, rest)) if rest.iter().all(|atom| atom == first) => Value::Derived(*first),
        _ => Value::Unknown,
    }
}
