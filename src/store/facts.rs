//! In: what an audit remembers of a tree. Out: its row, and back: of the same tree, or of the one audited last in the same place.

use super::error::{Fault, StoreError};
use super::open::Store;
use crate::audit::{ANALYSER, Memory};
use crate::base::hash::blob_id;
use crate::tree::snapshot::Snapshot;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{OptionalExtension, params};
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
            // Quick to write: it is read as often as written.
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
            // In one piece: a compressor that is handed words one by one spends its time on beginning.
            encoder.write_all(&serde_json::to_vec(memory)?)?;
            let packed = encoder.finish()?;
            let digest = blob_id(&bytes).to_string();
            // A folder is only ever what it is now.
            let kept = if matches!(snapshot, Snapshot::Folder { .. }) {
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
                "INSERT INTO fact (id, source, analyser, digest, snapshot, memory)
                 VALUES ((SELECT ifnull(max(id), 0) + 1 FROM fact), ?1, ?2, ?3, ?4, ?5)",
                params![source, ANALYSER, digest, bytes, packed],
            )?;
            Ok(())
        })
    }

    /// Gives what is remembered of `source`: of this very snapshot, else of the tree audited last. What other code than this
    /// has found, or what cannot be read, is not given.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn recall(
        &self,
        source: &str,
        snapshot: &Snapshot,
    ) -> Result<Option<(Snapshot, Memory)>, StoreError> {
        let digest = blob_id(&snapshot.to_bytes()).to_string();
        let row: Option<(Vec<u8>, Vec<u8>)> = self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT snapshot, memory FROM fact WHERE source = ?1 AND analyser = ?2
                 ORDER BY digest = ?3 DESC, id DESC LIMIT 1",
            )?;
            let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            Ok::<_, Fault>(
                statement
                    .query_row(params![source, ANALYSER, digest], read)
                    .optional()?,
            )
        })?;
        Ok(row.and_then(|(snapshot, packed)| {
            let mut memory = Vec::new();
            ZlibDecoder::new(packed.as_slice())
                .read_to_end(&mut memory)
                .ok()?;
            let memory = serde_json::from_slice(&memory).ok()?;
            Some((Snapshot::from_bytes(&snapshot)?, memory))
        }))
    }
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
        assert_eq!(store.recall("here", &tree(1)).unwrap(), None);
        for n in 1..=6 {
            store.remember("here", &tree(n), &memory).unwrap();
        }
        let given = |store: &Store, n: usize| {
            store
                .recall("here", &tree(n))
                .unwrap()
                .map(|(tree, _)| tree)
        };
        assert_eq!(given(&store, 4), Some(tree(4)));
        // What is not known by itself begins from what was seen last; few are kept.
        assert_eq!(given(&store, 1), Some(tree(6)));
        assert_eq!(store.recall("elsewhere", &tree(4)).unwrap(), None);
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
