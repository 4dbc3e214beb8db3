//! In: what an audit remembers of a tree. Out: its row, and back: of the same tree, or of the one audited last in the same place.

use super::error::{Fault, StoreError};
use super::open::Store;
use crate::audit::{ANALYSER, Lasting, Memory};
use crate::base::hash::blob_id;
use crate::tree::snapshot::Snapshot;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read, Write};

/// Trees that are remembered of one place: a bisection goes to and fro between few.
const KEPT: i64 = 4;

impl Store {
    /// Remembers `memory` of the tree that looked like `snapshot` in the place `source`.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn remember(
        &mut self,
        source: &str,
        snapshot: &Snapshot,
        memory: &Memory,
    ) -> Result<(), StoreError> {
        let bytes = snapshot.to_bytes();
        self.write(|connection| {
            let packed = pack(memory)?;
            let lasting = save_lasting(connection, memory.lasting())?;
            let digest = name(snapshot, &bytes);
            // A folder is only ever what it is now.
            let kept = if matches!(snapshot, Snapshot::Folder(_)) {
                0
            } else {
                KEPT - 1
            };
            connection.execute(
                "DELETE FROM fact WHERE source = ?1 AND (digest = ?2 OR analyser <> ?3 OR id NOT IN
                    (SELECT id FROM fact WHERE source = ?1 ORDER BY id DESC LIMIT ?4))",
                params![source, digest, ANALYSER, kept],
            )?;
            connection.execute(
                "INSERT INTO fact (id, source, analyser, digest, snapshot, memory, lasting)
                 VALUES ((SELECT ifnull(max(id), 0) + 1 FROM fact), ?1, ?2, ?3, ?4, ?5, ?6)",
                params![source, ANALYSER, digest, bytes, packed, lasting],
            )?;
            connection.execute(
                "DELETE FROM lasting WHERE id NOT IN (SELECT lasting FROM fact)",
                [],
            )?;
            Ok(())
        })
    }

    /// Gives what is remembered of `source`: of the git tree `tree` where that is given, else of the tree audited last. What
    /// other code than this has found, or what cannot be read, is not given.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn recall(&self, source: &str, tree: Option<&str>) -> Result<Option<Kept>, StoreError> {
        let digest = tree.map(|id| {
            let tree = Snapshot::Tree(id.to_owned());
            name(&tree, &tree.to_bytes())
        });
        let row: Option<[Vec<u8>; 3]> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT snapshot, memory, content FROM fact JOIN lasting ON lasting.id = fact.lasting
                 WHERE source = ?1 AND analyser = ?2 ORDER BY digest = ?3 DESC, fact.id DESC LIMIT 1",
            )?;
            let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
            Ok::<_, Fault>(
                statement
                    .query_row(params![source, ANALYSER, digest], read)
                    .optional()?,
            )
        })?;
        Ok(row.and_then(|[snapshot, memory, lasting]| {
            let snapshot = Snapshot::from_bytes(&snapshot)?;
            Some(Kept {
                snapshot,
                memory,
                lasting,
            })
        }))
    }
}

/// What is remembered of a tree.
pub struct Kept {
    /// What the tree looked like.
    pub snapshot: Snapshot,
    /// Packed.
    memory: Vec<u8>,
    /// Packed.
    lasting: Vec<u8>,
}

impl Kept {
    /// Unpacks what an audit left; `None` where it cannot be read. Takes as long as looking at a tree does, and can be done
    /// beside it.
    pub fn memory(&self) -> Option<Memory> {
        let lasting: Lasting = unpack(&self.lasting)?;
        let stored = lasting.stored.set(blob_id(&self.lasting).to_string());
        debug_assert!(stored.is_ok(), "what was read just now has no name yet");
        let memory: Memory = unpack(&self.memory)?;
        Some(memory.with_lasting(lasting))
    }
}

/// Names a snapshot; a folder is only ever what it is now.
fn name(snapshot: &Snapshot, bytes: &[u8]) -> String {
    match snapshot {
        Snapshot::Tree(_) => blob_id(bytes).to_string(),
        Snapshot::Folder(_) => String::from("now"),
    }
}

/// Saves what lasts, unless it is there, and gives its name.
fn save_lasting(connection: &Connection, lasting: &Lasting) -> Result<String, Fault> {
    if let Some(id) = lasting.stored.get() {
        let there = "SELECT EXISTS (SELECT 1 FROM lasting WHERE id = ?1)";
        if connection.query_row(there, params![id], |row| row.get(0))? {
            return Ok(id.clone());
        }
    }
    let content = pack(lasting)?;
    let id = blob_id(&content).to_string();
    connection.execute(
        "INSERT OR IGNORE INTO lasting (id, content) VALUES (?1, ?2)",
        params![id, content],
    )?;
    Ok(lasting.stored.get_or_init(|| id.clone()).clone())
}

fn pack(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    // Quick to write: it is read as often as written.
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    // In one piece: a compressor that is handed words one by one spends its time on beginning.
    encoder.write_all(&serde_json::to_vec(value)?)?;
    Ok(encoder.finish()?)
}

fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Option<T> {
    let mut text = Vec::new();
    ZlibDecoder::new(packed).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_given_to_the_code_that_found_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let tree = |n: usize| Snapshot::Tree(format!("{n:040}"));
        let memory = Memory::default();
        let id = |n: usize| format!("{n:040}");
        assert!(store.recall("here", Some(&id(1))).unwrap().is_none());
        for n in 1..=6 {
            store.remember("here", &tree(n), &memory).unwrap();
        }
        let given = |store: &Store, n: usize| {
            store
                .recall("here", Some(&id(n)))
                .unwrap()
                .filter(|kept| kept.memory().is_some())
                .map(|kept| kept.snapshot)
        };
        assert_eq!(given(&store, 4), Some(tree(4)));
        // What is not known by itself begins from what was seen last; few are kept.
        assert_eq!(given(&store, 1), Some(tree(6)));
        assert_eq!(
            store.recall("here", None).unwrap().map(|k| k.snapshot),
            Some(tree(6))
        );
        assert!(store.recall("elsewhere", Some(&id(4))).unwrap().is_none());
        let run = |store: &Store, sql: &str| {
            assert!(store.connection().execute(sql, []).unwrap() > 0);
        };
        run(&store, "UPDATE fact SET memory = x'00'");
        assert_eq!(given(&store, 4), None);
        store.remember("here", &tree(4), &memory).unwrap();
        assert_eq!(given(&store, 4), Some(tree(4)));
        run(&store, "UPDATE fact SET analyser = 'another'");
        assert_eq!(given(&store, 4), None);
    }
}
