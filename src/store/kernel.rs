//! In: kernels as registered. Out: their rows.

use super::column::Moment;
use super::error::{Fault, StoreError};
use super::open::Store;
use crate::base::clock;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A kernel to register.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct KernelRow {
    /// The name that commands take.
    pub name: String,
    /// The source as given: directory, `PATH@REV`, tarball, package.
    pub spec: String,
    /// Version from the top Makefile.
    pub version: String,
    /// Commit, where the source is one.
    pub commit: Option<String>,
    /// Tree, where the source has one.
    pub tree: Option<String>,
}

/// A registered kernel.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Kernel {
    /// What was registered.
    #[serde(flatten)]
    pub row: KernelRow,
    /// When.
    pub added: jiff::Timestamp,
}

impl Store {
    /// Registers a kernel. The same name and source again brings version, commit and tree up to date.
    ///
    /// # Errors
    /// [`StoreError::KernelTaken`] when the name stands for another source; else as [`Store::open`].
    pub fn add_kernel(&mut self, kernel: &KernelRow) -> Result<(), StoreError> {
        self.write(|connection| {
            if let Some(known) = find(connection, &kernel.name)?
                && known.row.spec != kernel.spec
            {
                return Err(StoreError::KernelTaken { name: known.row.name, spec: known.row.spec }.into());
            }
            connection.execute(
                "INSERT INTO kernel (name, spec, version, commit_id, tree_id, added) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (name) DO UPDATE SET
                    version = excluded.version, commit_id = excluded.commit_id, tree_id = excluded.tree_id",
                params![kernel.name, kernel.spec, kernel.version, kernel.commit, kernel.tree, Moment(clock::now())],
            )?;
            Ok(())
        })
    }

    /// Lists the registered kernels by name.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn kernels(&self) -> Result<Vec<Kernel>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let rows = statement.query_map([], read)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Finds a registered kernel; `None` where none has that name.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn kernel(&self, name: &str) -> Result<Option<Kernel>, StoreError> {
        self.read(|connection| find(connection, name))
    }
}

/// What every read selects.
const SELECT: &str = "SELECT name, spec, version, commit_id, tree_id, added FROM kernel";

/// Finds one kernel.
fn find(connection: &Connection, name: &str) -> Result<Option<Kernel>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE name = ?1"))?;
    Ok(statement.query_row(params![name], read).optional()?)
}

/// Reads one row of [`SELECT`].
fn read(row: &Row<'_>) -> rusqlite::Result<Kernel> {
    Ok(Kernel {
        row: KernelRow {
            name: row.get("name")?,
            spec: row.get("spec")?,
            version: row.get("version")?,
            commit: row.get("commit_id")?,
            tree: row.get("tree_id")?,
        },
        added: row.get::<_, Moment>("added")?.0,
    })
}
