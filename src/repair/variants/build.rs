//! In: a reading and deviations. Out: the text of every row that only the page has.

use super::search::Variants;
use super::shape::{Built, Deviation, Options};
use crate::diff::LineKind;
use crate::repair::layout::{Habit, Scan, Slash, expected, width};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// Lines above that can be models.
pub(super) const ABOVE: usize = 12;
/// Options remembered.
const KNOWN: usize = 20_000;

impl Variants<'_> {
    /// Sets every row that only the page has, with the deviations given.
    pub(super) fn build(&self, base: (usize, usize), deviations: &[Deviation]) -> Built {
        let slash = &self.prepared[base.0].slash;
        let built = self.set(base, deviations, slash);
        // Backslashes stand behind the longest line as it is set now.
        match slash_columns(&built.texts) {
            Some(moved) if moved != *slash => self.set(base, deviations, &moved),
            _ => built,
        }
    }

    fn set(
        &self,
        (reading, habit): (usize, usize),
        deviations: &[Deviation],
        slash: &[Option<Slash>],
    ) -> Built {
        let prepared = &self.prepared[reading];
        let mut scan = prepared.base.clone();
        let rows = &prepared.reading.rows;
        let mut built = Built {
            texts: Vec::new(),
            options: Vec::new(),
            cost: 0,
            odd: 0,
        };
        let mut changed = false;
        let mut above: Vec<Rc<[u8]>> = Vec::new();
        let first = habit == 0 && deviations.is_empty();
        for line in self.image.lines[..prepared.reading.begin]
            .iter()
            .rev()
            .take(ABOVE)
            .rev()
        {
            above.push(Rc::from(*line));
        }
        for (index, row) in rows.iter().enumerate() {
            if let Some(line) = row.tree {
                changed |= row.kind == LineKind::Removed;
                if row.kind == LineKind::Context {
                    let fits = !first
                        || !changed
                        || !self.c
                        || expected(self.image.lines[line], &scan, self.style);
                    built.odd += u32::from(!fits && built.odd < 4);
                    scan.feed(self.image.lines[line]);
                    above.push(Rc::from(self.image.lines[line]));
                }
                built.texts.push(None);
                built.options.push(None);
                continue;
            }
            changed = true;
            let groups = prepared.ranges.len();
            let option = |wanted: usize| {
                let found = deviations.iter().find(|(at, _)| *at as usize == wanted);
                found.map_or(0, |(_, option)| *option as usize)
            };
            let theme = prepared
                .ranges
                .iter()
                .position(|range| range.contains(&index))
                .map_or(0, option);
            let options = self.remembered(
                (reading, habit, index, theme),
                slash[index],
                (&scan, &above),
            );
            let chosen = option(groups + index);
            let (cost, text) = options[chosen.min(options.len() - 1)].clone();
            built.cost += cost;
            if row.kind != LineKind::Removed {
                scan.feed(&text);
                above.push(Rc::clone(&text));
            }
            built.texts.push(Some(text));
            built.options.push(Some(options));
        }
        built
    }

    /// Ways to set one line, made once for all that is alike.
    fn remembered(
        &self,
        (reading, habit, index, theme): (usize, usize, usize, usize),
        slash: Option<Slash>,
        (scan, above): (&Scan, &[Rc<[u8]>]),
    ) -> Options {
        let mut hash = DefaultHasher::new();
        (reading, habit, index, theme, slash).hash(&mut hash);
        scan.hash(&mut hash);
        above[above.len().saturating_sub(ABOVE)..].hash(&mut hash);
        let key = hash.finish();
        if let Some(options) = self.known.borrow().get(&key) {
            return Rc::clone(options);
        }
        let habit = match theme {
            0 => Habit::ALL[habit],
            _ => Habit::THEMES[theme].1,
        };
        self.work.set(self.work.get() + 1);
        let options = self.options(&self.prepared[reading], (index, habit, slash), scan, above);
        let options = options.into_iter().map(|(cost, text)| (cost, text.into()));
        let options: Options = Rc::new(options.collect());
        let mut known = self.known.borrow_mut();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, Rc::clone(&options));
        options
    }
}

/// For each line that ends with a backslash, the first tab stop behind the longest of its run, and whether the run
/// begins its macro; `None` without any.
pub(super) fn slash_columns(texts: &[Option<Rc<[u8]>>]) -> Option<Vec<Option<Slash>>> {
    let body = |text: &Option<Rc<[u8]>>| {
        let text = text.as_deref()?.strip_suffix(b"\\")?;
        Some(width(text.trim_ascii_end(), 0))
    };
    let columns: Vec<Option<usize>> = texts.iter().map(body).collect();
    let mut out = vec![None; texts.len()];
    let mut at = 0;
    while at < columns.len() {
        let end = (at..columns.len())
            .find(|&row| columns[row].is_none())
            .unwrap_or(columns.len());
        if end - at > 1 {
            let longest = columns[at..end]
                .iter()
                .flatten()
                .max()
                .copied()
                .unwrap_or(0);
            let whole = texts[at]
                .as_deref()
                .is_some_and(|text| text.starts_with(b"#define"));
            out[at..end].fill(Some((longest / 8 * 8 + 8, whole)));
        }
        at = end.max(at + 1);
    }
    out.iter().any(Option::is_some).then_some(out)
}
