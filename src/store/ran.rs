//! In: a series and a kernel. Out: every state of the two that was built or booted, with what came of it.

use super::boot::BootHead;
use super::build::{BuildHead, BuildKey};
use super::error::{Fault, StoreError};
use super::id::{BootId, SeriesId};
use super::open::Store;
use crate::compare::{Change, Row, What};
use crate::kbuild::Diagnostic;
use rusqlite::{Connection, params};

/// A state that was built or booted.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran {
    /// Which; state 0 is the bare kernel.
    pub key: BuildKey,
    /// Its newest build, unless the image was the user's own.
    pub build: Option<BuildHead>,
    /// What the build said, each with whether it is new against state 0; `None` where that is not known.
    pub messages: Vec<(Diagnostic, Option<bool>)>,
    /// Its newest boots, in the order run.
    pub boots: Vec<BootHead>,
    /// What changed against state 0; empty for that, and where it was not compared.
    pub changes: Vec<Row>,
}

impl Store {
    /// Reads the states of `series` on `kernel` that were run, by config and state, each config with its state 0.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn ran(&self, series: SeriesId, kernel: &str) -> Result<Vec<Ran>, StoreError> {
        let keys = self.read(|connection| keys(connection, series, kernel))?;
        keys.into_iter().map(|key| self.one(key)).collect()
    }

    fn one(&self, key: BuildKey) -> Result<Ran, StoreError> {
        let build = self.build(&key)?;
        let messages = match &build {
            Some(build) => self.build_messages(build.id)?,
            None => Vec::new(),
        };
        let boots = self.boots(&key)?;
        let changes = match boots.first() {
            Some(first) => self.read(|connection| changes(connection, first.id))?,
            None => Vec::new(),
        };
        Ok(Ran {
            key,
            build,
            messages,
            boots,
            changes,
        })
    }
}

/// Lists the states. State 0 is the kernel's own, so it counts where a later state stands on the very same.
fn keys(connection: &Connection, series: SeriesId, kernel: &str) -> Result<Vec<BuildKey>, Fault> {
    let mut statement = connection.prepare_cached(
        "WITH run (kernel, kernel_version, commit_id, series, state, config) AS (
            SELECT kernel, kernel_version, commit_id, series, state, config FROM build WHERE whole
            UNION SELECT kernel, kernel_version, commit_id, series, state, config FROM boot
         )
         SELECT kernel_version, commit_id, run.state, config, run.series IS NOT NULL,
            (SELECT name FROM series WHERE id = ?1)
         FROM run
         WHERE kernel = ?2 AND (run.series = ?1 OR run.series IS NULL AND EXISTS (
            SELECT 1 FROM run AS later WHERE later.series = ?1 AND later.kernel = run.kernel
               AND later.kernel_version = run.kernel_version AND later.commit_id = run.commit_id
               AND later.config = run.config))
         ORDER BY config, kernel_version, commit_id, run.state",
    )?;
    let rows = statement.query_map(params![series, kernel], |row| {
        let commit: String = row.get(1)?;
        let of_series: bool = row.get(4)?;
        Ok(BuildKey {
            kernel: kernel.to_owned(),
            kernel_version: row.get(0)?,
            commit: Some(commit).filter(|commit| !commit.is_empty()),
            series: row.get::<_, Option<String>>(5)?.filter(|_| of_series),
            state: row.get(2)?,
            config: row.get(3)?,
            whole: true,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn changes(connection: &Connection, boot: BootId) -> Result<Vec<Row>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT what, name, before, after, change, reason FROM boot_change WHERE boot = ?1 ORDER BY position",
    )?;
    let unreadable = |column: usize| {
        rusqlite::Error::InvalidColumnType(column, "word".to_owned(), rusqlite::types::Type::Text)
    };
    let rows = statement.query_map(params![boot], |row| {
        let (what, change): (String, String) = (row.get(0)?, row.get(4)?);
        let what = What::ALL.into_iter().find(|one| one.word() == what);
        let change = Change::ALL.into_iter().find(|one| one.word() == change);
        Ok(Row {
            what: what.ok_or_else(|| unreadable(0))?,
            name: row.get(1)?,
            before: row.get(2)?,
            after: row.get(3)?,
            change: change.ok_or_else(|| unreadable(4))?,
            reason: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
