//! A small history, written out and held against what git itself writes.

use super::*;
use crate::base::process;
use git2::{Oid, Signature, Time};

fn commit(repository: &Repository, author: &str, message: &str, files: &[(&str, &[u8])]) -> Oid {
    let mut tree = repository.treebuilder(None).unwrap();
    for (name, bytes) in files {
        tree.insert(
            name,
            repository.blob(bytes).unwrap(),
            if name.ends_with(".sh") {
                0o100_755
            } else {
                0o100_644
            },
        )
        .unwrap();
    }
    let tree = repository.find_tree(tree.write().unwrap()).unwrap();
    let who = Signature::new(author, "ada@example.org", &Time::new(1_700_000_000, -90)).unwrap();
    let parent = repository
        .revparse_single("main")
        .ok()
        .map(|object| object.peel_to_commit().unwrap());
    let parents: Vec<&Commit<'_>> = parent.iter().collect();
    repository
        .commit(
            Some("refs/heads/main"),
            &who,
            &who,
            message,
            &tree,
            &parents,
        )
        .unwrap()
}

fn history(folder: &Path) -> Repository {
    let repository = Repository::init_bare(folder).unwrap();
    let lines = |range: std::ops::Range<u32>| {
        range
            .map(|i| format!("int line_{i};\n"))
            .collect::<String>()
            .into_bytes()
    };
    let (long, mut edited) = (lines(0..60), lines(0..60));
    edited.splice(0..3, *b"INT");
    edited.extend_from_slice(b"no newline at the end");
    commit(
        &repository,
        "Ada",
        "base",
        &[("a.c", &long), ("b.c", b"b\n"), ("bin", b"\0\x01\x02")],
    );
    commit(
        &repository,
        "Ada \"Q\" Poster, Jr.",
        "mm: change\nand more\n\nBody.\n\nFrom here on\n>From there\n",
        &[
            ("a.c", &edited),
            ("new.sh", b"#!\n"),
            ("bin", b"\0\x01\x03"),
        ],
    );
    commit(
        &repository,
        "Åda",
        "mm: move it",
        &[
            ("moved.c", &edited),
            ("new.sh", b"#!\n"),
            ("bin", b"\0\x01\x03"),
        ],
    );
    commit(
        &repository,
        "Ada",
        "an empty one",
        &[
            ("moved.c", &edited),
            ("new.sh", b"#!\n"),
            ("bin", b"\0\x01\x03"),
        ],
    );
    repository
}

fn text(spec: &str) -> String {
    String::from_utf8(range(spec).unwrap()).unwrap()
}

#[test]
fn writes_mails_oldest_first() {
    let dir = tempfile::tempdir().unwrap();
    let repository = history(dir.path());
    let text = text(&format!("{}@main~3..main", dir.path().display()));
    let tip = repository.revparse_single("main").unwrap().id();
    assert_eq!(text.matches("Mon Sep 17 00:00:00 2001\n").count(), 2);
    assert!(
        text.contains(&format!("\n\nFrom {tip} Mon Sep 17")),
        "a blank line before each separator"
    );
    let subjects: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("Subject: "))
        .collect();
    assert_eq!(
        subjects,
        [
            "Subject: [PATCH 1/3] mm: change and more",
            "Subject: [PATCH 2/3] mm: move it",
            "Subject: [PATCH 3/3] an empty one"
        ]
    );
    assert!(text.contains("From: \"Ada \\\"Q\\\" Poster, Jr.\" <ada@example.org>\nDate: Tue, 14 Nov 2023 20:43:20 -0130\n"));
    assert!(text.contains("\n\nBody.\n\n>From here on\n>>From there\n---\n"));
    assert!(text.contains("rename from a.c\nrename to moved.c\n"));
    assert!(text.contains("\\ No newline at end of file\n"));
    assert!(text.contains("GIT binary patch\n"));
    assert!(
        text.contains("new file mode 100755\nindex 0000000000000000000000000000000000000000..")
    );
}

#[test]
fn one_commit_has_no_number_and_the_range_may_end_open() {
    let dir = tempfile::tempdir().unwrap();
    history(dir.path()).set_head("refs/heads/main").unwrap();
    let text = text(&format!("{}@main~1..", dir.path().display()));
    assert!(text.contains("\nSubject: [PATCH] an empty one\n"));
}

#[test]
fn agrees_with_git_format_patch() {
    let dir = tempfile::tempdir().unwrap();
    history(dir.path());
    if process::find("git").is_none() {
        println!("skipped: this machine has no git");
        return;
    }
    let arguments = [
        "format-patch",
        "--stdout",
        "--full-index",
        "--binary",
        "main~3..main~1",
    ];
    let theirs = process::run("git", &arguments, Some(dir.path())).unwrap();
    assert!(
        theirs.status.success(),
        "{}",
        String::from_utf8_lossy(&theirs.stderr)
    );
    let theirs = String::from_utf8_lossy(&theirs.stdout).into_owned();
    let ours = text(&format!("{}@main~3..main~1", dir.path().display()));
    // Text hunks with their headers; how a binary is packed is each one's own affair.
    let hunks = |text: &str| {
        let mut inside = false;
        let mut out = Vec::new();
        for line in text.lines() {
            inside = line.starts_with("diff --git")
                || (inside && line != "-- " && line != "GIT binary patch");
            if inside {
                out.push(line.to_owned());
            }
        }
        out
    };
    assert!(hunks(&ours).len() > 20);
    assert_eq!(hunks(&ours), hunks(&theirs));
}

#[test]
fn says_what_is_wrong_with_the_range() {
    let dir = tempfile::tempdir().unwrap();
    history(dir.path());
    let at = dir.path().display();
    for (spec, expected) in [
        (format!("{at}@main..main~1"), "no commits"),
        (format!("{at}@none..main"), "names no commit"),
        (format!("{at}@main"), "no range"),
        (format!("{at}@a...b"), "no range"),
        (format!("{at}/none@a..b"), "no range"),
        (String::new(), "no range"),
    ] {
        match range(&spec) {
            Err(TreeError::Unusable(text)) => assert!(text.contains(expected), "{spec}: {text}"),
            other => panic!("{spec}: {other:?}"),
        }
    }
    assert!(is_range(&format!("{at}@main~1..main")) && !is_range("x@a..b"));
}

#[test]
fn our_own_mail_reader_reads_it_whole() {
    let dir = tempfile::tempdir().unwrap();
    let repository = history(dir.path());
    let mbox = range(&format!("{}@main~3..main", dir.path().display())).unwrap();
    let messages = crate::mail::read_bytes(mbox, "range").unwrap().messages;
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0].subject, "[PATCH 1/3] mm: change and more");
    assert_eq!(messages[0].from.name, "Ada \"Q\" Poster, Jr.");
    assert_eq!(messages[1].from.name, "Åda");
    assert_eq!(messages[0].date.unwrap().as_second(), 1_700_000_000);
    assert_eq!(messages[0].utc_offset_minutes, -90);
    let body = String::from_utf8(messages[0].body.clone()).unwrap();
    assert!(
        body.starts_with("Body.\n\nFrom here on\n>From there\n---\n"),
        "{body}"
    );
    assert!(body.contains("\n+no newline at the end\n\\ No newline at end of file\n"));
    drop(repository);
}

#[test]
fn the_line_of_first_parents_passes_side_branches_by() {
    let folder = tempfile::tempdir().unwrap();
    let repository = Repository::init_bare(folder.path()).unwrap();
    let base = commit(&repository, "Ada", "base\n\nBody.\n", &[("a", b"a")]);
    let side = commit(&repository, "Ada", "side", &[("a", b"s")]);
    repository
        .reference("refs/heads/main", base, true, "back")
        .unwrap();
    let one = commit(&repository, "Ada", "one", &[("a", b"1")]);
    let (first, second) = (
        repository.find_commit(one).unwrap(),
        repository.find_commit(side).unwrap(),
    );
    let who = first.author();
    let merge = repository
        .commit(
            Some("refs/heads/main"),
            &who,
            &who,
            "merge",
            &first.tree().unwrap(),
            &[&first, &second],
        )
        .unwrap();
    let last = commit(&repository, "Ada", "last", &[("a", b"2")]);
    let path = folder.path().to_str().unwrap();
    let spec = format!("{path}@{base}..main");
    let (at, line) = first_parents(&spec).unwrap();
    let ids: Vec<Oid> = line
        .iter()
        .map(|one| Oid::from_str(&one.id.to_string()).unwrap())
        .collect();
    assert_eq!((at, ids), (path, vec![base, one, merge, last]));
    assert_eq!(line[0].subject, "base");
    let aside = first_parents(&format!("{path}@{side}..main")).map(|_| ());
    assert!(aside.unwrap_err().to_string().contains("--first-parent"));
}
