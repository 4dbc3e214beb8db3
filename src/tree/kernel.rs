//! In: what a user calls a kernel. Out: its files as a source, with version and commit.

use super::directory::DirectorySource;
use super::git::{GitSource, open_repository};
use super::package::{self, Progress, Wrapping};
use super::source::{Source, TreeError};
use crate::base::id::ObjectId;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Ends of names that are compressed tarballs.
const TARBALLS: [&str; 7] = [
    ".tar.xz", ".txz", ".tar.gz", ".tgz", ".tar.bz2", ".tar.zst", ".tar",
];

/// Where a kernel is to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KernelSpec {
    /// A folder with its files.
    Directory(PathBuf),
    /// A commit of a git repository.
    Git {
        /// The repository.
        path: PathBuf,
        /// Any revspec.
        rev: String,
    },
    /// A compressed tarball.
    Tarball(PathBuf),
    /// A linux-source package.
    Deb(PathBuf),
    /// A linux-source package that apt fetches: `NAME` or `NAME=VERSION`.
    Apt(String),
}

impl KernelSpec {
    /// Reads a spec: `apt:NAME[=VERSION]`, a tarball or package by its ending, `PATH@REV` where PATH is a git repository,
    /// else a folder.
    ///
    /// # Errors
    /// [`TreeError::Unusable`] when the text is empty, or has an `@` but names neither a folder nor a repository.
    pub fn parse(text: &str) -> Result<Self, TreeError> {
        if let Some(package) = text.strip_prefix("apt:") {
            return Ok(Self::Apt(package.to_owned()));
        }
        let path = PathBuf::from(text);
        if path.is_dir() {
            return Ok(Self::Directory(path));
        }
        // The last `@` that leaves a repository on its left: both paths and revisions may hold one.
        for (at, _) in text.rmatch_indices('@') {
            let (left, rev) = (&text[..at], &text[at + 1..]);
            if !left.is_empty() && !rev.is_empty() && open_repository(Path::new(left)).is_ok() {
                return Ok(Self::Git {
                    path: left.into(),
                    rev: rev.to_owned(),
                });
            }
        }
        if TARBALLS.iter().any(|end| text.ends_with(end)) {
            return Ok(Self::Tarball(path));
        }
        if path.extension().is_some_and(|extension| extension == "deb") {
            return Ok(Self::Deb(path));
        }
        if text.is_empty() {
            return Err(TreeError::Unusable(
                "no kernel is named; give a directory, PATH@REV, a tarball, a .deb or apt:PACKAGE"
                    .to_owned(),
            ));
        }
        if text.contains('@') && !path.exists() {
            return Err(TreeError::Unusable(format!(
                "{text:?} is no folder, and nothing before an @ in it is a git repository"
            )));
        }
        Ok(Self::Directory(path))
    }
}

impl fmt::Display for KernelSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) | Self::Tarball(path) | Self::Deb(path) => {
                write!(f, "{}", path.display())
            }
            Self::Git { path, rev } => write!(f, "{}@{rev}", path.display()),
            Self::Apt(package) => write!(f, "apt:{package}"),
        }
    }
}

/// A kernel that can be read.
#[derive(Clone)]
pub struct Kernel {
    /// Its files.
    pub source: Arc<dyn Source>,
    /// As its top Makefile has it: "6.12.117".
    pub version: String,
    /// The commit, where it is one.
    pub commit: Option<ObjectId>,
    /// What the user called it.
    pub spec: String,
    /// Where the files or the repository lie, as an absolute path.
    pub tree: PathBuf,
}

/// Opens the kernel that `spec` names. Archives are unpacked once, below `cache`.
///
/// # Errors
/// [`TreeError::Unusable`] for what is no kernel, [`TreeError::Lacking`] for a missing apt, [`TreeError::Io`] and
/// [`TreeError::Git`] when reading or unpacking fails.
pub fn open(spec: &KernelSpec, cache: &Path, progress: Progress<'_>) -> Result<Kernel, TreeError> {
    let tree = match spec {
        KernelSpec::Directory(path) | KernelSpec::Git { path, .. } => path.clone(),
        KernelSpec::Tarball(path) => package::unpacked(path, Wrapping::Tarball, cache, progress)?,
        KernelSpec::Deb(path) => package::unpacked(path, Wrapping::Deb, cache, progress)?,
        KernelSpec::Apt(wanted) => package::fetched(wanted, cache, progress)?,
    };
    let source: Arc<dyn Source> = match spec {
        KernelSpec::Git { path, rev } => Arc::new(GitSource::open(path, rev)?),
        _ => Arc::new(DirectorySource::open(&tree)?),
    };
    let makefile = source.bytes("Makefile")?.unwrap_or_default();
    let version = version(&String::from_utf8_lossy(&makefile)).ok_or_else(|| {
        TreeError::Unusable(format!(
            "{spec} holds no kernel (its top Makefile, where there is one, sets no VERSION); \
             give a kernel's top folder, or PATH@REV for a git repository"
        ))
    })?;
    let tree = std::fs::canonicalize(&tree).map_err(|error| TreeError::io(&tree, error))?;
    Ok(Kernel {
        commit: source.commit(),
        source,
        version,
        spec: spec.to_string(),
        tree,
    })
}

/// Reads the version that a kernel's top Makefile sets: `6.12.117`, `7.2.0-rc3`, `6.12`.
pub fn version(makefile: &str) -> Option<String> {
    let value = |name: &str| {
        makefile.lines().take(40).find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim())
        })
    };
    let number = |name: &str| {
        value(name)
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let mut version = format!("{}.{}", number("VERSION")?, number("PATCHLEVEL")?);
    if let Some(sub) = number("SUBLEVEL") {
        version = format!("{version}.{sub}");
    }
    let extra =
        value("EXTRAVERSION").filter(|text| text.bytes().all(|byte| byte.is_ascii_graphic()));
    Some(version + extra.unwrap_or_default())
}

#[cfg(test)]
mod tests;
