//! Unified diff text ⇄ [`FileDiff`] and [`Hunk`].

mod file_diff;
mod parse;
mod print;

pub use file_diff::{FileChange, FileDiff, Hunk, IndexIds, Line, LineKind};
pub use parse::{Parsed, Problem, parse};
pub use print::print;
