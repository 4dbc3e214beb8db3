//! In: a folder. Out: the workspace in it: database, cache of unpacked kernels, repository for branches, report.

use crate::store::{Store, StoreError};
use std::path::{Path, PathBuf};

/// A user's workspace. Nothing outside its folder is written, but for what a command's `-o` names.
#[derive(Debug)]
pub struct Workspace {
    folder: PathBuf,
    /// Its database.
    pub store: Store,
}

impl Workspace {
    /// Opens the workspace in `folder`, which is made on first use.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            folder: folder.to_owned(),
            store: Store::open(folder)?,
        })
    }

    /// Gives the folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives the folder for unpacked kernels.
    pub fn cache(&self) -> PathBuf {
        self.folder.join("cache")
    }

    /// Gives the bare repository that `apply --branch` writes to.
    pub fn repository(&self) -> PathBuf {
        self.folder.join("branches.git")
    }

    /// Gives the folder for builds.
    pub fn builds(&self) -> PathBuf {
        self.folder.join("build")
    }

    /// Gives the folder for a report without `-o`.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report")
    }
}
