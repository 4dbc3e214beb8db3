//! Messages → [`Series`]: ordered, versioned, gaps named.

mod assemble;
mod changelog;
mod damage;
mod diffstat;
mod doubt;
mod gather;
mod model;
mod patch;
mod prose;
mod reply;
mod subject;
mod trailer;

pub use assemble::assemble;
pub use model::{ChangelogEntry, DiffstatFile, Patch, PatchDamage, Series, Trailer};
