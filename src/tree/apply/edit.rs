//! In: a hunk and where its first line stands. Out: the edits it makes, and the file with edits made.

use super::text::Text;
use crate::diff::{Hunk, Line, LineKind};
use std::borrow::Cow;
use std::ops::Range;

/// Lines of a file that others take the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit<'h> {
    /// Lines that go, from 0.
    pub(super) gone: Range<usize>,
    /// Lines that come.
    pub(super) come: Vec<Cow<'h, Line>>,
}

/// Turns a hunk's lines into edits of a file in which its first line stands at `start`.
pub(super) fn edits(hunk: &Hunk, start: i64) -> Vec<Edit<'_>> {
    let mut edits: Vec<Edit<'_>> = Vec::new();
    let mut open = false;
    let mut at = start;
    for line in &hunk.lines {
        if line.kind == LineKind::Context {
            open = false;
            at += 1;
            continue;
        }
        let place =
            usize::try_from(at).expect("only context lines are dropped above the file's top");
        if !open {
            edits.push(Edit {
                gone: place..place,
                come: Vec::new(),
            });
            open = true;
        }
        let edit = edits.last_mut().expect("one was just opened");
        if line.kind == LineKind::Removed {
            edit.gone.end += 1;
            at += 1;
        } else {
            edit.come.push(Cow::Borrowed(line));
        }
    }
    edits
}

/// Says whether no edit leaves a line without line feed in the middle of the file.
pub(super) fn is_whole(text: &Text<'_>, edits: &[Edit<'_>]) -> bool {
    edits.iter().all(|edit| fits_the_end(text, edit))
}

/// Says whether an edit keeps a line without line feed, old or new, at the file's end.
pub(super) fn fits_the_end(text: &Text<'_>, edit: &Edit<'_>) -> bool {
    let count = text.lines.len();
    let ends_unended = edit.come.iter().any(|line| !line.newline);
    let behind_unended =
        edit.gone.start == count && text.lines.lacks_last_newline() && !edit.come.is_empty();
    (!ends_unended || edit.gone.end == count) && !behind_unended
}

pub(super) fn compose(text: &Text<'_>, edits: &[Edit<'_>]) -> Vec<u8> {
    let whole = text.lines.range(0, text.lines.len());
    let coming: usize = edits
        .iter()
        .flat_map(|edit| &edit.come)
        .map(|line| line.text.len() + 1)
        .sum();
    let mut out = Vec::with_capacity(whole.len() + coming);
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(text.lines.range(at, edit.gone.start));
        for line in &edit.come {
            out.extend_from_slice(&line.text);
            if line.newline {
                out.push(b'\n');
            }
        }
        at = edit.gone.end;
    }
    out.extend_from_slice(text.lines.range(at, text.lines.len()));
    out
}
