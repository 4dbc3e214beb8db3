//! Messages → [`Series`]: ordered, versioned, gaps named.

mod model;

pub use model::{ChangelogEntry, DiffstatFile, Patch, Series, Trailer};
