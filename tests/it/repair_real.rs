//! Real diffs, damaged in every way, and what comes back: ours beside other tools.
//!
//! The material is what differs between the versions of a kernel that apt offers. Skips, saying so, where those
//! cannot be had. The table of all tools is printed by `make repair-bench`.

use crate::apply_real::packages::{Pair, differing};
use crate::mangle::{Area, AtHand, Peer, Post, Score, Way, after, not_found, posts, score};
use pteward::base::process;
use rayon::prelude::*;
use std::time::Instant;

/// Hunks that the flattened mails must have together.
const HUNKS: usize = 1000;
/// Files of `fs/` beside all of the other areas.
const FS_FILES: usize = 60;
/// Files of each area that are damaged in all ways.
const FILES_A_WAY: usize = 12;
/// Seconds for one mail that are worth a line.
const SLOW: u64 = 5;
/// Files that must be proved, in percent, from flattened text with the pre-image at hand.
const PROVED: [(Area, f64); 4] = [
    (Area::Mm, 97.0),
    (Area::Kernel, 97.0),
    (Area::Include, 93.0),
    (Area::Fs, 90.0),
];
/// `+` lines that must come back byte for byte without the pre-image, in percent.
const WITHOUT: f64 = 95.0;

/// Gets the material, or says why there is none.
fn material() -> Option<Pair> {
    match differing() {
        Ok(pair) => Some(pair),
        Err(reason) => {
            println!("skipped: {reason}");
            None
        }
    }
}

/// Takes every n-th mail so that about `files` files are left: the same ones in every run.
fn thinned(posts: Vec<Post>, files: usize) -> Vec<Post> {
    let all: usize = posts.iter().map(|post| post.files.len()).sum();
    let step = all.div_ceil(files.max(1)).max(1);
    posts.into_iter().step_by(step).collect()
}

fn hunks(posts: &[Post]) -> usize {
    posts.iter().map(Post::hunks).sum()
}

/// Mails of every area, about `files` files from each.
fn sample(pair: &Pair, files: usize) -> Vec<Post> {
    let areas = Area::ALL.iter();
    areas
        .flat_map(|&area| thinned(posts(&pair.folder, "a", "b", area), files))
        .collect()
}

/// Restores mails and sums up; odd files are told where `PTEWARD_TELL` is set.
fn total(posts: &[Post], way: Option<Way>, hand: AtHand<'_>) -> Score {
    let tell = |what: String| {
        if std::env::var_os("PTEWARD_TELL").is_some() {
            println!("    {what}");
        }
    };
    let scores = posts.par_iter().map(|post| {
        let start = Instant::now();
        tell(format!("begin {}", post.paths()));
        let score = score(post, way, hand, &tell);
        tell(format!("end {}", post.paths()));
        if start.elapsed().as_secs() >= SLOW {
            println!("    {:.1?}: {}", start.elapsed(), post.paths());
        }
        score
    });
    scores.reduce(Score::default, Score::plus)
}

#[track_caller]
fn assert_honest(score: &Score) {
    assert_eq!(
        score.wrongly_proved, 0,
        "said to be proved and is not what was posted"
    );
    assert_eq!(
        score.strays, 0,
        "changed another function than the posted patch"
    );
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

/// Every hunk is found in the damaged text with its counts, whichever way it was damaged.
#[test]
fn every_way_leaves_every_hunk_to_be_found() {
    let Some(pair) = material() else { return };
    let all = sample(&pair, usize::MAX);
    let mut missing: Vec<String> = Vec::new();
    for way in Way::ALL {
        let damaged = all
            .iter()
            .filter(|post| way.apply(&post.body) != post.body)
            .count();
        assert!(damaged > 0, "{} damages nothing", way.name());
        let lost: Vec<String> = all
            .par_iter()
            .flat_map(|post| not_found(post, way))
            .collect();
        println!(
            "{}: {damaged} of {} mails differ, {} faults",
            way.name(),
            all.len(),
            lost.len()
        );
        missing.extend(lost);
    }
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn flattened_diffs_come_back_from_their_pre_images() {
    let Some(pair) = material() else { return };
    let start = Instant::now();
    let mut seen = 0;
    let between = pair.others.iter().find(|other| other.is_between);
    // From each version to the next one that is at hand: closer to what people post than a leap over many.
    let steps: Vec<(&str, &str)> = match between {
        Some(middle) => vec![("a", &middle.folder), (&middle.folder, "b")],
        None => vec![("a", "b")],
    };
    for (area, wanted) in PROVED {
        let files = if area == Area::Fs {
            FS_FILES
        } else {
            usize::MAX
        };
        let all = steps
            .iter()
            .flat_map(|(from, to)| posts(&pair.folder, from, to, area));
        let mails = thinned(all.collect(), files);
        seen += hunks(&mails);
        let score = total(&mails, Some(Way::Flatten), AtHand::Exact);
        println!(
            "{:14} {score}  ({} hunks, {:.1?})",
            area.folder(),
            score.hunks,
            start.elapsed()
        );
        assert_honest(&score);
        assert!(
            percent(score.proved, score.files) >= wanted,
            "{}: {score}",
            area.folder()
        );
    }
    assert!(seen >= HUNKS, "only {seen} hunks");
}

/// Files whose older version is the pre-image are left out: that would not be without it.
#[test]
fn flattened_diffs_come_back_against_an_older_version() {
    let Some(pair) = material() else { return };
    let Some(middle) = pair.others.iter().find(|other| other.is_between) else {
        println!(
            "skipped: apt offers no version between {} and {}",
            pair.old, pair.new
        );
        return;
    };
    let older = pair.folder.join("a");
    let mut mails: Vec<Post> = Vec::new();
    for area in Area::ALL {
        let changed = posts(&pair.folder, &middle.folder, "b", area);
        mails.extend(changed.into_iter().filter_map(|post| {
            post.only(|file| {
                std::fs::read(older.join(&file.path)).is_ok_and(|bytes| bytes != file.pre)
            })
        }));
    }
    let score = total(&mails, Some(Way::Flatten), AtHand::Near(&older));
    println!(
        "{} -> {} against {}: {score}  ({} hunks)",
        middle.version, pair.new, pair.old, score.hunks
    );
    assert_honest(&score);
    assert!(percent(score.added_same, score.added) >= WITHOUT, "{score}");
}

#[test]
fn no_way_of_damage_makes_a_wrong_proof() {
    let Some(pair) = material() else { return };
    let mails = sample(&pair, FILES_A_WAY);
    for way in std::iter::once(None).chain(Way::ALL.map(Some)) {
        let start = Instant::now();
        let score = total(&mails, way, AtHand::Exact);
        println!(
            "{:18} {score}  ({:.1?})",
            way.map_or("as posted", Way::name),
            start.elapsed()
        );
        assert_honest(&score);
    }
}

/// What another tool made of a set of files.
#[derive(Clone, Copy, Default)]
struct Left {
    exact: usize,
    other: usize,
}

/// Prints ours and what other tools make of the same damage: of a few files here, of many in `make repair-bench`.
#[test]
fn bench() {
    let Some(pair) = material() else { return };
    let files = std::env::var("PTEWARD_BENCH_FILES")
        .ok()
        .and_then(|text| text.parse().ok());
    let mails = sample(&pair, files.unwrap_or(2));
    let count: usize = mails.iter().map(|post| post.files.len()).sum();
    println!(
        "{} -> {}: {count} files, {} hunks in {} mails; pre-images at hand",
        pair.old,
        pair.new,
        hunks(&mails),
        mails.len()
    );
    println!("\nours, in files (lines posted with + that came back byte for byte)\n");
    println!(
        "{:18}{:>8}{:>12}{:>12}{:>8}{:>8}{:>16}{:>10}{:>10}",
        "",
        "proved",
        "consistent",
        "words-only",
        "failed",
        "intact",
        "+ lines",
        "function",
        "proof"
    );
    let ways = || std::iter::once(None).chain(Way::ALL.map(Some));
    let name = |way: Option<Way>| way.map_or("as posted", Way::name);
    for way in ways() {
        let score = total(&mails, way, AtHand::Exact);
        assert_honest(&score);
        println!(
            "{:18}{:>8}{:>12}{:>12}{:>8}{:>8}{:>16}{:>10}{:>10}",
            name(way),
            score.proved,
            score.consistent,
            score.words_only,
            score.failed,
            score.intact,
            format!("{}/{}", score.added_same, score.added),
            format!("{} wrong", score.strays),
            format!("{} wrong", score.wrongly_proved)
        );
    }
    println!(
        "\nother tools: files that are as posted afterwards / files that are changed into something else\n"
    );
    let peers: Vec<Peer> = Peer::ALL
        .into_iter()
        .filter(|peer| {
            let found = process::find(peer.program()).is_some();
            if !found {
                println!("{} is not installed and left out", peer.program());
            }
            found
        })
        .collect();
    println!(
        "{:18}{}",
        "",
        peers
            .iter()
            .map(|peer| format!("{:>16}", peer.name()))
            .collect::<String>()
    );
    for way in ways() {
        let left: Vec<Left> = peers
            .iter()
            .map(|&peer| of_peer(peer, way, &mails))
            .collect();
        println!(
            "{:18}{}",
            name(way),
            left.iter()
                .map(|left| format!("{:>16}", format!("{} / {}", left.exact, left.other)))
                .collect::<String>()
        );
    }
}

fn of_peer(peer: Peer, way: Option<Way>, mails: &[Post]) -> Left {
    let one = |post: &Post| {
        let damaged = way.map_or_else(|| post.body.clone(), |way| way.apply(&post.body));
        let mut left = Left::default();
        for (file, bytes) in post.files.iter().zip(after(peer, &damaged, &post.files)) {
            left.exact += usize::from(bytes == file.post);
            left.other += usize::from(bytes != file.post && bytes != file.pre);
        }
        left
    };
    let sum = |one: Left, other: Left| Left {
        exact: one.exact + other.exact,
        other: one.other + other.other,
    };
    mails.par_iter().map(one).reduce(Left::default, sum)
}
