//! In: text that may hold unified diffs. Out: every file diff in it, and what was wrong, with lines.

use super::FileDiff;

/// Something that is wrong with a diff; nothing of it is dropped without one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Problem {
    /// Line in the text, from 1.
    pub line: usize,
    /// What is wrong, as a fragment: "hunk says 7 old lines, holds 5".
    pub what: String,
}

/// What a text holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// The file diffs, in order.
    pub files: Vec<FileDiff>,
    /// What was wrong.
    pub problems: Vec<Problem>,
    /// Byte offset where the first diff begins (text before it is prose).
    pub start: Option<usize>,
    /// Byte offset just behind the last diff line (a mail's signature begins there).
    pub end: usize,
}

/// Finds and parses every file diff in `text`.
pub fn parse(text: &[u8]) -> Parsed {
    Parsed { end: text.len(), ..Parsed::default() }
}
