//! In: a hunk that goes nowhere, and the function that it names. Out: how much of what it adds is there in another form.

use super::function::Section;
use super::place::Placing;
use super::text::has_substance;
use crate::diff::LineKind;

/// Lines of code that must be added at least: fewer show nothing.
const LINES: usize = 3;
/// Comparisons made at most.
const MOST: usize = 4_000_000;

impl Placing<'_, '_, '_> {
    /// Counts the added lines of code that stand, in order, in the named function; says so where most of them do.
    pub(super) fn contained(&self) -> Option<(usize, String)> {
        let section = Section::new(&self.hunk.section)?;
        if !self.text.heads().defines(&self.text.lines, &section) {
            return None;
        }
        let lines = |kind: LineKind| -> Vec<&[u8]> {
            let all = self.hunk.lines.iter().filter(|line| line.kind == kind);
            all.map(|line| line.text.trim_ascii())
                .filter(|text| has_substance(text) && !is_comment(text))
                .collect()
        };
        let context = lines(LineKind::Context);
        let removed = lines(LineKind::Removed);
        // What the hunk only moves or repeats says nothing.
        let mut added = lines(LineKind::Added);
        added.retain(|line| !context.contains(line) && !removed.contains(line));
        let mut gone = removed;
        gone.retain(|line| !lines(LineKind::Added).contains(line));
        if added.len() < LINES {
            return None;
        }
        let best = self
            .text
            .heads()
            .spans(&self.text.lines, &section)
            .into_iter()
            .filter(|span| span.len().saturating_mul(added.len()) <= MOST)
            .map(|span| {
                let held: Vec<&[u8]> = span
                    .clone()
                    .map(|at| self.text.lines.text(at).trim_ascii())
                    .collect();
                (in_order(&added, &held), span.start, held)
            })
            .max_by_key(|(found, _, _)| found.0)?;
        let ((found, first), start, held) = best;
        let left = gone.iter().filter(|line| held.contains(line)).count();
        let most = found * 3 >= added.len() * 2 && left * 3 <= gone.len();
        most.then(|| {
            let mut reason = format!(
                "contained in other form: {found} of {} added lines are in `{}`",
                added.len(),
                section.label()
            );
            if !gone.is_empty() {
                reason = format!("{reason}, and {left} of {} removed ones", gone.len());
            }
            (start + first, reason)
        })
    }
}

fn is_comment(text: &[u8]) -> bool {
    text.starts_with(b"*") || text.starts_with(b"/*") || text.starts_with(b"//")
}

/// The length of the longest common run in order, and where its first line stands.
fn in_order(wanted: &[&[u8]], held: &[&[u8]]) -> (usize, usize) {
    // `best[w]`: lines of `wanted` from `w` on that stand in what is left, and the first one's place.
    let mut best: Vec<(usize, usize)> = vec![(0, 0); wanted.len() + 1];
    for (at, line) in held.iter().enumerate().rev() {
        let mut behind = best.clone();
        for want in (0..wanted.len()).rev() {
            if wanted[want] == *line && best[want + 1].0 + 1 > behind[want].0 {
                behind[want] = (best[want + 1].0 + 1, at);
            }
            if behind[want + 1].0 > behind[want].0 {
                behind[want] = behind[want + 1];
            }
        }
        best = behind;
    }
    best[0]
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn order_counts() {
        let lines = |text: &'static str| -> Vec<&'static [u8]> {
            text.split(' ').map(str::as_bytes).collect()
        };
        assert_eq!(in_order(&lines("a b c"), &lines("x a y c z")), (2, 1));
        assert_eq!(in_order(&lines("a b"), &lines("b a")).0, 1);
        assert_eq!(in_order(&lines("a"), &lines("x")).0, 0);
    }
}
