//! In: a git repository and a revision. Out: the commit's files as a source. Nothing is ever written there.

use super::beneath;
use super::directory::{holds, outermost};
use super::packs::{self, Packs, Place, Reader};
use super::source::{Choose, Node, Source, TreeError, Visit};
use crate::base::id::ObjectId;
use git2::{ErrorCode, ObjectType, Oid, Repository, Tree};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

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
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Writes a bare repository with one commit of odd and even entries.
    fn repository(folder: &Path) -> Repository {
        let repository = Repository::init_bare(folder).unwrap();
        let blob = |text: &str| repository.blob(text.as_bytes()).unwrap();
        let tree = |entries: &[(&str, Oid, i32)]| {
            let mut builder = repository.treebuilder(None).unwrap();
            for (name, id, mode) in entries {
                builder.insert(name, *id, *mode).unwrap();
            }
            builder.write().unwrap()
        };
        let deep = tree(&[("b.c", blob(&"int b;\n".repeat(20_000)), 0o100_644)]);
        let many: Vec<(String, Oid)> = (0..600)
            .map(|i| (format!("{i}.h"), blob(&format!("#define A {i}\n"))))
            .collect();
        let many: Vec<(&str, Oid, i32)> = many
            .iter()
            .map(|(name, id)| (name.as_str(), *id, 0o100_644))
            .collect();
        let (many, mm) = (
            tree(&many),
            tree(&[
                ("a.c", blob("a"), 0o100_755),
                ("deep", deep, 0o040_000),
                ("link.c", blob("a.c"), 0o120_000),
            ]),
        );
        let top = tree(&[
            ("Makefile", blob("VERSION = 6\n"), 0o100_644),
            ("linked", blob("mm"), 0o120_000),
            ("many", many, 0o040_000),
            ("mm", mm, 0o040_000),
            (
                "module",
                Oid::from_str("0123456789abcdef0123456789abcdef01234567").unwrap(),
                0o160_000,
            ),
        ]);
        let who = git2::Signature::new("A", "a@example.org", &git2::Time::new(0, 0)).unwrap();
        let top = repository.find_tree(top).unwrap();
        repository
            .commit(Some("HEAD"), &who, &who, "first", &top, &[])
            .unwrap();
        drop(top);
        repository
    }

    fn pack(repository: &Repository) {
        let mut builder = repository.packbuilder().unwrap();
        builder
            .insert_commit(repository.head().unwrap().target().unwrap())
            .unwrap();
        let folder = repository.path().join("objects");
        builder.write(&folder.join("pack"), 0o644).unwrap();
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            if entry.file_name().len() == 2 {
                std::fs::remove_dir_all(entry.path()).unwrap();
            }
        }
    }

    fn visited(source: &GitSource, under: &[&str]) -> BTreeMap<String, Vec<u8>> {
        let seen = Mutex::new(BTreeMap::new());
        let choose = |path: &str| path.ends_with(".c") || path.ends_with(".h");
        source
            .visit(under, &choose, &|path, bytes| {
                assert!(
                    seen.lock()
                        .unwrap()
                        .insert(path.to_owned(), bytes.to_vec())
                        .is_none(),
                    "{path} twice"
                );
            })
            .unwrap();
        let seen = seen.into_inner().unwrap();
        if under == [""] {
            assert_eq!(
                source.paths(&choose).unwrap(),
                seen.keys().cloned().collect::<Vec<_>>()
            );
        }
        seen
    }

    #[test]
    fn reads_loose_packed_and_borrowed_objects_alike() {
        let dir = tempfile::tempdir().unwrap();
        let (path, borrower) = (dir.path().join("a@b.git"), dir.path().join("borrower"));
        let own = repository(&path);
        let loose = visited(&GitSource::open(&path, "HEAD").unwrap(), &[""]);
        pack(&own);
        let packed = visited(&GitSource::open(&path, "HEAD").unwrap(), &[""]);
        let head = own.head().unwrap().target().unwrap().to_string();
        Repository::init_bare(&borrower).unwrap();
        std::fs::write(
            borrower.join("objects/info/alternates"),
            format!("{}\n", path.join("objects").display()),
        )
        .unwrap();
        let borrowed = visited(&GitSource::open(&borrower, &head).unwrap(), &[""]);
        assert_eq!(loose.len(), 602);
        assert_eq!(loose["mm/deep/b.c"].len(), 140_000);
        assert_eq!(loose["many/599.h"], b"#define A 599\n");
        assert!(loose == packed && loose == borrowed);
    }

    #[test]
    fn visits_only_below_the_folders_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        repository(dir.path());
        let source = GitSource::open(dir.path(), "HEAD^{tree}~0")
            .err()
            .map(|error| error.to_string());
        assert!(source.is_some_and(|error| error.contains("names no commit")));
        let source = GitSource::open(dir.path(), "HEAD").unwrap();
        assert_eq!(
            visited(&source, &["mm", "mm/deep", "missing", "linked"])
                .into_keys()
                .collect::<Vec<_>>(),
            ["mm/a.c", "mm/deep/b.c"]
        );
        assert_eq!(visited(&source, &["mm/deep"]).len(), 1);
        assert!(visited(&source, &[]).is_empty());
    }

    #[test]
    fn gives_nodes_and_blobs() {
        let dir = tempfile::tempdir().unwrap();
        repository(dir.path());
        let source = GitSource::open(dir.path(), "HEAD").unwrap();
        let node = |path: &str| source.node(path).unwrap();
        assert_eq!(
            node("mm/a.c"),
            Some(Node::File {
                bytes: b"a".to_vec(),
                executable: true
            })
        );
        assert_eq!(node("mm"), Some(Node::Folder));
        assert_eq!(node("module"), Some(Node::Folder));
        assert_eq!(node("mm/link.c"), Some(Node::Symlink));
        assert_eq!(node("linked/a.c"), Some(Node::Symlink));
        for none in [
            "mm/none.c",
            "mm/a.c/x",
            "module/x",
            "",
            "/mm",
            "../x",
            "mm//a.c",
        ] {
            assert_eq!(node(none), None, "{none:?}");
        }
        let id = crate::base::hash::blob_id(b"VERSION = 6\n").to_string();
        assert_eq!(source.blob(&id[..12]).unwrap().unwrap(), b"VERSION = 6\n");
        assert_eq!(source.blob(&id).unwrap().unwrap(), b"VERSION = 6\n");
        for none in ["", "0000000", "abc", "zzzzzzzzz", &format!("{id}0")] {
            assert_eq!(source.blob(none).unwrap(), None, "{none:?}");
        }
    }

    #[test]
    fn a_damaged_pack_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        pack(&repository(dir.path()));
        for entry in std::fs::read_dir(dir.path().join("objects/pack"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry
                .extension()
                .is_some_and(|extension| extension == "pack")
            {
                let mut bytes = std::fs::read(&entry).unwrap();
                let middle = bytes.len() / 2;
                bytes[200..middle].fill(0xa5);
                std::fs::remove_file(&entry).unwrap();
                std::fs::write(&entry, bytes).unwrap();
            }
        }
        let result = GitSource::open(dir.path(), "HEAD")
            .and_then(|source| source.visit(&[""], &|_| true, &|_, _| ()));
        assert!(matches!(
            result,
            Err(TreeError::Git(_) | TreeError::Unusable(_))
        ));
    }

    #[test]
    fn says_what_is_wrong_with_the_repository() {
        let dir = tempfile::tempdir().unwrap();
        let none = GitSource::open(dir.path(), "HEAD")
            .err()
            .unwrap()
            .to_string();
        assert!(none.ends_with("is not a git repository"), "{none}");
        repository(dir.path());
        let none = GitSource::open(dir.path(), "v9.9")
            .err()
            .unwrap()
            .to_string();
        assert!(none.starts_with("\"v9.9\" names no commit"), "{none}");
    }
}
