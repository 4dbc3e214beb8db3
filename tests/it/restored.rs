//! Damaged pages through the program: imported whole, restored, applied, exported for `git am`.

use crate::kernels::{kernel, shared};
use crate::sandbox::{Ran, Sandbox, small_tree, specimen};
use pteward::diff::LineKind;
use pteward::mail;
use pteward::pipeline::{self, Workspace};
use pteward::repair::Proof;
use pteward::series::{self, Series};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Finds a seed by the start of its name.
fn seed(start: &str) -> Option<PathBuf> {
    let folder = shared().map(|shared| shared.join("seeds"))?;
    let found = std::fs::read_dir(folder).ok()?.flatten().find(|entry| {
        let name = entry.file_name();
        name.to_string_lossy().starts_with(start)
    });
    if found.is_none() {
        println!("skipped: no seed {start} in ../shared/seeds");
    }
    found.map(|entry| entry.path())
}

fn import(start: &str) -> Option<Series> {
    let mut all = series::assemble(mail::read(&seed(start)?).unwrap());
    assert_eq!(all.len(), 1, "{start}");
    all.pop()
}

fn hunks(series: &Series) -> usize {
    let files = series.patches.iter().flat_map(|patch| &patch.files);
    files.map(|file| file.hunks.len()).sum()
}

#[test]
fn all_seeds_import_whole() {
    let expected = [
        ("000", 5, 1, 24, "Alistair Popple", "apopple@nvidia.com"),
        ("001", 13, 1, 5, "Glisse", "jglisse@xxxxxxxxxx"),
        ("002", 1, 1, 14, "Alistair Popple", "apopple@xxxxxxxxxx"),
        ("003", 1, 1, 15, "Alistair Popple", "apopple@nvidia.com"),
        ("004", 1, 12, 45, "David Hildenbrand", "david@redhat.com"),
    ];
    for (name, version, parts, count, author, address) in expected {
        let Some(series) = import(name) else { return };
        assert_eq!(
            (series.version, series.patches.len()),
            (version, parts),
            "{name}"
        );
        if !matches!(name, "001" | "002") {
            assert_eq!(hunks(&series), count, "{name}");
        }
        for patch in &series.patches {
            let damaged = matches!(name, "001" | "002" | "004");
            assert_eq!(patch.damage.is_some(), damaged, "{name}");
            assert_eq!(patch.problems, [], "{name}");
            assert!(
                patch.author.name.ends_with(author),
                "{name}: {:?}",
                patch.author
            );
            assert_eq!(patch.author.email, address, "{name}");
            assert!(patch.date.is_some(), "{name}");
            assert!(!patch.raw.is_empty(), "{name}");
            assert_eq!(
                patch.diffstat.len(),
                patch.files.len(),
                "{name}/{}",
                patch.number
            );
            let signed = patch
                .trailers
                .iter()
                .any(|trailer| trailer.key == "Signed-off-by");
            assert!(signed, "{name}/{}: {:?}", patch.number, patch.trailers);
        }
    }
}

#[test]
fn a_page_without_line_ends_gives_its_trailers_and_its_base() {
    let Some(series) = import("004") else { return };
    assert!(series.cover.is_some());
    assert_eq!(
        series.base_commit.as_deref(),
        Some("4845035bec80db8d716a94b80bb5593bf1d69270")
    );
    let keys = |number: usize| -> Vec<&str> {
        let trailers = series.patches[number - 1].trailers.iter();
        trailers.map(|trailer| trailer.key.as_str()).collect()
    };
    assert_eq!(keys(1), ["Fixes", "Cc", "Signed-off-by"]);
    assert_eq!(keys(3), ["Signed-off-by"]);
    assert_eq!(keys(12), ["Fixes", "Signed-off-by"]);
    let first = &series.patches[0];
    assert!(first.trailers[0].value.starts_with("9cb28da54643 (\""));
    assert_eq!(first.diffstat[0].changed, Some(3));
    assert!(!first.message.contains("diff --git") && !first.message.contains(" | 3"));
    let lost = first.damage.as_ref().unwrap().lost;
    assert!(lost.line_breaks && lost.tabs && !lost.quoted);
}

/// Tells what restoring 004 on a kernel gave, one line a file.
#[test]
fn the_flattened_seed_on_a_stable_kernel() {
    let (Some(page), Some(tree)) = (seed("004"), kernel("6.12", "")) else {
        return;
    };
    let sandbox = Sandbox::new();
    let page = page.to_str().unwrap();
    let tree = tree.canonicalize().unwrap();
    let tree = tree.to_str().unwrap();
    assert_eq!(
        sandbox
            .run(&["series", "import", page, "--name", "flat"])
            .code,
        0
    );
    let start = Instant::now();
    let applied = sandbox.run(&["apply", "flat", "--on", tree, "--json"]);
    println!(
        "applied in {:.2?} (not optimised as a release is)",
        start.elapsed()
    );
    let lines = applied.lines();
    let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
    assert_eq!(of("hunk").count(), 45);
    let outcomes: Vec<&str> = of("patch")
        .map(|patch| patch["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes[..2], ["already-there"; 2]);
    assert_eq!(outcomes[2..7], ["applied"; 5]);
    assert_eq!(outcomes[9..11], ["applied"; 2]);
    assert!(of("patch").all(|patch| patch["repaired"] == true && patch["proof"] != "intact"));
    // Of the eighth, most is in the kernel already.
    let eighth: Vec<&str> = of("hunk")
        .filter(|hunk| hunk["patch"] == 8)
        .map(|hunk| hunk["grade"].as_str().unwrap())
        .collect();
    let there = eighth
        .iter()
        .filter(|grade| **grade == "already-there")
        .count();
    assert!(there >= 4, "{eighth:?}");
    for hunk in of("hunk").filter(|hunk| hunk["patch"] == 8 || hunk["patch"] == 9) {
        let function = hunk["function"].as_str().unwrap();
        let name = if hunk["patch"] == 8 {
            "try_to_unmap_one("
        } else {
            "try_to_migrate_one("
        };
        assert!(function.contains(name), "{hunk}");
    }
}

/// The restored text of every patch has as many changed lines as the diffstat says, unless the grade says otherwise.
#[test]
fn diffstats_agree_with_what_is_restored() {
    let (Some(series), Some(tree)) = (import("004"), kernel("6.12", "")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(folder.path()).unwrap();
    let quiet: pipeline::Tell<'_> = &|_| {};
    let open = pipeline::open_kernel(&workspace, tree.to_str().unwrap(), quiet).unwrap();
    let restored = pipeline::restore_series(&workspace, series, &open, quiet);
    for (patch, files) in restored.series.patches.iter().zip(&restored.files) {
        for file in files.as_ref().unwrap() {
            let lines = file.diff.hunks.iter().flat_map(|hunk| &hunk.lines);
            let changed = lines.filter(|line| line.kind != LineKind::Context).count();
            assert_eq!(
                patch.posted_changes(&file.diff),
                Some(u32::try_from(changed).unwrap()),
                "{}: {} ({:?})",
                patch.number,
                file.diff.path(),
                file.grade
            );
            assert!(
                file.grade < Proof::Failed,
                "{}: {}",
                patch.number,
                file.reason
            );
        }
    }
}

/// Sets a posting as an archive does that keeps no line ends and no white space.
fn flattened(mbox: &str) -> String {
    let reading = mail::read_bytes(mbox.as_bytes().to_vec(), "mbox").unwrap();
    let posts = reading.messages.into_iter().map(|message| {
        let words = String::from_utf8(message.body).unwrap();
        let words: Vec<&str> = words.split_whitespace().collect();
        format!(
            "{}\n2024-May-06 05:08 UTC\n{}\n{}\n",
            message.from.name,
            message.subject,
            words.join(" ").replace("ada@example", "ada at example")
        )
    });
    posts.collect()
}

fn git(folder: &Path, args: &[&str]) -> Ran {
    let mut git = assert_cmd::Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
        .args(args)
        .current_dir(folder);
    Ran::of(&mut git)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn git_takes_what_was_restored() {
    let sandbox = Sandbox::new();
    let posted = std::fs::read_to_string(specimen("clean-apply/series.mbox")).unwrap();
    let page = sandbox.file("page.txt", flattened(&posted));
    let tree = small_tree();
    let imported = sandbox.run(&["series", "import", &page, "--name", "flat"]);
    assert_eq!(imported.code, 0, "{imported:#?}");
    let shown = sandbox.run(&["series", "show", "flat"]).stdout;
    assert!(
        shown.contains("damaged") && shown.contains("line breaks"),
        "{shown}"
    );
    let posts = sandbox.run(&["series", "show", "flat", "--json"]).lines();
    assert!(
        posts[0]["damaged"] == true && posts[0]["hunks"] == 1,
        "{}",
        posts[0]
    );
    // The pre-images are the posted ones, so the text is proved; but it is never called intact.
    let applied = sandbox.run(&["apply", "flat", "--on", &tree, "--json"]);
    assert_eq!(applied.code, 0, "{applied:#?}");
    for line in applied.lines().iter().filter(|line| line["type"] == "file") {
        assert!(
            line["proof"] == "proved" && line["repaired"] == true,
            "{line}"
        );
    }
    // Without a kernel nothing can be restored, and nothing is written as if it were.
    let bare = sandbox.run(&["series", "export", "flat", "-o", "bare.mbox"]);
    assert!(
        bare.code == 3 && bare.stderr.contains("patch 1 is left out"),
        "{bare:#?}"
    );
    let whole = sandbox.run(&["series", "export", "flat", "--on", &tree]);
    assert!(whole.stdout.contains("mm/small.h: proved"), "{whole:#?}");

    let am = sandbox.run(&[
        "series", "export", "flat", "--on", &tree, "--am", "-o", "am.mbox",
    ]);
    assert_eq!(am.code, 0, "{am:#?}");
    let repository = sandbox.path("repository");
    copy(Path::new(&tree), &repository);
    for args in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["commit", "-q", "-m", "base"],
    ] {
        assert_eq!(git(&repository, args).code, 0);
    }
    let taken = git(&repository, &["am", "../am.mbox"]);
    assert_eq!(taken.code, 0, "{taken:#?}");
    let log = git(
        &repository,
        &["log", "--format=%an <%ae> %ad %s", "--date=iso", "-2"],
    )
    .stdout;
    assert!(
        log.contains("Ada Specimen <ada@example.org> 2024-05-06")
            && log.contains("mm: name the test for memory of a device"),
        "{log}"
    );
    // It is what the intact posting makes.
    let intact = specimen("clean-apply/series.mbox");
    let written = sandbox.run(&["apply", &intact, "--on", &tree, "-o", "files"]);
    assert_eq!(written.code, 0, "{written:#?}");
    for file in ["mm/small.h", "mm/census.c"] {
        assert_eq!(
            std::fs::read(repository.join(file)).unwrap(),
            std::fs::read(sandbox.path("files").join(file)).unwrap(),
            "{file}"
        );
    }
    // An intact posting goes through unchanged too.
    let again = sandbox.run(&["series", "export", &intact, "--am", "-o", "intact.mbox"]);
    assert_eq!(again.code, 0, "{again:#?}");
    assert_eq!(
        git(&repository, &["reset", "-q", "--hard", "HEAD~2"]).code,
        0
    );
    let taken = git(&repository, &["am", "../intact.mbox"]);
    assert_eq!(taken.code, 0, "{taken:#?}");
}

/// Commits the files of a kernel that a series touches.
fn repository(folder: &Path, tree: &Path, series: &Series) {
    for file in series.patches.iter().flat_map(|patch| &patch.files) {
        let target = folder.join(&file.old_path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::copy(tree.join(&file.old_path), target).unwrap();
    }
    for args in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["commit", "-q", "-m", "base"],
    ] {
        assert_eq!(git(folder, args).code, 0);
    }
}

#[test]
fn git_takes_what_a_stable_kernel_has_the_context_of() {
    let (Some(series), Some(page), Some(tree)) = (import("004"), seed("004"), kernel("6.12", ""))
    else {
        return;
    };
    let sandbox = Sandbox::new();
    let folder = sandbox.path("repository");
    let tree = tree.canonicalize().unwrap();
    repository(&folder, &tree, &series);
    let (page, tree) = (page.to_str().unwrap(), tree.to_str().unwrap());
    let export = [
        "series", "export", page, "--on", tree, "--am", "-o", "am.mbox",
    ];
    assert_eq!(sandbox.run(&export).code, 0);
    std::fs::create_dir(sandbox.path("mails")).unwrap();
    let split = git(&folder, &["mailsplit", "-o../mails", "../am.mbox"]);
    assert_eq!(split.stdout.trim(), "12", "{split:#?}");
    let mut taken = Vec::new();
    for number in 1..=12 {
        let mail = format!("../mails/{number:04}");
        if git(&folder, &["am", "-q", &mail]).code == 0 {
            taken.push(number);
        } else {
            git(&folder, &["am", "--abort"]);
        }
    }
    // The first two are in the kernel; parts of the eighth, ninth and twelfth have another form there.
    assert_eq!(taken, [3, 4, 5, 6, 7, 10, 11]);
}

#[test]
fn every_registered_kernel_gets_a_column() {
    let sandbox = Sandbox::new();
    let tree = small_tree();
    copy(Path::new(&tree), &sandbox.path("other"));
    std::fs::write(sandbox.path("other/mm/census.c"), "int census;\n").unwrap();
    sandbox
        .run(&["apply", &specimen("clean-apply/series.mbox"), "--all"])
        .fails(2, "no kernel is registered", "registers one");
    for (name, source) in [("one", tree.as_str()), ("two", "other")] {
        assert_eq!(sandbox.run(&["kernel", "add", name, source]).code, 0);
    }
    let series = specimen("clean-apply/series.mbox");
    let table = sandbox.run(&["apply", &series, "--all"]);
    assert!(
        table.code == 3 && table.stdout.contains("conflict 0/1"),
        "{table:#?}"
    );
    let lines = sandbox.run(&["apply", &series, "--all", "--json"]).lines();
    assert_eq!(lines.len(), 5, "two patches on two kernels, and the counts");
    assert!(
        lines[..4]
            .iter()
            .all(|line| line["type"] == "applicability")
    );
    assert_eq!(lines[3]["outcome"], "conflict");
    assert_eq!(lines[4]["patches"]["applied"], 3);
}

/// A mail whose diff is quoted as a reply quotes it, or is gone but for its head.
#[test]
fn a_quoted_diff_is_restored_and_one_without_its_hunks_is_not_called_whole() {
    let sandbox = Sandbox::new();
    let tree = crate::sandbox::small_tree();
    let folder = crate::sandbox::specimen("fixes-a-caller");
    let name = "v3-0001-mm-wash-leave-entries-alone-that-are-not-present.patch";
    let mail = std::fs::read_to_string(Path::new(&folder).join(name)).unwrap();
    let (prose, diff) = mail.split_once("diff --git").unwrap();
    let diff = format!("diff --git{diff}");
    let quoted: String = diff.lines().map(|line| format!("> {line}\n")).collect();
    let whole = sandbox.file("quoted.patch", format!("{prose}{quoted}"));
    let files = |path: &str| -> Vec<serde_json::Value> {
        let ran = sandbox.run(&["apply", path, "--on", &tree, "--check", "--json"]);
        let lines = ran.lines();
        lines
            .into_iter()
            .filter(|line| line["type"] == "file")
            .collect()
    };
    let restored = files(&whole);
    assert_eq!(restored.len(), 1, "{restored:?}");
    assert_eq!(restored[0]["proof"], "proved", "{restored:?}");
    // The head alone, behind marks: what it would change is not there.
    let head: String = diff
        .lines()
        .take(4)
        .map(|line| format!("> {line}\n"))
        .collect();
    let gone = sandbox.file("gone.patch", format!("{prose}{head}"));
    for file in files(&gone) {
        assert_ne!(file["proof"], "intact", "{file}");
        assert_ne!(file["proof"], "proved", "{file}");
    }
}
