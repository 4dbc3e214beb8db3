//! What holds for any texts and any diffs.

use super::make::{after, apply, diff, hunks};
use crate::diff::{FileChange, FileDiff, Hunk, IndexIds, Line, LineKind};
use crate::tree::apply::{After, apply_file};
use crate::tree::{Grade, Proof};
use proptest::prelude::*;

/// A file over few different lines, so that places repeat; the last line may lack its end.
fn text() -> impl Strategy<Value = String> {
    (
        prop::collection::vec("[ab{}]|\tx;|if \\(y\\)|f\\(\\)|", 0..40),
        any::<bool>(),
    )
        .prop_map(|(lines, ends)| {
            let mut text = lines.join("\n");
            if ends && !text.is_empty() {
                text.push('\n');
            }
            text
        })
}

fn line() -> impl Strategy<Value = Line> {
    let kind = prop_oneof![
        Just(LineKind::Context),
        Just(LineKind::Removed),
        Just(LineKind::Added)
    ];
    (
        kind,
        "[ab{}]|\tx;|f\\(\\)|\n|\r",
        prop::bool::weighted(0.95),
    )
        .prop_map(|(kind, text, newline)| Line {
            kind,
            text: text.into_bytes(),
            newline,
        })
}

fn any_hunk() -> impl Strategy<Value = Hunk> {
    let start = prop_oneof![0..50_u32, Just(u32::MAX)];
    (
        start.clone(),
        start,
        "|f\\(\\)|a",
        prop::collection::vec(line(), 0..10),
        prop::bool::weighted(0.9),
    )
        .prop_map(|(old_start, new_start, section, lines, honest)| {
            let mut hunk = Hunk {
                old_start,
                old_count: 3,
                new_start,
                new_count: u32::MAX,
                section,
                lines,
            };
            if honest {
                (hunk.old_count, hunk.new_count) = hunk.counted();
            }
            hunk
        })
}

fn any_diff() -> impl Strategy<Value = FileDiff> {
    let change = prop::sample::select(vec![
        FileChange::Modified,
        FileChange::Added,
        FileChange::Deleted,
        FileChange::Renamed,
        FileChange::Copied,
    ]);
    (
        change,
        prop::collection::vec(any_hunk(), 0..4),
        any::<bool>(),
        prop::option::of("[0-9a-f]{0,12}"),
    )
        .prop_map(|(change, hunks, binary, id)| FileDiff {
            change,
            old_path: "a.c".into(),
            new_path: "a.c".into(),
            old_mode: None,
            new_mode: None,
            index: id.map(|id| IndexIds {
                old: id.clone(),
                new: id,
            }),
            binary: binary && hunks.is_empty(),
            binary_patch: None,
            hunks,
        })
}

proptest! {
    #[test]
    fn a_diff_gives_its_new_file_and_reversed_its_old(old in text(), new in text(), context in 0..4_usize) {
        prop_assume!(old != new);
        let patch = FileDiff { hunks: hunks(&old, &new, context), ..diff("a.c", &old, &new) };
        let there = apply(&old, &patch);
        prop_assert_eq!(after(&old, &there), new.clone());
        prop_assert_eq!(there.outcome.proof, Proof::Proved);
        let back = apply(&new, &patch.reversed());
        prop_assert_eq!(after(&new, &back), old.clone());
        prop_assert_eq!(back.outcome.proof, Proof::Proved);
        let again = apply(&new, &patch);
        prop_assert!(again.outcome.already_there);
    }

    #[test]
    fn without_ids_an_exact_file_gives_the_same(old in text(), new in text()) {
        prop_assume!(old != new);
        let patch = FileDiff { index: None, ..diff("a.c", &old, &new) };
        let result = apply(&old, &patch);
        // Repeating lines can speak for another place; then the outcome says so, and never "consistent".
        prop_assert!(after(&old, &result) == new || result.outcome.proof != Proof::Proved);
    }

    #[test]
    fn no_diff_panics_and_every_hunk_is_answered(tree in text(), patch in any_diff(), blob in prop::option::of(text())) {
        let result = apply_file(Some((tree.as_bytes(), false)), &patch, &|_| blob.clone().map(String::into_bytes));
        prop_assert_eq!(result.outcome.hunks.len(), patch.hunks.len());
        for hunk in &result.outcome.hunks {
            prop_assert_eq!(hunk.grade == Grade::Conflict, hunk.new_line == 0 && !hunk.reason.is_empty());
        }
        let in_now = |grade: Grade| !matches!(grade, Grade::Conflict | Grade::AlreadyThere);
        if !result.outcome.hunks.iter().any(|hunk| in_now(hunk.grade)) {
            let moves = matches!(patch.change, FileChange::Renamed | FileChange::Copied);
            prop_assert!(result.after == After::Same || patch.hunks.is_empty() || moves);
        }
        apply_file(None, &patch, &|_| None);
    }

    #[test]
    fn an_insertion_elsewhere_only_shifts(old in text(), new in text(), lines in 1..5_usize) {
        prop_assume!(old != new && !old.is_empty());
        // Unlike lines above, so that nothing there can match.
        let above: String = (0..lines).map(|at| format!("unlike {at}\n")).collect();
        let patch = FileDiff { index: None, ..diff("a.c", &old, &new) };
        let tree = format!("{above}{old}");
        let result = apply(&tree, &patch);
        let got = after(&tree, &result);
        let clean = result.outcome.hunks.iter().all(|hunk| hunk.grade == Grade::Offset && hunk.offset == lines as i64);
        let wanted = above + &new;
        prop_assert!(!clean || got == wanted);
    }
}
