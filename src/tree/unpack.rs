//! In: the plain bytes of a tar archive, from anyone. Out: its files below one folder, and nothing outside of it.

use super::beneath::{self, Way};
use super::source::TreeError;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use tar::EntryType;

/// Unpacks `input` below `folder`, which exists. `tick` is called after every entry.
///
/// # Errors
/// [`TreeError::Unusable`] for an entry that would leave the folder, passes through a symlink or is a device,
/// [`TreeError::Io`] when reading or writing fails.
pub(super) fn unpack(input: impl Read, folder: &Path, tick: &dyn Fn()) -> Result<(), TreeError> {
    let root = beneath::open_root(folder).map_err(|error| TreeError::io(folder, error))?;
    let mut archive = tar::Archive::new(input);
    let mut writer = Writer {
        root,
        folder,
        at: None,
    };
    let mut count = 0_usize;
    for entry in archive.entries().map_err(broken)? {
        writer.entry(&mut entry.map_err(broken)?)?;
        count += 1;
        tick();
    }
    if count == 0 {
        return Err(TreeError::Unusable(
            "the archive holds nothing; give a tar archive of a kernel".to_owned(),
        ));
    }
    Ok(())
}

/// Writes entries; the folder of the last file stays open for the next one.
struct Writer<'w> {
    root: OwnedFd,
    folder: &'w Path,
    at: Option<(String, OwnedFd)>,
}

#[expect(clippy::needless_pass_by_value, reason = "passed to map_err")]
fn broken(error: io::Error) -> TreeError {
    TreeError::Unusable(format!(
        "the archive cannot be unpacked ({error}); see that it is whole and a kernel's"
    ))
}

fn hostile(path: &str, why: &str) -> TreeError {
    TreeError::Unusable(format!("the archive is refused: its entry {path:?} {why}"))
}

/// Gives an entry's name without `./` and trailing `/`; an unsafe one is refused. Empty for what is passed over.
fn clean(bytes: &[u8]) -> Result<String, TreeError> {
    let shown = String::from_utf8_lossy(bytes);
    let path = std::str::from_utf8(bytes).map_err(|_| hostile(&shown, "is not UTF-8"))?;
    let path = path.trim_end_matches('/');
    let path = path.strip_prefix("./").unwrap_or(path);
    match path {
        "" | "." => Ok(String::new()),
        // A checkout's own repository is no part of its kernel.
        _ if path.split('/').any(|part| part == ".git") => Ok(String::new()),
        _ if beneath::is_inside(path) => Ok(path.to_owned()),
        _ => Err(hostile(&shown, "leaves the folder")),
    }
}

impl Writer<'_> {
    fn entry<R: Read>(&mut self, entry: &mut tar::Entry<'_, R>) -> Result<(), TreeError> {
        let kind = entry.header().entry_type();
        if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
            return Ok(());
        }
        let path = clean(&entry.path_bytes())?;
        if path.is_empty() {
            return Ok(());
        }
        let failed = |error: Errno| TreeError::io(self.folder.join(&path), error);
        match kind {
            EntryType::Directory => self.open(&path).map(|_| ()),
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let executable = entry.header().mode().unwrap_or(0o644) & 0o100 != 0;
                let (folder, name) = beneath::split(&path);
                let to = self.open(folder)?;
                let flags = OFlags::WRONLY
                    | OFlags::CREATE
                    | OFlags::EXCL
                    | OFlags::NOFOLLOW
                    | OFlags::CLOEXEC;
                let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
                make_way(to, name).map_err(failed)?;
                let file = rustix::fs::openat(to, name, flags, mode).map_err(failed)?;
                copy(entry, &mut File::from(file), &self.folder.join(&path))
            }
            EntryType::Symlink => {
                let target = entry.link_name_bytes().unwrap_or_default().into_owned();
                let (folder, name) = beneath::split(&path);
                let to = self.open(folder)?;
                make_way(to, name).map_err(failed)?;
                rustix::fs::symlinkat(&target[..], to, name).map_err(failed)
            }
            EntryType::Link => {
                let target = clean(&entry.link_name_bytes().unwrap_or_default())?;
                let (from, old) = beneath::split(&target);
                let Ok(Way::Open(from)) = beneath::descend(&self.root, from, false) else {
                    return Err(hostile(&path, "links to what the archive does not hold"));
                };
                let (folder, name) = beneath::split(&path);
                let to = self.open(folder)?;
                make_way(to, name).map_err(failed)?;
                rustix::fs::linkat(&from, old, to, name, AtFlags::empty()).map_err(failed)
            }
            _ => Err(hostile(&path, "is a device or pipe")),
        }
    }

    /// Opens the folder `path`, made where missing.
    fn open(&mut self, path: &str) -> Result<&OwnedFd, TreeError> {
        if self.at.as_ref().is_none_or(|(at, _)| at != path) {
            let way = beneath::descend(&self.root, path, true);
            let Way::Open(fd) =
                way.map_err(|error| TreeError::io(self.folder.join(path), error))?
            else {
                return Err(hostile(path, "passes through a symlink or a file"));
            };
            self.at = Some((path.to_owned(), fd));
        }
        Ok(&self.at.as_ref().expect("was just set").1)
    }
}

/// Removes an earlier entry of the same name, itself and not what it points to: a later one wins.
fn make_way(folder: &OwnedFd, name: &str) -> Result<(), Errno> {
    match rustix::fs::unlinkat(folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Copies an entry's bytes, keeping faults of the archive and of the disk apart.
fn copy(from: &mut impl Read, to: &mut File, path: &Path) -> Result<(), TreeError> {
    let mut buffer = [0; 64 * 1024];
    loop {
        let got = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        io::Write::write_all(to, &buffer[..got]).map_err(|error| TreeError::io(path, error))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    /// Writes one entry, its name as it is: the tar crate's own builder refuses hostile ones.
    fn add(tar: &mut Vec<u8>, name: &str, kind: EntryType, link: &str, bytes: &[u8]) {
        let mut header = tar::Header::new_ustar();
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(if name.ends_with(".sh") { 0o755 } else { 0o644 });
        header.set_size(bytes.len() as u64);
        header.set_cksum();
        tar.extend_from_slice(header.as_bytes());
        tar.extend_from_slice(bytes);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }

    fn unpacked(tar: &[u8]) -> (tempfile::TempDir, Result<(), TreeError>) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        let result = unpack(tar, &dir.path().join("in"), &|| ());
        let names: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["in"], "nothing outside");
        (dir, result)
    }

    #[test]
    fn unpacks_files_folders_links_and_modes() {
        let mut tar = Vec::new();
        add(
            &mut tar,
            "pax_global_header",
            EntryType::XGlobalHeader,
            "",
            b"17 comment=12345\n",
        );
        add(&mut tar, "./k/", EntryType::Directory, "", b"");
        add(&mut tar, "./k/a.c", EntryType::Regular, "", b"old");
        add(&mut tar, "./k/a.c", EntryType::Regular, "", b"int a;");
        add(&mut tar, "k/deep/run.sh", EntryType::Regular, "", b"");
        add(&mut tar, "k/link", EntryType::Symlink, "/etc/passwd", b"");
        add(&mut tar, "k/link", EntryType::Regular, "", b"a file now");
        add(&mut tar, "k/other", EntryType::Symlink, "a.c", b"");
        add(&mut tar, "k/hard.c", EntryType::Link, "k/a.c", b"");
        add(&mut tar, "k/.git/config", EntryType::Regular, "", b"");
        tar.resize(tar.len() + 1024, 0);
        let (dir, result) = unpacked(&tar);
        result.unwrap();
        let at = |name: &str| dir.path().join("in/k").join(name);
        assert_eq!(fs::read(at("a.c")).unwrap(), b"int a;");
        assert_eq!(fs::read(at("hard.c")).unwrap(), b"int a;");
        assert_eq!(fs::read(at("link")).unwrap(), b"a file now");
        assert_eq!(fs::read_link(at("other")).unwrap(), Path::new("a.c"));
        assert_ne!(
            fs::metadata(at("deep/run.sh"))
                .unwrap()
                .permissions()
                .mode()
                & 0o100,
            0
        );
        assert_eq!(
            fs::metadata(at("a.c")).unwrap().permissions().mode() & 0o111,
            0
        );
        assert!(!at(".git").exists());
    }

    #[test]
    fn refuses_what_would_leave_the_folder() {
        for (name, kind, link) in [
            ("../out", EntryType::Regular, ""),
            ("/tmp/out", EntryType::Regular, ""),
            ("k/../../out", EntryType::Regular, ""),
            ("k//x", EntryType::Regular, ""),
            ("k/dev", EntryType::Char, ""),
            ("k/pipe", EntryType::Fifo, ""),
            ("k/hard", EntryType::Link, "../in"),
            ("k/hard", EntryType::Link, "up/passwd"),
            ("up/out", EntryType::Regular, ""),
            ("up/deep/out", EntryType::Directory, ""),
        ] {
            let mut tar = Vec::new();
            add(&mut tar, "up", EntryType::Symlink, "..", b"");
            add(&mut tar, name, kind, link, b"");
            tar.resize(tar.len() + 1024, 0);
            let error = unpacked(&tar).1.unwrap_err();
            assert!(
                matches!(&error, TreeError::Unusable(text) if text.contains("refused")),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn says_when_the_archive_is_cut_or_none() {
        let mut tar = Vec::new();
        add(&mut tar, "k/a.c", EntryType::Regular, "", &[b'a'; 5000]);
        for bytes in [
            &tar[..700],
            &tar[..300],
            b"no archive at all, but some text".as_slice(),
            b"",
        ] {
            assert!(
                matches!(unpacked(bytes).1, Err(TreeError::Unusable(_))),
                "{}",
                bytes.len()
            );
        }
    }
}
