//! In: nothing. Out: what came of applying: grades, conflicts, outcomes. Values, never errors.

use serde::{Deserialize, Serialize};

/// How a hunk went in, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// At its line, every line equal.
    Exact,
    /// Every line equal, elsewhere.
    Offset,
    /// Some outer context lines differ.
    Fuzz,
    /// Lines equal but for white space.
    Whitespace,
    /// Merged over the pre-image blob that the `index` line names.
    ThreeWay,
    /// Merged word by word: lines around it, or parts of the lines it changes, are other than posted.
    WordMerge,
    /// The tree holds the result already.
    AlreadyThere,
    /// Most of what it adds is in the function already, in another form.
    Contained,
    /// It does not go in.
    Conflict,
}

impl Grade {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Offset => "offset",
            Self::Fuzz => "fuzz",
            Self::Whitespace => "whitespace",
            Self::ThreeWay => "three-way",
            Self::WordMerge => "word-merge",
            Self::AlreadyThere => "already-there",
            Self::Contained => "contained",
            Self::Conflict => "conflict",
        }
    }
}

/// What came of one hunk. A file-level step without hunks (rename, mode) has none of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkOutcome {
    /// `old_start` as posted.
    pub old_start: u32,
    /// Function (or other text) after `@@`.
    pub function: String,
    /// How it went in.
    pub grade: Grade,
    /// First line, from 1, in the file as it is after this patch; 0 for a conflict.
    pub new_line: u32,
    /// Lines between the posted and the found place; negative is upwards.
    pub offset: i64,
    /// Context lines dropped at either end.
    pub fuzz: u32,
    /// Why, for anything below exact: a sentence.
    pub reason: String,
    /// For a conflict: what the hunk expects, as text lines.
    pub expected: Vec<String>,
    /// For a conflict: what the tree has at the nearest place, as text lines.
    pub found: Vec<String>,
    /// Symbols that the hunk uses and the tree does not have.
    pub missing_symbols: Vec<String>,
}

/// What is known of a file's text, best first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// It makes the posted blob: the result has the id that the `index` line names.
    Proved,
    /// It came whole; nothing was restored, and no id says more.
    #[default]
    Intact,
    /// Restored: the counts fit and the lines are aligned in the right function of the file at hand; white space of
    /// added lines is by rule.
    Consistent,
    /// Restored: the text is right as far as words go; white space or line ends are not known.
    WordsOnly,
    /// Not even the words could be set into lines; or the text is shown not to make the posted blob.
    Failed,
}

impl Proof {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Proved => "proved",
            Self::Intact => "intact",
            Self::Consistent => "consistent",
            Self::WordsOnly => "words-only",
            Self::Failed => "failed",
        }
    }

    /// Gives the weakest of some files; what came whole says nothing of a patch of which another file did not.
    pub fn weakest(files: impl Iterator<Item = Self>) -> Self {
        files.max().unwrap_or_default()
    }
}

/// What came of one file's part of a patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOutcome {
    /// Path as people call the file.
    pub path: String,
    /// Where the pre-image was read, when not `path` (renames and copies).
    pub old_path: String,
    /// A refusal or file-level conflict ("refused: the path leaves the tree"); empty when fine.
    pub refusal: String,
    /// What is known of the file as a whole: which blob ids agree, or that they show damage; may be empty.
    #[serde(default)]
    pub reason: String,
    /// Is the whole file's step already in the tree?
    pub already_there: bool,
    /// Blob id of the pre-image (prefix as posted), where the patch names one.
    #[serde(default)]
    pub old_id: Option<String>,
    /// Blob id the patch promises (prefix as posted), where it does.
    pub posted_id: Option<String>,
    /// Blob id of the result, where there is one.
    pub result_id: Option<String>,
    /// What is known of its text.
    pub proof: Proof,
    /// Was the text restored from a page that had damaged it?
    #[serde(default)]
    pub repaired: bool,
    /// How many results restoring has hashed.
    #[serde(default)]
    pub trials: u64,
    /// The hunks, in the order posted.
    pub hunks: Vec<HunkOutcome>,
}

/// What came of one patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatchVerdict {
    /// Every hunk is in.
    Applied,
    /// Some hunks are in, some conflict.
    Partly,
    /// Nothing went in.
    Conflict,
    /// The tree holds all of it already.
    AlreadyThere,
}

impl PatchVerdict {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Partly => "partly",
            Self::Conflict => "conflict",
            Self::AlreadyThere => "already-there",
        }
    }
}

/// What came of one patch, with its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatchOutcome {
    /// Number in the series.
    pub number: u32,
    /// Subject without tags.
    pub subject: String,
    /// The whole patch's outcome.
    pub verdict: PatchVerdict,
    /// The weakest proof of its files.
    pub proof: Proof,
    /// Its files.
    pub files: Vec<FileOutcome>,
    /// The diff as restored, where the page had damaged it.
    #[serde(default)]
    pub restored: Option<Vec<crate::diff::FileDiff>>,
}
