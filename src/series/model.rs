//! In: nothing. Out: the shapes of a posted series.

use super::doubt;
use crate::diff::damaged::{Damage, DamagedFile, parse_damaged};
use crate::diff::{self, FileDiff, Problem};
use crate::mail::Address;

/// A `Key: value` line at the end of a commit message.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Trailer {
    /// As posted: `Signed-off-by`, `Fixes`, `Cc`, …
    pub key: String,
    /// As posted, continuation lines joined, obfuscated addresses mended.
    pub value: String,
}

/// What changed in one revision, as its author wrote below the `---`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChangelogEntry {
    /// The revision ("v5" → 5).
    pub version: u32,
    /// The text, bullets and all.
    pub text: String,
}

/// One line of a diffstat.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DiffstatFile {
    /// Path as printed (may be shortened with `...`).
    pub path: String,
    /// Changed lines as printed; `None` for binary files.
    pub changed: Option<u32>,
}

/// What a page left of a patch that it damaged.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PatchDamage {
    /// The text that holds the diff, as it stands on the page.
    pub text: Vec<u8>,
    /// What was lost in any hunk; nothing where the text stands whole and only may be damaged.
    pub lost: Damage,
}

impl PatchDamage {
    /// Gives the files with their hunks as words, each with what it lost.
    pub fn files(&self) -> Vec<DamagedFile> {
        parse_damaged(&self.text).files
    }
}

/// One patch of a series.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Patch {
    /// Position as posted (`5` of `5/8`); 1 for a patch posted alone.
    pub number: u32,
    /// Subject without tags.
    pub subject: String,
    /// Subject as posted.
    pub full_subject: String,
    /// Message-Id, where known.
    pub message_id: Option<String>,
    /// Author (in-body `From:` wins over the mail's).
    pub author: Address,
    /// When it was posted.
    pub date: Option<jiff::Timestamp>,
    /// Offset from UTC in minutes as posted.
    pub utc_offset_minutes: i32,
    /// Commit message body with trailers, without subject, notes, diffstat and diff.
    pub message: String,
    /// Trailers, in order.
    pub trailers: Vec<Trailer>,
    /// Changelog by revision, as found below `---`.
    pub changelog: Vec<ChangelogEntry>,
    /// Diffstat as posted.
    pub diffstat: Vec<DiffstatFile>,
    /// The diff. Of a damaged one that lost lines the headers: paths, ids, counts, and no lines.
    pub files: Vec<FileDiff>,
    /// What was wrong with the diff or the mail.
    pub problems: Vec<Problem>,
    /// What is left of the diff, where the page damaged it or may have.
    #[serde(default)]
    pub damage: Option<PatchDamage>,
    /// The message as read.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

impl Patch {
    /// Says whether the page that held it is known to have lost something of its diff.
    pub fn is_damaged(&self) -> bool {
        self.damage.as_ref().is_some_and(|one| one.lost.any())
    }

    /// Says whether every line that the diff's headers count is there, whatever its white space.
    pub fn stands_whole(&self) -> bool {
        let mut hunks = self.files.iter().flat_map(|file| &file.hunks);
        self.damage.is_none()
            || hunks.all(|hunk| hunk.counted() == (hunk.old_count, hunk.new_count))
    }

    /// Gives the files as words, to be restored; each with its hunks as they stand, where the text stands whole.
    pub fn words(&self) -> Vec<DamagedFile> {
        let files = match &self.damage {
            Some(damage) => damage.files(),
            None => parse_damaged(&diff::print(&self.files)).files,
        };
        if self.stands_whole() && files.len() == self.files.len() {
            return doubt::with_standing(files, &self.files, self.is_damaged());
        }
        files
    }

    /// Gives how many lines the posted diffstat says that a file's diff adds and removes together.
    pub fn posted_changes(&self, file: &FileDiff) -> Option<u32> {
        super::diffstat::changed(&self.diffstat, file)
    }
}

/// A posted series: one revision of it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Series {
    /// The name it is stored under; made of the subject unless given.
    pub name: String,
    /// The cover's subject, or the first patch's.
    pub subject: String,
    /// Revision, 1 where none is written.
    pub version: u32,
    /// Is it marked RFC?
    pub rfc: bool,
    /// How many patches its subjects promise.
    pub total: u32,
    /// The cover letter's text, where there is one.
    pub cover: Option<String>,
    /// The cover letter as read.
    #[serde(skip)]
    pub cover_raw: Vec<u8>,
    /// Changelog by revision, as found in the cover letter.
    pub changelog: Vec<ChangelogEntry>,
    /// Patches present, by number.
    pub patches: Vec<Patch>,
    /// Numbers promised and not found.
    pub missing: Vec<u32>,
    /// `base-commit:` as posted.
    pub base_commit: Option<String>,
    /// `change-id:` as posted.
    pub change_id: Option<String>,
    /// `prerequisite-*:` lines as posted.
    pub prerequisites: Vec<Trailer>,
    /// Series-wide trouble, as sentences ("2 messages are replies and were left out").
    pub notes: Vec<String>,
}
