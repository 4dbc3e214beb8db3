//! One test a grade and a trap, on invented C.

use super::make::{after, apply, bare, diff, grades, hunks, one};
use crate::base::hash::blob_id;
use crate::diff::{FileDiff, LineKind};
use crate::tree::apply::apply_file;
use crate::tree::{Grade, Proof};

const HERD: &str = "\
#include <barn.h>

static int herd_open(struct herd *h)
{
\th->gate = GATE_OPEN;
\th->count = 0;
\th->bell = ring();
\treturn 0;
}

static int herd_move(struct herd *h, int from, int to)
{
\tint cow;

\tfor (cow = from; cow < to; cow++)
\t\tstep(h, cow);
\th->moved = true;
\treturn to - from;
}

static void herd_close(struct herd *h)
{
\th->gate = GATE_SHUT;
\th->bell = 0;
}
";

fn moved() -> String {
    HERD.replace(
        "\t\tstep(h, cow);\n",
        "\t\tif (cow_awake(h, cow))\n\t\t\tstep(h, cow);\n",
    )
}

#[test]
fn exact_with_both_ids_is_proved() {
    let new = moved();
    let result = apply(HERD, &diff("herd.c", HERD, &new));
    assert_eq!(grades(&result), [Grade::Exact]);
    assert_eq!(after(HERD, &result), new);
    assert_eq!(result.outcome.proof, Proof::Proved);
    assert_eq!(
        result.outcome.reason,
        "pre-image and result have the posted blob ids"
    );
    assert_eq!(
        result.outcome.hunks[0].new_line,
        result.outcome.hunks[0].old_start
    );
}

#[test]
fn exact_without_ids_is_consistent() {
    let result = apply(HERD, &bare(HERD, &moved()));
    assert_eq!(grades(&result), [Grade::Exact]);
    assert_eq!(result.outcome.proof, Proof::Intact);
}

#[test]
fn a_changed_patch_on_its_own_preimage_is_damage() {
    let mut changed = diff("herd.c", HERD, &moved());
    let added = changed.hunks[0]
        .lines
        .iter_mut()
        .find(|line| line.kind == LineKind::Added)
        .unwrap();
    added.text.push(b' ');
    let result = apply(HERD, &changed);
    assert_eq!(grades(&result), [Grade::Exact]);
    assert_eq!(result.outcome.proof, Proof::Failed);
    assert!(
        result.outcome.reason.contains("changed after it was made"),
        "{}",
        result.outcome.reason
    );
}

#[test]
fn offset_is_counted_and_lines_named() {
    let tree = format!("/* a */\n/* b */\n{HERD}");
    let (hunk, after) = one(&tree, &bare(HERD, &moved()));
    assert_eq!((hunk.grade, hunk.offset), (Grade::Offset, 2));
    assert_eq!(hunk.reason, "found 2 lines below the posted line");
    assert_eq!(after, format!("/* a */\n/* b */\n{}", moved()));
}

#[test]
fn of_sibling_functions_the_named_one_is_taken() {
    let body = "{\n\tlock(s);\n\tcount(s);\n\tunlock(s);\n\treturn 0;\n}\n\n";
    let old = format!(
        "int one(struct s *s)\n{body}int two(struct s *s)\n{body}int six(struct s *s)\n{body}"
    );
    let at = old.find("int two").unwrap();
    let new = format!(
        "{}{}",
        &old[..at],
        old[at..].replacen("\tcount(s);\n", "\tcount(s);\n\tcount(s);\n", 1)
    );
    let mut patch = bare(&old, &new);
    patch.hunks = hunks(&old, &new, 1);
    assert_eq!(patch.hunks[0].section, "int two(struct s *s)");
    // Five lines go above: the nearest match is in `one`, but the patch is for `two`.
    let tree = old.replacen(
        "int one",
        "/* 1 */\n/* 2 */\n/* 3 */\n/* 4 */\n/* 5 */\nint one",
        1,
    );
    let (hunk, after) = one(&tree, &patch);
    assert_eq!((hunk.grade, hunk.offset), (Grade::Offset, 5));
    assert!(hunk.reason.contains("the one in `two`"), "{}", hunk.reason);
    assert_eq!(after.matches("\tcount(s);\n\tcount(s);\n").count(), 1);
    assert!(
        after[after.find("int two").unwrap()..after.find("int six").unwrap()]
            .contains("\tcount(s);\n\tcount(s);\n")
    );
}

#[test]
fn no_hunk_lands_in_another_function_than_posted() {
    let body = "{\n\tlock(s);\n\tcount(s);\n\tunlock(s);\n\treturn 0;\n}\n\n";
    let old = format!("int one(struct s *s)\n{body}int two(struct s *s)\n{body}");
    let at = old.find("int two").unwrap();
    let new = format!(
        "{}{}",
        &old[..at],
        old[at..].replacen("\tcount(s);\n", "", 1)
    );
    let mut patch = bare(&old, &new);
    patch.hunks = hunks(&old, &new, 1);
    let tree = format!(
        "{}{}",
        &old[..at],
        old[at..].replacen("\tcount(s);\n", "\ttally(s);\n", 1)
    );
    let (hunk, after) = one(&tree, &patch);
    assert_eq!(hunk.grade, Grade::Conflict);
    assert_eq!(
        hunk.reason,
        "its lines stand in `one` at line 3, but it is for `two`"
    );
    assert_eq!(after, tree);
    assert!(
        hunk.found.contains(&"\ttally(s);".to_owned()),
        "{:?}",
        hunk.found
    );
    assert!(hunk.expected.contains(&"\tcount(s);".to_owned()));
}

#[test]
fn fuzz_names_the_lines_that_differ() {
    let tree = HERD
        .replace("\tint cow;\n\n", "\tint cow;\n\tcheck();\n")
        .replace("return to - from", "return 0");
    let (hunk, after) = one(&tree, &bare(HERD, &moved()));
    assert_eq!((hunk.grade, hunk.fuzz, hunk.offset), (Grade::Fuzz, 2, 0));
    assert!(
        hunk.reason.contains("line 14 is `check();`, not ``"),
        "{}",
        hunk.reason
    );
    assert!(after.contains(
        "\t\tif (cow_awake(h, cow))\n\t\t\tstep(h, cow);\n\th->moved = true;\n\treturn 0;\n"
    ));
}

#[test]
fn fuzz_never_drops_removed_lines() {
    let tree = HERD.replace("\t\tstep(h, cow);\n", "\t\tleap(h, cow);\n");
    let (hunk, after) = one(&tree, &bare(HERD, &moved()));
    assert_eq!(hunk.grade, Grade::Conflict);
    assert_eq!(after, tree);
    assert!(
        hunk.reason.contains("it expects `step(h, cow);`"),
        "{}",
        hunk.reason
    );
}

#[test]
fn white_space_alone_is_a_grade_of_its_own() {
    let tree = HERD.replace("\tint cow;", "        int cow;");
    let (hunk, after) = one(&tree, &bare(HERD, &moved()));
    assert_eq!(
        hunk.grade,
        Grade::Fuzz,
        "the line is outer context, which fuzz may drop"
    );
    assert!(after.contains("        int cow;"));
    let tree = HERD.replace("\t\tstep(h, cow);\n", "\t    step(h,  cow);\n");
    let (hunk, after) = one(&tree, &bare(HERD, &moved()));
    assert_eq!(hunk.grade, Grade::Whitespace);
    assert!(
        hunk.reason.contains("1 lines differ in white space"),
        "{}",
        hunk.reason
    );
    assert!(
        after.contains("\t\t\tstep(h, cow);\n"),
        "added lines go in as posted"
    );
}

#[test]
fn a_diff_that_lost_its_carriage_returns_is_whitespace_and_says_so() {
    let dos = HERD.replace('\n', "\r\n");
    let (hunk, after) = one(&dos, &bare(HERD, &moved()));
    assert_eq!(hunk.grade, Grade::Whitespace);
    assert!(hunk.reason.contains("carriage returns"), "{}", hunk.reason);
    assert!(after.contains("\tint cow;\r\n") && after.contains("\t\t\tstep(h, cow);\n"));
    let result = apply(&dos, &diff("herd.c", &dos, &moved().replace('\n', "\r\n")));
    assert_eq!(
        (grades(&result), result.outcome.proof),
        (vec![Grade::Exact], Proof::Proved)
    );
}

#[test]
fn a_byte_order_mark_counts_as_a_byte() {
    let old = "int a;\nint b;\nint c;\nint d;\n";
    let new = "int a;\nint x;\nint b;\nint c;\nint d;\n";
    let marked = format!("\u{feff}{old}");
    let (hunk, after) = one(&marked, &bare(old, new));
    assert_eq!(hunk.grade, Grade::Whitespace);
    assert_eq!(after, format!("\u{feff}{new}"));
    let result = apply(&marked, &diff("herd.c", &marked, &format!("\u{feff}{new}")));
    assert_eq!(result.outcome.proof, Proof::Proved);
}

#[test]
fn what_is_there_is_not_applied_twice() {
    let new = moved();
    for patch in [bare(HERD, &new), diff("herd.c", HERD, &new)] {
        let (hunk, after) = one(&new, &patch);
        assert_eq!(hunk.grade, Grade::AlreadyThere);
        assert_eq!(after, new);
    }
    let result = apply(&new, &diff("herd.c", HERD, &new));
    assert!(result.outcome.already_there);
    assert_eq!(result.outcome.proof, Proof::Proved);
    let moved_on = format!("/* top */\n{new}");
    let (hunk, after) = one(&moved_on, &diff("herd.c", HERD, &new));
    assert_eq!(
        (hunk.grade, hunk.offset, after),
        (Grade::AlreadyThere, 1, moved_on.clone())
    );
}

#[test]
fn repeating_context_does_not_hide_what_is_there() {
    // After the patch, a forward match exists again one entry further down.
    let old = "t[] = {\n\tX,\n\tX,\n\tX,\n};\n";
    let new = "t[] = {\n\tX,\n\tX,\n\tX,\n\tX,\n};\n";
    let mut patch = bare(old, new);
    patch.hunks = hunks(old, new, 2);
    let (hunk, after) = one(new, &patch);
    assert_eq!(
        (hunk.grade, after.as_str()),
        (Grade::AlreadyThere, new),
        "{}",
        hunk.reason
    );
}

#[test]
fn an_insertion_that_stands_beside_changed_context_is_there() {
    let old = "int f(void)\n{\n\talpha();\n\tbeta();\n\tgamma();\n\tdelta();\n\tepsilon();\n}\n";
    let new = old.replace("\tgamma();\n", "\tgamma();\n\tinsert_me();\n");
    let tree = old.replace("\tbeta();\n", "\tinsert_me();\n\tbeta();\n");
    let (hunk, after) = one(&tree, &bare(old, &new));
    assert_eq!(hunk.grade, Grade::AlreadyThere, "{}", hunk.reason);
    assert_eq!(after, tree);
}

#[test]
fn a_later_exact_hunk_is_not_pushed_away() {
    let block = "\tlock();\n\twork();\n\tunlock();\n";
    let filler: String = (0..30).map(|at| format!("\tfiller({at});\n")).collect();
    let old = format!("{block}{filler}{block}{filler}");
    let new = old.replace("\twork();\n", "\twork();\n\tmore();\n");
    let patch = FileDiff {
        hunks: hunks(&old, &new, 1),
        ..bare(&old, &new)
    };
    assert_eq!(patch.hunks.len(), 2);
    // The first block is gone; its hunk must not take the second one's place.
    let tree = old.replacen("\twork();\n", "\tplay();\n", 1);
    let result = apply(&tree, &patch);
    assert_eq!(grades(&result), [Grade::Conflict, Grade::Exact]);
    assert!(
        result.outcome.hunks[0]
            .reason
            .contains("not above the hunk behind it"),
        "{}",
        result.outcome.hunks[0].reason
    );
    assert_eq!(after(&tree, &result).matches("\tmore();\n").count(), 1);
}

#[test]
fn earlier_hunks_that_are_in_shift_the_posted_line() {
    let filler: String = (0..20).map(|at| format!("\tfiller({at});\n")).collect();
    let old = format!("start();\n{filler}end();\n{filler}");
    let half = old.replacen("\tfiller(2);\n", "\tfiller(2);\n\tone();\n\ttwo();\n", 1);
    let new = half.replace("end();\n", "end();\n\tthree();\n");
    let result = apply(&half, &bare(&old, &new));
    assert_eq!(grades(&result)[0], Grade::AlreadyThere);
    assert_eq!(
        result.outcome.hunks.last().unwrap().grade,
        Grade::Exact,
        "{:?}",
        result.outcome.hunks
    );
    assert_eq!(after(&half, &result), new);
}

#[test]
fn three_way_merges_around_what_the_tree_changed() {
    let new = moved();
    let tree = HERD
        .replace("\th->moved = true;\n", "\th->moved = 1;\n")
        .replace("\tfor (cow = from;", "\tfor (cow = from + 1;");
    let patch = diff("herd.c", HERD, &new);
    let blind = apply(&tree, &patch);
    // Without the pre-image only words tell where it goes, and that is said.
    assert_eq!(
        grades(&blind),
        [Grade::WordMerge],
        "{:?}",
        blind.outcome.hunks[0].reason
    );
    assert!(!blind.outcome.hunks[0].found.is_empty());
    let find = |id: &str| {
        blob_id(HERD.as_bytes())
            .has_prefix(id)
            .then(|| HERD.as_bytes().to_vec())
    };
    let result = apply_file(Some((tree.as_bytes(), false)), &patch, &find);
    assert_eq!(
        grades(&result),
        [Grade::WordMerge],
        "changes that touch are a conflict for a merge of lines; their words do not touch"
    );
    assert!(after(&tree, &result).contains(
        "from + 1; cow < to; cow++)\n\t\tif (cow_awake(h, cow))\n\t\t\tstep(h, cow);\n\th->moved = 1;\n"
    ));

    let tree = HERD
        .replace("\treturn to - from;\n", "\treturn 7;\n")
        .replace("\tint cow;\n", "\tlong cow;\n")
        .replace("\n\tfor", "\tgo();\n\tfor");
    let result = apply_file(Some((tree.as_bytes(), false)), &patch, &find);
    assert_eq!(grades(&result), [Grade::ThreeWay]);
    assert!(after(&tree, &result).contains(
        "\t\tif (cow_awake(h, cow))\n\t\t\tstep(h, cow);\n\th->moved = true;\n\treturn 7;\n"
    ));
    assert_eq!(result.posted.as_deref(), Some(new.as_bytes()));
    assert_eq!(result.outcome.proof, Proof::Intact);

    let wrong = apply_file(Some((tree.as_bytes(), false)), &patch, &|_| {
        Some(b"other\n".to_vec())
    });
    assert_ne!(
        grades(&wrong),
        [Grade::ThreeWay],
        "a blob that has not the posted id is not a pre-image"
    );
}

#[test]
fn wrong_counts_conflict_and_the_rest_goes_in() {
    let filler: String = (0..20).map(|at| format!("\tfiller({at});\n")).collect();
    let old = format!("start();\n{filler}end();\n");
    let new = old
        .replace("start();\n", "begin();\n")
        .replace("end();\n", "finish();\n");
    let mut patch = bare(&old, &new);
    patch.hunks[0].old_count += 1;
    let result = apply(&old, &patch);
    assert_eq!(result.outcome.hunks[0].grade, Grade::Conflict);
    assert!(
        result.outcome.hunks[0]
            .reason
            .contains("its header says 5 old and 4 new lines, it holds 4 and 4"),
        "{}",
        result.outcome.hunks[0].reason
    );
    assert!(
        after(&old, &result).contains("finish();") && after(&old, &result).contains("start();")
    );
}

#[test]
fn the_last_line_feed_must_match_on_both_sides() {
    let (old, new) = ("a1b\nb1b\nc1c", "a1b\nb2b\nc1c");
    assert_eq!(
        apply(old, &diff("x", old, new)).outcome.proof,
        Proof::Proved
    );
    assert_eq!(
        apply("a1b\nb1b\nc1c\n", &bare(old, new)).outcome.hunks[0].grade,
        Grade::Fuzz,
        "the last line differs by its end"
    );
    assert_eq!(
        apply(
            "a1b\nb1b\nc1c\nd1d\n",
            &bare("a1b\nb1b\nc1c\n", "a1b\nb1b\nc1c")
        )
        .outcome
        .hunks[0]
            .grade,
        Grade::Conflict
    );
    for (old, new) in [
        ("a1b\nb1b", "a1b\nb1b\n"),
        ("a1b\nb1b\n", "a1b\nb1b"),
        ("a1b", "b1b"),
        ("a1b\n", "b1b"),
        ("", "x"),
        ("x", ""),
    ] {
        let result = apply(old, &diff("x", old, new));
        assert_eq!(
            (result.outcome.proof, after(old, &result).as_str()),
            (Proof::Proved, new),
            "{old:?}"
        );
    }
}

#[test]
fn a_hunk_without_context_needs_its_preimage() {
    let new = moved();
    let patch = FileDiff {
        hunks: hunks(HERD, &new, 0),
        ..diff("herd.c", HERD, &new)
    };
    assert_eq!(apply(HERD, &patch).outcome.proof, Proof::Proved);
    let insert = HERD.replace(
        "\th->moved = true;\n",
        "\th->moved = true;\n\tcount_moves(h);\n",
    );
    let patch = FileDiff {
        hunks: hunks(HERD, &insert, 0),
        ..bare(HERD, &insert)
    };
    let (hunk, _) = one(HERD, &patch);
    assert_eq!(hunk.grade, Grade::Conflict);
    assert!(hunk.reason.contains("no context line"), "{}", hunk.reason);
    assert_eq!(one(&insert, &patch).0.grade, Grade::AlreadyThere);
}

#[test]
fn a_hostile_file_costs_bounded_work() {
    let tree = "x();\n".repeat(60_000);
    let mut patch = bare(&tree, &format!("{tree}y();\n"));
    let hunk = patch.hunks.pop().unwrap();
    for at in 0..3_000_u32 {
        let mut hunk = hunk.clone();
        hunk.lines
            .iter_mut()
            .filter(|line| line.kind == LineKind::Context)
            .for_each(|line| line.text = b"x();".to_vec());
        hunk.lines[0].text = if at % 2 == 0 {
            b"x();".to_vec()
        } else {
            b"z();".to_vec()
        };
        hunk.old_start = 60_000 - at;
        patch.hunks.push(hunk);
    }
    let result = apply(&tree, &patch);
    assert_eq!(result.outcome.hunks.len(), 3_000);
}

#[test]
fn an_entry_that_repeats_its_context_is_not_added_again() {
    let entry = |name: &str| format!("\t}},\n\t{{\n\t\t.data = &card,\n\t\tMATCH({name}),\n");
    let old = format!(
        "t[] = {{\n\t{{\n\t\t.data = &card,\n\t\tMATCH(ant),\n{}\t}},\n}};\n",
        entry("bee")
    );
    let new = old.replacen(
        &entry("bee"),
        &format!("{}{}", entry("auk"), entry("bee")),
        1,
    );
    let patch = FileDiff {
        hunks: hunks(&old, &new, 3),
        ..bare(&old, &new)
    };
    let moved_on = new.replace("};\n", "};\nint more;\n");
    let (hunk, after) = one(&moved_on, &patch);
    assert_eq!(hunk.grade, Grade::AlreadyThere, "{hunk:?}");
    assert_eq!(after, moved_on);
    assert_eq!(one(&old, &patch).1, new);
}

#[test]
fn fuzz_does_not_add_beside_lines_that_the_hunk_adds() {
    let old = "int f(void)\n{\n\tone();\n\ttwo();\n\n\tfive();\n\tsix();\n\treturn 0;\n}\n";
    let new = old.replace("\ttwo();\n\n", "\ttwo();\n\n\tthree();\n\tfour();\n\n");
    // Half of it is in: GNU patch puts the other half in beside it, with three() twice.
    let tree = old.replace("\ttwo();\n\n", "\ttwo();\n\n\tthree();\n\n");
    let (hunk, after) = one(&tree, &bare(old, &new));
    assert_eq!(hunk.grade, Grade::Conflict, "{hunk:?}");
    assert!(
        hunk.reason.contains("part of it seems to be there already"),
        "{}",
        hunk.reason
    );
    assert_eq!(after, tree);
}

/// Functions that are alike but for their names, some blank lines below.
fn siblings(names: &[&str], above: usize) -> String {
    let one = |name: &&str| {
        format!(
            "static int herd_{name}(struct herd *h)\n{{\n\tint cow = first(h);\n\n\
             \tlook(h, cow);\n\tcount(h, cow);\n\treturn cow;\n}}\n\n"
        )
    };
    let all: String = names.iter().map(one).collect();
    format!("{}{all}", "/* Herds. */\n".repeat(above))
}

#[test]
fn where_the_function_is_gone_no_sibling_is_chosen_for_it() {
    let posted = siblings(&["brown", "spotted", "white"], 1);
    let new = {
        let at = posted.find("herd_spotted").unwrap();
        let (head, tail) = posted.split_at(at);
        format!(
            "{head}{}",
            tail.replacen("\tlook(h, cow);\n", "\tlook(h, cow);\n\tring(h, cow);\n", 1)
        )
    };
    let gone = siblings(&["brown", "grey", "white"], 4);
    let result = apply(&gone, &bare(&posted, &new));
    assert_eq!(grades(&result), [Grade::Conflict]);
    let reason = &result.outcome.hunks[0].reason;
    assert!(
        reason.contains("3 places") && reason.contains("herd_brown"),
        "{reason}"
    );
    // The other way round: what is gone from a sibling is not gone from the function.
    let bare_of = bare(&new, &posted);
    let result = apply(&gone, &bare_of);
    assert_eq!(
        grades(&result),
        [Grade::Conflict],
        "{:?}",
        result.outcome.hunks
    );
}
