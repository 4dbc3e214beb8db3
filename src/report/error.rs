//! In: nothing. Out: why a report could not be written.

use crate::store::StoreError;
use std::path::PathBuf;

/// Why a report could not be written. What stood in the folder before stands there still, unless moving failed midway.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// The workspace could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No space is left.
    #[error("no space left on the disk of {path}; make room, or choose another folder with -o")]
    Full {
        /// What was written.
        path: PathBuf,
    },
    /// A file or folder cannot be written.
    #[error("cannot write {path}: {source}; choose another folder with -o")]
    Io {
        /// What was written.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A template is wrong: a fault of pteward.
    #[error("template {name} cannot be rendered: {source}")]
    Template {
        /// The template.
        name: &'static str,
        /// The engine's words.
        source: Box<minijinja::Error>,
    },
}

impl ReportError {
    /// Sorts a failure to write `path`.
    pub(super) fn io(path: &std::path::Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        if source.kind() == std::io::ErrorKind::StorageFull {
            Self::Full { path }
        } else {
            Self::Io { path, source }
        }
    }
}
