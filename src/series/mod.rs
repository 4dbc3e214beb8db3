//! Messages → [`Series`]: ordered, versioned, gaps named.

mod assemble;
mod changelog;
mod diffstat;
mod model;
mod patch;
mod subject;
mod trailer;

pub use assemble::assemble;
pub use model::{ChangelogEntry, DiffstatFile, Patch, Series, Trailer};
