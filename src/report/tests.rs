//! The report of an invented store: contexts and one page as snapshots, and what every page must hold.

mod invented;

use super::page::{IndexPage, KernelPage, Plan, SeriesPage, site_pages};
use super::write;
use serde_json::Value;

/// Blanks out the moments that change from run to run: `2024-05-06 07:08 UTC` becomes `[moment]`.
fn without_moments(text: &str) -> String {
    const SHAPE: &str = "2024-05-06 07:08 UTC";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(" UTC") {
        let end = at + " UTC".len();
        let start = end
            .checked_sub(SHAPE.len())
            .filter(|start| rest.is_char_boundary(*start));
        let stamp = start.filter(|start| {
            rest[*start..end]
                .chars()
                .zip(SHAPE.chars())
                .all(|(have, want)| {
                    have == want || (have.is_ascii_digit() && want.is_ascii_digit())
                })
        });
        match stamp {
            Some(start) => {
                out.push_str(&rest[..start]);
                out.push_str("[moment]");
            }
            None => out.push_str(&rest[..end]),
        }
        rest = &rest[end..];
    }
    out + rest
}

#[test]
fn contexts_are_as_expected() {
    let folder = tempfile::tempdir().unwrap();
    let store = invented::store(folder.path());
    let plan = Plan::new(&store, None).unwrap();
    let index = IndexPage::gather(&store, &plan).unwrap();
    let kernel = plan
        .kernels
        .iter()
        .find(|kernel| kernel.audit.is_some())
        .unwrap();
    let audit = store.audit(kernel.audit.as_ref().unwrap().id).unwrap();
    assert!(site_pages(&audit.sites, &plan.frame, &kernel.name, "kernel-x").is_empty());
    let kernel = KernelPage::gather(kernel, &plan.frame, Some(&audit), &[]);
    let series = SeriesPage::gather(&store, &plan, &plan.series[0]).unwrap();
    let all = serde_json::json!({ "index": index, "kernel": kernel, "series": series });
    let text = without_moments(&serde_json::to_string(&all).unwrap());
    let all: Value = serde_json::from_str(&text).unwrap();
    insta::assert_json_snapshot!("contexts", all);
}

#[test]
fn series_page_is_as_expected() {
    let folder = tempfile::tempdir().unwrap();
    let store = invented::store(folder.path());
    let out = folder.path().join("report");
    write(&store, &out, None).unwrap();
    let page = std::fs::read_to_string(out.join("series-mm-teach-the-walker-v2.html")).unwrap();
    // The frame (style sheet and script) is a file of its own in the repository.
    let main = page
        .split_once("<main>")
        .unwrap()
        .1
        .split_once("</main>")
        .unwrap()
        .0;
    insta::assert_snapshot!("series_page", without_moments(main));
}

#[test]
fn a_page_shows_hostile_text_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = invented::store(folder.path());
    let out = folder.path().join("report");
    let written = write(&store, &out, None).unwrap();
    assert_eq!(written.pages, 4);
    for entry in std::fs::read_dir(&out).unwrap() {
        let path = entry.unwrap().path();
        let page = std::fs::read_to_string(&path).unwrap();
        let main = page
            .split_once("<main>")
            .unwrap()
            .1
            .split_once("</main>")
            .unwrap()
            .0;
        assert!(!main.contains("<script"), "{path:?}");
        assert!(
            !main.contains('\u{202e}') && !main.contains('\u{1b}'),
            "{path:?}"
        );
        assert!(
            !page.contains("http://") && !page.contains("https://"),
            "{path:?} names the network"
        );
        assert!(
            !page.contains(" src=") && !page.contains("@import") && !page.contains("url("),
            "{path:?}"
        );
    }
    let series = std::fs::read_to_string(out.join("series-mm-teach-the-walker-v2.html")).unwrap();
    assert!(series.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(series.contains("&lt;U+202E&gt;"));
}

#[test]
fn only_one_review_has_only_its_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = invented::store(folder.path());
    let out = folder.path().join("report");
    let review = store.reviews().unwrap()[0].id;
    let written = write(&store, &out, Some(review)).unwrap();
    assert_eq!(written.pages, 3, "front page, its kernel, its series");
    assert!(out.join("kernel-specimen.html").is_file());
    assert!(!out.join("kernel-unaudited.html").exists());
}
