//! Ids, byte text, child processes and the clock: what every room may use.

mod any_of;
pub mod clock;
pub mod hash;
pub mod id;
pub mod process;
pub mod show;
pub mod table;

pub use any_of::AnyOf;
