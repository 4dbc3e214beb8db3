//! In: nothing. Out: why a guest could not be tried at all. How a guest ends is an [`super::Outcome`], not an error.

use crate::kbuild::BuildError;
use std::path::{Path, PathBuf};

/// Why a guest could not be tried.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The machine lacks a program.
    #[error("{what} is not on this machine; install it with `{install}`")]
    Lacking {
        /// What is missing.
        what: String,
        /// The command that installs it.
        install: &'static str,
    },
    /// There is no such image.
    #[error("there is no kernel image {path}; build it first")]
    NoImage {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The console cannot be kept.
    #[error(
        "cannot keep the console in {path}: {source}; free some space or choose another workspace"
    )]
    Log {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// The operating system refused.
    #[error("cannot access {path}: {source}")]
    Io {
        /// What was read or written.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// QEMU refused before there was a guest.
    #[error(
        "QEMU does not start: {words}; check --memory and --cpus, and that the image is a kernel"
    )]
    Qemu {
        /// Its words.
        words: String,
    },
    /// Our own program for the guest does not compile.
    #[error("the guest's first program does not compile: {words}")]
    Guest {
        /// The compiler's words.
        words: String,
    },
    /// A name or argument that a plan cannot hold.
    #[error(
        "{text:?} cannot be run in a guest; use names and arguments without tabs and line breaks, and fewer of them"
    )]
    Plan {
        /// The name or argument.
        text: String,
    },
    /// The sandbox of builds refused.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The user has had enough.
    #[error("interrupted")]
    Interrupted,
}

impl BootError {
    /// Wraps the system's words about `path`.
    pub(super) fn io(path: impl AsRef<Path>, source: std::io::Error) -> Self {
        Self::Io {
            path: path.as_ref().to_owned(),
            source,
        }
    }
}
