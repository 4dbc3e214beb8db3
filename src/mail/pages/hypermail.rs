//! hypermail (`lkml.iu.edu`): headers in comments `key="value"`, the mail between `body="start"` and `body="end"`.

use super::super::date;
use super::html::Document;
use super::post::{self, Post};
use super::render;
use super::shape::Page;

const START: &str = "body=\"start\"";
const END: &str = "body=\"end\"";

/// Reads a comment `key="value"`; nothing where the value is empty.
fn value(document: &Document, key: &str) -> Option<String> {
    let text = document.comment(&format!("{key}=\""))?;
    let text = text.strip_suffix('"').unwrap_or(&text).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let document = page.document.as_ref();
    document.is_some_and(|document| {
        document.between(START, END).is_some() && value(document, "subject").is_some()
    })
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let Some(document) = &page.document else {
        return Vec::new();
    };
    let email = value(document, "email").unwrap_or_default();
    let name = value(document, "name").unwrap_or_default();
    let author = if name == email {
        email
    } else {
        format!("{name} <{email}>")
    };
    let when = value(document, "sent").and_then(|text| date::parse(&text));
    let body = document.between(START, END).unwrap_or_default();
    vec![Post {
        subject: value(document, "subject").unwrap_or_default(),
        author,
        posted: when.or_else(|| value(document, "received").and_then(|text| date::parse(&text))),
        message_id: value(document, "id").and_then(|text| post::id(&text)),
        in_reply_to: value(document, "inreplyto").and_then(|text| post::id(&text)),
        body: without_blank_ends(&render::text(body)).into_bytes(),
        ..Post::default()
    }]
}

/// Takes off the blank lines that the page's paragraphs leave around the text.
fn without_blank_ends(text: &str) -> String {
    let text = text.trim_start_matches('\n').trim_end();
    format!("{text}\n")
}
