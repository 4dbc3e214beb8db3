//! In: the bytes of a page. Out: the mails on it, read by the first shape that knows the page.

use super::super::Message;
use super::html::{self, Document};
use super::lines::Lines;
use super::post::Post;
use super::{
    flattened, headed, hypermail, inbox_message, inbox_thread, listing, mail_archive, marc,
    mhonarc, pipermail, render,
};

/// Mails taken from one page; what follows belongs to the last of them.
pub(super) const MAX_MAILS: usize = 10_000;

/// A page while it is looked at.
pub(super) struct Page<'t> {
    /// The markup, where it is HTML.
    pub(super) document: Option<Document>,
    /// The lines: of the page itself, or of what its markup shows.
    pub(super) lines: Lines<'t>,
}

/// A kind of page: how it is told from others, and how it is read.
struct Shape {
    recognise: fn(&Page<'_>) -> bool,
    read: fn(&Page<'_>) -> Vec<Post>,
}

/// All shapes, surest first: those that leave marks in their markup, then those with words of their own, then plain order.
const SHAPES: &[Shape] = &[
    Shape {
        recognise: pipermail::recognise,
        read: pipermail::read,
    },
    Shape {
        recognise: mhonarc::recognise,
        read: mhonarc::read,
    },
    Shape {
        recognise: mail_archive::recognise,
        read: mail_archive::read,
    },
    Shape {
        recognise: hypermail::recognise,
        read: hypermail::read,
    },
    Shape {
        recognise: marc::recognise,
        read: marc::read,
    },
    Shape {
        recognise: inbox_thread::recognise,
        read: inbox_thread::read,
    },
    Shape {
        recognise: inbox_message::recognise,
        read: inbox_message::read,
    },
    Shape {
        recognise: listing::recognise,
        read: listing::read,
    },
    Shape {
        recognise: flattened::recognise,
        read: flattened::read,
    },
    Shape {
        recognise: headed::recognise,
        read: headed::read,
    },
];

/// Reads the mails of a page; nothing where it is of no known shape.
pub(in super::super) fn read(bytes: &[u8], name: &str, notes: &mut Vec<String>) -> Vec<Message> {
    let document = html::is_html(bytes).then(|| Document::parse(bytes, name, notes));
    let shown = document
        .as_ref()
        .map(|document| render::text(document.tokens()));
    let text = shown.as_ref().map_or(bytes, |shown| shown.as_bytes());
    let page = Page {
        document,
        lines: Lines::new(text),
    };
    let posts = SHAPES
        .iter()
        .filter(|shape| (shape.recognise)(&page))
        .map(|shape| (shape.read)(&page))
        .find(|posts| !posts.is_empty())
        .unwrap_or_default();
    if posts.len() == MAX_MAILS {
        notes.push(format!(
            "{name}: only the first {MAX_MAILS} mails of the page were told apart"
        ));
    }
    let whole = posts.len() == 1 && page.document.is_some();
    posts
        .into_iter()
        .map(|mut post| {
            if whole {
                post.raw = bytes.to_vec();
            }
            post.into_message(name, notes)
        })
        .collect()
}
