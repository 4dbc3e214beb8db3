//! The one integration binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a skipped test says why")]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start peers (git) and measure time"
)]

mod again;
mod apply_real;
mod audit_real;
mod bad_input;
mod bisects;
mod boots;
mod builds;
mod c_front;
mod cli;
mod contracts;
mod diff;
mod docs;
mod house;
mod kernels;
mod mangle;
mod matrix;
mod pages;
mod patches;
mod repair_real;
mod report;
mod restored;
mod sandbox;
mod series;
mod stands;
mod store;
mod verdicts;
mod vocabulary;
mod walkers;
