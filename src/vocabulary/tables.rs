//! In: the tables of queries/. Out: them, typed.

use crate::base::table::rows;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
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

/// Says whether a test means the same on all architectures, however they write it.
pub(super) fn means_the_same(name: &str) -> bool {
    static ALIKE: LazyLock<BTreeSet<&str>> = LazyLock::new(|| {
        let all = rows(include_str!("../../queries/alike.tsv"));
        all.map(|row| row[0]).collect()
    });
    ALIKE.contains(name)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn walker(name: &str) -> Walker {
        let mut all = walkers_of(WalkerSet::All).into_iter();
        all.find(|walker| walker.name == name).unwrap()
    }

    #[test]
    fn the_default_walks_are_those_of_cursors() {
        let own = walkers();
        assert!(!own.is_empty());
        assert!(own.iter().all(|w| w.sort == WalkerSort::Cursor));
        assert_eq!(own, walkers_of(WalkerSet::Pvmw));
        assert!(walkers_of(WalkerSet::All).len() > own.len());
    }

    #[test]
    fn a_row_tells_where_entries_and_flags_are() {
        let row = [
            "walk",
            "snapshot",
            "cursor",
            "ptep:pte:LOW,pmdp:pmd:HIGH",
            "4",
            "why",
        ];
        let walker = Walker::of(&row);
        assert_eq!(walker.sort, WalkerSort::Snapshot);
        assert_eq!(walker.fields, ["ptep", "pmdp"]);
        assert_eq!(walker.copies, ["pte", "pmd"]);
        assert_eq!(walker.levels, ["LOW", "HIGH"]);
        assert_eq!(walker.flags, Some(3));
        assert!(walker.owns("cursor_end") && !walker.owns("walk_on"));
        let row = ["map", "map", "pte_t", "pte", "bare", "why"];
        let walker = Walker::of(&row);
        assert_eq!((walker.sort, walker.flags), (WalkerSort::Map, None));
        assert!(walker.copies.is_empty() && !walker.locked);
    }

    #[test]
    fn every_row_of_the_table_is_whole() {
        for walker in walkers_of(WalkerSet::All) {
            let (levels, name) = (walker.fields.len(), walker.name);
            assert!(levels > 0 && !walker.cursor.is_empty(), "{name}");
            if walker.sort == WalkerSort::Snapshot {
                let others = (walker.copies.len(), walker.levels.len());
                assert_eq!(others, (levels, levels), "{name}");
            }
            assert_eq!(
                walker.member().is_some(),
                walker.sort == WalkerSort::Callback
            );
            assert_eq!(maps_a_table(name), walker.sort == WalkerSort::Map, "{name}");
        }
        assert_eq!(walker("mm_walk_ops.pte_entry").member(), Some("pte_entry"));
        assert!(walker("page_vma_mapped_walk").owns("page_vma_mapped_walk_done"));
    }
}
