//! In: a tree and the names looked for. Out: every file that holds one, outlined.

use super::needles::Needles;
use crate::syntax::{Outline, outline};
use crate::tree::snapshot::is_c;
use crate::tree::source::{Source, TreeError};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file with one of the names in it.
pub(super) struct Hit {
    /// Path, relative to the tree.
    pub(super) path: String,
    /// Its bytes.
    pub(super) text: Vec<u8>,
    /// Its outline, with mentions numbered by name.
    pub(super) outline: Outline,
}

/// What a scan read.
pub(super) struct Scanned {
    /// Files with names in them, by path.
    pub(super) hits: Vec<Hit>,
    /// Files read.
    pub(super) files: u64,
}

/// Reads every C file that `choose` takes and outlines those that hold a name; `read` is told of
/// each file read.
pub(super) fn scan(
    source: &dyn Source,
    needles: &Needles,
    choose: &(dyn Fn(&str) -> bool + Sync),
    under: &[&str],
    read: &(dyn Fn(u64) + Sync),
) -> Result<Scanned, TreeError> {
    let hits = Mutex::new(Vec::new());
    let files = AtomicU64::new(0);
    source.visit(under, &|path| is_c(path) && choose(path), &|path, text| {
        let count = files.fetch_add(1, Ordering::Relaxed);
        if count.is_multiple_of(1024) {
            read(count);
        }
        if !needles.is_in(text) {
            return;
        }
        let outline = outline(text, &|word| needles.number(word));
        if !outline.mentions.is_empty() {
            let hit = Hit {
                path: path.to_owned(),
                text: text.to_vec(),
                outline,
            };
            hits.lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(hit);
        }
    })?;
    let mut hits = hits
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    hits.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Scanned {
        hits,
        files: files.into_inner(),
    })
}
