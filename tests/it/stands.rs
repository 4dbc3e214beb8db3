//! Mails that came whole and look odd: what is theirs is never changed, and what a page did to them is never called whole.

use crate::sandbox::{Ran, Sandbox};
use std::path::Path;

const HEAD: &str = "From: Ada Specimen <ada@example.org>\nDate: Mon, 6 May 2024 05:08:00 +0000\nSubject: [PATCH] x\nMessage-ID: <1@example.org>\n\n\
                    Why.\n\nSigned-off-by: Ada Specimen <ada@example.org>\n---\n";

fn git(folder: &Path, args: &[&str]) -> String {
    let mut git = assert_cmd::Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(args)
        .current_dir(folder);
    let ran = Ran::of(&mut git);
    assert_eq!(ran.code, 0, "{ran:#?}");
    ran.stdout
}

/// Makes a kernel of one file, and gives the diff to another text of it.
fn diff(sandbox: &Sandbox, path: &str, (before, after): (&str, &str)) -> String {
    let folder = sandbox.path("kernel");
    sandbox.file(
        "kernel/Makefile",
        "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\n",
    );
    let file = sandbox.file(&format!("kernel/{path}"), before);
    git(&folder, &["init", "-q"]);
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "base"]);
    std::fs::write(file, after).unwrap();
    let diff = git(&folder, &["diff", "--full-index"]);
    git(&folder, &["checkout", "-q", "."]);
    diff
}

/// Exports a mail; gives its proof, whether it was changed, and the mbox.
fn export(sandbox: &Sandbox, diff: &str, on: Option<&str>) -> (String, bool, String) {
    let mail = sandbox.file("mail.eml", format!("{HEAD}{diff}-- \n2.39\n"));
    let mut args = vec![
        "series", "export", &mail, "--am", "--json", "-o", "out.mbox",
    ];
    args.extend(on.into_iter().flat_map(|on| ["--on", on]));
    let ran = sandbox.run(&args);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let lines = ran.lines();
    let line = lines.iter().find(|line| line["type"] == "export").unwrap();
    let proof = line["proof"].as_str().unwrap().to_owned();
    let changed = line["repaired"] == true;
    let mbox = std::fs::read_to_string(sandbox.path("out.mbox")).unwrap();
    std::fs::remove_file(sandbox.path("out.mbox")).unwrap();
    (proof, changed, mbox)
}

/// The lines of a diff behind its headers.
fn hunks(diff: &str) -> &str {
    &diff[diff.find("@@ ").unwrap()..]
}

fn without_ids(diff: &str) -> String {
    let lines = diff.split_inclusive('\n');
    lines.filter(|line| !line.starts_with("index ")).collect()
}

const TOOL: &str = "int f(void)\n{\n    int a = 1;\n    int b = 2;\n\n    return a;\n}\n";

#[test]
fn what_people_wrote_stays_as_it_is() {
    let cases = [
        (
            "d.c",
            "int a;\nint b;\nint c;\n",
            "int a;\nchar *s = \"&lt;tag&gt;\";\nint c;\n",
        ),
        (
            "d.html",
            "one\ntwo\nthree\n",
            "one\nx &lt;b&gt; &amp; y\nthree\n",
        ),
        (
            "scripts/x.c",
            TOOL,
            "int f(void)\n{\n    int a = 1;\n    int b = 2;\n\n    if (b)\n        a++;\n    return a;\n}\n",
        ),
        (
            "e.c",
            "int a;\nint b;\nint c;\n",
            "int a;\nint *b = \u{ac}ifier;\nint c;\n",
        ),
        (
            "n.c",
            "int a;\nint b;\nint c;\n",
            "int a;\nchar *s = \"a\u{a0}b\";\nint c;\n",
        ),
        ("l.txt", "x\ny\n", "x\n a\n b\n c\ny\n"),
    ];
    for (path, before, after) in cases {
        let sandbox = Sandbox::new();
        let diff = diff(&sandbox, path, (before, after));
        for diff in [diff.clone(), without_ids(&diff)] {
            for on in [None, Some("kernel")] {
                let (proof, changed, mbox) = export(&sandbox, &diff, on);
                assert!(!changed && mbox.contains(hunks(&diff)), "{path}: {mbox}");
                let unsure = path == "l.txt" && proof == "words-only";
                assert!(
                    ["intact", "proved"].contains(&proof.as_str()) || unsure,
                    "{path}: {proof}"
                );
            }
        }
    }
}

#[test]
fn what_a_page_did_is_undone_or_told() {
    let config =
        "config A\n\tbool \"a\"\n\thelp\n\t  Text here\n\t  more text.\n\nconfig B\n\tbool \"b\"\n";
    let code = "int f(void)\n{\n\tint a;\n\n\treturn a;\n}\n";
    let cases = [
        (
            "mm/Kconfig",
            config,
            config.replace("more text.\n", "more text.\n\t  And more.\n"),
        ),
        (
            "mm/a.c",
            code,
            code.replace("\treturn", "\ta = 3;\n\treturn"),
        ),
    ];
    for (path, before, after) in &cases {
        for blanks in [
            " ",
            "        ",
            "\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}",
        ] {
            let sandbox = Sandbox::new();
            let posted = diff(&sandbox, path, (before, after));
            let damaged = posted.replace('\t', blanks);
            let (proof, changed, mbox) = export(&sandbox, &damaged, Some("kernel"));
            assert!(changed && proof == "proved", "{path} {blanks:?}: {proof}");
            assert!(mbox.contains(hunks(&posted)), "{path} {blanks:?}: {mbox}");
            // No kernel can tell: it goes out as it came, and is not called whole.
            let (proof, changed, mbox) = export(&sandbox, &damaged, None);
            assert!(
                !changed && proof == "words-only",
                "{path} {blanks:?}: {proof}"
            );
            assert!(
                mbox.contains(hunks(&damaged)) && mbox.contains("as it stands"),
                "{mbox}"
            );
        }
    }
}

/// A program that drops empty lines does so in the last hunk too.
#[test]
fn dropped_blank_lines_are_found_in_the_last_hunk() {
    let sandbox = Sandbox::new();
    let before = "int f(void)\n{\n\tint a;\n\n\treturn a;\n}\n\nint g;\n";
    let after = before.replace("\treturn", "\ta = 3;\n\treturn");
    let posted = diff(&sandbox, "mm/a.c", (before, &after));
    let dropped: String = posted
        .split_inclusive('\n')
        .filter(|line| *line != " \n")
        .collect();
    assert_ne!(dropped, posted);
    let (proof, changed, mbox) = export(&sandbox, &dropped, Some("kernel"));
    assert!(changed && proof == "proved", "{proof}");
    assert!(mbox.contains(hunks(&posted)), "{mbox}");
}

/// A kernel's file of the same name that has other lines tells nothing of tabs.
#[test]
fn another_kernels_lines_tell_of_the_white_space() {
    let sandbox = Sandbox::new();
    let after = TOOL.replace("    return", "    a++;\n    return");
    let posted = diff(&sandbox, "scripts/x.c", (TOOL, &after));
    let newer = TOOL.replace("int f(void)", "/* newer */\nint f(void)");
    sandbox.file("kernel/scripts/x.c", &newer);
    let (proof, changed, mbox) = export(&sandbox, &posted, Some("kernel"));
    assert!(!changed && proof == "intact", "{proof}");
    assert!(mbox.contains(hunks(&posted)));
    // There it is indented by tabs: the blanks are the page's work.
    let tabbed = |text: &str| text.replace("    ", "\t");
    sandbox.file("kernel/scripts/x.c", tabbed(&newer));
    let (proof, changed, mbox) = export(&sandbox, &posted, Some("kernel"));
    assert!(changed && proof == "consistent", "{proof}");
    assert!(mbox.contains("\n \treturn a;\n"), "{mbox}");
}

#[test]
fn binary_data_and_who_wrote_the_cover_letter_go_out_as_they_came() {
    let data = "GIT binary patch\nliteral 3\nKcmZQzU|?ck\n\nliteral 0\nHcmV?d00001\n\n";
    let letter = |from: &str, number: u32, parent: &str, body: &str| {
        format!(
            "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: {from}\nDate: Mon, 6 May 2024 0{number}:08:00 +0200\nSubject: [PATCH {number}/1] mm: x\n\
             Message-ID: <{number}@example.org>\n{parent}\n{body}\n"
        )
    };
    let cover = letter("Zed Cover <zed@example.org>", 0, "", "All of it.\n");
    let diff = format!(
        "diff --git a/x.bin b/x.bin\nnew file mode 100644\nindex {}..{}\n{data}",
        "0".repeat(40),
        "ab".repeat(20)
    );
    let patch = |diff: &str| {
        let parent = "In-Reply-To: <0@example.org>\n";
        letter(
            "Ada <ada@example.org>",
            1,
            parent,
            &format!("Why.\n---\n{diff}-- \n2.39\n"),
        )
    };
    let sandbox = Sandbox::new();
    let mails = sandbox.file("mails.mbox", format!("{cover}{}", patch(&diff)));
    let stored = sandbox.run(&["series", "import", &mails, "--name", "kept"]);
    assert_eq!(stored.code, 0, "{stored:#?}");
    for series in [mails.as_str(), "kept"] {
        let ran = sandbox.run(&["series", "export", series]);
        assert_eq!(ran.code, 0, "{ran:#?}");
        assert!(ran.stdout.contains(data), "{}", ran.stdout);
        let (first, second) = ran.stdout.split_once("Subject: [PATCH] mm").unwrap();
        assert!(
            first.contains("From: Zed Cover <zed@example.org>"),
            "{first}"
        );
        assert!(
            first.contains("00:08:00 +0200") && first.contains("<0@example.org>"),
            "{first}"
        );
        assert!(!second.contains("Zed"), "{second}");
    }
    // Data that breaks off is not sent on.
    let cut = diff.replace("KcmZQzU|?ck\n\n", "KcmZQzU|?ck\n");
    let mails = sandbox.file(
        "cut.mbox",
        patch(&cut.replace("literal 0\nHcmV?d00001\n\n", "")),
    );
    let ran = sandbox.run(&["series", "export", &mails]);
    assert!(
        ran.code == 3 && ran.stderr.contains("not whole"),
        "{ran:#?}"
    );
}
