//! In: a tree. Out: its whole vocabulary.

use super::matrix::local_questions;
use super::{Auditor, Needles, scan};
use crate::base::AnyOf;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Vocabulary, Walker, assemble, infer_local, infer_open};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

impl Auditor {
    /// Lists kinds, predicates, converters, constructors and walkers, each with its places and the `#if` arms around them.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn vocabulary(&self, source: &dyn Source) -> Result<Vocabulary, TreeError> {
        let mut names: BTreeSet<String> = self.inferred.open.iter().cloned().collect();
        names.extend(self.inferred.predicates.iter().map(|p| p.name.clone()));
        let names: Vec<String> = names.into_iter().collect();
        let needles = Needles::new(&names, &self.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))?;
        let sources = |path: &str| path.ends_with(".c");
        let hits = scan(source, &needles, &sources, &[""], &|_| {})?.hits;
        let mut bodies: BTreeMap<String, Definition> = BTreeMap::new();
        hits.iter().for_each(|hit| self.bodies_in(hit, &mut bodies));
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let mut local = Vec::new();
        for hit in &hits {
            let mut own = local_questions(hit);
            own.retain(|body| !bodies.contains_key(&body.name));
            for predicate in infer_local(&self.headers, &bodies, &own) {
                let body = own.iter().find(|body| body.name == predicate.name);
                local.extend(body.map(|body| (predicate, body.clone())));
            }
        }
        let walking: Vec<(String, Walker)> = self.walking.values().cloned().collect();
        let files = headers_with(source, &walking)?;
        let walking: Vec<_> = walking
            .into_iter()
            .map(|(name, walker)| {
                let files = files.get(&name).cloned().unwrap_or_default();
                (name, walker, files)
            })
            .collect();
        assemble(
            source,
            &self.headers,
            (&predicates, &local),
            &bodies,
            &walking,
        )
    }
}

/// Finds the headers that name each walker.
fn headers_with(
    source: &dyn Source,
    walking: &[(String, Walker)],
) -> Result<BTreeMap<String, BTreeSet<String>>, TreeError> {
    let names: Vec<&str> = walking.iter().map(|(name, _)| name.as_str()).collect();
    let any = AnyOf::new(&names).map_err(|e| TreeError::Unusable(e.to_string()))?;
    let found: Mutex<BTreeMap<String, BTreeSet<String>>> = Mutex::default();
    source.visit(
        &["include", "mm"],
        &|path| path.ends_with(".h"),
        &|path, text| {
            let mut at = 0;
            while let Some((start, end)) = any.find(text, at) {
                at = end;
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                // One name may begin another: the outline tells which stands there.
                let piece = String::from_utf8_lossy(&text[start..end]);
                for name in names.iter().filter(|name| name.starts_with(&*piece)) {
                    found
                        .entry((*name).to_owned())
                        .or_default()
                        .insert(path.to_owned());
                }
            }
        },
    )?;
    Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
}
