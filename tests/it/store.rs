//! What goes into the store comes out of it, and keeps its word about names, ids and repeats.

mod specimen;

use pteward::audit::{Audit, ChangeKind, ReviewChange, Side, SiteKind, Touched};
use pteward::series::Trailer;
use pteward::store::{KernelRow, NewReview, Store, StoreError};
use specimen::{audit, key, outcomes, series, site};
use std::time::Instant;

fn open() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = Store::open(folder.path()).expect("a new workspace opens");
    (folder, store)
}

#[test]
fn kernels_keep_their_source() {
    let (_folder, mut store) = open();
    let row = KernelRow {
        name: "k".into(),
        spec: "/src/k@v6.1".into(),
        version: "6.1".into(),
        commit: Some("c0ffee".into()),
        tree: None,
    };
    store.add_kernel(&row).unwrap();
    assert_eq!(store.kernel("k").unwrap().unwrap().row, row);
    assert!(store.kernel("other").unwrap().is_none());
    let newer = KernelRow {
        version: "6.1.1".into(),
        ..row.clone()
    };
    store.add_kernel(&newer).unwrap();
    assert_eq!(store.kernels().unwrap().len(), 1);
    assert_eq!(store.kernel("k").unwrap().unwrap().row.version, "6.1.1");
    let other = KernelRow {
        spec: "/src/other".into(),
        ..row
    };
    let error = store.add_kernel(&other).unwrap_err();
    assert!(matches!(error, StoreError::KernelTaken { .. }), "{error:?}");
    assert!(error.to_string().contains("/src/k@v6.1"), "{error}");
    assert_eq!(store.kernel("k").unwrap().unwrap().row, newer);
}

#[test]
fn series_come_back_whole_and_once() {
    let (_folder, mut store) = open();
    let posted = series("steps");
    let saved = store.save_series(&posted).unwrap();
    assert!(saved.new);
    assert_eq!(store.series("steps").unwrap(), posted, "raw bytes included");

    let again = store.save_series(&series("another-name")).unwrap();
    assert_eq!(
        (again.id, again.name.as_str(), again.new),
        (saved.id, "steps", false),
        "same posting, same row"
    );

    let mut other = posted.clone();
    other.patches[1].raw = b"another posting".to_vec();
    let other = store.save_series(&other).unwrap();
    assert_eq!(
        (other.name.as_str(), other.new),
        ("steps-2", true),
        "other content, other name"
    );
    assert_eq!(store.series("steps").unwrap(), posted);

    let mut better = posted.clone();
    better.patches[0].trailers.push(Trailer {
        key: "Acked-by".into(),
        value: "B".into(),
    });
    let better_saved = store.save_series(&better).unwrap();
    assert_eq!((better_saved.id, better_saved.new), (saved.id, false));
    assert_eq!(
        store.series("steps").unwrap(),
        better,
        "read better from the same bytes"
    );

    let list = store.series_list().unwrap();
    assert_eq!(list.len(), 2);
    let head = list.iter().find(|head| head.name == "steps").unwrap();
    assert_eq!(
        (head.total, head.present, head.missing.as_slice()),
        (3, 2, &[3][..])
    );
    assert_eq!(head.author.name, "Ann");
    let error = store.series("nothing").unwrap_err();
    assert!(error.to_string().contains("series list"), "{error}");
}

#[test]
fn applications_come_back_whole() {
    let (_folder, mut store) = open();
    store.save_series(&series("steps")).unwrap();
    let first = store.save_application("steps", "k", "6.1", &[]).unwrap();
    let id = store
        .save_application("steps", "k", "6.1", &outcomes())
        .unwrap();
    assert_eq!(store.application(id).unwrap(), outcomes());
    assert!(
        store.application(first).unwrap().is_empty(),
        "an older run stays"
    );
    let list = store.applications().unwrap();
    assert_eq!(
        list.iter().map(|run| run.id).collect::<Vec<_>>(),
        [id],
        "the newest counts"
    );
    assert!(matches!(
        store.save_application("none", "k", "6.1", &[]),
        Err(StoreError::NoSuch { .. })
    ));
}

#[test]
fn audits_come_back_whole_and_are_replaced_in_place() {
    let (_folder, mut store) = open();
    let id = store.save_audit(&key(None, 0), &audit()).unwrap();
    assert_eq!(store.audit(id).unwrap(), audit());
    assert_eq!(store.find_audit(&key(None, 0)).unwrap(), Some(id));
    assert_eq!(store.find_audit(&key(None, 1)).unwrap(), None);
    let head = &store.audits().unwrap()[0];
    assert_eq!(head.key, key(None, 0));
    assert_eq!(
        (head.sites, head.calls, head.predicates, head.blind),
        (4, 2, 1, 1)
    );
    // It looks at no single page's entry and is unprepared for a huge one: it counts by the level that is worse off.
    assert_eq!((head.walks.unprepared, head.walks.not_applicable), (1, 0));

    let smaller = Audit {
        sites: vec![],
        walks: vec![],
        ..audit()
    };
    assert_eq!(
        store.save_audit(&key(None, 0), &smaller).unwrap(),
        id,
        "the same key keeps its id"
    );
    assert_eq!(store.audit(id).unwrap(), smaller);

    assert!(matches!(
        store.save_audit(&key(Some("none"), 1), &audit()),
        Err(StoreError::NoSuch { .. })
    ));
    store.save_series(&series("steps")).unwrap();
    let other = store.save_audit(&key(Some("steps"), 2), &audit()).unwrap();
    assert_ne!(other, id);
    assert_eq!(store.audits().unwrap().len(), 2);
}

#[test]
fn reviews_come_back_whole_and_are_replaced_in_place() {
    let (_folder, mut store) = open();
    store.save_series(&series("steps")).unwrap();
    let application = store
        .save_application("steps", "k", "6.1", &outcomes())
        .unwrap();
    let audit_before = store.save_audit(&key(None, 0), &audit()).unwrap();
    let audit_after = store.save_audit(&key(Some("steps"), 2), &audit()).unwrap();
    let change = |change, side, what| ReviewChange {
        patch: 1,
        file: "mm/x.c".into(),
        line: 7,
        function: "f".into(),
        what,
        name: "is_x".into(),
        change,
        side,
    };
    let changes = [
        change(ChangeKind::Added, Side::After, Touched::Site),
        change(ChangeKind::Removed, Side::Before, Touched::Site),
        change(ChangeKind::Touched, Side::After, Touched::Walk),
    ];
    let review = NewReview {
        series: "steps",
        kernel: "k",
        application,
        audit_before,
        audit_after,
        changes: &changes,
    };
    let id = store.save_review(&review).unwrap();
    assert_eq!(store.review(id).unwrap().changes, changes);
    let again = store
        .save_review(&NewReview {
            changes: &changes[..1],
            ..review
        })
        .unwrap();
    assert_eq!(again, id);
    assert_eq!(store.review(id).unwrap().changes, changes[..1]);
    assert_eq!(store.reviews().unwrap().len(), 1);
}

#[test]
fn a_second_process_sees_what_the_first_wrote() {
    let (folder, mut store) = open();
    store.save_series(&series("steps")).unwrap();
    let other = Store::open(folder.path()).unwrap();
    assert_eq!(other.series("steps").unwrap(), series("steps"));
}

#[test]
fn a_hundred_thousand_sites_are_stored_in_a_moment() {
    let (_folder, mut store) = open();
    let sites = (0..100_000)
        .map(|n| site(format!("mm/f{:05}.c", n / 20), n, SiteKind::Call))
        .collect();
    let audit = Audit {
        sites,
        ..Audit::default()
    };
    let start = Instant::now();
    let id = store.save_audit(&key(None, 0), &audit).unwrap();
    let saved = start.elapsed();
    let start = Instant::now();
    assert_eq!(store.audit(id).unwrap().sites, audit.sites);
    let read = start.elapsed();
    // Optimised it takes a quarter of a second; the bound is for plain builds on a busy machine.
    assert!(saved.as_secs() < 10, "{saved:?}");
    assert!(read.as_secs() < 10, "{read:?}");
    eprintln!("100,000 sites: saved in {saved:?}, read in {read:?}");
}
