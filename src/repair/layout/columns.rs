//! In: a file. Out: which places of its lines it aligns, and at which columns.

use super::gaps::model;
use super::slots::{Class, Slot};
use std::collections::HashMap;

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
    seen: HashMap<(u8, Slot), Seen>,
}

fn key(class: Class, slot: Slot) -> Option<(u8, Slot)> {
    match slot {
        Slot::Cell(_) | Slot::StarText | Slot::DocName => None,
        _ if slot.any_class() => Some((u8::MAX, slot)),
        _ => Some((class as u8, slot)),
    }
}

impl Columns {
    /// Counts over `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self::default();
        for model in lines.iter().filter_map(|line| model(line)) {
            for (slot, column, gap) in model.slots {
                let Some(key) = key(model.class, slot) else {
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

    /// Is the place padded more often than not (if anything is known), and to which column most often?
    pub(super) fn usual(&self, class: Class, slot: Slot) -> (Option<bool>, Option<usize>) {
        let Some(seen) = key(class, slot).and_then(|key| self.seen.get(&key)) else {
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
