//! In: nothing. Out: the shape of a mail as read, whatever it came from.

/// A person, as posted; obfuscation (`user at host`) undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Address {
    /// Display name, may be empty.
    pub name: String,
    /// `user@host`, or as posted where it cannot be mended.
    pub email: String,
}

/// Where a message was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// One of an mbox.
    Mbox,
    /// A file of a maildir, or one mail in a file.
    Mail,
    /// A patch file without mail headers.
    Patch,
    /// A page of a web archive, saved as text.
    ArchivePage,
    /// A commit of a git repository.
    Commit,
}

/// One mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Where it comes from.
    pub origin: Origin,
    /// Message-Id without angle brackets, where known.
    pub message_id: Option<String>,
    /// In-Reply-To without angle brackets.
    pub in_reply_to: Option<String>,
    /// References, oldest first.
    pub references: Vec<String>,
    /// Subject, unfolded and decoded, tags included.
    pub subject: String,
    /// Author.
    pub from: Address,
    /// Date as posted, RFC 3339 in UTC where it could be read.
    pub date: Option<jiff::Timestamp>,
    /// Offset from UTC in minutes as posted, for commits that keep the poster's zone.
    pub utc_offset_minutes: i32,
    /// The decoded text body. CRLF stays where a diff line has it.
    pub body: Vec<u8>,
    /// The bytes as read, untouched.
    pub raw: Vec<u8>,
}
