//! Pairs of audits, made by hand.

use super::*;
use crate::audit::{SiteKind, Verdict};
use crate::vocabulary::Family;

fn site(line: u32, function: &str, predicate: &str) -> Site {
    Site {
        file: "a.c".into(),
        line,
        column: 1,
        function: function.into(),
        predicate: predicate.into(),
        family: Family::Entry,
        kind: SiteKind::Call,
        accepts: Vec::new(),
        arms: Vec::new(),
    }
}

fn walk(line: u32, span: (u32, u32)) -> Walk {
    Walk {
        file: "a.c".into(),
        function: "walks".into(),
        line,
        span,
        walker: "page_vma_mapped_walk".into(),
        flags: Vec::new(),
        cursor: "pvmw".into(),
        cursor_from: "struct".into(),
        contract: Vec::new(),
        verdict: Verdict::Unknown,
        unhandled: Vec::new(),
        used: None,
        witness: Vec::new(),
        reason: String::new(),
        guards: Vec::new(),
        fingerprint: "".into(),
        pmd: None,
    }
}

fn audit(sites: Vec<Site>, walks: Vec<Walk>) -> Audit {
    Audit {
        sites,
        walks,
        ..Audit::default()
    }
}

fn at(removed: &[u32], added: &[u32]) -> Lines {
    let lines = ChangedLines {
        removed: removed.iter().copied().collect(),
        added: added.iter().copied().collect(),
    };
    Lines::from([("a.c".to_owned(), lines)])
}

fn told(changes: &[ReviewChange]) -> Vec<String> {
    changes
        .iter()
        .map(|c| {
            format!(
                "{} {}:{} {}",
                c.change.word(),
                c.side.word(),
                c.line,
                c.name
            )
        })
        .collect()
}

#[test]
fn sites_off_the_changed_lines_do_not_count() {
    let before = audit(vec![site(3, "f", "is_a")], Vec::new());
    let after = audit(vec![site(3, "f", "is_a"), site(9, "f", "is_b")], Vec::new());
    assert_eq!(
        told(&changes(1, (&before, &after), &at(&[], &[9]))),
        ["added after:9 is_b"]
    );
    assert!(changes(1, (&before, &after), &at(&[], &[])).is_empty());
}

#[test]
fn a_site_on_a_rewritten_line_is_touched_and_others_come_and_go() {
    let before = audit(vec![site(3, "f", "is_a"), site(4, "f", "is_b")], Vec::new());
    let after = audit(vec![site(5, "f", "is_a"), site(6, "g", "is_b")], Vec::new());
    let found = changes(2, (&before, &after), &at(&[3, 4], &[5, 6]));
    assert_eq!(
        told(&found),
        [
            "removed before:4 is_b",
            "touched after:5 is_a",
            "added after:6 is_b"
        ]
    );
    assert!(found.iter().all(|change| change.patch == 2));
}

#[test]
fn a_walk_is_touched_by_any_line_of_its_function_on_either_side() {
    let before = audit(Vec::new(), vec![walk(15, (10, 20))]);
    let after = audit(Vec::new(), vec![walk(15, (10, 19))]);
    // A guard that only goes away leaves no added line.
    assert_eq!(
        told(&changes(1, (&before, &after), &at(&[16], &[]))),
        ["touched after:15 page_vma_mapped_walk"]
    );
    assert!(changes(1, (&before, &after), &at(&[21], &[21])).is_empty());
    let none = audit(Vec::new(), Vec::new());
    assert_eq!(
        told(&changes(1, (&before, &none), &at(&[10], &[]))),
        ["removed before:15 page_vma_mapped_walk"]
    );
}

#[test]
fn files_that_differ() {
    let file = |text: &[u8]| Some((text.into(), false));
    let before = Changed::from([("a".to_owned(), file(b"1")), ("b".to_owned(), file(b"2"))]);
    let after = Changed::from([
        ("a".to_owned(), file(b"1")),
        ("b".to_owned(), None),
        ("c".to_owned(), file(b"")),
    ]);
    assert_eq!(
        paths(&before, &after),
        BTreeSet::from(["b".to_owned(), "c".to_owned()])
    );
}
