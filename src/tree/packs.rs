//! In: a repository's object folders and blob ids. Out: the blobs' bytes, read from packs in the packs' own order.
//!
//! libgit2 takes three times as long for the bulk reads of a whole kernel, so the packs are read with gix, and loose
//! objects with its inflater. Packed blobs are taken by offset: what a delta builds on has then just been read, and is
//! in the cache. Whatever is found neither way is the caller's, through libgit2.

use super::source::TreeError;
use gix_pack::Bundle;
use gix_pack::cache::lru::MemoryCappedHashmap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Bytes of undeltified objects that each thread keeps.
const CACHE: usize = 8 * 1024 * 1024;
/// Packed bytes in a batch.
const SPAN: u64 = 1024 * 1024;
/// Blobs in a batch.
const BATCH: usize = 256;

/// Loose objects above this size are left to libgit2, buffers above it are given back.
const LARGE: usize = 64 * 1024 * 1024;

/// All packs and folders of loose objects that a repository reads from.
pub(super) struct Packs {
    bundles: Vec<Bundle>,
    folders: Vec<PathBuf>,
}

/// Where a blob lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a pack: its number, the offset in it, the entry's number in the index.
    Packed {
        pack: usize,
        offset: u64,
        entry: u32,
    },
    /// In no pack.
    Elsewhere,
}

impl Packs {
    /// Opens the packs of the object folder `objects` and of its alternates. A pack that cannot be opened is passed over:
    /// libgit2 then says what is wrong with its objects.
    pub(super) fn open(objects: &Path) -> Self {
        let mut bundles = Vec::new();
        let folders = object_folders(objects);
        for folder in &folders {
            let Ok(entries) = std::fs::read_dir(folder.join("pack")) else {
                continue;
            };
            let indexes = entries.filter_map(|entry| Some(entry.ok()?.path()));
            let indexes =
                indexes.filter(|path| path.extension().is_some_and(|extension| extension == "idx"));
            bundles.extend(indexes.filter_map(|path| Bundle::at(path, gix_hash::Kind::Sha1).ok()));
        }
        Self { bundles, folders }
    }

    /// Finds the blob `id`.
    pub(super) fn place(&self, id: git2::Oid) -> Place {
        let Ok(id) = gix_hash::oid::try_from_bytes(id.as_bytes()) else {
            return Place::Elsewhere;
        };
        self.bundles
            .iter()
            .enumerate()
            .find_map(|(pack, bundle)| {
                let entry = bundle.index.lookup(id)?;
                Some(Place::Packed {
                    pack,
                    offset: bundle.index.pack_offset_at_index(entry),
                    entry,
                })
            })
            .unwrap_or(Place::Elsewhere)
    }
}

/// One thread's reader.
pub(super) struct Reader<'p> {
    packs: &'p Packs,
    cache: MemoryCappedHashmap,
    inflate: gix_zlib::Inflate,
    buffer: Vec<u8>,
}

impl<'p> Reader<'p> {
    /// Makes a reader with its own cache.
    pub(super) fn new(packs: &'p Packs) -> Self {
        Self {
            packs,
            cache: MemoryCappedHashmap::new(CACHE),
            inflate: gix_zlib::Inflate::default(),
            buffer: Vec::new(),
        }
    }

    /// Reads the entry number `entry` of pack number `pack`.
    pub(super) fn read(&mut self, pack: usize, entry: u32) -> Result<&[u8], TreeError> {
        let bundle = &self.packs.bundles[pack];
        bundle
            .get_object_by_index(entry, &mut self.buffer, &mut self.inflate, &mut self.cache)
            .map_err(|error| {
                TreeError::Git(format!(
                    "a pack is damaged ({error}); run `git fsck` on the repository"
                ))
            })?;
        Ok(&self.buffer)
    }

    /// Reads the loose blob `id`; `None` where there is none, or none that reads as one.
    pub(super) fn loose(&mut self, id: git2::Oid) -> Option<&[u8]> {
        let hex = id.to_string();
        let name = format!("{}/{}", &hex[..2], &hex[2..]);
        let packed = self
            .packs
            .folders
            .iter()
            .find_map(|folder| std::fs::read(folder.join(&name)).ok())?;
        let mut head = [0; 32];
        self.inflate.reset();
        let (_, _, got) = self.inflate.prefix(&packed, &mut head).ok()?;
        let end = memchr::memchr(0, &head[..got])?;
        let size: usize = std::str::from_utf8(&head[..end])
            .ok()?
            .strip_prefix("blob ")?
            .parse()
            .ok()?;
        let whole = size.checked_add(end + 1).filter(|whole| *whole <= LARGE)?;
        self.buffer.resize(whole, 0);
        self.inflate.reset();
        let (_, _, got) = self.inflate.once(&packed, &mut self.buffer).ok()?;
        (got == whole).then(|| &self.buffer[end + 1..])
    }
}

/// Cuts a sorted list of places into batches of about equal work.
pub(super) fn batches(places: &[Place]) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut start = 0;
    for end in 1..=places.len() {
        let full = end - start >= BATCH
            || end == places.len()
            || match (places[start], places[end]) {
                (
                    Place::Packed { pack, offset, .. },
                    Place::Packed {
                        pack: other,
                        offset: next,
                        ..
                    },
                ) => pack != other || next - offset >= SPAN,
                (one, other) => one != other,
            };
        if full {
            cuts.push(start..end);
            start = end;
        }
    }
    cuts
}

/// Lists `objects` and its alternates, theirs too, each once.
fn object_folders(objects: &Path) -> Vec<PathBuf> {
    let mut folders = vec![objects.to_owned()];
    let mut at = 0;
    while let Some(folder) = folders.get(at).cloned() {
        at += 1;
        let text = std::fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
        for line in text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let next = folder.join(line);
            if !folders.contains(&next) && folders.len() < 32 {
                folders.push(next);
            }
        }
    }
    folders
}
