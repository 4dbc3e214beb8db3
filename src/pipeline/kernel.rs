//! In: what a user calls a kernel. Out: it, opened, with the name it is stored under.

use super::event::{Event, Tell, Unit};
use super::{Refusal, Workspace};
use crate::tree::kernel::{Kernel, KernelSpec, open};
use anyhow::Context as _;
use std::path::{Path, PathBuf};

/// A kernel that can be read, and what it goes by.
#[derive(Clone)]
pub struct OpenKernel {
    /// Its registered name, or its source with an absolute path.
    pub name: String,
    /// Its files.
    pub kernel: Kernel,
}

/// Opens a registered kernel by name, or any source.
///
/// A registered name wins over a folder of that name; `./NAME` is always the folder.
///
/// # Errors
/// When there is no such kernel, or it cannot be read.
pub fn open_kernel(
    workspace: &Workspace,
    text: &str,
    tell: Tell<'_>,
) -> anyhow::Result<OpenKernel> {
    let failed = || format!("failed to open the kernel {text}");
    if let Some(known) = workspace.store.kernel(text).with_context(failed)? {
        let mut spec = KernelSpec::parse(&known.row.spec).with_context(failed)?;
        // A registered commit stays what it was, whatever its branch has become.
        if let (KernelSpec::Git { rev, .. }, Some(commit)) = (&mut spec, &known.row.commit) {
            rev.clone_from(commit);
        }
        let kernel = open_spec(workspace, &spec, tell).with_context(failed)?;
        return Ok(OpenKernel {
            name: known.row.name,
            kernel,
        });
    }
    let spec = absolute(KernelSpec::parse(text).with_context(failed)?);
    if let KernelSpec::Directory(path) = &spec
        && !path.exists()
    {
        return Err(Refusal::NoKernel {
            name: text.to_owned(),
        })
        .with_context(failed);
    }
    let kernel = open_spec(workspace, &spec, tell).with_context(failed)?;
    Ok(OpenKernel {
        name: spec.to_string(),
        kernel,
    })
}

/// Opens a source; fetching and unpacking are told as steps.
pub(super) fn open_spec(
    workspace: &Workspace,
    spec: &KernelSpec,
    tell: Tell<'_>,
) -> anyhow::Result<Kernel> {
    let step = std::cell::RefCell::new(String::new());
    let progress = |what: &str, done: u64, total: u64| {
        let mut step = step.borrow_mut();
        if *step != what {
            if !step.is_empty() {
                tell(Event::End);
            }
            tell(Event::Begin { step: what });
            what.clone_into(&mut step);
        }
        tell(Event::Advance {
            done,
            total,
            unit: Unit::Bytes,
        });
    };
    let opened = open(spec, &workspace.cache(), &progress);
    if !step.borrow().is_empty() {
        tell(Event::End);
    }
    Ok(opened?)
}

/// Opens every registered kernel, in the order registered by name.
///
/// # Errors
/// When none is registered, or one cannot be read.
pub fn open_all(workspace: &Workspace, tell: Tell<'_>) -> anyhow::Result<Vec<OpenKernel>> {
    let rows = workspace
        .store
        .kernels()
        .context("failed to list the kernels")?;
    if rows.is_empty() {
        return Err(Refusal::NoKernels).context("failed to choose kernels");
    }
    rows.iter()
        .map(|known| open_kernel(workspace, &known.row.name, tell))
        .collect()
}

/// Opens every registered kernel that is a folder or in a git repository; what needs unpacking, or is gone, is left out.
pub(super) fn at_hand(workspace: &Workspace, tell: Tell<'_>) -> Vec<OpenKernel> {
    let rows = workspace.store.kernels().unwrap_or_default();
    let cheap = rows.into_iter().filter(|known| {
        matches!(
            KernelSpec::parse(&known.row.spec),
            Ok(KernelSpec::Directory(_) | KernelSpec::Git { .. })
        )
    });
    cheap
        .filter_map(|known| open_kernel(workspace, &known.row.name, tell).ok())
        .collect()
}

/// Makes the paths in a source absolute, so that it means the same from any folder.
pub(super) fn absolute(spec: KernelSpec) -> KernelSpec {
    match spec {
        KernelSpec::Directory(path) => KernelSpec::Directory(canonical(&path)),
        KernelSpec::Git { path, rev } => KernelSpec::Git {
            path: canonical(&path),
            rev,
        },
        KernelSpec::Tarball(path) => KernelSpec::Tarball(canonical(&path)),
        KernelSpec::Deb(path) => KernelSpec::Deb(canonical(&path)),
        KernelSpec::Apt(package) => KernelSpec::Apt(package),
    }
}

/// Gives the absolute path, or the path as it is where nothing is there (opening it will say so).
fn canonical(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
