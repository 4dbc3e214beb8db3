//! The one integration binary.

mod audit_real;
mod kernels;
mod report;
mod series;
mod store;
