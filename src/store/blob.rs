//! In: bytes. Out: their row in the content-addressed `blob` table, compressed; and back, checked.

use super::error::Fault;
use crate::base::hash::{BlobHasher, blob_id};
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use std::io::{self, BufWriter, Read, Write};

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

/// Keeps `value` as JSON and returns the id by which it is found. The JSON of a large patch is never in memory whole.
pub(super) fn put_json(connection: &Connection, value: &impl Serialize) -> Result<String, Fault> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value)?;
    let mut both = BufWriter::new(Both {
        hash: BlobHasher::new(length.0),
        encoder: ZlibEncoder::new(Vec::new(), Compression::default()),
    });
    serde_json::to_writer(&mut both, value)?;
    let both = both.into_inner().map_err(io::IntoInnerError::into_error)?;
    let id = both.hash.finish().to_string();
    let packed = both.encoder.finish()?;
    connection
        .prepare_cached("INSERT OR IGNORE INTO blob (id, size, zlib) VALUES (?1, ?2, ?3)")?
        .execute(params![id, length.0.cast_signed(), packed])?;
    Ok(id)
}

/// Digests `value` as JSON, which is never in memory whole.
pub(super) fn json_digest(value: &impl Serialize) -> Result<String, Fault> {
    let mut length = Length(0);
    serde_json::to_writer(&mut length, value)?;
    let mut hash = BufWriter::new(BlobHasher::new(length.0));
    serde_json::to_writer(&mut hash, value)?;
    let hash = hash.into_inner().map_err(io::IntoInnerError::into_error)?;
    Ok(hash.finish().to_string())
}

/// Counts the bytes written to it.
struct Length(u64);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes and compresses what is written to it.
struct Both {
    hash: BlobHasher,
    encoder: ZlibEncoder<Vec<u8>>,
}

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.write_all(bytes)?;
        self.encoder.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
