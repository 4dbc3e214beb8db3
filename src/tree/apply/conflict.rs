//! In: a hunk that goes nowhere, and the file. Out: what it expects and what stands at the nearest place, as text.

use super::function::Section;
use super::reason::{add, brief};
use super::search::Equality;
use super::text::{Text, Want, has_substance};
use crate::base::show::visible_bytes;
use crate::diff::{Hunk, Line, LineKind};
use std::ops::Range;

/// Lines shown of either side at most; a hunk may be as large as a mail.
const SHOWN: usize = 200;

/// Lines of a hunk that vote for a place, and places that one line may vote for: keeps the work bounded.
const VOTERS: usize = 2_000;
const VOTES: usize = 200;

/// The nearest that the file has to what a hunk expects.
pub(super) struct Nearest {
    pub(super) found: Vec<String>,
    /// What differs first, as a sentence.
    pub(super) reason: String,
}

/// Shows the lines that the hunk expects.
pub(super) fn expected(hunk: &Hunk) -> Vec<String> {
    let lines = hunk
        .lines
        .iter()
        .filter(|line| line.kind != LineKind::Added)
        .map(|line| line.text.as_slice());
    shown(lines)
}

/// Finds the best partial match: in the function named after `@@` where there is one, else anywhere.
pub(super) fn nearest(text: &Text<'_>, hunk: &Hunk, expected: i64) -> Nearest {
    let want = Want::before(hunk).lines;
    let section = Section::new(&hunk.section);
    let spans = section
        .as_ref()
        .map(|section| text.heads().spans(&text.lines, section))
        .unwrap_or_default();
    let mut reason = String::new();
    if let (Some(section), true) = (&section, spans.is_empty())
        && section.label() != hunk.section.trim()
    {
        reason = format!("the file has no function `{}`", section.label());
    }
    // A hunk may begin above its function or end below it.
    let near: Vec<Range<usize>> = spans
        .iter()
        .map(|span| span.start.saturating_sub(3)..(span.end + want.len()).min(text.lines.len()))
        .collect();
    let whole = 0..text.lines.len();
    let best = best_window(text, &want, &near, expected)
        .or_else(|| best_window(text, &want, &[whole], expected));
    let Some(Window { lines: window, .. }) = best else {
        add(&mut reason, "none of its lines stands in the file");
        return Nearest {
            found: Vec::new(),
            reason,
        };
    };
    add(&mut reason, &first_difference(text, &want, &window));
    Nearest {
        found: shown(window.map(|at| text.lines.text(at))),
        reason,
    }
}

/// A stretch of lines that many of a hunk's lines vote for.
pub(super) struct Window {
    pub(super) lines: Range<usize>,
    pub(super) votes: usize,
}

/// Lets every line of substance vote for where the hunk would start, and takes the start with the most votes around it.
pub(super) fn best_window(
    text: &Text<'_>,
    want: &[&Line],
    inside: &[Range<usize>],
    expected: i64,
) -> Option<Window> {
    let index = text.index(Equality::Loose);
    let step = want.len() / VOTERS + 1;
    let mut votes: Vec<(i64, usize, usize)> = Vec::new();
    for (at, line) in want
        .iter()
        .enumerate()
        .step_by(step)
        .filter(|(_, line)| has_substance(&line.text))
    {
        let Some(key) = index.key(line) else { continue };
        let places = index.places(key);
        if places.len() > VOTES || !text.fuel.burn(places.len()) {
            continue;
        }
        let within = places
            .iter()
            .map(|place| *place as usize)
            .filter(|place| inside.iter().any(|span| span.contains(place)));
        // A rare line says more than a frequent one.
        let weight = VOTES / places.len().max(1);
        votes.extend(within.map(|place| (place as i64 - at as i64, weight, place)));
    }
    votes.sort_unstable();
    // Lines put in or taken out in between shift part of the votes: starts close together count as one.
    let reach = (want.len() as i64 / 2).clamp(2, 20);
    let (mut best, mut sum, mut from) = (None, 0, 0);
    for to in 0..votes.len() {
        sum += votes[to].1;
        while votes[to].0 - votes[from].0 > reach {
            sum -= votes[from].1;
            from += 1;
        }
        let rank = (sum, std::cmp::Reverse(votes[from].0.abs_diff(expected)));
        if best.as_ref().is_none_or(|(best, _)| rank > *best) {
            best = Some((rank, from..to + 1));
        }
    }
    let ((sum, _), range) = best?;
    let votes = &votes[range];
    let first = votes.iter().map(|(start, _, _)| *start).min()?.max(0) as usize;
    let last = votes.iter().map(|(start, _, _)| *start).max()?.max(0) as usize + want.len();
    Some(Window {
        lines: first.min(text.lines.len())..last.min(text.lines.len()),
        votes: sum,
    })
}

/// Says which expected line the window lacks first; a blank one only if there is no other.
fn first_difference(text: &Text<'_>, want: &[&Line], window: &Range<usize>) -> String {
    let mut at = window.start;
    let mut lacking: Option<(usize, &Line)> = None;
    for line in want {
        match (at..window.end).find(|place| text.line_is(*place, line)) {
            Some(place) => at = place + 1,
            None if lacking.is_none() || has_substance(&line.text) => {
                lacking = Some((at + 1, line));
                if has_substance(&line.text) {
                    break;
                }
            }
            None => {}
        }
    }
    match lacking {
        Some((near, line)) if line.text.trim_ascii().is_empty() => {
            format!("near line {near} it expects a blank line, which is not there")
        }
        Some((near, line)) => format!(
            "near line {near} it expects `{}`, which is not there",
            brief(&line.text)
        ),
        None => format!(
            "its lines stand at line {}, but with others in between",
            window.start + 1
        ),
    }
}

fn shown<'l>(mut lines: impl Iterator<Item = &'l [u8]>) -> Vec<String> {
    let mut out: Vec<String> = lines.by_ref().take(SHOWN).map(visible_bytes).collect();
    let more = lines.count();
    if more > 0 {
        out.push(format!("... and {more} more lines"));
    }
    out
}
