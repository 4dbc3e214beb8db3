//! Sites, walks and verdicts of one kernel state.

mod change;
mod facts;

pub use change::{ChangeKind, ReviewChange, Side, Touched};
pub use facts::{Audit, BlindSpot, Excerpt, Line, Site, SiteKind, Use, Verdict, Walk};
