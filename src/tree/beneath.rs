//! In: an open folder and a relative path. Out: the opened folder that holds the path's last component, with no symlink followed.

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;
use std::path::Path;

/// Flags for a folder on the way: opened, never through a link.
const FOLDER: OFlags = OFlags::DIRECTORY
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// What lies between a folder and a path below it.
pub(super) enum Way {
    /// Every folder on the way is one; this is the last.
    Open(OwnedFd),
    /// A symlink stands on the way.
    Symlink,
    /// A folder is missing, or something that is no folder stands there.
    Missing,
}

/// Says whether `path` is relative, has no empty, `.`, `..` or `.git` component, and no NUL: it cannot leave its tree.
pub(super) fn is_inside(path: &str) -> bool {
    !path.contains('\0')
        && path
            .split('/')
            .all(|part| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git"))
}

/// Splits a path into its folder (`""` at the top) and its last component.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Opens `path` as a folder; the user names it, so links in it are followed.
pub(super) fn open_root(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(
        CWD,
        path,
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// Opens the folder `name`, one component, in `parent`.
pub(super) fn open_folder<P: rustix::path::Arg>(
    parent: impl AsFd,
    name: P,
) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(parent, name, FOLDER, Mode::empty())
}

/// Goes from `root` down to the folder `path` (`""` stays), one component at a time; with `make`, makes what is missing.
pub(super) fn descend(root: impl AsFd, path: &str, make: bool) -> Result<Way, Errno> {
    let mut at = rustix::fs::openat(root, ".", FOLDER, Mode::empty())?;
    for part in path.split('/').filter(|_| !path.is_empty()) {
        if make {
            match rustix::fs::mkdirat(&at, part, Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
        }
        at = match open_folder(&at, part) {
            Ok(next) => next,
            Err(Errno::NOENT) => return Ok(Way::Missing),
            // With O_DIRECTORY a link and a plain file both answer ENOTDIR.
            Err(Errno::NOTDIR | Errno::LOOP) => {
                let stat = rustix::fs::statat(&at, part, AtFlags::SYMLINK_NOFOLLOW)?;
                let link = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
                return Ok(if link { Way::Symlink } else { Way::Missing });
            }
            Err(error) => return Err(error),
        };
    }
    Ok(Way::Open(at))
}
