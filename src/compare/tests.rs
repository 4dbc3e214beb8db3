//! Pairs of states, and what is said of them.

use super::*;
use crate::ktap::Outcome;
use proptest::prelude::*;

fn run(boot: Boot, tests: &[(&str, Outcome)], symptoms: &[(&str, &str)]) -> Run {
    Run {
        boot,
        tests: tests
            .iter()
            .map(|(name, outcome)| TestSeen {
                name: (*name).into(),
                outcome: *outcome,
            })
            .collect(),
        symptoms: symptoms
            .iter()
            .map(|(title, test)| SymptomSeen {
                title: (*title).into(),
                tests: if test.is_empty() {
                    vec![]
                } else {
                    vec![(*test).into()]
                },
            })
            .collect(),
    }
}

fn one(outcome: Outcome) -> Side {
    Side::Built(vec![run(Boot::Finished, &[("t", outcome)], &[])])
}

fn of(rows: &[Row], what: What, name: &str) -> (String, String, Change) {
    let row = rows
        .iter()
        .find(|row| row.what == what && row.name == name)
        .unwrap();
    (row.before.clone(), row.after.clone(), row.change)
}

#[test]
fn every_pair_of_outcomes() {
    use Change::{Fixed, Regressed, Unchanged, Unknown};
    use Outcome::{Crashed, Fail, Missing, Pass, Skip, Xfail, Xpass};
    let table = [
        (Pass, Pass, Unchanged),
        (Pass, Fail, Regressed),
        (Pass, Skip, Unknown),
        (Pass, Xfail, Regressed),
        (Pass, Xpass, Unknown),
        (Pass, Missing, Regressed),
        (Pass, Crashed, Regressed),
        (Fail, Pass, Fixed),
        (Fail, Fail, Unchanged),
        (Fail, Skip, Unknown),
        (Fail, Crashed, Regressed),
        (Fail, Xfail, Unknown),
        (Crashed, Fail, Unknown),
        (Crashed, Pass, Fixed),
        (Skip, Pass, Unknown),
        (Skip, Fail, Unknown),
        (Skip, Skip, Unchanged),
        (Missing, Pass, Fixed),
    ];
    for (before, after, change) in table {
        let rows = compare(&one(before), &one(after));
        assert_eq!(
            of(&rows, What::Test, "t").2,
            change,
            "{before:?} -> {after:?}"
        );
    }
}

#[test]
fn a_new_symptom_makes_a_failing_test_worse() {
    let before = Side::Built(vec![run(
        Boot::Finished,
        &[("t", Outcome::Fail)],
        &[("old", "t")],
    )]);
    let after = Side::Built(vec![run(
        Boot::Finished,
        &[("t", Outcome::Fail)],
        &[("old", "t"), ("new", "t")],
    )]);
    let rows = compare(&before, &after);
    assert_eq!(
        of(&rows, What::Test, "t"),
        ("fail".into(), "fail".into(), Change::Regressed)
    );
    assert_eq!(
        of(&rows, What::Symptom, "new"),
        ("absent".into(), "present".into(), Change::Regressed)
    );
    assert_eq!(of(&rows, What::Symptom, "old").2, Change::Unchanged);
    let back = compare(&after, &before);
    assert_eq!(of(&back, What::Test, "t").2, Change::Unchanged);
    assert_eq!(of(&back, What::Symptom, "new").2, Change::Fixed);
}

#[test]
fn a_symptom_is_fixed_only_where_its_test_ran() {
    let before = Side::Built(vec![run(
        Boot::Finished,
        &[("t", Outcome::Fail)],
        &[("s", "t")],
    )]);
    assert_eq!(
        of(&compare(&before, &one(Outcome::Skip)), What::Symptom, "s").2,
        Change::Unknown
    );
    assert_eq!(
        of(&compare(&before, &one(Outcome::Pass)), What::Symptom, "s").2,
        Change::Fixed
    );
}

#[test]
fn not_built_and_not_booted_have_words_of_their_own() {
    let good = one(Outcome::Pass);
    let rows = compare(&good, &Side::NotBuilt("failed"));
    assert_eq!(
        of(&rows, What::Build, ""),
        ("built".into(), "failed".into(), Change::Regressed)
    );
    assert_eq!(
        of(&rows, What::Test, "t"),
        ("pass".into(), "not-built".into(), Change::Unknown)
    );
    let dead = Side::Built(vec![run(Boot::NotBooted, &[], &[])]);
    let rows = compare(&good, &dead);
    assert_eq!(
        of(&rows, What::Boot, ""),
        ("finished".into(), "not-booted".into(), Change::Regressed)
    );
    assert_eq!(
        of(&rows, What::Test, "t"),
        ("pass".into(), "not-booted".into(), Change::Unknown)
    );
    // A panic: the test under which it came has crashed, later ones were not reached.
    let panic = Side::Built(vec![run(
        Boot::Broken("panic"),
        &[("a", Outcome::Crashed)],
        &[("p", "a")],
    )]);
    let two = Side::Built(vec![run(
        Boot::Finished,
        &[("a", Outcome::Pass), ("b", Outcome::Pass)],
        &[],
    )]);
    let rows = compare(&two, &panic);
    assert_eq!(of(&rows, What::Test, "a").2, Change::Regressed);
    assert_eq!(
        of(&rows, What::Test, "b"),
        ("pass".into(), "not-reached".into(), Change::Unknown)
    );
    assert_eq!(
        compare(&Side::NotBuilt("failed"), &Side::NotBuilt("failed")).len(),
        1
    );
}

#[test]
fn runs_of_one_image_that_differ_are_flaky() {
    let two = |a, b| {
        Side::Built(vec![
            run(Boot::Finished, &[("t", a)], &[]),
            run(Boot::Finished, &[("t", b)], &[]),
        ])
    };
    let rows = compare(
        &two(Outcome::Pass, Outcome::Fail),
        &two(Outcome::Fail, Outcome::Fail),
    );
    assert_eq!(
        of(&rows, What::Test, "t"),
        ("pass|fail".into(), "fail".into(), Change::Flaky)
    );
    let sometimes = Side::Built(vec![
        run(Boot::Finished, &[("t", Outcome::Pass)], &[("s", "t")]),
        run(Boot::Finished, &[("t", Outcome::Pass)], &[]),
    ]);
    assert_eq!(
        of(
            &compare(&one(Outcome::Pass), &sometimes),
            What::Symptom,
            "s"
        )
        .2,
        Change::Regressed
    );
    assert_eq!(
        of(&compare(&sometimes, &sometimes), What::Symptom, "s").2,
        Change::Flaky
    );
    let missing = Side::Built(vec![
        run(Boot::Finished, &[("t", Outcome::Pass)], &[]),
        run(Boot::Finished, &[], &[]),
    ]);
    assert_eq!(
        of(&compare(&one(Outcome::Pass), &missing), What::Test, "t").1,
        "pass|missing"
    );
}

fn any_run() -> impl Strategy<Value = Run> {
    let boot = prop_oneof![
        Just(Boot::Finished),
        Just(Boot::Broken("panic")),
        Just(Boot::NotBooted)
    ];
    let test = (0..4u8, 0..7usize).prop_map(|(n, o)| TestSeen {
        name: format!("t{n}"),
        outcome: Outcome::ALL[o],
    });
    let symptom = (0..3u8, 0..4u8).prop_map(|(n, t)| SymptomSeen {
        title: format!("s{n}"),
        tests: vec![format!("t{t}")],
    });
    (
        boot,
        proptest::collection::vec(test, 0..5),
        proptest::collection::vec(symptom, 0..3),
    )
        .prop_map(|(boot, mut tests, symptoms)| {
            tests.dedup_by(|a, b| a.name == b.name);
            if boot == Boot::NotBooted {
                tests.clear();
            }
            Run {
                boot,
                tests,
                symptoms,
            }
        })
}

proptest! {
    #[test]
    fn a_state_against_itself_never_regresses(runs in proptest::collection::vec(any_run(), 1..4)) {
        let side = Side::Built(runs);
        for row in compare(&side, &side) {
            prop_assert!(!matches!(row.change, Change::Regressed | Change::Fixed), "{row:?}");
            prop_assert_eq!(row.before, row.after);
        }
    }

    #[test]
    fn a_skip_is_never_unchanged_from_a_pass(before in any_run(), after in any_run()) {
        let rows = compare(&Side::Built(vec![before]), &Side::Built(vec![after]));
        for row in rows.iter().filter(|row| row.what == What::Test) {
            let skip = |word: &str| word == "skip";
            if skip(&row.before) != skip(&row.after) {
                prop_assert!(!matches!(row.change, Change::Fixed | Change::Unchanged), "{row:?}");
            }
        }
    }
}
