//! Specimens of everything that the store holds.

use pteward::audit::{
    Audit, BlindSort, BlindSpot, Cell, Excerpt, Guard, How, Huge, Line, MatrixRow, Site, SiteKind,
    Verdict, Walk,
};
use pteward::diff::damaged::Damage;
use pteward::mail::Address;
use pteward::series::{ChangelogEntry, DiffstatFile, Patch, PatchDamage, Series, Trailer};
use pteward::store::AuditKey;
use pteward::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
use pteward::vocabulary::{Family, Predicate};

pub(crate) fn patch(number: u32, raw: &[u8]) -> Patch {
    Patch {
        number,
        subject: format!("mm: step {number}"),
        full_subject: format!("[PATCH {number}/2] mm: step {number}"),
        message_id: Some(format!("{number}@example.org")),
        author: Address {
            name: "Ann".into(),
            email: "ann@example.org".into(),
        },
        date: "2024-02-03T04:05:06Z".parse().ok(),
        utc_offset_minutes: -90,
        message: "Why.\n".into(),
        trailers: vec![
            Trailer {
                key: "Fixes".into(),
                value: "0123456789ab (\"mm: x\")".into(),
            },
            Trailer {
                key: "Signed-off-by".into(),
                value: "Ann <ann@example.org>".into(),
            },
        ],
        changelog: vec![ChangelogEntry {
            version: 2,
            text: "- x".into(),
        }],
        diffstat: vec![DiffstatFile {
            path: "mm/x.c".into(),
            changed: None,
        }],
        files: vec![],
        problems: vec![],
        damage: (number == 2).then(|| PatchDamage {
            text: b"diff --git a/x b/x \xff".to_vec(),
            lost: Damage {
                tabs: true,
                ..Damage::default()
            },
        }),
        raw: raw.to_vec(),
    }
}

pub(crate) fn series(name: &str) -> Series {
    Series {
        name: name.into(),
        subject: "mm: steps".into(),
        version: 2,
        rfc: false,
        total: 3,
        cover: Some("Hello.\n".into()),
        cover_raw: b"cover \xff\0 bytes".to_vec(),
        changelog: vec![ChangelogEntry {
            version: 2,
            text: "- all".into(),
        }],
        patches: vec![patch(1, b"one \xff\0 raw"), patch(2, b"two raw")],
        missing: vec![3],
        base_commit: Some("abc".into()),
        change_id: None,
        prerequisites: vec![Trailer {
            key: "prerequisite-patch-id".into(),
            value: "f00".into(),
        }],
        notes: vec!["a note".into()],
    }
}

pub(crate) fn site(file: String, line: u32, kind: SiteKind) -> Site {
    Site {
        file,
        line,
        column: 3,
        function: format!("f{}", line % 500),
        predicate: format!("is_{}", line % 60),
        family: Family::Entry,
        kind,
        accepts: vec!["migration".into()],
        arms: if line.is_multiple_of(9) {
            vec!["CONFIG_X".into()]
        } else {
            vec![]
        },
    }
}

fn huge(line: Line) -> Huge {
    Huge {
        contract: vec!["migration".into()],
        verdict: Verdict::Unprepared,
        unhandled: vec!["migration".into()],
        used: Some(line.clone()),
        witness: vec![line],
        reason: "huge".into(),
        guards: Vec::new(),
        fingerprint: "f".into(),
    }
}

pub(crate) fn audit() -> Audit {
    let line = Line {
        file: "mm/x.c".into(),
        line: 9,
        text: "use(x)".into(),
    };
    Audit {
        predicates: vec![Predicate {
            name: "is_x".into(),
            family: Family::Marker,
            accepts: vec!["marker".into()],
            file: "include/x.h".into(),
            line: 4,
        }],
        sites: vec![
            site("mm/a.c".into(), 1, SiteKind::Call),
            site("mm/a.c".into(), 9, SiteKind::Macro),
            site("mm/b.c".into(), 2, SiteKind::Definition),
            site("mm/b.c".into(), 3, SiteKind::Declaration),
        ],
        walks: vec![Walk {
            file: "mm/x.c".into(),
            function: "f".into(),
            line: 7,
            span: (1, 12),
            walker: "walk_it".into(),
            flags: vec!["?".into(), "SYNC".into()],
            cursor: "walk".into(),
            cursor_from: "struct".into(),
            contract: vec!["present".into()],
            verdict: Verdict::NotApplicable,
            unhandled: vec!["swap".into()],
            used: Some(line.clone()),
            witness: vec![line.clone()],
            reason: "because".into(),
            guards: vec![Guard {
                file: "mm/x.c".into(),
                line: 8,
                text: "if (is_x(y))".into(),
                predicate: "is_x".into(),
                kinds: vec!["swap".into()],
            }],
            fingerprint: "0123456789abcdef".into(),
            pmd: Some(huge(line)),
        }],
        excerpts: vec![Excerpt {
            file: "mm/x.c".into(),
            function: "f".into(),
            first_line: 1,
            text: "é\n".into(),
        }],
        blind: vec![BlindSpot {
            file: "mm/x.c".into(),
            line: 5,
            sort: BlindSort::Macro,
            what: "hidden".into(),
        }],
        kinds: vec!["none".into(), "present".into()],
        matrix: vec![MatrixRow {
            file: "mm/x.c".into(),
            function: "f".into(),
            line: 1,
            entry: "pte".into(),
            cells: vec![Cell {
                kind: "none".into(),
                how: How::Name,
                lines: vec![3, 4],
                by: vec!["pte_none".into()],
            }],
        }],
        files_read: 10,
        files_parsed: 3,
    }
}

pub(crate) fn key(series: Option<&str>, state: u32) -> AuditKey {
    AuditKey {
        kernel: "k".into(),
        kernel_version: "6.1".into(),
        commit: Some("c0ffee".into()),
        series: series.map(str::to_owned),
        state,
    }
}

pub(crate) fn outcomes() -> Vec<PatchOutcome> {
    let grades = [
        Grade::Exact,
        Grade::Offset,
        Grade::Fuzz,
        Grade::Whitespace,
        Grade::ThreeWay,
        Grade::WordMerge,
        Grade::AlreadyThere,
        Grade::Contained,
        Grade::Conflict,
    ];
    let hunks = grades.map(|grade| HunkOutcome {
        old_start: 5,
        function: "f".into(),
        grade,
        new_line: 6,
        offset: -2,
        fuzz: 1,
        reason: "moved".into(),
        expected: vec!["a".into()],
        found: vec!["b".into(), String::new()],
        missing_symbols: vec!["g".into()],
    });
    let file = |refusal: &str| FileOutcome {
        path: "mm/x.c".into(),
        old_path: "mm/y.c".into(),
        refusal: refusal.into(),
        reason: "known".into(),
        already_there: true,
        old_id: None,
        posted_id: Some("abc1234".into()),
        result_id: None,
        proof: Proof::Consistent,
        repaired: false,
        trials: 0,
        hunks: hunks.to_vec(),
    };
    [
        PatchVerdict::Applied,
        PatchVerdict::Partly,
        PatchVerdict::Conflict,
        PatchVerdict::AlreadyThere,
    ]
    .into_iter()
    .zip(1..)
    .map(|(verdict, number)| PatchOutcome {
        number,
        subject: "mm: x".into(),
        verdict,
        proof: Proof::Proved,
        files: vec![file(""), file("refused")],
        restored: (number == 2).then(Vec::new),
    })
    .collect()
}
