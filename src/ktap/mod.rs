//! Lines of a console or a test program → a tree of tests, and the symptoms of an ill kernel. Pure: no clock, no files.
//!
//! [`Parser`] takes what a test program printed, [`Symptoms`] what the kernel printed. Both take any line at all, keep a
//! bounded amount of it, and never fail: what they cannot read is a diagnostic.

mod frame;
mod line;
mod outcome;
mod parse;
mod report;
mod symptom;
mod title;

pub use frame::{Frame, frame};
pub use outcome::{Outcome, Test};
pub use parse::{Ending, Parser};
pub use symptom::{Symptom, Symptoms};

#[cfg(test)]
mod tests;
