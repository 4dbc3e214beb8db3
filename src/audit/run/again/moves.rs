//! In: functions of changed files, as they stood and as they stand. Out: which of them differ, and where the lines of the
//! others are now.

use super::beside::Beside;
use super::contracts::Contracts;
use crate::audit::facts::{BlindSpot, Excerpt, Guard, Line, Walk};
use crate::audit::matrix::MatrixRow;
use crate::audit::memory::{Placed, Trace};
use crate::tree::snapshot::Delta;
use crate::vocabulary::{Reach, Relined};
use std::collections::{BTreeMap, BTreeSet};

/// Functions by file and name.
pub(super) type Places = BTreeMap<String, BTreeMap<String, Vec<Placed>>>;

/// First and last line of a function that is what it was, and its first line now.
type Moved = ((u32, u32), u32);

/// What has become of the functions of changed files.
pub(super) struct Moves<'m> {
    delta: &'m Delta,
    /// By file, in order.
    lines: BTreeMap<&'m str, Vec<Moved>>,
    /// Names of functions that are not what they were, do not mean what they meant, or were or are not there.
    pub(super) differ: BTreeSet<&'m str>,
    /// Unchanged files in which something means something else.
    beside: Option<&'m Beside>,
}

impl<'m> Moves<'m> {
    /// Compares. The functions of files that have `turned` differ, whatever they say: they are at hand at another time.
    pub(super) fn new(
        delta: &'m Delta,
        (old, new): (&'m Places, &'m Places),
        turned: &BTreeSet<&str>,
    ) -> Self {
        let mut lines = BTreeMap::new();
        let mut differ = BTreeSet::new();
        for path in delta.all() {
            let (before, after) = (old.get(path), new.get(path));
            let names = before.into_iter().chain(after).flat_map(BTreeMap::keys);
            let names: BTreeSet<&'m String> = names.collect();
            let mut same = Vec::new();
            for name in &names {
                let list = |places: Option<&'m BTreeMap<String, Vec<Placed>>>| {
                    places
                        .and_then(|places| places.get(*name))
                        .map_or(&[][..], Vec::as_slice)
                };
                let (before, after) = (list(before), list(after));
                let digests = |list: &'m [Placed]| list.iter().map(|placed| &placed.digest);
                if digests(before).eq(digests(after)) {
                    let pairs = before.iter().zip(after);
                    same.extend(pairs.map(|(old, new)| (old.lines, new.lines.0)));
                } else {
                    differ.insert(name.as_str());
                }
            }
            same.sort_unstable();
            // Where two wrong uses are alike in all else, the upper one is told.
            let sorted = same.is_sorted_by_key(|(_, first)| *first);
            if !sorted || turned.contains(path.as_str()) {
                differ.extend(names.iter().map(|name| name.as_str()));
                same.clear();
            }
            lines.insert(path.as_str(), same);
        }
        Self {
            delta,
            lines,
            differ,
            beside: None,
        }
    }

    /// Adds functions that say a name whose meaning may differ, and these names.
    pub(super) fn beside(mut self, beside: &'m Beside, reach: &'m Reach) -> Self {
        self.differ.extend(beside.functions());
        self.differ.extend(reach.names().iter().map(String::as_str));
        self.beside = Some(beside);
        self
    }

    /// May anything in a file have changed, or mean something else?
    pub(super) fn has_turned(&self, path: &str) -> bool {
        self.delta.has(path) || self.beside.is_some_and(|beside| beside.has_file(path))
    }

    /// Adds where the definitions of headers stand now.
    pub(super) fn with(mut self, relined: &'m BTreeMap<String, Vec<Relined>>) -> Self {
        for (path, list) in relined {
            let known = self.lines.entry(path).or_default();
            known.extend(list);
            known.sort_unstable();
            known.dedup();
        }
        self
    }

    /// Gives what a unit's walks looked at, with its lines as they are now; `None` where something of it differs, but for
    /// what walkers return where that stands.
    pub(super) fn trace(&self, trace: &Trace, contracts: &Contracts) -> Option<Trace> {
        let differs =
            |names: &BTreeSet<String>| self.differ.iter().any(|name| names.contains(*name));
        if differs(&trace.asked) || differs(&trace.through) && !contracts.stand(&trace.contracts) {
            return None;
        }
        let blind: Option<Vec<BlindSpot>> =
            trace.blind.iter().map(|spot| self.spot(spot)).collect();
        Some(Trace {
            blind: blind?,
            ..trace.clone()
        })
    }

    /// Gives a walk with its lines as they are now.
    pub(super) fn walk(&self, walk: &Walk) -> Option<Walk> {
        let mut walk = walk.clone();
        let span = (
            self.line(&walk.file, walk.span.0)?,
            self.line(&walk.file, walk.span.1)?,
        );
        walk.span = span;
        walk.line = self.line(&walk.file, walk.line)?;
        self.quoted(walk.used.iter_mut().chain(&mut walk.witness))?;
        self.guards(&mut walk.guards)?;
        self.says_no_line(&walk.reason)?;
        if let Some(huge) = &mut walk.pmd {
            self.quoted(huge.used.iter_mut().chain(&mut huge.witness))?;
            self.guards(&mut huge.guards)?;
            self.says_no_line(&huge.reason)?;
        }
        Some(walk)
    }

    /// Gives a function's text with its line as it is now.
    pub(super) fn excerpt(&self, excerpt: &Excerpt) -> Option<Excerpt> {
        Some(Excerpt {
            first_line: self.line(&excerpt.file, excerpt.first_line)?,
            ..excerpt.clone()
        })
    }

    /// Gives a row of the handling matrix with its lines as they are now: all of them stand in its function.
    pub(super) fn row(&self, row: &MatrixRow) -> Option<MatrixRow> {
        let mut row = row.clone();
        row.line = self.line(&row.file, row.line)?;
        for line in row.cells.iter_mut().flat_map(|cell| &mut cell.lines) {
            *line = self.line(&row.file, *line)?;
        }
        Some(row)
    }

    fn spot(&self, spot: &BlindSpot) -> Option<BlindSpot> {
        self.says_no_line(&spot.what)?;
        Some(BlindSpot {
            line: self.line(&spot.file, spot.line)?,
            ..spot.clone()
        })
    }

    fn quoted<'l>(&self, lines: impl Iterator<Item = &'l mut Line>) -> Option<()> {
        for line in lines {
            line.line = self.line(&line.file, line.line)?;
        }
        Some(())
    }

    fn guards(&self, guards: &mut [Guard]) -> Option<()> {
        for guard in guards {
            guard.line = self.line(&guard.file, guard.line)?;
        }
        Some(())
    }

    /// What is told in words may name lines.
    fn says_no_line(&self, text: &str) -> Option<()> {
        let names = self.delta.all().any(|path| text.contains(path.as_str()));
        (!names).then_some(())
    }

    /// Gives the line that a line is now; `None` where it stands in no function that is what it was.
    fn line(&self, file: &str, line: u32) -> Option<u32> {
        let Some(moved) = self.lines.get(file) else {
            return Some(line);
        };
        let behind = moved.partition_point(|((first, _), _)| *first <= line);
        let ((first, last), now) = moved.get(behind.checked_sub(1)?)?;
        (line <= *last).then(|| line - first + now)
    }
}
