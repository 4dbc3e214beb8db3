//! In: what SQLite and the file system say. Out: what went wrong, and what to do next.

use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};

/// Why the workspace could not be read or written. Nothing is lost by any of these: a unit of work is kept whole or not at all.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The workspace folder cannot be made or reached.
    #[error("cannot use the workspace {path}: {source}; choose another with --workspace")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Another process holds the database.
    #[error("another pteward is writing to {path}; try again when it is done")]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// No space is left.
    #[error(
        "no space left on the disk of {path}; make room and try again, nothing half-written was kept"
    )]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file is no SQLite database.
    #[error("{path} is not a database; move it away and import again")]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is an SQLite database, but not of pteward.
    #[error(
        "{path} is a database of another program; move it away or choose another folder with --workspace"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("{path} is damaged ({why}); move it away and import again, or restore a copy")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// SQLite's words, or the value that cannot be read.
        why: String,
    },
    /// A later pteward made the database.
    #[error(
        "{path} was written by a newer pteward (schema {found}, this one knows {known}); use that one, or another --workspace"
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema version.
        found: usize,
        /// The newest that this program knows.
        known: usize,
    },
    /// The database may only be read.
    #[error("{path} cannot be written; check its permissions, or choose another --workspace")]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// A kernel's name is taken.
    #[error("kernel {name} is registered as {spec} already; choose another name")]
    KernelTaken {
        /// The name.
        name: String,
        /// Its source.
        spec: String,
    },
    /// Nothing goes by that name.
    #[error("no {what} is called {name}; `pteward {what} list` shows what there is")]
    NoSuch {
        /// `series` or `kernel`.
        what: &'static str,
        /// The name asked for.
        name: String,
    },
    /// No row has that id.
    #[error("the workspace has no {what} {id}")]
    NoSuchId {
        /// `audit`, `application` or `review`.
        what: &'static str,
        /// The id asked for.
        id: i64,
    },
    /// Anything else that SQLite refuses.
    #[error("the workspace {path} cannot be used: {source}")]
    Other {
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        source: rusqlite::Error,
    },
}

/// The error inside the room, before it is known which file it is about.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite refused.
    Sql(rusqlite::Error),
    /// Refused by this room's own rules.
    Said(StoreError),
    /// A stored value cannot be read back.
    Value(String),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Said(error)
    }
}

impl From<std::io::Error> for Fault {
    fn from(error: std::io::Error) -> Self {
        Self::Value(error.to_string())
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Value(error.to_string())
    }
}

impl Fault {
    /// Says what it means for the database at `path`.
    pub(super) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Sql(error) => from_sql(error, path),
            Self::Said(error) => error,
            Self::Value(why) => StoreError::Damaged {
                path: path.to_owned(),
                why,
            },
        }
    }
}

/// Sorts SQLite's errors by what a user can do about them.
fn from_sql(source: rusqlite::Error, path: &Path) -> StoreError {
    let path = path.to_owned();
    match source.sqlite_error() {
        Some(error) => match error.code {
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed => StoreError::Busy { path },
            ErrorCode::DiskFull => StoreError::Full { path },
            // The shared-memory file beside a WAL database cannot grow: SQLite has no other reason for this code.
            ErrorCode::SystemIoFailure
                if error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE =>
            {
                StoreError::Full { path }
            }
            ErrorCode::NotADatabase => StoreError::NotADatabase { path },
            ErrorCode::DatabaseCorrupt => StoreError::Damaged {
                path,
                why: source.to_string(),
            },
            ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
                StoreError::ReadOnly { path }
            }
            _ => StoreError::Other { path, source },
        },
        None => match source {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..) => StoreError::Damaged {
                path,
                why: source.to_string(),
            },
            _ => StoreError::Other { path, source },
        },
    }
}
