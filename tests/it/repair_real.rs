//! Real diffs, damaged in every way, and what comes back: ours beside other tools.
//!
//! The material is what differs between the versions of a kernel that apt offers. Skips, saying so, where those
//! cannot be had. The table of all tools is printed by `make repair-bench`.

use crate::apply_real::packages::{Pair, differing};
use crate::mangle::{Area, Peer, Post, Way, after, posts};
use pteward::base::process;
use rayon::prelude::*;

/// Hunks that the issue asks for.
const HUNKS: usize = 1000;

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

#[test]
fn there_are_enough_real_hunks() {
    let Some(pair) = material() else { return };
    let all: Vec<Post> = Area::ALL
        .iter()
        .flat_map(|&area| posts(&pair.folder, "a", "b", area))
        .collect();
    assert!(hunks(&all) >= HUNKS, "only {} hunks", hunks(&all));
    for way in Way::ALL {
        let damaged = all
            .iter()
            .filter(|post| way.apply(&post.body) != post.body)
            .count();
        println!("{}: {damaged} of {} mails differ", way.name(), all.len());
        assert!(damaged > 0, "{} damages nothing", way.name());
    }
}

/// What a tool made of a set of files.
#[derive(Clone, Copy, Default)]
struct Left {
    files: usize,
    exact: usize,
    other: usize,
}

/// Prints what other tools make of the same damage. Run by `make repair-bench`.
#[test]
#[ignore = "minutes of other tools' work: make repair-bench"]
fn bench_peers() {
    let Some(pair) = material() else { return };
    let files = std::env::var("PTEWARD_BENCH_FILES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(40);
    let sample: Vec<Post> = Area::ALL
        .iter()
        .flat_map(|&area| thinned(posts(&pair.folder, "a", "b", area), files))
        .collect();
    println!(
        "{} files, {} hunks; exact files / files changed into something else",
        sample.iter().map(|post| post.files.len()).sum::<usize>(),
        hunks(&sample)
    );
    for way in std::iter::once(None).chain(Way::ALL.map(Some)) {
        let mut line = format!("{:18}", way.map_or("as posted", Way::name));
        for peer in Peer::ALL {
            if process::find(peer.program()).is_none() {
                line += &format!("  {} not installed", peer.program());
                continue;
            }
            let left = sample
                .par_iter()
                .map(|post| peer_on(peer, way, post))
                .reduce(Left::default, |a, b| Left {
                    files: a.files + b.files,
                    exact: a.exact + b.exact,
                    other: a.other + b.other,
                });
            line += &format!("  {} {}/{}", peer.name(), left.exact, left.other);
        }
        println!("{line}");
    }
}

fn peer_on(peer: Peer, way: Option<Way>, post: &Post) -> Left {
    let damaged = way.map_or_else(|| post.body.clone(), |way| way.apply(&post.body));
    let mut left = Left::default();
    for (file, bytes) in post.files.iter().zip(after(peer, &damaged, &post.files)) {
        left.files += 1;
        left.exact += usize::from(bytes == file.post);
        left.other += usize::from(bytes != file.post && bytes != file.pre);
    }
    left
}
