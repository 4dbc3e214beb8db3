//! In: the workspace and a folder. Out: the report of all that is stored, or of one review.

use super::Workspace;
use super::event::{Tell, step};
use crate::report::{self, Written};
use crate::store::ReviewId;
use anyhow::Context as _;
use std::path::Path;

/// Writes the report into `folder`, or into the workspace's own.
///
/// # Errors
/// When the store cannot be read or the folder not written.
pub fn write_report(
    workspace: &Workspace,
    folder: Option<&Path>,
    only: Option<ReviewId>,
    tell: Tell<'_>,
) -> anyhow::Result<Written> {
    let own = workspace.report();
    let folder = folder.unwrap_or(&own);
    step(tell, "writing the report", || {
        report::write(&workspace.store, folder, only)
    })
    .with_context(|| format!("failed to write the report to {}", folder.display()))
}
