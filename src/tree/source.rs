//! In: nothing. Out: the one seam through which a kernel's files are read.

use super::snapshot::{Delta, Snapshot, is_c};
use crate::base::hash::blob_id;
use crate::base::id::ObjectId;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Why a tree could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The operating system refused.
    #[error("cannot access {path}: {source}{}", advice(source))]
    Io {
        /// What was read or written.
        path: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// libgit2 refused.
    #[error("cannot read the git repository: {0}")]
    Git(String),
    /// The source is not what was asked for.
    #[error("{0}")]
    Unusable(String),
    /// This machine has no such program.
    #[error("{what} is not on this machine; {install}")]
    Lacking {
        /// The program.
        what: String,
        /// What to do about it: a clause with a command.
        install: String,
    },
}

impl TreeError {
    /// Wraps the system's words about `path`.
    pub(super) fn io(path: impl AsRef<std::path::Path>, source: impl Into<std::io::Error>) -> Self {
        Self::Io {
            path: path.as_ref().display().to_string(),
            source: source.into(),
        }
    }
}

/// Says what to do where the system's words do not.
fn advice(source: &std::io::Error) -> &'static str {
    match source.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            "; free some space or choose another folder"
        }
        std::io::ErrorKind::ReadOnlyFilesystem => "; choose another folder",
        _ => "",
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A regular file with its bytes.
    File {
        /// The content.
        bytes: Vec<u8>,
        /// Has it the executable bit?
        executable: bool,
    },
    /// A symbolic link; never followed.
    Symlink,
    /// A folder (or a submodule).
    Folder,
}

/// What stands at a path, with a stamp in place of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// A regular file.
    File {
        /// A text that changes whenever the content does: a blob's id, or size and times of a file on disk.
        content: String,
        /// Has it the executable bit?
        executable: bool,
    },
    /// A symbolic link.
    Link {
        /// Where it points to.
        target: String,
    },
}

/// Receives files as they are read; called from several threads at once.
pub type Visit<'v> = &'v (dyn Fn(&str, &[u8]) + Sync);

/// Chooses files by path; called from several threads at once.
pub type Choose<'c> = &'c (dyn Fn(&str) -> bool + Sync);

/// A kernel's files. Paths are relative, with `/`.
pub trait Source: Send + Sync {
    /// Gives a name for messages: "directory /x", "commit abc in /y".
    fn describe(&self) -> String;

    /// Gives the commit, where the source is one.
    fn commit(&self) -> Option<ObjectId>;

    /// Reads what stands at `path`; `None` where nothing does. A symlink on the way is not followed.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn node(&self, path: &str) -> Result<Option<Node>, TreeError>;

    /// Lists every regular file that `choose` takes, sorted.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError>;

    /// Reads every regular file below `under` (`""` is all) that `choose` takes and hands it to `visit`,
    /// from several threads, in no order.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn visit(&self, under: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError>;

    /// Stamps every regular file and symbolic link. Cheap: contents are not read where the source can tell without.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn stamps(&self) -> Result<BTreeMap<String, Stamp>, TreeError> {
        let found = Mutex::new(BTreeMap::new());
        self.visit(&[""], &|_| true, &|path, bytes| {
            let stamp = Stamp::File {
                content: blob_id(bytes).to_string(),
                executable: false,
            };
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(path.to_owned(), stamp);
        })?;
        Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads a regular file's bytes; `None` where there is none.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(match self.node(path)? {
            Some(Node::File { bytes, .. }) => Some(bytes),
            _ => None,
        })
    }

    /// Finds a blob by (a prefix of) its id, where the source has an object store: pre-images for three-way.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn blob(&self, _prefix: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(None)
    }

    /// Names the place where the source is, whatever state of it is read: a folder, a repository.
    fn place(&self) -> Option<String> {
        None
    }

    /// Names the git tree that is read, in hex, where the source is one.
    fn tree(&self) -> Option<String> {
        None
    }

    /// Says what the source looks like now, and which C files differ from what it looked like, or may differ: `None` where
    /// that cannot be told, or `old` is not given. `None` in all where later changes could not be told either. To be taken
    /// before anything is read, so that what is written meanwhile counts as a change.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn snapshot(
        &self,
        _old: Option<&Snapshot>,
    ) -> Result<Option<(Snapshot, Option<Delta>)>, TreeError> {
        Ok(None)
    }
}

/// A file after some patches: its bytes and executable bit, or `None` where it was removed.
pub type Changed = BTreeMap<String, Option<(Arc<[u8]>, bool)>>;

/// A source with changed files laid over it: state k of a series.
#[derive(Clone)]
pub struct Overlay {
    base: Arc<dyn Source>,
    changed: Arc<Changed>,
}

impl Overlay {
    /// Lays `changed` over `base`.
    pub fn new(base: Arc<dyn Source>, changed: Arc<Changed>) -> Self {
        Self { base, changed }
    }

    /// Lists the C files that differ from the base, or may differ.
    ///
    /// # Errors
    /// When the base cannot be read.
    pub fn delta(&self) -> Result<Delta, TreeError> {
        let mut delta = Delta::default();
        for (path, now) in self.changed.iter().filter(|(path, _)| is_c(path)) {
            let before = matches!(self.base.node(path)?, Some(Node::File { .. }));
            let set = match (before, now) {
                (true, Some(_)) => &mut delta.modified,
                (true, None) => &mut delta.removed,
                (false, Some(_)) => &mut delta.added,
                (false, None) => continue,
            };
            set.insert(path.clone());
        }
        Ok(delta)
    }

    /// Lists the C files that differ from another state of the same base.
    ///
    /// # Errors
    /// When the base cannot be read.
    pub fn since(&self, older: &Self) -> Result<Delta, TreeError> {
        let is_file = |state: &Self, path: &str| match state.changed.get(path) {
            Some(file) => Ok::<_, TreeError>(file.is_some()),
            None => Ok(matches!(state.base.node(path)?, Some(Node::File { .. }))),
        };
        let mut delta = Delta::default();
        let all = older.changed.keys().chain(self.changed.keys());
        for path in all.filter(|path| is_c(path)) {
            if older.changed.get(path) == self.changed.get(path) {
                continue;
            }
            let set = match (is_file(older, path)?, is_file(self, path)?) {
                (true, true) => &mut delta.modified,
                (true, false) => &mut delta.removed,
                (false, true) => &mut delta.added,
                (false, false) => continue,
            };
            set.insert(path.clone());
        }
        Ok(delta)
    }
}

impl Source for Overlay {
    fn describe(&self) -> String {
        format!(
            "{} with {} changed files",
            self.base.describe(),
            self.changed.len()
        )
    }

    fn commit(&self) -> Option<ObjectId> {
        None
    }

    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        match self.changed.get(path) {
            Some(Some((bytes, executable))) => Ok(Some(Node::File {
                bytes: bytes.to_vec(),
                executable: *executable,
            })),
            Some(None) => Ok(None),
            None => self.base.node(path),
        }
    }

    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        let mut paths = self
            .base
            .paths(&|path| choose(path) && !self.changed.contains_key(path))?;
        paths.extend(
            self.changed
                .iter()
                .filter(|(path, file)| file.is_some() && choose(path))
                .map(|(path, _)| path.clone()),
        );
        paths.sort();
        Ok(paths)
    }

    fn visit(&self, under: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError> {
        self.base.visit(
            under,
            &|path| choose(path) && !self.changed.contains_key(path),
            visit,
        )?;
        for (path, file) in self.changed.iter() {
            let inside = under.iter().any(|folder| {
                folder.is_empty()
                    || path
                        .strip_prefix(folder)
                        .is_some_and(|rest| rest.starts_with('/'))
            });
            if let (true, Some((bytes, _))) = (inside && choose(path), file) {
                visit(path, bytes);
            }
        }
        Ok(())
    }

    fn stamps(&self) -> Result<BTreeMap<String, Stamp>, TreeError> {
        let mut stamps = self.base.stamps()?;
        for (path, file) in self.changed.iter() {
            match file {
                None => stamps.remove(path),
                Some((bytes, executable)) => {
                    let content = blob_id(bytes).to_string();
                    let executable = *executable;
                    let stamp = Stamp::File {
                        content,
                        executable,
                    };
                    stamps.insert(path.clone(), stamp)
                }
            };
        }
        Ok(stamps)
    }

    fn blob(&self, prefix: &str) -> Result<Option<Vec<u8>>, TreeError> {
        self.base.blob(prefix)
    }
}
