//! In: a kernel. Out: its vocabulary, or what its walkers may return. Nothing is stored.

use super::event::step;
use super::{OpenKernel, Tell};
use crate::audit::{Auditor, Contracts};
use crate::vocabulary::Vocabulary;
use anyhow::Context as _;

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
