//! In: bytes, at once or bit by bit. Out: the id that git gives a blob of these bytes.

use crate::base::id::ObjectId;
use sha1::{Digest, Sha1};
use std::io;

/// Computes the id of a blob that is written into it bit by bit.
#[derive(Clone)]
pub struct BlobHasher(Sha1);

impl BlobHasher {
    /// Begins a blob of `length` bytes, all of which have to be written.
    pub fn new(length: u64) -> Self {
        let mut hash = Sha1::new();
        hash.update(b"blob ");
        hash.update(length.to_string());
        hash.update([0]);
        Self(hash)
    }

    /// Gives the id of what was written.
    pub fn finish(self) -> ObjectId {
        ObjectId(self.0.finalize().into())
    }
}

impl io::Write for BlobHasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Computes the git blob id of `bytes`.
pub fn blob_id(bytes: &[u8]) -> ObjectId {
    let mut hasher = BlobHasher::new(bytes.len() as u64);
    hasher.0.update(bytes);
    hasher.finish()
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
