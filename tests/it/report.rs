//! The report's files: sizes, what a failure leaves, what it says of an empty workspace.

use pteward::audit::{Audit, Site, SiteKind};
use pteward::report::{ReportError, write};
use pteward::store::{AuditKey, Store};
use pteward::vocabulary::{Family, Predicate};

#[test]
fn an_empty_workspace_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let out = folder.path().join("report");
    let written = write(&store, &out, None).unwrap();
    assert_eq!(written.pages, 1);
    let page = std::fs::read_to_string(&written.index).unwrap();
    assert!(page.contains("pteward kernel add") && page.contains("pteward series import"));
    let names: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["index.html"], "nothing hidden is left");
}

#[test]
fn a_hundred_thousand_sites_make_pages_that_a_browser_can_show() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(folder.path()).unwrap();
    let site = |n: u32| Site {
        file: format!(
            "{}/sub/file{:05}.c",
            ["arch", "drivers", "mm"][(n / 40_000) as usize],
            n / 12
        ),
        line: n,
        column: 1,
        function: format!("a_function_of_usual_length_{n}"),
        predicate: format!("is_some_kind_of_entry_{}", n % 40),
        family: Family::Entry,
        kind: SiteKind::Call,
        accepts: vec!["migration".into()],
        arms: vec!["CONFIG_TRANSPARENT_HUGEPAGE".into()],
    };
    let predicates = (0..40)
        .map(|n| Predicate {
            name: format!("is_some_kind_of_entry_{n}"),
            family: Family::Entry,
            accepts: vec!["migration".into()],
            file: "include/linux/x.h".into(),
            line: n,
        })
        .collect();
    let audit = Audit {
        sites: (0..100_000).map(site).collect(),
        predicates,
        ..Audit::default()
    };
    let key = AuditKey {
        kernel: "big".into(),
        kernel_version: "6.1".into(),
        commit: None,
        series: None,
        state: 0,
    };
    store.save_audit(&key, &audit).unwrap();
    let out = folder.path().join("report");
    let written = write(&store, &out, None).unwrap();
    let mut rows = 0;
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let size = std::fs::metadata(&path).unwrap().len();
        assert!(size < 8 << 20, "{path:?} has {size} bytes");
        rows += std::fs::read_to_string(&path)
            .unwrap()
            .matches("a_function_of_usual_length_")
            .count();
    }
    assert_eq!(rows, 100_000, "every site is on a page");
    assert!(written.pages > 4);
    let kernel = std::fs::read_to_string(out.join("kernel-big.html")).unwrap();
    assert!(
        kernel.contains("kernel-big-sites-mm.html"),
        "the kernel's page leads there"
    );
}

#[test]
fn a_failure_leaves_the_old_report_and_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"mine").unwrap();
    let error = write(&store, &file, None).unwrap_err();
    assert!(matches!(error, ReportError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("-o"), "{error}");
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");

    let out = folder.path().join("report");
    std::fs::create_dir_all(out.join("index.html")).unwrap();
    let error = write(&store, &out, None).unwrap_err();
    assert!(matches!(error, ReportError::Io { .. }), "{error:?}");
    let names: Vec<_> = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(
        names,
        ["index.html"],
        "no page and no hidden folder is left"
    );
}

#[test]
fn other_files_in_the_folder_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let out = folder.path().join("report");
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("notes.txt"), b"mine").unwrap();
    write(&store, &out, None).unwrap();
    write(&store, &out, None).unwrap();
    assert_eq!(std::fs::read(out.join("notes.txt")).unwrap(), b"mine");
}
