//! In: what an audit of one state found. Out: its rows, in place of an older audit's of the same state.

use super::blob;
use super::column::{Json, Moment, Word};
use super::error::{Fault, StoreError};
use super::id::{AuditId, SeriesId};
use super::open::Store;
use super::series::series_id;
use super::text::Texts;
use crate::audit::{Audit, BlindSpot, Excerpt, MatrixRow, Site, Walk};
use crate::base::clock;
use crate::vocabulary::Predicate;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Names one state of one kernel.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AuditKey {
    /// A registered name, or a source as given.
    pub kernel: String,
    /// Version from the top Makefile.
    pub kernel_version: String,
    /// Commit of the base, where it is one.
    pub commit: Option<String>,
    /// The series laid over it, by name.
    pub series: Option<String>,
    /// How many of its patches; 0 is the bare kernel.
    pub state: u32,
}

impl Store {
    /// Saves an audit. An older one of the same key is replaced and keeps its id, so that reviews stay whole.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where the key names a series that is not stored; else as [`Store::open`].
    pub fn save_audit(&mut self, key: &AuditKey, audit: &Audit) -> Result<AuditId, StoreError> {
        self.write(|connection| {
            let series = key
                .series
                .as_deref()
                .map(|name| series_id(connection, name))
                .transpose()?;
            let id = clear(connection, key, series)?;
            connection.execute(
                "UPDATE audit SET files_read = ?2, files_parsed = ?3, made = ?4, kinds = ?5 WHERE id = ?1",
                params![
                    id,
                    audit.files_read as i64,
                    audit.files_parsed as i64,
                    Moment(clock::now()),
                    Json(&audit.kinds)
                ],
            )?;
            insert_handling(connection, id, &audit.matrix)?;
            insert_predicates(connection, id, &audit.predicates)?;
            insert_sites(connection, id, &audit.sites)?;
            insert_walks(connection, id, &audit.walks)?;
            insert_excerpts(connection, id, &audit.excerpts)?;
            insert_blind(connection, id, &audit.blind)?;
            Ok(id)
        })
    }
}

/// Finds the row of a key.
pub(super) fn find(
    connection: &Connection,
    key: &AuditKey,
    series: Option<SeriesId>,
) -> Result<Option<AuditId>, Fault> {
    let commit = key.commit.as_deref().unwrap_or_default();
    Ok(connection
        .query_row(
            "SELECT id FROM audit WHERE kernel = ?1 AND kernel_version = ?2 AND commit_id = ?3
                AND ifnull(series, 0) = ?4 AND state = ?5",
            params![
                key.kernel,
                key.kernel_version,
                commit,
                series.map_or(0, |id| id.0),
                key.state
            ],
            |row| row.get(0),
        )
        .optional()?)
}

/// Gives the row of a key, emptied or new.
fn clear(
    connection: &Connection,
    key: &AuditKey,
    series: Option<SeriesId>,
) -> Result<AuditId, Fault> {
    if let Some(id) = find(connection, key, series)? {
        for table in [
            "predicate",
            "site",
            "walk",
            "excerpt",
            "blind_spot",
            "handling",
        ] {
            connection.execute(
                &format!("DELETE FROM {table} WHERE audit = ?1"),
                params![id],
            )?;
        }
        return Ok(id);
    }
    connection.execute(
        "INSERT INTO audit (kernel, kernel_version, commit_id, series, state, files_read, files_parsed, made)
         VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, '')",
        params![key.kernel, key.kernel_version, key.commit.as_deref().unwrap_or_default(), series, key.state],
    )?;
    Ok(AuditId(connection.last_insert_rowid()))
}

/// Writes the predicates.
fn insert_predicates(
    connection: &Connection,
    id: AuditId,
    predicates: &[Predicate],
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO predicate (audit, position, name, family, accepts, file, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, predicate) in predicates.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            predicate.name,
            Word(predicate.family),
            Json(&predicate.accepts),
            predicate.file,
            predicate.line
        ])?;
    }
    Ok(())
}

/// Writes the sites: a kernel has thousands, so a row is numbers only.
fn insert_sites(connection: &Connection, id: AuditId, sites: &[Site]) -> Result<(), Fault> {
    let mut texts = Texts::new(connection);
    let mut lists: HashMap<&[String], i64> = HashMap::new();
    let mut statement = connection.prepare_cached(
        "INSERT INTO site (audit, position, file, line, \"column\", function, predicate, family, kind, accepts, arms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (position, site) in sites.iter().enumerate() {
        let mut list = |values| match lists.entry(values) {
            Entry::Occupied(row) => Ok(*row.get()),
            Entry::Vacant(slot) => texts
                .row(&serde_json::to_string(values)?)
                .map(|row| *slot.insert(row)),
        };
        let (accepts, arms) = (list(&site.accepts)?, list(&site.arms)?);
        statement.execute(params![
            id,
            position as i64,
            texts.row(&site.file)?,
            site.line,
            site.column,
            texts.row(&site.function)?,
            texts.row(&site.predicate)?,
            texts.row(site.family.word())?,
            texts.row(site.kind.word())?,
            accepts,
            arms,
        ])?;
    }
    Ok(())
}

/// Writes the walks.
fn insert_walks(connection: &Connection, id: AuditId, walks: &[Walk]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO walk (audit, position, file, function, line, first_line, last_line, walker, flags, cursor,
            cursor_from, contract, verdict, unhandled, wrong_use, witness, reason, pmd, guards, fingerprint)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)",
    )?;
    for (position, walk) in walks.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            walk.file,
            walk.function,
            walk.line,
            walk.span.0,
            walk.span.1,
            walk.walker,
            Json(&walk.flags),
            walk.cursor,
            walk.cursor_from,
            Json(&walk.contract),
            Word(walk.verdict),
            Json(&walk.unhandled),
            walk.used.as_ref().map(Json),
            Json(&walk.witness),
            walk.reason,
            walk.pmd.as_ref().map(Json),
            Json(&walk.guards),
            walk.fingerprint,
        ])?;
    }
    Ok(())
}

/// Writes the functions' sources.
fn insert_excerpts(
    connection: &Connection,
    id: AuditId,
    excerpts: &[Excerpt],
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO excerpt (audit, position, file, function, first_line, source) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, excerpt) in excerpts.iter().enumerate() {
        let source = blob::put(connection, excerpt.text.as_bytes())?;
        statement.execute(params![
            id,
            position as i64,
            excerpt.file,
            excerpt.function,
            excerpt.first_line,
            source
        ])?;
    }
    Ok(())
}

/// Writes the handling matrix.
fn insert_handling(connection: &Connection, id: AuditId, rows: &[MatrixRow]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO handling (audit, position, file, function, line, entry, cells) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, row) in rows.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            row.file,
            row.function,
            row.line,
            row.entry,
            Json(&row.cells)
        ])?;
    }
    Ok(())
}

/// Writes the blind spots.
fn insert_blind(connection: &Connection, id: AuditId, blind: &[BlindSpot]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO blind_spot (audit, position, file, line, sort, what) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, spot) in blind.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            spot.file,
            spot.line,
            Word(spot.sort),
            spot.what
        ])?;
    }
    Ok(())
}
