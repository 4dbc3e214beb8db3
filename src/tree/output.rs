//! In: changed files. Out: the same files below a folder that the user named, all of them or none.

use super::beneath::{self, Way};
use super::source::{Changed, TreeError};
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Writes the files of `changed` below `dir`, which is made where missing, and gives how many were written or removed.
///
/// Every file is written beside its place first and renamed when all are whole. A removed file is removed where it
/// stands; nothing else is.
///
/// # Errors
/// [`TreeError::Unusable`] when a path leaves `dir` or a symlink stands on the way, [`TreeError::Io`] when writing
/// fails. In all cases nothing new is left behind.
pub fn write_files(dir: &Path, changed: &Changed) -> Result<usize, TreeError> {
    let fresh = !dir.exists();
    std::fs::create_dir_all(dir).map_err(|error| TreeError::io(dir, error))?;
    let root = beneath::open_root(dir).map_err(|error| TreeError::io(dir, error))?;
    let mut output = Output {
        root,
        dir,
        folders: BTreeSet::new(),
        made: Vec::new(),
        parts: Vec::new(),
    };
    let result = output.stage(changed).and_then(|()| output.publish(changed));
    if result.is_err() {
        output.undo();
        if fresh {
            // Fails where somebody else has put something there meanwhile: then it stays.
            drop(std::fs::remove_dir(dir));
        }
    }
    result
}

/// A folder that is being written to.
struct Output<'o> {
    root: OwnedFd,
    dir: &'o Path,
    /// Folders known to be there.
    folders: BTreeSet<String>,
    /// Folders that were made, outer ones first.
    made: Vec<String>,
    /// Files written beside their places: the temporary path and the path.
    parts: Vec<(String, String)>,
}

impl Output<'_> {
    fn failed(&self, path: &str, error: impl Into<std::io::Error>) -> TreeError {
        TreeError::io(self.dir.join(path), error)
    }

    fn refused(&self, path: &str, why: &str) -> TreeError {
        TreeError::Unusable(format!(
            "{} is not written: {why}; give an empty folder",
            self.dir.join(path).display()
        ))
    }

    /// Opens the folder that `path` is in; `None` where it is missing.
    fn parent(&self, path: &str) -> Result<Option<OwnedFd>, TreeError> {
        match beneath::descend(&self.root, beneath::split(path).0, false) {
            Ok(Way::Open(fd)) => Ok(Some(fd)),
            Ok(Way::Missing) => Ok(None),
            Ok(Way::Symlink) => Err(self.refused(path, "a symlink stands on the way")),
            Err(error) => Err(self.failed(path, error)),
        }
    }

    /// Writes all files beside their places.
    fn stage(&mut self, changed: &Changed) -> Result<(), TreeError> {
        for (number, (path, file)) in changed.iter().enumerate() {
            if !beneath::is_inside(path) {
                return Err(self.refused(path, "the path leaves the folder"));
            }
            let Some((bytes, executable)) = file else {
                self.parent(path)?
                    .map_or(Ok(()), |parent| self.replaceable(&parent, path))?;
                continue;
            };
            self.make_folder(beneath::split(path).0)?;
            let parent = self
                .parent(path)?
                .ok_or_else(|| self.refused(path, "a file stands on the way"))?;
            self.replaceable(&parent, path)?;
            let (folder, _) = beneath::split(path);
            let name = format!(".pteward-{}-{number}", std::process::id());
            let part = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let flags =
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let mode = Mode::from_raw_mode(if *executable { 0o777 } else { 0o666 });
            let fd = rustix::fs::openat(&parent, &name, flags, mode)
                .map_err(|error| self.failed(path, error))?;
            self.parts.push((part, path.clone()));
            File::from(fd)
                .write_all(bytes)
                .map_err(|error| self.failed(path, error))?;
        }
        Ok(())
    }

    /// Refuses to put a file where a link or a folder stands.
    fn replaceable(&self, parent: &OwnedFd, path: &str) -> Result<(), TreeError> {
        match rustix::fs::statat(parent, beneath::split(path).1, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(self.failed(path, error)),
            Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Ok(()),
                FileType::Symlink => Err(self.refused(path, "a symlink stands there")),
                _ => Err(self.refused(path, "something that is no file stands there")),
            },
        }
    }

    /// Makes the folder `path` and those above it, remembering which are new.
    fn make_folder(&mut self, path: &str) -> Result<(), TreeError> {
        if path.is_empty() || self.folders.contains(path) {
            return Ok(());
        }
        let (above, name) = beneath::split(path);
        self.make_folder(above)?;
        let parent = self
            .parent(path)?
            .ok_or_else(|| self.refused(path, "a file stands on the way"))?;
        match rustix::fs::mkdirat(&parent, name, Mode::from_raw_mode(0o777)) {
            Ok(()) => self.made.push(path.to_owned()),
            Err(Errno::EXIST) => {}
            Err(error) => return Err(self.failed(path, error)),
        }
        self.folders.insert(path.to_owned());
        Ok(())
    }

    /// Puts all files in their places and removes what the series removes.
    fn publish(&mut self, changed: &Changed) -> Result<usize, TreeError> {
        let mut count = 0;
        while let Some((part, path)) = self.parts.last() {
            if let Some(parent) = self.parent(path)? {
                let (from, to) = (beneath::split(part).1, beneath::split(path).1);
                rustix::fs::renameat(&parent, from, &parent, to)
                    .map_err(|error| self.failed(path, error))?;
            }
            self.parts.pop();
            count += 1;
        }
        for path in changed
            .iter()
            .filter(|(_, file)| file.is_none())
            .map(|(path, _)| path)
        {
            let Some(parent) = self.parent(path)? else {
                continue;
            };
            match rustix::fs::unlinkat(&parent, beneath::split(path).1, AtFlags::empty()) {
                Ok(()) => count += 1,
                Err(Errno::NOENT) => {}
                Err(error) => return Err(self.failed(path, error)),
            }
        }
        Ok(count)
    }

    /// Removes the files that are not in their places yet, and the folders that were made if nothing is in them.
    fn undo(&mut self) {
        let parts = std::mem::take(&mut self.parts)
            .into_iter()
            .map(|(part, _)| (part, AtFlags::empty()));
        let made = std::mem::take(&mut self.made)
            .into_iter()
            .rev()
            .map(|folder| (folder, AtFlags::REMOVEDIR));
        for (path, flags) in parts.chain(made) {
            if let Ok(Some(parent)) = self.parent(&path) {
                // The first error is the one to tell; what cannot be removed stays.
                rustix::fs::unlinkat(&parent, beneath::split(&path).1, flags).ok();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn changed(files: &[(&str, Option<&str>)]) -> Changed {
        let file = |text: &str| (text.as_bytes().into(), text.starts_with("#!"));
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.map(file)))
            .collect()
    }

    fn listing(dir: &Path) -> Vec<String> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                found.extend(
                    listing(&entry.path())
                        .iter()
                        .map(|path| format!("{name}/{path}")),
                );
            }
            found.push(name);
        }
        found.sort();
        found
    }

    #[test]
    fn writes_replaces_and_removes() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("new/out");
        let first = changed(&[
            ("mm/a.c", Some("a")),
            ("run.sh", Some("#!x")),
            ("mm/gone.c", Some("x")),
        ]);
        assert_eq!(write_files(&out, &first).unwrap(), 3);
        let second = changed(&[
            ("mm/a.c", Some("b")),
            ("mm/gone.c", None),
            ("mm/never.c", None),
            ("no/x.c", None),
        ]);
        assert_eq!(write_files(&out, &second).unwrap(), 2);
        assert_eq!(listing(&out), ["mm", "mm/a.c", "run.sh"]);
        assert_eq!(fs::read(out.join("mm/a.c")).unwrap(), b"b");
        assert_ne!(
            fs::metadata(out.join("run.sh"))
                .unwrap()
                .permissions()
                .mode()
                & 0o100,
            0
        );
        assert_eq!(
            fs::metadata(out.join("mm/a.c"))
                .unwrap()
                .permissions()
                .mode()
                & 0o111,
            0
        );
    }

    #[test]
    fn refuses_links_and_ways_out_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (out, outside) = (dir.path().join("out"), dir.path().join("outside"));
        fs::create_dir_all(out.join("folder.c")).unwrap();
        fs::create_dir_all(outside.join("deep")).unwrap();
        fs::write(outside.join("victim.c"), "old").unwrap();
        fs::write(out.join("file"), "old").unwrap();
        symlink("../outside", out.join("linked")).unwrap();
        symlink("../outside/victim.c", out.join("link.c")).unwrap();
        let before = listing(dir.path());
        for (path, why) in [
            ("linked/new.c", "symlink"),
            ("linked/deep/new.c", "symlink"),
            ("linked/victim.c", "symlink"),
            ("link.c", "symlink"),
            ("../new.c", "leaves"),
            ("/tmp/new.c", "leaves"),
            ("a/../../new.c", "leaves"),
            (".git/hooks/x", "leaves"),
            ("folder.c", "no file"),
            ("file/new.c", "a file stands"),
        ] {
            for text in [Some("new"), None] {
                // A good file before and after in the order of paths: neither may be left.
                let files = changed(&[
                    ("!first/deep/a.c", Some("a")),
                    (path, text),
                    ("zz/last.c", Some("z")),
                ]);
                match write_files(&out, &files) {
                    Err(TreeError::Unusable(words)) => {
                        assert!(words.contains(why), "{path}: {words}");
                    }
                    Ok(_) if path == "file/new.c" && text.is_none() => {
                        fs::remove_dir_all(out.join("!first")).unwrap();
                        fs::remove_dir_all(out.join("zz")).unwrap();
                    }
                    other => panic!("{path}: {other:?}"),
                }
                assert_eq!(listing(dir.path()), before, "{path}");
            }
        }
        assert_eq!(fs::read(outside.join("victim.c")).unwrap(), b"old");
        let fresh = dir.path().join("fresh");
        assert!(
            write_files(
                &fresh,
                &changed(&[("a/b.c", Some("x")), ("b/../c", Some("x"))])
            )
            .is_err()
        );
        assert!(!fresh.exists());
    }
}
