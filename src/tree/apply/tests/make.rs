//! In: two texts. Out: the diff that git would make of them; and a tree in memory to apply it to.

use crate::base::hash::blob_id;
use crate::base::id::ObjectId;
use crate::diff::{FileChange, FileDiff, Hunk, IndexIds, Line, LineKind};
use crate::tree::apply::{FileResult, apply_file};
use crate::tree::source::{Choose, Node, Source, TreeError, Visit};
use crate::tree::{Grade, HunkOutcome};
use imara_diff::{Algorithm, Diff, InternedInput};
use std::collections::BTreeMap;

/// Makes a modifying diff with three lines of context and full blob ids.
pub(super) fn diff(path: &str, old: &str, new: &str) -> FileDiff {
    FileDiff {
        change: FileChange::Modified,
        old_path: path.to_owned(),
        new_path: path.to_owned(),
        old_mode: None,
        new_mode: None,
        index: Some(IndexIds {
            old: blob_id(old.as_bytes()).to_string(),
            new: blob_id(new.as_bytes()).to_string(),
        }),
        binary: false,
        binary_patch: None,
        hunks: hunks(old, new, 3),
    }
}

/// Like [`diff`], as a mail without an `index` line.
pub(super) fn bare(old: &str, new: &str) -> FileDiff {
    FileDiff {
        index: None,
        ..diff("herd.c", old, new)
    }
}

pub(super) fn hunks(old: &str, new: &str, context: usize) -> Vec<Hunk> {
    let (before, after) = (cut(old), cut(new));
    let mut input = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let changes = Diff::compute(Algorithm::Myers, &input);
    let mut hunks: Vec<(Hunk, usize)> = Vec::new();
    for change in changes.hunks() {
        let (b0, b1, a0, a1) = (
            change.before.start as usize,
            change.before.end as usize,
            change.after.start as usize,
            change.after.end as usize,
        );
        let joins = hunks.last().is_some_and(|(_, end)| b0 <= end + 2 * context);
        if !joins {
            if let Some((hunk, end)) = hunks.last_mut() {
                extend(
                    hunk,
                    &before,
                    *end..(*end + context).min(before.len()),
                    LineKind::Context,
                );
            }
            let from = b0.saturating_sub(context);
            let section = before[..from]
                .iter()
                .rev()
                .find(|line| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'));
            let section = section.map_or("", |line| line.trim_end()).to_owned();
            let hunk = Hunk {
                old_start: from as u32,
                old_count: 0,
                new_start: (a0 - (b0 - from)) as u32,
                new_count: 0,
                section,
                lines: Vec::new(),
            };
            hunks.push((hunk, from));
        }
        let (hunk, end) = hunks.last_mut().unwrap();
        extend(hunk, &before, *end..b0, LineKind::Context);
        extend(hunk, &before, b0..b1, LineKind::Removed);
        extend(hunk, &after, a0..a1, LineKind::Added);
        *end = b1;
    }
    if let Some((hunk, end)) = hunks.last_mut() {
        extend(
            hunk,
            &before,
            *end..(*end + context).min(before.len()),
            LineKind::Context,
        );
    }
    hunks.into_iter().map(|(hunk, _)| count(hunk)).collect()
}

/// Turns starts from 0 into git's, and fills the counts.
fn count(mut hunk: Hunk) -> Hunk {
    (hunk.old_count, hunk.new_count) = hunk.counted();
    hunk.old_start += u32::from(hunk.old_count > 0);
    hunk.new_start += u32::from(hunk.new_count > 0);
    hunk
}

fn cut(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn extend(hunk: &mut Hunk, lines: &[&str], range: std::ops::Range<usize>, kind: LineKind) {
    hunk.lines.extend(lines[range].iter().map(|line| Line {
        kind,
        text: line.trim_end_matches('\n').into(),
        newline: line.ends_with('\n'),
    }));
}

/// Applies with no pre-image at hand.
pub(super) fn apply(tree: &str, diff: &FileDiff) -> FileResult {
    apply_file(Some((tree.as_bytes(), false)), diff, &|_| None)
}

/// Applies a diff that must have one hunk, and gives the hunk's outcome with the file after it.
pub(super) fn one(tree: &str, diff: &FileDiff) -> (HunkOutcome, String) {
    let result = apply(tree, diff);
    assert_eq!(result.outcome.hunks.len(), 1);
    let after = after(tree, &result);
    (result.outcome.hunks.into_iter().next().unwrap(), after)
}

/// The file after applying.
pub(super) fn after(tree: &str, result: &FileResult) -> String {
    match &result.after {
        crate::tree::apply::After::Same => tree.to_owned(),
        crate::tree::apply::After::Written { bytes, .. } => {
            String::from_utf8(bytes.clone()).unwrap()
        }
        crate::tree::apply::After::Removed => panic!("removed"),
    }
}

pub(super) fn grades(result: &FileResult) -> Vec<Grade> {
    result.outcome.hunks.iter().map(|hunk| hunk.grade).collect()
}

/// A tree in memory.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) nodes: BTreeMap<String, Node>,
    /// Blobs beside the files, as an object store has.
    pub(super) blobs: Vec<Vec<u8>>,
    /// How often the whole tree was read.
    pub(super) visits: std::sync::atomic::AtomicUsize,
}

impl Memory {
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| {
            (
                (*path).to_owned(),
                Node::File {
                    bytes: text.as_bytes().to_vec(),
                    executable: false,
                },
            )
        };
        Self {
            nodes: files.iter().map(file).collect(),
            ..Self::default()
        }
    }
}

impl Source for Memory {
    fn describe(&self) -> String {
        "memory".to_owned()
    }

    fn commit(&self) -> Option<ObjectId> {
        None
    }

    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        let inside = format!("{path}/");
        let folder = || {
            self.nodes
                .keys()
                .any(|key| key.starts_with(&inside))
                .then_some(Node::Folder)
        };
        Ok(self.nodes.get(path).cloned().or_else(folder))
    }

    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        Ok(self
            .nodes
            .keys()
            .filter(|path| choose(path))
            .cloned()
            .collect())
    }

    fn visit(
        &self,
        _under: &[&str],
        choose: Choose<'_>,
        visit: Visit<'_>,
    ) -> Result<(), TreeError> {
        self.visits
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        for (path, node) in &self.nodes {
            if let (true, Node::File { bytes, .. }) = (choose(path), node) {
                visit(path, bytes);
            }
        }
        Ok(())
    }

    fn blob(&self, prefix: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self
            .blobs
            .iter()
            .find(|bytes| blob_id(bytes).has_prefix(prefix))
            .cloned())
    }
}
