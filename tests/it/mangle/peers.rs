//! In: a damaged patch and its true pre-images. Out: the files as another tool leaves them.

use super::Sample;
use pteward::base::process;
use std::path::Path;

/// A tool that applies patches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Peer {
    /// `git apply`, whitespace ignored, counts read from the body, as much as fits.
    GitApply,
    /// `patch -l -F3`.
    Patch,
    /// `wiggle`, the patch merged into the files.
    Wiggle,
    /// `recountdiff`, then `git apply`.
    Recountdiff,
    /// `rediff`, then `git apply`.
    Rediff,
}

impl Peer {
    /// All, in the order of the tables.
    pub(crate) const ALL: [Self; 5] = [
        Self::GitApply,
        Self::Patch,
        Self::Wiggle,
        Self::Recountdiff,
        Self::Rediff,
    ];

    /// Names the peer in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::GitApply => "git apply",
            Self::Patch => "patch -l -F3",
            Self::Wiggle => "wiggle",
            Self::Recountdiff => "recountdiff",
            Self::Rediff => "rediff",
        }
    }

    /// The program that must be installed.
    pub(crate) fn program(self) -> &'static str {
        match self {
            Self::GitApply => "git",
            Self::Patch => "patch",
            Self::Wiggle => "wiggle",
            Self::Recountdiff => "recountdiff",
            Self::Rediff => "rediff",
        }
    }

    fn script(self) -> &'static str {
        match self {
            Self::GitApply => {
                "git apply --reject --recount --ignore-whitespace --whitespace=nowarn ../patch"
            }
            Self::Patch => "patch -p1 -l -F3 -f -N --no-backup-if-mismatch -i ../patch",
            Self::Wiggle => "wiggle -p1 --merge --replace --no-ignore ../patch",
            Self::Recountdiff => {
                "filterdiff --clean ../patch >../clean; recountdiff ../clean >../fixed && git apply --reject --recount --ignore-whitespace --whitespace=nowarn ../fixed"
            }
            Self::Rediff => {
                "filterdiff --clean ../patch >../clean; rediff ../clean >../fixed && git apply --reject --recount --ignore-whitespace --whitespace=nowarn ../fixed"
            }
        }
    }
}

/// Lets a peer work on a damaged patch; gives each file as it is left, in the order of `files`.
pub(crate) fn after(peer: Peer, damaged: &str, files: &[Sample]) -> Vec<Vec<u8>> {
    let scratch = tempfile::tempdir().unwrap();
    let tree = scratch.path().join("tree");
    for file in files {
        let path = tree.join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.pre).unwrap();
    }
    std::fs::write(scratch.path().join("patch"), damaged).unwrap();
    // A repository of its own, or git would look for one above and take paths from there.
    let script = format!("git init -q . && {}", peer.script());
    let _status = process::run("timeout", &["20", "sh", "-c", &script], Some(&tree)).unwrap();
    files
        .iter()
        .map(|file| read(&tree.join(&file.path)))
        .collect()
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_default()
}
