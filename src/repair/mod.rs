//! A mangled diff and a kernel's text ⇄ the diff as posted, with what is proved of it.

mod restore;
mod shape;

pub use restore::restore;
pub use shape::{Budget, Near, PreImageFrom, PreImages, Proof, Restored};
