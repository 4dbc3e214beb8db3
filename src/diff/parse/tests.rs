//! Diffs of every form that git makes, damaged ones, and properties over generated ones.

use super::*;
use crate::diff::{FileChange, Hunk, IndexIds, Line, LineKind, print};
use proptest::prelude::*;

fn clean(text: &str) -> Vec<FileDiff> {
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.files
}

fn one(text: &str) -> FileDiff {
    let mut files = clean(text);
    assert_eq!(files.len(), 1, "{text}");
    files.remove(0)
}

fn problems(text: &str) -> (Vec<FileDiff>, Vec<String>) {
    let parsed = parse(text.as_bytes());
    let told = parsed
        .problems
        .iter()
        .map(|problem| format!("{}: {}", problem.line, problem.what))
        .collect();
    (parsed.files, told)
}

fn lines(hunk: &Hunk) -> String {
    let mut out = String::new();
    for line in &hunk.lines {
        out.push(match line.kind {
            LineKind::Context => ' ',
            LineKind::Removed => '-',
            LineKind::Added => '+',
        });
        out.push_str(&String::from_utf8_lossy(&line.text));
        out.push_str(if line.newline { "|" } else { "\\" });
    }
    out
}

const HEAD: &str =
    "diff --git a/mm/x.c b/mm/x.c\nindex 1234567..89abcde 100644\n--- a/mm/x.c\n+++ b/mm/x.c\n";

#[test]
fn prose_and_signature_are_no_diff() {
    let prose = "Prose.\n--- a/not a file\n+++ nor this\n\n--- old\n- a point\n@@ nothing @@\n";
    let diff = format!("{HEAD}@@ -1,3 +1,3 @@ int f(void)\n one\n-two\n+2\n three\n");
    let text = format!("{prose}{diff}-- \n2.39.2\n\n");
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.problems, []);
    assert_eq!(
        (parsed.start, parsed.end),
        (Some(prose.len()), prose.len() + diff.len())
    );
    let file = &parsed.files[0];
    assert_eq!(
        (file.old_mode, file.new_mode),
        (Some(0o100_644), Some(0o100_644))
    );
    assert_eq!(file.index.as_ref().unwrap().new, "89abcde");
    assert_eq!(file.hunks[0].section, "int f(void)");
    assert_eq!(lines(&file.hunks[0]), " one|-two|+2| three|");
}

#[test]
fn counts_decide_about_dashes() {
    let file = one(&format!(
        "{HEAD}@@ -1,4 +1,2 @@\n one\n--- \n--- a/x\n two\n-- \n2.39.2\n"
    ));
    assert_eq!(lines(&file.hunks[0]), " one|--- |--- a/x| two|");
    let file = one(&format!("{HEAD}@@ -1,2 +1 @@\n one\n-- \n-- \n2.39.2\n"));
    assert_eq!(
        lines(&file.hunks[0]),
        " one|-- |",
        "the last line of a hunk may be a removed `- `"
    );
    // A removed `-- a/x` and an added `++ b/x` in front of a further hunk.
    let file = one(&format!(
        "{HEAD}@@ -1,2 +1,2 @@\n one\n--- a/x\n+++ b/x\n@@ -9 +9 @@\n-a\n+b\n"
    ));
    assert_eq!(file.hunks.len(), 2);
    assert_eq!(lines(&file.hunks[0]), " one|--- a/x|+++ b/x|");
}

#[test]
fn extended_headers() {
    let file = one("diff --git a/x b/x\nold mode 100644\nnew mode 100755\n");
    assert_eq!(
        (file.change, file.old_mode, file.new_mode),
        (FileChange::Modified, Some(0o100_644), Some(0o100_755))
    );
    let file = one("diff --git a/x b/x\nnew file mode 100755\nindex 0000000..e69de29\n");
    assert_eq!(
        (file.change, file.new_mode, file.old_mode),
        (FileChange::Added, Some(0o100_755), None)
    );
    let file = one("diff --git a/x b/x\ndeleted file mode 100644\nindex e69de29..0000000\n");
    assert_eq!(
        (file.change, file.old_mode, file.path()),
        (FileChange::Deleted, Some(0o100_644), "x")
    );
    let file = one(
        "diff --git a/a b.c b/c d.c\nsimilarity index 90%\nrename from a b.c\nrename to c d.c\nindex 1234567..89abcde 100644\n--- a/a b.c\t\n+++ b/c d.c\t\n@@ -1 +1 @@\n-x\n+y\n",
    );
    assert_eq!(
        (file.change, file.old_path.as_str(), file.new_path.as_str()),
        (FileChange::Renamed, "a b.c", "c d.c")
    );
    let file = one("diff --git a/x b/y\nsimilarity index 100%\ncopy from x\ncopy to y\n");
    assert_eq!(
        (file.change, file.old_path.as_str(), file.new_path.as_str()),
        (FileChange::Copied, "x", "y")
    );
    let file = one(
        "diff --git a/x b/x\ndissimilarity index 99%\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n",
    );
    assert_eq!(file.change, FileChange::Modified);
    let file = one(
        "diff --git \"a/\\303\\244\\t.c\" \"b/\\303\\244\\t.c\"\nindex 1234567..89abcde 100644\n--- \"a/\\303\\244\\t.c\"\n+++ \"b/\\303\\244\\t.c\"\n@@ -1 +1 @@\n-x\n+y\n",
    );
    assert_eq!(file.path(), "ä\t.c");
    assert_eq!(
        clean("diff --git a/x b/x\ndiff --git a/y b/y\n").len(),
        2,
        "git prints bare headers for files whose date changed"
    );
    let file = one(
        "diff --git a/sub b/sub\nindex 1234567..89abcde 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n",
    );
    assert_eq!(file.new_mode, Some(0o160_000));
}

#[test]
fn prefixes_of_every_kind() {
    let body = "@@ -1 +1 @@\n-x\n+y\n";
    for (old, new) in [
        ("a/mm/x.c", "b/mm/x.c"),
        ("i/mm/x.c", "w/mm/x.c"),
        ("mm/x.c", "mm/x.c"),
        ("old/mm/x.c", "new/mm/x.c"),
        ("b/mm/x.c", "a/mm/x.c"),
    ] {
        for git in [format!("diff --git {old} {new}\n"), String::new()] {
            assert_eq!(
                one(&format!("{git}--- {old}\n+++ {new}\n{body}")).path(),
                "mm/x.c",
                "{git}{old}"
            );
        }
        let file = one(&format!(
            "diff --git {old} {new}\nnew file mode 100644\n--- /dev/null\n+++ {new}\n@@ -0,0 +1 @@\n+y\n"
        ));
        assert_eq!(
            (file.path(), file.old_path.as_str(), file.change),
            ("mm/x.c", "mm/x.c", FileChange::Added)
        );
    }
}

#[test]
fn plain_diffs() {
    let file = one(
        "--- linux.orig/mm/x.c\t2024-01-02 03:04:05.000000000 +0000\n+++ linux/mm/x.c\t2024-01-02 03:04:06.000000000 +0000\n@@ -1 +1 @@\n-x\n+y\n",
    );
    assert_eq!((file.path(), file.change), ("mm/x.c", FileChange::Modified));
    let file = one("--- /dev/null\n+++ b/mm/x.c\n@@ -0,0 +1 @@\n+y\n");
    assert_eq!((file.path(), file.change), ("mm/x.c", FileChange::Added));
    let file = one("--- a/mm/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n");
    assert_eq!((file.path(), file.change), ("mm/x.c", FileChange::Deleted));
    let file = one("--- x.c.orig\n+++ x.c\n@@ -1 +1 @@\n-x\n+y\n");
    assert_eq!(file.path(), "x.c");
    let files =
        clean("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-x\n+y\n");
    assert_eq!(files.len(), 2, "a file's header directly behind a hunk");
}

#[test]
fn line_ends() {
    let file = one(&format!(
        "{HEAD}@@ -1,2 +1,2 @@\n one\r\n-two\n\\ No newline at end of file\n+2\r\n\\ No newline at end of file\n"
    ));
    assert_eq!(lines(&file.hunks[0]), " one\r|-two\\+2\r\\");
    let file = one(&format!(
        "{HEAD}@@ -1,4 +1,4 @@\n one\n\n-two\n+2\n\n-- \n2.39.2\n"
    ));
    assert_eq!(
        lines(&file.hunks[0]),
        " one| |-two|+2| |",
        "bare line feeds are blank context"
    );
    let file = one(&format!("{HEAD}@@ -1 +1 @@\n-x\n+y").replace('\n', "\r\n"));
    assert_eq!(
        (file.path(), file.hunks.len()),
        ("mm/x.c", 1),
        "headers with carriage returns"
    );
    let file = one(&format!("{HEAD}@@ -1 +1 @@\n-x\n+y"));
    assert_eq!(
        lines(&file.hunks[0]),
        "-x|+y|",
        "the last line of the text may lack its line feed"
    );
}

#[test]
fn binary_files() {
    let text = "diff --git a/x.bin b/x.bin\nindex 1234567..89abcde 100644\nGIT binary patch\nliteral 3\nKcmZQzU|?ckU\n\nliteral 0\nHcmV?d00001\n\ndiff --git a/y b/y\nindex 1234567..89abcde\nBinary files a/y and b/y differ\n";
    let files = clean(text);
    assert_eq!(
        files
            .iter()
            .map(|file| (file.path(), file.binary))
            .collect::<Vec<_>>(),
        [("x.bin", true), ("y", true)]
    );
    let file = one("Binary files old/logo.png and new/logo.png differ\n");
    assert_eq!((file.path(), file.binary), ("logo.png", true));
    let (_, told) =
        problems("diff --git a/x b/x\nindex 1234567..89abcde\nGIT binary patch\nrubbish\n");
    assert_eq!(told, ["4: binary patch without its data"]);
}

#[test]
fn wrong_counts_are_told_and_lines_kept() {
    let (files, told) = problems(&format!(
        "{HEAD}@@ -1,7 +1,7 @@\n one\n-two\n+2\n three\n-- \n2.39.2\n"
    ));
    assert_eq!(
        told,
        ["5: hunk says 7 old and 7 new lines, holds 3 and 3; it breaks off at line 10"]
    );
    assert_eq!(lines(&files[0].hunks[0]), " one|-two|+2| three|");
    let (files, told) = problems(&format!(
        "{HEAD}@@ -1,2 +1,2 @@\n one\n-two\n+2\n three\n+four\n-- \n2.39.2\n"
    ));
    assert_eq!(told, ["5: hunk says 2 old and 2 new lines, holds 3 and 4"]);
    assert_eq!(lines(&files[0].hunks[0]), " one|-two|+2| three|+four|");
    let (files, told) = problems(&format!("{HEAD}@@ -1,9 +1,9 @@\n one\n\n\n"));
    assert_eq!(
        told,
        ["5: hunk says 9 old and 9 new lines, holds 1 and 1; the text ends"],
        "blank lines at the end are not invented into it"
    );
    assert_eq!(lines(&files[0].hunks[0]), " one|");
    let (files, told) = problems(&format!(
        "{HEAD}@@ -1,9 +1,9 @@\n one\nlost its blank\n two\n@@ -20 +20 @@\n-x\n+y\n"
    ));
    assert_eq!(
        told,
        [
            "5: hunk says 9 old and 9 new lines, holds 1 and 1; line 7 begins with neither blank, `+` nor `-`"
        ]
    );
    assert_eq!(files[0].hunks.len(), 2);
    let (files, told) = problems(
        "--- a/x\n+++ b/x\n@@ -1,9 +1,9 @@\n one\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-x\n+y\n",
    );
    assert_eq!(
        (files.len(), told.len()),
        (2, 1),
        "a cut hunk does not swallow the next file"
    );
}

#[test]
fn what_cannot_be_read_is_told() {
    for text in [
        "@@ -1 +1 @@\n-x\n+y\n",
        "diff --git a/x b/x\nprose\n",
        "diff --cc mm/x.c\nindex 1,2..3\n--- a/mm/x.c\n+++ b/mm/x.c\n@@@ -1,1 -1,1 +1,1 @@@\n  x\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,x +1 @@\n-x\n",
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -99999999999 +1 @@\n-x\n",
        "* Unmerged path mm/x.c\n",
        "Words diff --git a/x b/x index 1..2 100644 --- a/x +++ b/x @@ -1,2 +1,2 @@ one -two +2\n",
        "diff --git a/x b/x\nrename from x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n",
        "diff --git a/x b/y\n--- a/x\n+++ b/y\n@@ -1 +1 @@\n-x\n+y\n",
    ] {
        assert!(!problems(text).1.is_empty(), "{text}");
    }
}

/// Text of lines as files have them: no line feed in it.
fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => proptest::collection::vec(any::<u8>().prop_filter("line feeds end lines", |byte| *byte != b'\n'), 0..12),
        1 => proptest::sample::select(vec![&b"- "[..], b"-- a/x", b"++ b/x", b"", b"\r", b"@@ -1 +1 @@", b"diff --git a/x b/x"]).prop_map(<[u8]>::to_vec),
    ]
}

fn hunk() -> impl Strategy<Value = Hunk> {
    let kind =
        proptest::sample::select(vec![LineKind::Context, LineKind::Removed, LineKind::Added]);
    let line =
        (kind, text(), proptest::bool::weighted(0.9)).prop_map(|(kind, text, newline)| Line {
            kind,
            text,
            newline,
        });
    (
        proptest::collection::vec(line, 1..12),
        1u32..9999,
        1u32..9999,
        "([a-z(][ -~]{0,20}[a-z)])?",
    )
        .prop_map(|(lines, old_start, new_start, section)| {
            let mut hunk = Hunk {
                old_start,
                new_start,
                section,
                lines,
                old_count: 0,
                new_count: 0,
            };
            (hunk.old_count, hunk.new_count) = hunk.counted();
            hunk
        })
}

fn file() -> impl Strategy<Value = FileDiff> {
    let path = || {
        "[a-z \"\\\\ä\t]{1,6}(/[a-z .ö]{1,6}){0,2}"
            .prop_map(|path| path.trim().replace("//", "/"))
            .prop_filter("a name", |path| !path.is_empty())
    };
    let change = proptest::sample::select(vec![
        FileChange::Modified,
        FileChange::Added,
        FileChange::Deleted,
        FileChange::Renamed,
        FileChange::Copied,
    ]);
    let mode = proptest::sample::select(vec![0o100_644, 0o100_755, 0o120_000]);
    let ids = ("[0-9a-f]{7,40}", "[0-9a-f]{7,40}").prop_map(|(old, new)| IndexIds { old, new });
    (
        change,
        path(),
        path(),
        mode.clone(),
        mode,
        proptest::option::of(ids),
        proptest::collection::vec(hunk(), 0..4),
        any::<bool>(),
        proptest::option::of(data()),
    )
        .prop_map(
            |(change, old, new, old_mode, new_mode, index, hunks, binary, data)| {
                let moved = matches!(change, FileChange::Renamed | FileChange::Copied);
                FileDiff {
                    change,
                    new_path: if moved { new } else { old.clone() },
                    old_path: old,
                    old_mode: (change != FileChange::Added).then_some(old_mode),
                    new_mode: (change != FileChange::Deleted).then_some(new_mode),
                    index,
                    binary,
                    binary_patch: data.filter(|_| binary),
                    hunks: if binary { Vec::new() } else { hunks },
                }
            },
        )
}

/// The data of a binary patch, of one part or two.
fn data() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        "(literal|delta) [0-9]{1,4}\n([A-Za-z]([0-9A-Za-z!#$]{5}){1,4}\n){0,3}\n",
        1..3,
    )
    .prop_map(|parts| format!("GIT binary patch\n{}", parts.concat()))
}

proptest! {
    #[test]
    fn printing_and_parsing_turns_back(files in proptest::collection::vec(file(), 1..4)) {
        let text = print(&files);
        let parsed = parse(&text);
        prop_assert_eq!(&parsed.problems, &vec![], "{}", String::from_utf8_lossy(&text));
        prop_assert_eq!(parsed.files, files, "{}", String::from_utf8_lossy(&text));
        prop_assert_eq!((parsed.start, parsed.end), (Some(0), text.len()));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        parse(&bytes);
    }

    #[test]
    fn no_damaged_diff_makes_it_panic(files in proptest::collection::vec(file(), 1..3), cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8)) {
        let mut text = print(&files);
        for (at, byte) in cuts {
            let at = at.index(text.len());
            if byte < 128 { text.truncate(at.max(1)) } else { text[at] = byte.wrapping_mul(3) }
        }
        let parsed = parse(&text);
        prop_assert!(parsed.end <= text.len());
    }
}
