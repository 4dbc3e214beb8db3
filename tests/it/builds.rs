//! `pteward build` on a tiny tree that answers as kbuild does: outcomes, states, what is touched, what is refused.

mod ends;
mod hostile;
pub(crate) mod real;

use crate::sandbox::Sandbox;
use pteward::store::{BuildKey, Store};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The tiny tree's files.
fn tiny() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/data/tiny-kernel"
    ))
}

/// Says why tests that build cannot run here, where they cannot.
pub(crate) fn cannot_build() -> bool {
    let lacking = ["make", "gcc", "bwrap", "prlimit"]
        .into_iter()
        .find(|name| pteward::base::process::find(name).is_none());
    if let Some(name) = lacking {
        println!("skipped: no {name}");
    }
    lacking.is_some()
}

/// Copies the tiny tree into the sandbox and registers it as `tiny`; `extra` is what its Makefile includes.
pub(crate) fn kernel(sandbox: &Sandbox, extra: &str) -> PathBuf {
    let to = sandbox.path("tiny");
    copy(tiny(), &to);
    std::fs::write(to.join("extra.mk"), extra).unwrap();
    let ran = sandbox.run(&["kernel", "add", "tiny", to.to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    to
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Writes a series, each patch one line of one file for another, and gives its path.
pub(crate) fn series(sandbox: &Sandbox, name: &str, changes: &[(&str, &str, &str)]) -> String {
    sandbox.file(&format!("{name}.mbox"), mbox(tiny(), name, changes))
}

/// Spells a series on the tree in `root`, each patch one line of one file for another.
pub(crate) fn mbox(root: &Path, name: &str, changes: &[(&str, &str, &str)]) -> String {
    let mut files = std::collections::BTreeMap::new();
    let mut mbox = String::new();
    for (index, (path, old, new)) in changes.iter().enumerate() {
        let text = files
            .entry(*path)
            .or_insert_with(|| std::fs::read_to_string(root.join(path)).unwrap_or_default());
        let after = text.replacen(old, new, 1);
        assert_ne!(*text, after, "{old} is not in {path}");
        let diff = whole_file(path, text, &after);
        *text = after;
        let (number, total) = (index + 1, changes.len());
        let mail = format!(
            "From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n\
             From: Ann Other <ann@example.org>\nDate: Tue, 3 Feb 2026 10:00:0{number} +0000\n\
             Message-Id: <{name}-{number}@example.org>\nSubject: [PATCH {number}/{total}] {name}: step {number}\n\n\
             Why.\n\nSigned-off-by: Ann Other <ann@example.org>\n---\n{diff}-- \n2.39.0\n\n"
        );
        mbox.push_str(&mail);
    }
    mbox
}

/// Makes a diff of one hunk over the whole file.
fn whole_file(path: &str, before: &str, after: &str) -> String {
    let lines = |text: &str, sign: &str| -> String {
        text.lines().map(|line| format!("{sign}{line}\n")).collect()
    };
    let (old, new) = (before.lines().count(), after.lines().count());
    format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{}{}",
        lines(before, "-"),
        lines(after, "+")
    )
}

/// Runs `build ARGS --json` and gives the exit code and the build lines.
fn build(sandbox: &Sandbox, args: &[&str]) -> (i32, Vec<Value>) {
    let ran = sandbox.run(&[&["build", "--json"], args].concat());
    assert!(ran.code <= 5, "{ran:#?}");
    let mut lines = ran.lines();
    lines.retain(|line| line["type"] == "build");
    (ran.code, lines)
}

/// The one work folder of a sandbox.
fn work(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("workspace/build/tiny-hmm")
}

#[test]
fn a_rebuild_without_a_change_touches_nothing() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let (code, first) = build(&sandbox, &["tiny"]);
    assert_eq!(
        (code, &first[0]["outcome"], &first[0]["objects"]),
        (0, &"built".into(), &3.into()),
        "{first:?}"
    );
    assert_eq!(first[0]["sandboxed"], true);
    let image = PathBuf::from(first[0]["image"].as_str().unwrap());
    assert!(std::fs::metadata(&image).unwrap().len() > 1000);
    let built = work(&sandbox).join("build/mm/a.o");
    let before = std::fs::metadata(&built).unwrap().modified().unwrap();
    let (code, again) = build(&sandbox, &["tiny"]);
    assert_eq!(
        (code, &again[0]["objects"], &again[0]["touched"]),
        (0, &0.into(), &0.into())
    );
    assert_eq!(again[0]["image_id"], first[0]["image_id"]);
    assert_eq!(
        std::fs::metadata(&built).unwrap().modified().unwrap(),
        before
    );
    assert_eq!(
        again[0]["all_warnings"], 1,
        "the warning of an object that is not made again stays"
    );
}

#[test]
fn each_state_is_built_from_the_one_before() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let series = series(
        &sandbox,
        "boats",
        &[
            ("mm/a.c", "return wind + 1;", "int unused; return wind + 2;"),
            ("mm/b.c", "return wind * 2;", "return wynd * 2;"),
            ("mm/b.c", "return wynd * 2;", "return wind * 3;"),
            ("include/linux/a.h", "int wind", "int wind, ..."),
        ],
    );
    let (code, lines) = build(&sandbox, &["--each-patch", &format!("{series}@tiny:3")]);
    assert_eq!(code, 4);
    let told: Vec<String> = lines
        .iter()
        .map(|line| {
            format!(
                "{} {} {}",
                line["state"],
                line["outcome"].as_str().unwrap(),
                line["objects"]
            )
        })
        .collect();
    assert_eq!(told, ["0 built 3", "1 built 1", "2 failed 1", "3 built 1"]);
    let new = |line: &Value| -> Vec<String> {
        let rows = line["warnings"].as_array().unwrap().iter();
        rows.map(|row| {
            format!(
                "{}:{} {}",
                row["file"].as_str().unwrap(),
                row["line"],
                row["flag"].as_str().unwrap()
            )
        })
        .collect()
    };
    assert_eq!(lines[0]["all_warnings"], 1);
    assert_eq!(new(&lines[1]), ["mm/a.c:6 -Wunused-variable"]);
    assert_eq!(
        new(&lines[3]),
        ["mm/a.c:6 -Wunused-variable"],
        "said two states ago, and still so"
    );
    let error = &lines[2]["errors"][0];
    assert_eq!(
        (&error["file"], &error["line"]),
        (&"mm/b.c".into(), &4.into())
    );
    assert!(error["text"].as_str().unwrap().contains("wynd"), "{error}");
    assert!(lines[2]["image"].is_null());
    assert_ne!(lines[0]["image_id"], lines[1]["image_id"]);
    for line in [&lines[0], &lines[1], &lines[3]] {
        assert!(
            Path::new(line["image"].as_str().unwrap()).is_file(),
            "images of earlier states stay"
        );
    }
    // State 4 changes a header of all: objects alone, and with an error in it.
    let (code, lines) = build(&sandbox, &["--objects", &format!("{series}@tiny")]);
    assert_eq!((code, lines[0]["outcome"].as_str().unwrap()), (4, "failed"));
    let (code, lines) = build(&sandbox, &["--objects", &format!("{series}@tiny:1")]);
    assert_eq!((code, &lines[0]["image"]), (0, &Value::Null));
    stored(&sandbox);
}

/// What was told is what was stored, the log with it.
fn stored(sandbox: &Sandbox) {
    let store = Store::open(&sandbox.path("workspace")).unwrap();
    let key = |state: u32, whole: bool| BuildKey {
        kernel: String::from("tiny"),
        kernel_version: String::from("0.7.1-tiny"),
        commit: None,
        series: (state > 0).then(|| store.series_list().unwrap()[0].name.clone()),
        state,
        config: String::from("hmm"),
        whole,
    };
    let head = |state, whole| store.build(&key(state, whole)).unwrap();
    assert_eq!(head(0, true).unwrap().outcome, "built");
    assert!(head(4, true).is_none() && head(1, false).unwrap().image.is_none());
    let failed = head(2, true).unwrap();
    assert!(failed.reason.starts_with("mm/b.c:4: "), "{failed:?}");
    let log = String::from_utf8(store.build_log(failed.id).unwrap()).unwrap();
    assert!(
        log.contains("  CC      mm/b.o\n") && log.contains("wynd"),
        "{log}"
    );
    let rows = store.build_messages(head(1, true).unwrap().id).unwrap();
    let new: Vec<bool> = rows.iter().filter_map(|(_, new)| *new).collect();
    assert_eq!((rows.len(), new.iter().filter(|new| **new).count()), (2, 1));
    assert_eq!(store.most_objects("hmm").unwrap(), Some(3));
    assert_eq!(store.most_objects("hmm-kasan").unwrap(), None);
}

#[test]
fn only_objects_of_changed_files_are_made() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    build(&sandbox, &["tiny"]);
    let series = series(
        &sandbox,
        "header",
        &[(
            "include/linux/a.h",
            "int boats(int wind);",
            "int boats(int wind); /* more */",
        )],
    );
    let (code, lines) = build(&sandbox, &["--objects", &format!("{series}@tiny")]);
    // mm/b.c does not include it.
    assert_eq!((code, &lines[0]["objects"]), (0, &2.into()), "{lines:?}");
}

#[test]
fn refused_options_are_named_and_nothing_is_compiled() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    std::fs::write(
        tree.join("Kconfig"),
        "unknown CONFIG_TEST_HMM\nunknown CONFIG_DETECT_HUNG_TASK\n",
    )
    .unwrap();
    let (code, lines) = build(&sandbox, &["tiny"]);
    assert_eq!(
        (code, lines[0]["outcome"].as_str().unwrap()),
        (4, "refused")
    );
    assert_eq!(lines[0]["reason"], "kconfig refused CONFIG_TEST_HMM");
    assert_eq!(
        (
            &lines[0]["objects"],
            lines[0]["refused"].as_array().unwrap().len()
        ),
        (&0.into(), 2)
    );
    let hmm = &lines[0]["refused"][0];
    assert_eq!(
        (&hmm["option"], &hmm["wanted"], &hmm["got"]),
        (&"CONFIG_TEST_HMM".into(), &"y".into(), &"n".into())
    );
    // What is optional alone does not stop it.
    std::fs::write(tree.join("Kconfig"), "unknown CONFIG_DETECT_HUNG_TASK\n").unwrap();
    let (code, lines) = build(&sandbox, &["tiny"]);
    assert_eq!(
        (code, lines[0]["refused"].as_array().unwrap().len()),
        (0, 1)
    );
    assert_eq!(lines[0]["refused"][0]["optional"], true);
}

#[test]
fn what_cannot_be_built_is_said() {
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let series = series(&sandbox, "boats", &[("mm/a.c", "wind + 1", "wind + 2")]);
    let state = format!("{series}@tiny:2");
    sandbox
        .run(&["build", &state])
        .fails(2, "no state 2", "from 0 to 1");
    sandbox
        .run(&["build", "none@tiny"])
        .fails(2, "none@tiny", "series list");
    sandbox
        .run(&["build", "none"])
        .fails(2, "none", "kernel list");
    sandbox.run(&["build", "tiny", "--config", "none"]).fails(
        2,
        "no config none",
        "hmm, hmm-kasan",
    );
    let mut bare = sandbox.program();
    let bare = crate::sandbox::Ran::of(
        bare.args(["build", "tiny"])
            .env("PATH", sandbox.path("nothing")),
    );
    bare.fails(
        69,
        "bwrap is not on this machine",
        "apt-get install bubblewrap",
    );
    // A series that does not go in is not built.
    let other = self::series(&sandbox, "other", &[("mm/a.c", "wind + 1", "wind + 3")]);
    std::fs::write(sandbox.path("tiny/mm/a.c"), "int other;\n").unwrap();
    let ran = sandbox.run(&["build", &format!("{other}@tiny"), "--json"]);
    assert_eq!(ran.code, 3, "{ran:#?}");
    assert!(!ran.stdout.contains("\"type\":\"build\""));
}
