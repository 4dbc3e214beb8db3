//! In: a folder. Out: a stamp of every file and link below it, by what the file system says of it.

use super::source::{Stamp, TreeError};
use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Stamps every regular file and symlink below `folder`. `.git`, and names that are not UTF-8, are passed over.
pub(super) fn of_folder(folder: &Path) -> Result<BTreeMap<String, Stamp>, TreeError> {
    let mut stamps = BTreeMap::new();
    let mut folders = vec![String::new()];
    while let Some(inside) = folders.pop() {
        let path = folder.join(&inside);
        let entries = fs::read_dir(&path).map_err(|error| TreeError::io(&path, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| TreeError::io(&path, error))?;
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.eq_ignore_ascii_case(".git") {
                continue;
            }
            let below = match inside.as_str() {
                "" => name,
                _ => format!("{inside}/{name}"),
            };
            let found = || {
                entry
                    .metadata()
                    .map_err(|error| TreeError::io(entry.path(), error))
            };
            let kind = entry.file_type();
            let kind = kind.map_err(|error| TreeError::io(entry.path(), error))?;
            if kind.is_dir() {
                folders.push(below);
            } else if kind.is_symlink() {
                let target = fs::read_link(entry.path());
                let target = target.map_err(|error| TreeError::io(entry.path(), error))?;
                if let Ok(target) = target.into_os_string().into_string() {
                    stamps.insert(below, Stamp::Link { target });
                }
            } else if kind.is_file() {
                stamps.insert(below, of_file(&found()?));
            }
        }
    }
    Ok(stamps)
}

/// Stamps a regular file. The change time is in it: who restores size and modification time does not get by.
pub(super) fn of_file(file: &Metadata) -> Stamp {
    Stamp::File {
        content: format!(
            "{}:{}.{}:{}.{}",
            file.size(),
            file.mtime(),
            file.mtime_nsec(),
            file.ctime(),
            file.ctime_nsec()
        ),
        executable: file.mode() & 0o100 != 0,
    }
}
