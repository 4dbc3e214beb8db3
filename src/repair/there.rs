//! In: a hunk and where it and its reverse fit. Out: whether the file has the change already.

use super::body::Body;
use super::heads::Named;
use super::near::Site;
use crate::diff::damaged::DamagedHunk;

/// The hunk with its counts exchanged.
pub(super) fn exchanged(hunk: &DamagedHunk) -> DamagedHunk {
    DamagedHunk {
        old_start: hunk.new_start,
        old_count: hunk.new_count,
        new_start: hunk.old_start,
        new_count: hunk.old_count,
        lines: Vec::new(),
        ..hunk.clone()
    }
}

/// Says whether a file has what a hunk makes, rather than what it was made from: a change must not come twice.
pub(super) fn is_there(body: &Body, sites: &[Site], back: &[Site]) -> bool {
    // What only takes lines away leaves nothing that could be told apart from lines that were never there.
    let adds = body.units.iter().any(|unit| unit.marker() == Some(b'+'));
    let best = |sites: &[Site]| {
        let costs = sites.iter().flat_map(|site| &site.readings);
        let cost = costs.map(|reading| reading.cost).min()?;
        Some((sites.first()?.named != Named::Nowhere, cost))
    };
    match (best(sites), best(back)) {
        (_, None) => false,
        (None, Some((named, _))) => named || back.len() == 1,
        (Some((named, forward)), Some((there_named, there))) => {
            adds && there_named && (there < forward || !named)
        }
    }
}
