//! Any page is restored against any file without a panic, and what is said to be proved has the posted id.
#![no_main]

use pteward::base::hash::blob_id;
use pteward::diff::damaged::parse_damaged;
use pteward::repair::{Budget, Near, PreImages, Proof, restore};

/// One file for every path and id.
struct One<'b>(&'b [u8]);

impl PreImages for One<'_> {
    fn by_id(&self, prefix: &str) -> Option<Vec<u8>> {
        let found = blob_id(self.0).to_string().starts_with(prefix);
        found.then(|| self.0.to_vec())
    }

    fn near(&self, _path: &str) -> Option<Near> {
        Some(Near {
            text: self.0.to_vec(),
            from: "the input".to_owned(),
        })
    }
}

libfuzzer_sys::fuzz_target!(|input: (&[u8], &[u8])| {
    let (page, file) = input;
    let parsed = parse_damaged(page);
    let budget = Budget {
        trials: 50,
        bytes: 1_000_000,
    };
    for restored in restore(&parsed.files, &One(file), budget) {
        if restored.grade == Proof::Proved {
            let index = restored.file.index.as_ref().expect("a proof needs an id");
            let post = restored.post.as_deref().expect("what is proved was made");
            let id = blob_id(post).to_string();
            assert!(id.starts_with(&index.new) || post.is_empty());
        }
    }
});
