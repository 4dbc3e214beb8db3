//! Text in which subject, author and date stand above the mail, in this order, a line or two each (mailman, `lkml.iu.edu`).

use super::super::date;
use super::headed;
use super::lines::{Lines, is_furniture};
use super::post::Post;
use super::shape::Page;

/// How many lines with text a page's head may have: subject, author on two lines, date.
const HEAD_LINES: usize = 4;

/// What stands above the mail.
struct Head {
    first: usize,
    body: usize,
    subject: String,
    author: String,
    posted: date::Posted,
}

/// Reads the head, blank lines anywhere in it.
fn head(lines: &Lines<'_>) -> Option<Head> {
    let filled: Vec<usize> = (0..lines.len().min(40))
        .filter(|&index| !lines.get(index).is_empty() && !is_furniture(lines.get(index)))
        .take(HEAD_LINES)
        .collect();
    let first = *filled.first()?;
    let (place, posted) = filled
        .iter()
        .enumerate()
        .skip(1)
        .find_map(|(place, &index)| Some((place, lines.date(index)?)))?;
    let author: Vec<&str> = filled[1..place]
        .iter()
        .map(|&index| lines.get(index))
        .collect();
    let author = author.join(" ");
    let author = author
        .strip_prefix("From:")
        .unwrap_or(&author)
        .trim()
        .to_owned();
    // Headers that say so of themselves are another shape.
    let named = filled[..place]
        .iter()
        .any(|&index| headed::is_subject(lines.get(index)));
    if author.is_empty() || named {
        return None;
    }
    Some(Head {
        first,
        body: lines.skip_furniture(filled[place] + 1),
        subject: lines.get(first).to_owned(),
        author,
        posted,
    })
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    head(&page.lines).is_some()
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let lines = &page.lines;
    let Some(head) = head(lines) else {
        return Vec::new();
    };
    let end = lines.without_foot(head.body, lines.len());
    vec![Post {
        subject: head.subject,
        author: head.author,
        posted: Some(head.posted),
        body: lines.bytes(head.body, end).to_vec(),
        raw: lines.bytes(head.first, lines.len()).to_vec(),
        ..Post::default()
    }]
}
