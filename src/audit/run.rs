//! In: a tree. Out: its audit.

mod again;
mod bodies;
mod contracts;
mod matrix;
mod probe;
mod reading;
mod sites;
mod walking;
mod words;

pub use again::audit;
pub use contracts::Contracts;
pub use matrix::Matrix;
pub use probe::Probe;

use super::facts::Audit;
use super::library::Lower;
use super::memory::{Body, FileMemory, Lasting, Memory, digest};
use super::needles::Needles;
use super::scan::{Hit, scan};
use crate::syntax::{LineCounter, lower_leniently, lower_variants};
use crate::tree::snapshot::is_c;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{
    Definition, Headers, Inferred, Predicate, Walker, WalkerSet, WalkerSort, infer, infer_open,
    tellers, walkers, walkers_of,
};
use bodies::Bodies;
use matrix::{Telling, placed_rows};
use reading::Reading;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How often bodies are fetched for the sake of bodies fetched before.
const ROUNDS: usize = 3;

/// Where called functions are looked for besides the folders of the walks themselves. What headers
/// define over entries is at hand already.
const MEMORY_MANAGEMENT: &str = "mm";

/// What an audit of one state is made with: its headers, and the names that they give.
pub struct Auditor {
    headers: Arc<Headers>,
    inferred: Inferred,
    /// Functions that tell an entry's type.
    tellers: Vec<String>,
    /// Predicates of the headers, prototypes whose bodies are elsewhere, functions that tell types, walkers.
    names: Vec<String>,
    /// What each of the names is looked for.
    roles: Vec<Role>,
    /// Names that walk, by number.
    walking: BTreeMap<usize, (String, Walker)>,
    /// Walks of functions that a struct of callbacks is told.
    callbacks: Vec<Walker>,
    /// Parses a function that walks, or is called by one.
    lower: Lower,
}

/// What a name is looked for.
#[derive(Clone, Copy, Debug, Default)]
struct Role {
    /// For sites and walks?
    audited: bool,
    /// For the handling matrix?
    told: bool,
}

impl Auditor {
    /// Reads the headers of `source`.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn new(source: &dyn Source) -> Result<Self, TreeError> {
        Self::read(&Reading::whole(source, &|_| {}))
    }

    /// Reads the headers of `source`, to look for the walks of a set.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn for_walks(source: &dyn Source, set: WalkerSet) -> Result<Self, TreeError> {
        if set == WalkerSet::default() {
            return Self::new(source);
        }
        let headers = Arc::new(Reading::whole(source, &|_| {}).headers()?);
        let (inferred, tellers) = (infer(&headers), tellers(&headers));
        let walkers = walkers_of(set);
        let (callbacks, walkers): (Vec<_>, Vec<_>) = walkers
            .into_iter()
            .partition(|walker| walker.sort == WalkerSort::Callback);
        let mut walking = walking_names(&headers, walkers);
        // A file that is of interest for its callbacks alone names their struct.
        let structs = callbacks.iter().map(|w| (w.cursor.to_owned(), w.clone()));
        walking.extend(structs);
        let own = Self::with(headers, inferred, tellers, &walking);
        Ok(Self {
            callbacks,
            lower: lower_leniently,
            ..own
        })
    }

    fn read(reading: &Reading<'_>) -> Result<Self, TreeError> {
        let headers = Arc::new(reading.headers()?);
        let inferred = infer(&headers);
        let tellers = tellers(&headers);
        let walking = walking_names(&headers, walkers());
        Ok(Self::with(headers, inferred, tellers, &walking))
    }

    /// Takes what was inferred before from the same headers.
    fn with(
        headers: Arc<Headers>,
        inferred: Inferred,
        tellers: Vec<String>,
        walking: &BTreeMap<String, Walker>,
    ) -> Self {
        let mut roles: BTreeMap<String, Role> = BTreeMap::new();
        for name in inferred
            .predicates
            .iter()
            .map(|p| &p.name)
            .chain(&inferred.open)
        {
            let both = Role {
                audited: true,
                told: true,
            };
            roles.insert(name.clone(), both);
        }
        for name in walking.keys() {
            roles.entry(name.clone()).or_default().audited = true;
        }
        for name in &tellers {
            roles.entry(name.clone()).or_default().told = true;
        }
        let (names, roles): (Vec<String>, Vec<Role>) = roles.into_iter().unzip();
        let walking = names
            .iter()
            .enumerate()
            .filter_map(|(i, name)| {
                walking
                    .get(name)
                    .map(|walker| (i, (name.clone(), walker.clone())))
            })
            .collect();
        Self {
            headers,
            inferred,
            tellers,
            names,
            roles,
            walking,
            callbacks: Vec::new(),
            lower: lower_variants,
        }
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
        Ok(self.whole(&Reading::whole(source, read))?.audit)
    }

    /// Audits the given files alone, without the handling matrix.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn run_on(
        &self,
        source: &dyn Source,
        paths: &BTreeSet<String>,
    ) -> Result<Audit, TreeError> {
        let needles = self.needles()?;
        let (hits, files) = self.read_some(source, &needles, paths)?;
        // The bodies that predicates are made of come from a scan of their own.
        let sources = |path: &str| path.ends_with(".c");
        let others = scan(source, &needles, &sources, &[MEMORY_MANAGEMENT], &|_| {})?;
        let mut bodies = self.open_bodies(&hits);
        for (name, body) in self.open_bodies(&others.hits) {
            bodies.entry(name).or_insert(body);
        }
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let mut audit = Audit {
            files_read: files,
            files_parsed: hits.len() as u64,
            ..Audit::default()
        };
        self.all_sites(&hits, &predicates, &mut audit);
        let hits: Vec<&Hit> = hits.iter().filter(|hit| self.is_audited(hit)).collect();
        let bodies = Bodies::new(bodies);
        let walked = self.walks(&Reading::whole(source, &|_| {}), &hits, &bodies)?;
        walked.add_to(&mut audit);
        audit.predicates = predicates;
        finish(&mut audit);
        Ok(audit)
    }

    /// Audits a whole tree and remembers what the next audit can use.
    fn whole(&self, reading: &Reading<'_>) -> Result<Memory, TreeError> {
        let (hits, files) = reading.hits(self)?;
        let bodies = self.open_bodies(&hits);
        let predicates = infer_open(&self.headers, &self.inferred, &bodies);
        let told: Vec<&Hit> = hits
            .iter()
            .filter(|hit| self.has(hit, |role| role.told))
            .collect();
        let own = self.own_questions(&told, &bodies, &predicates);
        let telling = Telling::new(self, (&bodies, own), &predicates, Arc::default());
        let audited: Vec<&Hit> = hits.iter().filter(|hit| self.is_audited(hit)).collect();
        let mut audit = Audit {
            files_read: files,
            files_parsed: hits.len() as u64,
            kinds: self.kinds(),
            matrix: self.rows(&told, &telling, &|_, _| false),
            ..Audit::default()
        };
        self.all_sites(&hits, &predicates, &mut audit);
        let bare = std::mem::take(&mut audit.blind);
        audit.blind.clone_from(&bare);
        let said = telling.bodies.said.list();
        let rows = placed_rows(&audit.matrix, &told);
        let bodies = Bodies::new(bodies);
        let walked = self.walks(reading, &audited, &bodies)?;
        walked.add_to(&mut audit);
        audit.predicates = predicates;
        finish(&mut audit);
        let hits = hits
            .iter()
            .map(|hit| (hit.path.clone(), self.remember(hit)));
        Ok(Memory {
            lasting: Arc::new(Lasting {
                headers: Arc::clone(&self.headers),
                contracts: walked.contracts,
                said: [bodies.said.list(), said],
                ..Lasting::default()
            }),
            files,
            headers: self.headers.files.clone(),
            inferred: self.inferred.clone(),
            tellers: self.tellers.clone(),
            walking: self
                .walking
                .values()
                .map(|(name, w)| (name.clone(), w.name.to_owned()))
                .collect(),
            hits: hits.collect(),
            folders: walked.folders,
            fetched: walked.fetched,
            traces: walked.traces,
            places: walked.places,
            rows,
            bare,
            audit,
        })
    }

    /// Keeps of a file what other files' meaning may hang on.
    fn remember(&self, hit: &Hit) -> FileMemory {
        let mut lines = LineCounter::new();
        let mut bodies = Vec::new();
        for function in &hit.outline.functions {
            let open = self.headers.open.contains_key(&function.name);
            if hit.path.ends_with(".c")
                && (open
                    || Definition::of_question(
                        &hit.path,
                        &hit.text,
                        function,
                        &mut LineCounter::new(),
                    )
                    .is_some())
            {
                bodies.push(Body::of(hit, function, &mut lines, open));
            }
        }
        FileMemory {
            functions: hit
                .outline
                .functions
                .iter()
                .map(|f| f.name.clone())
                .collect(),
            audited: self.is_audited(hit),
            told: self.has(hit, |role| role.told),
            bodies,
            beside: self.beside(hit),
        }
    }

    /// Gives a digest of what a file's walks may hang on beside functions that they ask for.
    pub(super) fn beside(&self, hit: &Hit) -> String {
        if !self.is_audited(hit) {
            return String::new();
        }
        let objects = hit
            .outline
            .macros
            .iter()
            .filter(|own| own.parameters.is_none());
        let mut text: Vec<u8> = objects
            .flat_map(|own| hit.text[own.span.clone()].iter().chain(b"\n"))
            .copied()
            .collect();
        let walkers: Vec<&Walker> = self.walking.values().map(|(_, walker)| walker).collect();
        for function in &hit.outline.functions {
            if walkers.iter().any(|walker| walker.owns(&function.name)) {
                text.extend_from_slice(function.name.as_bytes());
            }
        }
        digest(&text)
    }

    fn needles(&self) -> Result<Needles, TreeError> {
        Needles::new(&self.names, &self.headers.rarity)
            .map_err(|e| TreeError::Unusable(e.to_string()))
    }

    /// Outlines a file.
    fn hit(&self, path: String, text: Vec<u8>) -> Hit {
        let number = |word: &[u8]| {
            let word = std::str::from_utf8(word).ok()?;
            self.names
                .binary_search_by(|name| name.as_str().cmp(word))
                .ok()
        };
        let outline = crate::syntax::outline(&text, &number);
        Hit {
            path,
            text,
            outline,
        }
    }

    fn has(&self, hit: &Hit, wanted: fn(&Role) -> bool) -> bool {
        hit.outline
            .mentions
            .iter()
            .any(|m| wanted(&self.roles[m.word]))
    }

    fn is_audited(&self, hit: &Hit) -> bool {
        self.has(hit, |role| role.audited)
    }

    fn all_sites<'h>(
        &self,
        hits: impl IntoIterator<Item = &'h Hit>,
        predicates: &[Predicate],
        audit: &mut Audit,
    ) {
        let by_name: BTreeMap<&str, &Predicate> =
            predicates.iter().map(|p| (p.name.as_str(), p)).collect();
        for hit in hits {
            self.sites(hit, &by_name, audit);
            self.outside(hit, audit);
        }
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
}

/// Puts the lists in order.
fn finish(audit: &mut Audit) {
    audit.sites.sort();
    audit
        .walks
        .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let place = |e: &super::facts::Excerpt| (e.file.clone(), e.first_line);
    audit.excerpts.sort_by_key(place);
    audit.blind.sort();
    audit.blind.dedup();
}

/// Names that walk: the walkers, and to a fixpoint the macros of headers whose bodies call one.
fn walking_names(headers: &Headers, walkers: Vec<Walker>) -> BTreeMap<String, Walker> {
    let mut names: BTreeMap<String, Walker> = walkers
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
