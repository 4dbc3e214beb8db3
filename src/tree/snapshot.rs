//! In: what a source looked like, and what it looks like now. Out: the C files that differ, without reading any.
//!
//! A commit's files are named by its tree. A folder's files are known by size, times and inode, as git's index knows
//! them, with git's care about files that changed in the moment that they were listed.

use super::listing::Listing;
use std::collections::BTreeSet;

/// What a source looked like at one moment: enough to tell later which files may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// A commit: its tree's id in hex.
    Tree(String),
    /// A folder: every C file as the file system describes it.
    Folder(Listing),
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

    /// Joins two lists of different files.
    pub(super) fn plus(mut self, other: Self) -> Self {
        self.added.extend(other.added);
        self.removed.extend(other.removed);
        self.modified.extend(other.modified);
        self
    }

    /// Says whether a file is among them.
    pub fn has(&self, path: &str) -> bool {
        [&self.added, &self.removed, &self.modified]
            .iter()
            .any(|set| set.contains(path))
    }
}

impl Snapshot {
    /// Gives it as bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Tree(id) => [b"tree ", id.as_bytes()].concat(),
            Self::Folder(listing) => [b"folders ", listing.as_bytes()].concat(),
        }
    }

    /// Reads what [`Snapshot::to_bytes`] gave; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Some(id) = bytes.strip_prefix(b"tree ") {
            return Some(Self::Tree(String::from_utf8(id.to_vec()).ok()?));
        }
        let listing = bytes.strip_prefix(b"folders ")?;
        Some(Self::Folder(Listing::from_bytes(listing)?))
    }
}

/// Says whether a path is a C source or header.
pub fn is_c(path: &str) -> bool {
    path.ends_with(".c") || path.ends_with(".h")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_through_bytes_and_refuses_others() {
        let tree = Snapshot::Tree(String::from("0123"));
        assert_eq!(Snapshot::from_bytes(&tree.to_bytes()), Some(tree));
        assert_eq!(Snapshot::from_bytes(b"else"), None);
        assert_eq!(Snapshot::from_bytes(b"folders 1"), None);
    }
}
