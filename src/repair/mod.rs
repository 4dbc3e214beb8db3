//! A mangled diff and a kernel's text ⇄ the diff as posted, with what is proved of it.

mod align;
mod body;
mod grade;
mod heads;
mod hunks;
mod image;
mod joint;
mod keeps;
mod layout;
mod near;
mod place;
mod prove;
mod rank;
mod restore;
mod section;
mod shape;
mod soft;
mod stands;
mod sweep;
mod there;
mod variants;
mod window;

pub use crate::tree::Proof;
pub use restore::restore;
pub use shape::{Budget, Near, PreImageFrom, PreImages, Restored};
