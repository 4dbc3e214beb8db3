//! The one integration binary.

mod series;
