//! The one integration binary.

mod apply_real;
mod audit_real;
mod bad_input;
mod cli;
mod diff;
mod house;
mod kernels;
mod patches;
mod report;
mod sandbox;
mod series;
mod store;
