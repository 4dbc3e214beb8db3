//! In: what may be otherwise in each hunk. Out: what may be in the whole file, likeliest first: habits of an author
//! show in several places at once.

use crate::repair::layout::Usage;
use crate::repair::sweep::Whole;
use crate::repair::variants::{Departure, Label, Variants};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// Things that may be otherwise in one file, at most.
const WIDE: usize = 6000;
/// What it costs more that a habit shows in every place, in half bits.
const EVERYWHERE: u32 = 2;
/// The same for every place of one hunk, for all places but one, and for two of them.
const IN_HUNK: u32 = 3;
const BUT_ONE: u32 = 5;
const TWICE: u32 = 6;
/// Habits that show in more places are not taken apart.
const PLACES: usize = 10;
/// Things that are otherwise in a file, on the average of those that are not as is likeliest.
const EXPECTED: f64 = 1.5;
/// What it costs more that one alternative is an exception to another, in half bits.
const EXCEPTION: u32 = 6;

/// A hunk, and how it departs from its likeliest text.
pub(super) type Part = (usize, Rc<Departure>);

/// Something that may be otherwise, in one hunk or in several.
pub(super) struct Alternative {
    /// How unlikely it is: twice the binary logarithm.
    pub(super) bits: u32,
    pub(super) parts: Vec<Part>,
    /// The rows that it changes, hunk by hunk, in order.
    pub(super) rows: Vec<(usize, usize)>,
}

/// Stands for the place of a blank line.
const BLANK: usize = usize::MAX;

impl Alternative {
    pub(super) fn new(bits: u32, parts: Vec<Part>, lengths: &[usize]) -> Self {
        let mut rows = Vec::new();
        for (hunk, departure) in &parts {
            match &**departure {
                Departure::Texts(changed) => {
                    rows.extend(changed.iter().map(|(row, _)| (*hunk, *row)));
                }
                Departure::Blank(..) => rows.push((*hunk, BLANK)),
                Departure::Whole(_) => {
                    rows.extend((0..lengths[*hunk]).map(|row| (*hunk, row)));
                    rows.push((*hunk, BLANK));
                }
            }
        }
        rows.sort_unstable();
        rows.dedup();
        Self { bits, parts, rows }
    }

    fn is_whole(&self) -> bool {
        let whole = |(_, one): &Part| matches!(**one, Departure::Whole(_));
        self.parts.iter().any(whole)
    }

    /// What it costs that both are, if they can. Where one changes a part of what the other does, it is the exception
    /// to that.
    pub(super) fn beside(&self, other: &Self) -> Option<u32> {
        let shared = self
            .rows
            .iter()
            .filter(|row| other.rows.binary_search(row).is_ok())
            .count();
        let (one, two) = (self.rows.len(), other.rows.len());
        if shared == 0 {
            return Some(0);
        }
        let within = shared == one.min(two) && one != two;
        (within && !self.is_whole() && !other.is_whole()).then_some(EXCEPTION)
    }
}

/// A digest of what a part changes.
fn key((hunk, departure): &Part) -> u64 {
    let mut key = DefaultHasher::new();
    hunk.hash(&mut key);
    match &**departure {
        Departure::Texts(changed) => (0, changed).hash(&mut key),
        Departure::Blank(from, to) => (1, from, to).hash(&mut key),
        Departure::Whole(other) => (2, other.reading).hash(&mut key),
    }
    key.finish()
}

/// All that may be otherwise, likeliest first.
pub(super) fn alternatives(
    hunks: &[Variants<'_>],
    whole: &Whole,
    usage: &Usage,
    effort: &mut u64,
) -> Vec<Alternative> {
    let lengths: Vec<usize> = whole.chosen.iter().map(|one| one.texts.len()).collect();
    let mut out = Vec::new();
    let mut labelled: BTreeMap<Label, Vec<Part>> = BTreeMap::new();
    // The same change can be come by in several ways.
    let mut cheapest: HashMap<u64, u32> = HashMap::new();
    for (index, hunk) in hunks.iter().enumerate() {
        for choice in hunk.choices(&whole.chosen[index], usage, effort) {
            let part = (index, Rc::new(choice.departure));
            // One tab alone is set by no rule.
            let alone = !matches!(choice.label, Some(Label::Tab(_)));
            if let Some(label) = choice.label {
                labelled.entry(label).or_default().push(part.clone());
            }
            let bits = cheapest.entry(key(&part)).or_insert(choice.bits);
            *bits = choice.bits.min(*bits);
            if alone {
                out.push(Alternative::new(choice.bits, vec![part], &lengths));
            }
        }
    }
    for parts in labelled.values().filter(|parts| parts.len() > 1) {
        for (more, parts) in shared(parts) {
            let each = parts.iter().filter_map(|part| cheapest.get(&key(part)));
            let bits = each.max().map_or(0, |bits| bits + more);
            out.push(Alternative::new(bits, parts, &lengths));
        }
    }
    out.sort_by_key(|one| one.bits);
    let mut seen: HashSet<Vec<u64>> = HashSet::new();
    out.retain(|one| seen.insert(one.parts.iter().map(key).collect()));
    out.truncate(WIDE);
    // Few things are otherwise even where many may be: each is the less likely then.
    let expected: f64 = out
        .iter()
        .map(|one| 0.5_f64.powf(f64::from(one.bits) / 2.0))
        .sum();
    let more = (0..40).find(|&more| expected / EXPECTED <= 2_f64.powf(f64::from(more) / 2.0));
    for one in &mut out {
        one.bits += more.unwrap_or(0);
    }
    out
}

/// The places that a habit may show in together, with what that costs more than the least likely of them.
fn shared(parts: &[Part]) -> Vec<(u32, Vec<Part>)> {
    let count = parts.len();
    let mut out = vec![(EVERYWHERE, parts.to_vec())];
    if count < 3 {
        return out;
    }
    for hunk in parts.chunk_by(|one, two| one.0 == two.0) {
        if (2..count).contains(&hunk.len()) {
            out.push((IN_HUNK, hunk.to_vec()));
        }
    }
    if count <= PLACES {
        for without in 0..count {
            let mut rest = parts.to_vec();
            rest.remove(without);
            out.push((BUT_ONE, rest));
            let pairs = parts[..without].iter();
            out.extend(pairs.map(|one| (TWICE, vec![one.clone(), parts[without].clone()])));
        }
    }
    out
}

/// What a set changes in each hunk, exceptions last.
pub(super) fn by_hunk(
    alternatives: &[Alternative],
    chosen: &[usize],
) -> Vec<(usize, Vec<Rc<Departure>>)> {
    let mut chosen = chosen.to_vec();
    chosen.sort_by_key(|&one| Reverse(alternatives[one].rows.len()));
    let mut out: Vec<(usize, Vec<Rc<Departure>>)> = Vec::new();
    for (hunk, part) in chosen.iter().flat_map(|&one| &alternatives[one].parts) {
        match out.iter_mut().find(|(known, _)| known == hunk) {
            Some((_, parts)) => parts.push(Rc::clone(part)),
            None => out.push((*hunk, vec![Rc::clone(part)])),
        }
    }
    out.sort_by_key(|(hunk, _)| *hunk);
    out
}
