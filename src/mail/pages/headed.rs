//! Text in which a mail's headers are printed as such somewhere at the top: `Subject:`, `From:` and `Date:` together.

use super::lines::Lines;
use super::post::{self, Post};
use super::shape::Page;

/// Lines with text that may stand above the headers: an archive's links and search form.
const ABOVE: usize = 30;

/// Lines that headers may have: receivers are many.
const LONGEST: usize = 200;

/// Headers as a page prints them.
pub(super) struct Head {
    /// Line of the first header.
    first: usize,
    /// Line behind the headers, blank lines and the archive's own skipped.
    pub(super) body: usize,
    fields: Vec<(String, String)>,
}

impl Head {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(own, _)| own == key)?;
        Some(&found.1)
    }
}

/// Headers that archives print.
const KEYS: [&str; 14] = [
    "subject",
    "from",
    "date",
    "to",
    "cc",
    "message-id",
    "in-reply-to",
    "references",
    "list",
    "reply-to",
    "user-agent",
    "newsgroups",
    "sender",
    "x-mailer",
];

/// Reads `Key: value`, perhaps behind a list's bullet; the key in small letters.
fn field(line: &str) -> Option<(String, String)> {
    let line = line.trim_start_matches(['*', '•', '·', ' ', '\t']);
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end().to_ascii_lowercase();
    KEYS.contains(&key.as_str())
        .then(|| (key, value.trim().to_owned()))
}

/// Says whether a line is a subject that says so.
pub(super) fn is_subject(line: &str) -> bool {
    field(line).is_some_and(|(key, _)| key == "subject")
}

/// Finds the headers; `None` where subject, author and a date that can be read do not stand together near the top.
pub(super) fn head(lines: &Lines<'_>) -> Option<Head> {
    let filled = (0..lines.len()).filter(|&at| !lines.get(at).is_empty());
    filled.take(ABOVE).find_map(|first| head_at(lines, first))
}

/// Reads headers that begin on a line.
pub(super) fn head_at(lines: &Lines<'_>, first: usize) -> Option<Head> {
    field(lines.get(first))?;
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut at = first;
    while at < lines.len().min(first + LONGEST) {
        let line = lines.whole(at);
        if let Some(field) = field(line) {
            fields.push(field);
        } else if line.starts_with([' ', '\t']) && !line.trim().is_empty() {
            let (_, value) = fields.last_mut()?;
            value.push(' ');
            value.push_str(line.trim());
        } else {
            break;
        }
        at += 1;
    }
    let body = lines.skip_furniture(at);
    let head = Head {
        first,
        body,
        fields,
    };
    let dated = head.get("date").is_some_and(|text| date(text).is_some());
    (dated && head.get("subject").is_some() && head.get("from").is_some()).then_some(head)
}

/// Reads a date; archives put links behind it.
fn date(text: &str) -> Option<super::super::date::Posted> {
    let text = text.split("[thread overview]").next().unwrap_or(text);
    super::super::date::parse(text.trim())
}

/// Makes a mail of headers and the lines up to `end`.
pub(super) fn post(lines: &Lines<'_>, head: &Head, end: usize) -> Post {
    let ids = |key: &str| head.get(key).and_then(post::id);
    let references = head.get("references").unwrap_or_default();
    let end = lines.without_foot(head.body, end);
    Post {
        subject: head.get("subject").unwrap_or_default().to_owned(),
        author: head.get("from").unwrap_or_default().to_owned(),
        posted: head.get("date").and_then(date),
        message_id: ids("message-id"),
        in_reply_to: ids("in-reply-to"),
        references: references.split_whitespace().filter_map(post::id).collect(),
        body: lines.bytes(head.body, end).to_vec(),
        raw: lines.bytes(head.first, lines.len()).to_vec(),
    }
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    head(&page.lines).is_some()
}

/// Reads the mail.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let lines = &page.lines;
    head(lines)
        .map(|head| post(lines, &head, lines.len()))
        .into_iter()
        .collect()
}
