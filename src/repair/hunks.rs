//! In: a damaged hunk and what was found of it. Out: the hunk, exact or as its words.

use super::align::Row;
use super::body::Body;
use super::image::Image;
use super::variants::{Variant, Variants, row_words};
use crate::diff::damaged::DamagedHunk;
use crate::diff::{Hunk, Line, LineKind};

/// A hunk with the texts of a variant.
pub(super) fn exact_hunk(
    hunk: &DamagedHunk,
    body: &Body,
    image: &Image<'_>,
    (variants, variant, there): (&Variants<'_>, &Variant, bool),
) -> Hunk {
    let reading = variants.reading(variant.reading);
    let section = super::section::text(body, image, reading);
    let mut lines = Vec::new();
    for (row, text) in reading.rows.iter().zip(&variant.texts) {
        let (text, newline) = match (text, row.tree) {
            (Some(text), _) => (text.to_vec(), row.newline),
            (None, Some(line)) => {
                let last = line + 1 == image.lines.len();
                (image.lines[line].to_vec(), !(last && image.open_end()))
            }
            (None, None) => continue,
        };
        lines.push(Line {
            kind: posted_kind(row.kind, there),
            text,
            newline,
        });
    }
    Hunk {
        old_start: hunk.old_start,
        old_count: hunk.old_count,
        new_start: hunk.new_start,
        new_count: hunk.new_count,
        section,
        lines,
    }
}

/// The kind that a row was posted as; `there` says that the reverse was read.
fn posted_kind(kind: LineKind, there: bool) -> LineKind {
    match kind {
        LineKind::Added if there => LineKind::Removed,
        LineKind::Removed if there => LineKind::Added,
        _ => kind,
    }
}

/// A hunk of which only words are known: lines by their markers where the page kept line ends, else none.
pub(super) fn words_hunk(hunk: &DamagedHunk, body: &Body) -> Hunk {
    let mut out = Hunk {
        old_start: hunk.old_start,
        old_count: hunk.old_count,
        new_start: hunk.new_start,
        new_count: hunk.new_count,
        section: String::new(),
        lines: Vec::new(),
    };
    if !body.lines_kept {
        return out;
    }
    let section: Vec<_> = body.units[..body.head]
        .iter()
        .map(|unit| String::from_utf8_lossy(&unit.text))
        .collect();
    out.section = section.join(" ");
    let mut at = body.head;
    while at < body.units.len() {
        let end = (at + 1..body.units.len())
            .find(|&next| body.units[next].begins)
            .unwrap_or(body.units.len());
        let kind = match body.units[at].marker() {
            Some(b'-') => LineKind::Removed,
            Some(b'+') => LineKind::Added,
            _ => LineKind::Context,
        };
        let row = Row {
            kind,
            tree: None,
            words: at..end,
            newline: true,
        };
        let text = row_words(body, &row).join(&b' ');
        out.lines.push(Line {
            kind,
            text,
            newline: true,
        });
        at = end;
    }
    out
}
