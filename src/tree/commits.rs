//! In: a range of commits. Out: an mbox with a patch mail each, as `git format-patch --stdout --full-index` writes it; or the
//! line of first parents.

use super::git::{open_repository, own_id};
use super::source::TreeError;
use crate::base::id::ObjectId;
use git2::{Commit, Delta, Diff, DiffFormat, DiffOptions, DiffStatsFormat, Repository, Sort};
use std::path::Path;

/// Commits that a range may have: more is a mistake, and would be gigabytes of mail.
const MOST: usize = 5000;

/// Writes the commits of `PATH@A..B` as an mbox, oldest first. Merges are left out. An empty B is `HEAD`.
///
/// A message with lines that begin with `From ` is quoted, and its separator says so, as in the archives' mboxes (mboxrd).
///
/// # Errors
/// [`TreeError::Unusable`] when `spec` has another form, names no repository or commits, or the range is empty.
pub fn range(spec: &str) -> Result<Vec<u8>, TreeError> {
    let (repository, _, from, to) = resolve(spec)?;
    let to = if to.is_empty() { "HEAD" } else { to };
    let (from, to) = (
        commit(&repository, from)?.id(),
        commit(&repository, to)?.id(),
    );
    let mut walk = repository.revwalk()?;
    walk.set_sorting(Sort::TOPOLOGICAL | Sort::REVERSE)?;
    walk.push(to)?;
    walk.hide(from)?;
    let mut commits = Vec::new();
    for id in walk {
        let commit = repository.find_commit(id?)?;
        if commit.parent_count() < 2 {
            commits.push(commit);
        }
        if commits.len() > MOST {
            return Err(TreeError::Unusable(format!(
                "{spec} has more than {MOST} commits; give a shorter range"
            )));
        }
    }
    if commits.is_empty() {
        return Err(TreeError::Unusable(format!(
            "{spec} has no commits; is the older one first?"
        )));
    }
    let mut out = Vec::new();
    for (number, commit) in commits.iter().enumerate() {
        let numbered = format!("[PATCH {}/{}]", number + 1, commits.len());
        let tag = if commits.len() > 1 {
            numbered.as_str()
        } else {
            "[PATCH]"
        };
        mail(&repository, commit, tag, &mut out)?;
    }
    Ok(out)
}

/// A commit of a line of commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnLine {
    /// Its id.
    pub id: ObjectId,
    /// The first line of its message.
    pub subject: String,
}

/// Lists the commits of `PATH@A..B` by first parents, from A itself to B, and gives PATH. An empty B is `HEAD`.
///
/// # Errors
/// [`TreeError::Unusable`] when `spec` has another form, names no commits, or A is not among B's first parents.
pub fn first_parents(spec: &str) -> Result<(&str, Vec<OnLine>), TreeError> {
    let (repository, path, from, to) = resolve(spec)?;
    let to = if to.is_empty() { "HEAD" } else { to };
    let (good, mut at) = (commit(&repository, from)?, commit(&repository, to)?);
    let mut line = Vec::new();
    loop {
        line.push(OnLine {
            id: own_id(at.id()),
            subject: String::from_utf8_lossy(&split_message(at.message_bytes()).0).into_owned(),
        });
        if at.id() == good.id() {
            break;
        }
        if at.parent_count() == 0 {
            return Err(TreeError::Unusable(format!(
                "{from} is not on the line of first parents of {to}; give a commit that `git log --first-parent {to}` shows, the older one first"
            )));
        }
        at = at.parent(0)?;
    }
    line.reverse();
    Ok((path, line))
}

/// Finds the commit that a revision names.
fn commit<'r>(repository: &'r Repository, revision: &str) -> Result<Commit<'r>, TreeError> {
    repository
        .revparse_single(revision)
        .and_then(|object| object.peel_to_commit())
        .map_err(|error| {
            TreeError::Unusable(format!(
                "{revision:?} names no commit ({}); see `git log`",
                error.message()
            ))
        })
}

/// Says whether `text` has the form `PATH@A..B`, with PATH a git repository.
pub fn is_range(text: &str) -> bool {
    resolve(text).is_ok()
}

/// Splits `PATH@A..B` at the last `@` that leaves a repository on its left: that, its path, A, B.
fn resolve(spec: &str) -> Result<(Repository, &str, &str, &str), TreeError> {
    for (at, _) in spec.rmatch_indices('@') {
        let Some((from, to)) = spec[at + 1..].split_once("..") else {
            continue;
        };
        if from.is_empty() || to.starts_with('.') {
            continue;
        }
        if let Ok(repository) = open_repository(Path::new(&spec[..at])) {
            return Ok((repository, &spec[..at], from, to));
        }
    }
    Err(TreeError::Unusable(format!(
        "{spec:?} is no range of commits; give PATH@A..B, with PATH a git repository"
    )))
}

fn mail(
    repository: &Repository,
    commit: &Commit<'_>,
    tag: &str,
    out: &mut Vec<u8>,
) -> Result<(), TreeError> {
    let author = commit.author();
    let (subject, body) = split_message(commit.message_bytes());
    // Messages that hold a line for mbox quoting are rare: only they say that they are quoted, and are.
    let quoted = body.split(|byte| *byte == b'\n').any(is_from_line);
    let separator = if quoted {
        "From mboxrd@z Thu Jan  1 00:00:00 1970".to_owned()
    } else {
        format!("From {} Mon Sep 17 00:00:00 2001", commit.id())
    };
    out.extend_from_slice(separator.as_bytes());
    out.extend_from_slice(b"\nFrom: ");
    phrase(author.name_bytes(), out);
    out.extend_from_slice(b" <");
    out.extend_from_slice(author.email_bytes());
    out.extend_from_slice(format!(">\nDate: {}\nSubject: {tag} ", date(author.when())).as_bytes());
    out.extend_from_slice(&subject);
    out.extend_from_slice(
        b"\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\n",
    );
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        if is_from_line(line) {
            out.push(b'>');
        }
        out.extend_from_slice(line);
    }
    if body.last().is_some_and(|byte| *byte != b'\n') {
        out.push(b'\n');
    }
    let diff = difference(repository, commit)?;
    out.extend_from_slice(b"---\n");
    let stat = DiffStatsFormat::FULL | DiffStatsFormat::INCLUDE_SUMMARY;
    out.extend_from_slice(&diff.stats()?.to_buf(stat, 80)?);
    out.push(b'\n');
    diff.print(DiffFormat::Patch, |_, _, line| {
        if matches!(line.origin(), '+' | '-' | ' ') {
            out.push(line.origin() as u8);
        }
        out.extend_from_slice(line.content());
        true
    })?;
    out.extend_from_slice(b"-- \npteward\n\n");
    Ok(())
}

/// Says whether an mbox quotes this line.
fn is_from_line(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    line[marks..].starts_with(b"From ")
}

fn difference<'r>(repository: &'r Repository, commit: &Commit<'_>) -> Result<Diff<'r>, TreeError> {
    let mut options = DiffOptions::new();
    options.id_abbrev(40).show_binary(true).context_lines(3);
    let old = commit
        .parents()
        .next()
        .map(|parent| parent.tree())
        .transpose()?;
    let mut diff =
        repository.diff_tree_to_tree(old.as_ref(), Some(&commit.tree()?), Some(&mut options))?;
    // Looking for renames reads blobs; it is only of use where something is gone and something is new.
    let has = |kind: Delta| diff.deltas().any(|delta| delta.status() == kind);
    if has(Delta::Deleted) && has(Delta::Added) {
        diff.find_similar(None)?;
    }
    Ok(diff)
}

/// Splits a message into its subject (the first paragraph, on one line) and the rest.
fn split_message(message: &[u8]) -> (Vec<u8>, &[u8]) {
    let start = message
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let mut subject = Vec::new();
    let mut at = start;
    for line in message[start..].split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let line = line.trim_ascii();
        if line.is_empty() {
            break;
        }
        if !subject.is_empty() {
            subject.push(b' ');
        }
        subject.extend(line.iter().filter(|byte| !byte.is_ascii_control()));
    }
    (subject, &message[at..])
}

/// Writes a name for a header, quoted where it has characters that mean something there.
fn phrase(name: &[u8], out: &mut Vec<u8>) {
    let plain = |byte: &u8| {
        byte.is_ascii_alphanumeric() || *byte >= 0x80 || b" !#$%&'*+-/=?^_`{|}~".contains(byte)
    };
    if name.iter().all(plain) {
        return out.extend_from_slice(name);
    }
    out.push(b'"');
    for byte in name.iter().filter(|byte| !byte.is_ascii_control()) {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

/// Gives a time as mails have it, in its own offset.
fn date(time: git2::Time) -> String {
    let offset =
        jiff::tz::Offset::from_seconds(time.offset_minutes() * 60).unwrap_or(jiff::tz::Offset::UTC);
    let moment =
        jiff::Timestamp::from_second(time.seconds()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment
        .to_zoned(jiff::tz::TimeZone::fixed(offset))
        .strftime("%a, %-d %b %Y %H:%M:%S %z")
        .to_string()
}

#[cfg(test)]
mod tests;
