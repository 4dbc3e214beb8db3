//! In: a path, or bytes. Out: the messages in it, whatever form they came in.

use super::{MailError, Message, Origin, mbox, mime, pages};
use std::borrow::Cow;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The messages, in the order read.
    pub messages: Vec<Message>,
    /// What was odd, as sentences.
    pub notes: Vec<String>,
}

/// Bytes taken from one file, unpacked: no series is this long, and offsets in mails have 32 bits.
const LIMIT: u64 = 1 << 30;
/// Mails taken from one folder or mbox.
const MAX_FILES: usize = 20_000;
/// Endings of the files that are taken from a folder.
const ENDINGS: &[&str] = &[
    ".patch",
    ".eml",
    ".mbox",
    ".mbx",
    ".diff",
    ".patch.gz",
    ".mbox.gz",
    ".eml.gz",
];

/// Reads an mbox, a maildir, a folder of patch files, a mail, a diff or an archive page saved as text; gzip is unpacked.
///
/// # Errors
/// When it cannot be read, is empty, too large, or holds neither mail nor diff.
pub fn read(path: &Path) -> Result<Reading, MailError> {
    let name = path.display().to_string();
    let io = |source| MailError::Io {
        name: name.clone(),
        source,
    };
    if !fs::metadata(path).map_err(io)?.is_dir() {
        return read_bytes(file_bytes(path)?, &short_name(path));
    }
    let maildir = path.join("cur").is_dir() || path.join("new").is_dir();
    let mut files: Vec<PathBuf> = Vec::new();
    let folders = if maildir {
        vec![path.join("cur"), path.join("new")]
    } else {
        vec![path.to_owned()]
    };
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let lower = short_name(&path).to_ascii_lowercase();
            let taken = if maildir {
                !lower.starts_with('.')
            } else {
                ENDINGS.iter().any(|ending| lower.ends_with(ending))
            };
            if taken && path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    if files.is_empty() {
        return Err(MailError::NoMails { name });
    }
    let mut reading = Reading::default();
    if files.len() > MAX_FILES {
        reading.notes.push(format!(
            "{name} holds {} mails; the first {MAX_FILES} were read",
            files.len()
        ));
        files.truncate(MAX_FILES);
    }
    let mut last_error = None;
    for file in &files {
        match file_bytes(file).and_then(|bytes| read_bytes(bytes, &short_name(file))) {
            Ok(mut more) => {
                reading.messages.append(&mut more.messages);
                reading.notes.append(&mut more.notes);
            }
            Err(error) => {
                reading.notes.push(format!("left out: {error}"));
                last_error = Some(error);
            }
        }
    }
    match last_error {
        Some(error) if reading.messages.is_empty() => Err(error),
        _ => Ok(reading),
    }
}

/// Gives a path's last part for messages.
fn short_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// Reads a file up to the limit.
fn file_bytes(path: &Path) -> Result<Vec<u8>, MailError> {
    let name = path.display().to_string();
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(|source| MailError::Io {
        name: name.clone(),
        source,
    })?;
    file.take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| MailError::Io {
            name: name.clone(),
            source,
        })?;
    within_limit(bytes, &name)
}

fn within_limit(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>, MailError> {
    if bytes.len() as u64 > LIMIT {
        return Err(MailError::TooLarge {
            name: name.to_owned(),
            limit: LIMIT >> 20,
        });
    }
    Ok(bytes)
}

/// Unpacks gzip; other bytes pass through.
fn unpacked(bytes: Vec<u8>, name: &str) -> Result<Vec<u8>, MailError> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(bytes);
    }
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .take(LIMIT + 1)
        .read_to_end(&mut out)
        .map_err(|error| MailError::Gzip {
            name: name.to_owned(),
            reason: error.to_string(),
        })?;
    within_limit(out, name)
}

/// Reads messages from bytes, as [`read()`] does from a file; `name` is for messages.
///
/// # Errors
/// When the bytes are empty, too many, or neither mail nor diff.
pub fn read_bytes(bytes: Vec<u8>, name: &str) -> Result<Reading, MailError> {
    let mut bytes = unpacked(within_limit(bytes, name)?, name)?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(MailError::Empty {
            name: name.to_owned(),
        });
    }
    // Blank lines above a mail come from copying.
    let blank = bytes.iter().take_while(|byte| b"\r\n".contains(byte));
    let blank = blank.count();
    if blank > 0 && (mbox::is_mbox(&bytes[blank..]) || is_mail(&bytes[blank..])) {
        bytes.drain(..blank);
    }
    let mut reading = Reading::default();
    let notes = &mut reading.notes;
    if mbox::is_mbox(&bytes) {
        let (parts, found) = mbox::split(&bytes, MAX_FILES);
        drop(bytes);
        if found > parts.len() {
            notes.push(format!(
                "{name} holds {found} mails; the first {MAX_FILES} were read"
            ));
        }
        let single = parts.len() == 1;
        for (index, part) in parts.into_iter().enumerate() {
            let label = if single {
                name.to_owned()
            } else {
                format!("{name}, message {}", index + 1)
            };
            reading
                .messages
                .append(&mut mime::read(part.bytes, Origin::Mbox, &label, notes));
        }
    } else if is_mail(&bytes) {
        reading
            .messages
            .append(&mut mime::read(bytes, Origin::Mail, name, notes));
    } else {
        let text = &bytes[..];
        reading.messages = pages::read(text, name, notes);
        if reading.messages.is_empty() {
            if !has_diff(text) {
                return Err(MailError::Unknown {
                    name: name.to_owned(),
                    seen: looks_like(text),
                });
            }
            reading.messages.push(bare_diff(bytes, name));
        }
    }
    for message in &reading.messages {
        if memchr::memchr(0, &message.body).is_some() {
            reading
                .notes
                .push(format!("{name}: «{}» holds NUL bytes", message.subject));
        }
    }
    Ok(reading)
}

/// Says whether bytes begin with a mail's headers, a subject among them.
pub(super) fn is_mail(bytes: &[u8]) -> bool {
    let mut has_subject = false;
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let continued = index > 0 && matches!(line[0], b' ' | b'\t');
        if !continued && !mbox::starts_with_header(line) {
            return false;
        }
        let key =
            |name: &[u8]| line.len() > name.len() && line[..name.len()].eq_ignore_ascii_case(name);
        has_subject |= key(b"subject:") || key(b"message-id:");
    }
    has_subject
}

/// Says whether a text holds anything of a diff.
pub(super) fn has_diff(text: &[u8]) -> bool {
    let at_line = |needle: &[u8]| {
        text.starts_with(&needle[1..]) || memchr::memmem::find(text, needle).is_some()
    };
    at_line(b"\ndiff --git ") || (at_line(b"\n--- ") && at_line(b"\n+++ ")) || at_line(b"\n@@ -")
}

/// Names what a text looks like that is neither mail nor diff.
fn looks_like(text: &[u8]) -> &'static str {
    let start: Cow<'_, str> = String::from_utf8_lossy(&text[..text.len().min(512)]);
    let start = start.trim_start().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        "it is an HTML page; save it as text, or fetch the raw mail"
    } else if memchr::memchr(0, &text[..text.len().min(8192)]).is_some() {
        "it holds NUL bytes, so it is some other kind of file"
    } else {
        "no headers, no diff"
    }
}

/// Makes a message of a diff without headers; prose above it gives the subject, else the file's name.
fn bare_diff(bytes: Vec<u8>, name: &str) -> Message {
    let raw = bytes;
    let body = mime::without_transport_cr(raw.clone(), false);
    let mut message = mime::empty(Origin::Patch);
    let mut start = 0;
    for line in body.split_inclusive(|&byte| byte == b'\n') {
        let text = String::from_utf8_lossy(line);
        let text = text.trim();
        let diff = ["diff ", "---", "+++", "Index:", "@@", "==="]
            .iter()
            .any(|mark| text.starts_with(mark));
        if diff {
            break;
        }
        start += line.len();
        if !text.is_empty() {
            message.subject = text.chars().take(200).collect();
            break;
        }
    }
    if message.subject.is_empty() {
        let stem = ENDINGS
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        stem.clone_into(&mut message.subject);
        start = 0;
    }
    message.body = if start == 0 {
        body
    } else {
        body[start..].to_vec()
    };
    message.raw = raw;
    message
}

#[cfg(test)]
mod tests;
