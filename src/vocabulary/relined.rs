//! In: headers that are known, and one of them as it is now. Out: the same headers with its lines as they are now, where
//! all that has changed is on what lines things stand.

use super::definition::Definition;
use super::gather::{Headers, read_header};
use std::collections::BTreeMap;

/// First and last line of a definition as it stood, and its first line now.
pub(crate) type Relined = ((u32, u32), u32);

impl Headers {
    /// Sets the lines of what the header `path` says to what they are in `text`, and gives them in order; `None`, and
    /// nothing of use is left, where it says something else now.
    pub(crate) fn reline(&mut self, path: &str, text: &[u8]) -> Option<Vec<Relined>> {
        let now = read_header(path, text);
        let constants = self.constants.get(path).map_or(&[][..], Vec::as_slice);
        if !self.files.contains(path) || constants != now.constants {
            return None;
        }
        let mut new: BTreeMap<&str, Vec<&Definition>> = BTreeMap::new();
        for definition in &now.definitions {
            new.entry(&definition.name).or_default().push(definition);
        }
        let mut lines = Vec::new();
        for (name, list) in &mut self.definitions {
            let own: Vec<&mut Definition> = list.iter_mut().filter(|d| d.file == path).collect();
            let new = new.remove(name.as_str()).unwrap_or_default();
            if own.len() != new.len() {
                return None;
            }
            let announced = now.prototypes.iter().any(|p| p.name == *name);
            for (old, new) in own.into_iter().zip(new) {
                let function = new.macro_parameters.is_none();
                let stub = announced || function && now.declared.contains(name);
                lines.push(old.reline(new, stub)?);
            }
        }
        if !new.is_empty() {
            return None;
        }
        // Of the prototypes of one name the first header's counts, and the first in it.
        let mut prototypes: BTreeMap<&str, &Definition> = BTreeMap::new();
        for prototype in &now.prototypes {
            prototypes.entry(&prototype.name).or_insert(prototype);
        }
        for (name, known) in &mut self.open {
            let new = prototypes.remove(name.as_str());
            match new {
                Some(new) if known.file == path => lines.push(known.reline(new, new.stub)?),
                Some(_) if known.file.as_str() > path => return None,
                None if known.file == path => return None,
                _ => {}
            }
        }
        lines.sort_unstable();
        lines.dedup();
        let in_order = lines.is_sorted_by_key(|(_, now)| *now);
        (prototypes.is_empty() && in_order).then_some(lines)
    }
}

impl Definition {
    /// Takes the line of `new`, where that is the same in all else.
    fn reline(&mut self, new: &Self, stub: bool) -> Option<Relined> {
        let same = self.macro_parameters == new.macro_parameters
            && self.text == new.text
            && self.returns == new.returns
            && self.entries == new.entries
            && self.stub == stub
            && self.acts == new.acts
            && self.body == new.body;
        same.then_some(())?;
        let below = memchr::memchr_iter(b'\n', &self.text).count();
        let last = self.line + u32::try_from(below).ok()?;
        let before = self.line;
        self.move_to(new.line);
        Some(((before, last), new.line))
    }
}
