//! In: what a review brought together. Out: its rows; and back.

use super::column::{Moment, Word};
use super::error::{Fault, StoreError};
use super::id::{ApplicationId, AuditId, ReviewId, SeriesId};
use super::open::Store;
use super::series::series_id;
use crate::audit::ReviewChange;
use crate::base::clock;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What a review brings together.
#[derive(Clone, Copy, Debug)]
pub struct NewReview<'r> {
    /// The series, by name.
    pub series: &'r str,
    /// A registered kernel's name, or a source as given.
    pub kernel: &'r str,
    /// What came of applying.
    pub application: ApplicationId,
    /// The audit of state 0.
    pub audit_before: AuditId,
    /// The audit of state n.
    pub audit_after: AuditId,
    /// Sites and walks on the lines that the series changes.
    pub changes: &'r [ReviewChange],
}

/// A review in short.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct ReviewHead {
    /// Its row.
    pub id: ReviewId,
    /// The series.
    pub series: SeriesId,
    /// Its name.
    pub series_name: String,
    /// A registered kernel's name, or a source as given.
    pub kernel: String,
    /// What came of applying.
    pub application: ApplicationId,
    /// The audit of state 0.
    pub audit_before: AuditId,
    /// The audit of state n.
    pub audit_after: AuditId,
    /// When.
    pub made: jiff::Timestamp,
}

/// A review with what the series changes.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Review {
    /// What it brings together.
    pub head: ReviewHead,
    /// Sites and walks on changed lines.
    pub changes: Vec<ReviewChange>,
}

impl Store {
    /// Saves a review. An older one of the same series and kernel is replaced and keeps its id.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where no series has that name; else as [`Store::open`].
    pub fn save_review(&mut self, review: &NewReview<'_>) -> Result<ReviewId, StoreError> {
        self.write(|connection| {
            let series = series_id(connection, review.series)?;
            let id: ReviewId = connection.query_row(
                "INSERT INTO review (series, kernel, application, audit_before, audit_after, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (series, kernel) DO UPDATE SET application = excluded.application,
                    audit_before = excluded.audit_before, audit_after = excluded.audit_after, made = excluded.made
                 RETURNING id",
                params![
                    series,
                    review.kernel,
                    review.application,
                    review.audit_before,
                    review.audit_after,
                    Moment(clock::now())
                ],
                |row| row.get(0),
            )?;
            connection.execute("DELETE FROM review_change WHERE review = ?1", params![id])?;
            insert_changes(connection, id, review.changes)?;
            Ok(id)
        })
    }

    /// Lists the reviews, newest first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn reviews(&self) -> Result<Vec<ReviewHead>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{SELECT} ORDER BY review.made DESC, review.id DESC"
            ))?;
            let rows = statement.query_map([], read_head)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Reads one review with what the series changes.
    ///
    /// # Errors
    /// [`StoreError::NoSuchId`] where there is none; else as [`Store::open`].
    pub fn review(&self, id: ReviewId) -> Result<Review, StoreError> {
        self.read(|connection| {
            let head = connection
                .prepare_cached(&format!("{SELECT} WHERE review.id = ?1"))?
                .query_row(params![id], read_head)
                .optional()?
                .ok_or(StoreError::NoSuchId {
                    what: "review",
                    id: id.0,
                })?;
            Ok(Review {
                head,
                changes: read_changes(connection, id)?,
            })
        })
    }
}

/// What every read of heads selects.
const SELECT: &str = "SELECT review.*, series.name AS series_name FROM review JOIN series ON series.id = review.series";

/// Reads one row of [`SELECT`].
fn read_head(row: &Row<'_>) -> rusqlite::Result<ReviewHead> {
    Ok(ReviewHead {
        id: row.get("id")?,
        series: row.get("series")?,
        series_name: row.get("series_name")?,
        kernel: row.get("kernel")?,
        application: row.get("application")?,
        audit_before: row.get("audit_before")?,
        audit_after: row.get("audit_after")?,
        made: row.get::<_, Moment>("made")?.0,
    })
}

/// Writes the changes.
fn insert_changes(
    connection: &Connection,
    id: ReviewId,
    changes: &[ReviewChange],
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO review_change (review, position, patch, file, line, function, what, name, change, side)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for (position, change) in changes.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            change.patch,
            change.file,
            change.line,
            change.function,
            Word(change.what),
            change.name,
            Word(change.change),
            Word(change.side),
        ])?;
    }
    Ok(())
}

/// Reads the changes, in order.
fn read_changes(connection: &Connection, id: ReviewId) -> Result<Vec<ReviewChange>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM review_change WHERE review = ?1 ORDER BY position")?;
    let rows = statement.query_map(params![id], |row| {
        Ok(ReviewChange {
            patch: row.get("patch")?,
            file: row.get("file")?,
            line: row.get("line")?,
            function: row.get("function")?,
            what: row.get::<_, Word<_>>("what")?.0,
            name: row.get("name")?,
            change: row.get::<_, Word<_>>("change")?.0,
            side: row.get::<_, Word<_>>("side")?.0,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
