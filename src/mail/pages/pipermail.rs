//! Mailman's own archive: author in bold, date in italics, the mail between `beginarticle` and `endarticle`.

use super::super::date;
use super::html::Document;
use super::post::{self, Post};
use super::render;
use super::shape::Page;

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let document = page.document.as_ref();
    document.is_some_and(|document| document.between("beginarticle", "endarticle").is_some())
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let Some(document) = &page.document else {
        return Vec::new();
    };
    let body = document
        .between("beginarticle", "endarticle")
        .unwrap_or_default();
    let shown = |from: usize, name: &str| {
        let range = document.element(from, |token| token.opens(name))?;
        Some((
            range.end,
            post::one_line(&render::text(&document.tokens()[range])),
        ))
    };
    let Some((behind, subject)) = shown(0, "h1") else {
        return Vec::new();
    };
    let (behind, author) = shown(behind, "b").unwrap_or((behind, String::new()));
    let (behind, email) = shown(behind, "a").unwrap_or((behind, String::new()));
    let (_, when) = shown(behind, "i").unwrap_or_default();
    vec![Post {
        subject,
        author: format!("{author} <{email}>"),
        posted: date::parse(&when),
        message_id: message_id(document),
        body: render::text(body).into_bytes(),
        ..Post::default()
    }]
}

/// Finds the Message-Id in the link that answers the mail.
fn message_id(document: &Document) -> Option<String> {
    let links = document
        .tokens()
        .iter()
        .filter_map(|token| token.attribute("href"));
    let mut mailto = links.filter(|link| link.starts_with("mailto:"));
    mailto.find_map(|link| {
        let (_, value) = link.split_once("In-Reply-To=")?;
        post::id(&unquoted(value.split('&').next().unwrap_or(value)))
    })
}

/// Undoes an address's `%40`.
pub(super) fn unquoted(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| first == b'%');
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = &behind[2..];
            }
            None => {
                out.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
