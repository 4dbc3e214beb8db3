//! The one integration binary.

mod diff;
mod series;
