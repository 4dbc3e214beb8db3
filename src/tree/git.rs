//! In: a git repository and a revision. Out: the commit's files as a source. Nothing is ever written there.

mod since;

use super::beneath;
use super::directory::{holds, outermost};
use super::packs::{self, Packs, Place, Reader};
use super::snapshot::{Delta, Snapshot};
use super::source::{Choose, Node, Source, Stamp, TreeError, Visit};
use crate::base::id::ObjectId;
use git2::{ErrorCode, ObjectType, Oid, Repository, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

const KIND: i32 = 0o170_000;
const REGULAR: i32 = 0o100_000;
const LINK: i32 = 0o120_000;

/// A commit's files.
pub struct GitSource {
    repository: Mutex<Repository>,
    path: PathBuf,
    commit: Oid,
    tree: Oid,
}

impl From<git2::Error> for TreeError {
    fn from(error: git2::Error) -> Self {
        Self::Git(error.message().to_owned())
    }
}

/// Opens the repository at `path` (a checkout, its `.git`, or a bare one), not one further up.
pub(super) fn open_repository(path: &Path) -> Result<Repository, TreeError> {
    static READING: Once = Once::new();
    // Hashing everything that is read costs more than reading it. `git fsck` is the tool for doubts about a repository.
    READING.call_once(|| git2::opts::strict_hash_verification(false));
    Repository::open(path).map_err(|error| match error.code() {
        ErrorCode::NotFound => {
            TreeError::Unusable(format!("{} is not a git repository", path.display()))
        }
        _ => TreeError::Git(format!("{}: {}", path.display(), error.message())),
    })
}

/// Gives a libgit2 id as ours.
pub(super) fn own_id(id: Oid) -> ObjectId {
    ObjectId::from_hex(&id.to_string()).expect("libgit2 prints SHA-1 ids as 40 hex digits")
}

impl GitSource {
    /// Opens the commit that `revision` (any revspec) names in the repository `path`.
    ///
    /// # Errors
    /// [`TreeError::Unusable`] when `path` is no repository or `revision` names no commit, [`TreeError::Git`] otherwise.
    pub fn open(path: impl AsRef<Path>, revision: &str) -> Result<Self, TreeError> {
        let path = path.as_ref();
        let repository = open_repository(path)?;
        let (commit, tree) = {
            let commit = repository
                .revparse_single(revision)
                .and_then(|object| object.peel_to_commit())
                .map_err(|error| unknown_revision(path, revision, &error))?;
            (commit.id(), commit.tree_id())
        };
        Ok(Self {
            repository: Mutex::new(repository),
            path: path.to_owned(),
            commit,
            tree,
        })
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists the chosen regular files below `under` with their blobs, in the tree's order.
    fn list(&self, under: &[&str], choose: Choose<'_>) -> Result<Vec<(String, Oid)>, TreeError> {
        let repository = self.repository();
        let under = outermost(under);
        let mut listing = Listing {
            repository: &repository,
            under: &under,
            choose,
            files: Vec::new(),
        };
        listing.tree(&repository.find_tree(self.tree)?, "")?;
        Ok(listing.files)
    }
}

fn unknown_revision(path: &Path, revision: &str, error: &git2::Error) -> TreeError {
    match error.code() {
        ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::Peel => {
            TreeError::Unusable(format!(
                "{revision:?} names no commit in {} ({}); see `git log`",
                path.display(),
                error.message()
            ))
        }
        _ => TreeError::Git(error.message().to_owned()),
    }
}

/// A walk over trees by id.
struct Listing<'l> {
    repository: &'l Repository,
    under: &'l [&'l str],
    choose: Choose<'l>,
    files: Vec<(String, Oid)>,
}

impl Listing<'_> {
    fn tree(&mut self, tree: &Tree<'_>, folder: &str) -> Result<(), TreeError> {
        let inside = self
            .under
            .iter()
            .any(|under| *under == folder || holds(under, folder));
        for entry in tree {
            let Ok(name) = std::str::from_utf8(entry.name_bytes()) else {
                continue;
            };
            let path = if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            };
            if entry.kind() == Some(ObjectType::Tree) {
                let wanted = self
                    .under
                    .iter()
                    .any(|under| *under == path || holds(under, &path) || holds(&path, under));
                if wanted {
                    self.tree(&self.repository.find_tree(entry.id())?, &path)?;
                }
            } else if inside && entry.filemode() & KIND == REGULAR && (self.choose)(&path) {
                self.files.push((path, entry.id()));
            }
        }
        Ok(())
    }
}

/// Stamps the entries of a tree and those below it.
fn stamp(
    repository: &Repository,
    tree: &Tree<'_>,
    folder: &str,
    stamps: &mut BTreeMap<String, Stamp>,
) -> Result<(), TreeError> {
    for entry in tree {
        let Ok(name) = std::str::from_utf8(entry.name_bytes()) else {
            continue;
        };
        let path = match folder {
            "" => name.to_owned(),
            _ => format!("{folder}/{name}"),
        };
        let mode = entry.filemode();
        if entry.kind() == Some(ObjectType::Tree) {
            self::stamp(
                repository,
                &repository.find_tree(entry.id())?,
                &path,
                stamps,
            )?;
        } else if mode & KIND == LINK {
            let blob = repository.find_blob(entry.id())?;
            let target = String::from_utf8_lossy(blob.content()).into_owned();
            stamps.insert(path, Stamp::Link { target });
        } else if mode & KIND == REGULAR {
            let content = entry.id().to_string();
            let executable = mode & 0o100 != 0;
            stamps.insert(
                path,
                Stamp::File {
                    content,
                    executable,
                },
            );
        }
    }
    Ok(())
}

impl Source for GitSource {
    fn describe(&self) -> String {
        format!(
            "commit {:.12} in {}",
            self.commit.to_string(),
            self.path.display()
        )
    }

    fn commit(&self) -> Option<ObjectId> {
        Some(own_id(self.commit))
    }

    fn node(&self, path: &str) -> Result<Option<Node>, TreeError> {
        if !beneath::is_inside(path) {
            return Ok(None);
        }
        let repository = self.repository();
        let mut tree = repository.find_tree(self.tree)?;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let Some((id, kind, mode)) = tree
                .get_name(part)
                .map(|entry| (entry.id(), entry.kind(), entry.filemode()))
            else {
                return Ok(None);
            };
            let last = parts.peek().is_none();
            match kind {
                _ if mode & KIND == LINK => return Ok(Some(Node::Symlink)),
                Some(ObjectType::Tree) if last => return Ok(Some(Node::Folder)),
                Some(ObjectType::Tree) => tree = repository.find_tree(id)?,
                Some(ObjectType::Blob) if last => {
                    let bytes = repository.find_blob(id)?.content().to_vec();
                    return Ok(Some(Node::File {
                        bytes,
                        executable: mode & 0o100 != 0,
                    }));
                }
                Some(ObjectType::Commit) if last => return Ok(Some(Node::Folder)),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    fn paths(&self, choose: Choose<'_>) -> Result<Vec<String>, TreeError> {
        let mut paths: Vec<String> = self
            .list(&[""], choose)?
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        paths.sort_unstable();
        Ok(paths)
    }

    fn visit(&self, under: &[&str], choose: Choose<'_>, visit: Visit<'_>) -> Result<(), TreeError> {
        let files = self.list(under, choose)?;
        let packs = Packs::open(&self.repository().commondir().join("objects"));
        let mut placed: Vec<(Place, usize)> = files
            .iter()
            .enumerate()
            .map(|(number, (_, id))| (packs.place(*id), number))
            .collect();
        placed.sort_unstable();
        let (places, order): (Vec<Place>, Vec<usize>) = placed.into_iter().unzip();
        let batches = packs::batches(&places);
        let next = AtomicUsize::new(0);
        let failed = Mutex::new(None);
        let work = || -> Result<(), TreeError> {
            let mut reader = Reader::new(&packs);
            let mut repository = None;
            while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                for at in batch.clone() {
                    let (path, id) = &files[order[at]];
                    if let Place::Packed { pack, entry, .. } = places[at] {
                        visit(path, reader.read(pack, entry)?);
                        continue;
                    }
                    if let Some(bytes) = reader.loose(*id) {
                        visit(path, bytes);
                        continue;
                    }
                    if repository.is_none() {
                        repository = Some(open_repository(&self.path)?);
                    }
                    if let Some(repository) = &repository {
                        visit(path, repository.find_blob(*id)?.content());
                    }
                }
            }
            Ok(())
        };
        let guarded = || {
            if let Err(error) = work() {
                next.store(batches.len(), Ordering::Relaxed);
                failed
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(error);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..std::thread::available_parallelism().map_or(1, usize::from) {
                scope.spawn(guarded);
            }
            guarded();
        });
        failed
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .map_or(Ok(()), Err)
    }

    fn stamps(&self) -> Result<BTreeMap<String, Stamp>, TreeError> {
        let repository = self.repository();
        let mut stamps = BTreeMap::new();
        stamp(
            &repository,
            &repository.find_tree(self.tree)?,
            "",
            &mut stamps,
        )?;
        Ok(stamps)
    }

    fn blob(&self, prefix: &str) -> Result<Option<Vec<u8>>, TreeError> {
        let hex = prefix.len() >= 7
            && prefix.len() <= 40
            && prefix.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex {
            return Ok(None);
        }
        let repository = self.repository();
        match repository.find_object_by_prefix(prefix, Some(ObjectType::Blob)) {
            Ok(object) => Ok(object.as_blob().map(|blob| blob.content().to_vec())),
            Err(error) if matches!(error.code(), ErrorCode::NotFound | ErrorCode::Ambiguous) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn place(&self) -> Option<String> {
        Some(format!(
            "repository {}",
            self.repository().commondir().display()
        ))
    }

    fn tree(&self) -> Option<String> {
        Some(self.tree.to_string())
    }

    fn snapshot(
        &self,
        old: Option<&Snapshot>,
    ) -> Result<Option<(Snapshot, Option<Delta>)>, TreeError> {
        let now = Snapshot::Tree(self.tree.to_string());
        let delta = match old {
            Some(old) if *old == now => Some(Delta::default()),
            Some(Snapshot::Tree(old)) => {
                let repository = self.repository();
                let find = |id: Oid| Some(repository.find_tree(id).ok()?.id());
                // The repository that had the tree, or its history, may be another now.
                match (Oid::from_str(old).ok().and_then(find), find(self.tree)) {
                    (Some(old), Some(now)) => {
                        let mut delta = Delta::default();
                        since::differing(&repository, (Some(old), Some(now)), "", &mut delta)?;
                        Some(delta)
                    }
                    _ => None,
                }
            }
            _ => None,
        };
        Ok(Some((now, delta)))
    }
}

#[cfg(test)]
mod tests;
