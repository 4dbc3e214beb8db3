//! In: messages as read. Out: the series in them, each revision by itself, gaps named.

use super::gather::{Group, Mail, gather};
use super::patch::{self, Ground};
use super::{Patch, Series, changelog, reply, subject};
use crate::mail::{Origin, Reading};

/// Patch mails taken from one reading: each is compared with the series found so far.
const MAX_MAILS: usize = 10_000;
/// Replies with a diff of their own that are named, not counted only.
const NAMED: usize = 20;

/// Says whether a text holds anything of a diff.
fn has_diff(body: &[u8]) -> bool {
    let has = |needle: &[u8]| memchr::memmem::find(body, needle).is_some();
    has(b"diff --git ") || has(b"\n@@ -")
}

/// Puts the messages of a reading together to series. Notes of the reading go to every series.
pub fn assemble(reading: Reading) -> Vec<Series> {
    let mut notes = reading.notes;
    let (mut replies, mut with_diff, mut others) = (0, 0, 0);
    let mut mails = Vec::new();
    for message in reading.messages {
        let subject = subject::parse(&message.subject);
        if reply::is_reply(&message, &subject) {
            replies += 1;
            let diff = reply::has_own_diff(&message.body);
            with_diff += usize::from(diff);
            if diff && with_diff <= NAMED {
                notes.push(format!(
                    "«{}» by {} is a reply with a diff of its own, which belongs to no series",
                    message.subject, message.from.name
                ));
            }
        } else if !subject.patch && !has_diff(&message.body) {
            others += 1;
        } else {
            let part = subject.part;
            mails.push(Mail {
                message,
                subject,
                part,
            });
        }
    }
    let left_out = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 message is {one} and was left out")),
        _ => Some(format!("{count} messages are {many} and were left out")),
    };
    notes.extend(left_out(replies, "a reply", "replies"));
    notes.extend(left_out(others, "no patch", "no patches"));
    if mails.len() > MAX_MAILS {
        notes.push(format!(
            "{} patches were found; those behind the first {MAX_MAILS} were left out",
            mails.len()
        ));
        mails.truncate(MAX_MAILS);
    }
    number_in_order(&mut mails, &mut notes);
    let groups = gather(mails, &mut notes);
    let mut out: Vec<Series> = groups
        .into_iter()
        .map(|group| series(group, &notes))
        .collect();
    name_apart(&mut out);
    out
}

/// Numbers patches that come without numbers and without Message-Ids: files and commits, whose order is the series.
fn number_in_order(mails: &mut [Mail], notes: &mut Vec<String>) {
    let plain = mails.iter().all(|mail| {
        mail.part.is_none()
            && mail.message.message_id.is_none()
            && mail.message.origin != Origin::ArchivePage
    });
    if !plain
        || mails.len() < 2
        || mails
            .iter()
            .any(|mail| mail.version() != mails[0].version())
    {
        return;
    }
    let total = u32::try_from(mails.len()).unwrap_or(u32::MAX);
    for (mail, number) in mails.iter_mut().zip(1..) {
        mail.part = Some((number, total));
        mail.subject.rfc = false;
    }
    notes.push("the patches carry no numbers; they were taken in the order given".to_owned());
}

/// Makes a series of a group.
fn series(mut group: Group, notes: &[String]) -> Series {
    let mut ground = Ground::default();
    let mut log = Vec::new();
    let cover = group.mails.remove(&0);
    let title = cover
        .as_ref()
        .or(group.mails.values().next())
        .map(|mail| mail.subject.title.clone())
        .unwrap_or_default();
    let (cover, cover_raw) = match cover {
        Some(mail) => {
            let text = patch::readable(&mail.message.body).into_owned();
            patch::ground(&text, &mut ground);
            log = changelog::parse(&text, true);
            (Some(text), mail.message.raw)
        }
        None => (None, Vec::new()),
    };
    let patches: Vec<Patch> = std::mem::take(&mut group.mails)
        .into_iter()
        .map(|(number, mail)| patch::read(mail.message, &mail.subject, number, &mut ground))
        .collect();
    let mut all_notes = notes.to_vec();
    all_notes.append(&mut group.notes);
    let beyond = patches
        .iter()
        .filter(|patch| patch.number > group.total)
        .count();
    if beyond > 0 {
        all_notes.push(format!(
            "{beyond} of the patches have numbers above the total of {}",
            group.total
        ));
    }
    let present = |number: &u32| patches.iter().any(|patch| patch.number == *number);
    Series {
        name: format!(
            "{}-v{}",
            subject::slug(&title, 60 - format!("-v{}", group.version).len()),
            group.version
        ),
        subject: title,
        version: group.version,
        rfc: group.rfc,
        total: group.total,
        cover,
        cover_raw,
        changelog: log,
        missing: (1..=group.total)
            .filter(|number| !present(number))
            .collect(),
        patches,
        base_commit: ground.base_commit,
        change_id: ground.change_id,
        prerequisites: ground.prerequisites,
        notes: all_notes,
    }
}

/// Gives series of one name different ones.
fn name_apart(all: &mut [Series]) {
    let mut seen = std::collections::HashMap::new();
    for series in all {
        let count = seen.entry(series.name.clone()).or_insert(0u32);
        *count += 1;
        if *count > 1 {
            let ending = format!("-{count}");
            series.name.truncate(60 - ending.len());
            series.name.push_str(&ending);
        }
    }
}

impl Series {
    /// Words which parts are there: "7 of 12 present; missing 3, 5–8". `None` where all are.
    pub fn missing_sentence(&self) -> Option<String> {
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for &number in &self.missing {
            match ranges.last_mut() {
                Some((_, end)) if *end + 1 == number => *end = number,
                _ => ranges.push((number, number)),
            }
        }
        let words: Vec<String> = ranges
            .iter()
            .map(|&(start, end)| match end - start {
                0 => start.to_string(),
                1 => format!("{start}, {end}"),
                _ => format!("{start}–{end}"),
            })
            .collect();
        let present = self.total as usize - self.missing.len().min(self.total as usize);
        (!words.is_empty()).then(|| {
            format!(
                "{present} of {} present; missing {}",
                self.total,
                words.join(", ")
            )
        })
    }
}

#[cfg(test)]
pub(super) mod tests;
