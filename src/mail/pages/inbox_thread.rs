//! A thread on a public-inbox (lore), as HTML or text: each mail under `* subject` and `From: X @ date (permalink / raw)`.

use super::super::date;
use super::html::Document;
use super::lines::Lines;
use super::pipermail::unquoted;
use super::post::{self, Post};
use super::render;
use super::shape::{MAX_MAILS, Page};

/// Ends the line that names author and date.
const LINKS: &str = "(permalink / raw)";
/// Lines between a mail's subject and its author: its place in the thread.
const PLACE: usize = 12;

/// Where a mail begins, and what its head says.
struct Head {
    first: usize,
    body: usize,
    post: Post,
}

/// Reads the head whose author stands on a line.
fn head(lines: &Lines<'_>, at: usize) -> Option<Head> {
    let line = lines.get(at).strip_prefix("From: ")?.strip_suffix(LINKS)?;
    let (author, when) = line.rsplit_once(" @ ")?;
    let first = (at.saturating_sub(PLACE)..at)
        .rev()
        .find(|&above| lines.get(above).starts_with("* "))?;
    let mut post = Post {
        subject: lines.get(first)[2..].to_owned(),
        author: author.trim().to_owned(),
        posted: Some(date::parse(when.trim())?),
        ..Post::default()
    };
    let mut body = at + 1;
    while body < lines.len() && !lines.get(body).is_empty() {
        if let Some(value) = lines.get(body).strip_prefix("In-Reply-To: ") {
            post.in_reply_to = post::id(value);
        }
        body += 1;
    }
    Some(Head {
        first,
        body: (body + 1).min(lines.len()),
        post,
    })
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    (0..page.lines.len())
        .any(|at| page.lines.get(at).ends_with(LINKS) && head(&page.lines, at).is_some())
}

/// Reads the mails.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let lines = &page.lines;
    let heads = (0..lines.len()).filter(|&at| lines.get(at).ends_with(LINKS));
    let heads: Vec<Head> = heads
        .filter_map(|at| head(lines, at))
        .take(MAX_MAILS)
        .collect();
    let ids = page.document.as_ref().map(permalinks).unwrap_or_default();
    // Every mail has its link, or it cannot be said whose each is.
    let ids: Vec<Option<String>> = if ids.len() == heads.len() {
        ids
    } else {
        vec![None; heads.len()]
    };
    let mut ends: Vec<usize> = heads.iter().skip(1).map(|head| head.first).collect();
    ends.push(lines.len());
    let parts = heads.into_iter().zip(ends).zip(ids);
    parts
        .map(|((head, end), message_id)| {
            let foot =
                (head.body..end).find(|&at| lines.get(at).starts_with("^ permalink raw reply"));
            let body_end = lines.without_foot(head.body, foot.unwrap_or(end));
            Post {
                message_id,
                body: lines.bytes(head.body, body_end).to_vec(),
                raw: lines.bytes(head.first, end).to_vec(),
                ..head.post
            }
        })
        .collect()
}

/// Gathers the Message-Ids in the links beside the authors, in order.
fn permalinks(document: &Document) -> Vec<Option<String>> {
    let mut out: Vec<Option<String>> = Vec::new();
    let mut from = 0;
    while let Some(range) = document.element(from, |token| token.opens("a")) {
        let tokens = &document.tokens()[range.start - 1..range.end];
        from = range.end;
        if render::text(tokens) != "permalink" {
            continue;
        }
        let link = tokens[0].attribute("href").unwrap_or_default();
        let id = link.trim_end_matches('/').rsplit('/').next().map(unquoted);
        let id = id.filter(|id| id.contains('@'));
        // The foot of a mail links it again.
        if out.last() != Some(&id) {
            out.push(id);
        }
    }
    out
}
