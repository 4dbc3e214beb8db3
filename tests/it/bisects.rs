//! `pteward bisect` through the whole program: states, commits, kernels; each question; a search that was killed.

mod guests;
mod real;

use crate::builds::{cannot_build, copy, kernel, series};
use crate::sandbox::{Ran, Sandbox, small_tree, specimen};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Eight steps: the fourth does not compile until the fifth mends it, the sixth is at fault.
const STEPS: [(&str, &str, &str); 8] = [
    ("mm/a.c", "wind + 1", "wind + 2"),
    ("mm/b.c", "wind * 2", "wind * 3"),
    ("mm/a.c", "wind + 2", "wind + 3"),
    ("mm/b.c", "wind * 3", "wynd * 3"),
    ("mm/b.c", "wynd * 3", "wind * 4"),
    ("mm/a.c", "wind + 3", "wind - 3"),
    ("mm/b.c", "wind * 4", "wind * 5"),
    ("lib/c.c", "boats(3)", "boats(4)"),
];

/// Runs what the tree is for: boats must never be fewer than the wind.
const COMMAND: &str = "cmd:cat mm/a.c mm/b.c > /tmp/all.c && echo 'int main(void) { return boats(5) < 5; }' >> /tmp/all.c && \
     gcc -w -Iinclude -o /tmp/all /tmp/all.c || exit 125; echo asked >> $BUILD/asked; /tmp/all";

/// Runs `bisect ARGS --json`.
fn bisect(sandbox: &Sandbox, args: &[&str]) -> (Ran, Vec<String>, Value) {
    let ran = sandbox.run(&[&["bisect", "--json"], args].concat());
    assert!(ran.code <= 1, "{ran:#?}");
    let lines = ran.lines();
    let answers = lines.iter().filter(|line| line["type"] == "answer");
    let answers = answers.map(|line| {
        let known = if line["known"] == true { " known" } else { "" };
        format!(
            "{} {}{known}",
            line["state"],
            line["answer"].as_str().unwrap()
        )
    });
    let answers = answers.collect();
    let found = lines.iter().find(|line| line["type"] == "bisect").unwrap();
    let found = found.clone();
    assert_eq!(lines.last().unwrap()["type"], "summary");
    (ran, answers, found)
}

#[test]
fn the_patch_is_found_though_one_in_the_way_does_not_compile() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let series = series(&sandbox, "eight", &STEPS);
    let state = format!("{series}@tiny");
    let (ran, answers, found) = bisect(&sandbox, &[&state, "--by", COMMAND]);
    assert_eq!(
        answers,
        ["8 bad", "0 good", "4 skip", "3 good", "5 good", "6 bad"]
    );
    assert_eq!(ran.code, 0);
    assert_eq!(
        (
            &found["conclusion"],
            &found["culprit"]["state"],
            &found["culprit"]["name"]
        ),
        (&"culprit".into(), &6.into(), &"patch 6/8".into())
    );
    assert_eq!(
        (&found["good"]["state"], &found["states"]),
        (&5.into(), &9.into())
    );
    assert_eq!(
        (&found["steps"], &found["skipped"]),
        (&6.into(), &serde_json::json!([4]))
    );
    assert!(
        ran.stderr
            .contains("patch 4/8 \"eight: step 4\": skip (the command ended with 125"),
        "{ran:#?}"
    );
    // All is known now, and a part of the states is searched with it.
    let (_, answers, found) = bisect(&sandbox, &[&format!("{state}:3..6"), "--by", COMMAND]);
    assert_eq!(
        answers,
        [
            "6 bad known",
            "3 good known",
            "4 skip known",
            "5 good known"
        ]
    );
    assert_eq!(
        (&found["culprit"]["state"], &found["known"]),
        (&6.into(), &4.into())
    );
    let ran = sandbox.run(&["bisect", &state, "--by", COMMAND]);
    let said = "patch 6/8 \"eight: step 6\" is the first bad state; good: 5; asked 6 of 9 (6 known from before), skipped 1\n";
    assert!(ran.stdout.starts_with(said), "{ran:#?}");
    let (_, answers, _) = bisect(&sandbox, &[&state, "--by", COMMAND, "--again"]);
    assert_eq!(answers[0], "8 bad");
    // Ends that do not stand as they should.
    let (ran, _, found) = bisect(&sandbox, &[&format!("{state}:0..5"), "--by", COMMAND]);
    assert_eq!(
        (ran.code, &found["conclusion"]),
        (1, &"good-to-the-end".into())
    );
    let (ran, _, found) = bisect(&sandbox, &[&format!("{state}:6..8"), "--by", COMMAND]);
    assert_eq!(
        (ran.code, &found["conclusion"]),
        (1, &"bad-from-the-start".into())
    );
    // Where the skip hides the culprit, both are named.
    let (ran, _, found) = bisect(
        &sandbox,
        &[
            &format!("{state}:3..5"),
            "--by",
            "cmd:gcc -w -c -o /tmp/b.o mm/b.c || exit 125; grep -q 'wind . 3' mm/b.c",
        ],
    );
    assert_eq!((ran.code, &found["culprit"]), (1, &Value::Null));
    assert_eq!(found["suspects"][0]["state"], 4);
    assert_eq!(found["suspects"][1]["state"], 5);
}

#[test]
fn builds_are_asked_and_what_does_not_apply_is_skipped() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    let broken = series(&sandbox, "broken", &STEPS[..4]);
    let (ran, answers, found) = bisect(&sandbox, &[&format!("{broken}@tiny"), "--by", "build"]);
    assert_eq!((ran.code, &found["culprit"]["state"]), (0, &4.into()));
    assert_eq!(answers, ["4 bad", "0 good", "2 good", "3 good"]);
    assert!(ran.stderr.contains("mm/b.c:4: "), "{ran:#?}");
    // The third patch finds nothing to stand on any more.
    std::fs::write(tree.join("lib/c.c"), "int harbour;\n").unwrap();
    let lost = [STEPS[0], STEPS[1], STEPS[7], STEPS[2], STEPS[3]];
    let lost = series(&sandbox, "lost", &lost);
    let (ran, answers, found) = bisect(&sandbox, &[&format!("{lost}@tiny"), "--by", "build"]);
    assert_eq!((ran.code, &found["conclusion"]), (1, &"end-untold".into()));
    assert_eq!(answers, ["5 skip"]);
    assert!(
        ran.stderr.contains("patch 3 did not go in whole: conflict"),
        "{ran:#?}"
    );
}

/// A repository with a commit for each step, tagged base, 1, 2, ….
fn repository(folder: &Path, steps: &[(&str, &str, &str)]) {
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(folder)
            .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
        let done = git.args(args).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "base"]);
    git(&["tag", "base"]);
    for (number, (path, old, new)) in (1..).zip(steps) {
        let text = std::fs::read_to_string(folder.join(path)).unwrap();
        std::fs::write(folder.join(path), text.replacen(old, new, 1)).unwrap();
        git(&["commit", "-qam", &format!("step {number}")]);
        git(&["tag", &number.to_string()]);
    }
}

#[test]
fn commits_are_searched_and_share_answers_with_a_series() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    repository(&tree, &STEPS);
    let (ran, answers, found) = bisect(&sandbox, &["tiny@base..HEAD", "--by", COMMAND]);
    assert_eq!(
        answers,
        ["8 bad", "0 good", "4 skip", "3 good", "5 good", "6 bad"]
    );
    let culprit = &found["culprit"];
    assert_eq!((ran.code, &culprit["subject"]), (0, &"step 6".into()));
    assert_eq!(culprit["commit"].as_str().unwrap().len(), 40);
    // The same trees by another way: a series on a commit.
    let (_, answers, found) = bisect(&sandbox, &["tiny@base..8@tiny@base", "--by", COMMAND]);
    assert!(
        answers.iter().all(|answer| answer.ends_with(" known")),
        "{answers:?}"
    );
    assert_eq!(found["culprit"]["name"], "patch 6/8");
    let bad = sandbox.run(&["bisect", "tiny@8..base", "--by", "build"]);
    bad.fails(
        2,
        "8 is not on the line of first parents of base",
        "first-parent",
    );
}

#[test]
fn git_takes_the_answers_of_single_steps() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    repository(&tree, &STEPS);
    let program = assert_cmd::cargo::cargo_bin("pteward");
    let git = |args: &[&str]| {
        let mut git = Command::new("git");
        git.current_dir(&tree).args(args);
        git.env("PTEWARD_WORKSPACE", sandbox.path("workspace"));
        let done = git.output().unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap(),
        )
    };
    assert!(git(&["bisect", "start", "HEAD", "base"]).0);
    let run = [
        "bisect",
        "run",
        program.to_str().unwrap(),
        "bisect",
        "--step",
        ".",
    ];
    let (well, said) = git(&[run.as_slice(), &["--by", COMMAND]].concat());
    assert!(
        well && said.contains("is the first bad commit") && said.contains("step 6"),
        "{said}"
    );
    let step = |state: &str, by: &str| sandbox.run(&["bisect", "--step", state, "--by", by]);
    assert_eq!(step("tiny@5", COMMAND).code, 0);
    assert_eq!(step("tiny@6", COMMAND).code, 1);
    assert_eq!(step("tiny@4", COMMAND).code, 125);
    // What could not be asked is never bad.
    for (state, by) in [
        ("nowhere", "build"),
        ("tiny@6", "nothing"),
        ("tiny@6", "cmd:kill -9 $$"),
        ("tiny@6", "cmd:exit 200"),
    ] {
        let ran = step(state, by);
        assert_eq!(ran.code, 128, "{ran:#?}");
        assert!(ran.stderr.contains("error: "), "{ran:#?}");
    }
    let ran = sandbox.run(&[
        "bisect",
        "--step",
        "tiny",
        "--by",
        "build",
        "--no-such-option",
    ]);
    assert_eq!(ran.code, 128);
}

#[test]
fn kernels_are_searched_in_the_order_given() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    let mut names = vec![String::from("tiny")];
    for k in 1..=4 {
        let other = sandbox.path(&format!("tiny-{k}"));
        copy(&tree, &other);
        if k >= 3 {
            std::fs::write(
                other.join("mm/a.c"),
                "int boats(int wind)\n{\n\treturn wind - 1;\n}\n",
            )
            .unwrap();
        }
        let ran = sandbox.run(&["kernel", "add", &format!("k{k}"), other.to_str().unwrap()]);
        assert_eq!(ran.code, 0, "{ran:#?}");
        names.push(format!("k{k}"));
    }
    let (ran, answers, found) = bisect(&sandbox, &[&names.join(","), "--by", COMMAND]);
    assert_eq!((ran.code, &found["culprit"]["name"]), (0, &"k3".into()));
    assert_eq!(
        (&found["what"], &found["good"]["name"]),
        (&"kernels".into(), &"k2".into())
    );
    assert_eq!(answers, ["4 bad", "0 good", "2 good", "3 bad"]);
    let two = sandbox.run(&["bisect", "tiny,none", "--by", "build"]);
    two.fails(2, "none is neither a registered kernel", "kernel list");
    let none = sandbox.run(&["bisect", "tiny", "--by", "build"]);
    none.fails(2, "tiny is neither SERIES@KERNEL", "kernel list");
    let by = sandbox.run(&["bisect", "tiny,k1", "--by", "luck"]);
    by.fails(2, "\"luck\" is no question", "audit:FUNCTION");
}

#[test]
fn verdicts_are_asked_of_series_and_commits() {
    let sandbox = Sandbox::new();
    let tree = sandbox.path("small");
    copy(Path::new(&small_tree()), &tree);
    let breaks = specimen("breaks-a-caller");
    let question = "audit:folio_is_mapped_in";
    let (ran, answers, found) = bisect(&sandbox, &[&format!("{breaks}@small"), "--by", question]);
    assert_eq!(answers, ["1 bad", "0 good"]);
    assert_eq!((ran.code, &found["culprit"]["state"]), (0, &1.into()));
    assert!(
        ran.stderr
            .contains("mm/lookup.c:15: unprepared, pte_young is reached"),
        "{ran:#?}"
    );
    // The same among commits that touch other things.
    let text = std::fs::read_to_string(tree.join("Makefile")).unwrap();
    let first = text.lines().next().unwrap().to_owned();
    let more = format!("{first}\n# more");
    repository(
        &tree,
        &[("Makefile", &first, &more), ("Makefile", &more, &first)],
    );
    let applied = sandbox.run(&[
        "apply",
        &breaks,
        "--on",
        "small",
        "-o",
        tree.to_str().unwrap(),
    ]);
    assert_eq!(applied.code, 0, "{applied:#?}");
    repository_goes_on(&tree, "break");
    std::fs::write(tree.join("Makefile"), text + "# end\n").unwrap();
    repository_goes_on(&tree, "end");
    let (ran, answers, found) = bisect(&sandbox, &["small@base..HEAD", "--by", question]);
    assert_eq!(
        (ran.code, &found["culprit"]["subject"]),
        (0, &"break".into()),
        "{ran:#?}"
    );
    assert_eq!(answers, ["4 bad", "0 good", "2 good known", "3 bad"]);
    // The second step took the first one back: it is the base again, and known.
    let (ran, _, found) = bisect(&sandbox, &["small@base..HEAD", "--by", "audit:nobody"]);
    assert_eq!((ran.code, &found["conclusion"]), (1, &"end-untold".into()));
    assert!(
        ran.stderr.contains("skip (there is no walk in nobody)"),
        "{ran:#?}"
    );
}

fn repository_goes_on(folder: &Path, message: &str) {
    let mut git = Command::new("git");
    git.current_dir(folder)
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]);
    assert!(
        git.args(["commit", "-qam", message])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn a_search_that_was_killed_goes_on() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let series = series(&sandbox, "eight", &STEPS);
    let state = format!("{series}@tiny");
    // The third question is not answered the first time that it is asked.
    let by = "cmd:echo asked >> $BUILD/asked; [ $(wc -l < $BUILD/asked) != 3 ] || sleep 300; ! grep -q 'wind - 3' mm/a.c";
    let asked = sandbox.path("workspace/build/tiny-cmd/build/asked");
    let count = || {
        std::fs::read_to_string(&asked)
            .unwrap_or_default()
            .lines()
            .count()
    };
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("pteward"))
        .args(["bisect", &state, "--by", by, "--workspace"])
        .arg(sandbox.path("workspace"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while count() < 3 {
        assert!(
            begun.elapsed() < Duration::from_secs(120),
            "it never came to the third question"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    // SIGKILL.
    child.kill().unwrap();
    child.wait().unwrap();
    let (ran, answers, found) = bisect(&sandbox, &[&state, "--by", by]);
    assert_eq!(
        answers,
        ["8 bad known", "0 good known", "4 good", "6 bad", "5 good"]
    );
    assert_eq!(
        (ran.code, &found["culprit"]["state"], &found["known"]),
        (0, &6.into(), &2.into())
    );
    assert_eq!(
        count(),
        6,
        "three before, of which one was lost, and three after"
    );
}
