//! In: a kernel. Out: its sites, walks and handling matrix, stored, and found anew only where something has changed.

use super::event::step;
use super::{Event, OpenKernel, Tell, Unit, Workspace};
use crate::audit::{self, Audit, Auditor, Memory, WalkerSet};
use crate::store::{AuditId, AuditKey};
use crate::tree::snapshot::Delta;
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
    let memory = base(workspace, kernel, "auditing", tell)?;
    save(workspace, &bare_key(kernel), memory.audit())?;
    Ok(memory.into_audit())
}

/// Audits `kernel` for walks of every sort. Nothing of it is stored, and nothing stored is used: what is known of a kernel
/// is what the default audit finds.
///
/// # Errors
/// When the kernel cannot be read.
pub fn audit_all_walks(kernel: &OpenKernel, tell: Tell<'_>) -> anyhow::Result<Audit> {
    let source = &*kernel.kernel.source;
    let read = |done: u64| {
        tell(Event::Advance {
            done,
            total: 0,
            unit: Unit::Files,
        });
    };
    let found = step(tell, "auditing", || {
        Auditor::for_walks(source, WalkerSet::All)?.run(source, &read)
    });
    found.with_context(|| failed(kernel))
}

/// Audits `kernel` as it is, told as the step `name`, and remembers what the next audit can use.
pub(super) fn base(
    workspace: &mut Workspace,
    kernel: &OpenKernel,
    name: &str,
    tell: Tell<'_>,
) -> anyhow::Result<Memory> {
    let source = &*kernel.kernel.source;
    let place = source.place();
    let known = match &place {
        Some(place) => workspace.store.recall(place, source.tree().as_deref()),
        None => Ok(None),
    };
    let known = known.context("failed to read what is known of the kernel")?;
    let then = known.as_ref().map(|kept| &kept.snapshot);
    // Looked at before anything is read: what is written meanwhile will count as changed.
    let (looked, memory) = std::thread::scope(|scope| {
        let memory = scope.spawn(|| known.as_ref()?.memory());
        (source.snapshot(then), memory.join())
    });
    let memory = memory.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let looked = looked.with_context(|| failed(kernel))?;
    let (Some(place), Some((snapshot, delta))) = (place, looked) else {
        return again(source, None, name, tell).with_context(|| failed(kernel));
    };
    let earlier = memory.zip(delta);
    let unchanged = earlier.as_ref().is_some_and(|(_, delta)| delta.is_empty());
    let known = earlier.as_ref().map(|(memory, delta)| (memory, delta));
    let memory = again(source, known, name, tell).with_context(|| failed(kernel))?;
    if !unchanged {
        workspace
            .store
            .remember(&place, &snapshot, &memory)
            .context("failed to keep what is known of the kernel")?;
    }
    Ok(memory)
}

/// Audits all of `source`, told as the step `name`: what has not changed since `earlier` is not read again.
pub(super) fn again(
    source: &dyn Source,
    earlier: Option<(&Memory, &Delta)>,
    name: &str,
    tell: Tell<'_>,
) -> anyhow::Result<Memory> {
    let read = |done: u64| {
        tell(Event::Advance {
            done,
            total: 0,
            unit: Unit::Files,
        });
    };
    Ok(step(tell, name, || audit::audit(source, earlier, &read))?)
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
