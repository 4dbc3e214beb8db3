//! In: a hunk whose lines stand nowhere, and the function that it names. Out: it merged word by word, as wiggle does.
//!
//! The hunk's old side is the ancestor, its new side and the tree's lines are the two that changed it. A change goes in
//! where unchanged words stand on both sides of it. What came out is shown, since no line tells that it is right.

use super::conflict::{Window, best_window};
use super::edit::Edit;
use super::function::Section;
use super::place::{Placement, Placing};
use super::text::{Want, has_substance};
use crate::base::show::visible_bytes;
use crate::diff::{Line, LineKind};
use crate::tree::Grade;
use imara_diff::{Algorithm, Diff, InternedInput};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Unchanged words that must stand on either side of a change, where the hunk has so many.
const ANCHORS: usize = 3;
/// Of 100 words of the old side, so many must stand in the tree.
const ALIKE: usize = 70;
/// Words compared at most.
const WORDS: usize = 20_000;

/// A stretch of the old side that became other words.
struct Change {
    base: Range<usize>,
    new: Range<usize>,
}

/// Cuts a text into words, single signs, white space and line feeds.
fn tokens(text: &[u8]) -> Vec<&[u8]> {
    let class = |byte: u8| match byte {
        b'\n' => 0,
        b' ' | b'\t' | b'\r' => 1,
        _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => 2,
        _ => 3,
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let kind = class(text[at]);
        let mut end = at + 1;
        while matches!(kind, 1 | 2) && end < text.len() && class(text[end]) == kind {
            end += 1;
        }
        out.push(&text[at..end]);
        at = end;
    }
    out
}

fn is_word(token: &[u8]) -> bool {
    !token[0].is_ascii_whitespace()
}

fn changes(before: &[&[u8]], after: &[&[u8]]) -> Vec<Change> {
    let mut input: InternedInput<&[u8]> = InternedInput::default();
    input.update_before(before.iter().copied());
    input.update_after(after.iter().copied());
    let diff = Diff::compute(Algorithm::Myers, &input);
    let wide = |range: Range<u32>| range.start as usize..range.end as usize;
    diff.hunks()
        .map(|hunk| Change {
            base: wide(hunk.before),
            new: wide(hunk.after),
        })
        .collect()
}

/// The text of some lines.
fn joined<'l>(lines: impl Iterator<Item = &'l [u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    for line in lines {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

impl<'h> Placing<'_, '_, 'h> {
    /// Merges the hunk word by word into the function that it names; `None` where that is not sure.
    ///
    /// # Errors
    /// Names the places where several are as good.
    pub(super) fn word_merge(&self) -> Result<Option<Placement<'h>>, String> {
        let before = Want::before(self.hunk);
        let lines = &before.lines;
        let unended = self.hunk.lines.iter().any(|line| !line.newline);
        if unended || self.text.lines.lacks_last_newline() || !self.changes_something() {
            return Ok(None);
        }
        let Some(window) = self.only_window(lines)? else {
            return Ok(None);
        };
        let window = window.lines;
        if window.start < self.free.start || window.end > self.free.end {
            return Ok(None);
        }
        let base = joined(lines.iter().map(|line| line.text.as_slice()));
        let new_side = Want::after(self.hunk);
        let theirs = joined(new_side.lines.iter().map(|line| line.text.as_slice()));
        let ours = joined(window.clone().map(|at| self.text.lines.text(at)));
        if self.adds_what_stands(&window, lines) || self.relies_on_others(lines) {
            return Ok(None);
        }
        Ok(merged(&base, &theirs, &ours).map(|text| self.placed(&text, &window)))
    }

    /// The best window for the old side in the named function, where no other is nearly as good.
    fn only_window(&self, lines: &[&Line]) -> Result<Option<Window>, String> {
        let Some(section) = Section::new(&self.hunk.section) else {
            return Ok(None);
        };
        if !self.text.heads().defines(&self.text.lines, &section) {
            return Ok(None);
        }
        let spans = self.text.heads().spans(&self.text.lines, &section);
        let Some(best) = best_window(self.text, lines, &spans, self.expected) else {
            return Ok(None);
        };
        let rest: Vec<Range<usize>> = spans
            .iter()
            .flat_map(|span| {
                [
                    span.start..best.lines.start.max(span.start),
                    best.lines.end..span.end,
                ]
            })
            .filter(|span| span.start < span.end)
            .collect();
        if let Some(other) = best_window(self.text, lines, &rest, self.expected)
            && other.votes * 10 >= best.votes * 8
        {
            return Err(format!(
                "its words fit as well at line {} as at line {} of `{}`, and nothing tells which is meant",
                best.lines.start + 1,
                other.lines.start + 1,
                section.label()
            ));
        }
        Ok(Some(best))
    }

    /// Does the hunk add words that its context has and the whole file lacks? Then an earlier patch brings them.
    fn relies_on_others(&self, before: &[&Line]) -> bool {
        let names = |text: &[u8]| -> Vec<Vec<u8>> {
            let named = |token: &&[u8]| token[0].is_ascii_alphabetic() || token[0] == b'_';
            tokens(text)
                .into_iter()
                .filter(named)
                .map(<[u8]>::to_vec)
                .collect()
        };
        let expected: HashSet<Vec<u8>> = before.iter().flat_map(|line| names(&line.text)).collect();
        let added = self
            .hunk
            .lines
            .iter()
            .filter(|line| line.kind == LineKind::Added);
        let mut wanted: HashSet<Vec<u8>> = added
            .flat_map(|line| names(&line.text))
            .filter(|name| expected.contains(name))
            .collect();
        for at in 0..self.text.lines.len() {
            if wanted.is_empty() {
                break;
            }
            for name in tokens(self.text.lines.text(at)) {
                wanted.remove(name);
            }
        }
        !wanted.is_empty()
    }

    /// Does the tree have, in the window, a line that the hunk adds and did not expect?
    fn adds_what_stands(&self, window: &Range<usize>, before: &[&Line]) -> bool {
        let added = self
            .hunk
            .lines
            .iter()
            .filter(|line| line.kind == LineKind::Added && has_substance(&line.text));
        let mut new = added.filter(|line| {
            !before
                .iter()
                .any(|old| old.text.trim_ascii() == line.text.trim_ascii())
        });
        new.any(|line| {
            window
                .clone()
                .any(|at| self.text.lines.text(at).trim_ascii() == line.text.trim_ascii())
        })
    }

    /// Makes the edit that puts the merged lines into the window.
    fn placed(&self, text: &[u8], window: &Range<usize>) -> Placement<'h> {
        let merged: Vec<&[u8]> = text
            .strip_suffix(b"\n")
            .unwrap_or(text)
            .split(|byte| *byte == b'\n')
            .collect();
        let old: Vec<&[u8]> = window.clone().map(|at| self.text.lines.text(at)).collect();
        let same = |a: &&[u8], b: &&[u8]| a == b;
        let top = merged
            .iter()
            .zip(&old)
            .take_while(|(a, b)| same(a, b))
            .count();
        let most = merged.len().min(old.len()) - top;
        let bottom = merged
            .iter()
            .rev()
            .zip(old.iter().rev())
            .take(most)
            .take_while(|(a, b)| same(a, b))
            .count();
        let come: Vec<Cow<'h, Line>> = merged[top..merged.len() - bottom]
            .iter()
            .map(|text| {
                Cow::Owned(Line {
                    kind: LineKind::Added,
                    text: text.to_vec(),
                    newline: true,
                })
            })
            .collect();
        let gone = window.start + top..window.end - bottom;
        let posted = self
            .hunk
            .lines
            .iter()
            .filter(|line| line.kind != LineKind::Removed);
        let shown = (
            posted.map(|line| visible_bytes(&line.text)).collect(),
            merged.iter().map(|line| visible_bytes(line)).collect(),
        );
        Placement {
            start: window.start as i64,
            taken: window.clone(),
            grade: Grade::WordMerge,
            fuzz: 0,
            reason:
                "merged word by word, since its lines do not stand here as posted; read the result"
                    .to_owned(),
            edits: vec![Edit { gone, come }],
            shown: Some(shown),
        }
    }
}

/// Puts the changes of `theirs` into `ours`; `None` where a change has no unchanged words around it.
fn merged(base: &[u8], theirs: &[u8], ours: &[u8]) -> Option<Vec<u8>> {
    let (base, theirs, ours) = (tokens(base), tokens(theirs), tokens(ours));
    if base.len() + theirs.len() + ours.len() > WORDS {
        return None;
    }
    let wanted = changes(&base, &theirs);
    let other = changes(&base, &ours);
    // For each word of the old side, where the tree has it.
    let mut kept: Vec<Option<usize>> = vec![None; base.len()];
    let (mut at, mut shift) = (0, 0_i64);
    for change in other.iter().chain(std::iter::once(&Change {
        base: base.len()..base.len(),
        new: ours.len()..ours.len(),
    })) {
        for (word, place) in kept.iter_mut().enumerate().take(change.base.start).skip(at) {
            *place = usize::try_from(word as i64 + shift).ok();
        }
        at = change.base.end;
        shift = change.new.end as i64 - change.base.end as i64;
    }
    let words = base.iter().filter(|token| is_word(token)).count();
    let alike = base
        .iter()
        .zip(&kept)
        .filter(|(token, place)| is_word(token) && place.is_some())
        .count();
    if words == 0 || alike * 100 < words * ALIKE {
        return None;
    }
    let mut out: Vec<u8> = Vec::new();
    let mut done = 0;
    for change in &wanted {
        let gone = anchored(&base, &kept, &change.base)?;
        if gone.start < done {
            return None;
        }
        ours[done..gone.start]
            .iter()
            .for_each(|token| out.extend_from_slice(token));
        theirs[change.new.clone()]
            .iter()
            .for_each(|token| out.extend_from_slice(token));
        done = gone.end;
    }
    ours[done..]
        .iter()
        .for_each(|token| out.extend_from_slice(token));
    Some(out)
}

/// Where the tree has the words that a change takes away, if they and those around them stand together there.
fn anchored(base: &[&[u8]], kept: &[Option<usize>], gone: &Range<usize>) -> Option<Range<usize>> {
    let before = (0..gone.start).rev();
    let after = gone.end..base.len();
    let top = run(base, kept, before, -1)?;
    let bottom = run(base, kept, after, 1)?;
    let (start, end) = match (top, bottom) {
        (Some(top), Some(bottom)) => (top + 1, bottom),
        _ => return None,
    };
    let stays = kept[gone.clone()].iter().all(Option::is_some);
    (stays && end >= start && end - start == gone.len()).then_some(start..end)
}

/// Walks away from a change: the tree's place of the nearest word, if enough words stand as they were.
#[expect(
    clippy::option_option,
    reason = "no words at all is one thing, changed ones another"
)]
fn run(
    base: &[&[u8]],
    kept: &[Option<usize>],
    way: impl Iterator<Item = usize>,
    step: i64,
) -> Option<Option<usize>> {
    let mut first = None;
    let mut last: Option<usize> = None;
    let mut words = 0;
    for at in way {
        let place = kept[at]?;
        if last.is_some_and(|last| last as i64 + step != place as i64) {
            return None;
        }
        first = first.or(Some(place));
        last = Some(place);
        words += usize::from(is_word(base[at]));
        if words == ANCHORS {
            break;
        }
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::merged;

    fn merge(base: &str, theirs: &str, ours: &str) -> Option<String> {
        let out = merged(base.as_bytes(), theirs.as_bytes(), ours.as_bytes())?;
        Some(String::from_utf8(out).unwrap())
    }

    #[test]
    fn two_changes_of_one_line_go_together() {
        let base = "\tcount = herd_count(barn, flags, door);\n\treturn count;\n";
        let theirs = base.replace("return count", "return count + 1");
        let ours = base.replace("herd_count(", "flock_count(");
        assert_eq!(
            merge(base, &theirs, &ours).unwrap(),
            "\tcount = flock_count(barn, flags, door);\n\treturn count + 1;\n"
        );
    }

    #[test]
    fn changes_that_meet_do_not() {
        let base = "\tcount = herd_count(barn, flags, door);\n\treturn count;\n";
        let theirs = base.replace("flags", "0");
        assert_eq!(merge(base, &theirs, &base.replace("flags", "1")), None);
        assert_eq!(merge(base, &theirs, "\tnothing_alike();\n"), None);
    }
}
