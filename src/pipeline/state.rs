//! In: `KERNEL`, `SERIES@KERNEL` or `SERIES@KERNEL:K`. Out: the kernel, the series applied to it, and which state is meant.

use super::series::names;
use super::{
    Application, Input, Keep, OpenKernel, Refusal, Tell, Workspace, apply, open_kernel, the_series,
};
use crate::base::hash::blob_id;
use crate::tree::commits;
use crate::tree::kernel::KernelSpec;
use crate::tree::source::{Overlay, Source, Stamp, TreeError};
use anyhow::Context as _;
use std::path::Path;
use std::sync::Arc;

/// A state of a kernel, as a user named it.
pub struct Chosen {
    /// The base.
    pub kernel: OpenKernel,
    /// The series, applied as far as it goes; `None` for a bare kernel.
    pub application: Option<Application>,
    /// The state that was named: how many patches are in it.
    pub state: u32,
    /// What was odd in the mails, as sentences.
    pub notes: Vec<String>,
}

impl Chosen {
    /// Gives the files of state `state`; that of a bare kernel is 0.
    pub fn source(&self, state: u32) -> Arc<dyn Source> {
        let base = Arc::clone(&self.kernel.kernel.source);
        let changed = self
            .application
            .as_ref()
            .and_then(|application| application.states.get(state as usize));
        match changed {
            Some(changed) if !changed.is_empty() => {
                Arc::new(Overlay::new(base, Arc::clone(changed)))
            }
            _ => base,
        }
    }

    /// Lists the files that the first `state` patches change.
    pub fn changed(&self, state: u32) -> Vec<String> {
        let changed = self
            .application
            .as_ref()
            .and_then(|application| application.states.get(state as usize));
        changed.map_or_else(Vec::new, |changed| changed.keys().cloned().collect())
    }

    /// Gives a digest of what state `state` holds.
    ///
    /// # Errors
    /// When the kernel cannot be read.
    pub fn tree(&self, state: u32) -> Result<String, TreeError> {
        tree_id(&*self.source(state))
    }

    /// Says whether every patch up to the state went in whole, or was there already.
    pub fn is_whole(&self) -> bool {
        self.application
            .as_ref()
            .is_none_or(|application| super::is_whole(&application.outcomes[..self.state as usize]))
    }
}

/// Opens what `text` names. A kernel wins over a series on one; the series is applied in memory, and stored.
///
/// # Errors
/// When there is no such kernel or series, or the series has no such state.
pub fn choose_state(
    workspace: &mut Workspace,
    text: &str,
    tell: Tell<'_>,
) -> anyhow::Result<Chosen> {
    let Some((series, kernel, wanted)) = split(workspace, text)? else {
        return Ok(Chosen {
            kernel: open_kernel(workspace, text, tell)?,
            application: None,
            state: 0,
            notes: Vec::new(),
        });
    };
    let kernel = open_kernel(workspace, kernel, tell)?;
    let inputs = [Input::Named(series.to_owned())];
    let read = the_series(workspace, &inputs)?;
    let one = read.series.into_iter().next();
    let one = one.ok_or_else(|| Refusal::NoPatch {
        name: names(&inputs),
    });
    let failed = || format!("failed to choose a state by {text}");
    let one = one.with_context(failed)?;
    let application = apply(workspace, one, &kernel, Keep::Store, tell)?;
    let count = u32::try_from(application.outcomes.len()).unwrap_or(u32::MAX);
    let state = wanted.unwrap_or(count);
    if state > count {
        let series = application.series.name;
        return Err(Refusal::NoSuchState {
            series,
            count,
            state,
        })
        .with_context(failed);
    }
    Ok(Chosen {
        kernel,
        application: Some(application),
        state,
        notes: read.notes,
    })
}

/// What a text names: a series, a kernel, and a state where one is named.
type Parts<'t> = (&'t str, &'t str, Option<u32>);

/// Splits `SERIES@KERNEL[:K]`; `None` for a kernel alone. Either side may hold an `@` of its own.
fn split<'t>(workspace: &Workspace, text: &'t str) -> anyhow::Result<Option<Parts<'t>>> {
    if is_kernel(workspace, text)? {
        return Ok(None);
    }
    let failed = || format!("failed to choose a state by {text}");
    let (whole, state) = match text.rsplit_once(':') {
        Some((left, digits))
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            (left, digits.parse().ok())
        }
        _ => (text, None),
    };
    for (at, _) in whole.match_indices('@') {
        let (series, kernel) = (&whole[..at], &whole[at + 1..]);
        if is_series(workspace, series)? && is_kernel(workspace, kernel)? {
            return Ok(Some((series, kernel, state)));
        }
    }
    // Where no `@` is, only a kernel can be meant, and opening it says what is wrong.
    if !text.contains('@') {
        return Ok(None);
    }
    Err(Refusal::NoState {
        text: text.to_owned(),
    })
    .with_context(failed)
}

/// Says whether `text` names a series: an imported one, mails, or commits.
pub(super) fn is_series(workspace: &Workspace, text: &str) -> anyhow::Result<bool> {
    let list = workspace.store.series_list();
    let list = list.context("failed to read the workspace")?;
    Ok(list.iter().any(|head| head.name == text)
        || Path::new(text).exists()
        || commits::is_range(text))
}

/// Says whether `text` names a kernel that can be tried: registered, or a source that is there.
pub(super) fn is_kernel(workspace: &Workspace, text: &str) -> anyhow::Result<bool> {
    let known = workspace.store.kernel(text);
    if known.context("failed to read the workspace")?.is_some() {
        return Ok(true);
    }
    Ok(match KernelSpec::parse(text) {
        Ok(KernelSpec::Directory(path) | KernelSpec::Tarball(path) | KernelSpec::Deb(path)) => {
            path.exists()
        }
        // A range of commits is a series.
        Ok(KernelSpec::Git { rev, .. }) => !rev.contains(".."),
        Ok(KernelSpec::Apt(_)) => true,
        Err(_) => false,
    })
}

/// Gives a digest of every path with what stands there: blobs by their ids, files of a folder by size and times. A commit
/// and a series on its parent that come to the same files have the same.
fn tree_id(source: &dyn Source) -> Result<String, TreeError> {
    let mut text = String::new();
    for (path, stamp) in source.stamps()? {
        let (sort, content) = match &stamp {
            Stamp::File {
                content,
                executable: false,
            } => ("f", content),
            Stamp::File { content, .. } => ("x", content),
            Stamp::Link { target } => ("l", target),
        };
        for part in [path.as_str(), sort, content] {
            text.push_str(part);
            text.push('\0');
        }
    }
    Ok(blob_id(text.as_bytes()).to_string())
}
