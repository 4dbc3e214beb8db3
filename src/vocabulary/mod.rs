//! Headers → the kinds and predicates of one kernel, with the set each predicate accepts.

mod predicate;

pub use predicate::{Family, Predicate};
