//! In: what came of a build. Out: its rows; and back: what the base said, how many objects there are, where the image is.

use super::blob;
use super::column::{Json, Moment};
use super::error::{Fault, StoreError};
use super::id::{BuildId, SeriesId};
use super::open::Store;
use super::series::series_id;
use crate::base::clock;
use crate::kbuild::{Built, Diagnostic, Severity};
use rusqlite::{Connection, OptionalExtension, params};
use std::path::PathBuf;

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildKey {
    /// The base: a registered name, or a source as given.
    pub kernel: String,
    /// Version from the top Makefile.
    pub kernel_version: String,
    /// Commit of the base, where it is one.
    pub commit: Option<String>,
    /// The series laid over it, by name.
    pub series: Option<String>,
    /// How many of its patches; 0 is the bare kernel.
    pub state: u32,
    /// Name of the config.
    pub config: String,
    /// Was an image asked for?
    pub whole: bool,
}

/// A stored build, in short.
#[derive(Clone, Debug, PartialEq)]
pub struct BuildHead {
    /// Its row.
    pub id: BuildId,
    /// Digest of what the state held.
    pub tree: String,
    /// How it came out, as a word.
    pub outcome: String,
    /// Why, where it is not built.
    pub reason: String,
    /// How long it took.
    pub seconds: f64,
    /// Objects made.
    pub objects: u32,
    /// The image, where there is one.
    pub image: Option<PathBuf>,
    /// When.
    pub made: jiff::Timestamp,
}

impl Store {
    /// Saves what came of a build of the tree with that digest; `new` says of each diagnostic whether it is new against state 0. An older build of the
    /// same key is replaced.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where the key names a series that is not stored; else as [`Store::open`].
    pub fn save_build(
        &mut self,
        (key, tree): (&BuildKey, &str),
        built: &Built,
        new: Option<&[bool]>,
    ) -> Result<BuildId, StoreError> {
        self.write(|connection| {
            let series = series(connection, key)?;
            if let Some(old) = find(connection, key, series)? {
                connection.execute("DELETE FROM build WHERE id = ?1", params![old])?;
            }
            let log = blob::put(connection, &built.log)?;
            let image = built.image.as_ref();
            connection.execute(
                "INSERT INTO build (kernel, kernel_version, commit_id, series, state, tree, config, whole, outcome, reason, seconds,
                    objects, touched, sandboxed, image, image_id, log, refused, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
                params![
                    key.kernel,
                    key.kernel_version,
                    key.commit.as_deref().unwrap_or_default(),
                    series,
                    key.state,
                    tree,
                    key.config,
                    key.whole,
                    built.outcome.word(),
                    built.reason,
                    built.seconds,
                    built.objects,
                    built.touched as i64,
                    built.sandboxed,
                    image.map(|image| image.path.display().to_string()),
                    image.map(|image| image.id.to_string()),
                    log,
                    Json(&built.refused),
                    Moment(clock::now())
                ],
            )?;
            let id = BuildId(connection.last_insert_rowid());
            insert_messages(connection, id, &built.diagnostics, new)?;
            Ok(id)
        })
    }

    /// Finds the newest build of a key.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn build(&self, key: &BuildKey) -> Result<Option<BuildHead>, StoreError> {
        self.read(|connection| {
            let series = series(connection, key)?;
            let Some(id) = find(connection, key, series)? else {
                return Ok(None);
            };
            let head = connection.query_row(
                "SELECT outcome, reason, seconds, objects, image, made, tree FROM build WHERE id = ?1",
                params![id],
                |row| {
                    Ok(BuildHead {
                        id,
                        outcome: row.get(0)?,
                        reason: row.get(1)?,
                        seconds: row.get(2)?,
                        objects: row.get(3)?,
                        image: row.get::<_, Option<String>>(4)?.map(PathBuf::from),
                        made: row.get::<_, Moment>(5)?.0,
                        tree: row.get(6)?,
                    })
                },
            )?;
            Ok(Some(head))
        })
    }

    /// Reads the errors and warnings of a build, each with whether it is new; `None` where that is not known.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn build_messages(
        &self,
        id: BuildId,
    ) -> Result<Vec<(Diagnostic, Option<bool>)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT severity, file, line, column, flag, text, new FROM build_message WHERE build = ?1 ORDER BY position",
            )?;
            let rows = statement.query_map(params![id], |row| {
                let severity = match row.get_ref(0)?.as_str()? {
                    "error" => Severity::Error,
                    _ => Severity::Warning,
                };
                let diagnostic = Diagnostic {
                    severity,
                    file: row.get(1)?,
                    line: row.get(2)?,
                    column: row.get(3)?,
                    flag: row.get(4)?,
                    text: row.get(5)?,
                };
                Ok((diagnostic, row.get(6)?))
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Reads what make and its children said in a build.
    ///
    /// # Errors
    /// As [`Store::open`], and when there is no such build.
    pub fn build_log(&self, id: BuildId) -> Result<Vec<u8>, StoreError> {
        self.read(|connection| {
            let log: Option<String> = connection
                .query_row("SELECT log FROM build WHERE id = ?1", params![id], |row| {
                    row.get(0)
                })
                .optional()?;
            let log = log.ok_or(StoreError::NoSuchId {
                what: "build",
                id: id.0,
            })?;
            blob::get(connection, &log)
        })
    }

    /// Gives the most objects that a whole build with a config has made: what a first build can be expected to make.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn most_objects(&self, config: &str) -> Result<Option<u32>, StoreError> {
        self.read(|connection| {
            Ok(connection.query_row(
                "SELECT max(objects) FROM build WHERE config = ?1 AND whole AND outcome = 'built' AND objects > 0",
                params![config],
                |row| row.get(0),
            )?)
        })
    }
}

/// Gives the row of a key's series.
pub(super) fn series(connection: &Connection, key: &BuildKey) -> Result<Option<SeriesId>, Fault> {
    key.series
        .as_deref()
        .map(|name| series_id(connection, name))
        .transpose()
}

/// Finds the row of a key.
fn find(
    connection: &Connection,
    key: &BuildKey,
    series: Option<SeriesId>,
) -> Result<Option<BuildId>, Fault> {
    Ok(connection
        .query_row(
            "SELECT id FROM build WHERE kernel = ?1 AND kernel_version = ?2 AND commit_id = ?3
                AND ifnull(series, 0) = ?4 AND state = ?5 AND config = ?6 AND whole = ?7",
            params![
                key.kernel,
                key.kernel_version,
                key.commit.as_deref().unwrap_or_default(),
                series.map_or(0, |id| id.0),
                key.state,
                key.config,
                key.whole
            ],
            |row| row.get(0),
        )
        .optional()?)
}

/// Writes the errors and warnings.
fn insert_messages(
    connection: &Connection,
    id: BuildId,
    rows: &[Diagnostic],
    new: Option<&[bool]>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO build_message (build, position, severity, file, line, column, flag, text, new)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (position, row) in rows.iter().enumerate() {
        statement.execute(params![
            id,
            position as i64,
            row.severity.word(),
            row.file,
            row.line,
            row.column,
            row.flag,
            row.text,
            new.and_then(|new| new.get(position))
        ])?;
    }
    Ok(())
}
