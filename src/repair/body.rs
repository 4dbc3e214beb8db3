//! In: a damaged hunk. Out: its words in one row, with what is known of line starts.

use crate::diff::damaged::{Canonical, DamagedHunk};

/// A word of the hunk, or an empty line.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The bytes as on the page; none for an empty line.
    pub(super) text: Vec<u8>,
    /// White space before it on the page's line.
    pub(super) gap: Vec<u8>,
    /// The word, damaged.
    pub(super) full: Canonical,
    /// The word without its first byte, damaged: for `-x` and `+x` at a line's begin.
    pub(super) rest: Canonical,
    /// Does a physical line begin here?
    pub(super) begins: bool,
}

impl Unit {
    /// Is this an empty line of the page?
    pub(super) fn empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The marker that the word can be or can begin with; an indented one is text.
    pub(super) fn marker(&self) -> Option<u8> {
        let shown = !self.begins || self.gap.is_empty();
        self.text
            .first()
            .copied()
            .filter(|byte| shown && matches!(byte, b'+' | b'-'))
    }

    /// Is this a marker and nothing else?
    pub(super) fn bare(&self) -> bool {
        self.text.len() == 1
    }
}

/// A hunk's words.
#[derive(Clone, Debug)]
pub(super) struct Body {
    /// The words and empty lines, in order.
    pub(super) units: Vec<Unit>,
    /// How many of them stand on the `@@` line.
    pub(super) head: usize,
    /// Does the page keep line ends?
    pub(super) lines_kept: bool,
    /// Does it keep empty lines?
    pub(super) blanks_kept: bool,
    /// May prose stand behind the hunk?
    pub(super) open_end: bool,
}

impl Body {
    /// Takes the words of `hunk`.
    pub(super) fn of(hunk: &DamagedHunk) -> Self {
        let lines_kept = !hunk.damage.line_breaks;
        let mut units = Vec::new();
        let mut blanks_kept = false;
        let mut head = 0;
        for (index, line) in hunk.lines.iter().enumerate() {
            if index > 0 && line.words.is_empty() && lines_kept {
                units.push(unit(Vec::new(), Vec::new(), true));
                blanks_kept = true;
            }
            for (at, word) in line.words.iter().enumerate() {
                let begins = at == 0 && index > 0;
                units.push(unit(word.text.clone(), word.gap.clone(), begins));
            }
            if index == 0 {
                head = units.len();
            }
        }
        Self {
            units,
            head,
            lines_kept,
            blanks_kept,
            open_end: hunk.last,
        }
    }

    /// The body with the two markers exchanged, as the reverse patch would have them.
    pub(super) fn reversed(&self) -> Self {
        let mut body = self.clone();
        for unit in &mut body.units {
            let exchanged = match unit.text.first() {
                Some(b'+') => b'-',
                Some(b'-') if !unit.text.starts_with(b"->") => b'+',
                _ => continue,
            };
            // `++i` becomes `--i`, which is no marker either.
            let first = unit.text[0];
            unit.text
                .iter_mut()
                .take_while(|byte| **byte == first)
                .for_each(|byte| *byte = exchanged);
        }
        body
    }
}

fn unit(text: Vec<u8>, gap: Vec<u8>, begins: bool) -> Unit {
    Unit {
        full: Canonical::of(&text),
        rest: Canonical::of(text.get(1..).unwrap_or(&[])),
        text,
        gap,
        begins,
    }
}
