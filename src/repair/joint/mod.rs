//! The likeliest text of a file and all that may be otherwise in it ⇄ the few things that are, by the posted id.

mod alternatives;
mod search;
mod trial;

pub(super) use search::joint;
