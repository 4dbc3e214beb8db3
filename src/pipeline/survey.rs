//! In: a kernel. Out: what its walkers may return. Nothing is stored.

use super::event::step;
use super::{OpenKernel, Tell};
use crate::audit::{Auditor, Contracts};
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
