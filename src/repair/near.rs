//! In: a file's hunks and another version of the file. Out: where each belongs there, or why that is not sure.

use super::align::{Begin, Reading, distinct, readings};
use super::body::Body;
use super::heads::{Heads, Home, Named};
use super::image::Image;
use super::place::{ends, start_line, task};
use super::there::{exchanged, is_there};
use super::window::{anchored, window};
use crate::diff::LineKind;
use crate::diff::damaged::{DamagedFile, DamagedHunk};
use rayon::prelude::*;

/// Places tried for one hunk at most.
const PLACES: usize = 400;
/// Of a hundred words of the old lines, how many the file must have.
const SHARE: usize = 40;

/// Functions of one name that are searched for a hunk that lacks lines.
const RANGES: usize = 4;

/// Where a hunk belongs.
#[derive(Debug, Default)]
pub(super) struct Placed {
    /// Ways to read it there, cheapest first; none where it cannot even be set into lines.
    pub(super) readings: Vec<Reading>,
    /// Why the place is not sure, if it is not.
    pub(super) doubt: Option<Doubt>,
    /// Does the file have what the hunk makes? Then the readings are of the reverse: removed rows are those that the hunk
    /// adds, and added rows those that it takes away.
    pub(super) there: bool,
}

/// Why a place is not sure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The hunk fits as well elsewhere, at so many places in all.
    Several(usize),
    /// It names a function that the file lacks.
    Unnamed,
    /// There is none; the hunk is set into lines by itself.
    Adrift,
}

/// A place where all of a hunk's lines are.
pub(super) struct Site {
    line: usize,
    pub(super) readings: Vec<Reading>,
    pub(super) named: Named,
    /// Is it the reverse that is read there?
    there: bool,
}

/// Lines that are still free for a hunk, and where it is expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) floor: usize,
    pub(super) ceiling: usize,
    pub(super) expected: i64,
}

impl Bounds {
    /// How far a line is from where the hunk is expected.
    pub(super) fn distance(self, line: usize) -> u64 {
        (as_i64(line) - self.expected).unsigned_abs()
    }
}

fn as_i64(line: usize) -> i64 {
    i64::try_from(line).unwrap_or(i64::MAX)
}

/// What is needed to place one hunk.
struct Hunk<'a> {
    hunk: &'a DamagedHunk,
    body: &'a Body,
    image: &'a Image<'a>,
    heads: &'a Heads,
    homes: Vec<Home>,
    /// Are the markers exchanged?
    reverse: bool,
}

/// Places every hunk: first those of which there can be no doubt, then the others between them.
pub(super) fn near(file: &DamagedFile, bodies: &[Body], image: &Image<'_>) -> Vec<Placed> {
    let heads = Heads::of(image);
    let of = |hunk, body, reverse| Hunk {
        hunk,
        body,
        image,
        heads: &heads,
        homes: heads.homes(body),
        reverse,
    };
    let pairs = || file.hunks.iter().zip(bodies);
    let hunks: Vec<Hunk<'_>> = pairs().map(|(hunk, body)| of(hunk, body, false)).collect();
    let backs: Vec<(DamagedHunk, Body)> = pairs()
        .map(|(hunk, body)| (exchanged(hunk), body.reversed()))
        .collect();
    let mut sites: Vec<Vec<Site>> = hunks
        .par_iter()
        .zip(&backs)
        .map(|(forward, (hunk, body))| {
            let sites = forward.sites();
            let back = of(hunk, body, true).sites();
            if is_there(forward.body, &sites, &back) {
                back
            } else {
                sites
            }
        })
        .collect();
    let mut out: Vec<Option<Placed>> = hunks.iter().map(|_| None).collect();
    let mut floor = 0;
    for (slot, sites) in out.iter_mut().zip(&mut sites) {
        if let [site] = sites.as_slice()
            && site.line >= floor
            && site.named != Named::Nowhere
        {
            floor = site.readings[0].end;
            *slot = sites.pop().map(|site| Placed {
                readings: site.readings,
                doubt: None,
                there: site.there,
            });
        }
    }
    for index in 0..out.len() {
        if out[index].is_none() {
            let bounds = bounds(file, &out, index, image.lines.len());
            let sites = std::mem::take(&mut sites[index]);
            out[index] = Some(hunks[index].settle(sites, bounds));
        }
    }
    out.into_iter().map(Option::unwrap_or_default).collect()
}

/// What the hunks placed already leave for hunk `index`.
fn bounds(file: &DamagedFile, placed: &[Option<Placed>], index: usize, length: usize) -> Bounds {
    let sure = |at: usize| {
        let placed = placed[at].as_ref().filter(|one| one.doubt.is_none())?;
        Some((at, placed.readings.first()?))
    };
    let before = (0..index).rev().find_map(sure);
    let behind = (index + 1..placed.len()).find_map(sure);
    let drift = |(at, reading): (usize, &Reading)| {
        as_i64(reading.begin) - as_i64(start_line(&file.hunks[at]))
    };
    Bounds {
        floor: before.map_or(0, |(_, reading)| reading.end),
        ceiling: behind.map_or(length, |(_, reading)| reading.begin),
        expected: as_i64(start_line(&file.hunks[index])) + before.or(behind).map_or(0, drift),
    }
}

impl Hunk<'_> {
    /// Every place where all of the hunk's lines are, under the name that it bears if there is one.
    fn sites(&self) -> Vec<Site> {
        for home in &self.homes {
            let found = self.sites_at(home);
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    fn sites_at(&self, home: &Home) -> Vec<Site> {
        let old_count = self.hunk.old_count as usize;
        let expected = as_i64(start_line(self.hunk));
        let mut places: Vec<(usize, Vec<Begin>)> = Vec::new();
        for &(first, last, section) in &home.ranges {
            for line in first..=last {
                if line + old_count > self.image.lines.len() {
                    break;
                }
                let begins = self.begins(line, section);
                if !begins.is_empty() && !places.iter().any(|(known, _)| *known == line) {
                    places.push((line, begins));
                }
            }
        }
        places.sort_by_key(|(line, _)| (as_i64(*line) - expected).unsigned_abs());
        places.truncate(PLACES);
        let mut out = Vec::new();
        for (line, begins) in places {
            let window = (line, line + old_count);
            let mut task = task(self.hunk, self.body, self.image, window);
            task.reverse = self.reverse;
            let found = readings(task, &begins);
            if !found.is_empty() {
                out.push(Site {
                    line,
                    readings: distinct(found),
                    named: home.named,
                    there: self.reverse,
                });
            }
        }
        out
    }

    /// How the hunk may begin at a line, as far as a quick look tells: its first lines are context and are there.
    fn begins(&self, line: usize, section: Option<usize>) -> Vec<Begin> {
        let body = self.body;
        let sections = match section {
            Some(section) => vec![section],
            None => ends(body),
        };
        let at_top = self.hunk.old_start <= 1;
        let fits = |section: &usize| {
            let mut rest = &body.units[*section..];
            for at in line..self.image.lines.len().min(line + 3) {
                while rest.first().is_some_and(super::body::Unit::empty) {
                    rest = &rest[1..];
                }
                let words = self.image.words(at);
                let same = rest.len() >= words.len()
                    && words
                        .iter()
                        .zip(rest)
                        .all(|(word, unit)| *word == unit.full);
                if !same {
                    // The first line may be a changed one, at the file's top.
                    return at_top && rest.first().is_some_and(|unit| unit.marker().is_some());
                }
                rest = &rest[words.len()..];
            }
            true
        };
        let cost = |found: usize| match section {
            Some(_) => 0,
            None if body.lines_kept && found == body.head => 0,
            None => 10,
        };
        sections
            .into_iter()
            .filter(fits)
            .map(|section| Begin {
                section,
                line,
                cost: cost(section),
            })
            .collect()
    }

    /// Chooses among several places, or finds one in a file that lacks some of the lines.
    fn settle(&self, mut sites: Vec<Site>, bounds: Bounds) -> Placed {
        sites.retain(|site| site.line >= bounds.floor && site.readings[0].end <= bounds.ceiling);
        sites.sort_by_key(|site| bounds.distance(site.line));
        let count = sites.len();
        let same = sites
            .windows(2)
            .all(|pair| self.owner(&pair[0]) == self.owner(&pair[1]));
        let Some(site) = sites.into_iter().next() else {
            return self.fuzzy(bounds);
        };
        let shown = site.named != Named::Nowhere || self.shows_owner(&site.readings[0]);
        let doubt = if site.named == Named::Nowhere && count > 1 && !same {
            Some(Doubt::Several(count))
        } else if !shown {
            Some(Doubt::Unnamed)
        } else {
            None
        };
        Placed {
            readings: site.readings,
            doubt,
            there: site.there,
        }
    }

    /// The function that a place is in.
    fn owner(&self, site: &Site) -> Option<usize> {
        self.heads.above(site.line)
    }

    /// Are all changes of a reading in functions whose first lines it has as context, or above all functions?
    fn shows_owner(&self, reading: &Reading) -> bool {
        self.changes(reading).all(|(line, seen)| {
            self.heads
                .above(line)
                .is_none_or(|head| seen.contains(&head))
        })
    }

    /// Are all changes where the hunk's name says, or in functions whose first lines it has as context?
    fn keeps_to(&self, reading: &Reading, range: (usize, usize)) -> bool {
        self.changes(reading).all(|(line, seen)| {
            self.heads
                .above(line)
                .is_none_or(|head| head + 1 == range.0 || head < range.0 || seen.contains(&head))
        })
    }

    /// The lines (of the file) before which something changes, each with the heads that the reading has up to it.
    fn changes<'r>(
        &'r self,
        reading: &'r Reading,
    ) -> impl Iterator<Item = (usize, Vec<usize>)> + 'r {
        let mut last = reading.begin.saturating_sub(1);
        let mut seen = Vec::new();
        reading.rows.iter().filter_map(move |row| {
            if let Some(line) = row.tree {
                last = line;
                if self.heads.is_head(line) {
                    seen.push(line);
                }
            }
            (row.kind != LineKind::Context).then(|| (last, seen.clone()))
        })
    }

    /// Reads the hunk in a file that lacks some of its lines.
    fn fuzzy(&self, bounds: Bounds) -> Placed {
        let several = self.homes.iter().any(|home| home.named == Named::Name)
            || self.homes[0].ranges.len() > 1;
        // A line that names nothing (`static inline int`) may stand anywhere.
        let tells = |section: usize| {
            let mut bytes = self.body.units[..section]
                .iter()
                .flat_map(|unit| &unit.text);
            bytes.any(|byte| matches!(byte, b'(' | b'{' | b';' | b'='))
        };
        let here = |home: &Home| {
            home.named == Named::Line && home.ranges.iter().any(|range| range.2.is_some_and(tells))
        };
        for home in &self.homes {
            if home.named == Named::Nowhere && self.homes.iter().any(here) {
                // The function is there; what is like the hunk elsewhere is not meant.
                continue;
            }
            let mut best: Option<(u32, u64, Placed)> = None;
            let mut ranges = home.ranges.clone();
            ranges.sort_by_key(|(first, _, _)| bounds.distance(*first));
            if home.named == Named::Name {
                let known = |range: &(usize, usize, Option<usize>)| {
                    let mut known = self.homes[0].ranges.iter();
                    known.any(|other| (other.0, other.1) == (range.0, range.1))
                };
                ranges.retain(|range| !known(range));
            }
            ranges.truncate(RANGES);
            ranges.retain(|(_, _, section)| *section != Some(0) || !several);
            let all: Vec<Option<Placed>> = ranges
                .into_par_iter()
                .map(|(first, last, section)| {
                    let limits = Bounds {
                        floor: bounds.floor.max(first),
                        ceiling: bounds.ceiling,
                        ..bounds
                    };
                    self.fuzzy_at(home.named, (limits, first, last), section)
                })
                .collect();
            for found in all.into_iter().flatten() {
                let reading = &found.readings[0];
                let key = (reading.cost, bounds.distance(reading.begin));
                if best
                    .as_ref()
                    .is_none_or(|(cost, far, _)| key < (*cost, *far))
                {
                    best = Some((key.0, key.1, found));
                }
            }
            if let Some((_, _, found)) = best {
                return found;
            }
        }
        self.adrift(bounds)
    }

    /// Sets the words into lines without any of the file's, for a hunk that has no place there.
    fn adrift(&self, bounds: Bounds) -> Placed {
        let mut place = usize::try_from(bounds.expected).unwrap_or(0);
        let mut sections = ends(self.body);
        if let &[(first, last, Some(section)), ..] = self.homes[0].ranges.as_slice() {
            place = place.clamp(first, last);
            sections = vec![section];
        }
        let place = place.min(self.image.lines.len());
        let mut task = task(self.hunk, self.body, self.image, (place, place));
        task.fuzzy = true;
        let begins: Vec<Begin> = sections
            .into_iter()
            .map(|section| Begin {
                section,
                line: place,
                cost: 0,
            })
            .collect();
        Placed {
            readings: distinct(readings(task, &begins)),
            doubt: Some(Doubt::Adrift),
            there: false,
        }
    }

    fn fuzzy_at(
        &self,
        named: Named,
        (limits, first, last): (Bounds, usize, usize),
        section: Option<usize>,
    ) -> Option<Placed> {
        let last = last.min(limits.ceiling);
        if limits.floor > last {
            return None;
        }
        let window = window(self.hunk, self.body, self.image, (limits, last))?;
        let mut task = task(self.hunk, self.body, self.image, window);
        let anchored = anchored(self.body, self.image, window);
        task.fuzzy = true;
        task.anchored = &anchored;
        let mut begins = Vec::new();
        for line in window.0..=window.1.min(last) {
            let sections = section.map_or_else(|| ends(self.body), |section| vec![section]);
            begins.extend(sections.into_iter().map(|found| Begin {
                section: found,
                line,
                cost: if section.is_some() || self.body.lines_kept && found == self.body.head {
                    0
                } else {
                    10
                },
            }));
        }
        let mut found = readings(task, &begins);
        found.retain(|reading| {
            self.share(reading) >= SHARE
                && (named == Named::Nowhere || self.keeps_to(reading, (first, last)))
        });
        let reading = found.first()?;
        let doubt =
            (named == Named::Nowhere && !self.shows_owner(reading)).then_some(Doubt::Unnamed);
        Some(Placed {
            readings: distinct(found),
            doubt,
            there: false,
        })
    }

    /// How many in a hundred words of the old lines the file has.
    fn share(&self, reading: &Reading) -> usize {
        let (mut here, mut all) = (0, 0);
        for row in &reading.rows {
            if row.kind != LineKind::Added {
                all += row.words.len();
                here += row.tree.map_or(0, |_| row.words.len());
            }
        }
        here * 100 / all.max(1)
    }
}
