//! Kernels as sources, and hunks applied to them in memory.

mod beneath;
pub mod directory;
mod outcome;
pub mod source;
mod walk;

pub use outcome::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
