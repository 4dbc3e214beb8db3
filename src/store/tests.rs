//! The database itself: whose file it is, its history, its faults.

use super::error::StoreError;
use super::open::Store;
use super::{FILE_NAME, migrations, schema};
use crate::base::hash::blob_id;
use crate::store::KernelRow;
use rusqlite::Connection;
use std::path::Path;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(50);

fn kernel(name: &str) -> KernelRow {
    KernelRow {
        name: name.into(),
        spec: format!("/src/{name}"),
        version: "6.1.1".into(),
        commit: None,
        tree: None,
    }
}

/// Everything that makes up a schema.
fn schema_of(connection: &Connection) -> Vec<(String, String, Option<String>)> {
    let mut statement = connection
        .prepare("SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn shipped_migrations_are_never_edited() {
    // Add a line for a new file; never change one.
    let shipped = [
        (
            "0001_workspace.sql",
            "c32da4762fe3af1859c9dab0f43d5fd2875a4dba",
        ),
        (
            "0002_repair.sql",
            "5aeac9e4ae6ad12db2ef1c4b43be8af778df1d74",
        ),
        (
            "0003_huge_entries.sql",
            "2667761db85480676ead1ced183e5ef98c974fe1",
        ),
        (
            "0004_builds.sql",
            "a69d3c9ca2050eb7c17a2156f5aeee4131045e76",
        ),
        ("0005_boots.sql", "68fa9e560b648bf8ff3771936ac005800d75a0cb"),
        ("0006_facts.sql", "dcef35e3fe69d3c956b0322d5343cbb5f0a92907"),
        (
            "0007_bisect.sql",
            "17db9fc602c0aceb0782cab992d290c3cd407a40",
        ),
        ("0008_trees.sql", "5debd2606ba182e0727f6da7ab2cc204299c8590"),
        (
            "0009_lasting.sql",
            "2170a78b969d105808450d97d42b32a8679043ff",
        ),
    ];
    let have: Vec<_> = migrations::FILES
        .iter()
        .map(|(name, sql)| (*name, blob_id(sql.as_bytes()).to_string()))
        .collect();
    let kept: Vec<_> = shipped
        .iter()
        .map(|(name, hash)| (*name, (*hash).to_owned()))
        .collect();
    assert_eq!(have, kept);
    for (number, (name, _)) in migrations::FILES.iter().enumerate() {
        assert!(
            name.starts_with(&format!("{:04}_", number + 1)),
            "{name} is out of order"
        );
    }
}

#[test]
fn every_older_version_comes_up_to_the_fresh_schema() {
    let fresh_folder = tempfile::tempdir().unwrap();
    let fresh = schema_of(Store::open(fresh_folder.path()).unwrap().connection());
    for version in 0..=migrations::FILES.len() {
        let folder = tempfile::tempdir().unwrap();
        let mut old = Connection::open(folder.path().join(FILE_NAME)).unwrap();
        migrations::all().to_version(&mut old, version).unwrap();
        drop(old);
        let store = Store::open(folder.path()).unwrap();
        assert_eq!(
            schema_of(store.connection()),
            fresh,
            "from version {version}"
        );
        let broken: Option<String> = store
            .connection()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(broken.as_deref(), Some("ok"));
    }
}

#[test]
fn schema_page_is_the_committed_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.md");
    let page = schema::page().unwrap();
    if std::env::var_os("PTEWARD_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == page,
        "docs/schema.md is not the schema's; run: PTEWARD_BLESS=1 cargo test schema"
    );
    // No table, view or column without a word about it.
    for line in page.lines() {
        assert!(
            !line.ends_with("|  |"),
            "no comment in the migration: {line}"
        );
    }
    assert!(!page.contains("\n\n\n"), "a table has no comment");
}

#[test]
fn pragmas_hold() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let pragma = |name: &str| -> String {
        let value: rusqlite::types::Value = store
            .connection()
            .pragma_query_value(None, name, |row| row.get(0))
            .unwrap();
        format!("{value:?}")
    };
    assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
    assert_eq!(pragma("foreign_keys"), "Integer(1)");
    assert_eq!(pragma("synchronous"), "Integer(1)");
    assert_eq!(pragma("busy_timeout"), "Integer(5000)");
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store
        .connection()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    drop(store);
    let before = std::fs::read(folder.path().join(FILE_NAME)).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found: 999, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("newer pteward"), "{error}");
    assert_eq!(
        std::fs::read(folder.path().join(FILE_NAME)).unwrap(),
        before
    );
}

#[test]
fn garbage_and_foreign_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let garbage = b"this was never a database, and it is long enough to be looked at ".repeat(40);
    std::fs::write(&path, &garbage).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(
        matches!(error, StoreError::NotADatabase { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("move it away"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), garbage);

    std::fs::remove_file(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)")
        .unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(folder.path()).unwrap_err();
    assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_half_written_database_is_named_damaged_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE_NAME);
    let mut store = Store::open(folder.path()).unwrap();
    store.add_kernel(&kernel("a")).unwrap();
    drop(store);
    let whole = std::fs::read(&path).unwrap();
    for length in [1000, 4096, whole.len() / 2, whole.len() - 4096] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = Store::open(folder.path())
            .and_then(|store| store.kernels())
            .unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Damaged { .. } | StoreError::NotADatabase { .. }
            ),
            "{length} bytes: {error:?}"
        );
        assert_eq!(
            std::fs::read(&path).unwrap().len(),
            length,
            "the file was touched"
        );
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(
        Store::open(folder.path()).unwrap().kernels().unwrap().len(),
        1
    );
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE_NAME), b"").unwrap();
    assert!(
        Store::open(folder.path())
            .unwrap()
            .kernels()
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_busy_database_says_so_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = Store::open(folder.path()).unwrap();
    first.add_kernel(&kernel("a")).unwrap();
    let mut second = Store::open_waiting(folder.path(), SHORT).unwrap();
    first.connection().execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = second.add_kernel(&kernel("b")).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains("try again"), "{error}");
    assert_eq!(
        second.kernels().unwrap().len(),
        1,
        "a reader is not held up"
    );
    first.connection().execute_batch("ROLLBACK").unwrap();
    second.add_kernel(&kernel("b")).unwrap();
    assert_eq!(first.kernels().unwrap().len(), 2);
}

#[test]
fn a_full_disk_says_so_and_keeps_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let pages: i64 = store
        .connection()
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    // The same code as from a disk without space, at the page where we want it.
    store
        .connection()
        .pragma_update(None, "max_page_count", pages)
        .unwrap();
    let big = KernelRow {
        spec: "x".repeat(100_000),
        ..kernel("a")
    };
    let error = store.add_kernel(&big).unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error:?}");
    assert!(store.kernels().unwrap().is_empty());
    store
        .connection()
        .pragma_update(None, "max_page_count", pages + 1000)
        .unwrap();
    store.add_kernel(&big).unwrap();
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    let error = Store::open(&file.join("inside")).unwrap_err();
    assert!(matches!(error, StoreError::Folder { .. }), "{error:?}");
    assert!(error.to_string().contains("--workspace"), "{error}");
}
