//! In: the vocabularies of two kernels. Out: what was added, removed, renamed, widened and narrowed.

use super::survey::{Test, Vocabulary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// A kind.
    Kind,
    /// A constant of a kind.
    Constant,
    /// A predicate.
    Predicate,
    /// A converter.
    Converter,
    /// A constructor.
    Constructor,
    /// A walker.
    Walker,
}

impl What {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Constant => "constant",
            Self::Predicate => "predicate",
            Self::Converter => "converter",
            Self::Constructor => "constructor",
            Self::Walker => "walker",
        }
    }
}

/// How it differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Changed {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// It has another name, and accepts or makes the same.
    Renamed,
    /// It accepts or makes more.
    Widened,
    /// It accepts or makes less.
    Narrowed,
    /// It accepts or makes some more and some less.
    Shifted,
}

impl Changed {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Shifted => "shifted",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VocabularyChange {
    /// What differs.
    pub what: What,
    /// How.
    pub change: Changed,
    /// Its name before, or after where it was added.
    pub name: String,
    /// Its name after, where it was renamed; empty otherwise.
    pub to: String,
    /// What it accepted, made or turned into what before; empty where it was added.
    pub before: Vec<String>,
    /// The same after; empty where it was removed.
    pub after: Vec<String>,
}

/// One name of either side, in a shape that all of them share.
struct Entry<'v> {
    name: &'v str,
    /// What it accepts or makes.
    set: Vec<String>,
    /// What must be equal for two names to be the same thing.
    shape: String,
    /// Words of its body.
    words: BTreeSet<&'v str>,
}

/// Compares two vocabularies.
pub fn compare_vocabularies(before: &Vocabulary, after: &Vocabulary) -> Vec<VocabularyChange> {
    let mut out = Vec::new();
    for (what, list) in LISTS {
        compare(*what, &list(before), &list(after), &mut out);
    }
    out.sort();
    out
}

/// A kind of name, and how to list those of a vocabulary.
type Listed = (What, for<'v> fn(&'v Vocabulary) -> Vec<Entry<'v>>);

const LISTS: &[Listed] = &[
    (What::Kind, kinds),
    (What::Constant, constants),
    (What::Predicate, predicates),
    (What::Converter, converters),
    (What::Constructor, constructors),
    (What::Walker, walkers),
];

fn plain(name: &str, set: Vec<String>, shape: String) -> Entry<'_> {
    Entry {
        name,
        set,
        shape,
        words: BTreeSet::new(),
    }
}

fn kinds(all: &Vocabulary) -> Vec<Entry<'_>> {
    // A kind is its name: what its constants are called is told of the constants.
    let entry = |kind| plain(kind, Vec::new(), kind.to_owned());
    all.kinds
        .iter()
        .map(|kind| entry(kind.name.as_str()))
        .collect()
}

fn constants(all: &Vocabulary) -> Vec<Entry<'_>> {
    let each = all
        .kinds
        .iter()
        .flat_map(|kind| kind.constants.iter().map(move |c| (kind, c)));
    each.map(|(kind, constant)| {
        let name = constant.name.as_str();
        plain(name, vec![kind.name.clone()], name.to_owned())
    })
    .collect()
}

fn predicates(all: &Vocabulary) -> Vec<Entry<'_>> {
    let shape = |own: &Test| {
        format!(
            "{} {} {}",
            class(&own.takes),
            own.accepts.join("+"),
            own.whole
        )
    };
    all.predicates
        .iter()
        .map(|own| Entry {
            words: own.words.iter().map(String::as_str).collect(),
            ..plain(&own.name, own.accepts.clone(), shape(own))
        })
        .collect()
}

fn converters(all: &Vocabulary) -> Vec<Entry<'_>> {
    all.converters
        .iter()
        .map(|own| {
            let pairs = own
                .becomes
                .iter()
                .map(|(from, to)| format!("{from}→{to}"))
                .collect();
            // What becomes of some kinds is often what a new name is about; an architecture's are its own matter.
            let local = own.at.iter().all(|at| at.file.starts_with("arch/"));
            let shape = format!("{} {} {local}", class(&own.from), class(&own.to));
            plain(&own.name, pairs, shape)
        })
        .collect()
}

fn constructors(all: &Vocabulary) -> Vec<Entry<'_>> {
    all.constructors
        .iter()
        .map(|own| {
            let shape = format!("{} {}", class(&own.gives), own.makes.join("+"));
            plain(&own.name, own.makes.clone(), shape)
        })
        .collect()
}

fn walkers(all: &Vocabulary) -> Vec<Entry<'_>> {
    let entry = |own| plain(own, Vec::new(), own.to_owned());
    all.walkers
        .iter()
        .map(|own| entry(own.name.as_str()))
        .collect()
}

/// Entries that hold no present kind are one class, whatever their type is called.
fn class(kind: &str) -> &str {
    match super::definition::entry_domain(kind) {
        Some(super::tables::Domain::Full) | None => kind,
        Some(_) => "soft",
    }
}

fn compare(what: What, before: &[Entry<'_>], after: &[Entry<'_>], out: &mut Vec<VocabularyChange>) {
    let row =
        |change, name: &str, to: &str, before: &[String], after: &[String]| VocabularyChange {
            what,
            change,
            name: name.to_owned(),
            to: to.to_owned(),
            before: before.to_vec(),
            after: after.to_vec(),
        };
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for own in before {
        match after.iter().find(|other| other.name == own.name) {
            Some(other) => {
                if let Some(change) = between(&own.set, &other.set) {
                    out.push(row(change, own.name, "", &own.set, &other.set));
                }
            }
            None => gone.push(own),
        }
    }
    new.extend(
        after
            .iter()
            .filter(|own| before.iter().all(|other| other.name != own.name)),
    );
    for (own, other) in pairs(&mut gone, &mut new) {
        out.push(row(
            Changed::Renamed,
            own.name,
            other.name,
            &own.set,
            &other.set,
        ));
    }
    out.extend(
        gone.iter()
            .map(|own| row(Changed::Removed, own.name, "", &own.set, &[])),
    );
    out.extend(
        new.iter()
            .map(|own| row(Changed::Added, own.name, "", &[], &own.set)),
    );
}

/// Says how one set became another; `None` where they are equal.
fn between(before: &[String], after: &[String]) -> Option<Changed> {
    let more = after.iter().any(|own| !before.contains(own));
    let less = before.iter().any(|own| !after.contains(own));
    match (more, less) {
        (false, false) => None,
        (true, false) => Some(Changed::Widened),
        (false, true) => Some(Changed::Narrowed),
        (true, true) => Some(Changed::Shifted),
    }
}

/// So alike must two names and bodies be, from 0 to 1, to be one thing.
const ALIKE: f64 = 0.25;

/// Takes those out of both lists that are one thing under two names: equal shapes, and names and bodies most alike. A
/// shape that only one of either side has needs no likeness where it is a telling one.
fn pairs<'e, 'v>(
    gone: &mut Vec<&'e Entry<'v>>,
    new: &mut Vec<&'e Entry<'v>>,
) -> Vec<(&'e Entry<'v>, &'e Entry<'v>)> {
    let mut scored = Vec::new();
    for (i, own) in gone.iter().enumerate() {
        for (j, other) in new.iter().enumerate() {
            if own.shape != other.shape {
                continue;
            }
            let only =
                |list: &[&Entry<'_>]| list.iter().filter(|e| e.shape == own.shape).count() == 1;
            let telling = own.set.len() > 1 && only(gone) && only(new);
            let score = likeness(own, other);
            if score >= ALIKE || telling {
                scored.push((score, i, j));
            }
        }
    }
    // Best first; of equals, the first in either list.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    let mut out = Vec::new();
    for (_, i, j) in scored {
        if !left.contains(&i) && !right.contains(&j) {
            left.insert(i);
            right.insert(j);
            out.push((gone[i], new[j]));
        }
    }
    let keep = |list: &mut Vec<&'e Entry<'v>>, taken: &BTreeSet<usize>| {
        let mut at = 0;
        list.retain(|_| {
            at += 1;
            !taken.contains(&(at - 1))
        });
    };
    keep(gone, &left);
    keep(new, &right);
    out
}

/// Says how alike two names are, and their bodies where both have one.
fn likeness(one: &Entry<'_>, other: &Entry<'_>) -> f64 {
    let (a, b): (Vec<&str>, Vec<&str>) = (
        one.name.split('_').collect(),
        other.name.split('_').collect(),
    );
    let shared = a
        .iter()
        .filter(|word| b.iter().any(|other| stem(word) == stem(other)))
        .count();
    let names = ratio(shared, a.len() + b.len() - shared);
    if one.words.is_empty() || other.words.is_empty() {
        return names;
    }
    let shared = one.words.intersection(&other.words).count();
    let bodies = ratio(shared, one.words.union(&other.words).count());
    names.mul_add(0.8, bodies * 0.2)
}

/// The first letters of a word: `write`, `writable` and `writeable` begin alike.
fn stem(word: &str) -> &str {
    word.get(..4).unwrap_or(word)
}

fn ratio(part: usize, whole: usize) -> f64 {
    let part = u32::try_from(part).unwrap_or(u32::MAX);
    let whole = u32::try_from(whole).unwrap_or(u32::MAX);
    f64::from(part) / f64::from(whole.max(1))
}
