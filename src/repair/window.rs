//! In: a hunk and a file that lacks some of its lines. Out: the part of the file that has most of them.

use super::body::Body;
use super::image::Image;
use super::near::Bounds;
use crate::diff::damaged::{Canonical, DamagedHunk};
use std::collections::HashMap;

/// Finds the lines (first, behind the last) that share most with the hunk, which begins at `last` at the latest.
pub(super) fn window(
    hunk: &DamagedHunk,
    body: &Body,
    image: &Image<'_>,
    (limits, last): (Bounds, usize),
) -> Option<(usize, usize)> {
    let mut starts: HashMap<Canonical, Vec<usize>> = HashMap::new();
    for (at, unit) in body.units.iter().enumerate() {
        let key = if unit.marker() == Some(b'-') && !unit.bare() {
            unit.rest
        } else {
            unit.full
        };
        starts.entry(key).or_default().push(at);
    }
    let weight = |line: usize| -> i64 {
        let words = image.words(line);
        let Some(first) = words.first() else { return 0 };
        let places = starts.get(first).map_or(&[][..], Vec::as_slice);
        let found = places.iter().take(40).any(|&at| {
            body.units.len() >= at + words.len()
                && words[1..]
                    .iter()
                    .zip(&body.units[at + 1..])
                    .all(|(word, unit)| *word == unit.full)
        });
        if found {
            i64::try_from(words.len()).unwrap_or(0)
        } else {
            0
        }
    };
    let size = hunk.old_count as usize + 6;
    let end = limits.ceiling.min(last + size);
    let weights: Vec<i64> = (limits.floor..end).map(weight).collect();
    let mut best: Option<(i64, usize)> = None;
    let mut sum = 0;
    for at in 0..weights.len() {
        sum += weights[at];
        if at >= size {
            sum -= weights[at - size];
        }
        let begin = limits.floor + (at + 1).saturating_sub(size);
        let far = i64::try_from(limits.distance(begin).min(4000) / 60).unwrap_or(0);
        let score = sum * 16 - far;
        if sum >= 4 && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, begin));
        }
    }
    let (_, begin) = best?;
    let low = begin.saturating_sub(8).max(limits.floor);
    Some((low, (begin + size + 12).min(limits.ceiling).max(low)))
}
