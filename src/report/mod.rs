//! Views → HTML and the wire format.

mod error;
mod page;
mod slug;
mod source;
mod template;
pub mod wire;
mod write;

pub use error::ReportError;
pub use write::{Written, write, write_matrix};

#[cfg(test)]
mod tests;
