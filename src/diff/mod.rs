//! Unified diff text ⇄ [`FileDiff`] and [`Hunk`].

mod changed;
mod cursor;
pub mod damaged;
mod file_diff;
mod header;
mod hunk;
mod parse;
mod path;
mod print;
mod text_bytes;

pub use changed::{ChangedLines, changed_lines};
pub use file_diff::{FileChange, FileDiff, Hunk, IndexIds, Line, LineKind};
pub use parse::{Parsed, Problem, parse};
pub use print::print;

pub(crate) use path::unquote;
