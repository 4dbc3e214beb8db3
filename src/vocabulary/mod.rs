//! Headers → the kinds and predicates of one kernel, with the set each predicate accepts.
//!
//! [`Headers::gather`] reads the tree's headers, [`infer`] evaluates bodies. Nothing about
//! kinds is written here that a tree can tell; what it cannot tell is in queries/, with reasons.

mod answers;
mod assemble;
mod compare;
mod definition;
mod gather;
mod infer;
mod interpret;
mod kinds;
mod makers;
mod operate;
mod oracle;
mod predicate;
mod reach;
mod relined;
mod survey;
mod tables;
mod value;
mod words;

pub use assemble::assemble;
pub use compare::{Changed, VocabularyChange, What, compare_vocabularies};
pub use definition::Definition;
pub use gather::{Headers, window_slot};
pub use infer::{Inferred, infer, infer_local, infer_open, tellers};
pub(crate) use infer::{infer_again, infer_open_again, tellers_again};
pub(crate) use kinds::Atom;
pub use kinds::Kinds;
#[cfg(test)]
pub(crate) use kinds::PRESENT;
pub(crate) use oracle::{Oracle, Said, Saying};
pub use predicate::{Family, Predicate};
pub(crate) use reach::Reach;
pub(crate) use relined::Relined;
pub use survey::{At, Constant, Constructor, Converter, Kind, Test, Vocabulary, WalkerName};
pub(crate) use tables::maps_a_table;
pub use tables::{Walker, WalkerSet, WalkerSort, walkers, walkers_of};
pub(crate) use value::{Truth, Value};

#[cfg(test)]
mod tests;
