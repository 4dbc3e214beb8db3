//! In: nothing. Out: what restoring asks for and what it gives.

use crate::diff::FileDiff;
use crate::tree::Proof;

/// A file that stands where the pre-image stood, in another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Its bytes.
    pub text: Vec<u8>,
    /// Where it is from, for messages: "directory /x".
    pub from: String,
}

/// Gives the files to restore against.
pub trait PreImages {
    /// Gives the blob whose id begins with `prefix` (hex, 7 to 40 digits). What it gives is checked.
    fn by_id(&self, prefix: &str) -> Option<Vec<u8>>;
    /// Gives the file at `path` in the nearest kernel.
    fn near(&self, path: &str) -> Option<Near>;
}

/// Against which text a file was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreImageFrom {
    /// The blob that the `index` line names.
    Exact,
    /// The result of an earlier part of the same series, by its id.
    Series,
    /// A file of another version; where it is from.
    Near(String),
    /// The file is new.
    NewFile,
    /// None was at hand.
    None,
}

/// One file, restored as far as could be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The diff. Where nothing could be restored its hunks are empty of lines.
    pub file: FileDiff,
    /// What is known of it.
    pub grade: Proof,
    /// Why not more, or by what it is proved; a fragment.
    pub reason: String,
    /// How many results were hashed.
    pub trials: u64,
    /// Against which text.
    pub pre_image: PreImageFrom,
    /// The file after, where it was made: of the exact pre-image when proved, else of what was at hand.
    pub post: Option<Vec<u8>>,
    /// Is this the text as it stands on the page, nothing of it changed?
    pub stood: bool,
}

/// How much work restoring may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Results hashed per file at most; fewer where a short id would let chance match.
    pub trials: u64,
    /// Bytes hashed per file at most; other work counts as bytes by the time that it takes.
    pub bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            trials: 400_000,
            bytes: 20_000_000_000,
        }
    }
}
