//! A thread on one page of text: above each mail its author, its date and its subject, a line each.

use super::super::date;
use super::lines::Lines;
use super::post::Post;
use super::shape::{MAX_MAILS, Page};

/// Where a mail begins, and what its head says.
struct Head {
    first: usize,
    posted: date::Posted,
}

/// Reads a head that begins on a line.
fn head(lines: &Lines<'_>, first: usize) -> Option<Head> {
    let posted = lines.date(first + 1)?;
    let (author, subject) = (lines.get(first), lines.get(first + 2));
    let plausible = !author.is_empty()
        && author.len() < 80
        && !subject.is_empty()
        && !author.starts_with(['+', '-', '@']);
    plausible.then_some(Head { first, posted })
}

/// Says whether the page is of this shape: its first lines are a head.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let lines = &page.lines;
    let start = (0..lines.len().min(10)).find(|&index| !lines.get(index).is_empty());
    start.is_some_and(|start| head(lines, start).is_some())
}

/// Reads the mails.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let lines = &page.lines;
    let heads: Vec<Head> = (0..lines.len())
        .filter_map(|index| head(lines, index))
        .take(MAX_MAILS)
        .collect();
    let mut ends: Vec<usize> = heads.iter().skip(1).map(|head| head.first).collect();
    ends.push(lines.len());
    heads
        .iter()
        .zip(ends)
        .map(|(head, end)| {
            let body = head.first + 3;
            Post {
                subject: lines.get(head.first + 2).to_owned(),
                author: lines.get(head.first).to_owned(),
                posted: Some(head.posted),
                body: lines.bytes(body, lines.without_foot(body, end)).to_vec(),
                raw: lines.bytes(head.first, end).to_vec(),
                ..Post::default()
            }
        })
        .collect()
}
