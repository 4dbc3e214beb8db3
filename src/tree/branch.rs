//! In: a kernel and the files after every patch. Out: commits on a branch of the workspace's own repository.
//!
//! The user's repository is only borrowed from, as an alternate: nothing is written there.

use super::beneath;
use super::git::{open_repository, own_id};
use super::kernel::Kernel;
use super::source::{Changed, Node, TreeError};
use crate::base::clock;
use crate::base::id::ObjectId;
use git2::{ObjectType, Oid, Repository, Signature, Time, Tree};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// One commit to be: a patch, as its poster wrote it.
#[derive(Clone)]
pub struct CommitInput {
    /// Subject, blank line, body.
    pub message: String,
    /// The poster's name.
    pub author_name: String,
    /// The poster's address.
    pub author_email: String,
    /// When it was posted; now, where that is not known.
    pub when: Option<jiff::Timestamp>,
    /// The poster's offset from UTC, in minutes east.
    pub utc_offset_minutes: i32,
    /// All files that differ from the kernel after this patch.
    pub changed: Arc<Changed>,
}

/// Writes `commits`, oldest first, onto a branch of the bare repository `workspace_repo`, which is made on first use, and
/// gives the last one's id.
///
/// Above a commit, they are its children. Above a kernel without history, their parent is a root commit that holds what
/// the kernel has of the files that the series touches, and says so. With `force`, an existing branch is moved.
///
/// # Errors
/// [`TreeError::Unusable`] for a bad or taken branch name, no commits, or a path that leaves the tree;
/// [`TreeError::Git`] and [`TreeError::Io`] when reading or writing fails.
pub fn write(
    workspace_repo: &Path,
    kernel: &Kernel,
    commits: &[CommitInput],
    branch: &str,
    force: bool,
) -> Result<ObjectId, TreeError> {
    if !git2::Branch::name_is_valid(branch)? {
        return Err(TreeError::Unusable(format!(
            "{branch:?} is no name for a branch; see `git check-ref-format --help`"
        )));
    }
    if commits.is_empty() {
        return Err(TreeError::Unusable("there is nothing to commit".to_owned()));
    }
    let repository = prepare(workspace_repo, kernel)?;
    let reference = format!("refs/heads/{branch}");
    if !force && repository.find_reference(&reference).is_ok() {
        return Err(TreeError::Unusable(format!(
            "branch {branch} is there already in {}; take another name, or force it",
            workspace_repo.display()
        )));
    }
    let base = match kernel.commit {
        Some(id) => Oid::from_str(&id.to_string())?,
        None => root(&repository, kernel, commits)?,
    };
    let mut parent = repository.find_commit(base)?;
    let tree = parent.tree()?;
    for commit in commits {
        let files = files(&repository, &commit.changed)?;
        let tree = match update(&repository, Some(&tree), &files)? {
            Some(id) => repository.find_tree(id)?,
            None => repository.find_tree(repository.treebuilder(None)?.write()?)?,
        };
        let time = time(commit);
        let (author, committer) = (author(commit, &time)?, own(&time)?);
        let id = repository.commit(
            None,
            &author,
            &committer,
            &commit.message,
            &tree,
            &[&parent],
        )?;
        parent = repository.find_commit(id)?;
    }
    // The branch appears last: a run that is killed before leaves only objects that nobody sees.
    repository.reference(&reference, parent.id(), force, "pteward: apply a series")?;
    Ok(own_id(parent.id()))
}

/// Opens or makes the repository, with the kernel's own as an alternate where it is a commit.
fn prepare(path: &Path, kernel: &Kernel) -> Result<Repository, TreeError> {
    let mut repository = if path.exists() {
        open_repository(path)?
    } else {
        Repository::init_bare(path)?
    };
    if kernel.commit.is_some() {
        let user = open_repository(&kernel.tree)?;
        let common = fs::canonicalize(user.commondir())
            .map_err(|error| TreeError::io(user.commondir(), error))?;
        let objects = common.join("objects");
        let line = objects
            .to_str()
            .filter(|text| !text.contains(['\n', '"', '#']))
            .ok_or_else(|| {
                TreeError::Unusable(format!(
                    "{} has characters that git cannot borrow from; move it",
                    objects.display()
                ))
            })?;
        let ours =
            fs::canonicalize(repository.commondir()).map_err(|error| TreeError::io(path, error))?;
        if ours != common {
            add_line(&ours.join("objects/info/alternates"), line)?;
            if user.is_shallow() {
                let known = fs::read_to_string(common.join("shallow")).unwrap_or_default();
                known
                    .lines()
                    .try_for_each(|line| add_line(&ours.join("shallow"), line))?;
            }
            repository = open_repository(path)?;
        }
    }
    Ok(repository)
}

/// Adds `line` to the file `path`, once.
fn add_line(path: &Path, line: &str) -> Result<(), TreeError> {
    let failed = |error| TreeError::io(path, error);
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.lines().any(|known| known == line) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    std::io::Write::write_all(&mut file, format!("{text}{line}\n").as_bytes()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Writes the root commit for a kernel that has none: what it has of the touched files.
fn root(
    repository: &Repository,
    kernel: &Kernel,
    commits: &[CommitInput],
) -> Result<Oid, TreeError> {
    let mut before = Changed::new();
    for path in commits.iter().flat_map(|commit| commit.changed.keys()) {
        if before.contains_key(path) {
            continue;
        }
        if let Some(Node::File { bytes, executable }) = kernel.source.node(path)? {
            before.insert(path.clone(), Some((bytes.into(), executable)));
        }
    }
    let tree = match update(repository, None, &files(repository, &before)?)? {
        Some(id) => id,
        None => repository.treebuilder(None)?.write()?,
    };
    let message = format!(
        "Files that the series touches, from kernel {}\n\nThis is not the whole kernel: the source has no history to build on,\n\
         so that only the files that the series changes or removes are here.\n\nSource: {}\n",
        kernel.version,
        crate::base::show::visible(&kernel.spec)
    );
    // The first patch's time: the same series gives the same commits again.
    let who = own(&time(&commits[0]))?;
    Ok(repository.commit(
        None,
        &who,
        &who,
        &message,
        &repository.find_tree(tree)?,
        &[],
    )?)
}

fn time(commit: &CommitInput) -> Time {
    Time::new(
        commit.when.unwrap_or_else(clock::now).as_second(),
        commit.utc_offset_minutes,
    )
}

fn own(time: &Time) -> Result<Signature<'static>, TreeError> {
    Ok(Signature::new("pteward", "pteward@localhost", time)?)
}

/// Gives the poster as git allows it: no angle brackets or line ends, never empty.
fn author(commit: &CommitInput, time: &Time) -> Result<Signature<'static>, TreeError> {
    let clean = |text: &str| {
        let text: String = text
            .chars()
            .filter(|c| !c.is_control() && !matches!(c, '<' | '>'))
            .collect();
        let text = text.trim().to_owned();
        if text.chars().any(char::is_alphanumeric) {
            text
        } else {
            "unknown".to_owned()
        }
    };
    Ok(Signature::new(
        &clean(&commit.author_name),
        &clean(&commit.author_email),
        time,
    )?)
}

/// A blob and its mode, or a removal, by path.
type Files<'f> = BTreeMap<&'f str, Option<(Oid, i32)>>;

/// Writes the blobs.
fn files<'f>(repository: &Repository, changed: &'f Changed) -> Result<Files<'f>, TreeError> {
    let mut files = Files::new();
    for (path, file) in changed {
        if !beneath::is_inside(path) {
            return Err(TreeError::Unusable(format!(
                "{path:?} is refused: the path leaves the tree"
            )));
        }
        let entry = match file {
            Some((bytes, executable)) => Some((
                repository.blob(bytes)?,
                if *executable { 0o100_755 } else { 0o100_644 },
            )),
            None => None,
        };
        files.insert(path, entry);
    }
    Ok(files)
}

/// Writes `base` with `files` laid over it; `None` when nothing is left.
fn update(
    repository: &Repository,
    base: Option<&Tree<'_>>,
    files: &Files<'_>,
) -> Result<Option<Oid>, TreeError> {
    let mut builder = repository.treebuilder(base)?;
    let mut folders: BTreeMap<&str, Files<'_>> = BTreeMap::new();
    for (path, file) in files {
        match path.split_once('/') {
            Some((folder, rest)) => drop(folders.entry(folder).or_default().insert(rest, *file)),
            // What is removed is a file: a folder of that name stays.
            None if file.is_none()
                && builder
                    .get(path)?
                    .is_some_and(|entry| entry.kind() != Some(ObjectType::Tree)) =>
            {
                builder.remove(path)?;
            }
            None => {}
        }
    }
    for (name, files) in folders {
        let old = builder
            .get(name)?
            .filter(|entry| entry.kind() == Some(ObjectType::Tree))
            .map(|entry| entry.id());
        let old = old.map(|id| repository.find_tree(id)).transpose()?;
        match update(repository, old.as_ref(), &files)? {
            Some(id) => drop(builder.insert(name, id, 0o040_000)?),
            None if old.is_some() => builder.remove(name)?,
            None => {}
        }
    }
    for (name, file) in files.iter().filter(|(path, _)| !path.contains('/')) {
        if let Some((id, mode)) = file {
            builder.insert(name, *id, *mode)?;
        }
    }
    Ok(if builder.is_empty() {
        None
    } else {
        Some(builder.write()?)
    })
}

#[cfg(test)]
mod tests;
