//! In: a file. Out: which places of its lines it aligns, and at which columns.

use super::model::{Model, model};
use super::scan::opens_record;
use super::slots::{Class, Slot};
use crate::repair::image::words as words_of;
use std::collections::{BTreeMap, HashMap};

/// How often a place is padded, and to where.
#[derive(Clone, Debug, Default)]
struct Seen {
    padded: u32,
    single: u32,
    at: HashMap<usize, u32>,
}

/// A file's columns.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Columns {
    seen: HashMap<(u8, Slot, bool), Seen>,
    /// Comments that set the texts of ` * @name: text` under each other: not, one blank behind the longest name, two.
    docs: [u32; 3],
    /// Where the signs of `.name = value` stand, by the names.
    named: HashMap<Vec<u8>, HashMap<usize, u32>>,
}

/// What a declaration in a `struct` (`record`) does says nothing of one in a function.
fn key(class: Class, slot: Slot, record: bool) -> Option<(u8, Slot, bool)> {
    match slot {
        Slot::Cell(_) | Slot::StarText | Slot::DocName => None,
        _ if slot.any_class() => Some((u8::MAX, slot, false)),
        _ => Some((class as u8, slot, record && class == Class::Member)),
    }
}

impl Columns {
    /// Counts over `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self {
            docs: docs(lines),
            ..Self::default()
        };
        let mut record = false;
        for line in lines {
            if line.first().is_some_and(|byte| !byte.is_ascii_whitespace()) {
                record = opens_record(line);
            }
            let Some(model) = model(line) else { continue };
            out.name(line, &model);
            for (slot, column, gap) in model.slots {
                let Some(key) = key(model.class, slot, record) else {
                    continue;
                };
                let seen = out.seen.entry(key).or_default();
                if gap == b" " {
                    seen.single += 1;
                } else {
                    seen.padded += 1;
                    *seen.at.entry(column).or_default() += 1;
                }
            }
        }
        out
    }

    /// Takes where the sign of `.name = value` stands.
    fn name(&mut self, line: &[u8], model: &Model) {
        let sign = model.slots.iter().find(|(slot, _, _)| *slot == Slot::Sign);
        let name = words_of(line)
            .next()
            .filter(|_| model.class == Class::Field);
        if let Some(((_, column, gap), name)) = sign.zip(name)
            && gap != b" "
        {
            let seen = self.named.entry(name.to_vec()).or_default();
            *seen.entry(*column).or_default() += 1;
        }
    }

    /// The column at which the file has most signs behind those names that begin `rows`.
    pub(super) fn of_names(&self, rows: &[Vec<Vec<u8>>]) -> Option<usize> {
        let mut votes: BTreeMap<usize, u32> = BTreeMap::new();
        let names = rows.iter().filter_map(|row| self.named.get(row.first()?));
        for (column, count) in names.flatten() {
            *votes.entry(*column).or_default() += count;
        }
        let most = votes.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(column, _)| column)
    }

    /// How many blanks the file leaves behind the longest name where it sets the texts of ` * @name: text` under
    /// each other, if it does.
    pub(super) fn pads_docs(&self) -> Option<usize> {
        let [apart, one, two] = self.docs;
        if one.max(two) <= apart {
            None
        } else {
            Some(if two > one { 2 } else { 1 })
        }
    }

    /// Is the place padded more often than not (if anything is known), and to which column most often?
    pub(super) fn usual(
        &self,
        class: Class,
        slot: Slot,
        record: bool,
    ) -> (Option<bool>, Option<usize>) {
        let Some(seen) = key(class, slot, record).and_then(|key| self.seen.get(&key)) else {
            return (None, None);
        };
        if seen.padded + seen.single < 2 {
            return (None, None);
        }
        let most = seen
            .at
            .iter()
            .max_by_key(|(column, count)| (**count, **column))
            .map(|(column, _)| *column);
        (Some(seen.padded > seen.single), most)
    }
}

/// Counts comments by how they set the texts of ` * @name: text`.
fn docs(lines: &[&[u8]]) -> [u32; 3] {
    let mut out = [0; 3];
    let mut run: Vec<(usize, usize)> = Vec::new();
    for line in lines.iter().copied().chain([&b""[..]]) {
        if line.trim_ascii_start().starts_with(b"*") {
            let text = model(line).and_then(|model| {
                let mut slots = model.slots.into_iter();
                slots.find(|(slot, _, _)| *slot == Slot::DocText)
            });
            run.extend(text.map(|(_, column, gap)| {
                let tabbed = gap.contains(&b'\t');
                (column, if tabbed { 0 } else { gap.len() })
            }));
            continue;
        }
        let least = run.iter().map(|(_, gap)| *gap).min().unwrap_or(0);
        let under = run.iter().all(|(column, _)| *column == run[0].0);
        let uneven = run.iter().any(|(_, gap)| *gap != least);
        match (run.len() > 1 && uneven && under, least) {
            (true, 1) => out[1] += 1,
            (true, 2..) => out[2] += 1,
            _ if run.len() > 1 => out[0] += 1,
            _ => {}
        }
        run.clear();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_column_of_its_sign() {
        let lines: Vec<&[u8]> = vec![b"\t.begin\t\t= 1,", b"\t.end\t\t= 2,", b"\t.other\t= 3,"];
        let columns = Columns::of(&lines);
        let rows = |names: &[&str]| {
            let row = |name: &&str| vec![name.as_bytes().to_vec(), b"=".to_vec()];
            names.iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(columns.of_names(&rows(&[".new", ".end"])), Some(24));
        assert_eq!(columns.of_names(&rows(&[".new"])), None);
    }
}
