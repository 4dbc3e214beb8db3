//! What came of two states → what changed between them. Pure.
//!
//! A skip is never a pass: what a test that no longer runs would have said is unknown, and so is what became of a test
//! that the guest never came to. What is known to be worse is `regressed`, what is known to be well again `fixed`.

mod change;
mod side;
mod tests_of;

pub use change::{Change, Row, What, compare};
pub use side::{Boot, Run, Side, SymptomSeen, TestSeen};

#[cfg(test)]
mod tests;
