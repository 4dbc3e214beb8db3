//! Every folder of patches/ gives the outcome it is named for, through the real program.

use crate::sandbox::{Sandbox, small_tree, specimen};
use serde_json::Value;

/// Lists the specimens: every folder with an expect.json.
fn specimens() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(specimen(""))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("expect.json").is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|word| word.as_str().unwrap())
        .collect()
}

fn field<'v>(lines: &'v [Value], kind: &str, field: &str) -> Vec<&'v str> {
    lines
        .iter()
        .filter(|line| line["type"] == kind)
        .map(|line| line[field].as_str().unwrap())
        .collect()
}

fn expectation(name: &str) -> (Value, String) {
    let text = std::fs::read_to_string(specimen(&format!("{name}/expect.json"))).unwrap();
    let expect: Value = serde_json::from_str(&text).unwrap();
    let series = expect["series"].as_str().unwrap();
    let series = if series == "." {
        specimen(name)
    } else {
        specimen(&format!("{name}/{series}"))
    };
    (expect, series)
}

#[test]
fn apply_gives_what_the_folder_says() {
    for name in specimens() {
        let (expect, series) = expectation(&name);
        let expect = &expect["apply"];
        let sandbox = Sandbox::new();
        let ran = sandbox.run(&["apply", &series, "--on", &small_tree(), "--check", "--json"]);
        assert_eq!(i64::from(ran.code), expect["exit"], "{name}: {ran:#?}");
        let lines = ran.lines();
        assert_eq!(
            field(&lines, "patch", "outcome"),
            words(&expect["patches"]),
            "{name}"
        );
        assert_eq!(
            field(&lines, "patch", "proof"),
            words(&expect["proofs"]),
            "{name}"
        );
        assert_eq!(
            field(&lines, "hunk", "grade"),
            words(&expect["grades"]),
            "{name}"
        );
        let mut missing: Vec<&str> = lines
            .iter()
            .filter(|line| line["type"] == "hunk")
            .flat_map(|line| words(&line["missing_symbols"]))
            .collect();
        missing.sort_unstable();
        assert_eq!(missing, words(&expect["missing_symbols"]), "{name}");
        let summary = lines.last().unwrap();
        assert_eq!(
            (&summary["type"], &summary["refused"]),
            (&Value::from("summary"), &expect["refused"]),
            "{name}"
        );
        assert!(sandbox.files().is_empty(), "{name}: {:?}", sandbox.files());
    }
}

#[test]
fn review_gives_what_the_folder_says() {
    for name in specimens() {
        let (expect, series) = expectation(&name);
        let expect = &expect["review"];
        let sandbox = Sandbox::new();
        let ran = sandbox.run(&[
            "review",
            &series,
            "--on",
            &small_tree(),
            "-o",
            "report",
            "--json",
        ]);
        assert_eq!(i64::from(ran.code), expect["exit"], "{name}: {ran:#?}");
        let lines = ran.lines();
        let mut sites: Vec<String> = lines
            .iter()
            .filter(|line| line["type"] == "change" && line["what"] == "site")
            .map(|line| {
                format!(
                    "{} {}",
                    line["change"].as_str().unwrap(),
                    line["name"].as_str().unwrap()
                )
            })
            .collect();
        sites.sort();
        assert_eq!(sites, words(&expect["sites"]), "{name}");
        let verdicts: Vec<String> = lines
            .iter()
            .filter(|line| line["type"] == "verdict" && line["change"] != "unchanged")
            .map(|line| {
                format!(
                    "{} {}",
                    line["change"].as_str().unwrap(),
                    line["function"].as_str().unwrap()
                )
            })
            .collect();
        assert_eq!(verdicts, words(&expect["verdicts"]), "{name}");
        let files = sandbox.files();
        assert!(
            files.iter().all(|file| file.starts_with("report/")),
            "{name}: {files:?}"
        );
        let page = std::fs::read_to_string(sandbox.path("report/index.html")).unwrap();
        let stored = sandbox.run(&["series", "list", "--json"]).lines();
        assert!(page.contains(stored[0]["name"].as_str().unwrap()), "{name}");
    }
}

#[test]
fn the_catalogue_lists_every_folder() {
    let readme = std::fs::read_to_string(specimen("README.md")).unwrap();
    for name in specimens() {
        assert!(
            readme.contains(&format!("| `{name}` |")),
            "patches/README.md does not list {name}"
        );
    }
    assert!(specimens().len() >= 6);
}

#[test]
fn a_branch_keeps_author_date_and_message() {
    let sandbox = Sandbox::new();
    let series = specimen("clean-apply/series.mbox");
    let ran = sandbox.run(&["apply", &series, "--on", &small_tree(), "--branch", "ada"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    let mut git = assert_cmd::Command::new("git");
    git.args([
        "log",
        "-2",
        "--format=%an <%ae> %ad%n%B",
        "--date=iso",
        "ada",
    ]);
    let log = crate::sandbox::Ran::of(git.current_dir(sandbox.path("workspace/branches.git")));
    for wanted in [
        "Ada Specimen <ada@example.org> 2024-05-06 07:08:09 +0200",
        "mm: name the test for memory of a device\n\nTwo callers",
        "mm/census: count memory of a device alone\n",
        "Signed-off-by: Ada Specimen <ada@example.org>\n",
        "Cc: stable@vger.kernel.org # 0.5+",
    ] {
        assert!(log.stdout.contains(wanted), "no «{wanted}» in {log:#?}");
    }
    assert!(!log.stdout.contains("1 file changed"), "{log:#?}");
}

#[test]
fn touched_files_are_written_and_no_others() {
    let sandbox = Sandbox::new();
    let series = specimen("clean-apply/series.mbox");
    let ran = sandbox.run(&["apply", &series, "--on", &small_tree(), "-o", "out"]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(sandbox.files(), ["out/mm/census.c", "out/mm/small.h"]);
    let written = std::fs::read_to_string(sandbox.path("out/mm/census.c")).unwrap();
    assert!(written.contains("\t\t\tif (entry_is_device(pte))\n"));
    // What does not apply whole is not written at all.
    let ran = sandbox.run(&[
        "apply",
        &specimen("needs-earlier-patch"),
        "--on",
        &small_tree(),
        "-o",
        "none",
    ]);
    assert_eq!(ran.code, 3);
    assert!(ran.stderr.contains("nothing was written"), "{ran:#?}");
    assert_eq!(sandbox.files().len(), 2);
}
