//! In: a folder on this machine. Out: its files as a source.

use super::beneath::{self, Way};
use super::look;
use super::snapshot::{Delta, Snapshot};
use super::source::{Choose, Node, Source, Stamp, TreeError, Visit};
use super::stamps;
use super::walk::{self, Deed, Folder};
use crate::base::clock;
use crate::base::id::ObjectId;
use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// A kernel's files in a folder. Symlinks in it are never followed, `.git` is no part of it.
pub struct DirectorySource {
    root: OwnedFd,
    path: PathBuf,
}

impl DirectorySource {
    /// Opens the folder `path`.
    ///
    /// # Errors
    /// [`TreeError::Unusable`] when nothing stands there or it is no folder, [`TreeError::Io`] when the system refuses.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TreeError> {
        let path = path.as_ref();
        let root = beneath::open_root(path).map_err(|error| match error {
            Errno::NOENT => TreeError::Unusable(format!("{} does not exist", path.display())),
            Errno::NOTDIR => TreeError::Unusable(format!("{} is not a folder", path.display())),
            _ => TreeError::Io {
                path: path.display().to_string(),
                source: error.into(),
            },
        })?;
        Ok(Self {
            root,
            path: path.to_owned(),
        })
    }

    fn refused(&self, path: &str, error: Errno) -> TreeError {
        TreeError::Io {
            path: self.path.join(path).display().to_string(),
            source: error.into(),
        }
    }

    fn walk(&self, under: &[&str], choose: Choose<'_>, deed: Deed<'_>) -> Result<(), TreeError> {
        let mut roots = Vec::new();
        for folder in outermost(under) {
            if !folder.is_empty() && !beneath::is_inside(folder) {
                continue;
            }
            match beneath::descend(&self.root, folder, false) {
                Ok(Way::Open(fd)) => roots.push(Folder::new(fd, folder)),
                Ok(Way::Symlink | Way::Missing) => {}
                Err(error) => return Err(self.refused(folder, error)),
            }
        }
        walk::walk(roots, choose, deed).map_err(|error| self.at_home(error))
    }

    /// Says where on this machine the path of an error is.
    fn at_home(&self, error: TreeError) -> TreeError {
        match error {
            TreeError::Io { path, source } => TreeError::Io {
                path: self.path.join(path).display().to_string(),
                source,
            },
            other => other,
        }
    }
}

/// Drops every folder that lies in another of the list, so that no file is met twice.
pub(super) fn outermost<'u>(under: &[&'u str]) -> Vec<&'u str> {
    let mut folders: Vec<&str> = under
        .iter()
        .map(|folder| folder.trim_end_matches('/'))
        .collect();
    folders.sort_unstable();
    folders.dedup();
    let all = folders.clone();
    folders.retain(|folder| {
        !all.iter()
            .any(|other| other != folder && holds(other, folder))
    });
    folders
}

/// Says whether `path` lies below `folder` (`""` holds everything).
pub(super) fn holds(folder: &str, path: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

impl Source for DirectorySource {
    fn describe(&self) -> String {
        format!("directory {}", self.path.display())
    }

    fn commit(&self) -> Option<ObjectId> {
        None
    }

    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        if !beneath::is_inside(path) {
            return Ok(None);
        }
        let (folder, name) = beneath::split(path);
        let parent = match beneath::descend(&self.root, folder, false) {
            Ok(Way::Open(parent)) => parent,
            Ok(Way::Symlink) => return Ok(Some(Node::Symlink)),
            Ok(Way::Missing) => return Ok(None),
            Err(error) => return Err(self.refused(folder, error)),
        };
        // NONBLOCK: a named pipe must not hold us up.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match rustix::fs::openat(&parent, name, flags, Mode::empty()) {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Ok(Some(Node::Symlink)),
            Err(error) => return Err(self.refused(path, error)),
        };
        let stat = rustix::fs::fstat(&file).map_err(|error| self.refused(path, error))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => Ok(Some(Node::Folder)),
            FileType::RegularFile => {
                let mut bytes =
                    Vec::with_capacity(usize::try_from(stat.st_size).unwrap_or(0) + 4096);
                walk::read_to_end(&file, &mut bytes).map_err(|error| self.refused(path, error))?;
                bytes.shrink_to_fit();
                Ok(Some(Node::File {
                    bytes,
                    executable: stat.st_mode & 0o100 != 0,
                }))
            }
            _ => Err(TreeError::Unusable(format!(
                "{} is neither a file nor a folder; give a clean kernel tree",
                self.path.join(path).display()
            ))),
        }
    }

    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        let found = Mutex::new(Vec::new());
        let list = |path: &str| {
            found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(path.to_owned());
        };
        self.walk(&[""], choose, Deed::List(&list))?;
        let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        found.sort_unstable();
        Ok(found)
    }

    fn visit(&self, under: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError> {
        self.walk(under, choose, Deed::Read(visit))
    }

    fn stamps(&self) -> Result<BTreeMap<String, Stamp>, TreeError> {
        stamps::of_folder(&self.path)
    }

    fn place(&self) -> Option<String> {
        let path = std::fs::canonicalize(&self.path).ok()?;
        Some(format!("folder {}", path.display()))
    }

    fn snapshot(
        &self,
        old: Option<&Snapshot>,
    ) -> Result<Option<(Snapshot, Option<Delta>)>, TreeError> {
        let old = match old {
            Some(Snapshot::Folder(listing)) => Some(listing),
            _ => None,
        };
        let (listing, delta) = look::look(&self.root, clock::nanoseconds(), old)
            .map_err(|error| self.at_home(error))?;
        Ok(Some((Snapshot::Folder(listing), delta)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("mm/deep")).unwrap();
        fs::create_dir_all(dir.path().join(".git")).unwrap();
        fs::create_dir_all(dir.path().join("many")).unwrap();
        fs::write(dir.path().join("Makefile"), "VERSION = 6\n").unwrap();
        fs::write(dir.path().join("mm/a.c"), "a").unwrap();
        fs::write(dir.path().join("mm/empty.c"), "").unwrap();
        fs::write(dir.path().join("mm/deep/b.c"), vec![b'b'; 700_000]).unwrap();
        fs::write(dir.path().join(".git/c.c"), "no").unwrap();
        for i in 0..3 * 32 + 1 {
            fs::write(dir.path().join(format!("many/{i}.h")), i.to_string()).unwrap();
        }
        symlink("a.c", dir.path().join("mm/link.c")).unwrap();
        symlink("mm", dir.path().join("linked")).unwrap();
        dir
    }

    fn visited(source: &DirectorySource, under: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let seen = Mutex::new(BTreeMap::new());
        source
            .visit(
                under,
                &|path| path.ends_with(".c") || path.ends_with(".h"),
                &|path, bytes| {
                    let before = seen.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
                    assert!(before.is_none(), "{path} twice");
                },
            )
            .unwrap();
        seen.into_inner().unwrap()
    }

    #[test]
    fn visits_every_regular_file_once_and_no_link() {
        let dir = tree();
        let source = DirectorySource::open(dir.path()).unwrap();
        let seen = visited(&source, &[""]);
        assert_eq!(seen.len(), 97 + 3);
        assert_eq!(seen["mm/a.c"], b"a");
        assert_eq!(seen["mm/empty.c"], b"");
        assert_eq!(seen["mm/deep/b.c"].len(), 700_000);
        assert_eq!(seen["many/96.h"], b"96");
        let paths = source
            .paths(&|path| path.ends_with(".c") || path.ends_with(".h"))
            .unwrap();
        assert_eq!(paths, seen.keys().cloned().collect::<Vec<_>>());
    }

    #[test]
    fn visits_only_below_the_folders_asked_for() {
        let dir = tree();
        let source = DirectorySource::open(dir.path()).unwrap();
        let seen = visited(&source, &["mm/deep", "mm", "missing", "linked", "../up"]);
        assert_eq!(
            seen.into_keys().collect::<Vec<_>>(),
            ["mm/a.c", "mm/deep/b.c", "mm/empty.c"]
        );
        assert_eq!(visited(&source, &["mm/deep/"]).len(), 1);
        assert!(visited(&source, &[]).is_empty());
    }

    #[test]
    fn gives_nodes_and_follows_no_link() {
        let dir = tree();
        let source = DirectorySource::open(dir.path()).unwrap();
        fs::set_permissions(dir.path().join("mm/a.c"), fs::Permissions::from_mode(0o755)).unwrap();
        let node = |path: &str| source.node(path).unwrap();
        assert_eq!(
            node("mm/a.c"),
            Some(Node::File {
                bytes: b"a".to_vec(),
                executable: true
            })
        );
        assert_eq!(
            node("mm/empty.c"),
            Some(Node::File {
                bytes: Vec::new(),
                executable: false
            })
        );
        assert_eq!(node("mm"), Some(Node::Folder));
        assert_eq!(node("mm/link.c"), Some(Node::Symlink));
        assert_eq!(node("linked"), Some(Node::Symlink));
        assert_eq!(node("linked/a.c"), Some(Node::Symlink));
        for none in [
            "mm/none.c",
            "no/a.c",
            "mm/a.c/x",
            "",
            "/etc/passwd",
            "../x",
            "mm/../mm/a.c",
            "mm//a.c",
            ".git/c.c",
            "a\0b",
        ] {
            assert_eq!(node(none), None, "{none:?}");
        }
    }

    #[test]
    fn a_panicking_visitor_ends_the_walk() {
        let dir = tree();
        let source = DirectorySource::open(dir.path()).unwrap();
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            source.visit(&[""], &|_| true, &|path, _| {
                assert!(!path.ends_with("7.h"), "as asked");
            })
        }));
        assert!(result.is_err());
    }

    #[test]
    fn says_what_is_wrong_with_the_folder() {
        let dir = tree();
        let error = |path: &str| {
            DirectorySource::open(dir.path().join(path))
                .err()
                .unwrap()
                .to_string()
        };
        assert!(error("none").ends_with("does not exist"));
        assert!(error("Makefile").ends_with("is not a folder"));
    }
}
