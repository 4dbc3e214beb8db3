//! In: a state of a kernel and a folder that held another. Out: the folder holding this one, with only what differs touched.
//!
//! make looks at modification times: a file that is not touched is not compiled again. What stands in the folder is known
//! by a manifest beside it; a file whose size or times are not as noted is read again, never trusted.

use super::beneath::{self, Way};
use super::source::{Node, Source, Stamp, TreeError};
use super::stamps;
use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What laying out a state came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laid {
    /// Paths of files and links that were written, sorted.
    pub written: Vec<String>,
    /// Paths that were removed, sorted.
    pub removed: Vec<String>,
    /// All files and links that stand there now.
    pub total: usize,
}

/// Told how many of how many files are written.
pub type Written<'w> = &'w (dyn Fn(u64, u64) + Sync);

/// What a manifest holds of a file: the source's stamp, and that of the file laid out.
type Manifest = BTreeMap<String, (String, String)>;

/// Makes `folder` hold what `source` holds of the paths that `choose` takes, and nothing else.
///
/// `manifest` is a file outside `folder`. Where it is missing, what stands in the folder is compared by content.
///
/// # Errors
/// [`TreeError::Unusable`] where a file would be written through a symlink, [`TreeError::Io`] when writing fails; the next
/// run then mends what this one left.
pub fn lay_out(
    source: &dyn Source,
    choose: &(dyn Fn(&str) -> bool + Sync),
    (folder, manifest): (&Path, &Path),
    told: Written<'_>,
) -> Result<Laid, TreeError> {
    fs::create_dir_all(folder).map_err(|error| TreeError::io(folder, error))?;
    let mut wanted = source.stamps()?;
    wanted.retain(|path, _| choose(path) && beneath::is_inside(path));
    refuse_ways_through_links(&wanted)?;
    let noted = read(manifest);
    let present = stamps::of_folder(folder)?;
    let mut laid = Laid {
        total: wanted.len(),
        ..Laid::default()
    };
    remove(folder, &wanted, &present, &mut laid)?;
    let stale = stale(&wanted, &noted, &present);
    let layer = Layer {
        root: beneath::open_root(folder).map_err(|error| TreeError::io(folder, error))?,
        folder,
        wanted: &wanted,
        written: Mutex::default(),
        failed: Mutex::new(None),
    };
    let all = stale.len() as u64;
    let done = AtomicU64::new(0);
    let write = |path: &str, bytes: &[u8]| {
        layer.file(path, bytes);
        told(done.fetch_add(1, Ordering::Relaxed) + 1, all);
    };
    if stale.len() < 500 {
        for path in &stale {
            match source.node(path)? {
                Some(Node::File { bytes, .. }) => write(path, &bytes),
                _ => return Err(vanished(path)),
            }
        }
    } else {
        source.visit(&[""], &|path| stale.contains(path), &write)?;
    }
    layer.links(&present)?;
    laid.written = layer.finish()?;
    note(manifest, folder, &wanted)?;
    Ok(laid)
}

fn vanished(path: &str) -> TreeError {
    TreeError::Unusable(format!(
        "{path} vanished from the kernel while it was read; try again"
    ))
}

/// Refuses files below links: who names such a path writes where the link points to.
fn refuse_ways_through_links(wanted: &BTreeMap<String, Stamp>) -> Result<(), TreeError> {
    for (path, stamp) in wanted {
        let Stamp::Link { .. } = stamp else { continue };
        let below = format!("{path}/");
        let next = wanted.range(below.clone()..).next();
        if let Some((file, _)) = next
            && file.starts_with(&below)
        {
            return Err(TreeError::Unusable(format!(
                "{file} is not written: {path} is a symlink; leave the patch out that makes the file"
            )));
        }
    }
    Ok(())
}

/// Finds the files that are not known to hold what they should.
fn stale(
    wanted: &BTreeMap<String, Stamp>,
    noted: &Manifest,
    present: &BTreeMap<String, Stamp>,
) -> BTreeSet<String> {
    let is_known = |path: &str, content: &str, executable: bool| {
        let (Some((then, laid)), Some(now)) = (noted.get(path), present.get(path)) else {
            return false;
        };
        then == content
            && matches!(now, Stamp::File { content, executable: bit } if content == laid && *bit == executable)
    };
    wanted
        .iter()
        .filter(|(path, stamp)| {
            matches!(stamp, Stamp::File { content, executable } if !is_known(path, content, *executable))
        })
        .map(|(path, _)| path.clone())
        .collect()
}

/// Removes what the state does not hold, links and files that are to become the other, and folders that get empty.
fn remove(
    folder: &Path,
    wanted: &BTreeMap<String, Stamp>,
    present: &BTreeMap<String, Stamp>,
    laid: &mut Laid,
) -> Result<(), TreeError> {
    for (path, stamp) in present {
        let keep = match (wanted.get(path), stamp) {
            (Some(Stamp::File { .. }), Stamp::File { .. }) => true,
            (Some(Stamp::Link { target }), Stamp::Link { target: now }) => target == now,
            _ => false,
        };
        if keep {
            continue;
        }
        let full = folder.join(path);
        fs::remove_file(&full).map_err(|error| TreeError::io(&full, error))?;
        if !wanted.contains_key(path) {
            laid.removed.push(path.clone());
        }
        let above = full
            .ancestors()
            .skip(1)
            .take_while(|above| *above != folder);
        for empty in above {
            if fs::remove_dir(empty).is_err() {
                break;
            }
        }
    }
    Ok(())
}

/// Writes into the folder, from several threads.
struct Layer<'l> {
    root: OwnedFd,
    folder: &'l Path,
    wanted: &'l BTreeMap<String, Stamp>,
    written: Mutex<Vec<String>>,
    failed: Mutex<Option<TreeError>>,
}

impl Layer<'_> {
    /// Writes a file, where it does not hold these bytes already.
    fn file(&self, path: &str, bytes: &[u8]) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_some() {
            return;
        }
        drop(failed);
        match self.try_file(path, bytes) {
            Ok(true) => self.remember(path),
            Ok(false) => {}
            Err(error) => {
                failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                *failed = Some(error);
            }
        }
    }

    fn remember(&self, path: &str) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.push(path.to_owned());
    }

    /// Opens the folder that `path` is in, made where missing.
    fn parent(&self, path: &str) -> Result<OwnedFd, TreeError> {
        match beneath::descend(&self.root, beneath::split(path).0, true) {
            Ok(Way::Open(parent)) => Ok(parent),
            Ok(Way::Symlink | Way::Missing) => Err(TreeError::Unusable(format!(
                "{} is not written: something that is no folder stands on the way; remove the build folder",
                self.folder.join(path).display()
            ))),
            Err(error) => Err(TreeError::io(self.folder.join(path), error)),
        }
    }

    fn try_file(&self, path: &str, bytes: &[u8]) -> Result<bool, TreeError> {
        let executable = matches!(
            self.wanted.get(path),
            Some(Stamp::File {
                executable: true,
                ..
            })
        );
        let parent = self.parent(path)?;
        let name = beneath::split(path).1;
        let failed = |error: rustix::io::Errno| TreeError::io(self.folder.join(path), error);
        let read = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if let Ok(there) = rustix::fs::openat(&parent, name, read, Mode::empty()) {
            let there = File::from(there);
            let bit = there.metadata().is_ok_and(|file| {
                matches!(stamps::of_file(&file), Stamp::File { executable: bit, .. } if bit == executable)
            });
            if bit && holds(there, bytes) {
                return Ok(false);
            }
            // A new file, not the old one with new bytes: modes and links of the old one are nobody's business.
            rustix::fs::unlinkat(&parent, name, rustix::fs::AtFlags::empty()).map_err(failed)?;
        }
        let write =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if executable { 0o777 } else { 0o666 });
        let file = rustix::fs::openat(&parent, name, write, mode).map_err(failed)?;
        File::from(file)
            .write_all(bytes)
            .map_err(|error| TreeError::io(self.folder.join(path), error))?;
        Ok(true)
    }

    /// Makes the links that are not there. They come last: no file was written through one.
    fn links(&self, present: &BTreeMap<String, Stamp>) -> Result<(), TreeError> {
        for (path, stamp) in self.wanted {
            let Stamp::Link { target } = stamp else {
                continue;
            };
            if present.get(path) == Some(stamp) {
                continue;
            }
            let parent = self.parent(path)?;
            rustix::fs::symlinkat(target, &parent, beneath::split(path).1)
                .map_err(|error| TreeError::io(self.folder.join(path), error))?;
            self.remember(path);
        }
        Ok(())
    }

    fn finish(self) -> Result<Vec<String>, TreeError> {
        let failed = self
            .failed
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = failed {
            return Err(error);
        }
        let mut written = self
            .written
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        written.sort();
        Ok(written)
    }
}

/// Says whether a file holds exactly these bytes.
fn holds(file: File, bytes: &[u8]) -> bool {
    let mut there = Vec::with_capacity(bytes.len() + 1);
    let limit = bytes.len() as u64 + 1;
    file.take(limit).read_to_end(&mut there).is_ok() && there == bytes
}

/// Reads a manifest; one that is missing or damaged is empty.
fn read(manifest: &Path) -> Manifest {
    let text = fs::read_to_string(manifest).unwrap_or_default();
    let mut fields = text.split('\0');
    let mut noted = Manifest::new();
    while let (Some(path), Some(content), Some(laid)) =
        (fields.next(), fields.next(), fields.next())
    {
        noted.insert(path.to_owned(), (content.to_owned(), laid.to_owned()));
    }
    noted
}

/// Writes the manifest of what stands in the folder now.
fn note(manifest: &Path, folder: &Path, wanted: &BTreeMap<String, Stamp>) -> Result<(), TreeError> {
    let mut text = String::new();
    for (path, now) in stamps::of_folder(folder)? {
        if let (Stamp::File { content: laid, .. }, Some(Stamp::File { content, .. })) =
            (now, wanted.get(&path))
        {
            for field in [&path, content, &laid] {
                text.push_str(field);
                text.push('\0');
            }
        }
    }
    let part = manifest.with_extension("part");
    fs::write(&part, text)
        .and_then(|()| fs::rename(&part, manifest))
        .map_err(|error| TreeError::io(manifest, error))
}

#[cfg(test)]
mod tests;
