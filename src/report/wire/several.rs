//! In: a patch written to an mbox, or applied to one kernel of several. Out: its line.

use super::{Grades, Line};
use crate::tree::{PatchOutcome, PatchVerdict, Proof};
use serde::Serialize;

/// Fields of an `export` line.
#[derive(Clone, Debug, Serialize)]
pub struct ExportLine<'a> {
    number: u32,
    subject: &'a str,
    proof: Proof,
    repaired: bool,
    left_out: Option<&'a str>,
}

/// Makes the line of a patch that was written to an mbox, or left out of it.
pub fn export_line<'a>(
    number: u32,
    subject: &'a str,
    (proof, repaired): (Proof, bool),
    left_out: Option<&'a str>,
) -> Line<ExportLine<'a>> {
    Line::new(
        "export",
        ExportLine {
            number,
            subject,
            proof,
            repaired,
            left_out,
        },
    )
}

/// Fields of an `applicability` line.
#[derive(Clone, Debug, Serialize)]
pub struct ApplicabilityLine<'a> {
    kernel: &'a str,
    kernel_version: &'a str,
    patch: u32,
    subject: &'a str,
    outcome: PatchVerdict,
    proof: Proof,
    repaired: bool,
    hunks: Grades,
}

/// Makes the line of what came of a patch on one kernel of several.
pub fn applicability_line<'a>(
    kernel: &'a str,
    kernel_version: &'a str,
    outcome: &'a PatchOutcome,
) -> Line<ApplicabilityLine<'a>> {
    Line::new(
        "applicability",
        ApplicabilityLine {
            kernel,
            kernel_version,
            patch: outcome.number,
            subject: &outcome.subject,
            outcome: outcome.verdict,
            proof: outcome.proof,
            repaired: outcome.restored.is_some(),
            hunks: Grades::count(std::slice::from_ref(outcome)),
        },
    )
}
