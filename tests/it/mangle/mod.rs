//! Damage as archives and mail programs do it, real diffs to damage, and what ours and other tools make of the result.

mod entities;
mod land;
mod material;
mod ours;
mod peers;
mod ways;

pub(crate) use material::{Area, Post, Sample, posts};
pub(crate) use ours::{AtHand, Score, not_found, score};
pub(crate) use peers::{Peer, after};
pub(crate) use ways::Way;
