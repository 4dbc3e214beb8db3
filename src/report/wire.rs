//! In: what the rooms found. Out: the JSON Lines wire format that scripts build on: every line has `type` and `v`.
//!
//! Fields are only ever added; what a name means never changes within one `v`.

mod bisect;
mod boot;
mod build;
mod compared;
mod contract;
mod line;
mod matrix;
mod several;
mod summary;
mod vocabulary;

pub use bisect::{AnswerLine, BisectLine, Searched, StateName, Worded, answer_line, bisect_line};
pub use boot::{
    BootLine, RunChangeLine, RunTestLine, SymptomLine, boot_line, run_change_line, run_test_line,
    symptom_line,
};
pub use build::{BuildLine, build_line};
pub use compared::{CapabilityLine, VerdictLine, capability_line, verdict_line};
pub use contract::{ContractLine, contract_line};
pub use line::{
    BlindLine, ChangeLine, FileLine, HunkLine, KernelLine, PatchLine, PostLine, PredicateLine,
    SeriesLine, SiteLine, WalkLine, blind_line, change_line, file_line, hunk_line, kernel_line,
    patch_line, post_line, predicate_line, series_line, site_line, walk_line,
};
pub use matrix::{
    MatrixChangeLine, MatrixLine, MissedLine, matrix_change_line, matrix_line, missed_line,
};
pub use several::{ApplicabilityLine, ExportLine, applicability_line, export_line};
pub use summary::{Grades, Outcomes, Summary};
pub use vocabulary::{
    Becomes, ConstructorLine, ConverterLine, DifferenceLine, KindLine, TestLine, WalkerLine,
    constructor_line, converter_line, difference_line, kind_line, test_line, walker_line,
};

use serde::Serialize;

/// The format's version, on every line.
pub const VERSION: u32 = 1;

/// A line: its type and version in front of its own fields.
#[derive(Clone, Debug, Serialize)]
pub struct Line<T> {
    /// What the line is: `site`, `walk`, …
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// [`VERSION`].
    pub v: u32,
    /// Its own fields.
    #[serde(flatten)]
    pub fields: T,
}

impl<T: Serialize> Line<T> {
    /// Puts type and version in front of `fields`.
    fn new(kind: &'static str, fields: T) -> Self {
        Self {
            kind,
            v: VERSION,
            fields,
        }
    }

    /// Spells the line as JSON, without the line feed.
    pub fn json(&self) -> String {
        serde_json::to_string(self)
            .expect("wire lines hold only strings, numbers and lists of them")
    }
}

#[cfg(test)]
mod tests;
