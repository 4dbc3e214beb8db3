//! In: a reading. Out: what its rows tell, made once for all texts.

use super::shape::{Prepared, Replaced, row_words};
use crate::diff::LineKind;
use crate::repair::align::{Reading, Row};
use crate::repair::body::Body;
use crate::repair::image::Image;
use crate::repair::layout::Scan;
use std::rc::Rc;

pub(super) fn prepare(body: &Body, image: &Image<'_>, reading: Reading, c: bool) -> Prepared {
    let base = scan_above(image, reading.begin, c);
    let words: Vec<Vec<Vec<u8>>> = reading
        .rows
        .iter()
        .map(|row| {
            if row.tree.is_some() {
                Vec::new()
            } else {
                row_words(body, row)
            }
        })
        .collect();
    let mut old = base.clone();
    let mut groups: Vec<Replaced> = Vec::new();
    let mut group: Vec<(Vec<u8>, Scan)> = Vec::new();
    let mut shared = Rc::new(Vec::new());
    for row in &reading.rows {
        match (row.kind, row.tree) {
            (LineKind::Removed, Some(line)) => {
                group.push((image.lines[line].to_vec(), old.clone()));
                old.feed(image.lines[line]);
            }
            (LineKind::Added, _) => {
                if !group.is_empty() {
                    shared = Rc::new(std::mem::take(&mut group));
                }
            }
            (_, line) => {
                group.clear();
                shared = Rc::new(Vec::new());
                if let Some(line) = line {
                    old.feed(image.lines[line]);
                }
            }
        }
        groups.push(Rc::clone(&shared));
    }
    let ranges = ranges(&reading.rows, &words);
    let neighbours = runs(&ranges, reading.rows.len());
    let mut below = vec![reading.end; reading.rows.len()];
    let mut next = reading.end;
    for (slot, row) in below.iter_mut().zip(&reading.rows).rev() {
        *slot = next;
        if let Some(line) = row.tree.filter(|_| row.kind == LineKind::Context) {
            next = line;
        }
    }
    Prepared {
        slash: vec![None; reading.rows.len()],
        neighbours,
        ranges,
        below,
        reading,
        words,
        groups,
        base,
    }
}

/// Added rows that belong together: runs without context between, comments and blocks by themselves.
fn ranges(rows: &[Row], words: &[Vec<Vec<u8>>]) -> Vec<std::ops::Range<usize>> {
    let star = |row: usize| {
        words[row]
            .first()
            .is_some_and(|word| word.starts_with(b"*"))
    };
    let ends = |row: usize| {
        words[row].last().is_some_and(|word| word.ends_with(b"{"))
            || words[row]
                .first()
                .is_some_and(|word| word.starts_with(b"}"))
    };
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.kind != LineKind::Added {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == at && star(at) == star(at - 1) && !ends(at - 1) => {
                last.end = at + 1;
            }
            _ => out.push(at..at + 1),
        }
    }
    out
}

/// For each row, the group that it is in, or what of it is near.
fn runs(ranges: &[std::ops::Range<usize>], count: usize) -> Vec<std::ops::Range<usize>> {
    let mut out = vec![0..0; count];
    for range in ranges {
        for row in range.clone() {
            // No more than a screen, so that a huge run costs no more than its length.
            let near = range.start.max(row.saturating_sub(40))..range.end.min(row + 40);
            out[row] = near;
        }
    }
    out
}

/// Reads the file from the begin of the function (or not far above) to `line`.
fn scan_above(image: &Image<'_>, line: usize, c: bool) -> Scan {
    let mut scan = Scan::default();
    let line = line.min(image.lines.len());
    let floor = if c {
        line.saturating_sub(600)
    } else {
        line.saturating_sub(1)
    };
    let start = (floor..line)
        .rev()
        .find(|&at| {
            let text = image.lines[at];
            let begins = text
                .first()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let behind = at == 0
                || image.lines[at - 1].is_empty()
                || image.lines[at - 1] == b"}"
                || image.lines[at - 1] == b" */";
            begins && behind && !text.ends_with(b":")
        })
        .unwrap_or(floor);
    for text in &image.lines[start..line] {
        scan.feed(text);
    }
    scan
}
