//! In: what an audit remembers, and changed files. Out: the memory with the lines of changed headers as they are now, where
//! no header says something else.

use crate::audit::memory::{Lasting, Memory};
use crate::tree::snapshot::Delta;
use crate::vocabulary::{Headers, Predicate, Relined};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What has become of headers that say what they said.
pub(super) enum Said {
    /// None that says something has changed.
    Unchanged,
    /// Of those that have changed only lines: by file, in order.
    Moved(Box<Memory>, BTreeMap<String, Vec<Relined>>),
    /// They may say something else.
    Changed,
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
    let mut headers = memory.lasting.headers.copy();
    let mut lines = BTreeMap::new();
    for path in changed {
        let still = known(path) && reads(path);
        let text = texts.get(path).filter(|_| still);
        match text.and_then(|text| headers.reline(path, text)) {
            Some(list) => drop(lines.insert(path.clone(), list)),
            None => return Said::Changed,
        }
    }
    let mut memory = memory.clone();
    let lasting = &memory.lasting;
    memory.lasting = Arc::new(Lasting {
        headers: Arc::new(headers),
        contracts: lasting.contracts.clone(),
        said: lasting.said.clone(),
        ..Lasting::default()
    });
    let all = memory.inferred.predicates.iter_mut();
    for predicate in all.chain(&mut memory.audit.predicates) {
        if reline(predicate, &lines).is_none() {
            return Said::Changed;
        }
    }
    Said::Moved(Box::new(memory), lines)
}

/// Sets a predicate's line to what it is now; `None` where no definition stood there.
fn reline(predicate: &mut Predicate, lines: &BTreeMap<String, Vec<Relined>>) -> Option<()> {
    if let Some(list) = lines.get(&predicate.file) {
        let own = list.iter().find(|((first, _), _)| *first == predicate.line);
        predicate.line = own?.1;
    }
    Some(())
}
