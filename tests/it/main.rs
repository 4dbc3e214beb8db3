//! The one integration binary.

mod report;
mod store;
