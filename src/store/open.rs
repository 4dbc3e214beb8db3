//! In: a workspace folder. Out: its database, made or brought up to date, and the way every unit of work runs.

use super::error::{Fault, StoreError};
use super::migrations;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The database's name inside the workspace folder.
pub const FILE_NAME: &str = "pteward.db";

/// The `application_id` that the first migration writes.
const APPLICATION_ID: i64 = 0x7074_7764;

/// How long a writer waits for another before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// A workspace's database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
}

impl Store {
    /// Opens the workspace's database; makes folder and file on first use and brings an older schema up to date.
    ///
    /// # Errors
    /// When the folder cannot be made, or the file is busy, damaged, foreign, newer than this program, or the disk is full.
    pub fn open(workspace: &Path) -> Result<Self, StoreError> {
        Self::open_waiting(workspace, PATIENCE)
    }

    /// Opens as [`Store::open`], waiting at most `patience` for another writer.
    pub(super) fn open_waiting(workspace: &Path, patience: Duration) -> Result<Self, StoreError> {
        let path = workspace.join(FILE_NAME);
        std::fs::create_dir_all(workspace).map_err(|source| folder_error(workspace, source))?;
        let mut connection =
            Connection::open(&path).map_err(|error| Fault::from(error).at(&path))?;
        prepare(&mut connection, patience, &path).map_err(|fault| fault.at(&path))?;
        Ok(Self { connection, path })
    }

    /// Gives the database's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs one unit of work: all of it is kept, or none.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let run = |connection: &mut Connection| -> Result<T, Fault> {
            // Immediate: the lock is taken (and waited for) at the start, where nothing has been done yet.
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run(&mut self.connection).map_err(|fault| fault.at(&self.path))
    }

    /// Reads in one transaction, so that all that is read belongs together.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let run = || -> Result<T, Fault> {
            let transaction =
                Transaction::new_unchecked(&self.connection, TransactionBehavior::Deferred)?;
            let value = work(&transaction)?;
            transaction.finish()?;
            Ok(value)
        };
        run().map_err(|fault| fault.at(&self.path))
    }

    /// Lends the connection to tests of this room.
    #[cfg(test)]
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }
}

/// Sorts a failure to make the folder.
fn folder_error(workspace: &Path, source: std::io::Error) -> StoreError {
    if source.kind() == std::io::ErrorKind::StorageFull {
        return StoreError::Full {
            path: workspace.join(FILE_NAME),
        };
    }
    StoreError::Folder {
        path: workspace.to_owned(),
        source,
    }
}

/// Sets the connection up, checks whose database it is, and migrates it.
fn prepare(connection: &mut Connection, patience: Duration, path: &Path) -> Result<(), Fault> {
    // First of all, so that every later step waits for another writer instead of failing at once.
    connection.busy_timeout(patience)?;
    // Before anything is written: a foreign or newer database stays as it is.
    let version = check_owner(connection, path)?;
    // Readers (a report) and one writer (an audit) at the same time; a killed run leaves the last commit.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // With WAL, NORMAL loses at most the last commits on power loss, never consistency, and saves an fsync a commit.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    if version < migrations::FILES.len() {
        migrate(connection)?;
    }
    // SQLite's default is off, for old programs' sake; rows that point nowhere are bugs. On only now, because
    // table rebuilds in migrations need it off.
    connection.pragma_update(None, "foreign_keys", "ON")?;
    Ok(())
}

/// Brings the schema up to date.
fn migrate(connection: &mut Connection) -> Result<(), Fault> {
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    migrations::all()
        .to_latest(connection)
        .map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => Fault::Sql(err),
            other => Fault::Value(other.to_string()),
        })
}

/// Reads the schema version; refuses what pteward did not write, or a later one did.
fn check_owner(connection: &Connection, path: &Path) -> Result<usize, Fault> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))?;
    if tables > 0 && pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
        }
        .into());
    }
    let version = pragma("user_version")?;
    let known = migrations::FILES.len();
    match usize::try_from(version) {
        Ok(found) if found <= known => Ok(found),
        Ok(found) => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        }
        .into()),
        Err(_) => Err(Fault::Value(format!("schema version {version}"))),
    }
}
