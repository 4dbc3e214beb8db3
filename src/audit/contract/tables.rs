//! In: tables of queries/ about walks. Out: them, typed.

use crate::base::table::rows;
use std::collections::HashMap;
use std::sync::LazyLock;

static SORTS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    rows(include_str!("../../../queries/levels.tsv"))
        .map(|row| (row[0], row[1]))
        .collect()
});

/// Gives the sort of entry that a test tells of.
pub(super) fn sort_of(name: &str) -> Option<&'static str> {
    SORTS.get(name).copied()
}
