//! Pages, mboxes, maildirs and patch files → [`Message`]s.

mod message;

pub use message::{Address, Message, Origin};
