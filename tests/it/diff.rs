//! Every form of diff that the machine's git makes, read and printed again so that git takes it back.

use pteward::base::process;
use pteward::diff;
use std::fs;
use std::path::Path;

/// Runs git in `folder` without the user's settings; gives what it printed.
fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let fixed = [
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.org",
        "-c",
        "core.autocrlf=false",
        "-c",
        "commit.gpgsign=false",
    ];
    let all: Vec<&str> = fixed.iter().chain(arguments).copied().collect();
    let output = process::run("git", &all, Some(folder)).expect("git can be started");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// Makes a repository of two commits that differ in every way a tree can.
fn repository(folder: &Path) {
    git(folder, &["init", "-q"]);
    let long: String = (1..60).map(|number| format!("line {number}\n")).collect();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).expect("the test's folder can be written");
    };
    for (name, bytes) in [
        ("plain.c", long.as_bytes()),
        ("two words.c", b"one\n"),
        ("gr\u{fc}n.c", b"one\ntwo\n"),
        ("tab\there", b"one\n"),
        ("crlf.txt", b"one\r\ntwo\r\nthree\r\n"),
        ("no-end", b"one\ntwo"),
        ("gone.c", b"one\ntwo\n"),
        ("empty-gone", b""),
        ("mode.sh", b"echo\n"),
        ("both.sh", b"echo\n"),
        ("move.c", long.as_bytes()),
        ("picture", b"\0\x01\x02"),
        ("dashes.sql", b"-- one\n-- two\n-- \n- x\n++ y\n"),
        ("latin", b"caf\xe9 one\n"),
        ("rewritten.c", long.as_bytes()),
    ] {
        write(name, bytes);
    }
    git(folder, &["add", "."]);
    git(folder, &["commit", "-qm", "one"]);
    write(
        "plain.c",
        long.replace("line 5\n", "")
            .replace("line 40\n", "line forty\nand more\n")
            .as_bytes(),
    );
    write("two words.c", b"one\ntwo\n");
    write("gr\u{fc}n.c", b"one\nthree\n");
    write("tab\there", b"two\n");
    write("crlf.txt", b"one\r\nzwei\r\nthree\n");
    write("no-end", b"one\ntwo\n");
    write("new.c", b"one\ntwo");
    write("empty-new", b"");
    write("both.sh", b"echo more\n");
    write("picture", b"\0\x01\x03");
    write("dashes.sql", b"-- one\n-- \n++ z\n");
    write("latin", b"caf\xe9 two\n");
    write("rewritten.c", long.replace("line", "row").as_bytes());
    fs::rename(folder.join("move.c"), folder.join("moved away.c"))
        .expect("the test's folder can be written");
    fs::remove_file(folder.join("gone.c")).expect("the test's folder can be written");
    fs::remove_file(folder.join("empty-gone")).expect("the test's folder can be written");
    git(folder, &["add", "-A"]);
    git(
        folder,
        &["update-index", "--chmod=+x", "mode.sh", "both.sh"],
    );
    git(folder, &["commit", "-qm", "two"]);
}

#[test]
fn every_form_that_git_makes() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    repository(folder);
    let numstat = |arguments: &[&str]| {
        let mut all = vec!["diff", "--numstat", "-z"];
        all.extend(arguments.iter().filter(|argument| {
            argument.starts_with("-M") || argument.starts_with("-C") || argument.starts_with("-R")
        }));
        all.extend(["HEAD~", "HEAD"]);
        git(folder, &all)
            .split(|&byte| byte == 0)
            .filter(|part| {
                part.first()
                    .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-')
            })
            .count()
    };
    let forms: &[&[&str]] = &[
        &[],
        &["-M"],
        &["-C", "--find-copies-harder"],
        &["--binary"],
        &["--full-index"],
        &["-U0"],
        &["-U10"],
        &["--no-prefix"],
        &["-R"],
        &["-B"],
        &["-D"],
        &["-W"],
        &["--minimal"],
        &["--patience"],
        &["--src-prefix=old/", "--dst-prefix=new/"],
        &["--stat", "-p"],
        &["--summary", "-p"],
        &["-a"],
        &["--inter-hunk-context=9"],
        &["--raw", "-p"],
        &["--no-renames"],
    ];
    for form in forms {
        for quote in ["core.quotePath=true", "core.quotePath=false"] {
            let mut arguments = vec!["-c", quote, "diff"];
            arguments.extend(*form);
            arguments.extend(["HEAD~", "HEAD"]);
            let text = git(folder, &arguments);
            let parsed = diff::parse(&text);
            assert_eq!(parsed.problems, [], "{form:?}");
            if !form.contains(&"--no-renames") {
                assert_eq!(parsed.files.len(), numstat(form), "{form:?}");
            }
            assert_eq!(parsed.end, text.len(), "{form:?}");
            let again = diff::parse(&diff::print(&parsed.files));
            assert_eq!(again.files, parsed.files, "{form:?}");
        }
    }
}

#[test]
fn git_takes_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    repository(folder);
    for form in [
        &["-M"][..],
        &["--no-renames"],
        &["-C", "--find-copies-harder"],
        &["-U1"],
    ] {
        let mut arguments = vec!["diff"];
        arguments.extend(form);
        arguments.extend(["HEAD~", "HEAD", "--", ".", ":!picture"]);
        let parsed = diff::parse(&git(folder, &arguments));
        let patch = folder.join(".git/printed.patch");
        fs::write(&patch, diff::print(&parsed.files)).unwrap();
        let name = patch.to_str().unwrap();
        git(folder, &["reset", "-q", "--hard", "HEAD"]);
        git(folder, &["checkout", "-q", "HEAD~", "--", "."]);
        git(folder, &["read-tree", "-u", "--reset", "HEAD~"]);
        git(folder, &["apply", "--index", "--whitespace=nowarn", name]);
        let wrong = git(
            folder,
            &[
                "diff",
                "--cached",
                "--name-only",
                "HEAD",
                "--",
                ".",
                ":!picture",
            ],
        );
        assert_eq!(String::from_utf8_lossy(&wrong), "", "{form:?}");
        git(folder, &["reset", "-q", "--hard", "HEAD"]);
    }
}

#[test]
fn what_git_mails_comes_back_as_a_series() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    repository(folder);
    fs::write(folder.join("plain.c"), "all new\n").unwrap();
    let why = "three: a title\n\nThe why.\nFrom here on it is prose.\n\nFixes: 0123456789ab (\"one\")\nSigned-off-by: T <t@example.org>";
    git(folder, &["commit", "-qam", why]);
    let base = git(folder, &["rev-parse", "HEAD~2"]);
    let base = String::from_utf8_lossy(&base).trim().to_owned();
    for form in [
        &["--stdout"][..],
        &["--stdout", "--no-signature"],
        &["--stdout", "--thread", "--attach"],
        &["--stdout", "--no-stat"],
    ] {
        let mut arguments = vec![
            "format-patch",
            "-M",
            "-v3",
            "--cover-letter",
            "--base=HEAD~2",
            "--rfc",
        ];
        arguments.extend(form);
        arguments.push("HEAD~2");
        let reading = pteward::mail::read_bytes(git(folder, &arguments), "made").unwrap();
        let all = pteward::series::assemble(reading);
        assert_eq!(all.len(), 1, "{form:?}");
        let series = &all[0];
        assert_eq!(
            (
                series.version,
                series.total,
                series.rfc,
                series.missing.len()
            ),
            (3, 2, true, 0),
            "{form:?}"
        );
        assert!(series.cover.is_some(), "{form:?}");
        assert_eq!(
            series.base_commit.as_deref(),
            Some(base.as_str()),
            "{form:?}"
        );
        for (patch, revision) in series.patches.iter().zip(["HEAD~", "HEAD"]) {
            assert_eq!(patch.problems, [], "{form:?}");
            let before = format!("{revision}~");
            let expected = diff::parse(&git(folder, &["diff", "-M", &before, revision]));
            assert_eq!(patch.files.len(), expected.files.len(), "{form:?}");
            for (file, expected) in patch.files.iter().zip(&expected.files) {
                assert_eq!(
                    (&file.hunks, file.path(), file.change),
                    (&expected.hunks, expected.path(), expected.change),
                    "{form:?}"
                );
            }
        }
        let last = &series.patches[1];
        assert_eq!(
            format!("{}\n\n{}", last.subject, last.message),
            why,
            "{form:?}"
        );
        assert_eq!(last.trailers.len(), 2, "{form:?}");
    }
}
