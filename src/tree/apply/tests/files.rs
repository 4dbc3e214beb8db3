//! What happens to whole files: added, deleted, renamed, modes, refusals.

use super::make::{Memory, after, apply, bare, diff};
use crate::diff::{FileChange, FileDiff, IndexIds};
use crate::tree::apply::{After, PatchInput, apply_file, apply_series};
use crate::tree::source::{Node, Source};
use crate::tree::{Grade, PatchVerdict, Proof};
use std::sync::Arc;

const ZERO: &str = "0000000000000000000000000000000000000000";

fn added(path: &str, text: &str) -> FileDiff {
    let mut diff = diff(path, "", text);
    diff.change = FileChange::Added;
    diff.new_mode = Some(0o100_644);
    diff.index.as_mut().unwrap().old = ZERO.to_owned();
    diff
}

fn deleted(path: &str, text: &str) -> FileDiff {
    let mut diff = diff(path, text, "");
    diff.change = FileChange::Deleted;
    diff.old_mode = Some(0o100_644);
    diff.index.as_mut().unwrap().new = ZERO.to_owned();
    diff
}

fn renamed(from: &str, to: &str, old: &str, new: &str) -> FileDiff {
    let mut diff = diff(to, old, new);
    diff.change = FileChange::Renamed;
    diff.old_path = from.to_owned();
    if old == new {
        diff.index = None;
    }
    diff
}

/// Applies one patch to a small tree: its verdict, its proof, its first refusal, and the files after it.
fn run(
    tree: Memory,
    files: &[FileDiff],
) -> (PatchVerdict, Proof, String, Vec<(String, Option<String>)>) {
    let base: Arc<dyn Source> = Arc::new(tree);
    let applied = apply_series(
        &base,
        &[PatchInput {
            number: 1,
            subject: "one",
            files,
        }],
        &[],
    )
    .unwrap();
    let outcome = &applied.outcomes[0];
    let refusal = outcome
        .files
        .iter()
        .map(|file| file.refusal.clone())
        .find(|refusal| !refusal.is_empty());
    let text = |file: &Option<(Arc<[u8]>, bool)>| {
        file.as_ref()
            .map(|(bytes, _)| String::from_utf8(bytes.to_vec()).unwrap())
    };
    let changed = applied.states[1]
        .iter()
        .map(|(path, file)| (path.clone(), text(file)))
        .collect();
    assert!(applied.states[0].is_empty());
    (
        outcome.verdict,
        outcome.proof,
        refusal.unwrap_or_default(),
        changed,
    )
}

fn some(path: &str, text: &str) -> (String, Option<String>) {
    (path.to_owned(), Some(text.to_owned()))
}

fn none(path: &str) -> (String, Option<String>) {
    (path.to_owned(), None)
}

#[test]
fn files_come() {
    let (verdict, proof, _, changed) = run(Memory::new(&[]), &[added("mm/new.c", "int a;\n")]);
    assert_eq!(
        (verdict, proof, changed),
        (
            PatchVerdict::Applied,
            Proof::Proved,
            vec![some("mm/new.c", "int a;\n")]
        )
    );
    let (verdict, proof, _, changed) = run(
        Memory::new(&[("mm/new.c", "int a;\n")]),
        &[added("mm/new.c", "int a;\n")],
    );
    assert_eq!(
        (verdict, proof, changed),
        (PatchVerdict::AlreadyThere, Proof::Proved, vec![])
    );
    let (verdict, _, refusal, changed) = run(
        Memory::new(&[("mm/new.c", "int b;\n")]),
        &[added("mm/new.c", "int a;\n")],
    );
    assert_eq!(
        (verdict, refusal.as_str(), changed),
        (
            PatchVerdict::Conflict,
            "the file exists already, with other content",
            vec![]
        )
    );
    let (verdict, proof, _, changed) = run(Memory::new(&[]), &[added("empty", "")]);
    assert_eq!(
        (verdict, proof, changed),
        (
            PatchVerdict::Applied,
            Proof::Proved,
            vec![some("empty", "")]
        )
    );
    let mut damaged = added("mm/new.c", "int a;\n");
    damaged.hunks[0].lines[0].text = b"int  a;".to_vec();
    assert_eq!(run(Memory::new(&[]), &[damaged]).1, Proof::Failed);
    let mut script = added("scripts/x", "#!\n");
    script.new_mode = Some(0o100_755);
    assert!(matches!(
        apply_file(None, &script, &|_| None).after,
        After::Written {
            executable: true,
            ..
        }
    ));
}

#[test]
fn files_go() {
    let tree = || Memory::new(&[("old.c", "int a;\nint b;\n")]);
    let (verdict, proof, _, changed) = run(tree(), &[deleted("old.c", "int a;\nint b;\n")]);
    assert_eq!(
        (verdict, proof, changed),
        (PatchVerdict::Applied, Proof::Proved, vec![none("old.c")])
    );
    let (verdict, _, refusal, changed) = run(tree(), &[deleted("old.c", "int a;\n")]);
    assert_eq!(
        (verdict, refusal.as_str(), changed),
        (
            PatchVerdict::Conflict,
            "the file's content is not what the patch deletes",
            vec![]
        )
    );
    assert_eq!(
        run(Memory::new(&[]), &[deleted("old.c", "int a;\n")]).0,
        PatchVerdict::AlreadyThere
    );
    assert_eq!(
        run(Memory::new(&[("e", "")]), &[deleted("e", "")]).3,
        [none("e")]
    );
    let mut short = deleted("old.c", "int a;\nint b;\n");
    short.hunks.clear();
    assert_eq!(
        run(tree(), &[short]).1,
        Proof::Proved,
        "`git diff -D` shows no content, the id stands for it"
    );
}

#[test]
fn files_move() {
    let tree = || Memory::new(&[("a.c", "int a;\nint b;\n")]);
    let (verdict, proof, _, changed) = run(
        tree(),
        &[renamed(
            "a.c",
            "b.c",
            "int a;\nint b;\n",
            "int a;\nint b;\n",
        )],
    );
    assert_eq!((verdict, proof), (PatchVerdict::Applied, Proof::Intact));
    assert_eq!(changed, [none("a.c"), some("b.c", "int a;\nint b;\n")]);
    let (verdict, proof, _, changed) = run(
        tree(),
        &[renamed(
            "a.c",
            "b.c",
            "int a;\nint b;\n",
            "int a;\nint c;\n",
        )],
    );
    assert_eq!((verdict, proof), (PatchVerdict::Applied, Proof::Proved));
    assert_eq!(changed, [none("a.c"), some("b.c", "int a;\nint c;\n")]);
    let mut copied = renamed("a.c", "b.c", "int a;\nint b;\n", "int a;\nint c;\n");
    copied.change = FileChange::Copied;
    assert_eq!(
        run(tree(), &[copied.clone()]).3,
        [some("b.c", "int a;\nint c;\n")]
    );
    let there = || Memory::new(&[("a.c", "int a;\nint b;\n"), ("b.c", "int a;\nint c;\n")]);
    assert_eq!(run(there(), &[copied]).0, PatchVerdict::AlreadyThere);
    let (verdict, _, refusal, _) = run(
        there(),
        &[renamed(
            "a.c",
            "b.c",
            "int a;\nint b;\n",
            "int a;\nint c;\n",
        )],
    );
    assert_eq!(
        (verdict, refusal.as_str()),
        (PatchVerdict::Conflict, "the tree has a file b.c already")
    );
    let done = Memory::new(&[("b.c", "int a;\nint c;\n")]);
    assert_eq!(
        run(
            done,
            &[renamed(
                "a.c",
                "b.c",
                "int a;\nint b;\n",
                "int a;\nint c;\n"
            )]
        )
        .0,
        PatchVerdict::AlreadyThere
    );
    let (_, _, refusal, changed) = run(Memory::new(&[]), &[renamed("a.c", "b.c", "x\n", "x\n")]);
    assert_eq!(
        (refusal.as_str(), changed),
        ("the tree has no file a.c", vec![])
    );
    let (verdict, _, _, changed) = run(
        Memory::new(&[("a.c", "other\n")]),
        &[renamed(
            "a.c",
            "b.c",
            "int a;\nint b;\n",
            "int a;\nint c;\n",
        )],
    );
    assert_eq!(
        (verdict, changed),
        (PatchVerdict::Conflict, vec![]),
        "a file whose content does not fit stays where it is"
    );
}

#[test]
fn names_can_be_exchanged() {
    let tree = Memory::new(&[("a", "1\n"), ("b", "2\n")]);
    let (verdict, _, _, changed) = run(
        tree,
        &[
            renamed("a", "b", "1\n", "1\n"),
            renamed("b", "a", "2\n", "2\n"),
        ],
    );
    assert_eq!(
        (verdict, changed),
        (
            PatchVerdict::Applied,
            vec![some("a", "2\n"), some("b", "1\n")]
        )
    );
}

#[test]
fn modes_change_with_and_without_content() {
    let mode = |old, new| FileDiff {
        old_mode: Some(old),
        new_mode: Some(new),
        index: None,
        hunks: Vec::new(),
        ..diff("x", "a\n", "a\n")
    };
    let result = apply("a\n", &mode(0o100_644, 0o100_755));
    assert!(matches!(
        result.after,
        After::Written {
            executable: true,
            ..
        }
    ));
    assert_eq!(result.outcome.proof, Proof::Intact);
    assert!(
        apply("a\n", &mode(0o100_755, 0o100_644))
            .outcome
            .already_there
    );
    for link in [0o120_000, 0o160_000, 0o040_000] {
        let result = apply("a\n", &mode(0o100_644, link));
        assert!(result.outcome.refusal.starts_with("refused: "), "{link:o}");
        assert_eq!(result.after, After::Same);
    }
    let both = FileDiff {
        old_mode: Some(0o100_644),
        new_mode: Some(0o100_755),
        ..diff("x", "a\n", "b\n")
    };
    assert!(
        matches!(apply("a\n", &both).after, After::Written { executable: true, ref bytes } if bytes == b"b\n")
    );
    let again = apply("b\n", &both);
    assert!(
        !again.outcome.already_there
            && matches!(
                again.after,
                After::Written {
                    executable: true,
                    ..
                }
            )
    );
    assert_eq!(again.outcome.hunks[0].grade, Grade::AlreadyThere);
}

#[test]
fn binary_and_hollow_diffs_are_refused_with_words() {
    let binary = FileDiff {
        binary: true,
        binary_patch: None,
        hunks: Vec::new(),
        ..diff("logo.png", "a\n", "b\n")
    };
    let (verdict, proof, refusal, changed) = run(Memory::new(&[("logo.png", "a\n")]), &[binary]);
    assert_eq!(
        (verdict, proof, changed),
        (PatchVerdict::Conflict, Proof::Intact, vec![])
    );
    assert!(refusal.starts_with("refused: binary patches are not applied"));
    let hollow = FileDiff {
        hunks: Vec::new(),
        ..diff("x", "a\n", "b\n")
    };
    assert!(apply("a\n", &hollow).outcome.refusal.starts_with("damaged"));
}

#[test]
fn a_path_out_of_the_tree_refuses_the_whole_patch() {
    for path in ["../x", "/etc/x", ".git/hooks/x", "a/../../x"] {
        let good = diff("good.c", "a\n", "b\n");
        let (verdict, proof, refusal, changed) = run(
            Memory::new(&[("good.c", "a\n")]),
            &[good, added(path, "x\n")],
        );
        assert_eq!(
            (verdict, proof, changed),
            (PatchVerdict::Conflict, Proof::Intact, vec![]),
            "{path}"
        );
        assert!(refusal.contains("refused: the path"), "{refusal}");
        assert!(
            apply_file(None, &added(path, "x\n"), &|_| None)
                .outcome
                .refusal
                .starts_with("refused: the path")
        );
    }
}

#[test]
fn links_and_folders_in_the_way_are_refused() {
    let mut tree = Memory::new(&[("dir/x.c", "a\n"), ("file", "a\n")]);
    tree.nodes.insert("link".to_owned(), Node::Symlink);
    let base: Arc<dyn Source> = Arc::new(tree);
    let cases = [
        ("link", "refused: link is a symbolic link"),
        ("link/x.c", "refused: link is a symbolic link"),
        ("link/deep/x.c", "refused: link is a symbolic link"),
        ("dir", "refused: dir is a folder"),
        ("file/x.c", "refused: file is a file, not a folder"),
    ];
    for (path, words) in cases {
        for files in [
            [added(path, "x\n")],
            [diff(path, "a\n", "b\n")],
            [deleted(path, "a\n")],
        ] {
            let applied = apply_series(
                &base,
                &[PatchInput {
                    number: 1,
                    subject: "",
                    files: &files,
                }],
                &[],
            )
            .unwrap();
            assert_eq!(applied.outcomes[0].files[0].refusal, words);
            assert!(applied.states[1].is_empty());
        }
    }
}

#[test]
fn short_and_odd_ids_prove_nothing() {
    let mut patch = diff("x", "a\n", "b\n");
    patch.index = Some(IndexIds {
        old: "12".to_owned(),
        new: "ab".to_owned(),
    });
    assert_eq!(apply("a\n", &patch).outcome.proof, Proof::Intact);
    patch.index = Some(IndexIds {
        old: String::new(),
        new: "not hex at all".to_owned(),
    });
    assert_eq!(apply("a\n", &patch).outcome.proof, Proof::Intact);
    assert_eq!(after("a\n", &apply("a\n", &bare("a\n", "b\n"))), "b\n");
}

#[test]
fn a_file_cannot_be_a_folder_that_the_patch_makes() {
    for files in [
        [added("x", "1\n"), added("x/y", "2\n")],
        [added("x/y", "2\n"), added("x", "1\n")],
    ] {
        let (verdict, _, refusal, changed) = run(Memory::new(&[]), &files);
        assert_eq!((verdict, changed.len()), (PatchVerdict::Partly, 1));
        assert!(refusal.starts_with("refused: x is a f"), "{refusal}");
    }
}

#[test]
fn a_mode_that_changes_over_content_that_is_there_is_applied() {
    let both = FileDiff {
        old_mode: Some(0o100_644),
        new_mode: Some(0o100_755),
        ..diff("x", "a\n", "b\n")
    };
    let (verdict, _, _, changed) = run(Memory::new(&[("x", "b\n")]), &[both]);
    assert_eq!(
        (verdict, changed),
        (PatchVerdict::Applied, vec![some("x", "b\n")])
    );
}
