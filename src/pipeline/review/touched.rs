//! In: the audits of the files that a patch changes, before and after it. Out: the sites on changed lines, and the walks
//! in functions with a changed line.

use crate::audit::{Audit, ChangeKind, ReviewChange, Side, Site, Touched, Walk};
use crate::diff::{ChangedLines, changed_lines};
use crate::tree::source::{Changed, Source, TreeError};
use std::collections::{BTreeMap, BTreeSet};

/// The changed lines of every changed file.
pub(super) type Lines = BTreeMap<String, ChangedLines>;

/// Lists the files that differ between two states.
pub(super) fn paths(before: &Changed, after: &Changed) -> BTreeSet<String> {
    let all = before.keys().chain(after.keys());
    all.filter(|path| before.get(*path) != after.get(*path))
        .cloned()
        .collect()
}

/// Compares every file of `paths`, line by line. What is no file has no lines.
pub(super) fn lines(
    paths: &BTreeSet<String>,
    before: &dyn Source,
    after: &dyn Source,
) -> Result<Lines, TreeError> {
    let mut lines = Lines::new();
    for path in paths {
        let text =
            |source: &dyn Source| Ok::<_, TreeError>(source.bytes(path)?.unwrap_or_default());
        lines.insert(path.clone(), changed_lines(&text(before)?, &text(after)?));
    }
    Ok(lines)
}

/// Lists what patch `number` changes.
pub(super) fn changes(
    number: u32,
    (before, after): (&Audit, &Audit),
    lines: &Lines,
) -> Vec<ReviewChange> {
    let removed = |file: &str, first: u32, last: u32| {
        lines
            .get(file)
            .is_some_and(|lines| lines.removed.range(first..=last).next().is_some())
    };
    let added = |file: &str, first: u32, last: u32| {
        lines
            .get(file)
            .is_some_and(|lines| lines.added.range(first..=last).next().is_some())
    };
    let old_sites = before
        .sites
        .iter()
        .filter(|site| removed(&site.file, site.line, site.line))
        .map(Place::site);
    let new_sites = after
        .sites
        .iter()
        .filter(|site| added(&site.file, site.line, site.line))
        .map(Place::site);
    let mut changes = pair(number, old_sites, new_sites);
    // A walk's verdict hangs on its whole function. A line that only goes away shows on the side before alone, so
    // either side makes both count.
    let functions: BTreeSet<(&str, &str)> = before
        .walks
        .iter()
        .filter(|walk| removed(&walk.file, walk.span.0, walk.span.1))
        .chain(
            after
                .walks
                .iter()
                .filter(|walk| added(&walk.file, walk.span.0, walk.span.1)),
        )
        .map(|walk| (walk.file.as_str(), walk.function.as_str()))
        .collect();
    let changed = |walk: &&Walk| functions.contains(&(walk.file.as_str(), walk.function.as_str()));
    let old_walks = before.walks.iter().filter(changed).map(Place::walk);
    let new_walks = after.walks.iter().filter(changed).map(Place::walk);
    changes.extend(pair(number, old_walks, new_walks));
    changes.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    changes
}

/// A site or walk, as far as pairing looks at it.
struct Place<'p> {
    what: Touched,
    file: &'p str,
    line: u32,
    function: &'p str,
    name: &'p str,
}

impl<'p> Place<'p> {
    fn site(site: &'p Site) -> Self {
        let Site {
            file,
            line,
            function,
            predicate,
            ..
        } = site;
        Self {
            what: Touched::Site,
            file,
            line: *line,
            function,
            name: predicate,
        }
    }

    fn walk(walk: &'p Walk) -> Self {
        let Walk {
            file,
            line,
            function,
            walker,
            ..
        } = walk;
        Self {
            what: Touched::Walk,
            file,
            line: *line,
            function,
            name: walker,
        }
    }

    fn change(&self, patch: u32, change: ChangeKind, side: Side) -> ReviewChange {
        ReviewChange {
            patch,
            file: self.file.to_owned(),
            line: self.line,
            function: self.function.to_owned(),
            what: self.what,
            name: self.name.to_owned(),
            change,
            side,
        }
    }
}

/// Pairs what stands before with what stands after under the same name in the same function, in order.
fn pair<'p>(
    number: u32,
    before: impl Iterator<Item = Place<'p>>,
    after: impl Iterator<Item = Place<'p>>,
) -> Vec<ReviewChange> {
    let mut waiting: BTreeMap<(&str, &str, &str), Vec<Place<'p>>> = BTreeMap::new();
    for place in before {
        waiting
            .entry((place.file, place.function, place.name))
            .or_default()
            .push(place);
    }
    waiting.values_mut().for_each(|places| places.reverse());
    let mut changes = Vec::new();
    for place in after {
        let known = waiting
            .get_mut(&(place.file, place.function, place.name))
            .and_then(Vec::pop);
        let kind = if known.is_some() {
            ChangeKind::Touched
        } else {
            ChangeKind::Added
        };
        changes.push(place.change(number, kind, Side::After));
    }
    let gone = waiting.values().flatten();
    changes.extend(gone.map(|place| place.change(number, ChangeKind::Removed, Side::Before)));
    changes
}

#[cfg(test)]
mod tests;
