//! Text of a page that mangled its diffs ⇄ [`DamagedFile`]: what words are left, and what was lost.

mod canonical;
mod entity;
mod page;
mod parse;
mod report;
mod shape;

pub use canonical::{Canonical, canonical};
pub use entity::restore_entities;
pub use parse::{parse_damaged, parse_damaged_from};
pub use report::lost_letters;
pub use shape::{Damage, DamagedFile, DamagedHunk, DamagedLine, DamagedParsed, Standing, Word};

#[cfg(test)]
mod tests;
