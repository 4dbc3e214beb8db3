//! In: what came of building a state. Out: its line.

use super::Line;
use crate::kbuild::{Built, Diagnostic, Outcome, Refused, Severity};
use serde::Serialize;

/// An error or warning, on the wire.
#[derive(Clone, Debug, Serialize)]
struct Message<'a> {
    severity: Severity,
    file: &'a str,
    line: u32,
    column: u32,
    flag: &'a str,
    text: &'a str,
}

/// Fields of a `build` line.
#[derive(Clone, Debug, Serialize)]
pub struct BuildLine<'a> {
    state: u32,
    config: &'a str,
    outcome: Outcome,
    reason: &'a str,
    seconds: f64,
    objects: u32,
    touched: usize,
    compared: bool,
    warnings: Vec<Message<'a>>,
    errors: Vec<Message<'a>>,
    all_warnings: usize,
    refused: &'a [Refused],
    sandboxed: bool,
    image: Option<String>,
    image_id: Option<String>,
}

/// Makes the line of a state's build; `new` says of each diagnostic whether it is new against state 0.
pub fn build_line<'a>(
    state: u32,
    config: &'a str,
    built: &'a Built,
    new: Option<&[bool]>,
) -> Line<BuildLine<'a>> {
    let told = |severity: Severity| -> Vec<Message<'a>> {
        let rows = built.diagnostics.iter().enumerate();
        rows.filter(|(at, row)| row.severity == severity && new.is_none_or(|new| new[*at]))
            .map(|(_, row)| message(row))
            .collect()
    };
    let errors = built
        .diagnostics
        .iter()
        .filter(|row| row.severity == Severity::Error);
    let warnings = built
        .diagnostics
        .iter()
        .filter(|row| row.severity == Severity::Warning);
    let image = built.image.as_ref();
    Line::new(
        "build",
        BuildLine {
            state,
            config,
            outcome: built.outcome,
            reason: &built.reason,
            seconds: built.seconds,
            objects: built.objects,
            touched: built.touched,
            compared: new.is_some(),
            warnings: told(Severity::Warning),
            errors: errors.map(message).collect(),
            all_warnings: warnings.count(),
            refused: &built.refused,
            sandboxed: built.sandboxed,
            image: image.map(|image| image.path.display().to_string()),
            image_id: image.map(|image| image.id.to_string()),
        },
    )
}

fn message(row: &Diagnostic) -> Message<'_> {
    Message {
        severity: row.severity,
        file: &row.file,
        line: row.line,
        column: row.column,
        flag: &row.flag,
        text: &row.text,
    }
}
