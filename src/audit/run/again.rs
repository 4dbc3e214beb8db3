//! In: a tree, what an earlier audit remembers of it, and what has changed since. Out: its audit, as if made anew.
//!
//! Three ways, the cheapest that is certain. Nothing has changed: what was found stands. Source files have changed that
//! change no word's meaning: their sites are found anew, and walks that looked at a function of theirs are judged anew.
//! Anything else: everything is worked out anew from the files that matter.

mod read;

use super::walking::{Walked, folders};
use super::{Auditor, Reading, finish, walking_names};
use crate::audit::facts::Audit;
use crate::audit::memory::{FileMemory, Memory};
use crate::audit::scan::Hit;
use crate::syntax::outline;
use crate::tree::snapshot::Delta;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Headers, walkers};
use read::Read;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Where more files than this have changed, reading the whole tree is no slower.
const MANY: usize = 4000;

/// Audits a tree and gives what the next audit can use, the findings in it; `earlier` is what an audit of the same tree
/// remembers, and the C files that have changed since. `read` is told now and then how many files were read.
///
/// # Errors
/// When the tree cannot be read.
pub fn audit(
    source: &dyn Source,
    earlier: Option<(&Memory, &Delta)>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<Memory, TreeError> {
    let reading = match earlier {
        Some((memory, delta)) if delta.len() <= MANY => {
            if delta.is_empty() {
                return Ok(memory.clone());
            }
            if let Some(memory) = Patch::new(source, memory, delta).audit()? {
                return Ok(memory);
            }
            Reading::again(source, (memory, delta), read)
        }
        _ => Reading::whole(source, read),
    };
    Auditor::read(&reading)?.whole(&reading)
}

impl Auditor {
    /// Does an earlier audit's memory tell which files hold the names?
    pub(super) fn looks_for_the_same(&self, memory: &Memory) -> bool {
        self.inferred == memory.inferred
            && self.tellers == memory.tellers
            && self
                .walking
                .values()
                .map(|(name, w)| (name, w.name))
                .eq(memory
                    .walking
                    .iter()
                    .map(|(name, walker)| (name, walker.as_str())))
    }

    /// Makes the auditor of an earlier audit again, from headers that have not changed since.
    fn recall(source: &dyn Source, memory: &Memory, delta: &Delta) -> Result<Self, TreeError> {
        let headers = Reading::again(source, (memory, delta), &|_| {}).headers()?;
        let walking = walking_names(&headers, walkers());
        let (inferred, tellers) = (memory.inferred.clone(), memory.tellers.clone());
        Ok(Self::with(headers, inferred, tellers, &walking))
    }
}

/// Some changed source files of a tree that is known.
struct Patch<'p> {
    source: &'p dyn Source,
    memory: &'p Memory,
    delta: &'p Delta,
}

/// What the changed files are now.
struct Now {
    /// Those that hold a name of any sort.
    hits: BTreeMap<String, Hit>,
    /// Names that are or were defined in one of them.
    functions: BTreeSet<String>,
}

impl<'p> Patch<'p> {
    fn new(source: &'p dyn Source, memory: &'p Memory, delta: &'p Delta) -> Self {
        Self {
            source,
            memory,
            delta,
        }
    }

    /// Audits the tree; `None` where the change may reach further than can be told this way.
    fn audit(&self) -> Result<Option<Memory>, TreeError> {
        if self
            .delta
            .all()
            .any(|path| self.memory.headers.contains(path))
        {
            return Ok(None);
        }
        let texts = self.texts()?;
        if texts.iter().any(|(path, text)| Headers::reads(path, text)) {
            return Ok(None);
        }
        let mut memory = self.memory.clone();
        memory.files = self.memory.files_after(self.delta);
        memory.audit.files_read = memory.files;
        if !self.matters(&texts) {
            return Ok(Some(memory));
        }
        let auditor = Auditor::recall(self.source, self.memory, self.delta)?;
        let now = self.now(&auditor, texts);
        if walkers()
            .iter()
            .any(|walker| now.functions.contains(walker.name))
        {
            return Ok(None);
        }
        let known = |path: &String| self.memory.hits.get(path).cloned().unwrap_or_default();
        let files: BTreeMap<&String, FileMemory> = self
            .delta
            .all()
            .map(|path| {
                let own = now
                    .hits
                    .get(path)
                    .filter(|hit| auditor.has(hit, |role| role.audited || role.told));
                (
                    path,
                    own.map(|hit| auditor.remember(hit)).unwrap_or_default(),
                )
            })
            .collect();
        if files
            .iter()
            .any(|(path, file)| !same_bodies(&known(path), file))
        {
            return Ok(None);
        }
        let Some(bodies) = self.bodies(&auditor) else {
            return Ok(None);
        };
        for (path, file) in files {
            match now
                .hits
                .get(path)
                .is_some_and(|hit| auditor.has(hit, |role| role.audited || role.told))
            {
                true => memory.hits.insert(path.clone(), file),
                false => memory.hits.remove(path),
            };
        }
        let Some((walked, anew)) = self.walks(&auditor, &now, &bodies.0)? else {
            return Ok(None);
        };
        self.put(&auditor, (&now, &walked, &anew), &bodies, &mut memory);
        Ok(Some(memory))
    }

    /// Reads the changed files that are there.
    fn texts(&self) -> Result<BTreeMap<String, Vec<u8>>, TreeError> {
        let mut texts = BTreeMap::new();
        for path in self.delta.present() {
            // What is gone meanwhile will be told by the next audit.
            let bytes = self.source.bytes(path)?.unwrap_or_default();
            texts.insert(path.clone(), bytes);
        }
        Ok(texts)
    }

    /// Says whether one of the changed files held or holds a name of any sort.
    fn matters(&self, texts: &BTreeMap<String, Vec<u8>>) -> bool {
        let known = |path: &String| {
            let fetched = self
                .memory
                .fetched
                .iter()
                .any(|f| f.files.contains_key(path));
            fetched || self.memory.hits.contains_key(path)
        };
        let memory = self.memory;
        let names = memory.inferred.predicates.iter().map(|p| p.name.as_str());
        let names = names.chain(memory.inferred.open.iter().map(String::as_str));
        let names = names.chain(memory.tellers.iter().map(String::as_str));
        let names = names.chain(memory.walking.keys().map(String::as_str));
        let names: HashMap<&[u8], usize> = names
            .chain(memory.asked())
            .map(|name| (name.as_bytes(), 0))
            .collect();
        let holds = |text: &Vec<u8>| {
            let out = outline(text, &|word| names.get(word).copied());
            !out.mentions.is_empty()
        };
        self.delta.all().any(known) || texts.values().any(holds)
    }

    fn now(&self, auditor: &Auditor, texts: BTreeMap<String, Vec<u8>>) -> Now {
        let mut functions: BTreeSet<String> = BTreeSet::new();
        for path in self.delta.all() {
            let fetched = self.memory.fetched.iter().filter_map(|f| f.files.get(path));
            let own = self.memory.hits.get(path).map(|file| &file.functions);
            functions.extend(fetched.chain(own).flatten().cloned());
        }
        let hits: BTreeMap<String, Hit> = texts
            .into_iter()
            .map(|(path, text)| (path.clone(), auditor.hit(path, text)))
            .collect();
        for hit in hits.values() {
            functions.extend(hit.outline.functions.iter().map(|f| f.name.clone()));
        }
        Now { hits, functions }
    }

    /// Gives the bodies that predicates are made of, and those that the handling matrix adds: none of them has changed.
    fn bodies(&self, auditor: &Auditor) -> Option<(BTreeMap<String, Definition>, Vec<Definition>)> {
        let mut open = BTreeMap::new();
        let mut questions = Vec::new();
        for (path, file) in &self.memory.hits {
            for body in &file.bodies {
                let declared = auditor.headers.open.get(&body.name).filter(|_| body.open);
                if let Some(declared) = declared {
                    let text = body.text.as_ref()?.as_bytes();
                    let own = || declared.with_body(path, body.line, text);
                    open.entry(body.name.clone()).or_insert_with(own);
                } else if file.told {
                    questions.push(body.definition(path)?);
                }
            }
        }
        Some((open, questions))
    }

    /// Judges every walk that looked at what has changed; gives the files whose walks were judged, too. `None` where other
    /// files would be read now.
    #[expect(
        clippy::type_complexity,
        reason = "the files stand beside what was found in them"
    )]
    fn walks(
        &self,
        auditor: &Auditor,
        now: &Now,
        bodies: &BTreeMap<String, Definition>,
    ) -> Result<Option<(Walked, BTreeMap<String, Hit>)>, TreeError> {
        let old = &self.memory.traces;
        let walking = |hit: &&Hit| auditor.has_walk(hit);
        let unchanged = old
            .keys()
            .filter(|path| !self.delta.has(path))
            .map(String::as_str);
        let changed = now
            .hits
            .values()
            .filter(walking)
            .map(|hit| hit.path.as_str());
        let mut walked = Walked {
            folders: folders(unchanged.clone().chain(changed)),
            ..Walked::default()
        };
        if walked.folders != self.memory.folders
            || (unchanged.clone().count() == 0 && old.is_empty())
        {
            return Ok(None);
        }
        let mut anew: BTreeMap<String, Hit> = BTreeMap::new();
        for path in unchanged.filter(|path| !old[*path].asked.is_disjoint(&now.functions)) {
            let text = self.source.bytes(path)?.unwrap_or_default();
            anew.insert(path.to_owned(), auditor.hit(path.to_owned(), text));
        }
        let mut read = Read::new(self, auditor, now);
        let own = anew.values().chain(now.hits.values().filter(walking));
        let mut open: Vec<&Hit> = own.collect();
        let judged: BTreeSet<String> = open.iter().map(|hit| hit.path.clone()).collect();
        let mut asked = BTreeSet::new();
        for round in 0.. {
            let Some(fetched) = self.memory.fetched.get(round) else {
                return Ok(None);
            };
            asked.extend(fetched.names.iter().cloned());
            let found = read.round(round, &open, bodies)?;
            let others = old
                .iter()
                .filter(|(path, _)| !judged.contains(*path) && !self.delta.has(path));
            let others = others
                .filter_map(|(_, trace)| trace.missed.get(round))
                .flatten();
            let all = others.chain(found.iter().flat_map(|(_, _, looked)| &looked.missed));
            let missed: BTreeSet<String> =
                all.filter(|name| !asked.contains(*name)).cloned().collect();
            let next = self.memory.fetched.get(round + 1);
            let last = round == super::ROUNDS || missed.is_empty();
            // Other names would be looked for now: others may see other bodies.
            if next.is_some() == last || next.is_some_and(|next| next.names != missed) {
                return Ok(None);
            }
            open.clear();
            for (hit, found, looked) in found {
                let trace = walked.trace(&hit.path);
                trace.asked.extend(looked.asked);
                trace.missed.push(looked.missed.clone());
                if round < super::ROUNDS && !looked.missed.is_disjoint(&missed) {
                    open.push(hit);
                } else {
                    walked.accept(hit, found);
                }
            }
            if last {
                break;
            }
        }
        walked.fetched = read.fetched();
        Ok(Some((walked, anew)))
    }

    /// Puts what was found anew in place of what was found in the same files.
    fn put(
        &self,
        auditor: &Auditor,
        (now, walked, anew): (&Now, &Walked, &BTreeMap<String, Hit>),
        (open, questions): &(BTreeMap<String, Definition>, Vec<Definition>),
        memory: &mut Memory,
    ) {
        let changed = |path: &String| self.delta.has(path);
        let audit = &mut memory.audit;
        audit.sites.retain(|site| !changed(&site.file));
        audit.matrix.retain(|row| !changed(&row.file));
        memory.bare.retain(|spot| !changed(&spot.file));
        let void = |path: &String| changed(path) || anew.contains_key(path);
        audit.walks.retain(|walk| !void(&walk.file));
        audit.excerpts.retain(|excerpt| !void(&excerpt.file));
        memory.traces.retain(|path, _| !void(path));
        let hits: Vec<&Hit> = now
            .hits
            .values()
            .filter(|hit| auditor.has(hit, |role| role.audited || role.told))
            .collect();
        let predicates = audit.predicates.clone();
        let mut found = Audit::default();
        auditor.all_sites(hits.iter().copied(), &predicates, &mut found);
        audit.sites.append(&mut found.sites);
        memory.bare.append(&mut found.blind);
        let told: Vec<&Hit> = hits
            .into_iter()
            .filter(|hit| auditor.has(hit, |role| role.told))
            .collect();
        let own = auditor.choose_questions(questions, open, &predicates);
        audit
            .matrix
            .extend(auditor.rows(&told, open, &predicates, &own));
        super::matrix::sort(&mut audit.matrix);
        audit.walks.extend(walked.walks.iter().cloned());
        audit.excerpts.extend(walked.excerpts.iter().cloned());
        memory.traces.extend(
            walked
                .traces
                .iter()
                .map(|(path, trace)| (path.clone(), trace.clone())),
        );
        memory.fetched.clone_from(&walked.fetched);
        memory.bare.sort();
        audit.blind = memory
            .traces
            .values()
            .flat_map(|trace| &trace.blind)
            .chain(&memory.bare)
            .cloned()
            .collect();
        audit.files_parsed = memory.hits.len() as u64;
        finish(audit);
    }
}

/// Says whether no body that other files' meaning may hang on differs.
fn same_bodies(old: &FileMemory, new: &FileMemory) -> bool {
    old.bodies.len() == new.bodies.len()
        && old
            .bodies
            .iter()
            .zip(&new.bodies)
            .all(|(old, new)| old.says_the_same(new))
}

#[cfg(test)]
mod tests;
