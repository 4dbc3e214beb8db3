//! Patches one after the other: states, pre-images from the series itself, missing symbols.

use super::make::{Memory, bare, diff};
use crate::diff::{FileChange, FileDiff};
use crate::tree::apply::{Applied, PatchInput, apply_series};
use crate::tree::source::{Overlay, Source};
use crate::tree::{Grade, PatchVerdict, Proof};
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn run(base: &Arc<dyn Source>, patches: &[Vec<FileDiff>]) -> Applied {
    let inputs: Vec<PatchInput<'_>> = patches
        .iter()
        .zip(1..)
        .map(|(files, number)| PatchInput {
            number,
            subject: "a patch",
            files,
        })
        .collect();
    apply_series(base, &inputs, &[]).unwrap()
}

const BASE: &str = "int one(void)\n{\n\treturn 1;\n}\n\nint two(void)\n{\n\treturn 2;\n}\n";

#[test]
fn each_patch_sees_the_one_before() {
    let base: Arc<dyn Source> = Arc::new(Memory::new(&[("a.c", BASE)]));
    let first = BASE.replace("return 1", "return 11");
    let second = first.replace("return 11", "return 111");
    let applied = run(
        &base,
        &[
            vec![diff("a.c", BASE, &first)],
            vec![diff("a.c", &first, &second)],
        ],
    );
    assert!(
        applied
            .outcomes
            .iter()
            .all(|outcome| outcome.verdict == PatchVerdict::Applied
                && outcome.proof == Proof::Proved)
    );
    let at = |state: usize| {
        Overlay::new(Arc::clone(&base), Arc::clone(&applied.states[state]))
            .bytes("a.c")
            .unwrap()
            .unwrap()
    };
    assert_eq!(
        (at(0), at(1), at(2)),
        (BASE.into(), first.into_bytes(), second.into_bytes())
    );
}

#[test]
fn part_of_a_patch_is_partly_and_the_rest_is_named() {
    let base: Arc<dyn Source> = Arc::new(Memory::new(&[("a.c", BASE), ("b.c", "int b;\n")]));
    let good = bare(BASE, &BASE.replace("return 1", "return 11"));
    let good = FileDiff {
        old_path: "a.c".into(),
        new_path: "a.c".into(),
        ..good
    };
    let bad = FileDiff {
        old_path: "b.c".into(),
        new_path: "b.c".into(),
        ..bare("int z;\n", "int y;\n")
    };
    let applied = run(&base, &[vec![good, bad]]);
    assert_eq!(
        (applied.outcomes[0].verdict, applied.outcomes[0].proof),
        (PatchVerdict::Partly, Proof::Intact)
    );
    assert!(applied.states[1].contains_key("a.c") && !applied.states[1].contains_key("b.c"));
}

#[test]
fn an_empty_patch_is_not_applied() {
    let base: Arc<dyn Source> = Arc::new(Memory::new(&[]));
    let applied = run(&base, &[vec![]]);
    assert_eq!(
        (applied.outcomes[0].verdict, applied.outcomes[0].proof),
        (PatchVerdict::Conflict, Proof::Intact)
    );
}

#[test]
fn a_patch_can_touch_a_file_twice_and_make_what_it_changes() {
    let base: Arc<dyn Source> = Arc::new(Memory::new(&[]));
    let mut made = diff("n.c", "", "int a;\n");
    made.change = FileChange::Added;
    let applied = run(&base, &[vec![made, diff("n.c", "int a;\n", "int b;\n")]]);
    assert_eq!(applied.outcomes[0].verdict, PatchVerdict::Applied);
    assert_eq!(
        applied.states[1]["n.c"].as_ref().unwrap().0.as_ref(),
        b"int b;\n"
    );
}

#[test]
fn the_series_own_results_serve_as_preimages() {
    let long: String = (0..12).map(|at| format!("\tstep({at});\n")).collect();
    let posted0 = format!("int f(void)\n{{\n{long}}}\n");
    let posted1 = posted0.replace("\tstep(6);\n", "\tstep(6);\n\tnew_six();\n");
    let posted2 = posted1.replace("\tstep(7);\n", "\tstep(7);\n\tnew_seven();\n");
    // The tree has another line four below; three lines of context do not see it in patch 1, but patch 2's do.
    let tree = posted0
        .replace("\tstep(9);\n", "\tstep(9);\n\tlocal();\n")
        .replace("\tstep(8);\n", "\tstep(88);\n");
    let mut memory = Memory::new(&[("a.c", &tree)]);
    memory.blobs.push(posted0.clone().into_bytes());
    let base: Arc<dyn Source> = Arc::new(memory);
    let applied = run(
        &base,
        &[
            vec![diff("a.c", &posted0, &posted1)],
            vec![diff("a.c", &posted1, &posted2)],
        ],
    );
    let grade = |patch: usize| applied.outcomes[patch].files[0].hunks[0].grade;
    assert_eq!(grade(0), Grade::ThreeWay);
    assert_ne!(grade(1), Grade::AlreadyThere);
    let reason = &applied.outcomes[1].files[0].hunks[0].reason;
    assert!(!reason.is_empty());
}

#[test]
fn missing_symbols_are_named_once_for_the_whole_series() {
    let memory = Arc::new(Memory::new(&[
        ("mm/herd.c", BASE),
        (
            "include/herd.h",
            "int herd_known(void);\nint herd_knownish(void);\n/* herd_migrat */\n",
        ),
    ]));
    let base: Arc<dyn Source> = Arc::<Memory>::clone(&memory) as _;
    let old = "int one(void)\n{\n\tif (try_to_herd(flock))\n\t\treturn herd_known();\n}\n";
    let new = old.replace("herd_known()", "herd_new_call(HERD_MAX)");
    let patch = |path: &str| FileDiff {
        old_path: path.into(),
        new_path: path.into(),
        ..bare(old, &new)
    };
    let mut header = bare(
        "int herd_known(void);\n",
        "int herd_known(void);\nint herd_new_call(int max);\n",
    );
    (header.old_path, header.new_path) = ("include/herd.h".into(), "include/herd.h".into());
    let applied = run(
        &base,
        &[
            vec![patch("mm/herd.c")],
            vec![patch("mm/herd.c")],
            vec![header, patch("mm/herd.c")],
        ],
    );
    let hunk = |at: usize| applied.outcomes[at].files.last().unwrap().hunks[0].clone();
    assert_eq!(hunk(0).grade, Grade::Conflict);
    assert_eq!(
        hunk(0).missing_symbols,
        ["try_to_herd", "herd_new_call", "HERD_MAX"]
    );
    assert!(
        hunk(0)
            .reason
            .ends_with("needs a patch that introduces `try_to_herd`, `herd_new_call`, `HERD_MAX`"),
        "{}",
        hunk(0).reason
    );
    assert_eq!(
        hunk(2).missing_symbols,
        ["try_to_herd", "HERD_MAX"],
        "the series brings one itself"
    );
    assert_eq!(memory.visits.load(Ordering::Relaxed), 1);
}

#[test]
fn a_series_that_applies_reads_no_tree() {
    let memory = Arc::new(Memory::new(&[("a.c", BASE)]));
    let base: Arc<dyn Source> = Arc::<Memory>::clone(&memory) as _;
    run(
        &base,
        &[vec![diff(
            "a.c",
            BASE,
            &BASE.replace("return 1", "return 3"),
        )]],
    );
    assert_eq!(memory.visits.load(Ordering::Relaxed), 0);
}
