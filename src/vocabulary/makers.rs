//! In: headers. Out: what turns an entry into one of another type, and what makes one of nothing, by evaluating bodies.

use super::definition::{Definition, entry_domain};
use super::gather::Headers;
use super::interpret::Interpreter;
use super::kinds::Atom;
use super::survey::{Constructor, Converter};
use super::tables::Domain;
use super::value::Value;
use crate::syntax::ast::{Expr, Form, Node};
use std::collections::{BTreeMap, BTreeSet};

/// Finds the converters: functions, then the macros that stand for one or cast by hand. Places are left empty.
pub(super) fn converters(headers: &Headers, interpreter: &mut Interpreter<'_>) -> Vec<Converter> {
    let mut out: BTreeMap<String, Converter> = BTreeMap::new();
    for macros in [false, true] {
        for (name, definitions) in &headers.definitions {
            for definition in definitions
                .iter()
                .filter(|d| d.macro_parameters.is_some() == macros)
            {
                let types = match macros {
                    true => types_of_macro(definition, &out),
                    false => types(definition),
                };
                let Some((from, to)) = types else { continue };
                let Some(becomes) = becomes(headers, interpreter, definition) else {
                    continue;
                };
                let known = out.entry(name.clone()).or_insert_with(|| Converter {
                    name: name.clone(),
                    from,
                    to,
                    becomes: Vec::new(),
                    at: Vec::new(),
                });
                for pair in becomes {
                    if !known.becomes.contains(&pair) {
                        known.becomes.push(pair);
                    }
                }
            }
        }
    }
    out.into_values().collect()
}

/// Gives the types of a macro of one parameter that hands it to a converter, or casts what is read out of it to an
/// entry type. What it takes is told by the converter alone.
fn types_of_macro(
    definition: &Definition,
    known: &BTreeMap<String, Converter>,
) -> Option<(String, String)> {
    let [own] = definition.macro_parameters.as_deref()? else {
        return None;
    };
    let casts = super::tables::entry_types()
        .iter()
        .any(|(kind, _)| definition.words().contains(*kind));
    if !casts
        && !definition
            .words()
            .iter()
            .any(|word| known.contains_key(word))
    {
        return None;
    }
    let [only] = definition.lowered()?.body.as_slice() else {
        return None;
    };
    let Form::Return(Some(value)) = &only.node else {
        return None;
    };
    let is_own = |expr: &Expr| matches!(&expr.node, Node::Name(name) if name == own);
    match &value.node {
        Node::Call(name, arguments) if arguments.iter().any(is_own) => {
            let converter = known.get(name)?;
            Some((converter.from.clone(), converter.to.clone()))
        }
        Node::Cast(kind, inner) => {
            let to = by_value(kind)?;
            let Node::Initialiser(fields) = &inner.node else {
                return None;
            };
            // Raw bits as they are come from no entry.
            let read = matches!(fields.as_slice(), [(_, value)] if reads(value, own));
            read.then(|| (String::new(), to))
        }
        _ => None,
    }
}

/// Says whether a value is read out of a name: by a call, or by a field.
fn reads(value: &Expr, own: &str) -> bool {
    let is_own = |expr: &Expr| matches!(&expr.node, Node::Name(name) if name == own);
    match &value.node {
        Node::Call(_, arguments) => arguments.iter().any(is_own),
        Node::Field(inner, _) => is_own(inner),
        _ => false,
    }
}

/// Gives the types of what a function takes and gives, where it takes one entry and gives one of another type.
fn types(definition: &Definition) -> Option<(String, String)> {
    let to = by_value(&definition.returns)?;
    let [(position, _)] = definition.entries.as_slice() else {
        return None;
    };
    let from = by_value(&definition.lowered()?.parameters.get(*position)?.0)?;
    (from != to && definition.reads_parameters()).then_some((from, to))
}

/// Gives the entry type among the words of a type that is no pointer.
pub(super) fn by_value(kind: &str) -> Option<String> {
    let mut words = kind.split_whitespace();
    let found = words.find(|word| entry_domain(word).is_some())?;
    (!kind.contains('*')).then(|| found.to_owned())
}

/// Evaluates every atom: what comes out as another kind. `None` where some atom gives no entry.
fn becomes(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    definition: &Definition,
) -> Option<Vec<(String, String)>> {
    let (position, domain) = match definition.entries.first() {
        Some(first) => *first,
        None => (0, Domain::Full),
    };
    let mut out = Vec::new();
    let kinds = &headers.kinds;
    for atom in kinds
        .atoms()
        .filter(|atom| super::infer::within(domain, *atom))
    {
        let mut arguments = vec![Value::Unknown; position];
        arguments.push(Value::Entry(atom));
        for answer in interpreter.run(definition, &arguments) {
            // What a body says nothing of, its types say: it is the same entry.
            let typed = definition.macro_parameters.is_none();
            match answer {
                Value::Entry(made) if made == atom => {}
                Value::Entry(made) => {
                    out.push((kinds.kind(atom).to_owned(), kinds.kind(made).to_owned()));
                }
                _ if typed => {}
                _ => return None,
            }
        }
    }
    Some(out)
}

/// Finds the constructors. Places are left empty.
pub(super) fn constructors(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
) -> Vec<Constructor> {
    let mut out = Vec::new();
    for (name, definitions) in &headers.definitions {
        let (mut atoms, mut gives) = (BTreeSet::new(), String::new());
        for definition in definitions {
            let gives_entry = by_value(&definition.returns);
            let makes = match &definition.macro_parameters {
                Some(_) => telling_words(headers, definition),
                None => definition.entries.is_empty() && gives_entry.is_some(),
            };
            if makes {
                atoms.extend(made(interpreter, definition));
                gives = gives_entry.unwrap_or(gives);
            }
        }
        if atoms.is_empty() {
            continue;
        }
        let atoms: Vec<Atom> = atoms.into_iter().collect();
        let constants = atoms
            .iter()
            .filter_map(|atom| headers.kinds.constant(*atom));
        out.push(Constructor {
            name: name.clone(),
            gives,
            makes: headers.kinds.of(&atoms),
            constants: constants.map(str::to_owned).collect(),
            at: Vec::new(),
        });
    }
    out
}

/// Says whether a macro's body names a constant of a kind: untyped, few others can make an entry.
fn telling_words(headers: &Headers, definition: &Definition) -> bool {
    headers
        .kinds
        .constants()
        .any(|constant| definition.words().contains(constant))
}

fn made(interpreter: &mut Interpreter<'_>, definition: &Definition) -> BTreeSet<Atom> {
    let count = definition.lowered().map_or(0, |body| body.parameters.len());
    let answers = interpreter.run(definition, &vec![Value::Unknown; count]);
    let entries = answers.into_iter().filter_map(|answer| match answer {
        Value::Entry(atom) => Some(atom),
        _ => None,
    });
    entries.collect()
}

/// Finds what each kind's atoms are called by functions that tell an entry's type: enum names by kind.
pub(super) fn types_of(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
) -> BTreeMap<String, Vec<String>> {
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for definitions in headers.definitions.values() {
        for definition in definitions {
            let ([(position, domain)], true) = (
                definition.entries.as_slice(),
                definition.returns.contains("enum"),
            ) else {
                continue;
            };
            let mut named: BTreeMap<Atom, String> = BTreeMap::new();
            for atom in headers
                .kinds
                .atoms()
                .filter(|a| super::infer::within(*domain, *a))
            {
                let mut arguments = vec![Value::Unknown; *position];
                arguments.push(Value::Entry(atom));
                let answers = interpreter.run(definition, &arguments);
                let words: BTreeSet<&String> = answers
                    .iter()
                    .filter_map(|answer| match answer {
                        Value::Constant(name) => Some(name),
                        _ => None,
                    })
                    .collect();
                if let (Some(only), 1) = (words.first(), words.len()) {
                    named.insert(atom, (*only).clone());
                }
            }
            let different: BTreeSet<&String> = named.values().collect();
            if different.len() < 2 {
                continue;
            }
            for (atom, name) in &named {
                let list = out.entry(headers.kinds.kind(*atom).to_owned()).or_default();
                if !list.contains(name) {
                    list.push(name.clone());
                }
            }
        }
    }
    out
}
