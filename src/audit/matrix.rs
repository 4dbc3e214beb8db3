//! In: a function that tells kinds apart. Out: how it handles each kind: by name, by group, by what is left, not at all.
//!
//! Each kind goes through the function by itself. A condition that accepts this kind alone takes it by name, one that
//! accepts several takes it as one of a group, unless a later condition, asked only of that group, turns it away.

mod judge;
mod keys;
mod reader;
mod relatives;

pub use judge::{Cell, How, MatrixRow};
pub use relatives::{MatrixChange, Missed, compare_matrices, missed};

pub(super) use judge::judge;
