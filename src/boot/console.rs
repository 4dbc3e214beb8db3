//! In: lines of both ports, as they come. Out: one compressed file, up to a limit, and the last lines.

use super::BootError;
use crate::base::show::visible_bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of console that are kept, before compression.
const MOST: u64 = 64 << 20;
/// Lines that are told with an outcome.
const TAIL: usize = 20;

/// A console that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The file, compressed with gzip. Lines of tests begin with `|`, our own program's with `#`, the kernel's with neither.
    pub path: PathBuf,
    /// Bytes that are in it.
    pub bytes: u64,
    /// Bytes that came after the limit and are not.
    pub cut: u64,
}

/// Keeps a console.
pub(super) struct Console {
    path: PathBuf,
    file: GzEncoder<BufWriter<File>>,
    bytes: u64,
    cut: u64,
    tail: VecDeque<String>,
}

impl Console {
    pub(super) fn create(path: &Path) -> Result<Self, BootError> {
        let file = File::create(path).map_err(|source| BootError::Log {
            path: path.to_owned(),
            source,
        })?;
        // The fastest level: a console of a test is small, and one that is not must not hold the guest up.
        let file = GzEncoder::new(BufWriter::new(file), Compression::fast());
        Ok(Self {
            path: path.to_owned(),
            file,
            bytes: 0,
            cut: 0,
            tail: VecDeque::new(),
        })
    }

    /// Keeps a line, given without its end. `mark` says whose it is.
    pub(super) fn line(&mut self, mark: &str, line: &[u8]) -> Result<(), BootError> {
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(mark.to_owned() + &visible_bytes(line));
        let length = (mark.len() + line.len() + 1) as u64;
        if self.bytes + length > MOST {
            self.cut += length;
            return Ok(());
        }
        self.bytes += length;
        self.write(&[mark.as_bytes(), line, b"\n"].concat())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), BootError> {
        let written = self.file.write_all(bytes);
        written.map_err(|source| BootError::Log {
            path: self.path.clone(),
            source,
        })
    }

    /// Ends the file and gives it with the last lines.
    pub(super) fn finish(mut self) -> Result<(Kept, Vec<String>), BootError> {
        if self.cut > 0 {
            let note = format!(
                "# pteward: {} more bytes came, and were not kept\n",
                self.cut
            );
            self.write(note.as_bytes())?;
        }
        let path = self.path;
        let flushed = self.file.finish().and_then(|mut file| file.flush());
        flushed.map_err(|source| BootError::Log {
            path: path.clone(),
            source,
        })?;
        Ok((
            Kept {
                path,
                bytes: self.bytes,
                cut: self.cut,
            },
            self.tail.into(),
        ))
    }
}
