//! Child processes: run to the end, or supervised with limits. The only place that starts children.

pub mod interrupt;
mod job;
mod leftover;
mod proc;
mod run;
mod watch;

pub use job::{End, Go, Job, Ran, Stream};
pub use leftover::end_leftovers;
pub use run::{find, run};
pub use watch::watch;

#[cfg(test)]
mod tests;
