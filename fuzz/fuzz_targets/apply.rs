//! Any tree, any diff: applying never panics, answers every hunk, and undoes what it calls proved.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pteward::base::hash::blob_id;
use pteward::tree::apply::{After, apply_file};
use pteward::tree::{Grade, Proof};

fuzz_target!(|input: (Vec<u8>, Vec<u8>, Vec<u8>)| {
    let (tree, patch, blob) = input;
    for diff in pteward::diff::parse(&patch).files {
        let find = |_: &str| Some(blob.clone());
        for pre in [None, Some((tree.as_slice(), false))] {
            let result = apply_file(pre, &diff, &find);
            assert_eq!(result.outcome.hunks.len(), diff.hunks.len());
            for hunk in &result.outcome.hunks {
                assert!(hunk.grade != Grade::Conflict || !hunk.reason.is_empty());
            }
            if let (After::Written { bytes, .. }, Proof::Proved) =
                (&result.after, result.outcome.proof)
            {
                let posted = result.outcome.posted_id.as_deref().unwrap_or("");
                assert!(blob_id(bytes).has_prefix(posted));
            }
        }
        let _ = apply_file(Some((&tree, true)), &diff.reversed(), &find);
    }
});
