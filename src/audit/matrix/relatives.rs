//! In: the matrices of two kernels. Out: functions that name a new kind's nearest relatives and not the new kind, and
//! cells that differ.

use super::judge::{Cell, How, MatrixRow};
use crate::vocabulary::Predicate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A function that names a relative of a new kind and lets the new one fall to what is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// Path, relative to the tree.
    pub file: String,
    /// The function.
    pub function: String,
    /// Line of its head, from 1.
    pub line: u32,
    /// The names that the entry has there.
    pub entry: String,
    /// The new kind's cell.
    pub cell: Cell,
    /// The cells of its nearest relatives that are handled by name.
    pub relatives: Vec<Cell>,
}

/// A cell that differs between two kernels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatrixChange {
    /// Path, relative to the second tree.
    pub file: String,
    /// The function.
    pub function: String,
    /// The names that the entry has in the second.
    pub entry: String,
    /// The kind.
    pub kind: String,
    /// How it was handled before.
    pub before: How,
    /// How it is handled after.
    pub after: Cell,
}

/// Lists the kinds that are most often accepted together with `kind`, by predicates that accept several but not all.
fn nearest(kind: &str, predicates: &[Predicate], kinds: &[String]) -> Vec<String> {
    let of = |kind: &str| -> BTreeSet<&str> {
        let own = predicates
            .iter()
            .filter(|p| p.accepts.iter().any(|k| k == kind));
        own.filter(|p| p.accepts.len() > 1)
            .map(|p| p.name.as_str())
            .collect()
    };
    let own = of(kind);
    let scored: Vec<(usize, &String)> = kinds
        .iter()
        .filter(|other| other.as_str() != kind && *other != "none" && *other != "present")
        .map(|other| (of(other).intersection(&own).count(), other))
        .collect();
    let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
    let near = scored
        .into_iter()
        .filter(|(score, _)| *score == best && best > 0);
    near.map(|(_, kind)| kind.clone()).collect()
}

/// Finds what misses a kind: functions that handle one of its nearest relatives by name and it by default.
pub fn missed(kind: &str, rows: &[MatrixRow], predicates: &[Predicate]) -> Vec<Missed> {
    let kinds: Vec<String> = rows
        .first()
        .map(|row| row.cells.iter().map(|cell| cell.kind.clone()).collect())
        .unwrap_or_default();
    let near = nearest(kind, predicates, &kinds);
    let miss = |row: &MatrixRow| {
        let cell = row.cells.iter().find(|cell| cell.kind == kind)?;
        let named = |own: &&Cell| own.how == How::Name && near.contains(&own.kind);
        let relatives: Vec<Cell> = row.cells.iter().filter(named).cloned().collect();
        (cell.how == How::Default && !relatives.is_empty()).then(|| Missed {
            file: row.file.clone(),
            function: row.function.clone(),
            line: row.line,
            entry: row.entry.clone(),
            cell: cell.clone(),
            relatives,
        })
    };
    rows.iter().filter_map(miss).collect()
}

/// Compares the cells of functions that both have, by file and name and order of entries.
pub fn compare_matrices(before: &[MatrixRow], after: &[MatrixRow]) -> Vec<MatrixChange> {
    let of = |rows: &[MatrixRow], file: &str, function: &str| -> Vec<MatrixRow> {
        let own = rows
            .iter()
            .filter(|row| row.file == file && row.function == function);
        own.cloned().collect()
    };
    let mut out = Vec::new();
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in after {
        if !seen.insert((&row.file, &row.function)) {
            continue;
        }
        let (old, new) = (
            of(before, &row.file, &row.function),
            of(after, &row.file, &row.function),
        );
        for (old, new) in old.iter().zip(&new) {
            for cell in &new.cells {
                let was = old.cells.iter().find(|own| own.kind == cell.kind);
                if let Some(was) = was.filter(|own| own.how != cell.how) {
                    out.push(MatrixChange {
                        file: new.file.clone(),
                        function: new.function.clone(),
                        entry: new.entry.clone(),
                        kind: cell.kind.clone(),
                        before: was.how,
                        after: cell.clone(),
                    });
                }
            }
        }
    }
    out
}
