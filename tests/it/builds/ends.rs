//! Builds that are ended: by a limit, by Ctrl-C, by a kill. Nobody is left running.

use super::{build, cannot_build, kernel, work};
use crate::sandbox::Sandbox;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A tree whose build sleeps for `seconds`, a number that no other process of this machine has.
fn sleeper(sandbox: &Sandbox, seconds: u32) {
    let rule = format!(
        "mm/a.c: sleeping\nsleeping:\n\t@touch $(O)/started; sleep {seconds} & setsid sleep {seconds}\n"
    );
    kernel(sandbox, &format!("{rule}$(O)/mm/a.o: sleeping\n"));
}

/// Counts the living processes that sleep for `seconds`.
fn sleepers(seconds: u32) -> usize {
    let wanted = format!("sleep\0{seconds}\0");
    let lines = std::fs::read_dir("/proc").unwrap().flatten();
    lines
        .filter(|entry| {
            let line = std::fs::read(entry.path().join("cmdline"));
            line.is_ok_and(|line| line == wanted.as_bytes())
        })
        .count()
}

/// Waits until `is` holds.
fn wait_for(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{what} has not come"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Starts a build of a sleeper and waits until it sleeps.
fn start(sandbox: &Sandbox, seconds: u32, arguments: &[&str]) -> Child {
    let program = assert_cmd::cargo::cargo_bin("pteward");
    let child = Command::new(program)
        .args(["build", "tiny", "-j4"])
        .args(arguments)
        .env("PTEWARD_WORKSPACE", sandbox.path("workspace"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for("the sleep", || sleepers(seconds) > 0);
    child
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(status.unwrap().success());
}

#[test]
fn time_is_limited() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    sleeper(&sandbox, 61_723);
    let begun = Instant::now();
    let (code, lines) = build(&sandbox, &["tiny", "--timeout", "3"]);
    assert_eq!(
        (code, lines[0]["outcome"].as_str().unwrap()),
        (4, "timeout")
    );
    assert_eq!(lines[0]["reason"], "not done after 3 s");
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert_eq!(sleepers(61_723), 0);
    let (_, lines) = build(&sandbox, &["tiny", "--timeout", "3", "--no-sandbox"]);
    assert_eq!(
        (
            lines[0]["outcome"].as_str().unwrap(),
            &lines[0]["sandboxed"]
        ),
        ("timeout", &false.into())
    );
    assert_eq!(
        sleepers(61_723),
        0,
        "who leaves the group is found by what it carries"
    );
}

#[test]
fn processes_are_limited() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let rule = "bomb:\n\t@i=0; while [ $$i -lt 3000 ]; do sleep 61727 & i=$$((i+1)); done; wait\n$(O)/mm/a.o: bomb\n";
    kernel(&sandbox, rule);
    let (code, lines) = build(&sandbox, &["tiny", "-j1", "--timeout", "60"]);
    let outcome = lines[0]["outcome"].as_str().unwrap();
    // The kernel refuses more of them where it can, else they are counted.
    assert!(
        code == 4 && ["limit", "failed"].contains(&outcome),
        "{lines:?}"
    );
    assert_eq!(sleepers(61_727), 0);
}

#[test]
fn ctrl_c_leaves_nobody() {
    if cannot_build() {
        return;
    }
    for (seconds, name, more) in [
        (61_731, "-INT", None),
        (61_733, "-TERM", Some("--no-sandbox")),
    ] {
        let sandbox = Sandbox::new();
        sleeper(&sandbox, seconds);
        let mut child = start(&sandbox, seconds, more.as_slice());
        signal(&child, name);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_eq!(sleepers(seconds), 0);
        let notes = std::fs::read_dir(work(&sandbox).join("running")).unwrap();
        assert_eq!(notes.count(), 0);
    }
}

#[test]
fn a_kill_leaves_nobody_for_long() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    sleeper(&sandbox, 61_741);
    let mut child = start(&sandbox, 61_741, &[]);
    signal(&child, "-KILL");
    child.wait().unwrap();
    wait_for("the end of the sandbox", || sleepers(61_741) == 0);
    // The next build finds what was half done, and goes on.
    std::fs::write(sandbox.path("tiny/extra.mk"), "").unwrap();
    let (code, lines) = build(&sandbox, &["tiny"]);
    assert_eq!((code, lines[0]["outcome"].as_str().unwrap()), (0, "built"));

    // Without a sandbox they live on, until the next start.
    let sandbox = Sandbox::new();
    sleeper(&sandbox, 61_743);
    let mut child = start(&sandbox, 61_743, &["--no-sandbox"]);
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert!(sleepers(61_743) > 0, "this is what the notes are for");
    std::fs::write(sandbox.path("tiny/extra.mk"), "").unwrap();
    let (code, _) = build(&sandbox, &["tiny"]);
    assert_eq!((code, sleepers(61_743)), (0, 0));
}

#[test]
fn one_folder_one_builder() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    sleeper(&sandbox, 61_747);
    let mut child = start(&sandbox, 61_747, &[]);
    sandbox
        .run(&["build", "tiny"])
        .fails(69, "another pteward builds", "when it is done");
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
