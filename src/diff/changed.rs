//! In: a file before and after. Out: the lines that differ, on either side.

use imara_diff::{Algorithm, Diff, InternedInput};
use std::collections::BTreeSet;

/// The lines in which two files differ, counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangedLines {
    /// Lines of the file before that are not in the one after.
    pub removed: BTreeSet<u32>,
    /// Lines of the file after that are not in the one before.
    pub added: BTreeSet<u32>,
}

/// Compares two files line by line.
pub fn changed_lines(before: &[u8], after: &[u8]) -> ChangedLines {
    let mut input: InternedInput<&[u8]> = InternedInput::default();
    input.update_before(before.split_inclusive(|&byte| byte == b'\n'));
    input.update_after(after.split_inclusive(|&byte| byte == b'\n'));
    let mut changed = ChangedLines::default();
    for hunk in Diff::compute(Algorithm::Histogram, &input).hunks() {
        // Ranges count from 0; lines from 1.
        changed
            .removed
            .extend((hunk.before.start..hunk.before.end).map(|line| line + 1));
        changed
            .added
            .extend((hunk.after.start..hunk.after.end).map(|line| line + 1));
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lines_on_both_sides() {
        let changed = changed_lines(b"a\nb\nc\n", b"a\nx\ny\nc\n");
        assert_eq!(changed.removed, BTreeSet::from([2]));
        assert_eq!(changed.added, BTreeSet::from([2, 3]));
        assert_eq!(changed_lines(b"", b"one\n").added, BTreeSet::from([1]));
        assert_eq!(changed_lines(b"same", b"same"), ChangedLines::default());
    }

    proptest! {
        #[test]
        fn what_is_left_on_either_side_is_the_same(before in "[ab\n]{0,40}", after in "[ab\n]{0,40}") {
            let changed = changed_lines(before.as_bytes(), after.as_bytes());
            let rest = |text: &str, gone: &BTreeSet<u32>| -> Vec<String> {
                let lines = text.split_inclusive('\n').zip(1_u32..);
                lines.filter(|(_, line)| !gone.contains(line)).map(|(text, _)| text.to_owned()).collect()
            };
            prop_assert_eq!(rest(&before, &changed.removed), rest(&after, &changed.added));
        }
    }
}
