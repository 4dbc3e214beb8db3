//! Pages, mboxes, maildirs and patch files → [`Message`]s.

mod address;
mod date;
mod error;
mod flow;
mod mbox;
mod message;
mod mime;
mod pages;
mod parts;
mod read;
mod write;

pub use address::mend;
pub use error::MailError;
pub use message::{Address, Message, Origin};
pub use mime::decoded_header;
pub use read::{Reading, read, read_bytes};
pub use write::{Outgoing, append};
