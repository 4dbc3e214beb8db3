//! In: headers, and the predicates inferred from them. Out: the whole vocabulary, every name with its places.

use super::definition::Definition;
use super::gather::Headers;
use super::infer::accepted;
use super::interpret::Interpreter;
use super::makers::{by_value, constructors, converters, types_of};
use super::predicate::Predicate;
use super::survey::{At, Constant, Kind, Test, Vocabulary, WalkerName};
use super::tables::Walker;
use crate::syntax::{Enclosing, MentionKind, outline};
use crate::tree::source::{Source, TreeError};
use std::collections::{BTreeMap, BTreeSet};

/// Assembles the vocabulary: `local` are predicates that one source file alone knows, `bodies` are those found for open prototypes, `walking` the names that walk, with the
/// header files that name them.
///
/// # Errors
/// When a header cannot be read again.
pub fn assemble(
    source: &dyn Source,
    headers: &Headers,
    (predicates, local): (&[Predicate], &[(Predicate, Definition)]),
    bodies: &BTreeMap<String, Definition>,
    walking: &[(String, Walker, BTreeSet<String>)],
) -> Result<Vocabulary, TreeError> {
    let mut interpreter = Interpreter::new(headers, bodies);
    let mut out = Vocabulary {
        kinds: kinds(headers, &mut interpreter),
        predicates: predicates
            .iter()
            .map(|predicate| test(headers, &mut interpreter, bodies, predicate))
            .collect(),
        converters: converters(headers, &mut interpreter),
        constructors: constructors(headers, &mut interpreter),
        walkers: walking
            .iter()
            .map(|(name, walker, _)| WalkerName {
                name: name.clone(),
                cursor: walker.cursor.to_owned(),
                fields: walker.fields.iter().map(|f| (*f).to_owned()).collect(),
                at: Vec::new(),
            })
            .collect(),
    };
    for (predicate, body) in local {
        let own = BTreeMap::from([(body.name.clone(), body.clone())]);
        out.predicates.push(Test {
            local: true,
            at: vec![At {
                file: body.file.clone(),
                line: body.line,
                arms: Vec::new(),
                declared: false,
                stub: false,
            }],
            ..test(headers, &mut interpreter, &own, predicate)
        });
    }
    out.predicates
        .sort_by(|a, b| (&a.name, &a.at).cmp(&(&b.name, &b.at)));
    let asked: BTreeSet<&str> = predicates.iter().map(|p| p.name.as_str()).collect();
    // What answers yes or no makes and converts nothing.
    out.converters
        .retain(|own| !asked.contains(own.name.as_str()));
    out.constructors
        .retain(|own| !asked.contains(own.name.as_str()));
    let places = Places::find(source, headers, bodies, &out, walking)?;
    for kind in &mut out.kinds {
        kind.constants
            .iter_mut()
            .for_each(|own| own.at = places.of(&own.name));
    }
    out.predicates
        .iter_mut()
        .filter(|own| !own.local)
        .for_each(|own| own.at = places.of(&own.name));
    out.converters
        .iter_mut()
        .for_each(|own| own.at = places.of(&own.name));
    out.constructors
        .iter_mut()
        .for_each(|own| own.at = places.of(&own.name));
    out.walkers
        .iter_mut()
        .for_each(|own| own.at = places.of(&own.name));
    out.walkers.retain(|own| !own.at.is_empty());
    Ok(out)
}

fn kinds(headers: &Headers, interpreter: &mut Interpreter<'_>) -> Vec<Kind> {
    let mut types = types_of(headers, interpreter);
    let named = |name: &str| {
        let own = |atom: &super::kinds::Atom| headers.kinds.kind(*atom) == name;
        let atoms = headers.kinds.atoms().filter(own);
        let constants = atoms.filter_map(|atom| headers.kinds.constant(atom));
        constants
            .map(|constant| Constant {
                name: constant.to_owned(),
                at: Vec::new(),
            })
            .collect()
    };
    headers
        .kinds
        .names()
        .into_iter()
        .map(|name| Kind {
            constants: named(&name),
            types: types.remove(&name).unwrap_or_default(),
            name,
        })
        .collect()
}

fn test(
    headers: &Headers,
    interpreter: &mut Interpreter<'_>,
    bodies: &BTreeMap<String, Definition>,
    predicate: &Predicate,
) -> Test {
    let name = &predicate.name;
    let own = headers
        .definitions
        .get(name)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let body = bodies
        .get(name)
        .map(std::slice::from_ref)
        .unwrap_or_default();
    let mut atoms = accepted(headers, interpreter, own);
    atoms.extend(accepted(headers, interpreter, body));
    let constant = |atom| headers.kinds.constant(atom).map(str::to_owned);
    let whole = headers
        .kinds
        .atoms()
        .filter(|atom| {
            predicate
                .accepts
                .iter()
                .any(|kind| kind == headers.kinds.kind(*atom))
        })
        .all(|atom| atoms.contains(&atom) || constant(atom).is_none());
    let takes = own.iter().chain(body).find_map(|definition| {
        let (position, _) = definition.entries.first()?;
        by_value(&definition.lowered()?.parameters.get(*position)?.0)
    });
    let words: BTreeSet<&String> = own.iter().chain(body).flat_map(|d| d.words()).collect();
    Test {
        name: name.clone(),
        family: predicate.family,
        takes: takes.unwrap_or_default(),
        accepts: predicate.accepts.clone(),
        constants: atoms.into_iter().filter_map(constant).collect(),
        whole,
        local: false,
        at: Vec::new(),
        words: words.into_iter().cloned().collect(),
    }
}

/// Where names stand.
struct Places(BTreeMap<String, Vec<At>>);

impl Places {
    /// Outlines the headers that name something once more: now with the names, so that the arms around each are told.
    fn find(
        source: &dyn Source,
        headers: &Headers,
        bodies: &BTreeMap<String, Definition>,
        found: &Vocabulary,
        walking: &[(String, Walker, BTreeSet<String>)],
    ) -> Result<Self, TreeError> {
        let constants = found
            .kinds
            .iter()
            .flat_map(|kind| &kind.constants)
            .map(|c| &c.name);
        let tests = found.predicates.iter().map(|own| &own.name);
        let makers = found.constructors.iter().map(|own| &own.name);
        let others = found.converters.iter().map(|own| &own.name);
        let walkers = found.walkers.iter().map(|own| &own.name);
        let names: Vec<&String> = constants
            .chain(tests)
            .chain(makers)
            .chain(others)
            .chain(walkers)
            .collect();
        let number: BTreeMap<&[u8], usize> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (name.as_bytes(), i))
            .collect();
        let mut files: BTreeSet<&String> = headers
            .constants
            .keys()
            .chain(walking.iter().flat_map(|(_, _, f)| f))
            .collect();
        for name in &names {
            let own = headers.definitions.get(*name).into_iter().flatten();
            let open = headers.open.get(*name).into_iter().chain(bodies.get(*name));
            files.extend(own.chain(open).map(|definition| &definition.file));
        }
        let mut places: BTreeMap<String, Vec<At>> = BTreeMap::new();
        for file in files {
            let Some(text) = source.bytes(file)? else {
                continue;
            };
            let out = outline(&text, &|word| number.get(word).copied());
            for mention in &out.mentions {
                // A macro's own name stands at file level in the outline's eyes.
                let at_file_level =
                    matches!(mention.enclosing, Enclosing::File | Enclosing::Brackets(_));
                let makes = match mention.kind {
                    MentionKind::Definition => true,
                    MentionKind::Declaration => at_file_level,
                    _ => false,
                };
                if makes {
                    let name = names[mention.word];
                    places.entry(name.clone()).or_default().push(At {
                        file: file.clone(),
                        line: mention.line,
                        arms: mention.arms.clone(),
                        declared: mention.kind == MentionKind::Declaration,
                        stub: mention.kind == MentionKind::Definition
                            && is_stub(headers, name, file, mention.line),
                    });
                }
            }
        }
        Ok(Self(places))
    }

    fn of(&self, name: &str) -> Vec<At> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}

/// Says whether the definition that begins on or right before a line looks at nothing.
fn is_stub(headers: &Headers, name: &str, file: &str, line: u32) -> bool {
    let own = headers.definitions.get(name).into_iter().flatten();
    let here = own
        .filter(|d| d.file == file && d.line <= line)
        .max_by_key(|definition| definition.line);
    here.is_some_and(|definition| {
        let takes = definition
            .lowered()
            .is_some_and(|l| !l.parameters.is_empty());
        takes && !definition.reads_parameters()
    })
}
