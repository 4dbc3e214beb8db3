//! In: what a page says of one mail. Out: the [`Message`].

use super::super::{Address, Message, Origin, date, mime};

/// One mail as a page shows it.
#[derive(Default)]
pub(super) struct Post {
    /// Subject, tags included.
    pub(super) subject: String,
    /// Author: name, address or both, as printed.
    pub(super) author: String,
    /// Date, where it could be read.
    pub(super) posted: Option<date::Posted>,
    /// Message-Id without angle brackets.
    pub(super) message_id: Option<String>,
    /// In-Reply-To without angle brackets.
    pub(super) in_reply_to: Option<String>,
    /// References without angle brackets, oldest first.
    pub(super) references: Vec<String>,
    /// The text, the archive's own lines taken off.
    pub(super) body: Vec<u8>,
    /// The part of the page that holds it, as read.
    pub(super) raw: Vec<u8>,
}

impl Post {
    /// Makes the message; what is odd goes to `notes`.
    pub(super) fn into_message(self, name: &str, notes: &mut Vec<String>) -> Message {
        let subject = one_line(&self.subject);
        match self.posted {
            None => notes.push(format!(
                "{name}: «{subject}» has no date that could be read"
            )),
            Some(posted) if !posted.zone_known => notes.push(format!(
                "{name}: time zone of «{subject}» is not known; UTC taken"
            )),
            Some(_) => {}
        }
        let mut body = self.body;
        if !body.is_empty() && !body.ends_with(b"\n") {
            body.push(b'\n');
        }
        Message {
            subject,
            from: Address::parse(&one_line(&self.author)),
            date: self.posted.map(|posted| posted.at),
            utc_offset_minutes: self.posted.map_or(0, |posted| posted.offset_minutes),
            message_id: self.message_id,
            in_reply_to: self.in_reply_to,
            references: self.references,
            body: mime::without_transport_cr(body, false),
            raw: self.raw,
            ..mime::empty(Origin::ArchivePage)
        }
    }
}

/// Joins what a page broke into lines.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes the angle brackets off a message id, and a page's links behind it; `None` where there is none.
pub(super) fn id(text: &str) -> Option<String> {
    let text = text.trim();
    let inside = match text.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or(rest),
        None => text.split(" (raw)").next().unwrap_or(text),
    };
    // Archives that hide addresses hide this one too.
    let shown = inside.trim().replace(" () ", "@").replace(" ! ", ".");
    let mended = match shown.split_once(" at ") {
        Some((local, host)) => format!("{local}@{host}"),
        None => shown,
    };
    (!mended.is_empty() && !mended.contains(char::is_whitespace)).then_some(mended)
}
