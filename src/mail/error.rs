//! In: nothing. Out: why a series could not be read, and what to do.

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The operating system refused.
    #[error("cannot read {name}: {source}")]
    Io {
        /// What was read.
        name: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error("{name} is empty; save the mail again, or give another file")]
    Empty {
        /// What was read.
        name: String,
    },
    /// Neither a mail nor a diff.
    #[error(
        "{name} holds neither a mail nor a diff ({seen}); give an mbox, a maildir, a folder of .patch files, a mail, a diff, or an archive page saved as text"
    )]
    Unknown {
        /// What was read.
        name: String,
        /// What it looks like.
        seen: &'static str,
    },
    /// A folder without any mail.
    #[error(
        "folder {name} holds no mails; give a maildir, or a folder of .patch, .eml or .mbox files"
    )]
    NoMails {
        /// The folder.
        name: String,
    },
    /// More than can be taken.
    #[error("{name} is larger than {limit} MB; split it and read the parts")]
    TooLarge {
        /// What was read.
        name: String,
        /// The limit in megabytes.
        limit: u64,
    },
    /// A gzip stream that does not unpack.
    #[error("{name} cannot be unpacked: {reason}; fetch it again")]
    Gzip {
        /// What was read.
        name: String,
        /// What the unpacker says.
        reason: String,
    },
}
