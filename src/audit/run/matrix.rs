//! In: a tree. Out: its handling matrix.

use super::{Auditor, Needles, scan};
use crate::audit::matrix::{MatrixRow, judge};
use crate::audit::scan::Hit;
use crate::syntax::{Enclosing, LineCounter, MentionKind, lower_variants};
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Oracle, Predicate, infer_open, tellers};
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
        let tellers = tellers(&self.headers);
        let mut names: BTreeSet<String> = self
            .inferred
            .predicates
            .iter()
            .map(|p| p.name.clone())
            .collect();
        names.extend(self.inferred.open.iter().cloned());
        names.extend(tellers.iter().cloned());
        let names: Vec<String> = names.into_iter().collect();
        let needles = Needles::new(&names, &self.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))?;
        let scanned = scan(source, &needles, &|_| true, &[""], read)?;
        let mut bodies: BTreeMap<String, Definition> = BTreeMap::new();
        scanned
            .hits
            .iter()
            .for_each(|hit| self.bodies_in(hit, &mut bodies));
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let mut telling: BTreeSet<&str> = predicates.iter().map(|p| p.name.as_str()).collect();
        telling.extend(tellers.iter().map(String::as_str));
        let asks: Vec<Asks> = names
            .iter()
            .map(|name| match predicates.iter().find(|p| p.name == *name) {
                Some(_) => Asks::Kinds,
                None if tellers.contains(name) => Asks::Type,
                None => Asks::Nothing,
            })
            .collect();
        let mut rows: Vec<MatrixRow> = scanned
            .hits
            .par_iter()
            .flat_map_iter(|hit| {
                // A file's own questions are known in that file alone.
                let mut own = local_questions(hit);
                own.retain(|body| !bodies.contains_key(&body.name) && body.says_any(&telling));
                let with_own: BTreeMap<String, Definition>;
                let bodies = if own.is_empty() {
                    &bodies
                } else {
                    let own = own.iter().map(|body| (body.name.clone(), body.clone()));
                    with_own = bodies.clone().into_iter().chain(own).collect();
                    &with_own
                };
                let own: Vec<&str> = own.iter().map(|body| body.name.as_str()).collect();
                let mut telling = telling.clone();
                telling.extend(&own);
                let mut oracle = Oracle::new(&self.headers, bodies);
                rows_of(hit, (&asks, &own), &telling, &mut oracle)
            })
            .collect();
        rows.sort_by(|a, b| (&a.file, a.line, &a.entry).cmp(&(&b.file, b.line, &b.entry)));
        Ok(Matrix {
            kinds: self.headers.kinds.names(),
            rows,
            predicates,
        })
    }
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
    (asks, own): (&[Asks], &[&str]),
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

/// Lists the functions of a source file that may be questions about an entry; those of headers are known already.
pub(super) fn local_questions(hit: &Hit) -> Vec<Definition> {
    if !hit.path.ends_with(".c") {
        return Vec::new();
    }
    let mut lines = LineCounter::new();
    let mut out = Vec::new();
    for function in &hit.outline.functions {
        let head = &hit.text[function.parameters.clone()];
        if memchr::memmem::find(head, b"_t ").is_none() {
            continue;
        }
        let line = lines.locate(&hit.text, function.span.start).0;
        let definition = Definition::of_function(&hit.path, &hit.text, function, line);
        if definition.may_ask() {
            out.push(definition);
        }
    }
    out
}
