//! In: tarballs, Debian packages and apt's package names. Out: unpacked folders, each made once and whole.

use super::archive::{self, Counted};
use super::source::TreeError;
use super::unpack;
use crate::base::{hash, process};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells how far a long step is: what is done, bytes done, bytes in all (0 where not known).
pub type Progress<'p> = &'p dyn Fn(&str, u64, u64);

/// How an archive's tar stream is got at.
#[derive(Clone, Copy)]
pub(super) enum Wrapping {
    /// The file is a compressed tar.
    Tarball,
    /// The file is a Debian package with such a tar below `usr/src`.
    Deb,
}

/// Unpacks `file` into the cache, or finds it there. The same file is known again by its place, size and time.
pub(super) fn unpacked(
    file: &Path,
    wrapping: Wrapping,
    cache: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, TreeError> {
    let meta = fs::metadata(file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            TreeError::Unusable(format!("{} does not exist", file.display()))
        }
        _ => TreeError::io(file, error),
    })?;
    let place = fs::canonicalize(file).map_err(|error| TreeError::io(file, error))?;
    let identity = format!(
        "{} {} {} {}",
        place.display(),
        meta.len(),
        meta.mtime(),
        meta.mtime_nsec()
    );
    let key = hash::blob_id(identity.as_bytes()).to_string();
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let stem = name
        .split(".tar")
        .next()
        .unwrap_or_default()
        .trim_end_matches(".tgz")
        .trim_end_matches(".deb");
    let shelf = Shelf::open(cache)?;
    shelf.get(&format!("{stem}-{}", &key[..12]), |part| {
        unpack_file(file, wrapping, part, progress)
    })
}

/// The cache's folder of kernels.
struct Shelf(PathBuf);

impl Shelf {
    fn open(cache: &Path) -> Result<Self, TreeError> {
        let folder = cache.join("kernels");
        fs::create_dir_all(&folder).map_err(|error| TreeError::io(&folder, error))?;
        Ok(Self(folder))
    }

    /// Gives the folder `name`; where it is missing, `fill` fills a temporary one that is renamed when whole.
    fn get(
        &self,
        name: &str,
        fill: impl FnOnce(&Path) -> Result<(), TreeError>,
    ) -> Result<PathBuf, TreeError> {
        let place = self.0.join(name);
        if place.is_dir() {
            return Ok(place);
        }
        let _lock = self.lock()?;
        if place.is_dir() {
            return Ok(place);
        }
        self.sweep();
        let part = tempfile::Builder::new()
            .prefix(".part-")
            .tempdir_in(&self.0)
            .map_err(|error| TreeError::io(&self.0, error))?;
        fill(part.path())?;
        let top = only_folder(part.path())?.unwrap_or_else(|| part.path().to_owned());
        fs::rename(&top, &place).map_err(|error| TreeError::io(&place, error))?;
        Ok(place)
    }

    /// Waits until nobody else unpacks here.
    fn lock(&self) -> Result<File, TreeError> {
        let path = self.0.join(".lock");
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .map_err(|error| TreeError::io(&path, error))?;
        file.lock().map_err(|error| TreeError::io(&path, error))?;
        Ok(file)
    }

    /// Removes what killed runs have left; with the lock held, nobody uses it.
    fn sweep(&self) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(".part-") {
                // What cannot be removed now is tried again next time.
                drop(fs::remove_dir_all(entry.path()));
            }
        }
    }
}

/// Gives the one folder in `folder`, when nothing else is there.
fn only_folder(folder: &Path) -> Result<Option<PathBuf>, TreeError> {
    let mut entries = fs::read_dir(folder).map_err(|error| TreeError::io(folder, error))?;
    let (first, second) = (entries.next(), entries.next());
    let Some(Ok(first)) = first else {
        return Ok(None);
    };
    let folder = first.file_type().is_ok_and(|kind| kind.is_dir());
    Ok((second.is_none() && folder).then(|| first.path()))
}

/// Streams `file` through its decoders, each on its own thread, into `folder`.
fn unpack_file(
    file: &Path,
    wrapping: Wrapping,
    folder: &Path,
    progress: Progress<'_>,
) -> Result<(), TreeError> {
    let input = File::open(file).map_err(|error| TreeError::io(file, error))?;
    let total = input
        .metadata()
        .map_err(|error| TreeError::io(file, error))?
        .len();
    let done = AtomicU64::new(0);
    let input = Counted {
        input,
        count: &done,
    };
    let what = format!(
        "unpacking {}",
        file.file_name().unwrap_or_default().to_string_lossy()
    );
    let result = std::thread::scope(|scope| {
        let tar = match wrapping {
            Wrapping::Tarball => archive::pipe(scope, |send| send(&mut archive::decoder(input)?)),
            Wrapping::Deb => {
                let inner = archive::pipe(scope, |send| source_in_deb(input, send));
                archive::pipe(scope, |send| send(&mut archive::decoder(inner)?))
            }
        };
        unpack::unpack(tar, folder, &|| {
            progress(&what, done.load(Ordering::Relaxed), total);
        })
    });
    result.map_err(|error| match error {
        TreeError::Unusable(text) => TreeError::Unusable(format!("{}: {text}", file.display())),
        other => other,
    })
}

/// Finds the kernel's tarball in a package and sends its bytes, still compressed.
fn source_in_deb(
    input: impl Read + Send,
    send: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let none = |what: &str| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the package has no {what}"),
        )
    };
    let mut package = ar::Archive::new(input);
    while let Some(member) = package.next_entry() {
        let member = member?;
        if !member.header().identifier().starts_with(b"data.tar") {
            continue;
        }
        let mut data = tar::Archive::new(archive::decoder(member)?);
        for entry in data.entries()? {
            let mut entry = entry?;
            if entry.header().entry_type().is_file() && is_source(&entry.path_bytes()) {
                return send(&mut entry);
            }
        }
        return Err(none("tarball in usr/src; give a linux-source package"));
    }
    Err(none("data; give a linux-source package"))
}

/// Says whether a packaged file is a kernel's tarball: `./usr/src/linux-source-6.12.tar.xz`, on Ubuntu one folder deeper.
fn is_source(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path);
    let Some(rest) = path.trim_start_matches("./").strip_prefix("usr/src/") else {
        return false;
    };
    let name = rest.rsplit('/').next().unwrap_or_default();
    name.starts_with("linux-") && name.contains(".tar.")
}

/// Fetches the package that `wanted` (`NAME` or `NAME=VERSION`) names with the machine's apt and unpacks it, once.
pub(super) fn fetched(
    wanted: &str,
    cache: &Path,
    progress: Progress<'_>,
) -> Result<PathBuf, TreeError> {
    if !is_package(wanted) {
        return Err(TreeError::Unusable(format!(
            "{wanted:?} is no package name; give apt:linux-source-6.12 or apt:linux-source-6.12=VERSION"
        )));
    }
    if process::find("apt-get").is_none() {
        return Err(TreeError::Lacking {
            what: "apt-get".to_owned(),
            install:
                "it is part of Debian and Ubuntu; elsewhere give a tarball, a directory or PATH@REV"
                    .to_owned(),
        });
    }
    let (name, size) = offered(wanted)?;
    let key = name.trim_end_matches(".deb").replace(
        |c: char| !c.is_ascii_alphanumeric() && !"._+~-".contains(c),
        "_",
    );
    Shelf::open(cache)?.get(&format!("apt-{key}"), |part| {
        let (download, tree) = (part.join("download"), part.join("tree"));
        for folder in [&download, &tree] {
            fs::create_dir(folder).map_err(|error| TreeError::io(folder, error))?;
        }
        download_package(wanted, &download, size, progress)?;
        let file = download.join(&name);
        unpack_file(&file, Wrapping::Deb, &tree, progress)?;
        fs::remove_dir_all(&download).map_err(|error| TreeError::io(&download, error))?;
        // One folder inside another is all that may be left, so that the kernel itself is what gets the name.
        match only_folder(&tree)? {
            Some(top) => {
                let lone = part.join("kernel");
                fs::rename(&top, &lone).map_err(|error| TreeError::io(&lone, error))?;
                fs::remove_dir(&tree).map_err(|error| TreeError::io(&tree, error))
            }
            None => Ok(()),
        }
    })
}

/// Says whether `text` is a package's name, with a version or without: nothing that apt could take for an option.
fn is_package(text: &str) -> bool {
    let (name, version) = text
        .split_once('=')
        .map_or((text, None), |(name, version)| (name, Some(version)));
    let starts = |text: &str| text.starts_with(|c: char| c.is_ascii_alphanumeric());
    let named = starts(name)
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c));
    named
        && version.is_none_or(|text| {
            starts(text)
                && text
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || ".+:~-".contains(c))
        })
}

/// Asks apt, without the network, which file it would fetch: its name and size in bytes.
fn offered(wanted: &str) -> Result<(String, u64), TreeError> {
    let output = process::run("apt-get", &["--print-uris", "download", wanted], None)
        .map_err(|error| TreeError::io("apt-get", error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with('\''));
    let Some((name, size)) = line.and_then(offer) else {
        return Err(TreeError::Unusable(format!(
            "apt does not offer {wanted} ({}); run `apt-get update`, and see `apt-cache search linux-source`",
            words(&output.stderr)
        )));
    };
    Ok((name, size))
}

/// Reads `'URI' FILE SIZE HASH`.
fn offer(line: &str) -> Option<(String, u64)> {
    let mut parts = line.split(' ').skip(1);
    let name = parts
        .next()
        .filter(|name| name.ends_with(".deb") && !name.contains('/') && !name.starts_with('.'))?;
    Some((name.to_owned(), parts.next()?.parse().ok()?))
}

/// Gives apt's last words in one line.
fn words(stderr: &[u8]) -> String {
    let text = crate::base::show::visible_bytes(stderr);
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("E:")).collect();
    let lines = if errors.is_empty() {
        text.lines().collect()
    } else {
        errors
    };
    lines.join(" ").trim().to_owned()
}

fn download_package(
    wanted: &str,
    folder: &Path,
    size: u64,
    progress: Progress<'_>,
) -> Result<(), TreeError> {
    let what = format!("fetching {wanted}");
    progress(&what, 0, size);
    let output = std::thread::scope(|scope| {
        let child =
            scope.spawn(|| process::run("apt-get", &["-q", "download", wanted], Some(folder)));
        while !child.is_finished() {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let files = fs::read_dir(folder).into_iter().flatten().flatten();
            progress(
                &what,
                files
                    .filter_map(|file| Some(file.metadata().ok()?.len()))
                    .sum(),
                size,
            );
        }
        child.join()
    });
    let output = output
        .unwrap_or_else(|_| Err(io::Error::other("the thread that waits for it ended")))
        .map_err(|error| TreeError::io("apt-get", error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(TreeError::Unusable(format!(
        "apt-get download {wanted} failed ({}); check the network and run `apt-get update`",
        words(&output.stderr)
    )))
}
