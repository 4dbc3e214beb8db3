//! The audit of real kernels against an independent count: comments and strings are stripped by a
//! small state machine of its own, words are found by plain search, functions come from ctags.

use crate::kernels::kernel;
use pteward::audit::{Audit, Auditor, SiteKind};
use pteward::tree::directory::DirectorySource;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

#[test]
fn sites_of_6_1_are_those_of_an_independent_count() {
    compare(
        "6.1",
        "",
        &[
            "is_migration_entry",
            "is_swap_pte",
            "is_hugetlb_entry_migration",
            "pte_present",
        ],
    );
}

#[test]
fn sites_of_6_12_are_those_of_an_independent_count() {
    compare(
        "6.12",
        "",
        &[
            "is_device_exclusive_entry",
            "is_pte_marker",
            "huge_pte_none_mostly",
            "pmd_present",
        ],
    );
}

#[test]
fn sites_of_7_2_are_those_of_an_independent_count() {
    compare(
        "7.2",
        "sid",
        &[
            "softleaf_is_migration",
            "pmd_is_migration_entry",
            "pte_is_marker",
            "pte_none",
        ],
    );
}

fn compare(version: &str, suite: &str, expected: &[&str]) {
    let Some(root) = kernel(version, suite) else {
        return;
    };
    let source = DirectorySource::open(&root).unwrap();
    let audit = Auditor::new(&source)
        .unwrap()
        .run(&source, &|_| {})
        .unwrap();
    let names: BTreeSet<&str> = audit.predicates.iter().map(|p| p.name.as_str()).collect();
    for name in expected {
        assert!(
            names.contains(name),
            "{name} is not among the predicates of {version}: {names:?}"
        );
    }
    let ours = count(
        audit
            .sites
            .iter()
            .map(|s| (s.file.clone(), s.line, s.predicate.clone())),
    );
    let theirs = independent(&root, &names);
    let missing: Vec<_> = theirs
        .iter()
        .filter(|(k, n)| ours.get(*k).unwrap_or(&0) < n)
        .collect();
    // `#define name name` has no bracket behind the name, so the independent count does not have it.
    let extra: Vec<_> = ours
        .iter()
        .filter(|(k, n)| theirs.get(*k).unwrap_or(&0) < n)
        .collect();
    println!(
        "{version}: {} predicates, {} sites",
        names.len(),
        audit.sites.len()
    );
    assert!(missing.is_empty(), "missing on {version}: {missing:#?}");
    let defined: BTreeSet<_> = audit
        .sites
        .iter()
        .filter(|s| s.kind == SiteKind::Definition)
        .map(|s| (&s.file, s.line))
        .collect();
    let extra: Vec<_> = extra
        .into_iter()
        .filter(|((file, line, _), _)| !defined.contains(&(file, *line)))
        .collect();
    assert!(extra.is_empty(), "extra on {version}: {extra:#?}");
    functions(&root, &audit);
    walks(&root, &audit);
}

/// Counts equal places.
fn count(
    places: impl Iterator<Item = (String, u32, String)>,
) -> BTreeMap<(String, u32, String), usize> {
    let mut out = BTreeMap::new();
    for place in places {
        *out.entry(place).or_insert(0) += 1;
    }
    out
}

/// Blanks comments, strings and characters; everything keeps its place.
fn strip(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut i = 0;
    while i < out.len() {
        let rest = &text[i..];
        let length = if rest.starts_with(b"/*") {
            rest[2..]
                .windows(2)
                .position(|w| w == b"*/")
                .map_or(rest.len(), |n| n + 4)
        } else if rest.starts_with(b"//") {
            rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len())
        } else if rest[0] == b'"' || rest[0] == b'\'' {
            let mut n = 1;
            while n < rest.len() && rest[n] != rest[0] && rest[n] != b'\n' {
                n += if rest[n] == b'\\' { 2 } else { 1 };
            }
            (n + 1).min(rest.len())
        } else {
            i += 1;
            continue;
        };
        out[i..i + length]
            .iter_mut()
            .filter(|b| **b != b'\n')
            .for_each(|b| *b = b' ');
        i += length.max(1);
    }
    out
}

fn independent(root: &Path, names: &BTreeSet<&str>) -> BTreeMap<(String, u32, String), usize> {
    // grep says which files matter at all; the rest is our own.
    let mut grep = Command::new("grep");
    grep.args(["-rlwF", "--include=*.c", "--include=*.h"])
        .env("LC_ALL", "C")
        .current_dir(root);
    for name in names {
        grep.args(["-e", name]);
    }
    let listed = grep.arg(".").output().unwrap();
    let mut places = Vec::new();
    for file in String::from_utf8(listed.stdout).unwrap().lines() {
        let name = file.trim_start_matches("./");
        let path = root.join(name);
        if !path.is_symlink() {
            words(name, &std::fs::read(path).unwrap(), names, &mut places);
        }
    }
    count(places.into_iter())
}

fn words(file: &str, text: &[u8], names: &BTreeSet<&str>, places: &mut Vec<(String, u32, String)>) {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'$';
    let bare = strip(text);
    let (mut i, mut line) = (0, 1);
    while i < bare.len() {
        if bare[i] == b'\n' {
            line += 1;
        }
        if !word(bare[i]) {
            i += 1;
            continue;
        }
        let end = i + bare[i..]
            .iter()
            .position(|b| !word(*b))
            .unwrap_or(bare.len() - i);
        if let Ok(name) = std::str::from_utf8(&bare[i..end])
            && names.contains(name)
        {
            let before = bare[..i].trim_ascii_end();
            let member = before.ends_with(b".") || before.ends_with(b"->");
            let behind = bare[end..]
                .iter()
                .find(|b| !b.is_ascii_whitespace() && **b != b'\\');
            if behind == Some(&b'(') && !member {
                places.push((file.to_owned(), line, name.to_owned()));
            }
        }
        i = end;
    }
}

/// Checks every call's function against ctags.
fn functions(root: &Path, audit: &Audit) {
    let files: BTreeSet<&str> = audit.sites.iter().map(|s| s.file.as_str()).collect();
    let options = [
        "-f",
        "-",
        "--languages=C",
        "--langmap=C:+.h",
        "--kinds-C=f",
        "--fields=+ne",
    ];
    let Ok(output) = Command::new("ctags")
        .args(options)
        .args(&files)
        .current_dir(root)
        .output()
    else {
        println!("skipped: functions are not checked, as universal-ctags is not installed");
        return;
    };
    let tags = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut spans: BTreeMap<&str, Vec<(u32, u32, &str)>> = BTreeMap::new();
    for tag in tags.lines() {
        let fields: Vec<&str> = tag.split('\t').collect();
        let number = |key: &str| {
            fields
                .iter()
                .find_map(|f| f.strip_prefix(key))
                .and_then(|n| n.parse().ok())
        };
        if let (Some(first), Some(last)) = (number("line:"), number("end:")) {
            spans
                .entry(fields[1])
                .or_default()
                .push((first, last, fields[0]));
        }
    }
    let mut wrong = Vec::new();
    let mut checked = 0;
    for site in audit.sites.iter().filter(|s| s.kind == SiteKind::Call) {
        let holding = spans
            .get(site.file.as_str())
            .into_iter()
            .flatten()
            .filter(|(a, b, _)| (*a..=*b).contains(&site.line));
        let holding: Vec<&str> = holding.map(|(_, _, name)| *name).collect();
        checked += 1;
        if !holding.contains(&site.function.as_str()) {
            wrong.push((&site.file, site.line, &site.function, holding));
        }
    }
    println!("{checked} calls' functions checked against ctags");
    assert!(
        wrong.is_empty(),
        "functions that ctags sees otherwise: {wrong:#?}"
    );
}

/// Checks that every call of the walker outside headers and its own file's head is a walk.
fn walks(root: &Path, audit: &Audit) {
    let names = BTreeSet::from(["page_vma_mapped_walk"]);
    let calls = independent(root, &names);
    let expected: Vec<(String, u32)> = calls
        .keys()
        .filter(|(file, line, _)| {
            let text = std::fs::read_to_string(root.join(file)).unwrap();
            // A prototype or definition begins in column one.
            text.lines()
                .nth(*line as usize - 1)
                .is_some_and(|l| l.starts_with([' ', '\t']))
        })
        .map(|(file, line, _)| (file.clone(), *line))
        .collect();
    let ours: Vec<(String, u32)> = audit
        .walks
        .iter()
        .map(|w| (w.file.clone(), w.line))
        .collect();
    assert_eq!(ours, expected);
    assert!(!ours.is_empty());
}
