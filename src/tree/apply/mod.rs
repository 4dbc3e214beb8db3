//! Hunks put into files in memory, each with a grade that says how.
//!
//! ```text
//! series ─► file ─► hunks ─► place (exact, offset, fuzz, whitespace, already there)
//!    │        │       ├────► merge (three-way), words (word-merge), contained
//!    └► symbols       └────► conflict (expected, found)
//! ```

mod choose;
mod conflict;
mod contained;
mod edit;
mod file;
mod function;
mod fuzz;
mod hunks;
mod lines;
mod merge;
mod path;
mod place;
mod reason;
mod search;
mod series;
mod symbols;
#[cfg(test)]
mod tests;
mod text;
mod verdict;
mod view;
mod words;

pub use file::{After, FileResult, apply_file};
pub use path::path_refusal;
pub use series::{Applied, PatchInput, apply_series};
