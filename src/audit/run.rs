//! In: a tree. Out: its audit.

mod contracts;
mod matrix;
mod words;

pub use contracts::Contracts;
pub use matrix::Matrix;

use super::facts::{Audit, BlindSpot, Site, SiteKind};
use super::library::{Desk, Library};
use super::needles::Needles;
use super::scan::{Hit, is_c, scan};
use super::walks::{Context, Known, find};
use crate::syntax::{Enclosing, LineCounter, MentionKind};
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{
    Definition, Headers, Inferred, Oracle, Predicate, Walker, infer, infer_open, walkers,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// How often bodies are fetched for the sake of bodies fetched before.
const ROUNDS: usize = 3;

/// Where called functions are looked for besides the folders of the walks themselves. What headers
/// define over entries is at hand already.
const MEMORY_MANAGEMENT: &str = "mm";

/// What an audit of one state is made with: its headers, and the names that they give.
pub struct Auditor {
    headers: Headers,
    inferred: Inferred,
    /// Predicates of the headers, prototypes whose bodies are elsewhere, walkers.
    names: Vec<String>,
    /// Names that walk, by number.
    walking: BTreeMap<usize, (String, Walker)>,
}

impl Auditor {
    /// Reads the headers of `source`.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn new(source: &dyn Source) -> Result<Self, TreeError> {
        let headers = Headers::gather(source)?;
        let inferred = infer(&headers);
        let walking = walking_names(&headers);
        let mut names: BTreeSet<String> =
            inferred.predicates.iter().map(|p| p.name.clone()).collect();
        names.extend(inferred.open.iter().cloned());
        names.extend(walking.keys().cloned());
        let names: Vec<String> = names.into_iter().collect();
        let walking = names
            .iter()
            .enumerate()
            .filter_map(|(i, name)| {
                walking
                    .get(name)
                    .map(|walker| (i, (name.clone(), walker.clone())))
            })
            .collect();
        Ok(Self {
            headers,
            inferred,
            names,
            walking,
        })
    }

    /// Lists the kinds that the tree knows.
    pub fn kinds(&self) -> Vec<String> {
        self.headers.kinds.names()
    }

    /// Audits every C file of `source`; `read` is told now and then how many were read.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn run(
        &self,
        source: &dyn Source,
        read: &(dyn Fn(u64) + Sync),
    ) -> Result<Audit, TreeError> {
        self.audit(source, None, read)
    }

    /// Audits the given files alone.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn run_on(
        &self,
        source: &dyn Source,
        paths: &BTreeSet<String>,
    ) -> Result<Audit, TreeError> {
        self.audit(source, Some(paths), &|_| {})
    }

    fn audit(
        &self,
        source: &dyn Source,
        only: Option<&BTreeSet<String>>,
        read: &(dyn Fn(u64) + Sync),
    ) -> Result<Audit, TreeError> {
        let needles = Needles::new(&self.names, &self.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))?;
        let (hits, files) = match only {
            None => {
                let scanned = scan(source, &needles, &|_| true, &[""], read)?;
                (scanned.hits, scanned.files)
            }
            Some(paths) => self.read_some(source, &needles, paths)?,
        };
        let bodies = self.open_bodies(source, &hits, only.is_some(), &needles)?;
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let by_name: BTreeMap<&str, &Predicate> =
            predicates.iter().map(|p| (p.name.as_str(), p)).collect();
        let mut audit = Audit {
            files_read: files,
            files_parsed: hits.len() as u64,
            ..Audit::default()
        };
        for hit in &hits {
            self.sites(hit, &by_name, &mut audit);
        }
        self.walks(source, &hits, &bodies, &mut audit)?;
        audit.sites.sort();
        audit
            .walks
            .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        audit.blind.sort();
        audit.blind.dedup();
        audit.predicates = predicates;
        Ok(audit)
    }

    /// Finds and judges the walks. Bodies that are called and not at hand are looked for once more, in the
    /// folders of the walks and the memory management's own; what they call in turn likewise.
    fn walks(
        &self,
        source: &dyn Source,
        hits: &[Hit],
        bodies: &BTreeMap<String, Definition>,
        audit: &mut Audit,
    ) -> Result<(), TreeError> {
        let mut open: Vec<&Hit> = hits.iter().filter(|hit| self.has_walk(hit)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let mut fetched: Vec<Hit> = Vec::new();
        let mut asked: BTreeSet<String> = self
            .walking
            .values()
            .map(|(_, w)| w.name.to_owned())
            .collect();
        let mut folders = BTreeSet::from([MEMORY_MANAGEMENT]);
        folders.extend(
            open.iter()
                .filter_map(|hit| Some(hit.path.rsplit_once('/')?.0)),
        );
        fetched.extend(self.fetch(source, &folders, &asked)?);
        let known = Mutex::new(Known::new());
        for round in 0..=ROUNDS {
            let library = Library::new(&self.headers, hits.iter().chain(&fetched));
            let mut homes = BTreeMap::new();
            for (_, walker) in self.walking.values() {
                let home = hits.iter().chain(&fetched).find(|hit| {
                    hit.path.ends_with(".c")
                        && hit.outline.functions.iter().any(|f| f.name == walker.name)
                });
                homes.extend(home.map(|hit| (walker.name, hit.path.clone())));
            }
            let context = Context {
                headers: &self.headers,
                names: &self.walking,
                homes: &homes,
                library: &library,
                known: &known,
            };
            let found: Vec<_> = open
                .par_iter()
                .map(|hit| {
                    let desk = Desk::new(&library);
                    let mut oracle = Oracle::new(&self.headers, bodies);
                    let found = find(hit, &context, (&desk, &mut oracle));
                    (*hit, found, desk.missed())
                })
                .collect();
            let missed = found.iter().flat_map(|(_, _, missed)| missed);
            let missed: BTreeSet<String> = missed
                .filter(|name| !asked.contains(*name))
                .cloned()
                .collect();
            open.clear();
            for (hit, found, own) in found {
                // What only asked for names that are known to be nowhere will not change.
                if round < ROUNDS && !own.is_disjoint(&missed) {
                    open.push(hit);
                    continue;
                }
                audit.walks.extend(found.walks);
                audit.excerpts.extend(found.excerpts);
                audit.blind.extend(found.blind);
            }
            if open.is_empty() {
                return Ok(());
            }
            // What was worked out without a body that comes now is worked out again.
            let mut book = known.lock().unwrap_or_else(PoisonError::into_inner);
            book.retain(|_, worked| worked.missed.is_disjoint(&missed));
            drop(book);
            fetched.extend(self.fetch(source, &folders, &missed)?);
            asked.extend(missed);
        }
        Ok(())
    }

    fn has_walk(&self, hit: &Hit) -> bool {
        hit.outline
            .mentions
            .iter()
            .any(|m| m.kind == MentionKind::Call && self.walking.contains_key(&m.word))
    }

    /// Outlines the files of some folders that hold one of `names`.
    fn fetch(
        &self,
        source: &dyn Source,
        folders: &BTreeSet<&str>,
        names: &BTreeSet<String>,
    ) -> Result<Vec<Hit>, TreeError> {
        let names: Vec<String> = names.iter().cloned().collect();
        let needles = Needles::new(&names, &self.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))?;
        let folders: Vec<&str> = folders.iter().copied().collect();
        Ok(scan(source, &needles, &|_| true, &folders, &|_| {})?.hits)
    }

    fn read_some(
        &self,
        source: &dyn Source,
        needles: &Needles,
        paths: &BTreeSet<String>,
    ) -> Result<(Vec<Hit>, u64), TreeError> {
        let mut hits = Vec::new();
        let mut files = 0;
        for path in paths.iter().filter(|path| is_c(path)) {
            let Some(text) = source.bytes(path)? else {
                continue;
            };
            files += 1;
            let outline = crate::syntax::outline(&text, &|word| needles.number(word));
            if !outline.mentions.is_empty() {
                hits.push(Hit {
                    path: path.clone(),
                    text,
                    outline,
                });
            }
        }
        Ok((hits, files))
    }

    /// Finds the bodies of functions that headers only declare, so that they can be evaluated. When only
    /// some files were read, the bodies come from a scan of their own.
    fn open_bodies(
        &self,
        source: &dyn Source,
        hits: &[Hit],
        partial: bool,
        needles: &Needles,
    ) -> Result<BTreeMap<String, Definition>, TreeError> {
        let mut bodies = BTreeMap::new();
        if partial {
            let scanned = scan(
                source,
                needles,
                &|path| path.ends_with(".c"),
                &["mm"],
                &|_| {},
            )?;
            scanned
                .hits
                .iter()
                .for_each(|hit| self.bodies_in(hit, &mut bodies));
        }
        hits.iter().for_each(|hit| self.bodies_in(hit, &mut bodies));
        Ok(bodies)
    }

    fn bodies_in(&self, hit: &Hit, bodies: &mut BTreeMap<String, Definition>) {
        if !hit.path.ends_with(".c") {
            return;
        }
        let mut lines = LineCounter::new();
        for function in &hit.outline.functions {
            if let Some(open) = self.headers.open.get(&function.name) {
                let line = lines.locate(&hit.text, function.span.start).0;
                let text = &hit.text[function.span.clone()];
                bodies
                    .entry(function.name.clone())
                    .or_insert_with(|| open.with_body(&hit.path, line, text));
            }
        }
    }

    fn sites(&self, hit: &Hit, predicates: &BTreeMap<&str, &Predicate>, audit: &mut Audit) {
        for mention in &hit.outline.mentions {
            let Some(predicate) = predicates.get(self.names[mention.word].as_str()) else {
                continue;
            };
            let kind = match mention.kind {
                MentionKind::Call => SiteKind::Call,
                MentionKind::Definition => SiteKind::Definition,
                MentionKind::Declaration => SiteKind::Declaration,
                MentionKind::InMacro => SiteKind::Macro,
                MentionKind::Bare => {
                    self.bare(hit, mention, audit);
                    continue;
                }
            };
            let function = match &mention.enclosing {
                Enclosing::Function(i) => hit.outline.functions[*i].name.clone(),
                Enclosing::Macro(i) => hit.outline.macros[*i].name.clone(),
                Enclosing::Brackets(name) => name.clone(),
                Enclosing::File => String::new(),
            };
            audit.sites.push(Site {
                file: hit.path.clone(),
                line: mention.line,
                column: mention.column,
                function,
                predicate: predicate.name.clone(),
                family: predicate.family,
                kind,
                accepts: predicate.accepts.clone(),
                arms: mention.arms.clone(),
            });
        }
    }

    /// A predicate that is named but not called, in code: its address may be taken.
    fn bare(&self, hit: &Hit, mention: &crate::syntax::Mention, audit: &mut Audit) {
        if matches!(mention.enclosing, Enclosing::Function(_)) {
            let what = format!(
                "{} is named without being called here",
                self.names[mention.word]
            );
            audit.blind.push(BlindSpot {
                file: hit.path.clone(),
                line: mention.line,
                what,
            });
        }
    }
}

/// Names that walk: the walkers, and to a fixpoint the macros of headers whose bodies call one.
fn walking_names(headers: &Headers) -> BTreeMap<String, Walker> {
    let mut names: BTreeMap<String, Walker> = walkers()
        .into_iter()
        .map(|w| (w.name.to_owned(), w))
        .collect();
    loop {
        let mut new = Vec::new();
        for (name, list) in &headers.definitions {
            let macros = list
                .iter()
                .filter(|d| d.macro_parameters.is_some() && !names.contains_key(name));
            for definition in macros {
                let called = names.iter().find(|(known, _)| definition.calls(known));
                new.extend(called.map(|(_, walker)| (name.clone(), walker.clone())));
            }
        }
        if new.is_empty() {
            return names;
        }
        names.extend(new);
    }
}
