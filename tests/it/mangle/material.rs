//! In: two versions of a kernel. Out: patch mails with real diffs between them, pre- and post-images at hand.

use pteward::base::process;
use std::path::Path;

/// A part of the kernel with its own threshold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Area {
    /// `mm/`.
    Mm,
    /// `kernel/`.
    Kernel,
    /// `include/linux/`.
    Include,
    /// `fs/`.
    Fs,
}

impl Area {
    /// All, in the order of the tables.
    pub(crate) const ALL: [Self; 4] = [Self::Mm, Self::Kernel, Self::Include, Self::Fs];

    /// The folder.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Self::Mm => "mm",
            Self::Kernel => "kernel",
            Self::Include => "include/linux",
            Self::Fs => "fs",
        }
    }
}

/// One file that differs between two versions.
pub(crate) struct Sample {
    pub(crate) path: String,
    pub(crate) pre: Vec<u8>,
    pub(crate) post: Vec<u8>,
    /// Its part of the diff, as git prints it.
    pub(crate) diff: String,
}

impl Sample {
    /// Counts the hunks.
    pub(crate) fn hunks(&self) -> usize {
        self.diff
            .lines()
            .filter(|line| line.starts_with("@@ -"))
            .count()
    }
}

/// A patch mail that was never posted, around real diffs.
pub(crate) struct Post {
    pub(crate) files: Vec<Sample>,
    message: String,
    /// Message, `---`, diffstat and diff.
    pub(crate) body: String,
}

impl Post {
    /// Keeps the files that are wanted; `None` where none is.
    pub(crate) fn only(self, wanted: impl Fn(&Sample) -> bool) -> Option<Self> {
        let files: Vec<Sample> = self.files.into_iter().filter(|file| wanted(file)).collect();
        (!files.is_empty()).then(|| around(files, &self.message))
    }

    /// Lists the files.
    pub(crate) fn paths(&self) -> String {
        let paths: Vec<&str> = self.files.iter().map(|file| file.path.as_str()).collect();
        paths.join(" ")
    }

    /// Counts the hunks of all files.
    pub(crate) fn hunks(&self) -> usize {
        self.files.iter().map(Sample::hunks).sum()
    }
}

/// Files that share one mail.
const FILES_IN_A_MAIL: usize = 3;

/// Makes mails of what differs in one area between the folders `from` and `to` below `root`.
///
/// Only files that both have and that are UTF-8: what is new has no pre-image to find.
pub(crate) fn posts(root: &Path, from: &str, to: &str, area: Area) -> Vec<Post> {
    let scratch = tempfile::tempdir().unwrap();
    for (name, side) in [("a", from), ("b", to)] {
        std::os::unix::fs::symlink(root.join(side), scratch.path().join(name)).unwrap();
    }
    // As in the kernel's own repository, so that functions are named as posted patches name them.
    let attributes = scratch.path().join("attributes");
    std::fs::write(&attributes, "*.c diff=cpp\n*.h diff=cpp\n").unwrap();
    let attributes = format!("core.attributesFile={}", attributes.display());
    let sides = [
        format!("a/{}", area.folder()),
        format!("b/{}", area.folder()),
    ];
    let arguments = [
        "-c",
        &attributes,
        "diff",
        "--no-index",
        "--no-prefix",
        "--full-index",
        "--no-renames",
        &sides[0],
        &sides[1],
    ];
    let output = process::run("git", &arguments, Some(scratch.path())).unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut samples = Vec::new();
    for diff in split(&text) {
        let Some(path) = diff.lines().find_map(|line| line.strip_prefix("+++ b/")) else {
            continue;
        };
        let read = |side: &str| std::fs::read(root.join(side).join(path));
        let (Ok(pre), Ok(post)) = (read(from), read(to)) else {
            continue;
        };
        if std::str::from_utf8(&pre).is_ok() && std::str::from_utf8(&post).is_ok() {
            samples.push(Sample {
                path: path.to_owned(),
                pre,
                post,
                diff: diff.to_owned(),
            });
        }
    }
    let mut posts = Vec::new();
    while !samples.is_empty() {
        let rest = samples.split_off(samples.len().min(FILES_IN_A_MAIL));
        let files = std::mem::replace(&mut samples, rest);
        posts.push(around(files, &message(area, posts.len() + 1)));
    }
    posts
}

/// Splits git's output into files.
fn split(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = text
        .match_indices("\ndiff --git ")
        .map(|(at, _)| at + 1)
        .collect();
    if text.starts_with("diff --git ") {
        starts.insert(0, 0);
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| &text[start..end])
        .collect()
}

/// Writes the words of a mail.
fn message(area: Area, number: usize) -> String {
    let folder = area.folder();
    format!(
        "Some callers in {folder}/ expect another order of these steps. Take the\nlock first - it is cheap - and look again \
         behind it.\n\nThis is number {number} of its kind:\n\n - nothing else changes;\n - no caller sleeps.\n\n\
         Signed-off-by: Ann Example <ann@example.org>\nCc: Ben Example <ben@example.org>\n"
    )
}

/// Puts a mail around diffs, with git's own diffstat.
fn around(files: Vec<Sample>, message: &str) -> Post {
    let diff: String = files.iter().map(|file| file.diff.as_str()).collect();
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("patch"), &diff).unwrap();
    let stat = process::run("git", &["apply", "--stat", "patch"], Some(scratch.path())).unwrap();
    assert!(stat.status.success(), "git reads its own diff");
    let stat = String::from_utf8_lossy(&stat.stdout).into_owned();
    Post {
        body: format!("{message}---\n{stat}\n{diff}-- \n2.39.2\n\n"),
        message: message.to_owned(),
        files,
    }
}
