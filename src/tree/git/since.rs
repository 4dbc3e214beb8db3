//! In: two trees of a repository. Out: the C files that differ between them. libgit2's own diff opens every folder.

use crate::tree::snapshot::{Delta, is_c};
use crate::tree::source::TreeError;
use git2::{ObjectType, Oid, Repository};
use std::collections::{BTreeMap, BTreeSet};

/// Lists the C files that differ between two trees, into `out`: folders that are the same are not opened.
pub(super) fn differing(
    repository: &Repository,
    (old, new): (Option<Oid>, Option<Oid>),
    folder: &str,
    out: &mut Delta,
) -> Result<(), TreeError> {
    let (old, new) = (entries(repository, old)?, entries(repository, new)?);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (before, after) = (old.get(name), new.get(name));
        if before == after {
            continue;
        }
        let path = match folder {
            "" => name.clone(),
            _ => format!("{folder}/{name}"),
        };
        let tree = |entry: Option<&Entry>| {
            let tree = entry.filter(|e| e.kind == Some(ObjectType::Tree));
            tree.map(|e| e.id)
        };
        let below = (tree(before), tree(after));
        if below != (None, None) {
            differing(repository, below, &path, out)?;
        }
        let is =
            |entry: Option<&Entry>| entry.is_some_and(|e| e.mode & super::KIND == super::REGULAR);
        let set = match (is(before), is(after)) {
            _ if !is_c(&path) => continue,
            (true, true) => &mut out.modified,
            (true, false) => &mut out.removed,
            (false, true) => &mut out.added,
            (false, false) => continue,
        };
        set.insert(path);
    }
    Ok(())
}

/// What a tree says of one name.
#[derive(PartialEq)]
struct Entry {
    id: Oid,
    kind: Option<ObjectType>,
    mode: i32,
}

/// Gives the entries of a tree, none where there is no tree.
fn entries(
    repository: &Repository,
    tree: Option<Oid>,
) -> Result<BTreeMap<String, Entry>, TreeError> {
    let Some(tree) = tree else {
        return Ok(BTreeMap::new());
    };
    let tree = repository.find_tree(tree)?;
    let entry = |entry: git2::TreeEntry<'_>| {
        let name = std::str::from_utf8(entry.name_bytes()).ok()?.to_owned();
        let (id, kind, mode) = (entry.id(), entry.kind(), entry.filemode());
        Some((name, Entry { id, kind, mode }))
    };
    Ok(tree.iter().filter_map(entry).collect())
}
