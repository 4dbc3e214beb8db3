//! Audits of the same kernel once more: what is remembered, what is seen to have changed, and what stays the same.

use crate::sandbox::small_tree;
use crate::verdicts::{audit, copy, tree_with};
use pteward::audit::{self, Guard, Memory, Verdict};
use pteward::tree::directory::DirectorySource;
use pteward::tree::git::GitSource;
use pteward::tree::source::Source;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

const CALLERS: &str = include_str!("../data/verdicts/callers.c");

#[test]
fn a_folder_is_seen_to_change_even_where_size_and_times_are_as_before() {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(&small_tree()), folder.path());
    let file = folder.path().join("mm/census.c");
    let old = SystemTime::now() - Duration::from_secs(3600);
    let write = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let open = std::fs::File::options().write(true).open(&file).unwrap();
        open.set_modified(old).unwrap();
    };
    let text = std::fs::read_to_string(&file).unwrap();
    write(&text);
    let source = DirectorySource::open(folder.path()).unwrap();
    let first = source.snapshot(None).unwrap().unwrap().0;
    let memory = audit::audit(&source, None, &|_| {}).unwrap();
    // Of the same size, and with the same time of change; only the time of the inode tells.
    write(&text.replacen("pte_present", "pte_tneserp", 1));
    let delta = source.snapshot(Some(&first)).unwrap().unwrap().1.unwrap();
    assert!(delta.modified.contains("mm/census.c"), "{delta:?}");
    let warm = audit::audit(&source, Some((&memory, &delta)), &|_| {}).unwrap();
    let cold = audit::audit(&source, None, &|_| {}).unwrap();
    same(&warm, &cold);
    assert_ne!(warm.audit().sites, memory.audit().sites);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(folder.path().join("mm/new.h"), "").unwrap();
    let (third, delta) = source.snapshot(Some(&first)).unwrap().unwrap();
    let delta = delta.unwrap();
    assert_eq!(source.snapshot(Some(&third)).unwrap().unwrap().0, third);
    assert!(
        delta.removed.contains("mm/census.c") && delta.added.contains("mm/new.h"),
        "{delta:?}"
    );
    let warm = audit::audit(&source, Some((&memory, &delta)), &|_| {}).unwrap();
    same(&warm, &audit::audit(&source, None, &|_| {}).unwrap());
}

#[test]
fn a_commit_is_audited_from_what_is_known_of_another() {
    let folder = tree_with("callers.c", CALLERS);
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@invalid"])
            .args(arguments)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "base"]);
    let path = folder.path().join("mm/callers.c");
    std::fs::write(
        &path,
        CALLERS.replacen("if (!pte_present(pte))", "if (pte_none(pte))", 1),
    )
    .unwrap();
    std::fs::rename(
        folder.path().join("mm/wash.c"),
        folder.path().join("mm/washed.c"),
    )
    .unwrap();
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "patch"]);
    let [base, patched] = ["HEAD~", "HEAD"].map(|at| GitSource::open(folder.path(), at).unwrap());
    let old = base.snapshot(None).unwrap().unwrap().0;
    assert_eq!(base.place(), patched.place());
    let delta = patched.snapshot(Some(&old)).unwrap().unwrap().1.unwrap();
    assert_eq!(
        (delta.added.len(), delta.removed.len(), delta.modified.len()),
        (1, 1, 1)
    );
    let memory = audit::audit(&base, None, &|_| {}).unwrap();
    let warm = audit::audit(&patched, Some((&memory, &delta)), &|_| {}).unwrap();
    same(&warm, &audit::audit(&patched, None, &|_| {}).unwrap());
    assert_ne!(warm.audit().walks, memory.audit().walks);
}

#[test]
fn fingerprints_stay_when_lines_move_and_change_with_the_finding() {
    let prints = |text: &str| -> Vec<(String, String, u32)> {
        let folder = tree_with("callers.c", text);
        let walks = audit(folder.path()).walks.into_iter();
        walks
            .map(|walk| (walk.function, walk.fingerprint, walk.line))
            .collect()
    };
    let before = prints(CALLERS);
    let moved = prints(&CALLERS.replace("\nstatic ", "\n/* Moved.\n */\n\nstatic "));
    assert_eq!(before.len(), moved.len());
    for (old, new) in before.iter().zip(&moved) {
        assert_eq!((&old.0, &old.1), (&new.0, &new.1));
        assert!(old.1.len() == 16 && old.2 <= new.2);
    }
    let mut all: Vec<&String> = before.iter().map(|(_, print, _)| print).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), before.len(), "each finding has its own");
    let worse = prints(&CALLERS.replacen("if (!pte_present(pte))", "if (pte_none(pte))", 1));
    let differ = before
        .iter()
        .zip(&worse)
        .filter(|(old, new)| old.1 != new.1);
    assert_eq!(differ.count(), 1);
}

#[test]
fn prepared_walks_say_what_covers_their_uses() {
    let folder = tree_with("callers.c", CALLERS);
    let walks = audit(folder.path()).walks;
    let guards = |function: &str| -> Vec<Guard> {
        let walk = walks.iter().find(|walk| walk.function == function).unwrap();
        assert_eq!(walk.verdict, Verdict::Prepared, "{function}");
        walk.guards.clone()
    };
    let lines: Vec<&str> = CALLERS.lines().collect();
    for (function, predicate) in [
        ("guard_with_continue", "pte_present"),
        ("guard_by_short_circuit", "pte_present"),
        ("guard_in_a_helper", "pte_present"),
        ("guard_answered_by_a_helper", "worth_a_look"),
        ("by_the_walk_s_flags", "PVMW_MIGRATION"),
    ] {
        let found = guards(function);
        assert!(
            found
                .iter()
                .any(|guard| guard.predicate.contains(predicate)),
            "{function}: {found:?}"
        );
        for guard in &found {
            assert_eq!(
                guard.text,
                lines[guard.line as usize - 1].trim(),
                "{function}"
            );
            assert!(!guard.kinds.is_empty());
        }
    }
    // Whoever is prepared and uses an entry says why.
    for walk in walks
        .iter()
        .filter(|walk| walk.verdict == Verdict::Prepared)
    {
        assert!(!walk.guards.is_empty(), "{} says nothing", walk.function);
    }
}

/// What is found and remembered must be equal to the letter; what lasts is worked out of the same tree, as far as it was asked.
fn same(warm: &Memory, cold: &Memory) {
    let text = |memory: &Memory| serde_json::to_string_pretty(memory).unwrap();
    let (warm, cold) = (text(warm), text(cold));
    let differs = warm.lines().zip(cold.lines()).find(|(a, b)| a != b);
    assert!(warm == cold, "{differs:?}");
}
