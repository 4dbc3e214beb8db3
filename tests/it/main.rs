//! The one integration binary.

mod audit_real;
mod kernels;
mod report;
mod diff;
mod series;
mod store;
