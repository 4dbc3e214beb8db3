//! In: the rows of audits. Out: audits, in short and whole.

use super::audit::{AuditKey, find};
use super::blob;
use super::column::{Json, Moment, Word, from_word};
use super::error::{Fault, StoreError};
use super::id::AuditId;
use super::open::Store;
use super::series::series_id;
use crate::audit::{Audit, BlindSpot, Excerpt, MatrixRow, Site, Walk};
use crate::vocabulary::Predicate;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// How many walks have which verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WalkCounts {
    /// Prepared.
    pub prepared: u32,
    /// Unprepared.
    pub unprepared: u32,
    /// Unknown.
    pub unknown: u32,
    /// Not applicable.
    pub not_applicable: u32,
}

/// An audit in short.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AuditHead {
    /// Its row.
    pub id: AuditId,
    /// The state.
    pub key: AuditKey,
    /// When.
    pub made: jiff::Timestamp,
    /// Predicates found.
    pub predicates: u32,
    /// Sites, of every kind.
    pub sites: u32,
    /// Sites that are calls, in functions or macros.
    pub calls: u32,
    /// Walks by verdict.
    pub walks: WalkCounts,
    /// Places that could not be seen.
    pub blind: u32,
}

impl Store {
    /// Lists the audits, newest first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn audits(&self) -> Result<Vec<AuditHead>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(HEADS)?;
            let rows = statement.query_map([], read_head)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Finds the audit of a key; `None` where that state has not been audited.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn find_audit(&self, key: &AuditKey) -> Result<Option<AuditId>, StoreError> {
        self.read(|connection| {
            let series = key
                .series
                .as_deref()
                .map(|name| series_id(connection, name))
                .transpose()?;
            find(connection, key, series)
        })
    }

    /// Reads an audit whole.
    ///
    /// # Errors
    /// [`StoreError::NoSuchId`] where there is none; else as [`Store::open`].
    pub fn audit(&self, id: AuditId) -> Result<Audit, StoreError> {
        self.read(|connection| {
            let counts: Option<(i64, i64, Json<Vec<String>>)> = connection
                .query_row(
                    "SELECT files_read, files_parsed, kinds FROM audit WHERE id = ?1",
                    params![id],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let (files_read, files_parsed, kinds) = counts.ok_or(StoreError::NoSuchId {
                what: "audit",
                id: id.0,
            })?;
            Ok(Audit {
                predicates: list(connection, "predicate", id, read_predicate)?,
                sites: read_sites(connection, id)?,
                walks: list(connection, "walk", id, read_walk)?,
                excerpts: read_excerpts(connection, id)?,
                blind: list(connection, "blind_spot", id, |row| {
                    Ok(BlindSpot {
                        file: row.get("file")?,
                        line: row.get("line")?,
                        sort: row.get::<_, Word<_>>("sort")?.0,
                        what: row.get("what")?,
                    })
                })?,
                kinds: kinds.0,
                matrix: list(connection, "handling", id, |row| {
                    Ok(MatrixRow {
                        file: row.get("file")?,
                        function: row.get("function")?,
                        line: row.get("line")?,
                        entry: row.get("entry")?,
                        cells: row.get::<_, Json<_>>("cells")?.0,
                    })
                })?,
                files_read: files_read.unsigned_abs(),
                files_parsed: files_parsed.unsigned_abs(),
            })
        })
    }
}

/// What the list selects. A walk counts by the level that is worse off, as [`Walk::worst`] says it.
const HEADS: &str = "
    WITH told AS (
        SELECT audit, CASE
            WHEN 'unprepared' IN (verdict, pmd ->> '$.verdict') THEN 'unprepared'
            WHEN 'unknown' IN (verdict, pmd ->> '$.verdict') THEN 'unknown'
            ELSE verdict END AS verdict
        FROM walk)
    SELECT audit.*, series.name AS series_name,
        (SELECT count(*) FROM predicate WHERE audit = audit.id) AS predicates,
        (SELECT count(*) FROM site WHERE audit = audit.id) AS sites,
        (SELECT count(*) FROM site WHERE audit = audit.id AND kind IN
            (SELECT id FROM text WHERE value IN ('call', 'macro'))) AS calls,
        (SELECT count(*) FROM told WHERE audit = audit.id AND verdict = 'prepared') AS prepared,
        (SELECT count(*) FROM told WHERE audit = audit.id AND verdict = 'unprepared') AS unprepared,
        (SELECT count(*) FROM told WHERE audit = audit.id AND verdict = 'unknown') AS unknown,
        (SELECT count(*) FROM told WHERE audit = audit.id AND verdict = 'not-applicable') AS not_applicable,
        (SELECT count(*) FROM blind_spot WHERE audit = audit.id) AS blind
    FROM audit LEFT JOIN series ON series.id = audit.series
    ORDER BY audit.made DESC, audit.id DESC";

/// Reads one row of [`HEADS`].
fn read_head(row: &Row<'_>) -> rusqlite::Result<AuditHead> {
    let commit: String = row.get("commit_id")?;
    Ok(AuditHead {
        id: row.get("id")?,
        key: AuditKey {
            kernel: row.get("kernel")?,
            kernel_version: row.get("kernel_version")?,
            commit: Some(commit).filter(|commit| !commit.is_empty()),
            series: row.get("series_name")?,
            state: row.get("state")?,
        },
        made: row.get::<_, Moment>("made")?.0,
        predicates: row.get("predicates")?,
        sites: row.get("sites")?,
        calls: row.get("calls")?,
        walks: WalkCounts {
            prepared: row.get("prepared")?,
            unprepared: row.get("unprepared")?,
            unknown: row.get("unknown")?,
            not_applicable: row.get("not_applicable")?,
        },
        blind: row.get("blind")?,
    })
}

/// Reads the rows of one of an audit's lists, in order.
fn list<T>(
    connection: &Connection,
    table: &str,
    id: AuditId,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT * FROM {table} WHERE audit = ?1 ORDER BY position"
    ))?;
    let rows = statement.query_map(params![id], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads one row of `predicate`.
fn read_predicate(row: &Row<'_>) -> rusqlite::Result<Predicate> {
    Ok(Predicate {
        name: row.get("name")?,
        family: row.get::<_, Word<_>>("family")?.0,
        accepts: row.get::<_, Json<_>>("accepts")?.0,
        file: row.get("file")?,
        line: row.get("line")?,
    })
}

/// Reads one row of `walk`.
fn read_walk(row: &Row<'_>) -> rusqlite::Result<Walk> {
    Ok(Walk {
        file: row.get("file")?,
        function: row.get("function")?,
        line: row.get("line")?,
        span: (row.get("first_line")?, row.get("last_line")?),
        walker: row.get("walker")?,
        flags: row.get::<_, Json<_>>("flags")?.0,
        cursor: row.get("cursor")?,
        cursor_from: row.get("cursor_from")?,
        contract: row.get::<_, Json<_>>("contract")?.0,
        verdict: row.get::<_, Word<_>>("verdict")?.0,
        unhandled: row.get::<_, Json<_>>("unhandled")?.0,
        used: row
            .get::<_, Option<Json<_>>>("wrong_use")?
            .map(|json| json.0),
        witness: row.get::<_, Json<_>>("witness")?.0,
        reason: row.get("reason")?,
        guards: row.get::<_, Json<_>>("guards")?.0,
        fingerprint: row.get("fingerprint")?,
        pmd: row.get::<_, Option<Json<_>>>("pmd")?.map(|json| json.0),
    })
}

/// The strings of an audit's sites, by row.
struct Strings(HashMap<i64, String>);

impl Strings {
    /// Gives a string.
    fn text(&self, row: i64) -> Result<&str, Fault> {
        self.0
            .get(&row)
            .map(String::as_str)
            .ok_or_else(|| Fault::Value(format!("text {row} is gone")))
    }

    /// Gives an enum by its word.
    fn word<T: DeserializeOwned>(&self, row: i64) -> Result<T, Fault> {
        from_word(self.text(row)?).map_err(|error| Fault::Value(error.to_string()))
    }

    /// Gives a list.
    fn list(&self, row: i64) -> Result<Vec<String>, Fault> {
        Ok(serde_json::from_str(self.text(row)?)?)
    }
}

/// Reads the sites.
fn read_sites(connection: &Connection, id: AuditId) -> Result<Vec<Site>, Fault> {
    let mut strings = Strings(HashMap::new());
    let mut statement = connection.prepare_cached(
        "SELECT id, value FROM text WHERE id IN (
            SELECT file FROM site WHERE audit = ?1 UNION SELECT function FROM site WHERE audit = ?1
            UNION SELECT predicate FROM site WHERE audit = ?1 UNION SELECT family FROM site WHERE audit = ?1
            UNION SELECT kind FROM site WHERE audit = ?1 UNION SELECT accepts FROM site WHERE audit = ?1
            UNION SELECT arms FROM site WHERE audit = ?1)",
    )?;
    let mut rows = statement.query(params![id])?;
    while let Some(row) = rows.next()? {
        strings.0.insert(row.get(0)?, row.get(1)?);
    }
    let mut statement = connection.prepare_cached(
        "SELECT file, line, \"column\", function, predicate, family, kind, accepts, arms
         FROM site WHERE audit = ?1 ORDER BY position",
    )?;
    let mut rows = statement.query(params![id])?;
    let mut sites = Vec::new();
    while let Some(row) = rows.next()? {
        sites.push(Site {
            file: strings.text(row.get(0)?)?.to_owned(),
            line: row.get(1)?,
            column: row.get(2)?,
            function: strings.text(row.get(3)?)?.to_owned(),
            predicate: strings.text(row.get(4)?)?.to_owned(),
            family: strings.word(row.get(5)?)?,
            kind: strings.word(row.get(6)?)?,
            accepts: strings.list(row.get(7)?)?,
            arms: strings.list(row.get(8)?)?,
        });
    }
    Ok(sites)
}

/// Reads the functions' sources.
fn read_excerpts(connection: &Connection, id: AuditId) -> Result<Vec<Excerpt>, Fault> {
    let rows: Vec<(String, String, u32, String)> = list(connection, "excerpt", id, |row| {
        Ok((
            row.get("file")?,
            row.get("function")?,
            row.get("first_line")?,
            row.get("source")?,
        ))
    })?;
    rows.into_iter()
        .map(|(file, function, first_line, source)| {
            let text = String::from_utf8(blob::get(connection, &source)?)
                .map_err(|error| Fault::Value(error.to_string()))?;
            Ok(Excerpt {
                file,
                function,
                first_line,
                text,
            })
        })
        .collect()
}
