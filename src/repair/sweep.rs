//! In: the likeliest texts of a file's hunks, none of which is the posted one. Out: one that is, found by departing
//! from each in one place, further than the rules go.

use super::image::Image;
use super::prove::{Work, between, matches, splice_rows};
use super::variants::{Departure, Reach, Variant, Variants};
use sha1::{Digest, Sha1};
use std::collections::HashMap;
use std::rc::Rc;

/// Texts from which is departed nearby before the first is left far behind.
const FIRST: usize = 14;
/// Texts from which is departed nearby at all.
const NEAR: usize = 64;
/// Lengths of which states are remembered.
const LENGTHS: usize = 1024;

/// A whole result, and where its hunks are.
pub(super) struct Whole {
    pub(super) blob: Vec<u8>,
    /// For each hunk, where its text begins and ends in the blob.
    pub(super) places: Vec<(usize, usize)>,
    pub(super) chosen: Vec<Rc<Variant>>,
}

impl Whole {
    /// Puts the result together; `None` where hunks overlap.
    pub(super) fn of(
        image: &Image<'_>,
        hunks: &mut [Variants<'_>],
        ranks: &[usize],
    ) -> Option<Self> {
        let mut out = Self {
            blob: Vec::new(),
            places: Vec::new(),
            chosen: Vec::new(),
        };
        let mut line = 0;
        for (hunk, &rank) in hunks.iter_mut().zip(ranks) {
            let variant = hunk.get(rank)?;
            let reading = hunk.reading(variant.reading);
            if reading.begin < line {
                return None;
            }
            out.blob
                .extend_from_slice(between(image, line, reading.begin));
            let begin = out.blob.len();
            splice_rows(&mut out.blob, image, (reading, &reading.rows), &variant);
            out.places.push((begin, out.blob.len()));
            line = reading.end;
            out.chosen.push(variant);
        }
        out.blob
            .extend_from_slice(between(image, line, image.lines.len()));
        Some(out)
    }
}

/// Departs from the results of `bases` (a habit held to, and ranks), in that order; gives the ranks of the one that
/// has the id, the hunks being left at its habit.
pub(super) fn sweep(
    image: &Image<'_>,
    hunks: &mut [Variants<'_>],
    bases: &[(usize, Vec<usize>)],
    (new_id, work): (&str, &mut Work),
) -> Option<Vec<usize>> {
    let with = |reach: Reach| bases.iter().map(move |base| (base, reach));
    let (slips, near, far) = (with(Reach::Slip), with(Reach::Near), with(Reach::Far));
    // Where rules end, a slip in the likeliest text is as likely as a habit in a less likely one.
    let rounds = (slips.clone().take(FIRST))
        .chain(near.clone().take(FIRST))
        .chain(far.clone().take(1))
        .chain(slips.skip(FIRST))
        .chain(near.take(NEAR).skip(FIRST))
        .chain(far.skip(1));
    let mut held = usize::MAX;
    for ((habit, ranks), reach) in rounds {
        if held != *habit {
            held = *habit;
            for hunk in &mut *hunks {
                hunk.hold(held);
            }
        }
        let Some(whole) = Whole::of(image, hunks, ranks) else {
            continue;
        };
        let mut states: HashMap<usize, Vec<Sha1>> = HashMap::new();
        // The last hunk first: behind it is least to hash.
        for at in (0..hunks.len()).rev() {
            let found = one_hunk(
                (&hunks[at], image),
                &whole,
                at,
                (reach, new_id, work, &mut states),
            );
            if let Some(departure) = found {
                let mut ranks = ranks.clone();
                ranks[at] = hunks[at].adopt(&whole.chosen[at], &[&departure]);
                return Some(ranks);
            }
            if work.is_done() {
                return None;
            }
        }
    }
    None
}

type Asked<'a> = (
    Reach,
    &'a str,
    &'a mut Work,
    &'a mut HashMap<usize, Vec<Sha1>>,
);

/// Departs in one hunk.
fn one_hunk(
    (hunk, image): (&Variants<'_>, &Image<'_>),
    whole: &Whole,
    at: usize,
    (reach, new_id, work, states): Asked<'_>,
) -> Option<Departure> {
    let (begin, end) = whole.places[at];
    let base = &whole.chosen[at];
    let mut found = None;
    let mut made = Vec::new();
    hunk.afield(base, reach, &mut |departure| {
        made.clear();
        let (rows, variant) = hunk.rows(base, &[departure]);
        splice_rows(
            &mut made,
            image,
            (hunk.reading(base.reading), &rows),
            &variant,
        );
        let length = whole.blob.len() - (end - begin) + made.len();
        let mut hash = before(whole, at, length, states);
        hash.update(&made);
        hash.update(&whole.blob[end..]);
        work.did((made.len() + whole.blob.len() - end) as u64);
        if matches(&hash.finalize(), new_id) {
            found = Some(departure.clone());
        }
        found.is_some() || work.is_done()
    });
    found
}

/// The hash's state before the text of hunk `at`, in a blob so long.
pub(super) fn before(
    whole: &Whole,
    at: usize,
    length: usize,
    states: &mut HashMap<usize, Vec<Sha1>>,
) -> Sha1 {
    if states.len() >= LENGTHS {
        states.clear();
    }
    let known = states.entry(length).or_insert_with(|| {
        let mut hash = Sha1::new();
        hash.update(format!("blob {length}\0"));
        let mut from = 0;
        let each = whole.places.iter().map(|&(begin, _)| {
            hash.update(&whole.blob[from..begin]);
            from = begin;
            hash.clone()
        });
        each.collect()
    });
    known[at].clone()
}
