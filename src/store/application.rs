//! In: what came of applying a series. Out: its rows; and back.

use super::blob;
use super::column::{Json, Moment, Word};
use super::error::{Fault, StoreError};
use super::id::{ApplicationId, SeriesId};
use super::open::Store;
use super::series::series_id;
use crate::base::clock;
use crate::tree::{FileOutcome, HunkOutcome, PatchOutcome};
use rusqlite::{Connection, Row, params};

/// One run of applying, in short.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ApplicationHead {
    /// Its row.
    pub id: ApplicationId,
    /// What was applied.
    pub series: SeriesId,
    /// Its name.
    pub series_name: String,
    /// On what: a registered name or a source as given.
    pub kernel: String,
    /// Version from the top Makefile.
    pub kernel_version: String,
    /// When.
    pub made: jiff::Timestamp,
}

impl Store {
    /// Saves what came of applying a stored series to a kernel (a registered name, or a source as given).
    ///
    /// Every run is kept; the newest of a series and kernel is the one that counts.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where no series has that name; else as [`Store::open`].
    pub fn save_application(
        &mut self,
        series: &str,
        kernel: &str,
        kernel_version: &str,
        outcomes: &[PatchOutcome],
    ) -> Result<ApplicationId, StoreError> {
        self.write(|connection| {
            let series = series_id(connection, series)?;
            connection.execute(
                "INSERT INTO application (series, kernel, kernel_version, made) VALUES (?1, ?2, ?3, ?4)",
                params![series, kernel, kernel_version, Moment(clock::now())],
            )?;
            let id = ApplicationId(connection.last_insert_rowid());
            for (position, outcome) in outcomes.iter().enumerate() {
                insert_patch(connection, id, position as i64, outcome)?;
            }
            Ok(id)
        })
    }

    /// Lists the newest run of every series and kernel, newest first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn applications(&self) -> Result<Vec<ApplicationHead>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT application.id, series, name, kernel, kernel_version, made
                 FROM application JOIN series ON series.id = series
                 WHERE application.id IN (SELECT max(id) FROM application GROUP BY series, kernel)
                 ORDER BY application.id DESC",
            )?;
            let rows = statement.query_map([], |row| {
                Ok(ApplicationHead {
                    id: row.get(0)?,
                    series: row.get(1)?,
                    series_name: row.get(2)?,
                    kernel: row.get(3)?,
                    kernel_version: row.get(4)?,
                    made: row.get::<_, Moment>(5)?.0,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Reads what came of one run, patch by patch.
    ///
    /// # Errors
    /// [`StoreError::NoSuchId`] where there is no such run; else as [`Store::open`].
    pub fn application(&self, id: ApplicationId) -> Result<Vec<PatchOutcome>, StoreError> {
        self.read(|connection| {
            if !connection
                .prepare_cached("SELECT 1 FROM application WHERE id = ?1")?
                .exists(params![id])?
            {
                return Err(StoreError::NoSuchId {
                    what: "application",
                    id: id.0,
                }
                .into());
            }
            let mut statement = connection.prepare_cached(
                "SELECT * FROM patch_outcome WHERE application = ?1 ORDER BY position",
            )?;
            let mut rows = statement.query(params![id])?;
            let mut outcomes = Vec::new();
            while let Some(row) = rows.next()? {
                let restored = match row.get::<_, Option<String>>("restored")? {
                    Some(id) => Some(serde_json::from_slice(&blob::get(connection, &id)?)?),
                    None => None,
                };
                outcomes.push(PatchOutcome {
                    number: row.get("number")?,
                    subject: row.get("subject")?,
                    verdict: row.get::<_, Word<_>>("verdict")?.0,
                    proof: row.get::<_, Word<_>>("proof")?.0,
                    files: read_files(connection, row.get("id")?)?,
                    restored,
                });
            }
            Ok(outcomes)
        })
    }
}

/// Writes one patch's outcome with its files.
fn insert_patch(
    connection: &Connection,
    application: ApplicationId,
    position: i64,
    outcome: &PatchOutcome,
) -> Result<(), Fault> {
    let restored = match &outcome.restored {
        Some(files) => Some(blob::put_json(connection, files)?),
        None => None,
    };
    let row = connection
        .prepare_cached(
            "INSERT INTO patch_outcome (application, position, number, subject, verdict, proof, restored)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .insert(params![
            application,
            position,
            outcome.number,
            outcome.subject,
            Word(outcome.verdict),
            Word(outcome.proof),
            restored
        ])?;
    for (position, file) in outcome.files.iter().enumerate() {
        insert_file(connection, row, position as i64, file)?;
    }
    Ok(())
}

/// Writes one file's outcome with its hunks.
fn insert_file(
    connection: &Connection,
    patch: i64,
    position: i64,
    file: &FileOutcome,
) -> Result<(), Fault> {
    let row = connection
        .prepare_cached(
            "INSERT INTO file_outcome (patch_outcome, position, path, old_path, refusal, reason, already_there,
                posted_id, result_id, proof, old_id, repaired, trials)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .insert(params![
            patch,
            position,
            file.path,
            file.old_path,
            file.refusal,
            file.reason,
            file.already_there,
            file.posted_id,
            file.result_id,
            Word(file.proof),
            file.old_id,
            file.repaired,
            i64::try_from(file.trials).unwrap_or(i64::MAX)
        ])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO hunk_outcome (file_outcome, position, old_start, function, grade, new_line, offset, fuzz, reason,
            expected, found, missing_symbols)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    for (position, hunk) in file.hunks.iter().enumerate() {
        statement.execute(params![
            row,
            position as i64,
            hunk.old_start,
            hunk.function,
            Word(hunk.grade),
            hunk.new_line,
            hunk.offset,
            hunk.fuzz,
            hunk.reason,
            Json(&hunk.expected),
            Json(&hunk.found),
            Json(&hunk.missing_symbols),
        ])?;
    }
    Ok(())
}

/// Reads the files of one patch's outcome.
fn read_files(connection: &Connection, patch: i64) -> Result<Vec<FileOutcome>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM file_outcome WHERE patch_outcome = ?1 ORDER BY position")?;
    let mut rows = statement.query(params![patch])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        files.push(FileOutcome {
            path: row.get("path")?,
            old_path: row.get("old_path")?,
            refusal: row.get("refusal")?,
            reason: row.get("reason")?,
            already_there: row.get("already_there")?,
            old_id: row.get("old_id")?,
            posted_id: row.get("posted_id")?,
            result_id: row.get("result_id")?,
            proof: row.get::<_, Word<_>>("proof")?.0,
            repaired: row.get("repaired")?,
            trials: u64::try_from(row.get::<_, i64>("trials")?).unwrap_or(0),
            hunks: read_hunks(connection, row.get("id")?)?,
        });
    }
    Ok(files)
}

/// Reads the hunks of one file's outcome.
fn read_hunks(connection: &Connection, file: i64) -> Result<Vec<HunkOutcome>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM hunk_outcome WHERE file_outcome = ?1 ORDER BY position")?;
    let rows = statement.query_map(params![file], read_hunk)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reads one row of `hunk_outcome`.
fn read_hunk(row: &Row<'_>) -> rusqlite::Result<HunkOutcome> {
    Ok(HunkOutcome {
        old_start: row.get("old_start")?,
        function: row.get("function")?,
        grade: row.get::<_, Word<_>>("grade")?.0,
        new_line: row.get("new_line")?,
        offset: row.get("offset")?,
        fuzz: row.get("fuzz")?,
        reason: row.get("reason")?,
        expected: row.get::<_, Json<_>>("expected")?.0,
        found: row.get::<_, Json<_>>("found")?.0,
        missing_symbols: row.get::<_, Json<_>>("missing_symbols")?.0,
    })
}
