//! A function and what its entry is → the points that it reaches, and the uses that are wrong there.
//!
//! One kind at a time: conditions on an entry's kind are then plain yes or no, every other condition
//! goes both ways, and both arms of every `#if` are walked.

mod bits;
mod branch;
mod call;
mod engine;
mod eval;
mod flags;
mod follow;
mod graph;
mod guard;
mod names;
mod place;
mod scope;
mod spot;
mod state;
mod table;
mod tables;
mod targets;

pub(crate) use engine::{Finding, FindingKind, Flow, GRAMMAR, Helper, Helpers, POINTER};
pub(crate) use flags::FlagSet;
pub(crate) use graph::{Edge, Graph, Step};
pub(crate) use guard::Guard;
pub(crate) use table::{Only, Seen, Start, Table, path};
pub(crate) use tables::{folio_test, is_silent, loads_entry, lock};
