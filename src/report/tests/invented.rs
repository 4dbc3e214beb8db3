//! A small invented store: no line of it comes from a kernel.

mod posted;

use crate::audit::{
    Audit, BlindSort, BlindSpot, ChangeKind, Excerpt, Line, ReviewChange, Side, Site, SiteKind,
    Touched, Verdict, Walk,
};
use crate::store::{AuditKey, KernelRow, NewReview, Store};
use crate::vocabulary::{Family, Predicate};
use posted::{outcomes, series};
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

fn site(at: (&str, u32), function: &str, predicate: &str, family: Family, kind: SiteKind) -> Site {
    Site {
        file: at.0.into(),
        line: at.1,
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
        guards: Vec::new(),
        fingerprint: "f00d".into(),
        pmd: None,
    }
}

fn walks() -> Vec<Walk> {
    let line = |line: u32, text: &str| Line {
        file: "mm/peek.c".into(),
        line,
        text: text.into(),
    };
    vec![
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
    ]
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
        ("mm/peek.c", 14),
        "peek_all",
        "slot_present",
        Family::Presence,
        SiteKind::Call,
    );
    arms.arms = strings(&["CONFIG_PEEK", "!CONFIG_TINY"]);
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
                ("include/linux/slots.h", 10),
                "",
                "is_moved_entry",
                Family::Entry,
                SiteKind::Definition,
            ),
            site(
                ("include/linux/slots.h", 44),
                "slot_busy",
                "slot_present",
                Family::Presence,
                SiteKind::Macro,
            ),
            arms,
            site(
                ("mm/zap.c", 107),
                "zap_one",
                "is_moved_entry",
                Family::Entry,
                SiteKind::Call,
            ),
        ],
        walks: walks(),
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
            sort: BlindSort::Macro,
            what: "a macro hides the function's end".into(),
        }],
        kinds: Vec::new(),
        matrix: Vec::new(),
        files_read: 1234,
        files_parsed: 4,
    }
}

fn audit_after() -> Audit {
    let mut audit = audit();
    audit.walks[0].verdict = Verdict::Prepared;
    audit.walks[0].reason = "every use is behind is_moved_entry".into();
    audit.sites.push(site(
        ("mm/peek.c", 27),
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
