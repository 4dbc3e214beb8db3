//! Ids, byte text, child processes and the clock: what every room may use.

pub mod clock;
pub mod hash;
pub mod id;
pub mod process;
pub mod show;
pub mod table;
