//! Sites, walks and verdicts of one kernel state.

mod facts;

pub use facts::{Audit, BlindSpot, Excerpt, Line, Site, SiteKind, Use, Verdict, Walk};
