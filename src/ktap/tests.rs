//! The shapes that selftests and kernels print, and any shape at all.

use super::*;
use proptest::prelude::*;
use std::fmt::Write as _;

fn program(text: &str, ending: &Ending) -> Test {
    let mut parser = Parser::new();
    text.lines().for_each(|line| parser.line(line));
    parser.finish("program", ending)
}

fn rows(test: &Test) -> Vec<(String, &'static str, String)> {
    test.leaves()
        .into_iter()
        .map(|(name, test)| (name, test.outcome.word(), test.reason.clone()))
        .collect()
}

fn words(test: &Test) -> Vec<(String, &'static str)> {
    rows(test)
        .into_iter()
        .map(|(name, word, _)| (name, word))
        .collect()
}

#[test]
fn a_harness_tells_names_notes_and_skips() {
    let text = "\
TAP version 13
1..4
# Starting 4 tests from 2 test cases.
#  RUN           wash.cold ...
#            OK  wash.cold
ok 1 wash.cold
#  RUN           wash.warm ...
# wash-tests.c:12:warm:Expected ret (-16) == 0 (0)
# warm: Test terminated by assertion
#          FAIL  wash.warm
not ok 2 wash.warm
#  RUN           wash.hot ...
#      SKIP      no hot water
ok 3 # SKIP no hot water
#  RUN           wash.dry ...
# dry: Test terminated unexpectedly by signal 11
#          FAIL  wash.dry
not ok 4 wash.dry
# FAILED: 2 / 4 tests passed.
# Totals: pass:1 fail:2 xfail:0 xpass:0 skip:1 error:0
";
    let test = program(text, &Ending::Exit(1));
    assert_eq!(
        (test.outcome, test.reason.as_str()),
        (Outcome::Fail, "2 of 4 tests are not well")
    );
    let rows = rows(&test);
    let names: Vec<(&str, &str)> = rows
        .iter()
        .map(|(name, word, _)| (name.as_str(), *word))
        .collect();
    assert_eq!(
        names,
        [
            ("wash.cold", "pass"),
            ("wash.warm", "fail"),
            ("wash.hot", "skip"),
            ("wash.dry", "crashed")
        ]
    );
    assert!(
        rows[1].2.contains("Expected ret (-16)") && rows[1].2.contains("by assertion"),
        "{rows:?}"
    );
    assert_eq!(rows[2].2, "no hot water");
}

#[test]
fn a_group_that_is_not_well_is_told_though_its_tests_are() {
    let text = "\
TAP version 13
1..2
    ok 1 wash
not ok 1 cold
    not ok 1 dry
not ok 2 warm
";
    let test = program(text, &Ending::Exit(1));
    let words = words(&test);
    let words: Vec<(&str, &str)> = words
        .iter()
        .map(|(name, word)| (name.as_str(), *word))
        .collect();
    assert_eq!(
        words,
        [
            ("cold / wash", "pass"),
            ("cold", "fail"),
            ("warm / dry", "fail")
        ]
    );
}

#[test]
fn nested_tests_stand_before_their_parent() {
    let text = "\
TAP version 13
1..1
# timeout set to 45
# selftests: mm: wash
# TAP version 13
# 1..2
# ok 1 soak
# # Subtest: rinse
# # 1..2
# # ok 1 once
# # not ok 2 twice # TODO the tank is small
# ok 2 rinse
# # Totals: pass:2
ok 1 selftests: mm: wash # exit=0
";
    let test = program(text, &Ending::Exit(0));
    assert_eq!(
        words(&test),
        [
            ("selftests: mm: wash / soak".into(), "pass"),
            ("selftests: mm: wash / rinse / once".into(), "pass"),
            ("selftests: mm: wash / rinse / twice".into(), "xfail"),
        ]
    );
    assert_eq!(test.outcome, Outcome::Pass);
    let ktap = "KTAP version 1\n1..1\n  KTAP version 1\n  # Subtest: wash\n  1..1\n    ok 1 soak\n  ok 1\nok 1 all\n";
    assert_eq!(
        program(ktap, &Ending::Exit(0)).leaves()[0].0,
        "all / unnamed / soak"
    );
}

#[test]
fn directives_numbers_dashes_and_addresses() {
    let text = "1..9\nok 1 - dash\nok 2 a # b # SKIP c # d\nnot ok 3 x # XFAIL e\nok y # TODO f\nnot ok 5 t # TIMEOUT 45 seconds\nok 6\nok 6 dash\nok at 0x7f12345000 and 0x12\nok 9 3 blind mice\n";
    let test = program(text, &Ending::Exit(0));
    let names: Vec<(String, &str)> = words(&test);
    let expected = [
        ("dash", "pass"),
        ("a # b", "skip"),
        ("x", "xfail"),
        ("y", "xpass"),
        ("t", "fail"),
        ("unnamed", "pass"),
        ("dash (2)", "pass"),
        ("at 0x* and 0x12", "pass"),
        ("3 blind mice", "pass"),
    ];
    let names: Vec<(&str, &str)> = names
        .iter()
        .map(|(name, word)| (name.as_str(), *word))
        .collect();
    assert_eq!(names, expected);
}

#[test]
fn what_was_planned_and_not_seen_is_missing() {
    let text = "1..5\nok 1 a\n#  RUN           s.b ...\n";
    let test = program(text, &Ending::Signal(9));
    assert_eq!(test.outcome, Outcome::Crashed);
    let rows = rows(&test);
    assert_eq!((rows[1].0.as_str(), rows[1].1), ("s.b", "crashed"));
    assert_eq!(rows[2].1, "missing");
    assert_eq!(rows[2].2, "3 of 5 planned tests were not seen");
    // A program that ends well does not make up for tests that it did not run.
    assert_eq!(
        program("1..2\nok 1 a\n", &Ending::Exit(0)).outcome,
        Outcome::Fail
    );
    assert_eq!(
        program("1..99999999999\n", &Ending::Exit(0)).leaves().len(),
        1
    );
    assert_eq!(
        program("ok 1 a\nok 2 b\n", &Ending::Exit(0)).outcome,
        Outcome::Pass
    );
}

#[test]
fn an_exit_speaks_for_programs_without_tests() {
    let outcome = |text: &str, code| program(text, &Ending::Exit(code)).outcome;
    assert_eq!(outcome("", 0), Outcome::Pass);
    assert_eq!(outcome("no swap here\n", 4), Outcome::Skip);
    assert_eq!(outcome("", 1), Outcome::Fail);
    assert_eq!(outcome("1..0 # SKIP no swap\n", 0), Outcome::Skip);
    assert_eq!(outcome("ok 1 a # SKIP\nok 2 b # SKIP\n", 0), Outcome::Skip);
    assert_eq!(outcome("Bail out! no memory\n", 0), Outcome::Fail);
    assert_eq!(outcome("ok 1 a\n", 2), Outcome::Fail);
    assert_eq!(
        program("no swap here\n", &Ending::Exit(4)).reason,
        "no swap here"
    );
}

#[test]
fn kernel_messages_break_into_lines() {
    let text = "1..2\n[    1.234567] wash: started\nok 1 wash.co[    1.300000] WARNING: CPU: 0 PID: 1 at mm/wash.c:7 soak+0x1/0x2\n[    1.300001][   T12] more\nld\n[    1.400000] ok 2 from_kunit\n";
    let test = program(text, &Ending::Exit(0));
    assert_eq!(
        words(&test),
        [("wash.cold".into(), "pass"), ("from_kunit".into(), "pass")]
    );
}

#[test]
fn symptoms_are_folded_with_function_and_stack() {
    let mut symptoms = Symptoms::new();
    let once = |n: u32| {
        format!(
            "[ 12.{n}345][  T77] ------------[ cut here ]------------\n\
             [ 12.{n}346][  T77] kernel BUG at mm/wash.c:8{n}!\n\
             [ 12.{n}347][  T77] Oops: invalid opcode: 0000 [#{n}] PREEMPT SMP\n\
             [ 12.{n}348][  T77] RIP: 0010:soak.part.0+0x48{n}/0x510\n\
             [ 12.{n}349][  T77] Call Trace:\n\
             [ 12.{n}350][  T77]  <TASK>\n\
             [ 12.{n}351][  T77]  ? die+0x29/0x50\n\
             [ 12.{n}352][  T77]  rinse+0x34b/0x5a0 [washer]\n\
             [ 12.{n}353][  T77]  do_syscall_64+0x1/0x2\n\
             [ 12.{n}354][  T77]  </TASK>\n\
             [ 12.{n}355][  T77] ---[ end trace 0000000000000000 ]---\n"
        )
    };
    for (n, test) in [(1, "a"), (2, "b")] {
        for line in once(n).lines() {
            assert!(!symptoms.line(line, test));
        }
    }
    assert!(symptoms.line("Kernel panic - not syncing: Fatal exception", "b"));
    let found = symptoms.finish();
    assert_eq!(found.len(), 2);
    let bug = &found[0];
    assert_eq!(
        (bug.title.as_str(), bug.function.as_str(), bug.count),
        ("kernel BUG at mm/wash.c in soak", "soak", 2)
    );
    assert_eq!((bug.test.as_str(), bug.tests.len()), ("a", 2));
    let stack: Vec<&str> = bug
        .stack
        .iter()
        .map(|frame| frame.function.as_str())
        .collect();
    assert_eq!(stack, ["soak.part.0", "rinse", "do_syscall_64"]);
    assert_eq!(bug.stack[1].module.as_deref(), Some("washer"));
    assert_eq!(found[1].title, "Kernel panic: Fatal exception");
}

/// Lines of a kernel, and the title of the symptom that each is.
const TITLES: [(&str, &str); 17] = [
    (
        "WARNING: CPU: 1 PID: 99 at mm/wash.c:12 soak+0x12/0x30",
        "WARNING in soak",
    ),
    (
        "WARNING: mm/wash.c:12 at soak.isra.0+0x12/0x30, CPU#1: wash/99",
        "WARNING in soak",
    ),
    (
        "WARNING: possible circular locking dependency detected",
        "lockdep: possible circular locking",
    ),
    (
        "BUG: KASAN: slab-use-after-free in soak+0x12/0x30",
        "KASAN: slab-use-after-free in soak",
    ),
    (
        "UBSAN: shift-out-of-bounds in mm/wash.c:12:3",
        "UBSAN: shift-out-of-bounds in mm/wash.c",
    ),
    (
        "rcu: INFO: rcu_preempt self-detected stall on CPU",
        "RCU stall",
    ),
    (
        "rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
        "RCU stall",
    ),
    (
        "INFO: task wash:77 blocked for more than 122 seconds.",
        "hung task",
    ),
    (
        "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [wash:99]",
        "soft lockup",
    ),
    (
        "page dumped because: migration failure",
        "page dumped because: migration failure",
    ),
    (
        "BUG: Bad page state in process wash  pfn:12ab34",
        "BUG: Bad page state",
    ),
    (
        "BUG: Bad page map in process wash  pte:8000 pmd:12",
        "BUG: Bad page map",
    ),
    (
        "BUG: Bad rss-counter state mm:00000000a1b2c3d4 type:MM_ANONPAGES val:-1",
        "BUG: Bad rss-counter state (MM_ANONPAGES)",
    ),
    (
        "BUG: unable to handle page fault for address: ffff88811e883c80",
        "BUG: unable to handle page fault",
    ),
    (
        "BUG: kernel NULL pointer dereference, address: 0000000000000008",
        "BUG: kernel NULL pointer dereference",
    ),
    (
        "general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
        "general protection fault",
    ),
    (
        "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009",
        "Kernel panic: Attempted to kill init! exitcode=*",
    ),
];

#[test]
fn each_kind_of_symptom_has_a_title() {
    for (line, title) in TITLES {
        let mut symptoms = Symptoms::new();
        symptoms.line(&["[    3.141592] ", line].concat(), "");
        let found = symptoms.finish();
        assert_eq!(
            found.iter().map(|s| s.title.as_str()).collect::<Vec<_>>(),
            [title],
            "{line}"
        );
    }
    let mut quiet = Symptoms::new();
    for line in [
        "WARNING: this is a test's own word",
        "BUG",
        "Oops",
        "INFO: all is well",
        "debug: WARNING: CPU",
    ] {
        quiet.line(line, "");
    }
    assert!(quiet.finish().is_empty());
}

#[test]
fn floods_stay_small() {
    let mut symptoms = Symptoms::new();
    for n in 0..5000 {
        symptoms.line(&format!("BUG: KASAN: wild-access in f{n}+0x1/0x2"), "t");
    }
    let found = symptoms.finish();
    assert_eq!(found.len(), 201);
    assert_eq!(found.iter().map(|symptom| symptom.count).sum::<u64>(), 5000);
    let mut parser = Parser::new();
    for _ in 0..60_000 {
        parser.line("ok same");
    }
    let test = parser.finish("p", &Ending::Exit(0));
    assert_eq!(test.children.len(), 50_000);
}

/// Lines of the grammar, whole and broken.
fn any_line() -> impl Strategy<Value = String> {
    prop_oneof![
        "(# |  |    ){0,5}(not )?ok ?[0-9]{0,3} ?(- )?[a-c]{0,2}( # (SKIP|TODO|XFAIL|x) r)?",
        "(# |  ){0,4}1\\.\\.[0-9]{1,9}( # SKIP x)?",
        "(# |  ){0,4}(K?TAP version 1|#  RUN           a.b ...|# Subtest: s|Bail out! w)",
        "\\[ {0,4}[0-9]{1,3}\\.[0-9]{6}\\]( *\\[ *[TC][0-9]{1,3}\\])? .{0,20}",
        "(WARNING: CPU: 1 at |BUG: |Oops: |kernel BUG at |page dumped because: |RIP: 0010:|Call Trace:)?[a-z+x0-9/ ]{0,20}",
        ".{0,60}",
    ]
}

proptest! {
    #[test]
    fn any_lines_are_read(lines in proptest::collection::vec(any_line(), 0..60), code in 0..6i32) {
        let mut parser = Parser::new();
        let mut symptoms = Symptoms::new();
        for line in &lines {
            parser.line(line);
            symptoms.line(line, "t");
        }
        let test = parser.finish("p", &Ending::Exit(code));
        fn unique(test: &Test) -> bool {
            let names: std::collections::BTreeSet<&str> = test.children.iter().map(|child| child.name.as_str()).collect();
            names.len() == test.children.len() && test.children.iter().all(unique)
        }
        prop_assert!(unique(&test), "{test:#?}");
        // No result is lost, however it is nested.
        let results = lines.iter().filter(|line| !line.contains('[')).filter(|line| {
            matches!(super::line::classify(line), (_, super::line::Line::Result { .. }))
        }).count();
        fn count(test: &Test) -> usize { 1 + test.children.iter().map(count).sum::<usize>() }
        prop_assert!(count(&test) > results, "{} {results}", count(&test));
        let titles: std::collections::BTreeSet<String> = symptoms.finish().into_iter().map(|s| s.title).collect();
        prop_assert!(titles.len() <= lines.len());
    }

    #[test]
    fn a_good_program_is_read_as_it_was_written(outcomes in proptest::collection::vec(0..3usize, 1..30)) {
        let mut text = format!("TAP version 13\n1..{}\n", outcomes.len());
        for (at, outcome) in outcomes.iter().enumerate() {
            let (said, note) = [("ok", ""), ("not ok", ""), ("ok", " # SKIP none")][*outcome];
            writeln!(text, "{said} {} t{at}{note}", at + 1).unwrap();
        }
        let test = program(&text, &Ending::Exit(0));
        let read: Vec<usize> = test.children.iter().map(|child| match child.outcome {
            Outcome::Pass => 0, Outcome::Fail => 1, _ => 2,
        }).collect();
        prop_assert_eq!(read, outcomes);
    }
}
