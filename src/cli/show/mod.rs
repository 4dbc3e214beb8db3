//! Results → what is printed: tables for people, lines for programs. What several commands show alike.

pub(super) mod audit;
pub(super) mod bisect;
pub(super) mod build;
pub(super) mod contract;
mod kernel;
pub(super) mod matrix;
pub(super) mod outcomes;
pub(super) mod review;
pub(super) mod series;
mod state;
pub(super) mod test;
pub(super) mod vocabulary;

pub(super) use kernel::kernel_line;
pub(super) use state::introduce;
