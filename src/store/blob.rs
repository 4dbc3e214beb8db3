//! In: bytes. Out: their row in the content-addressed `blob` table, compressed; and back, checked.

use super::error::Fault;
use crate::base::hash::blob_id;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, OptionalExtension, params};
use std::io::{Read, Write};

/// Keeps `bytes` and returns the id by which they are found.
pub(super) fn put(connection: &Connection, bytes: &[u8]) -> Result<String, Fault> {
    let id = blob_id(bytes).to_string();
    let known = connection
        .prepare_cached("SELECT 1 FROM blob WHERE id = ?1")?
        .exists(params![id])?;
    if !known {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes)?;
        connection
            .prepare_cached("INSERT INTO blob (id, size, zlib) VALUES (?1, ?2, ?3)")?
            .execute(params![id, bytes.len() as i64, encoder.finish()?])?;
    }
    Ok(id)
}

/// Reads the bytes back.
pub(super) fn get(connection: &Connection, id: &str) -> Result<Vec<u8>, Fault> {
    let packed: Option<Vec<u8>> = connection
        .prepare_cached("SELECT zlib FROM blob WHERE id = ?1")?
        .query_row(params![id], |row| row.get(0))
        .optional()?;
    let packed = packed.ok_or_else(|| Fault::Value(format!("blob {id} is gone")))?;
    let mut bytes = Vec::new();
    ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes)?;
    // Content-addressed: a blob that does not have its name's content is damage, not data.
    if blob_id(&bytes).to_string() != id {
        return Err(Fault::Value(format!("blob {id} does not have its content")));
    }
    Ok(bytes)
}
