//! In: bytes. Out: the id that git gives a blob of these bytes.

use crate::base::id::ObjectId;
use sha1::{Digest, Sha1};

/// Computes the git blob id of `bytes`.
pub fn blob_id(bytes: &[u8]) -> ObjectId {
    let mut hash = Sha1::new();
    hash.update(b"blob ");
    hash.update(bytes.len().to_string());
    hash.update([0]);
    hash.update(bytes);
    ObjectId(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn agrees_with_git_on_known_blobs() {
        assert_eq!(
            super::blob_id(b"").to_string(),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(
            super::blob_id(b"hello\n").to_string(),
            "ce013625030ba8dba906f756967f9e9ca394464a"
        );
    }
}
