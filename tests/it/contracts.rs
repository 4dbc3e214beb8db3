//! What walkers may return: walkers of our own that say so, and those of real kernels.

use crate::kernels::kernel;
use crate::sandbox::small_tree;
use crate::verdicts::copy;
use pteward::audit::{Auditor, Contracts, Verdict};
use pteward::tree::directory::DirectorySource;
use std::collections::BTreeSet;
use std::path::Path;

fn contracts(root: &Path) -> Contracts {
    let source = DirectorySource::open(root).unwrap();
    Auditor::new(&source).unwrap().contracts(&source).unwrap()
}

/// Spells the rows without the flags that change nothing here.
fn rows(found: &Contracts) -> Vec<String> {
    let mut out: Vec<String> = found
        .rows
        .iter()
        .filter(|row| !row.flags.iter().any(|flag| flag == "PVMW_SYNC"))
        .map(|row| {
            let flags = if row.flags.is_empty() {
                "none".to_owned()
            } else {
                row.flags.join("|")
            };
            let kinds = if row.known {
                row.kinds.join(" ")
            } else {
                "unknown".to_owned()
            };
            format!("{flags} {} {kinds}", row.level)
        })
        .collect();
    out.sort();
    out
}

/// Splits the specimens: name, rows, text of the file.
fn specimens() -> Vec<(String, Vec<String>, String)> {
    let text = include_str!("../data/contracts/walkers.c");
    let mut parts = text.split("/* walker: ");
    let shared = parts.next().unwrap();
    parts
        .map(|part| {
            let (head, body) = part.split_once("*/\n").unwrap();
            let mut lines = head.lines();
            let name = lines.next().unwrap().to_owned();
            let mut rows: Vec<String> = lines
                .filter_map(|line| line.trim().strip_prefix("* row: "))
                .map(str::to_owned)
                .collect();
            rows.sort();
            (name, rows, format!("{shared}{body}"))
        })
        .collect()
}

fn tree_with_walker(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(&small_tree()), folder.path());
    std::fs::write(folder.path().join("mm/page_vma_mapped.c"), text).unwrap();
    folder
}

#[test]
fn walkers_return_what_they_say() {
    let specimens = specimens();
    assert!(specimens.len() > 7);
    let mut wrong = Vec::new();
    for (name, expected, text) in specimens {
        let folder = tree_with_walker(&text);
        let found = contracts(folder.path());
        if rows(&found) != expected {
            wrong.push(format!(
                "{name}: {:#?}, must be {expected:#?}",
                rows(&found)
            ));
        }
        for row in found.rows {
            let lines = || row.ways.iter().flat_map(|way| &way.lines);
            let kinds: Vec<_> = row.ways.iter().map(|way| &way.kind).collect();
            if row.known && kinds != row.kinds.iter().collect::<Vec<_>>() {
                wrong.push(format!(
                    "{name}: no way for each kind: {kinds:?} {:?}",
                    row.kinds
                ));
            }
            if row.known != row.reason.is_empty() || lines().any(|line| line.text.is_empty()) {
                wrong.push(format!("{name}: {row:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_caller_is_prepared_where_a_walker_asks_nothing() {
    let (_, _, text) = specimens()
        .into_iter()
        .find(|(name, ..)| name == "one way back asks nothing")
        .unwrap();
    let folder = tree_with_walker(&text);
    let source = DirectorySource::open(folder.path()).unwrap();
    let audit = Auditor::new(&source)
        .unwrap()
        .run(&source, &|_| {})
        .unwrap();
    assert!(!audit.walks.is_empty());
    for walk in &audit.walks {
        assert_ne!(walk.verdict, Verdict::Prepared, "{}", walk.function);
        assert!(
            walk.contract.is_empty(),
            "{}: {:?}",
            walk.function,
            walk.contract
        );
    }
}

/// What may come back at a level with some flags, by the rows; `None` where a row is not known.
fn by_rows(found: &Contracts, flags: &[String], levels: &[&str]) -> Option<BTreeSet<String>> {
    let mut kinds = BTreeSet::new();
    for row in &found.rows {
        if row.flags == flags && levels.contains(&row.level.as_str()) {
            if !row.known {
                return None;
            }
            kinds.extend(row.kinds.iter().cloned());
        }
    }
    Some(kinds)
}

/// Holds what verdicts were made with against the rows: two ways to the same answer.
fn two_ways_agree(root: &Path, exactly: bool) -> usize {
    let source = DirectorySource::open(root).unwrap();
    let auditor = Auditor::new(&source).unwrap();
    let found = auditor.contracts(&source).unwrap();
    let audit = auditor.run(&source, &|_| {}).unwrap();
    let mut compared = 0;
    for walk in audit
        .walks
        .iter()
        .filter(|w| !w.flags.contains(&"?".to_owned()))
    {
        let single = by_rows(&found, &walk.flags, &["pte", "hugetlb"]);
        let own: BTreeSet<String> = walk.contract.iter().cloned().collect();
        let mut pairs = vec![(own, single)];
        if let Some(huge) = &walk.pmd {
            let own = huge.contract.iter().cloned().collect();
            pairs.push((own, by_rows(&found, &walk.flags, &["pmd"])));
        }
        for (own, rows) in pairs {
            let Some(rows) = rows.filter(|_| !own.is_empty()) else {
                continue;
            };
            compared += 1;
            let fits = if exactly {
                own == rows
            } else {
                own.is_superset(&rows)
            };
            assert!(
                fits,
                "{}: {own:?} by following, {rows:?} by asking",
                walk.function
            );
        }
    }
    compared
}

#[test]
fn verdicts_are_made_with_no_less_than_the_rows_say() {
    for (_, _, text) in specimens() {
        two_ways_agree(tree_with_walker(&text).path(), false);
    }
}

/// Compares with what reading mm/page_vma_mapped.c of that kernel gave.
fn read_by_hand(version: &str, suite: &str, expected: &[&str]) {
    let Some(root) = kernel(version, suite) else {
        return;
    };
    let found = contracts(&root);
    assert!(found.missing.is_empty());
    assert_eq!(rows(&found), expected);
    assert!(two_ways_agree(&root, true) > 10);
    // Waiting for a table's lock changes nothing about what comes back.
    let without: Vec<_> = found
        .rows
        .iter()
        .map(|row| {
            let flags = row.flags.iter().filter(|flag| *flag != "PVMW_SYNC");
            let flags: Vec<_> = flags.collect();
            (flags, &row.place, &row.kinds)
        })
        .collect();
    assert!(
        without
            .iter()
            .all(|row| without.iter().filter(|other| *other == row).count() == 2)
    );
}

#[test]
fn contracts_of_6_1() {
    read_by_hand("6.1", "", &OLD);
}

#[test]
fn contracts_of_6_12() {
    read_by_hand("6.12", "", &OLD);
}

const OLD: [&str; 6] = [
    "PVMW_MIGRATION hugetlb migration",
    "PVMW_MIGRATION pmd migration",
    "PVMW_MIGRATION pte device_exclusive migration",
    "none hugetlb present",
    "none pmd present",
    "none pte present device_private device_exclusive",
];

#[test]
fn contracts_of_7_2() {
    read_by_hand(
        "7.2",
        "sid",
        &[
            "PVMW_MIGRATION hugetlb migration",
            "PVMW_MIGRATION pmd migration",
            "PVMW_MIGRATION pte migration",
            "none hugetlb present",
            "none pmd device_private",
            "none pmd present",
            "none pte present device_private device_exclusive",
        ],
    );
}
