//! In: an open folder, and what it looked like. Out: what it looks like now, and the C files that may differ.
//!
//! Asking a file system for names costs as much as asking for what it knows of each file. So a folder that says of itself
//! that it has not changed is taken at its word, where file systems keep it, and its files are asked for by the names
//! that are known.

use super::beneath::{self, Way};
use super::listing::{Block, Listing, Stat, write};
use super::snapshot::{Delta, is_c};
use super::source::TreeError;
use super::walk::{join, kind, refused, vanished};
use rayon::prelude::*;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, ResolveFlags, StatFs};
use rustix::io::Errno;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ffi::{CStr, CString};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// File systems of this machine that give a folder a new time with every name that comes or goes, by the numbers of
/// linux/magic.h: ext2 to ext4, xfs, btrfs, tmpfs, overlayfs, f2fs. A server's or a foreign one may not, or late.
const KEEP_TIMES: [u64; 6] = [
    0xef53,
    0x5846_5342,
    0x9123_683e,
    0x0102_1994,
    0x794c_7630,
    0xf2f5_2010,
];

/// Bytes for a folder's entries: most kernel folders in one call.
const ENTRIES: usize = 32 * 1024;

/// Looks at a folder from the moment `taken` on; with `old`, says what has changed since that was made.
pub(super) fn look(
    root: &OwnedFd,
    taken: i64,
    old: Option<&Listing>,
) -> Result<(Listing, Option<Delta>), TreeError> {
    let looking = Looking {
        root,
        then: old.map_or(i64::MIN, Listing::taken),
        device: device(root),
        found: Mutex::default(),
    };
    let blocks: Vec<Block<'_>> = old.into_iter().flat_map(Listing::blocks).collect();
    blocks
        .par_iter()
        .with_min_len(8)
        .try_for_each(|block| looking.check(block))?;
    let mut found = looking.take();
    // Named by their parents and not found by what was known: new, or gone and back meanwhile.
    let there: HashSet<&str> = found.blocks.iter().map(|(path, _)| &**path).collect();
    let mut new = std::mem::take(&mut found.below);
    new.retain(|path| !there.contains(path.as_str()));
    if !there.contains("") {
        new.insert(String::new());
    }
    looking.fresh(new.into_iter().collect())?;
    let other = looking.take();
    found.blocks.extend(other.blocks);
    found
        .blocks
        .par_sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    let listing = Listing::new(taken, found.blocks.iter().map(|(_, block)| &**block));
    let mut delta = found.delta.plus(other.delta);
    // Moved away and back while we looked.
    let both = delta.added.intersection(&delta.removed);
    let both: BTreeSet<String> = both.cloned().collect();
    delta.added.retain(|path| !both.contains(path));
    delta.removed.retain(|path| !both.contains(path));
    delta.modified.extend(both);
    Ok((listing, old.map(|_| delta)))
}

/// Gives the device of a file system whose folders keep times.
fn device(root: &OwnedFd) -> Option<u64> {
    let system: StatFs = rustix::fs::fstatfs(root).ok()?;
    let number = u64::try_from(system.f_type).ok()?;
    KEEP_TIMES.contains(&number).then_some(())?;
    Some(Stat::of(&rustix::fs::fstat(root).ok()?).place[0])
}

/// A look at a folder.
struct Looking<'l> {
    root: &'l OwnedFd,
    /// When the known listing was made.
    then: i64,
    device: Option<u64>,
    found: Mutex<Found<'l>>,
}

/// What has been found so far.
#[derive(Default)]
struct Found<'l> {
    /// Paths and blocks.
    blocks: Vec<(Cow<'l, str>, Cow<'l, [u8]>)>,
    /// Folders that were named by folders that had to be listed.
    below: BTreeSet<String>,
    delta: Delta,
}

/// A folder's own names.
struct Names {
    files: Vec<(CString, Stat)>,
    /// Paths.
    folders: Vec<String>,
}

impl<'l> Looking<'l> {
    fn lock(&self) -> MutexGuard<'_, Found<'l>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Found<'l> {
        std::mem::take(&mut *self.lock())
    }

    /// Looks at a folder that is known.
    fn check(&self, block: &Block<'l>) -> Result<(), TreeError> {
        let path = block.path;
        let refused = |error| refused(path, error);
        let Some(folder) = reach(self.root, path).map_err(refused)? else {
            let gone = block.files().map(|(name, _)| within(path, name));
            self.lock().delta.removed.extend(gone);
            return Ok(());
        };
        let stat = Stat::of(&rustix::fs::fstat(&folder).map_err(refused)?);
        let kept = Some(stat.place[0]) == self.device && stat.rested(self.then);
        let mut delta = Delta::default();
        let (files, folders) = if stat == block.stat && kept {
            let Some(files) = self.same(block, &folder, &mut delta)? else {
                let own = (Cow::Borrowed(path), Cow::Borrowed(block.whole()));
                self.lock().blocks.push(own);
                return Ok(());
            };
            (files, Vec::new())
        } else {
            let names = list(&folder, path)?;
            self.compare(block, &names.files, &mut delta);
            (names.files, names.folders)
        };
        let own = write(path, stat, &files);
        let mut found = self.lock();
        found.blocks.push((Cow::Borrowed(path), Cow::Owned(own)));
        found.below.extend(folders);
        let known = std::mem::take(&mut found.delta);
        found.delta = known.plus(delta);
        Ok(())
    }

    /// Asks for files by their known names; `None` where all are what they were.
    fn same(
        &self,
        block: &Block<'l>,
        folder: &OwnedFd,
        delta: &mut Delta,
    ) -> Result<Option<Vec<(CString, Stat)>>, TreeError> {
        let mut now = Vec::new();
        for (index, (name, was)) in block.files().enumerate() {
            let is = ask(folder, block.path, name)?;
            if is == Some(was) && was.rested(self.then) {
                if !delta.is_empty() {
                    now.push((name.to_owned(), was));
                }
                continue;
            }
            if delta.is_empty() {
                let before = block.files().take(index);
                now.extend(before.map(|(name, stat)| (name.to_owned(), stat)));
            }
            let path = within(block.path, name);
            match is {
                Some(is) => {
                    delta.modified.insert(path);
                    now.push((name.to_owned(), is));
                }
                None => drop(delta.removed.insert(path)),
            }
        }
        Ok((!delta.is_empty()).then_some(now))
    }

    /// Says what differs between the files of a known folder and what they are now.
    fn compare(&self, block: &Block<'l>, now: &[(CString, Stat)], delta: &mut Delta) {
        let was: BTreeMap<&CStr, Stat> = block.files().collect();
        let is: BTreeMap<&CStr, Stat> = now.iter().map(|(name, s)| (&**name, *s)).collect();
        for (name, stat) in &was {
            let path = || within(block.path, name);
            match is.get(name) {
                None => drop(delta.removed.insert(path())),
                Some(now) if now != stat || !stat.rested(self.then) => {
                    delta.modified.insert(path());
                }
                Some(_) => {}
            }
        }
        let new = is.keys().filter(|name| !was.contains_key(*name));
        delta.added.extend(new.map(|name| within(block.path, name)));
    }

    /// Lists folders that are not known, and all below them.
    fn fresh(&self, mut paths: Vec<String>) -> Result<(), TreeError> {
        while !paths.is_empty() {
            let below: Result<Vec<Vec<String>>, TreeError> =
                paths.par_iter().map(|path| self.fresh_one(path)).collect();
            paths = below?.concat();
        }
        Ok(())
    }

    /// Lists one, and gives those below it.
    fn fresh_one(&self, path: &str) -> Result<Vec<String>, TreeError> {
        let refused = |error| refused(path, error);
        let Some(folder) = reach(self.root, path).map_err(refused)? else {
            return Ok(Vec::new());
        };
        // Asked first: what comes while we list gives the folder a later time than the one that is kept.
        let stat = Stat::of(&rustix::fs::fstat(&folder).map_err(refused)?);
        let names = list(&folder, path)?;
        let own = write(path, stat, &names.files);
        let mut found = self.lock();
        let files = names.files.iter().map(|(name, _)| within(path, name));
        found.delta.added.extend(files);
        found
            .blocks
            .push((Cow::Owned(path.to_owned()), Cow::Owned(own)));
        Ok(names.folders)
    }
}

/// Opens the folder `path` below `root` without following a link; `None` where there is none.
fn reach(root: &OwnedFd, path: &str) -> Result<Option<OwnedFd>, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let within = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    let at = if path.is_empty() { "." } else { path };
    match rustix::fs::openat2(root, at, flags, Mode::empty(), within) {
        Ok(folder) => Ok(Some(folder)),
        Err(error) if vanished(error) => Ok(None),
        // Not there before Linux 5.6, forbidden in some containers, and unsure while folders are moved.
        Err(_) => match beneath::descend(root, path, false)? {
            Way::Open(folder) => Ok(Some(folder)),
            Way::Symlink | Way::Missing => Ok(None),
        },
    }
}

/// Lists the C files and folders of one folder.
fn list(folder: &OwnedFd, path: &str) -> Result<Names, TreeError> {
    let refused = |error| refused(path, error);
    let readable = match beneath::open_folder(folder, ".") {
        Ok(readable) => readable,
        Err(error) => return Err(refused(error)),
    };
    let mut names = Names {
        files: Vec::new(),
        folders: Vec::new(),
    };
    let mut entries: Vec<u8> = Vec::with_capacity(ENTRIES);
    let mut listing = RawDir::new(&readable, entries.spare_capacity_mut());
    while let Some(entry) = listing.next() {
        let entry = entry.map_err(refused)?;
        let name = entry.file_name();
        let Ok(text) = name.to_str() else { continue };
        if matches!(text, "." | ".." | ".git") {
            continue;
        }
        match kind(&readable, name, entry.file_type()) {
            FileType::Directory => names.folders.push(join(path, text)),
            FileType::RegularFile if is_c(text) => {
                let stat = ask(&readable, path, name)?;
                names.files.extend(stat.map(|stat| (name.to_owned(), stat)));
            }
            _ => {}
        }
    }
    names
        .files
        .sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
    Ok(names)
}

/// Asks what the file system says of a file; `None` where it is gone.
fn ask(folder: impl AsFd, path: &str, name: &CStr) -> Result<Option<Stat>, TreeError> {
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(Stat::of(&stat))),
        Err(error) if vanished(error) => Ok(None),
        Err(error) => Err(refused(&within(path, name), error)),
    }
}

fn within(folder: &str, name: &CStr) -> String {
    join(folder, &name.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::path::Path;

    /// What is done to a folder: to one of few names, so that names meet.
    #[derive(Clone, Copy, Debug)]
    enum Deed {
        Write,
        Remove,
        Folder,
        Link,
        Move,
    }

    fn deeds() -> impl Strategy<Value = Vec<(Deed, usize, usize)>> {
        let deed = prop_oneof![
            Just(Deed::Write),
            Just(Deed::Remove),
            Just(Deed::Folder),
            Just(Deed::Link),
            Just(Deed::Move)
        ];
        prop::collection::vec((deed, 0..PLACES.len(), 0..PLACES.len()), 0..12)
    }

    const PLACES: [&str; 10] = [
        "a.c", "b.h", "c.txt", "d", "d/a.c", "d/e", "d/e/b.c", "f", "f/a.c", "f/e",
    ];

    fn apply(root: &Path, (deed, one, other): (Deed, usize, usize)) {
        let (one, other) = (root.join(PLACES[one]), root.join(PLACES[other]));
        let done = match deed {
            Deed::Write => fs::write(&one, format!("{other:?}")),
            Deed::Remove if one.is_dir() && !one.is_symlink() => fs::remove_dir_all(&one),
            Deed::Remove => fs::remove_file(&one),
            Deed::Folder => fs::create_dir(&one),
            Deed::Link => std::os::unix::fs::symlink(&other, &one),
            Deed::Move => fs::rename(&one, &other),
        };
        // What cannot be done is not done.
        drop(done);
    }

    /// Every C file with its content.
    fn content(root: &Path) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let path = entry.path();
                let own = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() && is_c(&own) {
                    found.insert(own, fs::read(path).unwrap());
                }
            }
        }
        found
    }

    /// A day from now: all has rested.
    fn later() -> i64 {
        crate::base::clock::nanoseconds() + 86_400_000_000_000
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn what_has_changed_is_seen(before in deeds(), after in deeds()) {
            let folder = tempfile::tempdir().unwrap();
            before.into_iter().for_each(|deed| apply(folder.path(), deed));
            let root = beneath::open_root(folder.path()).unwrap();
            let (old, none) = look(&root, later(), None).unwrap();
            prop_assert_eq!(none, None);
            let was = content(folder.path());
            // Times go in steps; what is so fresh would not be trusted, but this look claims to be made tomorrow.
            std::thread::sleep(std::time::Duration::from_millis(20));
            after.into_iter().for_each(|deed| apply(folder.path(), deed));
            let is = content(folder.path());
            let taken = later();
            let (new, delta) = look(&root, taken, Some(&old)).unwrap();
            prop_assert_eq!(&new, &look(&root, taken, None).unwrap().0);
            let delta = delta.unwrap();
            let not_in = |one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>| {
                let names = one.keys().filter(|path| !other.contains_key(*path));
                names.cloned().collect::<BTreeSet<String>>()
            };
            prop_assert_eq!(&delta.added, &not_in(&is, &was));
            prop_assert_eq!(&delta.removed, &not_in(&was, &is));
            for (path, bytes) in &is {
                let differs = was.get(path).is_some_and(|before| before != bytes);
                prop_assert!(!differs || delta.modified.contains(path), "{}", path);
            }
            let (_, again) = look(&root, taken, Some(&new)).unwrap();
            prop_assert_eq!(again, Some(Delta::default()));
        }
    }

    #[test]
    fn what_was_fresh_is_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("mm")).unwrap();
        fs::write(folder.path().join("mm/a.c"), "a").unwrap();
        let root = beneath::open_root(folder.path()).unwrap();
        let now = crate::base::clock::nanoseconds();
        let (old, _) = look(&root, now, None).unwrap();
        let (_, delta) = look(&root, now, Some(&old)).unwrap();
        let delta = delta.unwrap();
        assert_eq!(delta.modified.into_iter().collect::<Vec<_>>(), ["mm/a.c"]);
        assert!(delta.added.is_empty() && delta.removed.is_empty());
    }
}
