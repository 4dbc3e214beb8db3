//! In: the guest's programs, tests, a plan. Out: the initramfs that QEMU loads, made in this process.

use super::plan::{Plan, nonce};
use super::{BootError, Guest};
use cpio::newc::{Builder, trailer};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Programs of busybox that test programs and their scripts call by name.
const APPLETS: [&str; 40] = [
    "sh", "ash", "awk", "basename", "cat", "chmod", "cp", "cut", "date", "dd", "df", "dmesg",
    "echo", "env", "expr", "false", "find", "free", "grep", "head", "id", "kill", "ln", "ls",
    "mkdir", "mkswap", "mount", "mv", "ps", "rm", "sed", "seq", "sleep", "sort", "swapoff",
    "swapon", "tail", "true", "umount", "uname",
];

/// A file for the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its path below /tests.
    pub name: String,
    /// Its bytes; it is executable.
    pub bytes: Vec<u8>,
}

/// An initramfs on disk.
#[derive(Clone, Debug)]
pub struct Initramfs {
    /// The file.
    pub path: PathBuf,
    /// The word by which the guest's first program is known. It is used for one boot: [`Initramfs::write`] makes another.
    pub(super) nonce: String,
    /// The programs by number.
    pub(super) programs: Vec<String>,
}

impl Initramfs {
    /// Writes an initramfs to `path`.
    ///
    /// # Errors
    /// When a name or the plan cannot be spelled, or the file not be written.
    pub fn write(
        path: &Path,
        guest: &Guest,
        files: &[Content],
        plan: &Plan,
    ) -> Result<Self, BootError> {
        let nonce = nonce()?;
        let plan_text = plan.text(&nonce)?;
        let bad = |name: &str| {
            name.is_empty() || name.split('/').any(|part| matches!(part, "" | "." | ".."))
        };
        if let Some(file) = files.iter().find(|file| bad(&file.name)) {
            return Err(BootError::Plan {
                text: file.name.clone(),
            });
        }
        let write = || -> std::io::Result<()> {
            let out = GzEncoder::new(BufWriter::new(File::create(path)?), Compression::fast());
            let mut archive = Archive { out, inode: 0 };
            for folder in ["bin", "pteward", "tests", "dev", "proc", "sys", "tmp"] {
                archive.folder(folder)?;
            }
            archive.file("init", 0o755, &guest.init)?;
            archive.file("pteward/plan", 0o600, plan_text.as_bytes())?;
            archive.file("bin/busybox", 0o755, &guest.busybox)?;
            for name in APPLETS {
                archive.link(&["bin/", name].concat(), "busybox")?;
            }
            for file in files {
                for (at, _) in file.name.match_indices('/') {
                    archive.folder(&["tests/", &file.name[..at]].concat())?;
                }
                archive.file(&["tests/", &file.name].concat(), 0o755, &file.bytes)?;
            }
            archive.finish()
        };
        write().map_err(|source| BootError::io(path, source))?;
        let programs = plan
            .programs
            .iter()
            .map(|program| program.name.clone())
            .collect();
        Ok(Self {
            path: path.to_owned(),
            nonce,
            programs,
        })
    }
}

/// Writes members one by one.
struct Archive<W: Write> {
    out: W,
    inode: u32,
}

impl Archive<GzEncoder<BufWriter<File>>> {
    fn finish(self) -> std::io::Result<()> {
        trailer(self.out)?.finish()?.flush()
    }
}

impl<W: Write> Archive<W> {
    fn folder(&mut self, name: &str) -> std::io::Result<()> {
        self.member(name, 0o040_755, &[])
    }

    fn file(&mut self, name: &str, mode: u32, bytes: &[u8]) -> std::io::Result<()> {
        self.member(name, 0o100_000 | mode, bytes)
    }

    fn link(&mut self, name: &str, target: &str) -> std::io::Result<()> {
        self.member(name, 0o120_777, target.as_bytes())
    }

    fn member(&mut self, name: &str, mode: u32, bytes: &[u8]) -> std::io::Result<()> {
        self.inode += 1;
        let size = u32::try_from(bytes.len()).map_err(std::io::Error::other)?;
        let builder = Builder::new(name).ino(self.inode).mode(mode).nlink(1);
        let mut member = builder.write(&mut self.out, size);
        member.write_all(bytes)?;
        member.finish()?;
        Ok(())
    }
}
