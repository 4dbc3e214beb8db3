//! Kernels as sources, and hunks applied to them in memory.

mod beneath;
pub mod directory;
pub mod git;
mod outcome;
mod packs;
pub mod source;
mod walk;

pub use outcome::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
