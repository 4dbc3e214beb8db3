//! Answers about states → the next state to ask about, or the one at fault. Pure: who answers is behind [`Probe`].
//!
//! A plain binary search with skips. An answer counts for certain; noise would make [`Answer`] a weight, and
//! [`Conclusion`] a distribution, without a change of who asks whom.

mod search;

pub use search::{Answer, Conclusion, Probe, Search, run};

#[cfg(test)]
mod tests;
