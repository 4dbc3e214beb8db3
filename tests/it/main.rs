//! The one integration binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod audit_real;
mod kernels;
mod report;
mod diff;
mod series;
mod store;
