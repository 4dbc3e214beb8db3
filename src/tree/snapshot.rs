//! In: what a source looked like, and what it looks like now. Out: the C files that differ, without reading any.
//!
//! A commit's files are named by its tree. A folder's files are known by size, times and inode, as git's index knows
//! them, with git's care about files that changed in the moment that they were listed.

use rayon::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What a source looked like at one moment: enough to tell later which files may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// A commit: its tree's id in hex.
    Tree(String),
    /// A folder: every C file as the file system describes it.
    Folder(Listing),
}

/// The files of a folder in order of their paths, as bytes: a kernel has tens of thousands, and they are listed, kept and
/// compared much more often than looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When listing began, in nanoseconds since 1970.
    taken: i64,
    /// For each: length of its path in 4 bytes, the path, and its [`Stat`] in 40.
    files: Vec<u8>,
}

/// What a file system says of a file. Whatever writes to the file changes one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stat {
    /// Device, inode, size in bytes.
    pub place: [u64; 3],
    /// Times of the last change of content and of anything, in nanoseconds since 1970.
    pub times: [i64; 2],
}

/// C files that differ between two moments, or may differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Files that were not there.
    pub added: BTreeSet<String>,
    /// Files that are gone.
    pub removed: BTreeSet<String>,
    /// Files with another content, perhaps.
    pub modified: BTreeSet<String>,
}

/// Times are trusted only where the file had rested this long when it was listed: some file systems keep time in steps
/// of two seconds, and a file written twice within one step looks the same.
const REST: i64 = 2_000_000_000;

impl Delta {
    /// Says whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.modified.is_empty()
    }

    /// Counts the files.
    pub fn len(&self) -> usize {
        self.added.len() + self.removed.len() + self.modified.len()
    }

    /// Lists the files that are there now.
    pub fn present(&self) -> impl Iterator<Item = &String> {
        self.added.iter().chain(&self.modified)
    }

    /// Lists all files.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.present().chain(&self.removed)
    }

    /// Says whether a file is among them.
    pub fn has(&self, path: &str) -> bool {
        [&self.added, &self.removed, &self.modified]
            .iter()
            .any(|set| set.contains(path))
    }
}

impl Snapshot {
    /// Lists what differs between two listings of a folder; `None` where the snapshots are not of the same sort.
    pub(super) fn compare(&self, now: &Self) -> Option<Delta> {
        let (Self::Folder(old), Self::Folder(new)) = (self, now) else {
            return (self == now).then(Delta::default);
        };
        let mut delta = Delta::default();
        let (mut before, mut after) = (old.entries().peekable(), new.entries().peekable());
        loop {
            let order = match (before.peek(), after.peek()) {
                (Some((was, _)), Some((is, _))) => was.cmp(is),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Some(delta),
            };
            let gone = before.next_if(|_| order.is_le());
            let there = after.next_if(|_| order.is_ge());
            match (gone, there) {
                (Some((path, _)), None) => drop(delta.removed.insert(path.to_owned())),
                (None, Some((path, _))) => drop(delta.added.insert(path.to_owned())),
                (Some((_, was)), Some((path, is))) if was != is || !is.rested(old.taken) => {
                    delta.modified.insert(path.to_owned());
                }
                _ => {}
            }
        }
    }

    /// Gives it as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Tree(id) => [b"tree ", id.as_bytes()].concat(),
            Self::Folder(listing) => {
                [b"folder", &listing.taken.to_le_bytes()[..], &listing.files].concat()
            }
        }
    }

    /// Reads what [`Snapshot::to_bytes`] gave; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Some(id) = bytes.strip_prefix(b"tree ") {
            return Some(Self::Tree(String::from_utf8(id.to_vec()).ok()?));
        }
        let mut rest = bytes.strip_prefix(b"folder")?;
        let taken = i64::from_le_bytes(take(&mut rest)?);
        let mut left = rest;
        while !left.is_empty() {
            entry(&mut left)?;
        }
        let files = rest.to_vec();
        Some(Self::Folder(Listing { taken, files }))
    }
}

impl Listing {
    /// Makes one of files that were listed from the moment `taken` on, in any order.
    pub(super) fn new(taken: i64, mut list: Vec<(String, Stat)>) -> Self {
        list.par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut files = Vec::with_capacity(list.len() * 96);
        for (path, stat) in list {
            // A path is at most 4096 bytes long.
            files.extend(u32::try_from(path.len()).unwrap_or(u32::MAX).to_le_bytes());
            files.extend(path.as_bytes());
            stat.place
                .iter()
                .for_each(|n| files.extend(n.to_le_bytes()));
            stat.times
                .iter()
                .for_each(|n| files.extend(n.to_le_bytes()));
        }
        Self { taken, files }
    }

    fn entries(&self) -> impl Iterator<Item = (&str, Stat)> {
        let mut rest = self.files.as_slice();
        std::iter::from_fn(move || entry(&mut rest))
    }
}

/// Takes one file of a listing; `None` at the end, and where the bytes are none.
fn entry<'l>(rest: &mut &'l [u8]) -> Option<(&'l str, Stat)> {
    let length = u32::from_le_bytes(take(rest)?) as usize;
    let (path, left) = rest.split_at_checked(length)?;
    *rest = left;
    let mut number = || Some(u64::from_le_bytes(take(rest)?));
    let place = [number()?, number()?, number()?];
    let times = [number()?.cast_signed(), number()?.cast_signed()];
    Some((std::str::from_utf8(path).ok()?, Stat { place, times }))
}

impl Stat {
    /// Had the file rested when the listing that began at `taken` was made?
    fn rested(&self, taken: i64) -> bool {
        self.times
            .iter()
            .all(|time| time.saturating_add(REST) < taken)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, left) = rest.split_first_chunk::<N>()?;
    *rest = left;
    Some(*first)
}

/// Says whether a path is a C source or header.
pub fn is_c(path: &str) -> bool {
    path.ends_with(".c") || path.ends_with(".h")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(taken: i64, files: &[(&str, u64, i64)]) -> Snapshot {
        let files = files.iter().map(|(path, size, time)| {
            let stat = Stat {
                place: [1, 2, *size],
                times: [*time, *time],
            };
            ((*path).to_owned(), stat)
        });
        Snapshot::Folder(Listing::new(taken, files.collect()))
    }

    #[test]
    fn tells_what_changed_and_distrusts_fresh_files() {
        let now = 1_000 * REST;
        let old = folder(
            now,
            &[
                ("a.c", 1, 5),
                ("b.c", 1, 5),
                ("fresh.c", 1, now - 5),
                ("gone.c", 1, 5),
            ],
        );
        let new = folder(
            now + 9,
            &[
                ("a.c", 1, 5),
                ("b.c", 1, 6),
                ("fresh.c", 1, now - 5),
                ("new.c", 1, 5),
            ],
        );
        let delta = old.compare(&new).unwrap();
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(list(&delta.added), "new.c");
        assert_eq!(list(&delta.removed), "gone.c");
        assert_eq!(list(&delta.modified), "b.c fresh.c");
        assert_eq!(old.compare(&Snapshot::Tree(String::from("ab"))), None);
    }

    #[test]
    fn goes_through_bytes_and_refuses_others() {
        let some = folder(7, &[("mm/ä.c", 1, -5), ("z.h", u64::MAX, 5)]);
        assert_eq!(Snapshot::from_bytes(&some.to_bytes()), Some(some.clone()));
        let tree = Snapshot::Tree(String::from("0123"));
        assert_eq!(Snapshot::from_bytes(&tree.to_bytes()), Some(tree));
        let bytes = some.to_bytes();
        assert_eq!(Snapshot::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(Snapshot::from_bytes(b"else"), None);
    }
}
