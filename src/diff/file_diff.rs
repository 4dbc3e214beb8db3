//! In: nothing. Out: the shapes of a unified diff, as git writes it.

/// What a diff does to one file, as its extended header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileChange {
    /// Same path before and after.
    Modified,
    /// No file before.
    Added,
    /// No file after.
    Deleted,
    /// Another path after; the old one goes.
    Renamed,
    /// Another path after; the old one stays.
    Copied,
}

/// The blob ids of an `index old..new` line, hex as posted (7 to 40 digits).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IndexIds {
    /// The pre-image; all zeros for a new file.
    pub old: String,
    /// The post-image; all zeros for a deleted file.
    pub new: String,
}

/// One file's part of a diff.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileDiff {
    /// What happens to the file.
    pub change: FileChange,
    /// Path before, without `a/`; equals `new_path` for an added file. Not checked for safety here.
    pub old_path: String,
    /// Path after, without `b/`; equals `old_path` for a deleted file. Not checked for safety here.
    pub new_path: String,
    /// Mode before, where the header tells (octal, as git's `100644`).
    pub old_mode: Option<u32>,
    /// Mode after, where the header tells.
    pub new_mode: Option<u32>,
    /// The `index` line's blob ids.
    pub index: Option<IndexIds>,
    /// Is this a `GIT binary patch` or `Binary files … differ`?
    pub binary: bool,
    /// The data of a `GIT binary patch`, its first line and the blank lines that end its parts included, where it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary_patch: Option<String>,
    /// The hunks, in the order posted.
    pub hunks: Vec<Hunk>,
}

/// What a line of a hunk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LineKind {
    /// ` `: stands before and after.
    Context,
    /// `-`: stands before only.
    Removed,
    /// `+`: stands after only.
    Added,
}

/// One line of a hunk.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Line {
    /// Context, removed or added.
    pub kind: LineKind,
    /// The text without marker and line feed; a carriage return stays.
    #[serde(with = "super::text_bytes")]
    pub text: Vec<u8>,
    /// False where `\ No newline at end of file` follows.
    pub newline: bool,
}

/// One hunk. Starts count from 1 (0 where the count is 0), as in the `@@` line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Hunk {
    /// First line of the pre-image.
    pub old_start: u32,
    /// Lines of the pre-image.
    pub old_count: u32,
    /// First line of the post-image.
    pub new_start: u32,
    /// Lines of the post-image.
    pub new_count: u32,
    /// The free text after the second `@@` (usually the function), without the leading blank.
    pub section: String,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Hunk {
    /// Counts the lines that the hunk really holds: (pre-image, post-image).
    pub fn counted(&self) -> (u32, u32) {
        let mut counts = (0, 0);
        for line in &self.lines {
            counts.0 += u32::from(line.kind != LineKind::Added);
            counts.1 += u32::from(line.kind != LineKind::Removed);
        }
        counts
    }
}

impl FileDiff {
    /// Gives the path by which people call the file: the new one, unless it is deleted.
    pub fn path(&self) -> &str {
        if self.change == FileChange::Deleted {
            &self.old_path
        } else {
            &self.new_path
        }
    }

    /// Exchanges before and after, so that applying it undoes the diff.
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut out = self.clone();
        // Its data goes one way only.
        out.binary_patch = None;
        std::mem::swap(&mut out.old_path, &mut out.new_path);
        std::mem::swap(&mut out.old_mode, &mut out.new_mode);
        if let Some(index) = &mut out.index {
            std::mem::swap(&mut index.old, &mut index.new);
        }
        out.change = match self.change {
            FileChange::Added => FileChange::Deleted,
            FileChange::Deleted => FileChange::Added,
            // The reverse of a copy is to delete what it made.
            FileChange::Copied => FileChange::Deleted,
            FileChange::Modified => FileChange::Modified,
            FileChange::Renamed => FileChange::Renamed,
        };
        for hunk in &mut out.hunks {
            std::mem::swap(&mut hunk.old_start, &mut hunk.new_start);
            std::mem::swap(&mut hunk.old_count, &mut hunk.new_count);
            for line in &mut hunk.lines {
                line.kind = match line.kind {
                    LineKind::Added => LineKind::Removed,
                    LineKind::Removed => LineKind::Added,
                    LineKind::Context => LineKind::Context,
                };
            }
        }
        out
    }
}
