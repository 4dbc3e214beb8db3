//! A small invented store: no line of it comes from a kernel.

use crate::audit::{
    Audit, BlindSpot, ChangeKind, Excerpt, Line, ReviewChange, Side, Site, SiteKind, Touched,
    Verdict, Walk,
};
use crate::diff::{FileChange, FileDiff, Hunk, Line as DiffLine, LineKind, Problem};
use crate::mail::Address;
use crate::series::{ChangelogEntry, DiffstatFile, Patch, Series, Trailer};
use crate::store::{AuditKey, KernelRow, NewReview, Store};
use crate::tree::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
use crate::vocabulary::{Family, Predicate};
use std::path::Path;

/// Strings of a literal list.
fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// Makes the store: two kernels, one audited; one series, applied and reviewed.
pub(super) fn store(folder: &Path) -> Store {
    let mut store = Store::open(folder).unwrap();
    for name in ["specimen", "unaudited"] {
        let row = KernelRow {
            name: name.into(),
            spec: format!("/trees/{name}"),
            version: "6.99.1".into(),
            commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
            tree: None,
        };
        store.add_kernel(&row).unwrap();
    }
    let series = series();
    store.save_series(&series).unwrap();
    let application = store
        .save_application(&series.name, "specimen", "6.99.1", &outcomes())
        .unwrap();
    let key = AuditKey {
        kernel: "specimen".into(),
        kernel_version: "6.99.1".into(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
        series: None,
        state: 0,
    };
    let audit_before = store.save_audit(&key, &audit()).unwrap();
    let key = AuditKey {
        series: Some(series.name.clone()),
        state: 3,
        ..key
    };
    let audit_after = store.save_audit(&key, &audit_after()).unwrap();
    store
        .save_review(&NewReview {
            series: &series.name,
            kernel: "specimen",
            application,
            audit_before,
            audit_after,
            changes: &changes(),
        })
        .unwrap();
    store
}

/// A function with a walk, invented.
const GOOD: &str = "static bool zap_one(struct sheet *sheet, struct area *area)
{
\tDEFINE_SHEET_WALK(walk, sheet, area, WALK_SYNC);

\t/* Only what is there\n\t * can be counted. */
\twhile (sheet_walk(&walk)) {
\t\tif (is_moved_entry(*walk.slot))
\t\t\tcontinue;
\t\tcount(slot_page(*walk.slot), \"zap\", 0x10UL);
\t}
\treturn true;
}
";

/// Another one, with a wrong use.
const BAD: &str = "int peek_one(struct sheet *sheet)
{
\tstruct sheet_walk walk = { .sheet = sheet };

#ifdef CONFIG_PEEK
\tif (!sheet_walk(&walk))
\t\treturn -ENOENT;
#endif
\treturn slot_page(*walk.slot);
}
";

fn site(
    file: &str,
    line: u32,
    function: &str,
    predicate: &str,
    family: Family,
    kind: SiteKind,
) -> Site {
    Site {
        file: file.into(),
        line,
        column: 7,
        function: function.into(),
        predicate: predicate.into(),
        family,
        kind,
        accepts: vec![],
        arms: vec![],
    }
}

fn walk(file: &str, function: &str, line: u32, span: (u32, u32), verdict: Verdict) -> Walk {
    Walk {
        file: file.into(),
        function: function.into(),
        line,
        span,
        walker: "sheet_walk".into(),
        flags: vec![],
        cursor: "walk".into(),
        cursor_from: "DEFINE_SHEET_WALK".into(),
        contract: vec![],
        verdict,
        unhandled: vec![],
        used: None,
        witness: vec![],
        reason: String::new(),
    }
}

fn audit() -> Audit {
    let predicate = |name: &str, family, accepts: &[&str], line| Predicate {
        name: name.into(),
        family,
        accepts: strings(accepts),
        file: "include/linux/slots.h".into(),
        line,
    };
    let mut arms = site(
        "mm/peek.c",
        14,
        "peek_all",
        "slot_present",
        Family::Presence,
        SiteKind::Call,
    );
    arms.arms = strings(&["CONFIG_PEEK", "!CONFIG_TINY"]);
    let line = |line: u32, text: &str| Line {
        file: "mm/peek.c".into(),
        line,
        text: text.into(),
    };
    Audit {
        predicates: vec![
            predicate(
                "is_moved_entry",
                Family::Entry,
                &["migration", "device_private"],
                10,
            ),
            predicate("is_worn_marker", Family::Marker, &["marker"], 20),
            predicate("slot_present", Family::Presence, &[], 30),
        ],
        sites: vec![
            site(
                "include/linux/slots.h",
                10,
                "",
                "is_moved_entry",
                Family::Entry,
                SiteKind::Definition,
            ),
            site(
                "include/linux/slots.h",
                44,
                "slot_busy",
                "slot_present",
                Family::Presence,
                SiteKind::Macro,
            ),
            arms,
            site(
                "mm/zap.c",
                107,
                "zap_one",
                "is_moved_entry",
                Family::Entry,
                SiteKind::Call,
            ),
        ],
        walks: vec![
            Walk {
                verdict: Verdict::Unprepared,
                unhandled: strings(&["migration"]),
                used: Some(line(29, "return slot_page(*walk.slot);")),
                witness: vec![
                    line(26, "if (!sheet_walk(&walk))"),
                    line(29, "return slot_page(*walk.slot);"),
                ],
                reason: "slot_page needs a present slot and the walk may give migration".into(),
                ..walk("mm/peek.c", "peek_one", 26, (21, 30), Verdict::Unprepared)
            },
            Walk {
                flags: strings(&["WALK_SYNC"]),
                reason: "every use is behind is_moved_entry".into(),
                ..walk("mm/zap.c", "zap_one", 106, (100, 112), Verdict::Prepared)
            },
            Walk {
                reason: "the cursor escapes".into(),
                ..walk("mm/zip.c", "zip_one", 8, (1, 20), Verdict::Unknown)
            },
            walk("mm/zip.c", "zip_two", 30, (25, 40), Verdict::NotApplicable),
        ],
        excerpts: vec![
            Excerpt {
                file: "mm/peek.c".into(),
                function: "peek_one".into(),
                first_line: 21,
                text: BAD.into(),
            },
            Excerpt {
                file: "mm/zap.c".into(),
                function: "zap_one".into(),
                first_line: 100,
                text: GOOD.into(),
            },
        ],
        blind: vec![BlindSpot {
            file: "mm/zip.c".into(),
            line: 3,
            what: "a macro hides the function's end".into(),
        }],
        files_read: 1234,
        files_parsed: 4,
    }
}

fn audit_after() -> Audit {
    let mut audit = audit();
    audit.walks[0].verdict = Verdict::Prepared;
    audit.walks[0].reason = "every use is behind is_moved_entry".into();
    audit.sites.push(site(
        "mm/peek.c",
        27,
        "peek_one",
        "is_moved_entry",
        Family::Entry,
        SiteKind::Call,
    ));
    audit.sites.sort();
    audit
}

fn changes() -> Vec<ReviewChange> {
    let change = |line, what, name: &str, change, side| ReviewChange {
        patch: 1,
        file: "mm/peek.c".into(),
        line,
        function: "peek_one".into(),
        what,
        name: name.into(),
        change,
        side,
    };
    vec![
        change(
            26,
            Touched::Walk,
            "sheet_walk",
            ChangeKind::Touched,
            Side::After,
        ),
        change(
            27,
            Touched::Site,
            "is_moved_entry",
            ChangeKind::Added,
            Side::After,
        ),
    ]
}

fn series() -> Series {
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
    let file = FileDiff {
        change: FileChange::Modified,
        old_path: "mm/peek.c".into(),
        new_path: "mm/peek.c".into(),
        old_mode: None,
        new_mode: None,
        index: None,
        binary: false,
        hunks: vec![
            hunk.clone(),
            Hunk {
                old_start: 60,
                new_start: 61,
                ..hunk
            },
        ],
    };
    let patch = |number: u32, subject: &str, files| Patch {
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
        raw: format!("From: Ann\n\n{number}\n").into_bytes(),
    };
    Series {
        name: "mm-teach-the-walker-v2".into(),
        subject: "mm: teach the walker".into(),
        version: 2,
        rfc: true,
        total: 3,
        cover: Some("Hello,\n\nthis teaches it.\n".into()),
        cover_raw: b"Subject: cover\n\n".to_vec(),
        patches: vec![
            patch(1, "mm: check before peeking", vec![file]),
            patch(3, "mm: say so <b>aloud</b>", vec![]),
        ],
        missing: vec![2],
        base_commit: Some("89abcdef".into()),
        change_id: None,
        prerequisites: vec![],
        notes: strings(&["1 message is a reply and was left out"]),
    }
}

fn outcomes() -> Vec<PatchOutcome> {
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
        already_there: false,
        posted_id: None,
        result_id: None,
        proof: Proof::None,
        hunks: vec![exact, conflict],
    };
    vec![
        PatchOutcome {
            number: 1,
            subject: "mm: check before peeking".into(),
            verdict: PatchVerdict::Partly,
            proof: Proof::None,
            files: vec![file],
        },
        PatchOutcome {
            number: 3,
            subject: "mm: say so".into(),
            verdict: PatchVerdict::Applied,
            proof: Proof::Proved,
            files: vec![],
        },
    ]
}
