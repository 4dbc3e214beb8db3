//! In: a damaged mail. Out: what our engine restores of it, held against what was posted.

use super::land::{places, strays};
use super::{Post, Sample, Way};
use pteward::base::hash::blob_id;
use pteward::diff::damaged::parse_damaged;
use pteward::diff::{self, FileDiff, LineKind};
use pteward::repair::{Budget, Near, PreImages, Proof, Restored, restore};
use std::collections::BTreeMap;
use std::path::Path;

/// Which files are at hand.
#[derive(Clone, Copy)]
pub(crate) enum AtHand<'k> {
    /// The posted pre-images, by their ids.
    Exact,
    /// The files of a version in this folder.
    Near(&'k Path),
}

/// Files for the engine.
struct Files<'k> {
    by_id: BTreeMap<String, &'k [u8]>,
    near: Option<&'k Path>,
}

impl PreImages for Files<'_> {
    fn by_id(&self, prefix: &str) -> Option<Vec<u8>> {
        let (id, bytes) = self.by_id.range(prefix.to_owned()..).next()?;
        id.starts_with(prefix).then(|| bytes.to_vec())
    }

    fn near(&self, path: &str) -> Option<Near> {
        let text = std::fs::read(self.near?.join(path)).ok()?;
        Some(Near {
            text,
            from: "another version".to_owned(),
        })
    }
}

/// Gives the work that a file may cost: less than users get, or the files that cannot be proved take minutes. Flattened
/// text, of which the most is asked, gets more than other damage. `PTEWARD_TRIALS` changes it.
fn budget(way: Option<Way>) -> Budget {
    let trials = std::env::var("PTEWARD_TRIALS")
        .ok()
        .and_then(|text| text.parse().ok());
    let trials = trials.unwrap_or(if way == Some(Way::Flatten) {
        240_000
    } else {
        60_000
    });
    Budget {
        trials,
        bytes: trials * 50_000,
    }
}

/// What came back, summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) files: usize,
    pub(crate) hunks: usize,
    pub(crate) intact: usize,
    pub(crate) proved: usize,
    pub(crate) consistent: usize,
    pub(crate) words_only: usize,
    pub(crate) failed: usize,
    /// Diffs that are the posted ones, byte for byte.
    pub(crate) same: usize,
    /// `+` lines posted, and those that came back byte for byte.
    pub(crate) added: usize,
    pub(crate) added_same: usize,
    /// Changes outside every function that the patch changes.
    pub(crate) strays: usize,
    /// Files said to be proved that are not what was posted.
    pub(crate) wrongly_proved: usize,
    pub(crate) trials: u64,
}

impl Score {
    /// Adds another's numbers.
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            files: self.files + other.files,
            hunks: self.hunks + other.hunks,
            intact: self.intact + other.intact,
            proved: self.proved + other.proved,
            consistent: self.consistent + other.consistent,
            words_only: self.words_only + other.words_only,
            failed: self.failed + other.failed,
            same: self.same + other.same,
            added: self.added + other.added,
            added_same: self.added_same + other.added_same,
            strays: self.strays + other.strays,
            wrongly_proved: self.wrongly_proved + other.wrongly_proved,
            trials: self.trials + other.trials,
        }
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{:4} files  proved {:4}  consistent {:4}  words-only {:4}  failed {:4}  intact {:4}  as posted {:4}  + lines {:5}/{:5}  wrong function {}  wrongly proved {}",
            self.files,
            self.proved,
            self.consistent,
            self.words_only,
            self.failed,
            self.intact,
            self.same,
            self.added_same,
            self.added,
            self.strays,
            self.wrongly_proved
        )
    }
}

/// Damages a mail (or not), restores it and compares. What is worth a look goes to `tell`.
pub(crate) fn score(
    post: &Post,
    way: Option<Way>,
    hand: AtHand<'_>,
    tell: &dyn Fn(String),
) -> Score {
    let damaged = way.map_or_else(|| post.body.clone(), |way| way.apply(&post.body));
    let (by_id, near) = match hand {
        AtHand::Exact => {
            let ids = post
                .files
                .iter()
                .map(|file| (blob_id(&file.pre).to_string(), file.pre.as_slice()));
            (ids.collect(), None)
        }
        AtHand::Near(folder) => (BTreeMap::new(), Some(folder)),
    };
    let parsed = parse_damaged(damaged.as_bytes());
    let restored = restore(&parsed.files, &Files { by_id, near }, budget(way));
    let mut sum = Score::default();
    for file in &post.files {
        let found = restored.iter().find(|one| one.file.new_path == file.path);
        let one = compare(file, found, hand);
        if let Some(found) =
            found.filter(|_| one.proved == 0 || one.wrongly_proved + one.strays > 0)
        {
            differences(file, found, tell);
            tell(format!(
                "{}: {:?}, {} of {} lines, {} trials: {} ({} strays)",
                file.path,
                found.grade,
                one.added_same,
                one.added,
                found.trials,
                found.reason,
                one.strays
            ));
        } else if found.is_none() {
            tell(format!("{}: not found in the text", file.path));
        }
        sum = sum.plus(one);
    }
    sum
}

/// Tells the lines of a diff that are not as posted.
fn differences(file: &Sample, found: &Restored, tell: &dyn Fn(String)) {
    let posted = diff::parse(file.diff.as_bytes()).files;
    for (number, (want, have)) in posted[0].hunks.iter().zip(&found.file.hunks).enumerate() {
        if want.section != have.section {
            tell(format!("section {:?} for {:?}", have.section, want.section));
        }
        let text = |line: &diff::Line| {
            format!("{:?} {:?}", line.kind, String::from_utf8_lossy(&line.text))
        };
        for (want, have) in want.lines.iter().zip(&have.lines) {
            if want != have {
                tell(format!("{number}: {} for {}", text(have), text(want)));
            }
        }
    }
}

fn compare(file: &Sample, found: Option<&Restored>, hand: AtHand<'_>) -> Score {
    let mut posted = diff::parse(file.diff.as_bytes()).files;
    let posted = posted.pop().expect("git's diff has a file");
    let mut score = Score {
        files: 1,
        hunks: posted.hunks.len(),
        added: added(&posted).len(),
        ..Score::default()
    };
    let Some(found) = found else {
        score.failed = 1;
        return score;
    };
    match found.grade {
        Proof::Intact => score.intact = 1,
        Proof::Proved => score.proved = 1,
        Proof::Consistent => score.consistent = 1,
        Proof::WordsOnly => score.words_only = 1,
        Proof::Failed => score.failed = 1,
    }
    score.trials = found.trials;
    score.same = usize::from(posted.hunks == found.file.hunks);
    score.added_same = common(&added(&posted), &added(&found.file));
    if found.grade == Proof::Proved
        && (score.same == 0 || found.post.as_ref().is_some_and(|post| *post != file.post))
    {
        score.wrongly_proved = 1;
    }
    let base = match hand {
        AtHand::Exact => Some(file.pre.clone()),
        AtHand::Near(folder) => std::fs::read(folder.join(&file.path)).ok(),
    };
    if let (Some(base), Some(post)) = (base, &found.post) {
        score.strays = strays(&places(&file.pre, &file.post), &places(&base, post));
    }
    score
}

/// Lists the `+` lines with their hunks' numbers.
fn added(file: &FileDiff) -> Vec<(usize, &[u8])> {
    let numbered = file.hunks.iter().enumerate();
    let lines =
        numbered.flat_map(|(number, hunk)| hunk.lines.iter().map(move |line| (number, line)));
    lines
        .filter(|(_, line)| line.kind == LineKind::Added)
        .map(|(number, line)| (number, line.text.as_slice()))
        .collect()
}

/// Counts what two lists have in common, in order.
fn common(one: &[(usize, &[u8])], other: &[(usize, &[u8])]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for left in one {
        let mut diagonal = 0;
        for (at, right) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if left == right {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    row[other.len()]
}

/// Says what of a mail's diffs is not even found in the damaged text: paths, ids, hunks with their counts.
pub(crate) fn not_found(post: &Post, way: Way) -> Vec<String> {
    let parsed = parse_damaged(way.apply(&post.body).as_bytes());
    let mut out = Vec::new();
    for file in &post.files {
        let mut posted = diff::parse(file.diff.as_bytes()).files;
        let posted = posted.pop().expect("git's diff has a file");
        let Some(found) = parsed
            .files
            .iter()
            .find(|found| found.new_path == file.path)
        else {
            out.push(format!("{}: {} is not found", way.name(), file.path));
            continue;
        };
        let want: Vec<_> = posted
            .hunks
            .iter()
            .map(|hunk| {
                (
                    hunk.old_start,
                    hunk.old_count,
                    hunk.new_start,
                    hunk.new_count,
                )
            })
            .collect();
        let have: Vec<_> = found
            .hunks
            .iter()
            .map(|hunk| {
                (
                    hunk.old_start,
                    hunk.old_count,
                    hunk.new_start,
                    hunk.new_count,
                )
            })
            .collect();
        if want != have || found.index != posted.index {
            out.push(format!(
                "{}: {}: {} hunks of {}",
                way.name(),
                file.path,
                have.len(),
                want.len()
            ));
        }
    }
    if parsed.files.len() > post.files.len() {
        out.push(format!(
            "{}: {} files of {}",
            way.name(),
            parsed.files.len(),
            post.files.len()
        ));
    }
    out
}
