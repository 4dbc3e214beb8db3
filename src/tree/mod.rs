//! Kernels as sources, and hunks applied to them in memory.

pub mod apply;
mod outcome;
pub mod source;

pub use outcome::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
