//! A small kernel with history and one without.

use super::*;
use crate::tree::kernel::{self, KernelSpec};
use crate::tree::source::Source;

const MAKEFILE: &str = "VERSION = 6\nPATCHLEVEL = 12\n";

fn changed(files: &[(&str, Option<&str>)]) -> Arc<Changed> {
    let file = |text: &str| (text.as_bytes().into(), text.starts_with("#!"));
    Arc::new(
        files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), text.map(file)))
            .collect(),
    )
}

fn input(message: &str, files: &[(&str, Option<&str>)]) -> CommitInput {
    CommitInput {
        message: message.to_owned(),
        author_name: "Ada Poster".to_owned(),
        author_email: "ada@example.org".to_owned(),
        when: Some(jiff::Timestamp::from_second(1_700_000_000).unwrap()),
        utc_offset_minutes: 120,
        changed: changed(files),
    }
}

fn series() -> Vec<CommitInput> {
    vec![
        input(
            "mm: one\n\nBody.\n",
            &[("mm/a.c", Some("a1")), ("mm/new/n.sh", Some("#!n"))],
        ),
        input(
            "mm: two\n",
            &[
                ("mm/a.c", Some("a2")),
                ("mm/new/n.sh", None),
                ("lib/only.c", None),
                ("mm", None),
            ],
        ),
        input(
            "mm: three\n",
            &[
                ("lib", Some("a file now")),
                ("lib/only.c", None),
                ("mm/a.c", Some("a2")),
            ],
        ),
    ]
}

fn directory(dir: &Path) -> Kernel {
    for (path, text) in [
        ("Makefile", MAKEFILE),
        ("mm/a.c", "a0"),
        ("mm/b.c", "b0"),
        ("lib/only.c", "o"),
    ] {
        fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
        fs::write(dir.join(path), text).unwrap();
    }
    kernel::open(&KernelSpec::Directory(dir.to_owned()), dir, &|_, _, _| ()).unwrap()
}

fn repository(dir: &Path) -> Kernel {
    let repository = Repository::init_bare(dir).unwrap();
    let base = changed(&[
        ("Makefile", Some(MAKEFILE)),
        ("mm/a.c", Some("a0")),
        ("mm/b.c", Some("b0")),
        ("lib/only.c", Some("o")),
    ]);
    let tree = update(&repository, None, &files(&repository, &base).unwrap())
        .unwrap()
        .unwrap();
    let who = Signature::new("U", "u@example.org", &Time::new(1, 0)).unwrap();
    repository
        .commit(
            Some("refs/heads/main"),
            &who,
            &who,
            "x",
            &repository.find_tree(tree).unwrap(),
            &[],
        )
        .unwrap();
    kernel::open(
        &KernelSpec::Git {
            path: dir.to_owned(),
            rev: "main".to_owned(),
        },
        dir,
        &|_, _, _| (),
    )
    .unwrap()
}

fn state(folder: &Path) -> Vec<(std::path::PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(state(&entry.path()));
        } else {
            found.push((entry.path(), entry.metadata().unwrap().len()));
        }
    }
    found.sort();
    found
}

fn text(source: &dyn Source, path: &str) -> Option<String> {
    source
        .bytes(path)
        .unwrap()
        .map(|bytes| String::from_utf8(bytes).unwrap())
}

#[test]
fn commits_above_a_commit_without_touching_its_repository() {
    let dir = tempfile::tempdir().unwrap();
    let (user, own) = (dir.path().join("user.git"), dir.path().join("own.git"));
    let kernel = repository(&user);
    let before = state(&user);
    let id = write(&own, &kernel, &series(), "series/v1", false).unwrap();
    assert_eq!(state(&user), before, "the user's repository is as it was");
    let at = |revision: &str| crate::tree::git::GitSource::open(&own, revision).unwrap();
    let (last, first) = (at("series/v1"), at("series/v1~2"));
    assert_eq!(last.commit(), Some(id));
    assert_eq!(at("series/v1~3").commit(), kernel.commit);
    assert_eq!(
        first.paths(&|_| true).unwrap(),
        ["Makefile", "lib/only.c", "mm/a.c", "mm/b.c", "mm/new/n.sh"]
    );
    assert!(matches!(
        first.node("mm/new/n.sh"),
        Ok(Some(Node::File {
            executable: true,
            ..
        }))
    ));
    assert_eq!(
        at("series/v1~1").paths(&|_| true).unwrap(),
        ["Makefile", "mm/a.c", "mm/b.c"]
    );
    assert_eq!(
        at("series/v1~1").node("lib").unwrap(),
        None,
        "no empty folder is left"
    );
    assert_eq!(
        last.paths(&|_| true).unwrap(),
        ["Makefile", "lib", "mm/a.c", "mm/b.c"]
    );
    assert_eq!(text(&last, "mm/a.c").unwrap(), "a2");
    let repository = Repository::open(&own).unwrap();
    let commit = repository
        .revparse_single("series/v1~2")
        .unwrap()
        .peel_to_commit()
        .unwrap();
    assert_eq!(commit.message(), Ok("mm: one\n\nBody.\n"));
    assert_eq!(
        (commit.author().name(), commit.author().email()),
        (Ok("Ada Poster"), Ok("ada@example.org"))
    );
    assert_eq!(
        (
            commit.author().when().seconds(),
            commit.author().when().offset_minutes()
        ),
        (1_700_000_000, 120)
    );
    assert_eq!(
        write(&own, &kernel, &series(), "again", false).unwrap(),
        id,
        "the same series gives the same commit"
    );
    assert_eq!(
        fs::read_to_string(own.join("objects/info/alternates"))
            .unwrap()
            .lines()
            .count(),
        1
    );
}

#[test]
fn a_kernel_without_history_gets_an_honest_root() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own.git");
    let kernel = directory(&dir.path().join("kernel"));
    write(&own, &kernel, &series(), "s", false).unwrap();
    let repository = Repository::open(&own).unwrap();
    let root = repository
        .revparse_single("s~3")
        .unwrap()
        .peel_to_commit()
        .unwrap();
    assert_eq!(root.parent_count(), 0);
    assert!(
        root.message()
            .unwrap()
            .starts_with("Files that the series touches, from kernel 6.12\n")
    );
    let source = crate::tree::git::GitSource::open(&own, "s~3").unwrap();
    assert_eq!(source.paths(&|_| true).unwrap(), ["lib/only.c", "mm/a.c"]);
    assert_eq!(text(&source, "mm/a.c").unwrap(), "a0");
}

#[test]
fn refuses_bad_and_taken_names_and_bad_paths() {
    let dir = tempfile::tempdir().unwrap();
    let own = dir.path().join("own.git");
    let kernel = directory(&dir.path().join("kernel"));
    let refused = |commits: &[CommitInput], branch: &str| match write(
        &own, &kernel, commits, branch, false,
    ) {
        Err(TreeError::Unusable(text)) => text,
        other => panic!("{branch}: {other:?}"),
    };
    for bad in [
        "", "a..b", "-x", "a b", "x.lock", "/x", "HEAD", "a\nb", "@{1}",
    ] {
        assert!(refused(&series(), bad).contains("is no name"), "{bad}");
    }
    assert!(refused(&[], "s").contains("nothing"));
    for bad in ["../x", "/x", ".git/hooks/x", "a/../b"] {
        assert!(
            refused(&[input("x", &[(bad, Some("x"))])], "s").contains("leaves the tree"),
            "{bad}"
        );
    }
    let first = write(&own, &kernel, &series(), "s", false).unwrap();
    assert!(refused(&series()[..1], "s").contains("there already"));
    let second = write(&own, &kernel, &series()[..1], "s", true).unwrap();
    assert_ne!(first, second);
}

#[test]
fn odd_posters_get_a_name_that_git_allows() {
    let dir = tempfile::tempdir().unwrap();
    let kernel = directory(&dir.path().join("kernel"));
    for (name, email) in [("", ""), ("<>", "a@b>\n"), ("A\nB <x>", "..")] {
        let mut commit = input("x", &[("mm/a.c", Some("x"))]);
        (commit.author_name, commit.author_email) = (name.to_owned(), email.to_owned());
        write(&dir.path().join("own.git"), &kernel, &[commit], "s", true).unwrap();
    }
}
