//! `pteward test`: guests played by a shell through the whole program, and a real kernel in a real QEMU.

use crate::builds::real::{alone, built_kernel, pteward};
use crate::sandbox::{Ran, Sandbox};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Plays QEMU: reads the nonce out of the initramfs, then does what the image says.
const QEMU: &str = "#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -initrd) initrd=$2 ;; -kernel) image=$2 ;; esac; shift; done
F=\"#$(zcat \"$initrd\" | tr '\\0' '\\n' | grep -aE -m1 '^[0-9a-f]{32}$')\"
. \"$image\"
";

/// A guest that runs the one program of the suite, which says what stands in the middle.
fn guest(said: &str) -> String {
    format!(
        "echo '[ 0.1] up'; {{ echo \"$F hello\"; echo \"$F begin 0\"; echo '|1..2'; {said}; echo \"$F end 0 exit 0\"; echo \"$F done\"; }} >&2; sleep 30\n"
    )
}

/// A kernel that has a test and headers, and nothing else; what plays QEMU; images.
fn set_up() -> Option<Sandbox> {
    if pteward::base::process::find("bwrap").is_none() {
        println!("skipped: no bwrap");
        return None;
    }
    let sandbox = Sandbox::new();
    let make = "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\nEXTRAVERSION =\nheaders:\n\t@mkdir -p $(O)/usr/include\n";
    sandbox.file("linux/Makefile", make);
    sandbox.file("linux/Kconfig", "");
    sandbox.file("linux/mm/a.c", "int a;\n");
    let tests = "linux/tools/testing/selftests/mm";
    sandbox.file(
        &format!("{tests}/Makefile"),
        "$(OUTPUT)/hmm-tests: hmm-tests.c\n\tgcc -static -o $@ $<\n",
    );
    sandbox.file(
        &format!("{tests}/hmm-tests.c"),
        "int main(void) { return 0; }\n",
    );
    sandbox.file("one.patch", "From: A <a@example.org>\nSubject: [PATCH] mm: b\n\nText.\n\nSigned-off-by: A <a@example.org>\n---\n mm/a.c | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n--- a/mm/a.c\n+++ b/mm/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n");
    let qemu = sandbox.file("qemu", QEMU);
    std::fs::set_permissions(qemu, PermissionsExt::from_mode(0o755)).unwrap();
    sandbox.file("good", guest("echo '|ok 1 s.a' ; echo '|ok 2 s.b'"));
    sandbox.file(
        "bad",
        guest("echo '|ok 1 s.a # SKIP no'; echo '|not ok 2 s.b'"),
    );
    Some(sandbox)
}

fn test(sandbox: &Sandbox, state: &str, image: &str, more: &[&str]) -> Ran {
    let qemu = sandbox.path("qemu");
    let mut program = sandbox.program();
    program
        .env("PTEWARD_QEMU", qemu)
        .args(["test", state, "--json", "--image", image])
        .args(more);
    Ran::of(&mut program)
}

fn of<'l>(lines: &'l [Value], kind: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["type"] == kind).collect()
}

#[test]
fn a_state_is_compared_with_what_state_0_did() {
    let Some(sandbox) = set_up() else { return };
    let base = test(&sandbox, "linux", "good", &[]);
    assert_eq!(base.code, 0, "{base:#?}");
    let lines = base.lines();
    assert_eq!(of(&lines, "boot")[0]["outcome"], "finished");
    let names: Vec<&str> = of(&lines, "test")
        .iter()
        .map(|line| line["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["s.a", "s.b"]);
    let after = test(&sandbox, "one.patch@linux", "bad", &[]);
    assert_eq!(after.code, 1, "{after:#?}");
    let lines = after.lines();
    let change = |name: &str| {
        let line = of(&lines, "change")
            .into_iter()
            .find(|line| line["name"] == name)
            .unwrap();
        (
            line["before"].as_str().unwrap().to_owned(),
            line["after"].as_str().unwrap().to_owned(),
            line["change"].as_str().unwrap().to_owned(),
        )
    };
    assert_eq!(
        change("hmm: s.a"),
        ("pass".into(), "skip".into(), "unknown".into())
    );
    assert_eq!(
        change("hmm: s.b"),
        ("pass".into(), "fail".into(), "regressed".into())
    );
    let same = test(&sandbox, "one.patch@linux", "good", &["--repeat", "2"]);
    assert_eq!(same.code, 0, "{same:#?}");
    assert_eq!(of(&same.lines(), "boot").len(), 2);
    // What state 0 did says nothing of a kernel that somebody has changed since.
    sandbox.file("linux/mm/other.c", "int other;\n");
    let stale = test(&sandbox, "one.patch@linux", "bad", &[]);
    assert_eq!(stale.code, 0, "{stale:#?}");
    assert!(of(&stale.lines(), "change").is_empty(), "{stale:#?}");
}

#[test]
fn guests_that_do_not_come_to_their_end_exit_with_5() {
    let Some(sandbox) = set_up() else { return };
    sandbox.file(
        "panic",
        "echo 'Kernel panic - not syncing: No working init found.'\n",
    );
    sandbox.file("off", "echo up; echo \"$F hello\" >&2; exit 0\n");
    sandbox.file("hang", "echo up; echo \"$F hello\" >&2; sleep 60\n");
    for (image, outcome) in [("panic", "no-boot"), ("off", "lost"), ("hang", "hang")] {
        let ran = test(&sandbox, "linux", image, &["--silence", "1"]);
        assert_eq!(ran.code, 5, "{ran:#?}");
        let lines = ran.lines();
        assert_eq!(of(&lines, "boot")[0]["outcome"], outcome);
        assert!(
            of(&lines, "test").is_empty(),
            "what was not reached has no outcome"
        );
    }
    // A test that does not compile is missing, and the guest is asked all the same.
    sandbox.file(
        "linux/tools/testing/selftests/mm/hmm-tests.c",
        "int main(void) { return oops; }\n",
    );
    let ran = test(&sandbox, "linux", "good", &[]);
    let lines = ran.lines();
    let one = of(&lines, "test")[0];
    assert_eq!(one["outcome"], "missing", "{one}");
    assert!(one["reason"].as_str().unwrap().contains("oops"), "{one}");
}

#[test]
fn what_is_missing_is_said_with_advice() {
    let Some(sandbox) = set_up() else { return };
    test(&sandbox, "linux", "nowhere", &[]).fails(2, "there is no kernel image", "build it first");
    test(&sandbox, "linux", "good", &["--suite", "all"]).fails(
        2,
        "there is no suite all",
        "give hmm, mm, exclusive",
    );
    // A PATH with all that is needed but QEMU.
    let bin = sandbox.path("bin");
    std::fs::create_dir(&bin).unwrap();
    for name in [
        "bwrap", "gcc", "cc", "make", "sh", "env", "prlimit", "true", "as", "ld",
    ] {
        if let Some(path) = pteward::base::process::find(name) {
            std::os::unix::fs::symlink(path, bin.join(name)).unwrap();
        }
    }
    let mut program = sandbox.program();
    program
        .env("PATH", &bin)
        .args(["test", "linux", "--image", "good"]);
    Ran::of(&mut program).fails(
        69,
        "qemu-system-x86_64 is not on this machine",
        "apt-get install qemu-system-x86",
    );
}

/// Starts a test of a guest that hangs, and waits until it runs.
fn hanging(sandbox: &Sandbox) -> (Child, String) {
    sandbox.file("hang", "echo $$ > \"${image%/*}/id\"; echo up; sleep 300\n");
    let id = sandbox.path("id");
    std::fs::remove_file(&id).ok();
    let child = Command::new(assert_cmd::cargo::cargo_bin("pteward"))
        .args(["test", "linux", "--image", "hang", "--workspace"])
        .arg(sandbox.path("workspace"))
        .env("PTEWARD_QEMU", sandbox.path("qemu"))
        .current_dir(sandbox.path(""))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    (child, begun(&id))
}

/// Waits until a guest has written its process id into a file.
fn begun(id: &Path) -> String {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(id).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "the guest never began"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn lives(id: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    !stat.is_empty() && !stat.contains(") Z ")
}

fn signal(child: &Child, name: &str) {
    let done = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(done.success());
}

#[test]
fn no_guest_is_left_over() {
    let Some(sandbox) = set_up() else { return };
    let (mut child, id) = hanging(&sandbox);
    assert!(lives(&id));
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!lives(&id), "Ctrl-C left the guest");
    let (mut child, id) = hanging(&sandbox);
    signal(&child, "-KILL");
    child.wait().unwrap();
    // The next start cleans up.
    let ran = test(&sandbox, "linux", "good", &[]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(
        !lives(&id),
        "kill -9 left the guest, and so did the next start"
    );
}

#[test]
fn a_real_kernel_runs_its_hmm_tests() {
    for program in ["qemu-system-x86_64", "busybox"] {
        if pteward::base::process::find(program).is_none() {
            println!("skipped: no {program}");
            return;
        }
    }
    let _alone = alone();
    let Some(kernel) = built_kernel("6.12", "") else {
        return;
    };
    let ran = pteward(&[
        "test",
        "6.12",
        "--json",
        "--suite",
        "hmm",
        "--image",
        kernel.image.to_str().unwrap(),
    ]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let lines = ran.lines();
    let boot = of(&lines, "boot")[0];
    assert_eq!(boot["outcome"], "finished", "{boot:#}");
    assert!(Path::new(boot["console"].as_str().unwrap()).is_file());
    let tests = of(&lines, "test");
    assert_eq!(tests.len(), 58);
    let with = |outcome: &str| -> Vec<&str> {
        let found = tests.iter().filter(|line| line["outcome"] == outcome);
        found.map(|line| line["name"].as_str().unwrap()).collect()
    };
    let mut failing = with("fail");
    failing.sort_unstable();
    let own = "hmm.hmm_device_private.exclusive";
    assert_eq!(
        failing,
        [
            own.to_owned(),
            format!("{own}_cow"),
            format!("{own}_mprotect")
        ]
    );
    assert!(
        tests
            .iter()
            .filter(|line| line["outcome"] == "fail")
            .all(|line| line["reason"].as_str().unwrap().contains("(-16)"))
    );
    let skipped = with("skip");
    let coherent = tests
        .iter()
        .filter(|line| {
            line["name"]
                .as_str()
                .unwrap()
                .contains("hmm_device_coherent")
        })
        .count();
    assert!(
        coherent > 0
            && skipped
                .iter()
                .filter(|name| name.contains("hmm_device_coherent"))
                .count()
                == coherent
    );
    assert_eq!(with("pass").len() + failing.len() + skipped.len(), 58);
}
