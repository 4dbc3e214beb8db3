//! An image and programs → what the guest said, and how it ended: a guest has failed until it says itself that it is done.
//!
//! The kernel's console is the first serial port, the frames of our own `init` the second: see `guest/init.c` for what keeps a
//! test from forging them. What the lines mean is for the rooms behind this one ([`crate::ktap`]).

mod console;
mod error;
mod frame;
mod guest;
mod initramfs;
mod machine;
mod outcome;
mod plan;
mod run;
mod selftests;
mod symbols;

pub use console::Kept;
pub use error::BootError;
pub use frame::ProgramEnd;
pub use guest::Guest;
pub use initramfs::{Content, Initramfs};
pub use machine::{Accel, Accelerator, Machine};
pub use outcome::{Booted, Outcome};
pub use plan::{Plan, Program, Setting};
pub use run::{Hear, Heard, boot};
pub use selftests::{Made, Selftests, listed};
pub use symbols::Symbols;

#[cfg(test)]
mod tests;
