//! In: a kernel. Out: its sites and walks, stored.

use super::event::step;
use super::{Event, OpenKernel, Tell, Unit, Workspace};
use crate::audit::{Audit, Auditor};
use crate::store::{AuditId, AuditKey};
use crate::tree::source::Source;
use anyhow::Context as _;

/// Audits `kernel` and stores what was found.
///
/// # Errors
/// When the kernel cannot be read or the store not written.
pub fn audit(
    workspace: &mut Workspace,
    kernel: &OpenKernel,
    tell: Tell<'_>,
) -> anyhow::Result<Audit> {
    let source = &*kernel.kernel.source;
    let auditor =
        step(tell, "reading headers", || Auditor::new(source)).with_context(|| failed(kernel))?;
    let found = whole(&auditor, source, "auditing", tell).with_context(|| failed(kernel))?;
    save(workspace, &bare_key(kernel), &found)?;
    Ok(found)
}

/// Audits all of `source`, told as the step `name`.
pub(super) fn whole(
    auditor: &Auditor,
    source: &dyn Source,
    name: &str,
    tell: Tell<'_>,
) -> anyhow::Result<Audit> {
    let read = |done: u64| {
        tell(Event::Advance {
            done,
            total: 0,
            unit: Unit::Files,
        })
    };
    Ok(step(tell, name, || auditor.run(source, &read))?)
}

/// Names the state of the bare kernel.
pub(super) fn bare_key(kernel: &OpenKernel) -> AuditKey {
    AuditKey {
        kernel: kernel.name.clone(),
        kernel_version: kernel.kernel.version.clone(),
        commit: kernel.kernel.commit.map(|id| id.to_string()),
        series: None,
        state: 0,
    }
}

/// Stores an audit.
pub(super) fn save(
    workspace: &mut Workspace,
    key: &AuditKey,
    audit: &Audit,
) -> anyhow::Result<AuditId> {
    workspace
        .store
        .save_audit(key, audit)
        .context("failed to store the audit")
}

/// Says what could not be done.
pub(super) fn failed(kernel: &OpenKernel) -> String {
    format!("failed to audit {}", kernel.name)
}
