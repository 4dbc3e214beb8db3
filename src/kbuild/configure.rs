//! In: a config and a laid out source. Out: a build folder configured so, and what kconfig refused of it.

use super::build::Work;
use super::config::{Config, Refused};
use super::error::BuildError;
use crate::base::hash::blob_id;
use crate::base::process::{self, End};
use crate::tree::directory::DirectorySource;
use crate::tree::output;
use crate::tree::source::{Changed, Source as _};
use std::fs;
use std::sync::{Mutex, PoisonError};

/// What configuring came to.
pub(super) enum Configured {
    /// The folder is configured; options in the list are not as asked.
    Done(Vec<Refused>),
    /// make did not come to its end well.
    Ended(End),
}

/// Configures the build folder, unless it is configured for exactly this already.
///
/// kconfig writes its files anew each time, and make compares times: who does not ask again has nothing built again.
pub(super) fn configure(work: &mut Work<'_>, config: &Config) -> Result<Configured, BuildError> {
    let key = key(work, config)?;
    let noted = fs::read_to_string(work.folder.configured()).unwrap_or_default();
    if let Some(bytes) = work.folder.read_built(".config")?
        && noted == format!("{key} {}", blob_id(&bytes))
    {
        return Ok(Configured::Done(
            config.refused(&String::from_utf8_lossy(&bytes)),
        ));
    }
    // Whatever stands there: a link is removed, not followed.
    let dot_config = work.folder.build().join(".config");
    if fs::symlink_metadata(&dot_config).is_ok_and(|file| !file.is_dir()) {
        fs::remove_file(&dot_config).map_err(|error| BuildError::io(&dot_config, error))?;
    }
    let end = work.make(&[config.base], 0)?;
    if end != End::Exited(0) {
        return Ok(Configured::Ended(end));
    }
    let mut text = work.folder.read_built(".config")?.unwrap_or_default();
    text.extend_from_slice(config.lines().as_bytes());
    let changed = Changed::from([(".config".to_owned(), Some((text.into(), false)))]);
    output::write_files(&work.folder.build(), &changed)?;
    let end = work.make(&["olddefconfig"], 0)?;
    if end != End::Exited(0) {
        return Ok(Configured::Ended(end));
    }
    let bytes = work.folder.read_built(".config")?.unwrap_or_default();
    let note = work.folder.configured();
    fs::write(&note, format!("{key} {}", blob_id(&bytes)))
        .map_err(|error| BuildError::io(&note, error))?;
    Ok(Configured::Done(
        config.refused(&String::from_utf8_lossy(&bytes)),
    ))
}

/// Digests all that decides what kconfig says: the config, the tree's Kconfig files and defaults, the compiler.
fn key(work: &Work<'_>, config: &Config) -> Result<String, BuildError> {
    let parts = Mutex::new(vec![
        format!("{} {}", config.base, config.lines()),
        work.compiler(),
    ]);
    let matters = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name.starts_with("Kconfig")
            || path.contains("/configs/")
            || path == "Makefile"
            || path.starts_with("scripts/kconfig/")
    };
    DirectorySource::open(work.folder.source())?.visit(&[""], &matters, &|path, bytes| {
        let part = format!("{path} {}", blob_id(bytes));
        parts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(part);
    })?;
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_unstable();
    Ok(blob_id(parts.join("\n").as_bytes()).to_string())
}

/// Names the compiler that make finds, by what changes when it does.
pub fn compiler_stamp() -> String {
    let stamp = |name: &str| {
        let file = fs::metadata(process::find(name)?).ok()?;
        Some(format!("{name} {} {:?}", file.len(), file.modified().ok()))
    };
    [stamp("gcc"), stamp("ld"), stamp("ccache")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}
