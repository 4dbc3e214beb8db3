//! Sites, walks and verdicts of one kernel state.
//!
//! [`Auditor::new`] reads the headers, [`Auditor::run`] the rest of the tree: bytes are scanned first,
//! files with a name in them are outlined, and only functions that hold a walk are parsed.

mod change;
mod compare;
mod contract;
mod cursor;
mod explore;
mod facts;
mod fingerprint;
mod handling;
mod library;
mod matrix;
mod memory;
mod needles;
mod run;
mod scan;
mod verdict;
mod walks;

pub use crate::vocabulary::WalkerSet;
pub use change::{ChangeKind, ReviewChange, Side, Touched};
pub use compare::{VerdictChange, WalkChange, compare_walks};
pub use contract::{ContractRow, Way};
pub use facts::{
    Audit, BlindSort, BlindSpot, Excerpt, Guard, Huge, Line, Site, SiteKind, Use, Verdict, Walk,
};
pub use matrix::{Cell, How, MatrixChange, MatrixRow, Missed, compare_matrices, missed};
pub use memory::{ANALYSER, Lasting, Memory};
pub use run::{Auditor, Contracts, Matrix, Probe, audit};
