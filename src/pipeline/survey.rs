//! In: a kernel. Out: its vocabulary, what its walkers may return, or how its functions handle kinds.

use super::event::step;
use super::{OpenKernel, Tell, Workspace, audit};
use crate::audit::{Auditor, Contracts, Matrix};
use crate::report;
use crate::vocabulary::Vocabulary;
use anyhow::Context as _;
use std::path::Path;

/// Infers what each walker of `kernel` may return.
///
/// # Errors
/// When the kernel cannot be read.
pub fn contracts(kernel: &OpenKernel, tell: Tell<'_>) -> anyhow::Result<Contracts> {
    let source = &*kernel.kernel.source;
    let read = || format!("failed to read {}", kernel.name);
    let auditor = step(tell, "reading headers", || Auditor::new(source)).with_context(read)?;
    step(tell, "reading walkers", || auditor.contracts(source)).with_context(read)
}

/// Lists what the tree of `kernel` says about kinds.
///
/// # Errors
/// When the kernel cannot be read.
pub fn vocabulary(kernel: &OpenKernel, tell: Tell<'_>) -> anyhow::Result<Vocabulary> {
    let source = &*kernel.kernel.source;
    let read = || format!("failed to read {}", kernel.name);
    let auditor = step(tell, "reading headers", || Auditor::new(source)).with_context(read)?;
    step(tell, "reading definitions", || auditor.vocabulary(source)).with_context(read)
}

/// Tells how each function of `kernel` that tells kinds apart handles each kind.
///
/// The matrix is a part of the audit, which is stored.
///
/// # Errors
/// When the kernel cannot be read, or the store not written.
pub fn matrix(
    workspace: &mut Workspace,
    kernel: &OpenKernel,
    tell: Tell<'_>,
) -> anyhow::Result<Matrix> {
    Ok(audit(workspace, kernel, tell)?.matrix())
}

/// Writes the handling matrix of `kernel` as a page.
///
/// # Errors
/// When the file cannot be written.
pub fn write_matrix(kernel: &OpenKernel, matrix: &Matrix, file: &Path) -> anyhow::Result<()> {
    report::write_matrix(file, (&kernel.name, &kernel.kernel.version), matrix)
        .with_context(|| format!("failed to write the matrix to {}", file.display()))
}
