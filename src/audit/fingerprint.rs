//! In: the walks of one file. Out: what each finding is known by, wherever its lines move.
//!
//! File, function, walker, level, verdict, kinds left over and the name of the use; for findings alike in all of that, their
//! order. No line and no text of a line.

use super::facts::{Verdict, Walk};
use crate::base::hash::blob_id;
use std::collections::BTreeMap;

/// What is known of a walk's findings beside the walk itself: the name of the wrong use for single pages and for huge ones.
pub(super) type Accessors = (String, String);

/// Gives each walk, and what is said of its huge pages, a fingerprint.
pub(super) fn mark(walks: &mut [Walk], accessors: &[Accessors]) {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (walk, (single, huge)) in walks.iter_mut().zip(accessors) {
        let place = [walk.file.as_str(), &walk.function, &walk.walker].join("\0");
        let mut print = |level: &str, verdict: Verdict, kinds: &[String], accessor: &str| {
            let parts = [&place, level, verdict.word(), &kinds.join(","), accessor].join("\0");
            let order = seen.entry(parts.clone()).or_default();
            *order += 1;
            let id = blob_id(format!("{parts}\0{order}").as_bytes()).to_string();
            id[..16].to_owned()
        };
        walk.fingerprint = print("pte", walk.verdict, &walk.unhandled, single);
        if let Some(pmd) = &mut walk.pmd {
            pmd.fingerprint = print("pmd", pmd.verdict, &pmd.unhandled, huge);
        }
    }
}
