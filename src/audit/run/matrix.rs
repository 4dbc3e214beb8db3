//! In: a tree. Out: its handling matrix.

use super::{Auditor, Bodies, Reading};
use crate::audit::matrix::{MatrixRow, judge};
use crate::audit::memory::Placed;
use crate::audit::scan::Hit;
use crate::syntax::{Enclosing, LineCounter, MentionKind, lower_variants};
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Oracle, Predicate, Said, infer_open};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How functions handle kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The kinds, in the tree's order.
    pub kinds: Vec<String>,
    /// A row for each entry of each function that tells two or more kinds apart, by file and line.
    pub rows: Vec<MatrixRow>,
    /// The predicates that tell them.
    pub predicates: Vec<Predicate>,
}

impl Auditor {
    /// Tells how each function that tells kinds apart handles each kind. Only functions in which two different
    /// questions are asked are parsed.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn matrix(
        &self,
        source: &dyn Source,
        read: &(dyn Fn(u64) + Sync),
    ) -> Result<Matrix, TreeError> {
        let (hits, _) = Reading::whole(source, read).hits(self)?;
        let bodies = self.open_bodies(&hits);
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let hits: Vec<&Hit> = hits
            .iter()
            .filter(|hit| self.has(hit, |role| role.told))
            .collect();
        let own = self.own_questions(&hits, &bodies, &predicates);
        let telling = Telling::new(self, (&bodies, own), &predicates, Arc::default());
        let rows = self.rows(&hits, &telling, &|_, _| false);
        Ok(Matrix {
            kinds: self.headers.kinds.names(),
            rows,
            predicates,
        })
    }

    /// Lists the questions that source files define themselves.
    pub(super) fn own_questions(
        &self,
        hits: &[&Hit],
        bodies: &BTreeMap<String, Definition>,
        predicates: &[Predicate],
    ) -> BTreeMap<String, Definition> {
        let all: Vec<Definition> = hits.iter().flat_map(|hit| local_questions(hit)).collect();
        self.choose_questions(&all, bodies, predicates)
    }

    /// Chooses those that are asked by way of names that all know.
    pub(super) fn choose_questions(
        &self,
        all: &[Definition],
        bodies: &BTreeMap<String, Definition>,
        predicates: &[Predicate],
    ) -> BTreeMap<String, Definition> {
        own_questions(all, bodies, &self.telling(predicates))
    }

    /// Lists the names that tell kinds apart.
    pub(super) fn telling<'t>(&'t self, predicates: &'t [Predicate]) -> BTreeSet<&'t str> {
        let mut telling: BTreeSet<&str> = predicates.iter().map(|p| p.name.as_str()).collect();
        telling.extend(self.tellers.iter().map(String::as_str));
        telling
    }

    /// Judges the functions of some files, but those of which `known` says that they are known.
    pub(super) fn rows(
        &self,
        hits: &[&Hit],
        telling: &Telling<'_>,
        known: &(dyn Fn(&str, &str) -> bool + Sync),
    ) -> Vec<MatrixRow> {
        // Files dealt out in turn, since those of one folder are alike.
        let threads = rayon::current_num_threads();
        let mut rows: Vec<MatrixRow> = (0..threads)
            .into_par_iter()
            .flat_map_iter(|thread| {
                let bodies = &telling.bodies;
                let said = Arc::clone(&bodies.said);
                let mut oracle = Oracle::sharing(&self.headers, &bodies.known, said);
                let hits = hits.iter().skip(thread).step_by(threads);
                hits.flat_map(|hit| rows_of(hit, telling, known, &mut oracle))
                    .collect::<Vec<_>>()
            })
            .collect();
        sort(&mut rows);
        rows
    }
}

/// What tells kinds apart in one tree.
pub(super) struct Telling<'t> {
    /// Names that do, and that all know.
    names: BTreeSet<&'t str>,
    /// Questions that source files define themselves.
    own: BTreeSet<String>,
    /// What each name that is looked for asks.
    asks: Vec<Asks>,
    /// Bodies of what is asked, with source files' own.
    pub(super) bodies: Bodies,
}

impl<'t> Telling<'t> {
    /// Takes the bodies of prototypes and source files' own questions; `said` is what is known of calls with these.
    pub(super) fn new(
        auditor: &'t Auditor,
        (bodies, own): (&BTreeMap<String, Definition>, BTreeMap<String, Definition>),
        predicates: &'t [Predicate],
        said: Arc<Said>,
    ) -> Self {
        let asks =
            auditor
                .names
                .iter()
                .map(|name| match predicates.iter().find(|p| p.name == *name) {
                    Some(_) => Asks::Kinds,
                    None if auditor.tellers.contains(name) => Asks::Type,
                    None => Asks::Nothing,
                });
        let mut known = bodies.clone();
        let names = own.keys().cloned().collect();
        known.extend(own);
        Self {
            names: auditor.telling(predicates),
            own: names,
            asks: asks.collect(),
            bodies: Bodies { known, said },
        }
    }
}

impl Telling<'_> {
    /// Lists all names that do, source files' own among them.
    fn all(&self) -> BTreeSet<&str> {
        let own = self.own.iter().map(String::as_str);
        self.names.iter().copied().chain(own).collect()
    }
}

/// Finds where the functions that have rows stand.
pub(super) fn placed_rows(
    rows: &[MatrixRow],
    hits: &[&Hit],
) -> BTreeMap<String, BTreeMap<String, Vec<Placed>>> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in rows {
        names.entry(&row.file).or_default().insert(&row.function);
    }
    let placed = hits.iter().filter_map(|hit| {
        let names = names.get(hit.path.as_str())?;
        Some((hit.path.clone(), Placed::all(hit, names)))
    });
    placed.collect()
}

/// Puts rows in order.
pub(super) fn sort(rows: &mut [MatrixRow]) {
    rows.sort_by(|a, b| (&a.file, a.line, &a.entry).cmp(&(&b.file, b.line, &b.entry)));
}

/// What a name asks about an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asks {
    Kinds,
    Type,
    Nothing,
}

/// Judges the functions of one file in which two different questions are asked, or an entry's type.
fn rows_of(
    hit: &Hit,
    telling: &Telling<'_>,
    known: &(dyn Fn(&str, &str) -> bool + Sync),
    oracle: &mut Oracle<'_>,
) -> Vec<MatrixRow> {
    let mut asked: BTreeMap<usize, (BTreeSet<usize>, bool)> = BTreeMap::new();
    for mention in &hit.outline.mentions {
        if let (Enclosing::Function(function), MentionKind::Call) =
            (&mention.enclosing, mention.kind)
        {
            let (names, typed) = asked.entry(*function).or_default();
            match telling.asks[mention.word] {
                Asks::Kinds => drop(names.insert(mention.word)),
                Asks::Type => *typed = true,
                Asks::Nothing => {}
            }
        }
    }
    let names_told = telling.all();
    let mut lines = LineCounter::new();
    let mut out = Vec::new();
    let functions = hit.outline.functions.iter();
    let own: BTreeSet<&str> = functions
        .map(|function| function.name.as_str())
        .filter(|name| telling.own.contains(*name))
        .collect();
    for (index, (names, typed)) in asked {
        let function = &hit.outline.functions[index];
        if known(&hit.path, &function.name) {
            continue;
        }
        let text = &hit.text[function.body.clone()];
        let local = own
            .iter()
            .filter(|name| memchr::memmem::find(text, name.as_bytes()).is_some());
        if names.len() + local.count() < 2 && !typed {
            continue;
        }
        let line = lines.locate(&hit.text, function.span.start).0;
        let parsed = lower_variants(&hit.text[function.span.clone()], line);
        out.extend(judge(
            oracle,
            &names_told,
            (&hit.path, &function.name, line),
            &parsed,
        ));
    }
    out
}

/// Lists questions that source files define and that are asked by way of those that all know. Of names that several
/// files define, none is taken: one body would speak for another.
fn own_questions(
    all: &[Definition],
    bodies: &BTreeMap<String, Definition>,
    telling: &BTreeSet<&str>,
) -> BTreeMap<String, Definition> {
    let mut out: BTreeMap<String, Option<Definition>> = BTreeMap::new();
    for body in all {
        if !bodies.contains_key(&body.name) && body.says_any(telling) {
            let name = body.name.clone();
            out.entry(name)
                .and_modify(|known| *known = None)
                .or_insert_with(|| Some(body.clone()));
        }
    }
    out.into_iter()
        .filter_map(|(name, body)| Some((name, body?)))
        .collect()
}

/// Lists the functions of a source file that may be questions about an entry; those of headers are known already.
pub(super) fn local_questions(hit: &Hit) -> Vec<Definition> {
    if !hit.path.ends_with(".c") {
        return Vec::new();
    }
    let mut lines = LineCounter::new();
    hit.outline
        .functions
        .iter()
        .filter_map(|function| {
            // Most functions take no entry, and are passed over before anything is made of them.
            Definition::of_question(&hit.path, &hit.text, function, &mut lines)
        })
        .collect()
}
