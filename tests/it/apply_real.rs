//! Real diffs between the versions of a kernel that apt offers: every file's diff through our engine and through git.
//!
//! The packages are read as streams; only files that differ are written, below `PTEWARD_TEST_KERNELS` or
//! `target/test-kernels`, and kept for the next run. Skips, saying so, where apt or the fetching script is missing.

pub(crate) mod packages;

use packages::{Other, Pair};
use pteward::base::hash::blob_id;
use pteward::base::process;
use pteward::diff::{self, FileChange, FileDiff};
use pteward::tree::apply::{After, FileResult, apply_file};
use pteward::tree::{Grade, Proof};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

/// Fewer would mean that the packages do not differ as they should.
const AT_LEAST: usize = 500;

#[test]
fn real_diffs_apply_as_git_applies_them() {
    let pair = match packages::differing() {
        Ok(pair) => pair,
        Err(reason) => return say(&format!("skipped: {reason}")),
    };
    say(&format!(
        "{} -> {}, {} paths differ",
        pair.old, pair.new, pair.count
    ));
    let text = pair.diff();
    let parsed = diff::parse(&text);
    assert_eq!(parsed.problems, [], "git's own diff has no faults");
    let files: Vec<FileDiff> = parsed
        .files
        .into_iter()
        .filter(|file| !file.binary)
        .collect();
    assert!(files.len() >= AT_LEAST, "only {} file diffs", files.len());

    let forward = count_wrong(&files, |file| {
        whole(file, &pair.folder.join("a"), &pair.folder.join("b"))
    });
    let reversed: Vec<FileDiff> = files
        .iter()
        .filter(|file| file.change != FileChange::Copied)
        .map(FileDiff::reversed)
        .collect();
    let backward = count_wrong(&reversed, |file| {
        whole(file, &pair.folder.join("b"), &pair.folder.join("a"))
    });
    let hunks: usize = files.iter().map(|file| file.hunks.len()).sum();
    say(&format!(
        "forward: {} of {} files proved ({hunks} hunks); reversed: {} of {}",
        files.len() - forward.len(),
        files.len(),
        reversed.len() - backward.len(),
        reversed.len()
    ));
    assert_eq!((forward, backward), (Vec::new(), Vec::new()));

    let exact = pair.git_apply("a", &text);
    let disagree: Vec<&String> = exact
        .accepted
        .keys()
        .filter(|path| exact.accepted[*path] != pair.read("b", path))
        .collect();
    assert_eq!(disagree, Vec::<&String>::new(), "git gives the newer files");
    assert_eq!(exact.rejected, 0);

    for other in &pair.others {
        cross_check(&pair, other, &files, &text);
    }
}

/// Applies on another version: whatever git accepts whole, ours gives byte for byte, or shows that it is there already
/// or meant for another function.
fn cross_check(pair: &Pair, other: &Other, files: &[FileDiff], text: &[u8]) {
    let (base, name) = (other.folder.as_str(), &other.version);
    let git = pair.git_apply(base, text);
    let folder = pair.folder.join(base);
    let results: Vec<(&FileDiff, FileResult)> = files
        .par_iter()
        .map(|file| (file, apply_to(file, &folder)))
        .collect();
    let mut grades: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut same, mut there, mut elsewhere, mut wrong) = (0, 0, 0, Vec::new());
    let (mut whole, mut newer) = (0, 0);
    for (file, result) in &results {
        let hunks = &result.outcome.hunks;
        hunks
            .iter()
            .for_each(|hunk| *grades.entry(hunk.grade.word()).or_default() += 1);
        let ours = match &result.after {
            After::Written { bytes, .. } => Some(bytes.clone()),
            After::Same => pair.read(base, &file.old_path),
            After::Removed => None,
        };
        if result.outcome.refusal.is_empty()
            && hunks.iter().all(|hunk| hunk.grade != Grade::Conflict)
        {
            whole += 1;
            newer += usize::from(ours == pair.read("b", &file.new_path));
        }
        let Some(accepted) = git.accepted.get(&file.new_path) else {
            continue;
        };
        if ours == *accepted {
            same += 1;
        } else if hunks.iter().any(|hunk| hunk.grade == Grade::AlreadyThere) {
            there += 1;
        } else if hunks
            .iter()
            .any(|hunk| hunk.reason.contains("it is for `") || hunk.reason.contains("in `"))
        {
            elsewhere += 1;
        } else {
            wrong.push(file.new_path.clone());
        }
    }
    say(&format!(
        "on {name}: hunks {grades:?}; {whole} files go in whole, {newer} of them give the newer file"
    ));
    if !other.is_between
        && let Some(copy) = pair.gnu_patch(base, text)
    {
        let (alike, all) = alike_with_fuzz(&results, copy.path());
        say(&format!(
            "on {name}: of {all} files that go in whole with fuzz, GNU patch makes the same of {alike}"
        ));
    }
    say(&format!(
        "on {name}: git accepts {} files whole, refuses {}; ours gives the same bytes for {same}, \
         finds {there} in already, {elsewhere} meant for another function",
        git.accepted.len(),
        git.rejected
    ));
    assert_eq!(
        wrong,
        Vec::<String>::new(),
        "git accepts these, and ours differs without a reason"
    );
    assert!(same >= other.same, "only {same} files to compare");
    if other.is_between {
        // What goes in whole on a version in between must lead to the newer one; a few files went there and back.
        assert!(newer * 1000 >= whole * 995, "{newer} of {whole}");
    }
}

/// Counts the files that go in whole with some fuzz and nothing in already, and those of them that a folder has alike.
fn alike_with_fuzz(results: &[(&FileDiff, FileResult)], folder: &Path) -> (usize, usize) {
    let (mut alike, mut all) = (0, 0);
    for (file, result) in results {
        let has = |grade: Grade| result.outcome.hunks.iter().any(|hunk| hunk.grade == grade);
        if let (After::Written { bytes, .. }, true) = (
            &result.after,
            has(Grade::Fuzz) && !has(Grade::Conflict) && !has(Grade::AlreadyThere),
        ) {
            all += 1;
            let same =
                std::fs::read(folder.join(&file.new_path)).is_ok_and(|theirs| theirs == *bytes);
            alike += usize::from(same);
        }
    }
    (alike, all)
}

fn count_wrong(
    files: &[FileDiff],
    check: impl Fn(&FileDiff) -> Result<(), String> + Sync,
) -> Vec<String> {
    files
        .par_iter()
        .filter_map(|file| {
            check(file)
                .err()
                .map(|why| format!("{}: {why}", file.path()))
        })
        .collect()
}

/// A diff between two trees must give the newer file and be proved.
fn whole(file: &FileDiff, from: &Path, to: &Path) -> Result<(), String> {
    let result = apply_to(file, from);
    let want = std::fs::read(to.join(&file.new_path)).ok();
    match (&result.after, want) {
        (After::Removed, None) => {}
        (After::Written { bytes, .. }, Some(want)) if blob_id(bytes) == blob_id(&want) => {}
        (After::Same, Some(want))
            if file.hunks.is_empty()
                && std::fs::read(from.join(&file.old_path)).ok() == Some(want.clone()) => {}
        (_, _) => return Err(format!("another result: {:?}", result.outcome)),
    }
    if !file.hunks.is_empty() && result.outcome.proof != Proof::Proved {
        return Err(format!("not proved: {:?}", result.outcome));
    }
    Ok(())
}

fn apply_to(file: &FileDiff, folder: &Path) -> FileResult {
    let pre = std::fs::read(folder.join(&file.old_path)).ok();
    apply_file(pre.as_deref().map(|bytes| (bytes, false)), file, &|_| None)
}

#[expect(clippy::print_stderr, reason = "a test tells its counts")]
fn say(what: &str) {
    eprintln!("real diffs: {what}");
}

/// What git made of a patch on a tree.
struct GitApplied {
    /// Files that it changed whole: their content, `None` where it removed them.
    accepted: BTreeMap<String, Option<Vec<u8>>>,
    rejected: usize,
}

impl Pair {
    /// Lets GNU patch, where there is one, change a copy of one version with its usual fuzz.
    fn gnu_patch(&self, base: &str, text: &[u8]) -> Option<tempfile::TempDir> {
        process::find("patch")?;
        let copy = tempfile::tempdir().unwrap();
        let from = format!("{}/.", self.folder.join(base).display());
        assert!(
            process::run("cp", &["-a", &from, "."], Some(copy.path()))
                .unwrap()
                .status
                .success()
        );
        std::fs::write(copy.path().join("all.patch"), text).unwrap();
        let arguments = [
            "-p1",
            "-f",
            "-N",
            "-s",
            "-F2",
            "--no-backup-if-mismatch",
            "-r",
            "-",
            "-i",
            "all.patch",
        ];
        process::run("patch", &arguments, Some(copy.path())).unwrap();
        Some(copy)
    }

    /// Lets `git apply` change a copy of one version by as much as fits.
    fn git_apply(&self, base: &str, text: &[u8]) -> GitApplied {
        let copy = tempfile::tempdir().unwrap();
        let run = |program: &str, arguments: &[&str]| {
            process::run(program, arguments, Some(copy.path())).unwrap()
        };
        assert!(run("git", &["init", "-q"]).status.success());
        assert!(
            run(
                "cp",
                &[
                    "-a",
                    &format!("{}/.", self.folder.join(base).display()),
                    "."
                ]
            )
            .status
            .success()
        );
        let patch = copy.path().join(".git/all.patch");
        std::fs::write(&patch, text).unwrap();
        let output = run(
            "git",
            &[
                "-c",
                "core.autocrlf=false",
                "apply",
                "--reject",
                "--whitespace=nowarn",
                ".git/all.patch",
            ],
        );
        let refused = refused_paths(&String::from_utf8_lossy(&output.stderr));
        let mut accepted = BTreeMap::new();
        let mut rejected = 0;
        for file in diff::parse(text).files.iter().filter(|file| !file.binary) {
            let rej = copy.path().join(format!("{}.rej", file.path()));
            if refused.contains(&file.old_path) || refused.contains(&file.new_path) || rej.exists()
            {
                rejected += 1;
            } else {
                accepted.insert(
                    file.new_path.clone(),
                    std::fs::read(copy.path().join(file.path())).ok(),
                );
            }
        }
        GitApplied { accepted, rejected }
    }
}

/// Paths that git refuses before it looks at hunks: `error: PATH: No such file or directory` and the like.
fn refused_paths(stderr: &str) -> std::collections::BTreeSet<String> {
    let errors = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("error: "));
    errors
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(a, b)| [a, b])
        .map(|text| text.split(':').next().unwrap_or(text).to_owned())
        .collect()
}
