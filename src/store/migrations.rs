//! In: nothing. Out: the schema's history. Append-only: a shipped file is never edited, a test keeps their hashes.

use rusqlite_migration::{M, Migrations};

/// Every migration: file name and SQL; the place in the list, from 1, is SQLite's `user_version`.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "0001_workspace.sql",
        include_str!("migrations/0001_workspace.sql"),
    ),
    (
        "0002_repair.sql",
        include_str!("migrations/0002_repair.sql"),
    ),
    (
        "0003_huge_entries.sql",
        include_str!("migrations/0003_huge_entries.sql"),
    ),
    (
        "0004_builds.sql",
        include_str!("migrations/0004_builds.sql"),
    ),
    ("0005_boots.sql", include_str!("migrations/0005_boots.sql")),
    ("0006_facts.sql", include_str!("migrations/0006_facts.sql")),
    (
        "0007_bisect.sql",
        include_str!("migrations/0007_bisect.sql"),
    ),
    ("0008_trees.sql", include_str!("migrations/0008_trees.sql")),
    (
        "0009_lasting.sql",
        include_str!("migrations/0009_lasting.sql"),
    ),
];

/// Gives the migrations in the runner's shape.
pub(super) fn all() -> Migrations<'static> {
    Migrations::new(
        FILES
            .iter()
            .map(|(_, sql)| M::up(sql).foreign_key_check())
            .collect(),
    )
}
