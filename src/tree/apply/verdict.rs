//! In: what came of a patch's files. Out: the patch's verdict and proof.

use crate::tree::{FileOutcome, Grade, PatchVerdict, Proof};

/// Sums a patch up. A patch without files has put nothing in, so it does not pass for applied.
pub(super) fn verdict(files: &[FileOutcome]) -> (PatchVerdict, Proof) {
    let (mut there, mut in_now, mut out) = (0, 0, 0);
    for file in files {
        if !file.refusal.is_empty() {
            out += 1;
        } else if file.already_there {
            there += 1;
        } else if file
            .hunks
            .iter()
            .all(|hunk| hunk.grade == Grade::AlreadyThere)
        {
            // No content to change, yet not all there: its name or mode has changed.
            in_now += 1;
        }
        for hunk in file
            .hunks
            .iter()
            .filter(|_| file.refusal.is_empty() && !file.already_there)
        {
            match hunk.grade {
                Grade::Conflict => out += 1,
                Grade::AlreadyThere => there += 1,
                // Most of it is in, and some of it is not.
                Grade::Contained => {
                    there += 1;
                    out += 1;
                }
                Grade::Exact
                | Grade::Offset
                | Grade::Fuzz
                | Grade::Whitespace
                | Grade::ThreeWay
                | Grade::WordMerge => in_now += 1,
            }
        }
    }
    let verdict = match (there, in_now, out) {
        (_, 0, 0) if there > 0 => PatchVerdict::AlreadyThere,
        (_, _, 0) if in_now > 0 => PatchVerdict::Applied,
        (0, 0, _) => PatchVerdict::Conflict,
        (_, _, _) => PatchVerdict::Partly,
    };
    // The order of `Proof` is from strong to weak.
    (verdict, Proof::weakest(files.iter().map(|file| file.proof)))
}
