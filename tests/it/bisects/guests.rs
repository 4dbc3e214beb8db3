//! Questions to guests, which a shell plays: what they say hangs on what stands in the image.

use super::bisect;
use crate::builds::{cannot_build, kernel, series};
use crate::sandbox::Sandbox;
use std::os::unix::fs::PermissionsExt;

/// Plays QEMU. `one` fails from the word `rocks` on, `two` is skipped; the word `ice` is a complaint of the kernel, `storm` its end.
const QEMU: &str = r##"#!/bin/sh
while [ $# -gt 0 ]; do case $1 in -initrd) initrd=$2 ;; -kernel) image=$2 ;; esac; shift; done
F="#$(zcat "$initrd" | tr '\0' '\n' | grep -aE -m1 '^[0-9a-f]{32}$')"
has() { grep -aq "$1" "$image"; }
echo '[ 0.1] up'
echo "$F hello" >&2
if has storm-ahead; then echo 'Kernel panic - not syncing: storm'; sleep 30; fi
if has ice-ahead; then echo '[ 0.2] BUG: Bad page state in process hull  pfn:00001'; fi
if zcat "$initrd" | grep -aq hmm-tests; then
	{ echo "$F begin 0"; echo '|1..2'
	if has rocks-ahead; then echo '|not ok 1 s.one'; else echo '|ok 1 s.one'; fi
	echo '|ok 2 s.two # SKIP no sails'
	echo "$F end 0 exit 0"; } >&2
fi
echo "$F done" >&2
sleep 30
"##;

fn set_up() -> Option<(Sandbox, String)> {
    if cannot_build() {
        return None;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "headers:\n\t@mkdir -p $(O)/usr/include\n");
    let tests = "tiny/tools/testing/selftests/mm";
    sandbox.file(
        &format!("{tests}/Makefile"),
        "$(OUTPUT)/hmm-tests: hmm-tests.c\n\tgcc -static -o $@ $<\n",
    );
    sandbox.file(
        &format!("{tests}/hmm-tests.c"),
        "int main(void) { return 0; }\n",
    );
    let qemu = sandbox.file("qemu", QEMU);
    std::fs::set_permissions(qemu, PermissionsExt::from_mode(0o755)).unwrap();
    let before = "int sails(int wind)\n";
    let word = |word: &str| format!("const char *sign = \"{word}-ahead\";\n{before}");
    let (rocks, ice, storm) = (word("rocks"), word("ice-ahead rocks"), word("storm"));
    let path = series(
        &sandbox,
        "guests",
        &[
            ("mm/a.c", "wind + 1", "wind + 2"),
            ("mm/b.c", before, &rocks),
            ("mm/a.c", "wind + 2", "wynd + 3"),
            ("mm/a.c", "wynd + 3", "wind + 3"),
            ("mm/b.c", &rocks, &ice),
            ("mm/b.c", &ice, &storm),
        ],
    );
    Some((sandbox, format!("{path}@tiny")))
}

fn ask(sandbox: &Sandbox, state: &str, by: &str) -> (i32, Vec<String>, String) {
    let qemu = sandbox.path("qemu");
    let qemu = qemu.to_str().unwrap();
    let (ran, answers, found) = bisect(
        sandbox,
        &[state, "--by", by, "--qemu", qemu, "--silence", "3"],
    );
    let culprit = found["culprit"]["state"].to_string();
    (ran.code, answers, culprit)
}

#[test]
fn guests_are_asked_for_boots_tests_and_symptoms() {
    let Some((sandbox, state)) = set_up() else {
        return;
    };
    let (code, answers, culprit) = ask(&sandbox, &state, "boot");
    assert_eq!((code, culprit.as_str()), (0, "6"), "{answers:?}");
    assert_eq!(
        answers,
        ["6 bad", "0 good", "3 skip", "2 good", "4 good", "5 good"]
    );
    let upto = format!("{state}:0..5");
    for name in ["test:s.one", "test:hmm: s.one"] {
        let (code, answers, culprit) = ask(&sandbox, &upto, name);
        assert_eq!((code, culprit.as_str()), (0, "2"), "{answers:?}");
        assert_eq!(answers, ["5 bad", "0 good", "2 bad", "1 good"]);
    }
    let title = "symptom:BUG: Bad page state";
    let (code, answers, culprit) = ask(&sandbox, &upto, title);
    assert_eq!((code, culprit.as_str()), (0, "5"), "{answers:?}");
    assert_eq!(answers, ["5 bad", "0 good", "2 good", "3 skip", "4 good"]);
    // A skip is no pass, no test is no pass, and a guest that died does not have what it did not say.
    for (by, end) in [
        ("test:s.two", &upto),
        ("test:s.none", &upto),
        (title, &state),
        ("test:s.one", &state),
    ] {
        let (code, answers, culprit) = ask(&sandbox, end, by);
        assert_eq!((code, culprit.as_str()), (1, "null"), "{by} {answers:?}");
        assert_eq!(answers.len(), 1);
        assert!(answers[0].ends_with("skip"), "{by} {answers:?}");
    }
}
