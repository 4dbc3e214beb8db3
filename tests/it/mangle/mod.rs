//! Damage as archives and mail programs do it, real diffs to damage, and what other tools make of the result.

mod entities;
mod material;
mod peers;
mod ways;

pub(crate) use material::{Area, Post, Sample, posts};
pub(crate) use peers::{Peer, after};
pub(crate) use ways::Way;
