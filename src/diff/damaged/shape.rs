//! In: nothing. Out: the shapes of a diff of which only the words are sure.

use crate::diff::{FileChange, FileDiff, Hunk, IndexIds};

/// Which information a page lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Damage {
    /// The blank that marks context is gone, so lines begin with their text.
    pub leading_blanks: bool,
    /// No tab is left.
    pub tabs: bool,
    /// Fewer lines than the header counts: lines without text were dropped.
    pub blank_lines: bool,
    /// Several lines of the hunk stand on one.
    pub line_breaks: bool,
    /// Runs of blanks within lines were collapsed.
    pub inner_blanks: bool,
    /// `&not…` and the like became signs, or letters outside ASCII became `?`.
    pub entities: bool,
    /// Long lines were broken.
    pub wrapped: bool,
    /// Every line had a `> ` before it; it was taken off.
    pub quoted: bool,
    /// `<`, `>` and `&` were escaped as in HTML; they were put back.
    pub escaped: bool,
}

impl Damage {
    /// Adds what another part lost.
    pub fn join(&mut self, other: Self) {
        self.leading_blanks |= other.leading_blanks;
        self.tabs |= other.tabs;
        self.blank_lines |= other.blank_lines;
        self.line_breaks |= other.line_breaks;
        self.inner_blanks |= other.inner_blanks;
        self.entities |= other.entities;
        self.wrapped |= other.wrapped;
        self.quoted |= other.quoted;
        self.escaped |= other.escaped;
    }

    /// Lists what was lost, in words.
    pub fn words(self) -> Vec<&'static str> {
        let all = [
            (self.leading_blanks, "leading blanks"),
            (self.tabs, "tabs"),
            (self.blank_lines, "blank lines"),
            (self.line_breaks, "line breaks"),
            (self.inner_blanks, "runs of blanks"),
            (self.entities, "entities or letters"),
            (self.wrapped, "long lines"),
            (self.quoted, "quoted"),
            (self.escaped, "escaped"),
        ];
        let lost = all.into_iter().filter(|(lost, _)| *lost);
        lost.map(|(_, word)| word).collect()
    }

    /// Says whether anything was lost.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }
}

/// A word with the white space before it on its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The blanks and tabs before it as the page has them (no-break spaces as blanks); empty at a line's begin.
    pub gap: Vec<u8>,
    /// The text, never empty, without white space.
    pub text: Vec<u8>,
}

/// A physical line of the page, its quote marks and escapes taken off. No words: an empty line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamagedLine {
    /// The words, in order.
    pub words: Vec<Word>,
    /// White space behind the last word.
    pub tail: Vec<u8>,
}

impl DamagedLine {
    /// Gives the line as it stands on the page.
    pub fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for word in &self.words {
            out.extend_from_slice(&word.gap);
            out.extend_from_slice(&word.text);
        }
        out.extend_from_slice(&self.tail);
        out
    }
}

/// A hunk whose header could be read. Starts and counts as in [`crate::diff::Hunk`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedHunk {
    /// First line of the pre-image.
    pub old_start: u32,
    /// Lines of the pre-image.
    pub old_count: u32,
    /// First line of the post-image.
    pub new_start: u32,
    /// Lines of the post-image.
    pub new_count: u32,
    /// The page's lines; the first is what stands behind the second `@@` (the section's text, and everything
    /// else where line breaks were lost).
    pub lines: Vec<DamagedLine>,
    /// What this hunk lost.
    pub damage: Damage,
    /// Is this the text's last hunk, so that prose may stand behind its lines?
    pub last: bool,
}

/// A file's hunks as they stand in the text, where every line that their headers count is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The hunks.
    pub hunks: Vec<Hunk>,
    /// Does the text look as if white space or letters of it were lost, so that it is not to be taken for what was posted
    /// unless a kernel's file or an id shows it?
    pub suspect: bool,
    /// Is what was lost of such a text likelier found by rule than left alone, where nothing tells?
    pub by_rule: bool,
}

/// One file's part of a mangled diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DamagedFile {
    /// Path before, without `a/`.
    pub old_path: String,
    /// Path after, without `b/`.
    pub new_path: String,
    /// What happens to the file.
    pub change: FileChange,
    /// The `index` line's blob ids.
    pub index: Option<IndexIds>,
    /// Mode before, where told.
    pub old_mode: Option<u32>,
    /// Mode after, where told.
    pub new_mode: Option<u32>,
    /// Is this a binary patch?
    pub binary: bool,
    /// The hunks, in order.
    pub hunks: Vec<DamagedHunk>,
    /// The hunks as they stand, where nothing is missing of them: to be believed first.
    pub standing: Option<Standing>,
}

impl DamagedFile {
    /// Gives the file's headers as those of a whole diff, without hunks.
    pub fn header(&self) -> FileDiff {
        FileDiff {
            change: self.change,
            old_path: self.old_path.clone(),
            new_path: self.new_path.clone(),
            old_mode: self.old_mode,
            new_mode: self.new_mode,
            index: self.index.clone(),
            binary: self.binary,
            binary_patch: None,
            hunks: Vec::new(),
        }
    }
}

/// What a text holds of diffs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DamagedParsed {
    /// The files, in order.
    pub files: Vec<DamagedFile>,
    /// What was lost in any of the hunks.
    pub damage: Damage,
    /// Byte offset where the first diff begins.
    pub start: Option<usize>,
    /// Byte offset behind the last diff (a mail's signature begins there).
    pub end: usize,
}
