//! The lines as scripts see them, spelled out.

use super::*;
use crate::audit::{Audit, Line as Source, Site, SiteKind, Verdict, Walk};
use crate::mail::Address;
use crate::series::{Patch, Series, Trailer};
use crate::store::KernelRow;
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
use crate::vocabulary::Family;

fn walk() -> Walk {
    Walk {
        file: "mm/x.c".into(),
        function: "f".into(),
        line: 9,
        span: (5, 20),
        walker: "page_vma_mapped_walk".into(),
        flags: vec!["PVMW_SYNC".into()],
        cursor: "pvmw".into(),
        cursor_from: "struct".into(),
        contract: vec![],
        verdict: Verdict::Unprepared,
        unhandled: vec!["migration".into()],
        used: Some(Source {
            file: "mm/x.c".into(),
            line: 12,
            text: "pte_pfn(pte)".into(),
        }),
        witness: vec![],
        reason: "no guard".into(),
        guards: Vec::new(),
        fingerprint: "0f".into(),
        pmd: None,
    }
}

fn hunk(grade: Grade) -> HunkOutcome {
    HunkOutcome {
        old_start: 3,
        function: "f".into(),
        grade,
        new_line: 5,
        offset: 2,
        fuzz: 0,
        reason: "moved".into(),
        expected: vec![],
        found: vec![],
        missing_symbols: vec!["g".into()],
    }
}

fn outcome() -> PatchOutcome {
    PatchOutcome {
        number: 2,
        subject: "mm: x".into(),
        verdict: PatchVerdict::AlreadyThere,
        proof: Proof::Intact,
        files: vec![FileOutcome {
            path: "mm/x.c".into(),
            old_path: "mm/x.c".into(),
            refusal: "refused".into(),
            reason: String::new(),
            already_there: false,
            old_id: None,
            posted_id: None,
            result_id: None,
            proof: Proof::Intact,
            repaired: false,
            trials: 0,
            hunks: vec![hunk(Grade::ThreeWay), hunk(Grade::Exact)],
        }],
        restored: None,
    }
}

#[test]
fn audit_lines_read_as_promised() {
    let site = Site {
        file: "mm/x.c".into(),
        line: 7,
        column: 3,
        function: "f".into(),
        predicate: "is_x_entry".into(),
        family: Family::Entry,
        kind: SiteKind::Call,
        accepts: vec!["migration".into()],
        arms: vec!["!CONFIG_Y".into()],
    };
    assert_eq!(
        site_line(&site).json(),
        r#"{"type":"site","v":1,"file":"mm/x.c","line":7,"column":3,"function":"f","predicate":"is_x_entry","family":"entry","kind":"call","accepts":["migration"],"arms":["!CONFIG_Y"]}"#
    );
    assert_eq!(
        walk_line(&walk()).json(),
        r#"{"type":"walk","v":1,"file":"mm/x.c","function":"f","line":9,"walker":"page_vma_mapped_walk","flags":["PVMW_SYNC"],"cursor":"pvmw","cursor_from":"struct","contract":[],"verdict":"unprepared","unhandled":["migration"],"use":{"file":"mm/x.c","line":12,"text":"pte_pfn(pte)"},"witness":[],"reason":"no guard","guards":[],"fingerprint":"0f","pmd":null}"#
    );
    let without_use = walk_line(&Walk {
        used: None,
        ..walk()
    })
    .json();
    assert!(without_use.contains(r#""use":null"#), "{without_use}");
    let audit = Audit {
        sites: vec![site],
        walks: vec![walk()],
        files_read: 4,
        ..Audit::default()
    };
    assert_eq!(
        Summary::audit(&audit).json(),
        r#"{"type":"summary","v":1,"command":"audit","files_read":4,"files_parsed":0,"predicates":0,"sites":1,"calls":1,"walks":1,"verdicts":{"prepared":0,"unprepared":1,"unknown":0,"not-applicable":0},"blind":0}"#
    );
}

#[test]
fn apply_lines_read_as_promised() {
    let patch = outcome();
    assert_eq!(
        patch_line(&patch).json(),
        r#"{"type":"patch","v":1,"number":2,"subject":"mm: x","outcome":"already-there","proof":"intact","repaired":false}"#
    );
    assert_eq!(
        hunk_line(2, "mm/x.c", &patch.files[0].hunks[0]).json(),
        r#"{"type":"hunk","v":1,"patch":2,"file":"mm/x.c","old_start":3,"function":"f","grade":"three-way","new_line":5,"offset":2,"fuzz":0,"reason":"moved","expected":[],"found":[],"missing_symbols":["g"]}"#
    );
    assert_eq!(
        file_line(2, &patch.files[0]).json(),
        r#"{"type":"file","v":1,"patch":2,"path":"mm/x.c","old_path":"mm/x.c","old_id":null,"new_id":null,"result_id":null,"already_there":false,"refused":true,"proof":"intact","repaired":false,"reason":"refused","trials":0}"#
    );
    assert_eq!(
        Summary::apply(&[patch]).json(),
        r#"{"type":"summary","v":1,"command":"apply","patches":{"applied":0,"partly":0,"conflict":0,"already-there":1},"hunks":{"exact":1,"offset":0,"fuzz":0,"whitespace":0,"three-way":1,"word-merge":0,"already-there":0,"contained":0,"conflict":0},"refused":1}"#
    );
}

#[test]
fn kernel_and_post_lines_read_as_promised() {
    let kernel = KernelRow {
        name: "k".into(),
        spec: "/src/k".into(),
        version: "6.1.1".into(),
        commit: None,
        tree: None,
    };
    assert_eq!(
        kernel_line(&kernel).json(),
        r#"{"type":"kernel","v":1,"name":"k","version":"6.1.1","commit":null,"tree":null,"source":"/src/k"}"#
    );
    let patch = Patch {
        number: 5,
        subject: "mm: x".into(),
        full_subject: "[PATCH v5 5/8] mm: x".into(),
        message_id: None,
        author: Address {
            name: "A".into(),
            email: "a@example.org".into(),
        },
        date: Some("2021-03-04T05:06:07Z".parse().unwrap()),
        utc_offset_minutes: 0,
        message: String::new(),
        trailers: vec![Trailer {
            key: "Acked-by".into(),
            value: "B <b@example.org>".into(),
        }],
        changelog: vec![],
        diffstat: vec![],
        files: vec![],
        problems: vec![],
        damage: None,
        raw: vec![],
    };
    let series = Series {
        name: "x".into(),
        subject: "x".into(),
        version: 5,
        rfc: false,
        total: 8,
        cover: None,
        cover_raw: vec![],
        changelog: vec![],
        patches: vec![patch],
        missing: vec![],
        base_commit: None,
        change_id: None,
        prerequisites: vec![],
        notes: vec![],
    };
    assert_eq!(
        post_line(&series, &series.patches[0]).json(),
        r#"{"type":"post","v":1,"message_id":null,"subject":"mm: x","version":5,"number":5,"of":8,"author":{"name":"A","email":"a@example.org"},"date":"2021-03-04T05:06:07Z","files":0,"hunks":0,"trailers":[{"key":"Acked-by","value":"B <b@example.org>"}],"damaged":false,"lost":[]}"#
    );
}
