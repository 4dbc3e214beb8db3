//! Walks of other sorts than the walker's own: verdicts of C specimens, and the option that asks for them.

use crate::sandbox::Sandbox;
use crate::verdicts::{expected, first_use, tree_with};
use pteward::audit::{Audit, Auditor, Verdict, WalkerSet};
use pteward::tree::directory::DirectorySource;
use std::collections::BTreeMap;
use std::path::Path;

const LOOPS: &str = include_str!("../data/walkers/loops.c");

fn tree() -> tempfile::TempDir {
    let folder = tree_with("loops.c", LOOPS);
    let add = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    add(
        "mm/folio_walk.c",
        include_str!("../data/walkers/folio_walk.c"),
    );
    add(
        "include/linux/tables.h",
        include_str!("../data/walkers/tables.h"),
    );
    folder
}

fn audit(folder: &Path, set: WalkerSet) -> Audit {
    let source = DirectorySource::open(folder).unwrap();
    let auditor = Auditor::for_walks(&source, set).unwrap();
    auditor.run(&source, &|_| {}).unwrap()
}

#[test]
fn specimens_come_out_as_they_say() {
    let folder = tree();
    let audit = audit(folder.path(), WalkerSet::All);
    let walks: BTreeMap<&str, _> = audit
        .walks
        .iter()
        .filter(|walk| walk.file == "mm/loops.c")
        .map(|walk| (walk.function.as_str(), walk))
        .collect();
    let expected = expected(LOOPS);
    assert_eq!(
        walks.keys().copied().collect::<Vec<_>>(),
        expected.keys().map(String::as_str).collect::<Vec<_>>()
    );
    let mut wrong = Vec::new();
    for (function, words) in &expected {
        let walk = walks[function.as_str()];
        let mut own = words.split(' ');
        let (verdict, mut kinds) = (own.next().unwrap(), own.collect::<Vec<_>>());
        let mut said: Vec<&str> = walk.unhandled.iter().map(String::as_str).collect();
        said.sort_unstable();
        kinds.sort_unstable();
        if verdict != walk.verdict.word() || kinds != said {
            wrong.push(format!(
                "{function}: said {} {said:?} ({}), must be {words}",
                walk.verdict.word(),
                walk.reason
            ));
        }
        if walk.verdict == Verdict::Unprepared {
            let line = walk.used.as_ref().map(|used| used.line);
            if line != first_use(LOOPS, function) {
                wrong.push(format!("{function}: first use at {line:?}"));
            }
            if walk.witness.is_empty() || walk.witness.iter().any(|line| line.text.is_empty()) {
                wrong.push(format!("{function}: witness with lines that are not there"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn other_sorts_change_nothing_of_the_walker_s_own() {
    let folder = tree();
    let (default, all) = (
        audit(folder.path(), WalkerSet::default()),
        audit(folder.path(), WalkerSet::All),
    );
    let own = |audit: &Audit| {
        let walks = audit.walks.iter();
        let walks = walks.filter(|walk| walk.walker == "page_vma_mapped_walk");
        walks.cloned().collect::<Vec<_>>()
    };
    assert_eq!(own(&default), default.walks);
    assert_eq!(own(&default), own(&all));
    assert!(all.walks.len() > default.walks.len());
}

#[test]
fn the_option_asks_for_them_and_stores_nothing() {
    let folder = tree();
    let sandbox = Sandbox::new();
    let path = folder.path().to_str().unwrap();
    let walks = |arguments: &[&str]| {
        let ran = sandbox.run(&[&["audit", path, "--json"], arguments].concat());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        let lines = ran.stdout.lines().map(str::to_owned);
        lines
            .filter(|line| line.contains("\"type\":\"walk\""))
            .collect::<Vec<_>>()
    };
    let before = walks(&[]);
    let all = walks(&["--walkers", "all"]);
    assert!(
        all.iter()
            .any(|line| line.contains("\"walker\":\"mm_walk_ops.pte_entry\""))
    );
    assert!(
        all.iter()
            .any(|line| line.contains("\"walker\":\"folio_walk_start\""))
    );
    assert_eq!(walks(&["--walkers", "pvmw"]), before);
    assert!(
        before
            .iter()
            .all(|line| line.contains("\"walker\":\"page_vma_mapped_walk\""))
    );
}
