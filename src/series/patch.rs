//! In: one message that holds a patch. Out: the [`Patch`], its text taken apart.

use super::subject::Subject;
use super::{Patch, Trailer, changelog, damage, diffstat, prose, trailer};
use crate::diff;
use crate::mail::{Address, Message, Origin, decoded_header};
use std::borrow::Cow;

/// Bytes of prose that are looked at: no commit message is this long, and its parts cost many times their text.
const MAX_PROSE: usize = 1 << 20;

/// Decodes prose, as much of it as is looked at.
pub(super) fn readable(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(&bytes[..bytes.len().min(MAX_PROSE)])
}

/// The text of a message above its diff, taken apart.
struct Prose {
    author: Option<Address>,
    subject: Option<String>,
    message: String,
    notes: Vec<String>,
    /// Line of the body, from 1, on which the notes begin.
    notes_line: usize,
}

/// Says whether a line ends the commit message, as git sees it.
fn is_cut(line: &str) -> bool {
    line.trim_end() == "---"
}

/// Takes prose apart: headers in the body, commit message, notes below `---`.
fn take_apart(text: &str) -> Prose {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Prose {
        author: None,
        subject: None,
        message: String::new(),
        notes: Vec::new(),
        notes_line: 1,
    };
    let mut start = lines
        .iter()
        .take_while(|line| line.trim().is_empty())
        .count();
    // Headers in the body count only at its very beginning; a blank line ends them.
    while let Some(line) = lines.get(start) {
        let Some((key, value)) = trailer::key_value(line) else {
            break;
        };
        let folded = lines[start + 1..].iter();
        let folded: Vec<&str> = folded
            .take_while(|line| line.starts_with([' ', '\t']) && !line.trim().is_empty())
            .map(|line| line.trim())
            .collect();
        let value = [&[value][..], &folded].concat().join(" ");
        let value = decoded_header(&value);
        let author = Address::parse(&value);
        match key.to_ascii_lowercase().as_str() {
            "from" if out.author.is_none() && author.email.contains('@') => {
                out.author = Some(author);
            }
            "subject" if out.subject.is_none() && !value.is_empty() => {
                out.subject = Some(value);
            }
            "date" if out.author.is_some() || out.subject.is_some() => {}
            _ => break,
        }
        start += 1 + folded.len();
    }
    let cut = lines
        .iter()
        .skip(start)
        .position(|line| is_cut(line))
        .map_or(lines.len(), |at| start + at);
    out.message = lines[start..cut]
        .iter()
        .map(|line| line.trim_end())
        .collect::<Vec<_>>()
        .join("\n")
        .trim_matches('\n')
        .to_owned();
    if cut < lines.len() {
        out.notes = lines[cut + 1..]
            .iter()
            .map(|&line| line.to_owned())
            .collect();
        out.notes_line = cut + 2;
    }
    out
}

/// What stands in a text about what a series builds on.
#[derive(Default)]
pub(super) struct Ground {
    /// `base-commit:` as posted.
    pub(super) base_commit: Option<String>,
    /// `change-id:` as posted.
    pub(super) change_id: Option<String>,
    /// `prerequisite-*:` lines as posted.
    pub(super) prerequisites: Vec<Trailer>,
}

/// Finds what a text says about its base.
pub(super) fn ground(text: &str, into: &mut Ground) {
    if let Some(id) = prose::base_commit(text) {
        into.base_commit.get_or_insert_with(|| id.to_owned());
    }
    for line in text.lines() {
        let Some((key, value)) = trailer::key_value(line) else {
            continue;
        };
        if value.is_empty() {
            continue;
        }
        // In small letters: `Change-Id` is another tool's, and names another thing.
        if key == "base-commit" {
            into.base_commit.get_or_insert_with(|| value.to_owned());
        } else if key == "change-id" {
            into.change_id.get_or_insert_with(|| value.to_owned());
        } else if key.starts_with("prerequisite-") {
            let trailer = Trailer {
                key: key.to_owned(),
                value: value.to_owned(),
            };
            if !into.prerequisites.contains(&trailer) {
                into.prerequisites.push(trailer);
            }
        }
    }
}

/// Gives an author whose address the page left out the one that they signed with.
fn with_address(mut author: Address, trailers: &[Trailer]) -> Address {
    if author.email.is_empty() {
        let signed = trailers
            .iter()
            .filter(|trailer| trailer.key.eq_ignore_ascii_case("signed-off-by"))
            .map(|trailer| Address::parse(&trailer.value))
            .find(|address| address.name == author.name);
        author.email = signed.map(|address| address.email).unwrap_or_default();
    }
    author
}

/// Makes a patch of a message; what it says of its base goes to `into`.
pub(super) fn read(message: Message, subject: &Subject, number: u32, into: &mut Ground) -> Patch {
    let mut parsed = diff::parse(&message.body);
    let damaged = damage::find(
        &message.body,
        &parsed,
        message.origin == Origin::ArchivePage,
    );
    let lossy = damaged.as_ref().and_then(|found| found.lossy.as_ref());
    if let Some((files, span)) = lossy {
        (parsed.start, parsed.end) = (Some(span.start), span.end);
        parsed.files.clone_from(files);
        // What git would complain of is what the page lost.
        parsed.problems.clear();
    }
    let prose_end = parsed.start.unwrap_or(message.body.len());
    let prose_text = readable(&message.body[..prose_end]);
    let prose_text = match lossy.and_then(|_| prose::unflatten(&prose_text)) {
        Some(lines) => Cow::Owned(lines),
        None => prose_text,
    };
    let prose = take_apart(&prose_text);
    let notes: Vec<&str> = prose.notes.iter().map(String::as_str).collect();
    let (stat, range) = diffstat::parse(&notes, prose.notes_line);
    let mut problems = parsed.problems;
    if prose_end > MAX_PROSE {
        let what = format!(
            "text above the diff is longer than {} MB; what is beyond was not read",
            MAX_PROSE >> 20
        );
        problems.push(diff::Problem { line: 1, what });
    }
    if parsed.files.is_empty() && problems.is_empty() {
        problems.push(diff::Problem {
            line: 1,
            what: "the message holds no diff".to_owned(),
        });
    }
    if lossy.is_none() {
        problems.extend(diffstat::disagreements(&stat, &parsed.files));
    }
    problems.sort_by_key(|problem| problem.line);
    ground(&prose_text, into);
    if parsed.start.is_some() {
        ground(&readable(&message.body[parsed.end..]), into);
    }
    let changelog = changelog::parse(
        &[&notes[..range.start], &notes[range.end..]]
            .concat()
            .join("\n"),
        false,
    );
    let title = match &prose.subject {
        Some(text) => super::subject::parse(text).title,
        None => subject.title.clone(),
    };
    let trailers = trailer::parse(&prose.message);
    Patch {
        number,
        subject: title,
        full_subject: message.subject,
        message_id: message.message_id,
        author: with_address(prose.author.unwrap_or(message.from), &trailers),
        date: message.date,
        utc_offset_minutes: message.utc_offset_minutes,
        trailers,
        message: trailer::mend_message(&prose.message),
        changelog,
        diffstat: stat.files.into_iter().map(|(_, file)| file).collect(),
        files: parsed.files,
        problems,
        damage: damaged.map(|found| found.damage),
        raw: message.raw,
    }
}
