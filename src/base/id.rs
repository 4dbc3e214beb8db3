//! In: hex text or raw bytes. Out: git object ids as a type.

use std::fmt;

/// The SHA-1 name of a git object (blob, tree or commit).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub [u8; 20]);

impl ObjectId {
    /// Reads 40 hex digits; anything else is `None`.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 40 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 20];
        for (slot, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *slot = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Says whether `prefix` (hex, at least 7 digits, as on an `index` line) names this object.
    pub fn has_prefix(&self, prefix: &str) -> bool {
        prefix.len() >= 7 && self.to_string().starts_with(&prefix.to_ascii_lowercase())
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trip_and_prefix() {
        let text = "0123456789abcdef0123456789abcdef01234567";
        let id = ObjectId::from_hex(text).unwrap();
        assert_eq!(id.to_string(), text);
        assert!(id.has_prefix("0123456"));
        assert!(!id.has_prefix("012345"), "six digits name nothing for sure");
        assert!(ObjectId::from_hex("xyz").is_none());
    }
}
