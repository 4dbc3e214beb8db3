//! In: what restoring a file gave. Out: what is known of it, and why.

use super::near::Doubt;
use super::variants::{Variant, Variants};
use super::{PreImageFrom, Proof, Restored};
use crate::diff::damaged::{DamagedFile, lost_letters};
use crate::diff::{Line, LineKind};
use std::rc::Rc;

/// Says what is known of the file, and why.
pub(super) fn grade(
    out: &mut Restored,
    file: &DamagedFile,
    (lost, proved, exact): (&[usize], bool, bool),
    variants: &[Variants<'_>],
    chosen: &[Rc<Variant>],
) {
    let trials = out.trials;
    if proved {
        out.grade = Proof::Proved;
        out.reason = format!("the result has the posted id after {trials} trials");
        return;
    }
    if !lost.is_empty() {
        let kept = lost
            .iter()
            .all(|&index| !file.hunks[index].damage.line_breaks);
        let whole = lost.iter().all(|&index| {
            let hunk = &out.file.hunks[index];
            hunk.counted() == (hunk.old_count, hunk.new_count)
        });
        out.grade = if kept && whole {
            Proof::WordsOnly
        } else {
            Proof::Failed
        };
        let total = file.hunks.len();
        out.reason = format!(
            "{} of {total} hunks have no place in the text at hand",
            lost.len()
        );
        return;
    }
    let foreign = chosen.iter().zip(variants).any(|(variant, hunk)| {
        hunk.reading(variant.reading)
            .rows
            .iter()
            .any(|row| row.tree.is_none() && row.kind != LineKind::Added)
    });
    if out.pre_image == PreImageFrom::NewFile {
        out.grade = Proof::WordsOnly;
        out.reason = match &file.index {
            Some(_) => format!("a new file; none of {trials} results has the posted id"),
            None => "a new file without an index line to prove it by".to_owned(),
        };
        return;
    }
    if foreign {
        out.grade = Proof::WordsOnly;
        out.reason = "lines that the hunk names are not in the text at hand".to_owned();
        return;
    }
    let skipped = chosen.iter().zip(variants).any(|(variant, hunk)| {
        let rows = &hunk.reading(variant.reading).rows;
        let lines: Vec<usize> = rows.iter().filter_map(|row| row.tree).collect();
        lines.windows(2).any(|pair| pair[1] != pair[0] + 1)
    });
    if skipped {
        out.grade = Proof::WordsOnly;
        out.reason = "the text at hand has other lines between those of a hunk".to_owned();
        return;
    }
    if unread(out, file) {
        out.grade = Proof::WordsOnly;
        out.reason = "the page lost letters outside ASCII of changed lines".to_owned();
        return;
    }
    out.grade = Proof::Consistent;
    out.reason = match (&out.pre_image, exact) {
        (PreImageFrom::Near(from), _) => format!(
            "the counts fit and all lines align with {from}; the posted pre-image is not at hand"
        ),
        (_, true) if file.index.is_none() => {
            "the counts fit; there is no index line to prove it by".to_owned()
        }
        _ => format!(
            "the counts fit and all lines align; none of {trials} results has the posted id"
        ),
    };
}

/// Did the page lose letters of changed lines? A line of the file says itself what its letters are.
fn unread(out: &Restored, file: &DamagedFile) -> bool {
    file.hunks
        .iter()
        .zip(&out.file.hunks)
        .any(|(damaged, hunk)| {
            let lost = |line: &Line| lost_letters(&line.text);
            let changed = |line: &&Line| line.kind != LineKind::Context;
            damaged.damage.entities && hunk.lines.iter().filter(changed).any(lost)
        })
}

/// Takes back what was said of a file of which one hunk may belong elsewhere.
pub(super) fn doubt(out: &mut Restored, doubts: &[(usize, Doubt)]) {
    let Some((index, doubt)) = doubts.first() else {
        return;
    };
    if out.grade > Proof::WordsOnly {
        return;
    }
    out.grade = Proof::WordsOnly;
    let number = index + 1;
    out.reason = match doubt {
        Doubt::Several(count) => format!("hunk {number} fits at {count} places"),
        Doubt::Unnamed | Doubt::Adrift => {
            format!("hunk {number} names a function that the text at hand lacks")
        }
    };
}
