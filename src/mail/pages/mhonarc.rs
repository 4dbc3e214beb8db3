//! `MHonArc` (spinics and many others): headers in comments `X-…`, the mail between `X-Body-of-Message` comments.

use super::super::{Address, date};
use super::html::Document;
use super::post::{self, Post};
use super::render;
use super::shape::Page;

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let document = page.document.as_ref();
    document.is_some_and(|document| {
        document
            .between("X-Body-of-Message", "X-Body-of-Message-End")
            .is_some()
            && subject(document).is_some()
    })
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let Some(document) = &page.document else {
        return Vec::new();
    };
    let body = document
        .between("X-Body-of-Message", "X-Body-of-Message-End")
        .unwrap_or_default();
    let when = document
        .comment("X-Date:")
        .or_else(|| field(document, "Date"));
    let references = document.comments("X-Reference:");
    let references: Vec<String> = references
        .iter()
        .filter_map(|text| post::id(text))
        .collect();
    let in_reply_to = field(document, "In-reply-to").and_then(|text| post::id(&text));
    vec![Post {
        subject: subject(document).unwrap_or_default(),
        author: author(document),
        posted: when.and_then(|text| date::parse(&post::one_line(&text))),
        message_id: document
            .comment("X-Message-Id:")
            .and_then(|text| post::id(&text)),
        in_reply_to: in_reply_to.or_else(|| references.last().cloned()),
        references,
        body: render::text(body).into_bytes(),
        ..Post::default()
    }]
}

fn subject(document: &Document) -> Option<String> {
    document
        .comment("X-Subject:")
        .or_else(|| field(document, "Subject"))
}

/// Gives the author: as printed, unless its address is hidden there and not in the comment.
fn author(document: &Document) -> String {
    let printed = field(document, "From").unwrap_or_default();
    let hidden = !Address::parse(&printed).email.contains('@') || printed.contains("@xxx");
    let comment = document.comment("X-From-R13:").map(|text| turned(&text));
    match comment {
        Some(comment) if hidden && Address::parse(&comment).email.contains('@') => comment,
        _ => printed,
    }
}

/// Undoes the archive's turn by half an alphabet, in which `@` and `[` stand beside the capitals.
fn turned(text: &str) -> String {
    let turn = |sign: char, first: u8, count: u8| {
        let at = u8::try_from(sign)
            .ok()?
            .checked_sub(first)
            .filter(|&at| at < count)?;
        Some(char::from(first + (at + count / 2) % count))
    };
    text.chars()
        .map(|sign| {
            turn(sign, b'@', 28)
                .or_else(|| turn(sign, b'a', 26))
                .unwrap_or(sign)
        })
        .collect()
}

/// Reads a line `<li><em>Key</em>: value</li>` of the page's head.
fn field(document: &Document, key: &str) -> Option<String> {
    let mut from = 0;
    while let Some(range) = document.element(from, |token| token.opens("li")) {
        let text = post::one_line(&render::text(&document.tokens()[range.clone()]));
        let value = text
            .split_once(':')
            .filter(|(own, _)| own.trim().eq_ignore_ascii_case(key));
        if let Some((_, value)) = value {
            return Some(value.trim().to_owned());
        }
        from = range.end;
    }
    None
}
