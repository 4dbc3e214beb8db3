//! The one integration binary.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    unreachable_pub,
    reason = "a test that cannot go on should panic, a skipped one says so, and peers are run as they are"
)]

mod apply_real;
mod audit_real;
mod diff;
mod kernels;
mod mangle;
mod repair_real;
mod report;
mod series;
mod store;
