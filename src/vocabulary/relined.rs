//! In: headers that are known, and one of them as it is now. Out: the same headers with what it says now: on what lines
//! things stand, and the names that it defines otherwise.

use super::definition::Definition;
use super::gather::{Headers, read_header};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// First and last line of a definition as it stood, and its first line now.
pub(crate) type Relined = ((u32, u32), u32);

/// What has become of a header's definitions.
#[derive(Debug, Default)]
pub(crate) struct Replaced {
    /// Those that say what they said, in order.
    pub(crate) lines: Vec<Relined>,
    /// Names of all others, new and old.
    pub(crate) differ: BTreeSet<String>,
}

impl Headers {
    /// Takes what the header `path` says now from `text`; `None`, and nothing of use is left, where kinds or prototypes are
    /// not what they were, or things stand in another order.
    pub(crate) fn replace(&mut self, path: &str, text: &[u8]) -> Option<Replaced> {
        self.answered = Arc::default();
        let now = read_header(path, text);
        let constants = self.constants.get(path).map_or(&[][..], Vec::as_slice);
        if !self.files.contains(path) || constants != now.constants {
            return None;
        }
        let mut out = Replaced::default();
        let mut new: BTreeMap<String, Vec<Definition>> = BTreeMap::new();
        for mut definition in now.definitions {
            let name = &definition.name;
            let announced = now.prototypes.iter().any(|p| p.name == *name);
            let function = definition.macro_parameters.is_none();
            definition.stub = announced || function && now.declared.contains(name);
            new.entry(name.clone()).or_default().push(definition);
        }
        for (name, list) in &mut self.definitions {
            let own = list.iter_mut().filter(|d| d.file == path);
            let new = new.remove(name).unwrap_or_default();
            if let Some(lines) = relined(own, &new) {
                out.lines.extend(lines);
            } else {
                out.differ.insert(name.clone());
                put(list, path, new);
            }
        }
        self.definitions.retain(|_, list| !list.is_empty());
        for (name, list) in new {
            out.differ.insert(name.clone());
            self.definitions.insert(name, list);
        }
        // Of the prototypes of one name the first header's counts, and the first in it.
        let mut prototypes: BTreeMap<&str, &Definition> = BTreeMap::new();
        for prototype in &now.prototypes {
            prototypes.entry(&prototype.name).or_insert(prototype);
        }
        for (name, known) in &mut self.open {
            let new = prototypes.remove(name.as_str());
            match new {
                Some(new) if known.file == path => {
                    known.says(new).then(|| out.lines.push(known.reline(new)))?;
                }
                Some(_) if known.file.as_str() > path => return None,
                None if known.file == path => return None,
                _ => {}
            }
        }
        out.lines.sort_unstable();
        out.lines.dedup();
        let in_order = out.lines.is_sorted_by_key(|(_, now)| *now);
        (prototypes.is_empty() && in_order).then_some(out)
    }
}

/// Sets the lines of definitions of one name to what they are now, where they say what they said.
fn relined<'d>(
    own: impl Iterator<Item = &'d mut Definition>,
    new: &[Definition],
) -> Option<Vec<Relined>> {
    let mut own: Vec<&mut Definition> = own.collect();
    let same = own.len() == new.len() && own.iter().zip(new).all(|(old, new)| old.says(new));
    let lines = own.iter_mut().zip(new).map(|(old, new)| old.reline(new));
    same.then(|| lines.collect())
}

/// Puts a header's definitions of a name in place of what it had; a list goes by the headers' paths.
fn put(list: &mut Vec<Definition>, path: &str, new: Vec<Definition>) {
    list.retain(|d| d.file != path);
    let at = list.partition_point(|d| d.file.as_str() < path);
    list.splice(at..at, new);
}

impl Definition {
    /// Is another the same in all but its line?
    fn says(&self, new: &Self) -> bool {
        self.macro_parameters == new.macro_parameters
            && self.text == new.text
            && self.returns == new.returns
            && self.entries == new.entries
            && self.stub == new.stub
            && self.acts == new.acts
            && self.body == new.body
    }

    /// Takes the line of another that says the same.
    fn reline(&mut self, new: &Self) -> Relined {
        let below = memchr::memchr_iter(b'\n', &self.text).count();
        let last = self.line.saturating_add(below as u32);
        let before = self.line;
        self.move_to(new.line);
        ((before, last), new.line)
    }
}
