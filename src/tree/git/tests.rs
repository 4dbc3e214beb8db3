//! A small repository, its objects loose, packed and borrowed.

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

#[test]
fn stamps_are_blob_ids_and_links_keep_their_targets() {
    let dir = tempfile::tempdir().unwrap();
    drop(repository(dir.path()));
    let source = GitSource::open(dir.path(), "HEAD").unwrap();
    let stamps = source.stamps().unwrap();
    assert_eq!(
        stamps.len(),
        600 + 5,
        "files and links, no folder, no submodule"
    );
    let file = |bytes: &[u8], executable: bool| Stamp::File {
        content: crate::base::hash::blob_id(bytes).to_string(),
        executable,
    };
    assert_eq!(stamps["Makefile"], file(b"VERSION = 6\n", false));
    assert_eq!(stamps["mm/a.c"], file(b"a", true));
    let link = |target: &str| Stamp::Link {
        target: target.to_owned(),
    };
    assert_eq!(
        (&stamps["linked"], &stamps["mm/link.c"]),
        (&link("mm"), &link("a.c"))
    );
}
