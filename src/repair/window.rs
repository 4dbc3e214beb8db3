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

/// Marks the words of lines that stand once in the hunk and once in the window, in the same order in both.
pub(super) fn anchored(body: &Body, image: &Image<'_>, window: (usize, usize)) -> Vec<bool> {
    let mut lines: HashMap<&[Canonical], Option<usize>> = HashMap::new();
    for line in window.0..window.1.min(image.lines.len()) {
        let long = image.lines[line].trim_ascii().len() > 7;
        if image.words(line).len() > 1 && long {
            let seen = lines.entry(image.words(line)).or_insert(Some(line));
            if *seen != Some(line) {
                *seen = None;
            }
        }
    }
    let mut starts: HashMap<Canonical, Vec<(usize, &[Canonical])>> = HashMap::new();
    for (words, line) in lines
        .iter()
        .filter_map(|(words, line)| line.map(|line| (words, line)))
    {
        starts.entry(words[0]).or_default().push((line, *words));
    }
    let mut found: HashMap<usize, Vec<(usize, usize)>> = HashMap::new();
    for (at, unit) in body.units.iter().enumerate() {
        let first = if unit.marker() == Some(b'-') && !unit.bare() {
            unit.rest
        } else {
            unit.full
        };
        for (line, words) in starts.get(&first).map_or(&[][..], Vec::as_slice) {
            let rest = body.units[at + 1..].iter().map(|unit| unit.full);
            let same = words[1..].iter().copied();
            if rest.take(words.len() - 1).eq(same) {
                found.entry(*line).or_default().push((at, words.len()));
            }
        }
    }
    let mut places: Vec<(usize, usize, usize)> = found
        .into_iter()
        .filter_map(|(line, places)| match places[..] {
            [(at, count)] => Some((line, at, count)),
            _ => None,
        })
        .collect();
    places.sort_unstable();
    let mut out = vec![false; body.units.len()];
    for (at, count) in in_order(&places) {
        out[at..at + count].fill(true);
    }
    out
}

/// The heaviest places that are in the same order on both sides.
fn in_order(places: &[(usize, usize, usize)]) -> Vec<(usize, usize)> {
    let mut best: Vec<(usize, Option<usize>)> = Vec::with_capacity(places.len());
    for (index, &(_, at, count)) in places.iter().enumerate() {
        let before = (0..index)
            .filter(|&other| places[other].1 + places[other].2 <= at)
            .max_by_key(|&other| best[other].0);
        best.push((count + before.map_or(0, |other| best[other].0), before));
    }
    let mut out = Vec::new();
    let mut next = (0..best.len()).max_by_key(|&index| best[index].0);
    while let Some(index) = next {
        out.push((places[index].1, places[index].2));
        next = best[index].1;
    }
    out
}
