//! In: apt's list of kernel packages. Out: folders with the files in which two versions differ, and the same files of others.

use pteward::base::hash::blob_id;
use pteward::base::process;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "linux-source-6.12";

/// Two versions of a kernel, and others to apply their diff to.
pub(crate) struct Pair {
    /// Holds `a` (older), `b` (newer) and a folder for each other version.
    pub(crate) folder: PathBuf,
    pub(crate) old: String,
    pub(crate) new: String,
    /// Folder and version.
    pub(crate) others: Vec<(String, String)>,
    pub(crate) count: usize,
}

impl Pair {
    pub(crate) fn read(&self, side: &str, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.folder.join(side).join(path)).ok()
    }
}

/// Fetches, compares and unpacks, as far as that has not been done before; the reason to skip otherwise.
pub(crate) fn differing() -> Result<Pair, String> {
    let get = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/kernels/get");
    if !get.is_file() {
        return Err("../shared/kernels/get is not there".to_owned());
    }
    let versions = offered(PACKAGE)?;
    let [newest, .., oldest] = versions.as_slice() else {
        return Err(format!("apt offers fewer than two versions of {PACKAGE}"));
    };
    let store = std::env::var_os("PTEWARD_TEST_KERNELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-kernels"),
        PathBuf::from,
    );
    let folder = store.join(format!("{oldest}..{newest}"));
    let mut others: Vec<(String, String, &str)> = Vec::new();
    if versions.len() > 2 {
        others.push((
            "middle".to_owned(),
            versions[versions.len() / 2].clone(),
            PACKAGE,
        ));
    }
    if let Some(version) = offered("linux-source-6.1")
        .ok()
        .and_then(|versions| versions.first().cloned())
    {
        others.push(("far".to_owned(), version, "linux-source-6.1"));
    }
    let done = folder.join("done");
    if !done.exists() {
        let mut debs = vec![
            fetch(&get, &store, PACKAGE, oldest)?,
            fetch(&get, &store, PACKAGE, newest)?,
        ];
        for (_, version, package) in &others {
            debs.push(fetch(&get, &store, package, version)?);
        }
        unpack(&folder, &debs, &others)?;
        std::fs::write(&done, "").map_err(|error| error.to_string())?;
    }
    let count = std::fs::read_to_string(folder.join("paths"))
        .unwrap_or_default()
        .lines()
        .count();
    let others = others
        .into_iter()
        .map(|(folder, version, _)| (folder, version))
        .collect();
    Ok(Pair {
        folder,
        old: oldest.clone(),
        new: newest.clone(),
        others,
        count,
    })
}

impl Pair {
    /// Makes git's diff of the two versions, renames found, through a repository that holds just these files.
    pub(crate) fn diff(&self) -> Vec<u8> {
        let git = |arguments: &[&str]| {
            let output =
                process::run("git", arguments, Some(&self.folder)).expect("git can be started");
            assert!(
                output.status.success(),
                "git {arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            output.stdout
        };
        let tree = |side: &str| {
            let (repository, work) = (
                format!("--git-dir={}", self.folder.join("git").display()),
                format!("--work-tree={side}"),
            );
            git(&[
                "-c",
                "core.autocrlf=false",
                &repository,
                &work,
                "add",
                "--all",
                "--force",
                ".",
            ]);
            String::from_utf8_lossy(&git(&[&repository, "write-tree"]))
                .trim()
                .to_owned()
        };
        git(&["init", "--quiet", "--bare", "git"]);
        let (old, new) = (tree("a"), tree("b"));
        git(&[
            "--git-dir=git",
            "diff-tree",
            "-r",
            "-p",
            "--no-color",
            "--no-ext-diff",
            "--full-index",
            "-M",
            &old,
            &new,
        ])
    }
}

/// Lists the versions that apt offers, newest first.
fn offered(package: &str) -> Result<Vec<String>, String> {
    let output = process::run("apt-cache", &["madison", package], None)
        .map_err(|error| format!("no apt-cache here: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut versions: Vec<String> = Vec::new();
    for version in text.lines().filter_map(|line| line.split('|').nth(1)) {
        let version = version.trim().to_owned();
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    Ok(versions)
}

fn fetch(get: &Path, store: &Path, package: &str, version: &str) -> Result<PathBuf, String> {
    let series = package.trim_start_matches("linux-source-");
    let arguments = [format!("{series}={version}"), store.display().to_string()];
    let output = process::run(&get.display().to_string(), &arguments, None)
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("apt does not give {package} {version}"));
    }
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Ok(PathBuf::from(text))
}

/// Reads each package twice: first every file's id, then the files in which the first two differ.
fn unpack(
    folder: &Path,
    debs: &[PathBuf],
    others: &[(String, String, &str)],
) -> Result<(), String> {
    let ids: Vec<BTreeMap<String, String>> = debs[..2]
        .par_iter()
        .map(|deb| ids(deb))
        .collect::<Result<_, _>>()?;
    let all: BTreeSet<&String> = ids[0].keys().chain(ids[1].keys()).collect();
    let differ: BTreeSet<String> = all
        .into_iter()
        .filter(|path| ids[0].get(*path) != ids[1].get(*path))
        .cloned()
        .collect();
    let sides: Vec<&str> = ["a", "b"]
        .into_iter()
        .chain(others.iter().map(|(side, _, _)| side.as_str()))
        .collect();
    debs.par_iter().zip(sides).try_for_each(|(deb, side)| {
        each_file(deb, &mut |path, mode, read| {
            if !differ.contains(path) {
                return Ok(());
            }
            let target = folder.join(side).join(path);
            std::fs::create_dir_all(target.parent().expect("a file stands in a folder"))?;
            let mut bytes = Vec::new();
            read.read_to_end(&mut bytes)?;
            std::fs::write(&target, bytes)?;
            std::fs::set_permissions(
                target,
                std::fs::Permissions::from_mode(mode & 0o755 | 0o600),
            )
        })
    })?;
    let list: Vec<String> = differ.into_iter().collect();
    std::fs::write(folder.join("paths"), list.join("\n")).map_err(|error| error.to_string())
}

fn ids(deb: &Path) -> Result<BTreeMap<String, String>, String> {
    let mut ids = BTreeMap::new();
    each_file(deb, &mut |path, mode, read| {
        let mut bytes = Vec::new();
        read.read_to_end(&mut bytes)?;
        ids.insert(
            path.to_owned(),
            format!("{} {}", mode & 0o111 != 0, blob_id(&bytes)),
        );
        Ok(())
    })?;
    Ok(ids)
}

/// Receives path, mode and content.
type Take<'t> = &'t mut dyn FnMut(&str, u32, &mut dyn Read) -> std::io::Result<()>;

/// Hands every regular file of the source tree inside a package to `take`, its path relative to the tree.
fn each_file(deb: &Path, take: Take<'_>) -> Result<(), String> {
    read_package(deb, take).map_err(|error| format!("cannot read {}: {error}", deb.display()))
}

fn read_package(deb: &Path, take: Take<'_>) -> std::io::Result<()> {
    let mut package = ar::Archive::new(std::fs::File::open(deb)?);
    while let Some(member) = package.next_entry() {
        let member = member?;
        if !member.header().identifier().starts_with(b"data.tar.xz") {
            continue;
        }
        let mut data = tar::Archive::new(liblzma::read::XzDecoder::new(member));
        for entry in data.entries()? {
            let entry = entry?;
            if !entry.path()?.extension().is_some_and(|end| end == "xz")
                || !entry.path()?.to_string_lossy().ends_with(".tar.xz")
            {
                continue;
            }
            return read_tree(entry, take);
        }
    }
    Err(std::io::Error::other("the package holds no source tree"))
}

fn read_tree(tree: impl Read, take: Take<'_>) -> std::io::Result<()> {
    let mut tree = tar::Archive::new(liblzma::read::XzDecoder::new(tree));
    for entry in tree.entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let mode = entry.header().mode()?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some((_, path)) = path.trim_start_matches("./").split_once('/') else {
            continue;
        };
        take(path, mode, &mut entry)?;
    }
    Ok(())
}
