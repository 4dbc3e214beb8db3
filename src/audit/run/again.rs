//! In: a tree, what an earlier audit remembers of it, and what has changed since. Out: its audit, as if made anew.
//!
//! Three ways, the cheapest that is certain. Nothing has changed: what was found stands. Source files have changed that
//! change no word's meaning: their sites are found anew, and walks that looked at a function of theirs are judged anew.
//! Anything else: everything is worked out anew from the files that matter.

mod beside;
mod contracts;
mod headers;
mod moves;
mod read;
mod walks;

use super::matrix::{Telling, placed_rows};
use super::walking::Walked;
use super::{Auditor, Bodies, Reading, finish};
use crate::audit::facts::Audit;
use crate::audit::matrix::MatrixRow;
use crate::audit::memory::{FileMemory, Lasting, Memory};
use crate::audit::scan::Hit;
use crate::syntax::outline;
use crate::tree::snapshot::Delta;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Definition, Inferred, Predicate, Reach, Relined, Said, Walker, walkers};
use beside::Beside;
use moves::Moves;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

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
            if let Some(memory) = patched(source, memory, delta)? {
                return Ok(memory);
            }
            Reading::again(source, (memory, delta), read)
        }
        _ => Reading::whole(source, read),
    };
    Auditor::read(&reading)?.whole(&reading)
}

/// Audits a tree of which some files have changed; `None` where the change may reach further than can be told this way.
fn patched(
    source: &dyn Source,
    memory: &Memory,
    delta: &Delta,
) -> Result<Option<Memory>, TreeError> {
    let texts = texts(source, delta)?;
    match headers::said(memory, delta, &texts) {
        headers::Said::Changed => Ok(None),
        headers::Said::Unchanged => {
            let (relined, reach) = (&BTreeMap::new(), &Reach::default());
            let patch = Patch {
                source,
                memory,
                relined,
                reach,
                delta,
            };
            patch.audit(texts)
        }
        headers::Said::Moved(again) => {
            let patch = Patch {
                source,
                memory: &again.memory,
                relined: &again.lines,
                reach: &again.reach,
                delta,
            };
            patch.audit(texts)
        }
    }
}

impl Auditor {
    /// Does an earlier audit's memory tell which files hold the names?
    pub(super) fn looks_for_the_same(&self, memory: &Memory) -> bool {
        let names = |inferred: &Inferred| -> Vec<String> {
            inferred.predicates.iter().map(|p| p.name.clone()).collect()
        };
        names(&self.inferred) == names(&memory.inferred)
            && self.inferred.open == memory.inferred.open
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

    /// Makes the auditor of an earlier audit again, of headers that have not changed since.
    fn recall(memory: &Memory) -> Self {
        let headers = Arc::clone(&memory.lasting.headers);
        let known: BTreeMap<&str, Walker> = walkers().into_iter().map(|w| (w.name, w)).collect();
        let walking = memory.walking.iter();
        let walking = walking.filter_map(|(name, walker)| {
            let walker = known.get(walker.as_str())?.clone();
            Some((name.clone(), walker))
        });
        let (inferred, tellers) = (memory.inferred.clone(), memory.tellers.clone());
        Self::with(headers, inferred, tellers, &walking.collect())
    }
}

/// Some changed source files of a tree that is known.
struct Patch<'p> {
    source: &'p dyn Source,
    memory: &'p Memory,
    /// Where the definitions of changed headers stand now, which are what they were.
    relined: &'p BTreeMap<String, Vec<Relined>>,
    /// Names that headers give another meaning, perhaps.
    reach: &'p Reach,
    delta: &'p Delta,
}

/// What the changed files are now, those that are there.
type Now = BTreeMap<String, Hit>;

impl Patch<'_> {
    /// Audits the tree; `None` where the change may reach further than can be told this way.
    fn audit(&self, texts: BTreeMap<String, Vec<u8>>) -> Result<Option<Memory>, TreeError> {
        let mut memory = self.memory.clone();
        memory.files = self.memory.files_after(self.delta);
        memory.audit.files_read = memory.files;
        if self.relined.is_empty() && !self.matters(&texts) {
            return Ok(Some(memory));
        }
        let auditor = Auditor::recall(self.memory);
        let now: Now = texts
            .into_iter()
            .map(|(path, text)| (path.clone(), auditor.hit(path, text)))
            .collect();
        let known = |path: &String| self.memory.hits.get(path).cloned().unwrap_or_default();
        let files: BTreeMap<&String, FileMemory> = self
            .delta
            .all()
            .map(|path| {
                let own = now
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
                .get(path)
                .is_some_and(|hit| auditor.has(hit, |role| role.audited || role.told))
            {
                true => memory.hits.insert(path.clone(), file),
                false => memory.hits.remove(path),
            };
        }
        let [of_walks, of_rows] = &self.memory.lasting.said;
        let said = Arc::new(Said::new(of_walks));
        let (known, questions) = bodies;
        let bodies = Bodies { known, said };
        let beside = Beside::read(self, &auditor, &now)?;
        let Some(mut walked) = self.walks(&auditor, (&now, &beside), &bodies)? else {
            return Ok(None);
        };
        let Some(predicates) = beside::predicates(&auditor, &memory, &bodies.known, self.reach)
        else {
            return Ok(None);
        };
        let own = auditor.choose_questions(&questions, &bodies.known, &predicates);
        let said = Arc::new(Said::new(of_rows));
        let telling = Telling::new(&auditor, (&bodies.known, own), &predicates, said);
        self.put_rows(&auditor, (&now, &beside), &telling, &mut memory);
        let contracts = std::mem::take(&mut walked.contracts);
        // A few more calls that are known are not worth writing all of it again.
        if self.memory.lasting.contracts != contracts || !self.reach.is_empty() {
            memory.lasting = Arc::new(Lasting {
                headers: Arc::clone(&memory.lasting.headers),
                contracts,
                said: [bodies.said.list(), telling.bodies.said.list()],
                ..Lasting::default()
            });
        }
        self.put(&auditor, (&now, walked), &predicates, &mut memory);
        Ok(Some(memory))
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

    /// Puts the handling of changed functions in place of what it was.
    fn put_rows(
        &self,
        auditor: &Auditor,
        (now, beside): (&Now, &Beside),
        telling: &Telling<'_>,
        memory: &mut Memory,
    ) {
        let told = now
            .values()
            .chain(beside.hits.values())
            .filter(|hit| auditor.has(hit, |role| role.told));
        let told: Vec<&Hit> = told.collect();
        let was = &self.memory.rows;
        let is = placed_rows(&self.memory.audit.matrix, &told);
        let moves = Moves::new(self.delta, (was, &is), &BTreeSet::new());
        let mut known: BTreeMap<(&str, &str), Option<Vec<MatrixRow>>> = BTreeMap::new();
        let changed = |row: &&MatrixRow| self.delta.has(&row.file);
        for row in self.memory.audit.matrix.iter().filter(changed) {
            let rows = known.entry((&row.file, &row.function));
            let rows = rows.or_insert_with(|| Some(Vec::new()));
            let says_one = beside.has(&row.file, &row.function);
            match (rows.as_mut(), moves.row(row).filter(|_| !says_one)) {
                (Some(rows), Some(row)) => rows.push(row),
                _ => *rows = None,
            }
        }
        let is_known = |file: &str, name: &str| match self.delta.has(file) {
            true => known.get(&(file, name)).is_some_and(Option::is_some),
            false => !beside.has(file, name),
        };
        let matrix = &mut memory.audit.matrix;
        matrix.retain(|row| !self.delta.has(&row.file) && !beside.has(&row.file, &row.function));
        matrix.extend(auditor.rows(&told, telling, &is_known));
        matrix.extend(known.into_values().flatten().flatten());
        super::matrix::sort(matrix);
        let is_new = |path: &String| self.delta.has(path) || beside.has_file(path);
        memory.rows.retain(|path, _| !is_new(path));
        memory.rows.extend(placed_rows(matrix, &told));
    }

    /// Puts what was found anew in place of what was found in the same files.
    fn put(
        &self,
        auditor: &Auditor,
        (now, walked): (&Now, Walked),
        predicates: &[Predicate],
        memory: &mut Memory,
    ) {
        let changed = |path: &String| self.delta.has(path);
        let audit = &mut memory.audit;
        audit.sites.retain(|site| !changed(&site.file));
        let told: BTreeMap<&str, &Predicate> = predicates
            .iter()
            .filter(|predicate| self.reach.has(&predicate.name))
            .map(|predicate| (predicate.name.as_str(), predicate))
            .collect();
        for site in &mut audit.sites {
            if let Some(predicate) = told.get(site.predicate.as_str()) {
                site.accepts.clone_from(&predicate.accepts);
                site.family = predicate.family;
            }
        }
        predicates.clone_into(&mut audit.predicates);
        memory.bare.retain(|spot| !changed(&spot.file));
        let hits: Vec<&Hit> = now
            .values()
            .filter(|hit| auditor.has(hit, |role| role.audited || role.told))
            .collect();
        let mut found = Audit::default();
        auditor.all_sites(hits.iter().copied(), predicates, &mut found);
        audit.sites.append(&mut found.sites);
        memory.bare.append(&mut found.blind);
        memory.bare.sort();
        (audit.walks, audit.excerpts) = (Vec::new(), Vec::new());
        audit.blind.clone_from(&memory.bare);
        walked.add_to(audit);
        audit.files_parsed = memory.hits.len() as u64;
        finish(audit);
        memory.traces = walked.traces;
        memory.places = walked.places;
        memory.fetched = walked.fetched;
    }
}

/// Reads the changed files that are there.
fn texts(source: &dyn Source, delta: &Delta) -> Result<BTreeMap<String, Vec<u8>>, TreeError> {
    let mut texts = BTreeMap::new();
    for path in delta.present() {
        // What is gone meanwhile will be told by the next audit.
        let bytes = source.bytes(path)?.unwrap_or_default();
        texts.insert(path.clone(), bytes);
    }
    Ok(texts)
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
