//! argv → request → exit code.
//!
//! [`table`] lists the commands, one file each in `commands/`. Results go to standard output, everything else to standard
//! error; [`exit`] says what the process ends with.

mod args;
mod commands;
pub mod exit;
mod failure;
mod guest;
mod progress;
pub mod reference;
mod run;
mod screen;
mod session;
mod show;
pub mod table;

pub use exit::Exit;
pub use run::main;
