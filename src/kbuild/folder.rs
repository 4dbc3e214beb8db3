//! In: a folder of the workspace. Out: the places in it: source, build, manifest, ledger; one user at a time.
//!
//! `build` is written by what a posted patch makes run: everything in it is read as hostile, no link in it is followed.

use super::error::BuildError;
use crate::base::hash::blob_id;
use crate::base::process;
use crate::tree::directory::DirectorySource;
use crate::tree::source::{Node, Source as _};
use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Files this many seconds older than the newest one were whole when a build was cut short.
const HALF_WRITTEN: i64 = 15;
/// The longest file that is read from a build folder.
const LONGEST: u64 = 512 << 20;

/// One kernel's and config's work folder, held by this process as long as this lives.
#[derive(Debug)]
pub struct WorkFolder {
    path: PathBuf,
    confined: bool,
    _lock: File,
}

impl WorkFolder {
    /// Opens the folder of a kernel and a config below `builds`, made where missing; children that a killed pteward left
    /// behind in it are ended first. Sandboxed builds and others have build folders of their own.
    ///
    /// # Errors
    /// [`BuildError::Busy`] when another process holds it, [`BuildError::Io`] when it cannot be made.
    pub fn open(
        builds: &Path,
        kernel: &str,
        config: &str,
        confined: bool,
    ) -> Result<Self, BuildError> {
        let path = builds.join(name(kernel, config));
        fs::create_dir_all(&path).map_err(|error| BuildError::io(&path, error))?;
        let lock = path.join("lock");
        let lock = File::create(&lock).map_err(|error| BuildError::io(&lock, error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(BuildError::Busy { folder: path }),
            Err(TryLockError::Error(error)) => return Err(BuildError::io(&path, error)),
        }
        let folder = Self {
            path,
            confined,
            _lock: lock,
        };
        process::end_leftovers(&folder.notes())
            .map_err(|error| BuildError::io(folder.notes(), error))?;
        for needed in [folder.source(), folder.build(), folder.ccache()] {
            fs::create_dir_all(&needed).map_err(|error| BuildError::io(&needed, error))?;
        }
        folder.empty_scratch()?;
        if folder.marker().exists() {
            sweep(&folder.build()).map_err(|error| BuildError::io(folder.build(), error))?;
        }
        Ok(folder)
    }

    /// Gives the folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the folder that holds the state's sources.
    pub fn source(&self) -> PathBuf {
        self.path.join("source")
    }

    /// Gives the O= folder.
    pub fn build(&self) -> PathBuf {
        self.path.join(self.own("build"))
    }

    /// Gives the folder that is /tmp inside.
    pub fn scratch(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// Gives the folder for notes about running children.
    pub fn notes(&self) -> PathBuf {
        self.path.join("running")
    }

    /// Is there a sandbox around what builds in it?
    pub(super) fn is_confined(&self) -> bool {
        self.confined
    }

    pub(super) fn ccache(&self) -> PathBuf {
        self.path.join(self.own("ccache"))
    }

    pub(super) fn manifest(&self) -> PathBuf {
        self.path.join("manifest")
    }

    pub(super) fn ledger(&self) -> PathBuf {
        self.path.join(self.own("ledger"))
    }

    /// Holds what the build folder is configured for.
    pub(super) fn configured(&self) -> PathBuf {
        self.path.join(self.own("configured"))
    }

    /// Is there while a build runs: a build that was cut short leaves it.
    pub(super) fn marker(&self) -> PathBuf {
        self.path.join(self.own("building"))
    }

    /// Is there once all objects have been built.
    pub(super) fn complete(&self) -> PathBuf {
        self.path.join(self.own("complete"))
    }

    /// Where built images are copied to.
    pub(super) fn images(&self) -> PathBuf {
        self.path.join(self.own("images"))
    }

    fn own(&self, name: &str) -> String {
        match self.confined {
            true => name.to_owned(),
            false => format!("{name}-no-sandbox"),
        }
    }

    fn empty_scratch(&self) -> Result<(), BuildError> {
        let scratch = self.scratch();
        match fs::remove_dir_all(&scratch) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(BuildError::io(&scratch, error));
            }
            _ => {}
        }
        fs::create_dir_all(&scratch).map_err(|error| BuildError::io(&scratch, error))
    }

    /// Empties the build folder, and forgets all that is known of it.
    pub(super) fn discard_build(&self) -> Result<(), BuildError> {
        for note in [self.complete(), self.configured(), self.ledger()] {
            match fs::remove_file(&note) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(BuildError::io(&note, error));
                }
                _ => {}
            }
        }
        for folder in [self.build(), self.ccache()] {
            // Links in it are removed, not followed.
            fs::remove_dir_all(&folder)
                .and_then(|()| fs::create_dir_all(&folder))
                .map_err(|error| BuildError::io(&folder, error))?;
        }
        Ok(())
    }

    /// Reads a regular file of the build folder, through no link.
    pub(super) fn read_built(&self, path: &str) -> Result<Option<Vec<u8>>, BuildError> {
        let build = self.build();
        let size = fs::symlink_metadata(build.join(path)).map_or(0, |file| file.len());
        if size > LONGEST {
            return Ok(None);
        }
        match DirectorySource::open(&build)?.node(path)? {
            Some(Node::File { bytes, .. }) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }
}

/// Names the folder of a kernel and a config. A kernel may be called by a path: what cannot be in a name is replaced, and
/// a digest keeps two of them apart.
fn name(kernel: &str, config: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    if kernel.len() <= 40
        && kernel.chars().all(is_plain)
        && kernel.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return format!("{kernel}-{config}");
    }
    let last = kernel
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let last: String = last.chars().filter(|c| is_plain(*c)).take(40).collect();
    let digest = blob_id(kernel.as_bytes()).to_string();
    format!(
        "{}-{}-{config}",
        last.trim_start_matches(['.', '-']),
        &digest[..8]
    )
}

/// Removes what may be half written: every file that is about as new as the newest. make makes it again.
///
/// A compiler that is killed leaves an object behind that is newer than its source.
fn sweep(build: &Path) -> std::io::Result<()> {
    let mut files: Vec<(i64, PathBuf)> = Vec::new();
    let mut folders = vec![build.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push((entry.metadata()?.mtime(), entry.path()));
            }
        }
    }
    let newest = files.iter().map(|(time, _)| *time).max();
    let Some(since) = newest.map(|newest| newest.saturating_sub(HALF_WRITTEN)) else {
        return Ok(());
    };
    for (_, path) in files.iter().filter(|(time, _)| *time >= since) {
        fs::remove_file(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_differ() {
        assert_eq!(name("debian-6.12", "hmm"), "debian-6.12-hmm");
        let a = name("/a/linux", "hmm");
        assert!(
            a.starts_with("linux-") && a.ends_with("-hmm") && !a.contains('/'),
            "{a}"
        );
        assert_ne!(a, name("/b/linux", "hmm"));
        assert!(
            !name("../..", "hmm").contains(".."),
            "{}",
            name("../..", "hmm")
        );
    }

    #[test]
    fn one_at_a_time_and_what_was_half_written_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let open = || WorkFolder::open(dir.path(), "k", "hmm", true);
        let folder = open().unwrap();
        assert!(matches!(open(), Err(BuildError::Busy { .. })));
        fs::create_dir(folder.build().join("mm")).unwrap();
        let (old, new) = (
            folder.build().join("mm/old.o"),
            folder.build().join("mm/new.o"),
        );
        fs::write(&old, "o").unwrap();
        fs::write(&new, "n").unwrap();
        let hour =
            fs::metadata(&old).unwrap().modified().unwrap() - std::time::Duration::from_secs(3600);
        File::options()
            .write(true)
            .open(&old)
            .unwrap()
            .set_modified(hour)
            .unwrap();
        drop(folder);
        let folder = open().unwrap();
        assert!(new.exists(), "a build that came to its end is left alone");
        fs::write(folder.marker(), "").unwrap();
        drop(folder);
        drop(open().unwrap());
        assert!(old.exists() && !new.exists());
    }

    #[test]
    fn links_in_the_build_folder_lead_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let folder = WorkFolder::open(dir.path(), "k", "hmm", true).unwrap();
        fs::write(dir.path().join("secret"), "s").unwrap();
        std::os::unix::fs::symlink(dir.path().join("secret"), folder.build().join(".config"))
            .unwrap();
        std::os::unix::fs::symlink(dir.path(), folder.build().join("arch")).unwrap();
        assert_eq!(folder.read_built(".config").unwrap(), None);
        assert_eq!(folder.read_built("arch/secret").unwrap(), None);
        assert_eq!(folder.read_built("../../secret").unwrap(), None);
    }
}
