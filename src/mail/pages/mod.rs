//! Web archives' pages, as HTML or saved as text → [`Message`](super::Message)s, one module a page shape.

mod flattened;
mod headed;
mod html;
mod hypermail;
mod inbox_message;
mod inbox_thread;
mod lines;
mod listing;
mod mail_archive;
mod marc;
mod mhonarc;
mod pipermail;
mod post;
mod render;
mod shape;

pub(super) use shape::read;

#[cfg(test)]
mod tests;
