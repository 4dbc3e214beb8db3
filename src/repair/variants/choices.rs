//! In: the likeliest text of a hunk. Out: what it may have otherwise, each with how unlikely that is in this file.

use super::afield::{Departure, SHORT, moves, runs};
use super::costs::{MOST, MOVE, READING, Source};
use super::search::Variants;
use super::shape::{Built, Deviation, Variant};
use crate::repair::layout::{Habit, Parts, Usage, Way};
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// What one author does in several places, if at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::repair) enum Label {
    /// A habit, in a whole hunk.
    Habit(usize),
    /// A habit, in a group of lines.
    Theme(usize),
    /// A way to set lines.
    Way(Way),
    /// Two blanks between certain words.
    Slip(Vec<u8>, Vec<u8>),
    /// A way to set lines that have the same words, by a digest of these.
    Line(u64, Way),
    /// A tab behind a name, which stands in several places.
    Tab(Vec<u8>),
    /// Another begin of lines in brackets that have the same words, by a digest of these.
    Bracket(u64, usize),
}

/// Something that may be otherwise.
pub(in crate::repair) struct Choice {
    /// How unlikely it is: twice the binary logarithm.
    pub(in crate::repair) bits: u32,
    pub(in crate::repair) label: Option<Label>,
    pub(in crate::repair) departure: Departure,
}

/// Ways to set lines, about.
const WAYS: usize = 100;
/// Changed lines that are looked at to tell how unlikely a change is.
const LOOKED_AT: usize = 3;

/// Collects choices, each once.
pub(super) struct Choices<'a> {
    hunk: &'a Variants<'a>,
    pub(super) base: &'a Variant,
    usage: &'a Usage,
    seen: HashSet<u64>,
    out: Vec<Choice>,
    /// For each row, whether it stands in a `struct`.
    records: Vec<bool>,
    /// Lines that may still be set.
    effort: &'a mut u64,
}

impl Choices<'_> {
    /// Takes so many lines from what may still be set; says whether that may be.
    pub(super) fn spend(&mut self, lines: usize) -> bool {
        let left = self.effort.checked_sub(lines as u64);
        *self.effort = left.unwrap_or(0);
        left.is_some()
    }

    /// Takes rows with other texts.
    pub(super) fn texts(
        &mut self,
        source: Source,
        label: Option<Label>,
        changed: Vec<(usize, Rc<[u8]>)>,
    ) {
        let rows = &self.hunk.prepared[self.base.reading].reading.rows;
        let fits = |(row, text): &(usize, Rc<[u8]>)| {
            let hunk = self.hunk;
            hunk.keeps.allows(hunk.body, &rows[*row], text)
        };
        if source.cost(0) > MOST || changed.is_empty() || !changed.iter().all(fits) {
            return;
        }
        let mut key = DefaultHasher::new();
        changed.hash(&mut key);
        // With a label it stands for more than itself.
        label.hash(&mut key);
        if !self.seen.insert(key.finish()) {
            return;
        }
        let mut met = HashSet::new();
        let surprises = changed.iter().take(LOOKED_AT).map(|(row, text)| {
            let base = self.base.texts[*row].as_deref().unwrap_or_default();
            let record = self.records[*row];
            self.usage.surprise((base, text, record), &mut met)
        });
        let bits = source.cost(surprises.sum());
        if bits <= MOST {
            self.out.push(Choice {
                bits,
                label,
                departure: Departure::Texts(changed),
            });
        }
    }
}

impl Variants<'_> {
    /// Gives what may be otherwise in `base`, one of the texts without habit.
    /// No more lines are set for them than `effort`, which is lowered.
    pub(in crate::repair) fn choices(
        &self,
        base: &Variant,
        usage: &Usage,
        effort: &mut u64,
    ) -> Vec<Choice> {
        let mut out = Choices {
            hunk: self,
            base,
            usage,
            seen: HashSet::new(),
            out: Vec::new(),
            records: self.records(base),
            effort,
        };
        if self.keeps.all() {
            return out.out;
        }
        self.by_rule(&mut out);
        self.together(&mut out);
        self.in_brackets(&mut out);
        self.alone(&mut out);
        self.otherwise(&mut out);
        out.out
    }

    /// For each row of a text, whether it stands in a `struct`.
    fn records(&self, base: &Variant) -> Vec<bool> {
        let prepared = &self.prepared[base.reading];
        let mut scan = prepared.base.clone();
        let rows = prepared.reading.rows.iter().zip(&base.texts);
        rows.map(|(row, text)| {
            let record = scan.record;
            match (text, row.tree) {
                (Some(text), _) => scan.feed(text),
                (None, Some(line)) => scan.feed(self.image.lines[line]),
                (None, None) => {}
            }
            record
        })
        .collect()
    }

    /// What a habit or deviations change; nothing once enough has been done.
    fn changed(
        &self,
        out: &mut Choices<'_>,
        start: (usize, usize),
        deviations: &[Deviation],
    ) -> Vec<(usize, Rc<[u8]>)> {
        let base = out.base;
        if !out.spend(base.texts.len()) {
            return Vec::new();
        }
        let built = self.build(start, deviations);
        let pairs = built.texts.into_iter().zip(&base.texts).enumerate();
        pairs
            .filter(|(_, (new, old))| new != *old)
            .filter_map(|(row, (new, _))| Some((row, new?)))
            .collect()
    }

    /// Habits, and other options of single lines, with all that follows from them below.
    fn by_rule(&self, out: &mut Choices<'_>) {
        let start = (out.base.reading, 0);
        for habit in 1..Habit::ALL.len() {
            let changed = self.changed(out, (start.0, habit), &[]);
            out.texts(Source::Habit, Some(Label::Habit(habit)), changed);
        }
        let groups = self.prepared[start.0].ranges.len();
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        for group in 0..groups {
            for (theme, (cost, _)) in Habit::THEMES.iter().enumerate().skip(1) {
                let deviation = (number(group), number(theme));
                let changed = self.changed(out, start, &[deviation]);
                out.texts(Source::Theme(*cost), Some(Label::Theme(theme)), changed);
            }
        }
        let Built { options, .. } = self.build(start, &[]);
        for (row, options) in options.iter().enumerate() {
            let Some(options) = options else { continue };
            let least = options[0].0;
            for (option, (cost, _)) in options.iter().enumerate().skip(1) {
                let source = Source::Option(cost - least);
                if source.cost(0) > MOST {
                    break;
                }
                let deviation = (number(groups + row), number(option));
                let changed = self.changed(out, start, &[deviation]);
                out.texts(source, None, changed);
            }
        }
    }

    /// Lines that follow each other, set otherwise in one way.
    fn together(&self, out: &mut Choices<'_>) {
        let prepared = &self.prepared[out.base.reading];
        let rows = &prepared.reading.rows;
        let parts: Vec<Option<Parts>> = rows
            .iter()
            .zip(&out.base.texts)
            .map(|(row, text)| self.open(row, text.as_deref()))
            .collect();
        for range in &prepared.ranges {
            let open: Vec<usize> = range.clone().filter(|&row| parts[row].is_some()).collect();
            for run in runs(&open).into_iter().chain(paragraphs(&open, &parts)) {
                let together: Vec<&Parts> =
                    run.iter().filter_map(|&row| parts[row].as_ref()).collect();
                // All ways together.
                if !out.spend(run.len() * WAYS) {
                    return;
                }
                let natural = is_natural(run, &open, &parts);
                for (way, texts) in Parts::alike(&together) {
                    let changed: Vec<(usize, Rc<[u8]>)> = run
                        .iter()
                        .zip(texts)
                        .filter(|(row, text)| out.base.texts[**row].as_deref() != Some(text))
                        .map(|(row, text)| (*row, Rc::from(text)))
                        .collect();
                    let label = natural.then_some(Label::Way(way));
                    let twin = match run {
                        [row] => parts[*row].as_ref().map(|one| one.digest()),
                        _ => None,
                    };
                    if let Some(words) = twin {
                        let label = Label::Line(words, way);
                        out.texts(Source::Way(way), Some(label), Vec::clone(&changed));
                    }
                    out.texts(Source::Way(way), label, changed);
                }
            }
        }
        for (row, parts) in parts.iter().enumerate() {
            for ((first, second), text) in parts.iter().flat_map(Parts::slips_named) {
                // What a string begins with is set in by an author, not by a slip.
                let (source, label) = if Parts::opens_string(&first) {
                    (Source::Indent, Label::Slip(first, Vec::new()))
                } else {
                    (Source::Slip, Label::Slip(first, second))
                };
                out.texts(source, Some(label), vec![(row, Rc::from(text))]);
            }
            for (name, text) in parts.iter().flat_map(Parts::tabbed) {
                let label = Label::Tab(name);
                out.texts(Source::Tab, Some(label), vec![(row, Rc::from(text))]);
            }
        }
    }

    /// Blank lines that stand elsewhere.
    fn alone(&self, out: &mut Choices<'_>) {
        let rows = &self.prepared[out.base.reading].reading.rows;
        for (from, to) in moves(rows, |line| self.image.is_blank(line)) {
            let far = from.abs_diff(to).max(1).ilog2() as usize;
            out.out.push(Choice {
                bits: MOVE[far.min(MOVE.len() - 1)],
                label: None,
                departure: Departure::Blank(from, to),
            });
        }
    }

    /// Other readings.
    fn otherwise(&self, out: &mut Choices<'_>) {
        let least = self.prepared[out.base.reading].reading.cost;
        for (index, prepared) in self.prepared.iter().enumerate() {
            let (one, other) = (&prepared.reading, &self.prepared[out.base.reading].reading);
            // Only the text differs, not what it stands for.
            let same = one.begin == other.begin && one.end == other.end;
            if index == out.base.reading || !same {
                continue;
            }
            let more = prepared.reading.cost.saturating_sub(least) as usize / 2;
            let bits = READING[more.min(READING.len() - 1)];
            let Built { texts, cost, .. } = self.build((index, 0), &[]);
            out.out.push(Choice {
                bits,
                label: None,
                departure: Departure::Whole(Rc::new(Variant {
                    cost,
                    reading: index,
                    texts,
                })),
            });
        }
    }
}

/// Parts of a long run of rows: what stands between two lines that hold nothing but a comment's star.
fn paragraphs<'r>(rows: &'r [usize], parts: &[Option<Parts>]) -> Vec<&'r [usize]> {
    if rows.len() <= SHORT {
        return Vec::new();
    }
    let bare = |row: &usize| parts[*row].as_ref().is_some_and(Parts::is_bare_star);
    let inside = rows.split(bare).filter(|part| part.len() > 1);
    inside
        .flat_map(|part| {
            let ends = (2..=part.len().min(SHORT)).map(|end| &part[..end]);
            let begins = (1..part.len().min(SHORT) - 1).map(|begin| &part[begin..]);
            ends.chain(begins)
                .chain((part.len() > SHORT).then_some(part))
        })
        .collect()
}

/// Do all lines of one sort that stand together belong to a run, or none of them?
fn is_natural(run: &[usize], open: &[usize], parts: &[Option<Parts>]) -> bool {
    let sort = |row: usize| parts[row].as_ref().map(Parts::sort);
    let (Some(&first), Some(&last)) = (run.first(), run.last()) else {
        return false;
    };
    let before = open.iter().rev().find(|&&row| row < first);
    let behind = open.iter().find(|&&row| row > last);
    before.is_none_or(|&row| sort(row) != sort(first))
        && behind.is_none_or(|&row| sort(row) != sort(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_comment_is_taken_by_paragraphs() {
        let mut parts: Vec<Option<Parts>> = Vec::new();
        for row in 0..15 {
            let text: &[u8] = if row == 6 || row == 9 {
                b" *"
            } else {
                b" * some words"
            };
            parts.push(Some(Parts::of(text)));
        }
        let rows: Vec<usize> = (0..15).collect();
        let found = paragraphs(&rows, &parts);
        assert!(found.contains(&&rows[7..9]));
        assert!(found.contains(&&rows[2..6]));
        assert!(!found.iter().any(|run| run.contains(&6)));
        assert!(paragraphs(&rows[..12], &parts).is_empty());
    }
}
