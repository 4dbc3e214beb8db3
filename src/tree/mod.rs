//! Kernels as sources, and hunks applied to them in memory.

pub mod apply;
mod archive;
mod beneath;
pub mod branch;
pub mod commits;
pub mod directory;
pub mod git;
pub mod kernel;
mod listing;
mod look;
mod outcome;
pub mod output;
pub mod package;
mod packs;
pub mod snapshot;
pub mod source;
mod stamps;
mod unpack;
mod walk;
pub mod work_tree;

pub use outcome::{FileOutcome, Grade, HunkOutcome, PatchOutcome, PatchVerdict, Proof};
