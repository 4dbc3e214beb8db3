//! In: a parsed series with its raw messages. Out: its rows; and back, raw bytes included.

use super::blob;
use super::column::{Json, Moment};
use super::error::{Fault, StoreError};
use super::id::SeriesId;
use super::open::Store;
use crate::base::clock;
use crate::base::hash::blob_id;
use crate::mail::Address;
use crate::series::{Patch, PatchDamage, Series, Trailer};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// What came of saving a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSeries {
    /// Its row.
    pub id: SeriesId,
    /// The name it goes by: the one asked for, or that with `-2`, `-3`, … where another series has it.
    pub name: String,
    /// False where the same posting was stored already.
    pub new: bool,
}

/// A stored series in short.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SeriesHead {
    /// Its row.
    pub id: SeriesId,
    /// The name it goes by.
    pub name: String,
    /// The cover's subject, or the first patch's.
    pub subject: String,
    /// Revision, from 1.
    pub version: u32,
    /// Marked RFC?
    pub rfc: bool,
    /// How many patches its subjects promise.
    pub total: u32,
    /// How many are present.
    pub present: u32,
    /// Numbers promised and not found.
    pub missing: Vec<u32>,
    /// Author of its first patch.
    pub author: Address,
    /// When its first patch was posted.
    pub date: Option<jiff::Timestamp>,
    /// When it was imported.
    pub imported: jiff::Timestamp,
}

impl Store {
    /// Saves a series with its raw messages.
    ///
    /// The same posting again (raw messages equal, whatever its name) makes no second row; where pteward has learned to
    /// read more from it since, its parsed parts are brought up to date. Another series of the same name gets the first
    /// free name of `NAME-2`, `NAME-3`, …; nothing stored is ever replaced by other content.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn save_series(&mut self, series: &Series) -> Result<SavedSeries, StoreError> {
        self.write(|connection| {
            let posted = posted_digest(series)?;
            let parsed = parsed_digest(series)?;
            let known: Option<(SeriesId, String, String)> = connection
                .query_row(
                    "SELECT id, name, parsed_digest FROM series WHERE posted_digest = ?1 ORDER BY id LIMIT 1",
                    params![posted],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((id, name, old_parsed)) = known else {
                let name = free_name(connection, &series.name)?;
                let id = insert_head(connection, series, &name, &posted)?;
                fill(connection, id, series, &parsed)?;
                return Ok(SavedSeries { id, name, new: true });
            };
            if old_parsed != parsed {
                fill(connection, id, series, &parsed)?;
            }
            Ok(SavedSeries { id, name, new: false })
        })
    }

    /// Lists the stored series, newest import first.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn series_list(&self) -> Result<Vec<SeriesHead>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT series.id, series.name, series.subject, series.version, rfc, total, missing, imported,
                    author_name, author_email, date,
                    (SELECT count(*) FROM patch WHERE patch.series = series.id) AS present
                 FROM series LEFT JOIN patch ON patch.series = series.id AND patch.position = 0
                 ORDER BY imported DESC, series.id DESC",
            )?;
            let rows = statement.query_map([], read_head)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Reads a stored series whole, raw messages included.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where none has that name; else as [`Store::open`].
    pub fn series(&self, name: &str) -> Result<Series, StoreError> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT * FROM series WHERE name = ?1")?;
            let found = statement
                .query_row(params![name], |row| {
                    Ok((row.get("id")?, row.get("cover_raw")?, read_series(row)?))
                })
                .optional()?;
            let Some((id, cover_raw, mut series)): Option<(SeriesId, Option<String>, Series)> =
                found
            else {
                return Err(StoreError::NoSuch {
                    what: "series",
                    name: name.to_owned(),
                }
                .into());
            };
            if let Some(cover_raw) = cover_raw {
                series.cover_raw = blob::get(connection, &cover_raw)?;
            }
            series.patches = read_patches(connection, id)?;
            Ok(series)
        })
    }
}

/// Finds the row of a series.
pub(super) fn series_id(connection: &Connection, name: &str) -> Result<SeriesId, Fault> {
    connection
        .prepare_cached("SELECT id FROM series WHERE name = ?1")?
        .query_row(params![name], |row| row.get(0))
        .optional()?
        .ok_or_else(|| {
            StoreError::NoSuch {
                what: "series",
                name: name.to_owned(),
            }
            .into()
        })
}

/// Digests the raw messages; a patch that has none (read from commits) counts with its parsed parts.
fn posted_digest(series: &Series) -> Result<String, Fault> {
    let mut digests = vec![blob_id(&series.cover_raw).to_string()];
    for patch in &series.patches {
        let digest = if patch.raw.is_empty() {
            blob::json_digest(patch)?
        } else {
            blob_id(&patch.raw).to_string()
        };
        digests.push(format!("{} {digest}", patch.number));
    }
    Ok(blob_id(digests.join("\n").as_bytes()).to_string())
}

/// Digests what was read, the name and the raw messages left out.
fn parsed_digest(series: &Series) -> Result<String, Fault> {
    // Taken apart field by field, so that a new field cannot be forgotten.
    let Series {
        name: _,
        subject,
        version,
        rfc,
        total,
        cover,
        cover_raw: _,
        changelog,
        patches,
        missing,
        base_commit,
        change_id,
        prerequisites,
        notes,
    } = series;
    let head = (subject, version, rfc, total, cover, changelog, missing);
    blob::json_digest(&(head, base_commit, change_id, prerequisites, notes, patches))
}

/// Gives `wanted`, or the first `wanted-2`, `wanted-3`, … that is free.
fn free_name(connection: &Connection, wanted: &str) -> Result<String, Fault> {
    let mut taken = connection.prepare_cached("SELECT 1 FROM series WHERE name = ?1")?;
    let mut name = wanted.to_owned();
    let mut count = 1;
    while taken.exists(params![name])? {
        count += 1;
        name = format!("{wanted}-{count}");
    }
    Ok(name)
}

/// Makes the row; [`fill`] gives it its content.
fn insert_head(
    connection: &Connection,
    series: &Series,
    name: &str,
    posted: &str,
) -> Result<SeriesId, Fault> {
    connection.execute(
        "INSERT INTO series (name, subject, version, rfc, total, missing, prerequisites, notes,
            posted_digest, parsed_digest, imported)
         VALUES (?1, ?2, ?3, ?4, ?5, '[]', '[]', '[]', ?6, '', ?7)",
        params![
            name,
            series.subject,
            series.version,
            series.rfc,
            series.total,
            posted,
            Moment(clock::now())
        ],
    )?;
    Ok(SeriesId(connection.last_insert_rowid()))
}

/// Writes everything but name and import date, in place of what was there.
fn fill(connection: &Connection, id: SeriesId, series: &Series, parsed: &str) -> Result<(), Fault> {
    let cover_raw = if series.cover_raw.is_empty() {
        None
    } else {
        Some(blob::put(connection, &series.cover_raw)?)
    };
    connection.execute(
        "UPDATE series SET subject = ?2, version = ?3, rfc = ?4, total = ?5, cover = ?6, cover_raw = ?7, missing = ?8,
            base_commit = ?9, change_id = ?10, prerequisites = ?11, notes = ?12, parsed_digest = ?13, changelog = ?14
         WHERE id = ?1",
        params![
            id,
            series.subject,
            series.version,
            series.rfc,
            series.total,
            series.cover,
            cover_raw,
            Json(&series.missing),
            series.base_commit,
            series.change_id,
            Json(&series.prerequisites),
            Json(&series.notes),
            parsed,
            Json(&series.changelog),
        ],
    )?;
    connection.execute("DELETE FROM patch WHERE series = ?1", params![id])?;
    for (position, patch) in series.patches.iter().enumerate() {
        insert_patch(connection, id, position as i64, patch)?;
    }
    Ok(())
}

/// Writes one patch and its trailers.
fn insert_patch(
    connection: &Connection,
    id: SeriesId,
    position: i64,
    patch: &Patch,
) -> Result<(), Fault> {
    let raw = blob::put(connection, &patch.raw)?;
    let files = blob::put_json(connection, &patch.files)?;
    let damaged = match &patch.damage {
        Some(damage) => Some(blob::put(connection, &damage.text)?),
        None => None,
    };
    let lost = patch.damage.as_ref().map(|damage| Json(damage.lost));
    let row = connection
        .prepare_cached(
            "INSERT INTO patch (series, position, number, subject, full_subject, message_id, author_name, author_email,
                date, utc_offset_minutes, message, changelog, diffstat, problems, files, raw,
                damaged, lost)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?
        .insert(params![
            id,
            position,
            patch.number,
            patch.subject,
            patch.full_subject,
            patch.message_id,
            patch.author.name,
            patch.author.email,
            patch.date.map(Moment),
            patch.utc_offset_minutes,
            patch.message,
            Json(&patch.changelog),
            Json(&patch.diffstat),
            Json(&patch.problems),
            files,
            raw,
            damaged,
            lost,
        ])?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO trailer (patch, position, key, value) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for (position, trailer) in patch.trailers.iter().enumerate() {
        statement.execute(params![row, position as i64, trailer.key, trailer.value])?;
    }
    Ok(())
}

/// Reads one row of the list.
fn read_head(row: &Row<'_>) -> rusqlite::Result<SeriesHead> {
    Ok(SeriesHead {
        id: row.get("id")?,
        name: row.get("name")?,
        subject: row.get("subject")?,
        version: row.get("version")?,
        rfc: row.get("rfc")?,
        total: row.get("total")?,
        present: row.get("present")?,
        missing: row.get::<_, Json<_>>("missing")?.0,
        author: Address {
            name: row.get::<_, Option<_>>("author_name")?.unwrap_or_default(),
            email: row.get::<_, Option<_>>("author_email")?.unwrap_or_default(),
        },
        date: row.get::<_, Option<Moment>>("date")?.map(|moment| moment.0),
        imported: row.get::<_, Moment>("imported")?.0,
    })
}

/// Reads one row of `series`, without raw bytes and patches.
fn read_series(row: &Row<'_>) -> rusqlite::Result<Series> {
    Ok(Series {
        name: row.get("name")?,
        subject: row.get("subject")?,
        version: row.get("version")?,
        rfc: row.get("rfc")?,
        total: row.get("total")?,
        cover: row.get("cover")?,
        cover_raw: Vec::new(),
        changelog: row.get::<_, Json<_>>("changelog")?.0,
        patches: Vec::new(),
        missing: row.get::<_, Json<_>>("missing")?.0,
        base_commit: row.get("base_commit")?,
        change_id: row.get("change_id")?,
        prerequisites: row.get::<_, Json<_>>("prerequisites")?.0,
        notes: row.get::<_, Json<_>>("notes")?.0,
    })
}

/// Reads the patches of a series, in order.
fn read_patches(connection: &Connection, id: SeriesId) -> Result<Vec<Patch>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT * FROM patch WHERE series = ?1 ORDER BY position")?;
    let mut rows = statement.query(params![id])?;
    let mut patches = Vec::new();
    while let Some(row) = rows.next()? {
        patches.push(Patch {
            number: row.get("number")?,
            subject: row.get("subject")?,
            full_subject: row.get("full_subject")?,
            message_id: row.get("message_id")?,
            author: Address {
                name: row.get("author_name")?,
                email: row.get("author_email")?,
            },
            date: row.get::<_, Option<Moment>>("date")?.map(|moment| moment.0),
            utc_offset_minutes: row.get("utc_offset_minutes")?,
            message: row.get("message")?,
            trailers: read_trailers(connection, row.get("id")?)?,
            changelog: row.get::<_, Json<_>>("changelog")?.0,
            diffstat: row.get::<_, Json<_>>("diffstat")?.0,
            files: serde_json::from_slice(&blob::get(
                connection,
                &row.get::<_, String>("files")?,
            )?)?,
            problems: row.get::<_, Json<_>>("problems")?.0,
            damage: read_damage(connection, row)?,
            raw: blob::get(connection, &row.get::<_, String>("raw")?)?,
        });
    }
    Ok(patches)
}

/// Reads what is left of a damaged patch.
fn read_damage(connection: &Connection, row: &Row<'_>) -> Result<Option<PatchDamage>, Fault> {
    let Some(text) = row.get::<_, Option<String>>("damaged")? else {
        return Ok(None);
    };
    let lost: Option<Json<_>> = row.get("lost")?;
    Ok(Some(PatchDamage {
        text: blob::get(connection, &text)?,
        lost: lost.map(|lost| lost.0).unwrap_or_default(),
    }))
}

/// Reads the trailers of a patch, in order.
fn read_trailers(connection: &Connection, patch: i64) -> Result<Vec<Trailer>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT key, value FROM trailer WHERE patch = ?1 ORDER BY position")?;
    let rows = statement.query_map(params![patch], |row| {
        Ok(Trailer {
            key: row.get(0)?,
            value: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
