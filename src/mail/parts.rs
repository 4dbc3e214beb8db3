//! In: a mail of several parts. Out: its own text, and the mails that are attached to it.

use super::{mbox, mime};
use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};

/// Mails taken out of one.
const MAX_MAILS: usize = 1_000;

/// What a mail of several parts holds.
#[derive(Default)]
pub(super) struct Parts {
    /// Its text parts joined, attached patches that are no mails last.
    pub(super) text: Vec<u8>,
    /// The mails: forwarded ones, and patches as git formats them.
    pub(super) mails: Vec<Vec<u8>>,
}

/// Takes a mail apart; what is odd goes to `notes`.
pub(super) fn read(raw: &[u8], name: &str, notes: &mut Vec<String>) -> Parts {
    let mut out = Parts::default();
    let Some(parsed) = MessageParser::default().parse(raw) else {
        notes.push(format!(
            "{name}: the parts of the mail could not be told apart"
        ));
        out.text = raw[mime::header_end(raw)..].to_vec();
        return out;
    };
    let single = |part: &&MessagePart<'_>| !matches!(part.body, PartType::Multipart(_));
    for part in parsed.parts.iter().filter(single) {
        let forwarded = matches!(part.body, PartType::Message(_));
        if !forwarded && !is_text(part) {
            continue;
        }
        let range = part.offset_body as usize..(part.offset_end as usize).min(raw.len());
        let body = raw.get(range).unwrap_or_default();
        let body = mime::decode(body, part.encoding, name, notes);
        if forwarded || (is_attached(part) && is_formatted(&body)) {
            split(body, &mut out.mails);
            continue;
        }
        out.text.append(&mut mime::text(body, part.content_type()));
        if !out.text.ends_with(b"\n") {
            out.text.push(b'\n');
        }
    }
    if out.mails.len() > MAX_MAILS {
        notes.push(format!(
            "{name}: {} mails are attached; the first {MAX_MAILS} were read",
            out.mails.len()
        ));
        out.mails.truncate(MAX_MAILS);
    }
    if out.text.is_empty() && out.mails.is_empty() {
        let html = parsed.parts.iter().filter(single);
        match html.into_iter().find(|part| part.is_text_html()) {
            Some(part) => out.text = mime::html_text(part.contents(), name, notes),
            None => notes.push(format!("{name}: the mail has no text")),
        }
    }
    out
}

/// Adds a mail, or those of an mbox.
pub(super) fn split(bytes: Vec<u8>, into: &mut Vec<Vec<u8>>) {
    if mbox::is_mbox(&bytes) {
        let (parts, _) = mbox::split(&bytes, MAX_MAILS + 1);
        into.extend(parts.into_iter().map(|part| part.bytes));
    } else {
        into.push(bytes);
    }
}

/// Says whether a part is text to read: plain text, or a patch that was attached.
fn is_text(part: &MessagePart<'_>) -> bool {
    let Some(kind) = part.content_type() else {
        return true;
    };
    let attached = part.attachment_name().is_some_and(|name| {
        let name = name.to_ascii_lowercase();
        [".patch", ".diff", ".txt", ".mbox", ".eml"]
            .iter()
            .any(|ending| name.ends_with(ending))
    });
    let sub = kind.subtype().unwrap_or("plain").to_ascii_lowercase();
    let text = kind.ctype().eq_ignore_ascii_case("text");
    (text && matches!(sub.as_str(), "plain" | "x-patch" | "x-diff")) || (attached && sub != "html")
}

/// Is a part an attached file, or text that says it is a patch?
fn is_attached(part: &MessagePart<'_>) -> bool {
    let kind = part.content_type().and_then(|kind| kind.subtype());
    part.attachment_name().is_some()
        || kind.is_some_and(|sub| matches!(sub.to_ascii_lowercase().as_str(), "x-patch" | "x-diff"))
}

/// Does a text begin as a mail does: with `From ` of an mbox, or headers with a subject?
fn is_formatted(body: &[u8]) -> bool {
    mbox::is_mbox(body) || super::read::is_mail(body)
}
