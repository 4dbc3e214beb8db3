//! In: the tables of queries/. Out: them, typed.

use crate::base::table::rows;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What values an entry type may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Domain {
    /// Any kind.
    Full,
    /// None, or not present.
    Soft,
    /// Not present and not none.
    Swap,
}

/// A function that walks page tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walker {
    /// Its name.
    pub name: &'static str,
    /// The struct that is its cursor.
    pub cursor: &'static str,
    /// The cursor's fields that hold an entry, by level.
    pub fields: Vec<&'static str>,
}

/// Lists the walkers that an audit looks for.
pub fn walkers() -> Vec<Walker> {
    rows(include_str!("../../queries/walkers.tsv"))
        .map(|row| Walker {
            name: row[0],
            cursor: row[1],
            fields: row[2].split(',').collect(),
        })
        .collect()
}

static ENTRY_TYPES: LazyLock<Vec<(&str, Domain)>> = LazyLock::new(|| {
    rows(include_str!("../../queries/entry-types.tsv"))
        .map(|row| {
            let domain = match row[1] {
                "full" => Domain::Full,
                "soft" => Domain::Soft,
                _ => Domain::Swap,
            };
            (row[0], domain)
        })
        .collect()
});

/// Lists the entry types.
pub(super) fn entry_types() -> &'static [(&'static str, Domain)] {
    &ENTRY_TYPES
}

/// Lists the presence tests: name and the kind for which each answers yes.
pub(super) fn presence() -> Vec<(&'static str, &'static str)> {
    rows(include_str!("../../queries/presence.tsv"))
        .map(|row| (row[0], row[1]))
        .collect()
}

/// Lists constants whose kind has another name.
pub(super) fn renamed_kinds() -> Vec<(&'static str, &'static str)> {
    rows(include_str!("../../queries/kinds.tsv"))
        .map(|row| (row[0], row[1]))
        .collect()
}

/// Lists calls whose value is that of their first argument.
pub(super) fn wrappers() -> Vec<&'static str> {
    rows(include_str!("../../queries/wrappers.tsv"))
        .map(|row| row[0])
        .collect()
}
