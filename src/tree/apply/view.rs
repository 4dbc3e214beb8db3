//! In: a base and the files that a series has changed so far. Out: what stands at a path now.

use crate::tree::source::{Changed, Node, Source, TreeError};
use std::ops::Bound;

/// A state of the series, read without copying it.
pub(super) struct View<'v> {
    pub(super) base: &'v dyn Source,
    pub(super) changed: &'v Changed,
}

impl View<'_> {
    pub(super) fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        match self.changed.get(path) {
            Some(Some((bytes, executable))) => {
                let (bytes, executable) = (bytes.to_vec(), *executable);
                Ok(Some(Node::File { bytes, executable }))
            }
            Some(None) => Ok(None),
            None if self.has_below(path) => Ok(Some(Node::Folder)),
            None => self.base.node(path),
        }
    }

    pub(super) fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(match self.node(path)? {
            Some(Node::File { bytes, .. }) => Some(bytes),
            Some(Node::Symlink | Node::Folder) | None => None,
        })
    }

    /// Has the series made files below `path`, so that it is a folder now?
    fn has_below(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        let below = self
            .changed
            .range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
        below
            .take_while(|(key, _)| key.starts_with(&inside))
            .any(|(_, file)| file.is_some())
    }
}

/// Says why nothing can be read or written at `path`: a link or folder there, or a link or file where a folder must be.
pub(super) fn in_the_way(source: &View<'_>, path: &str) -> Result<Option<String>, TreeError> {
    match source.node(path)? {
        Some(Node::Symlink) => return Ok(Some(format!("refused: {path} is a symbolic link"))),
        Some(Node::Folder) => return Ok(Some(format!("refused: {path} is a folder"))),
        Some(Node::File { .. }) => return Ok(None),
        None => {}
    }
    for (at, _) in path.match_indices('/') {
        match source.node(&path[..at])? {
            Some(Node::Symlink) => {
                return Ok(Some(format!("refused: {} is a symbolic link", &path[..at])));
            }
            Some(Node::File { .. }) => {
                return Ok(Some(format!(
                    "refused: {} is a file, not a folder",
                    &path[..at]
                )));
            }
            Some(Node::Folder) => {}
            None => return Ok(None),
        }
    }
    Ok(None)
}
