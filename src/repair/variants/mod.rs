//! The readings of one hunk ⇄ exact texts for it, likeliest first, as many as are asked for.

mod afield;
mod brackets;
mod build;
mod choices;
mod costs;
mod judge;
mod options;
mod prepare;
mod search;
mod shape;

pub(super) use afield::{Departure, Reach};
pub(super) use choices::Label;
pub(super) use search::Variants;
pub(super) use shape::{Variant, row_words};
