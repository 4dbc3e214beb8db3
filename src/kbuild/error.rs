//! In: nothing. Out: why a build could not be tried. A kernel that does not build is an outcome, no error.

use crate::tree::source::TreeError;
use std::io;
use std::path::{Path, PathBuf};

/// Why pteward could not do its part of a build.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The state could not be read or laid out.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The operating system refused.
    #[error("cannot access {}: {source}", path.display())]
    Io {
        /// What was read, written or started.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// This machine lacks a program, or a right.
    #[error("{what}; {install}")]
    Lacking {
        /// What is missing.
        what: String,
        /// What to do about it.
        install: String,
    },
    /// Another pteward builds in the same folder.
    #[error("another pteward builds in {}; try again when it is done", folder.display())]
    Busy {
        /// The folder.
        folder: PathBuf,
    },
    /// Ctrl-C, SIGTERM or SIGHUP.
    #[error("interrupted; the same command goes on where this one was")]
    Interrupted,
}

impl BuildError {
    /// Wraps the system's words about `path`.
    pub(super) fn io(path: impl AsRef<Path>, source: io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }
}
