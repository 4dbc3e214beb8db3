//! In: a tree. Out: its handling matrix.

use super::{Auditor, Reading};
use crate::audit::matrix::{MatrixRow, judge};
use crate::audit::scan::Hit;
use crate::syntax::{Enclosing, LineCounter, MentionKind, lower_variants};
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Oracle, Predicate, infer_open};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

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
        let rows = self.rows(&hits, &bodies, &predicates, &own);
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

    /// Judges the functions of some files.
    pub(super) fn rows(
        &self,
        hits: &[&Hit],
        bodies: &BTreeMap<String, Definition>,
        predicates: &[Predicate],
        own: &BTreeMap<String, Definition>,
    ) -> Vec<MatrixRow> {
        let mut telling = self.telling(predicates);
        let own_names: BTreeSet<&str> = own.keys().map(String::as_str).collect();
        telling.extend(&own_names);
        let mut bodies = bodies.clone();
        bodies.extend(own.iter().map(|(name, body)| (name.clone(), body.clone())));
        let asks: Vec<Asks> = self
            .names
            .iter()
            .map(|name| match predicates.iter().find(|p| p.name == *name) {
                Some(_) => Asks::Kinds,
                None if self.tellers.contains(name) => Asks::Type,
                None => Asks::Nothing,
            })
            .collect();
        // An oracle remembers what it has worked out: one for each thread, and files dealt out in turn, since those of one
        // folder are alike.
        let threads = rayon::current_num_threads();
        let mut rows: Vec<MatrixRow> = (0..threads)
            .into_par_iter()
            .flat_map_iter(|thread| {
                let mut oracle = Oracle::new(&self.headers, &bodies);
                let hits = hits.iter().skip(thread).step_by(threads);
                hits.flat_map(|hit| rows_of(hit, (&asks, &own_names), &telling, &mut oracle))
                    .collect::<Vec<_>>()
            })
            .collect();
        sort(&mut rows);
        rows
    }
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
    (asks, own): (&[Asks], &BTreeSet<&str>),
    telling: &BTreeSet<&str>,
    oracle: &mut Oracle<'_>,
) -> Vec<MatrixRow> {
    let mut asked: BTreeMap<usize, (BTreeSet<usize>, bool)> = BTreeMap::new();
    for mention in &hit.outline.mentions {
        if let (Enclosing::Function(function), MentionKind::Call) =
            (&mention.enclosing, mention.kind)
        {
            let (names, typed) = asked.entry(*function).or_default();
            match asks[mention.word] {
                Asks::Kinds => drop(names.insert(mention.word)),
                Asks::Type => *typed = true,
                Asks::Nothing => {}
            }
        }
    }
    let mut lines = LineCounter::new();
    let mut out = Vec::new();
    let functions = hit.outline.functions.iter();
    let own: BTreeSet<&str> = functions
        .map(|function| function.name.as_str())
        .filter(|name| own.contains(name))
        .collect();
    for (index, (names, typed)) in asked {
        let function = &hit.outline.functions[index];
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
            telling,
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
