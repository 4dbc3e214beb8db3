//! In: a file. Out: how surprising white space is in a line, by what the file's lines have in such places.

use super::model::{Model, model};
use super::scan::opens_record;
use super::slots::{Class, Slot};
use std::collections::{HashMap, HashSet};

/// How often a place has which white space, or begins at which column.
#[derive(Clone, Debug, Default)]
struct Place {
    total: u32,
    gaps: HashMap<Vec<u8>, u32>,
    columns: HashMap<usize, u32>,
}

/// What the places of a file's lines have.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Usage {
    places: HashMap<(u8, Slot, bool), Place>,
}

/// Surprise of white space that nothing is known of.
const UNKNOWN: u32 = 5;
/// No white space is more surprising, in bits.
const MOST: u32 = 9;

/// What a declaration in a `struct` (`record`) does says nothing of one in a function.
fn key(class: Class, slot: Slot, record: bool) -> (u8, Slot, bool) {
    if slot.any_class() {
        (u8::MAX, slot, false)
    } else {
        (class as u8, slot, record && class == Class::Member)
    }
}

impl Usage {
    /// Counts over `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self::default();
        let mut record = false;
        for line in lines {
            if line.first().is_some_and(|byte| !byte.is_ascii_whitespace()) {
                record = opens_record(line);
            }
            let Some(model) = model(line) else { continue };
            for (slot, column, gap) in model.slots {
                let place = out
                    .places
                    .entry(key(model.class, slot, record))
                    .or_default();
                place.total += 1;
                *place.gaps.entry(gap).or_default() += 1;
                *place.columns.entry(column).or_default() += 1;
            }
        }
        out
    }

    /// How much more surprising `changed` is than `base` (two settings of the same words), in bits; white space that
    /// was met before, as `met` tells, is no longer a surprise.
    pub(in crate::repair) fn surprise(
        &self,
        (base, changed, record): (&[u8], &[u8], bool),
        met: &mut HashSet<(Slot, Vec<u8>)>,
    ) -> u32 {
        let (Some(base), Some(changed)) = (model(base), model(changed)) else {
            return 0;
        };
        let mut bits = 0;
        for (slot, column, gap) in &changed.slots {
            let old = base.slots.iter().find(|(known, _, _)| known == slot);
            let Some(old) = old.filter(|(_, _, old)| old != gap) else {
                continue;
            };
            let wide = if gap.len() > 1 && gap[0] == b'\t' {
                b"\t".to_vec()
            } else {
                gap.clone()
            };
            if met.insert((*slot, wide)) {
                let new = self.bits((&changed, record), *slot, (*column, gap));
                bits += new.saturating_sub(self.bits((&base, record), *slot, (old.1, &old.2)));
            }
        }
        bits
    }

    fn bits(
        &self,
        (model, record): (&Model, bool),
        slot: Slot,
        (column, gap): (usize, &[u8]),
    ) -> u32 {
        let Some(place) = self.places.get(&key(model.class, slot, record)) else {
            return if gap == b" " { 0 } else { UNKNOWN };
        };
        let by_gap = place.gaps.get(gap).copied().unwrap_or(0);
        let by_column = match slot.verbatim() || gap == b" " {
            true => 0,
            false => place.columns.get(&column).copied().unwrap_or(0),
        };
        log2(place.total * 2 + 8, by_gap.max(by_column) * 2 + 1).min(MOST)
    }
}

/// The binary logarithm of `whole / part`, rounded.
fn log2(whole: u32, part: u32) -> u32 {
    let quotient = u64::from(whole) * 45 / 32 / u64::from(part.max(1));
    quotient.max(1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_often_does_is_no_surprise() {
        let lines: Vec<&[u8]> = vec![
            b" * @one:\tthe first",
            b" * @two:\tthe second",
            b" * @three: the third",
            b" * @four:\tthe fourth",
        ];
        let usage = Usage::of(&lines);
        let surprise =
            |text: &[u8]| usage.surprise((b" * @five: a", text, false), &mut HashSet::new());
        assert!(surprise(b" * @five:\ta") < surprise(b" * @five:    a"));
        let mut met = HashSet::new();
        assert!(usage.surprise((b" * @five: a", b" * @five:   a", false), &mut met) > 0);
        assert_eq!(
            usage.surprise((b" * @six: a", b" * @six:   a", false), &mut met),
            0
        );
    }
}
