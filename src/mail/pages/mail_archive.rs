//! mail-archive: subject, sender and date in elements with these classes, the mail in the one of class `msgBody`.

use super::super::date;
use super::html::Token;
use super::post::{self, Post};
use super::render;
use super::shape::Page;

/// Finds what is inside the first element of a class, or with an `itemprop`.
fn part<'p>(page: &'p Page<'_>, key: &str, value: &str) -> Option<&'p [Token]> {
    let document = page.document.as_ref()?;
    let has = |token: &Token| {
        let words = token.attribute(key).unwrap_or_default();
        words.split_whitespace().any(|word| word == value)
    };
    Some(&document.tokens()[document.element(0, has)?])
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    part(page, "class", "msgBody").is_some() && part(page, "class", "subject").is_some()
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let shown = |key: &str, value: &str| {
        part(page, key, value).map(|tokens| post::one_line(&render::text(tokens)))
    };
    let body = part(page, "class", "msgBody").unwrap_or_default();
    let author = shown("itemprop", "name").or_else(|| shown("class", "sender"));
    vec![Post {
        subject: shown("class", "subject").unwrap_or_default(),
        author: author.unwrap_or_default(),
        posted: shown("class", "date").and_then(|text| date::parse(&text)),
        body: render::text(body).into_bytes(),
        ..Post::default()
    }]
}
