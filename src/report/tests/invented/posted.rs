//! The invented series, and what came of applying it.

use super::strings;
use crate::diff::{FileChange, FileDiff, Hunk, Line as DiffLine, LineKind, Problem};
use crate::mail::Address;
use crate::series::{ChangelogEntry, DiffstatFile, Patch, Series, Trailer};
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};

fn file() -> FileDiff {
    let line = |kind, text: &[u8]| DiffLine {
        kind,
        text: text.to_vec(),
        newline: true,
    };
    let hunk = Hunk {
        old_start: 25,
        old_count: 3,
        new_start: 25,
        new_count: 4,
        section: "int peek_one(struct sheet *sheet)".into(),
        lines: vec![
            line(LineKind::Context, b"#ifdef CONFIG_PEEK"),
            line(LineKind::Removed, b"\tif (!sheet_walk(&walk))"),
            line(LineKind::Added, b"\tif (!sheet_walk(&walk) ||"),
            line(LineKind::Added, b"\t    is_moved_entry(*walk.slot)) /* \xe2\x80\xae<script>alert(1)</script> \xff */"),
            DiffLine { newline: false, ..line(LineKind::Context, b"\t\treturn -ENOENT;") },
        ],
    };
    FileDiff {
        change: FileChange::Modified,
        old_path: "mm/peek.c".into(),
        new_path: "mm/peek.c".into(),
        old_mode: None,
        new_mode: None,
        index: None,
        binary: false,
        binary_patch: None,
        hunks: vec![
            hunk.clone(),
            Hunk {
                old_start: 60,
                new_start: 61,
                ..hunk
            },
        ],
    }
}

fn patch(number: u32, subject: &str, files: Vec<FileDiff>) -> Patch {
    Patch {
        number,
        subject: subject.into(),
        full_subject: format!("[PATCH v2 {number}/3] {subject}"),
        message_id: Some(format!("2024.{number}@example.org")),
        author: Address {
            name: "Ann Author".into(),
            email: "ann@example.org".into(),
        },
        date: Some("2024-02-03T04:05:06Z".parse().unwrap()),
        utc_offset_minutes: 60,
        message: "The walk may give a moved slot.\n\nSigned-off-by: Ann Author <ann@example.org>\n"
            .into(),
        trailers: vec![Trailer {
            key: "Signed-off-by".into(),
            value: "Ann Author <ann@example.org>".into(),
        }],
        changelog: vec![ChangelogEntry {
            version: 2,
            text: "- say why".into(),
        }],
        diffstat: vec![DiffstatFile {
            path: "mm/peek.c".into(),
            changed: Some(3),
        }],
        files,
        problems: vec![Problem {
            line: 9,
            what: "hunk says 3 old lines, holds 4".into(),
        }],
        damage: None,
        raw: format!("From: Ann\n\n{number}\n").into_bytes(),
    }
}

pub(super) fn series() -> Series {
    Series {
        name: "mm-teach-the-walker-v2".into(),
        subject: "mm: teach the walker".into(),
        version: 2,
        rfc: true,
        total: 3,
        cover: Some("Hello,\n\nthis teaches it.\n".into()),
        cover_raw: b"Subject: cover\n\n".to_vec(),
        changelog: vec![ChangelogEntry {
            version: 2,
            text: "- one patch more".into(),
        }],
        patches: vec![
            patch(1, "mm: check before peeking", vec![file()]),
            patch(3, "mm: say so <b>aloud</b>", vec![]),
        ],
        missing: vec![2],
        base_commit: Some("89abcdef".into()),
        change_id: None,
        prerequisites: vec![],
        notes: strings(&["1 message is a reply and was left out"]),
    }
}

pub(super) fn outcomes() -> Vec<PatchOutcome> {
    let exact = HunkOutcome {
        old_start: 25,
        function: "int peek_one(struct sheet *sheet)".into(),
        grade: Grade::Offset,
        new_line: 28,
        offset: 3,
        fuzz: 0,
        reason: "found 3 lines below".into(),
        expected: vec![],
        found: vec![],
        missing_symbols: vec![],
    };
    let conflict = HunkOutcome {
        old_start: 60,
        grade: Grade::Conflict,
        new_line: 0,
        offset: 0,
        reason: "the lines are not in this file".into(),
        expected: strings(&["#ifdef CONFIG_PEEK", "\tif (!sheet_walk(&walk))"]),
        found: strings(&["#ifdef CONFIG_PEEK", "\tif (!sheet_walk_old(&walk))"]),
        missing_symbols: strings(&["sheet_walk"]),
        ..exact.clone()
    };
    let file = FileOutcome {
        path: "mm/peek.c".into(),
        old_path: "mm/peek.c".into(),
        refusal: String::new(),
        reason: "the tree has another pre-image than the one posted".into(),
        already_there: false,
        old_id: None,
        posted_id: None,
        result_id: None,
        proof: Proof::Intact,
        repaired: false,
        trials: 0,
        hunks: vec![exact, conflict],
    };
    vec![
        PatchOutcome {
            number: 1,
            subject: "mm: check before peeking".into(),
            verdict: PatchVerdict::Partly,
            proof: Proof::Intact,
            files: vec![file],
            restored: None,
        },
        PatchOutcome {
            number: 3,
            subject: "mm: say so".into(),
            verdict: PatchVerdict::Applied,
            proof: Proof::Proved,
            files: vec![],
            restored: None,
        },
    ]
}
