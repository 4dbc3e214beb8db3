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

/// How an entry comes to whoever walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalkerSort {
    /// The walker leaves a pointer to it in a cursor.
    Cursor,
    /// The walker leaves a pointer and a copy in a cursor, and says at which level it stopped.
    Snapshot,
    /// A function answers its place, whatever stands there.
    Map,
    /// A callback is handed its place.
    Callback,
}

/// Which walks an audit looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WalkerSet {
    /// Those of walkers that leave a pointer in a cursor.
    #[default]
    Pvmw,
    /// All sorts.
    All,
}

/// A function that walks page tables, or another way to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walker {
    /// Its name; for a callback, struct and member.
    pub name: &'static str,
    /// How an entry comes from it.
    pub sort: WalkerSort,
    /// The struct that is its cursor, the entry's type, or the struct of callbacks.
    pub cursor: &'static str,
    /// The cursor's fields that hold a pointer to an entry, by level; without a cursor the level.
    pub fields: Vec<&'static str>,
    /// The cursor's fields that hold a copy of the entry, by level.
    pub copies: Vec<&'static str>,
    /// What the cursor's field `level` says where the walk stopped at a level.
    pub levels: Vec<&'static str>,
    /// Number of the argument that holds the flags, from 0, where they are not in the cursor.
    pub flags: Option<usize>,
    /// Does the entry stay as it is while it is looked at?
    pub locked: bool,
}

impl Walker {
    /// Says whether a function belongs to the walker and looks at nothing for the caller: it ends or restarts a walk.
    pub fn owns(&self, function: &str) -> bool {
        match self.sort {
            WalkerSort::Cursor => function.starts_with(self.name),
            WalkerSort::Snapshot => function.starts_with(self.cursor),
            WalkerSort::Map | WalkerSort::Callback => false,
        }
    }

    /// Names the member of the struct of callbacks.
    pub fn member(&self) -> Option<&'static str> {
        match self.sort {
            WalkerSort::Callback => self.name.rsplit('.').next(),
            _ => None,
        }
    }

    /// Makes one of a row of the table.
    fn of(row: &[&'static str]) -> Self {
        let column = |number: usize| {
            row[3]
                .split(',')
                .filter_map(move |l| l.split(':').nth(number))
        };
        Self {
            name: row[0],
            sort: match row[1] {
                "cursor" => WalkerSort::Cursor,
                "snapshot" => WalkerSort::Snapshot,
                "map" => WalkerSort::Map,
                _ => WalkerSort::Callback,
            },
            cursor: row[2],
            fields: column(0).collect(),
            copies: column(1).collect(),
            levels: column(2).collect(),
            flags: row[4].parse::<usize>().ok().map(|n| n - 1),
            locked: row[4] != "bare",
        }
    }
}

static WALKERS: LazyLock<Vec<Walker>> = LazyLock::new(|| {
    rows(include_str!("../../queries/walkers.tsv"))
        .map(|row| Walker::of(&row))
        .collect()
});

/// Lists the walkers that an audit looks for by default.
pub fn walkers() -> Vec<Walker> {
    walkers_of(WalkerSet::Pvmw)
}

/// Lists the walkers of a set.
pub fn walkers_of(set: WalkerSet) -> Vec<Walker> {
    let all = WALKERS.iter();
    all.filter(|w| set == WalkerSet::All || w.sort == WalkerSort::Cursor)
        .cloned()
        .collect()
}

/// Says whether a function answers the place of an entry.
pub(crate) fn maps_a_table(name: &str) -> bool {
    let mut all = WALKERS.iter();
    all.any(|w| w.sort == WalkerSort::Map && w.name == name)
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
