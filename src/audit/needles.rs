//! In: the names looked for, and how rare four bytes are. Out: a few substrings that every name holds
//! one of, and a scanner for them.
//!
//! Dozens of names that begin alike make a multi-pattern scan slow; a dozen rare substrings that they
//! share keep it at the speed of memory.

use crate::base::AnyOf;
use crate::syntax::is_word_byte;
use crate::vocabulary::window_slot;
use std::collections::{BTreeMap, HashMap};

/// Says whether a text holds one of the names as a whole word.
pub(super) struct Needles {
    any: AnyOf,
    names: HashMap<Vec<u8>, usize>,
}

/// Shortest and longest substring that is tried.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=10;

impl Needles {
    /// Makes a scanner for `names`.
    pub(super) fn new(names: &[String], rarity: &[u32]) -> Result<Self, aho_corasick::BuildError> {
        let chosen = choose(names, rarity);
        let any = AnyOf::new(&chosen)?;
        let names = names
            .iter()
            .enumerate()
            .map(|(i, name)| (name.clone().into_bytes(), i))
            .collect();
        Ok(Self { any, names })
    }

    /// Gives the number of a name.
    pub(super) fn number(&self, word: &[u8]) -> Option<usize> {
        self.names.get(word).copied()
    }

    /// Says whether a name stands in `text`, comments and strings included.
    pub(super) fn is_in(&self, text: &[u8]) -> bool {
        let mut at = 0;
        while let Some((start, end)) = self.any.find(text, at) {
            let first = text[..start]
                .iter()
                .rposition(|b| !is_word_byte(*b))
                .map_or(0, |i| i + 1);
            let last = text[end..]
                .iter()
                .position(|b| !is_word_byte(*b))
                .map_or(text.len(), |i| end + i);
            if self.names.contains_key(&text[first..last]) {
                return true;
            }
            at = last;
        }
        false
    }
}

/// Covers the names greedily: the substring that costs least for each name it newly covers.
fn choose(names: &[String], rarity: &[u32]) -> Vec<String> {
    let mut covers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, name) in names.iter().enumerate() {
        for length in LENGTHS {
            for start in 0..=name.len().saturating_sub(length) {
                if let Some(piece) = name.get(start..start + length) {
                    let list = covers.entry(piece).or_default();
                    if list.last() != Some(&i) {
                        list.push(i);
                    }
                }
            }
        }
    }
    let mut open: Vec<bool> = vec![true; names.len()];
    let mut chosen: Vec<String> = names
        .iter()
        .filter(|n| n.len() < *LENGTHS.start())
        .cloned()
        .collect();
    for (i, name) in names.iter().enumerate() {
        open[i] = name.len() >= *LENGTHS.start();
    }
    while open.iter().any(|o| *o) {
        let best = covers
            .iter()
            .filter_map(|(piece, list)| {
                let new = list.iter().filter(|i| open[**i]).count();
                let price = cost(piece, rarity);
                (new > 0).then(|| (price * 1000 / new as u64, piece.len(), *piece))
            })
            .min();
        let Some((_, _, piece)) = best else { break };
        for i in &covers[piece] {
            open[*i] = false;
        }
        chosen.push(piece.to_owned());
    }
    chosen
}

/// The scanner looks at the first four bytes; each further needle costs as well.
fn cost(piece: &str, rarity: &[u32]) -> u64 {
    let first = piece.as_bytes().get(..4).map_or(0, |window| {
        rarity.get(window_slot(window)).copied().unwrap_or(0)
    });
    let whole = piece
        .as_bytes()
        .windows(4)
        .map(|w| rarity.get(window_slot(w)).copied().unwrap_or(0))
        .min()
        .unwrap_or(0);
    60 + u64::from(first) + 2 * u64::from(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_whole_words_only() {
        let names = ["is_thing_entry", "is_other_entry", "ab"].map(String::from);
        let needles = Needles::new(&names, &[]).unwrap();
        assert!(needles.is_in(b"x is_thing_entry(e)"));
        assert!(needles.is_in(b"is_other_entry"));
        assert!(!needles.is_in(b"xis_thing_entry is_thing_entry2"));
        assert!(needles.is_in(b"(ab)"));
        assert!(!needles.is_in(b"abc cab"));
        assert!(!needles.is_in(b""));
        let long = [b" x ".repeat(500), b"is_other_entry;".to_vec()].concat();
        assert!(needles.is_in(&long));
    }
}
