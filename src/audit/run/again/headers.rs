//! In: what an audit remembers, and changed files. Out: the memory with what changed headers say now, and the names whose
//! meaning hangs on what they say otherwise.

use crate::audit::memory::{Lasting, Memory};
use crate::tree::snapshot::Delta;
use crate::vocabulary::{Headers, Predicate, Reach, Relined, infer_again, tellers_again};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What has become of headers.
pub(super) enum Said {
    /// None that says something has changed.
    Unchanged,
    /// Those that have changed say something on other lines or, of some names, something else.
    Moved(Box<Again>),
    /// They may say anything.
    Changed,
}

/// What headers say now.
pub(super) struct Again {
    /// What was remembered, as of what headers say now.
    pub(super) memory: Memory,
    /// Where definitions stand that are what they were: by file, in order.
    pub(super) lines: BTreeMap<String, Vec<Relined>>,
    /// Names that may mean something else.
    pub(super) reach: Reach,
}

/// Tells what has become of the headers.
pub(super) fn said(memory: &Memory, delta: &Delta, texts: &BTreeMap<String, Vec<u8>>) -> Said {
    let known = |path: &String| memory.headers.contains(path);
    let reads = |path: &String| {
        texts
            .get(path)
            .is_some_and(|text| Headers::reads(path, text))
    };
    let changed: Vec<&String> = delta
        .all()
        .filter(|path| known(path) || reads(path))
        .collect();
    if changed.is_empty() {
        return Said::Unchanged;
    }
    if !changed.iter().all(|path| known(path) && reads(path)) {
        return Said::Changed;
    }
    let texts = changed
        .into_iter()
        .filter_map(|path| Some((path, texts.get(path)?)));
    match again(memory, texts) {
        Some(again) => Said::Moved(Box::new(again)),
        None => Said::Changed,
    }
}

/// Takes what some headers say now; `None` where that may change more than what names mean.
fn again<'t>(
    memory: &Memory,
    texts: impl Iterator<Item = (&'t String, &'t Vec<u8>)>,
) -> Option<Again> {
    let mut headers = memory.lasting.headers.copy();
    let (mut lines, mut differ) = (BTreeMap::new(), BTreeSet::new());
    for (path, text) in texts {
        let replaced = headers.replace(path, text)?;
        lines.insert(path.clone(), replaced.lines);
        differ.extend(replaced.differ);
    }
    let reach = match differ.is_empty() {
        true => Reach::default(),
        false => Reach::new(differ, &headers, bodies(memory))?,
    };
    let mut memory = memory.clone();
    let all = memory.inferred.predicates.iter_mut();
    for predicate in all.chain(&mut memory.audit.predicates) {
        if !reach.has(&predicate.name) {
            reline(predicate, &lines)?;
        }
    }
    let mut said = memory.lasting.said.clone();
    if !reach.is_empty() {
        let inferred = infer_again(&headers, &memory.inferred, &reach);
        let tellers = tellers_again(&headers, &memory.tellers, &reach);
        // Files that hold other names are not known.
        let names =
            |list: &[Predicate]| -> Vec<String> { list.iter().map(|p| p.name.clone()).collect() };
        let same = names(&inferred.predicates) == names(&memory.inferred.predicates);
        if !same || inferred.open != memory.inferred.open || tellers != memory.tellers {
            return None;
        }
        if walks(&memory, &headers, &reach) {
            return None;
        }
        memory.inferred = inferred;
        for list in &mut said {
            list.retain(|(name, _, _)| !reach.has(name));
        }
    }
    memory.lasting = Arc::new(Lasting {
        headers: Arc::new(headers),
        contracts: memory.lasting.contracts.clone(),
        said,
        ..Lasting::default()
    });
    Some(Again {
        memory,
        lines,
        reach,
    })
}

/// Do some names walk, or did they, or may they do so by a name that does?
fn walks(memory: &Memory, headers: &Headers, reach: &Reach) -> bool {
    let walking = &memory.walking;
    reach.names().iter().any(|name| {
        let mut own = headers.definitions.get(name).into_iter().flatten();
        walking.contains_key(name)
            || own.any(|definition| walking.keys().any(|walker| definition.calls(walker)))
    })
}

/// Lists the bodies in source files that other files' meaning may hang on.
fn bodies(memory: &Memory) -> impl Iterator<Item = (&str, &[u8])> + Clone {
    let all = memory.hits.values().flat_map(|file| &file.bodies);
    all.filter_map(|body| Some((body.name.as_str(), body.text.as_ref()?.as_bytes())))
}

/// Sets a predicate's line to what it is now; `None` where no definition stood there.
fn reline(predicate: &mut Predicate, lines: &BTreeMap<String, Vec<Relined>>) -> Option<()> {
    if let Some(list) = lines.get(&predicate.file) {
        let own = list.iter().find(|((first, _), _)| *first == predicate.line);
        predicate.line = own?.1;
    }
    Some(())
}
