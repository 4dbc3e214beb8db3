//! In: the readings of one hunk. Out: exact texts for it, likeliest first, as many as are asked for.

use super::align::{Reading, Row};
use super::body::Body;
use super::image::Image;
use super::keeps::Keeps;
use super::layout::{
    Around, Habit, Scan, Scene, Style, expected, inner, leads, other_stops, width,
};
use super::rank::{Seen, oddness};
use crate::diff::LineKind;
use crate::diff::damaged::restore_entities;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// An exact text for a hunk.
pub(super) struct Variant {
    pub(super) cost: u32,
    /// Which reading it is of.
    pub(super) reading: usize,
    /// The text of every added or foreign row, in the order of rows; `None` for rows that the file has.
    pub(super) texts: Vec<Option<Vec<u8>>>,
}

/// A reading with what its rows tell, made once.
struct Prepared {
    reading: Reading,
    /// For each row that only the page has, its words.
    words: Vec<Vec<Vec<u8>>>,
    /// For each row, the removed lines that it may replace.
    groups: Vec<Rc<Vec<(Vec<u8>, Scan)>>>,
    base: Scan,
    /// For each row, the run of added rows that it is in.
    neighbours: Vec<std::ops::Range<usize>>,
    /// The groups of added rows that belong together.
    ranges: Vec<std::ops::Range<usize>>,
    /// For each row, the next line of the file that stays.
    below: Vec<usize>,
    /// For each row of a macro, the column that its backslashes may stand at.
    slash: Vec<Option<usize>>,
}

/// A choice that is not the likeliest: of a group of rows or (behind all groups) of a row, number among its options.
type Deviation = (usize, usize);

/// What each deviation costs by itself: one odd choice is likelier than two, there being so many pairs.
const DEVIATES: u32 = 5;
/// Deviations in one text at most.
const DEEP: usize = 6;
/// Lines above that can be models.
const ABOVE: usize = 12;
/// Options of one line at most.
const OPTIONS: usize = 36;
/// Words of a line before which two blanks are tried.
const SLIPS: usize = 12;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    cost: u32,
    serial: u32,
    reading: usize,
    habit: usize,
    deviations: Vec<Deviation>,
    /// Costs of the last deviation's options.
    last: Vec<u32>,
}

/// The texts of one hunk, made as they are asked for.
pub(super) struct Variants<'a> {
    body: &'a Body,
    image: &'a Image<'a>,
    keeps: Keeps,
    style: &'a Style,
    c: bool,
    prepared: Vec<Prepared>,
    heap: BinaryHeap<Reverse<Node>>,
    serial: u32,
    seen: HashSet<(usize, Vec<Option<Vec<u8>>>)>,
    made: Vec<Rc<Variant>>,
    /// Options of lines by all that they depend on.
    known: RefCell<HashMap<u64, Options>>,
}

/// Ways to set a line, cheapest first.
type Options = Rc<Vec<(u32, Vec<u8>)>>;

/// Options remembered.
const KNOWN: usize = 20_000;

/// What one pass over a reading gives.
struct Built {
    texts: Vec<Option<Vec<u8>>>,
    /// For each row, the costs of its options.
    options: Vec<Vec<u32>>,
    cost: u32,
    /// Lines that stay, but no longer stand where they should.
    odd: u32,
}

impl<'a> Variants<'a> {
    /// Begins with `readings`.
    pub(super) fn new(
        body: &'a Body,
        image: &'a Image<'a>,
        readings: Vec<Reading>,
        (keeps, style, c): (Keeps, &'a Style, bool),
    ) -> Self {
        let mut variants = Self {
            body,
            image,
            keeps,
            style,
            c,
            prepared: readings
                .into_iter()
                .map(|reading| prepare(body, image, reading, c))
                .collect(),
            heap: BinaryHeap::new(),
            serial: 0,
            seen: HashSet::new(),
            made: Vec::new(),
            known: RefCell::default(),
        };
        for index in 0..variants.prepared.len() {
            let mut built = variants.build(index, 0, &[]);
            if let Some(slash) = slash_columns(&built.texts) {
                variants.prepared[index].slash = slash;
                variants.known.borrow_mut().clear();
                built = variants.build(index, 0, &[]);
            }
            let odd = variants.odd(index, &built) + built.odd;
            let cost = variants.prepared[index].reading.cost * 2 + odd * 2;
            variants.prepared[index].reading.cost = cost;
            variants.push(cost, (index, 0), Vec::new(), Vec::new());
        }
        variants
    }

    /// The readings, by the numbers that variants name.
    pub(super) fn reading(&self, index: usize) -> &Reading {
        &self.prepared[index].reading
    }

    /// Gives the text of that rank, making it if need be.
    pub(super) fn get(&mut self, rank: usize) -> Option<Rc<Variant>> {
        while self.made.len() <= rank {
            let Reverse(node) = self.heap.pop()?;
            self.expand(node);
        }
        Some(Rc::clone(&self.made[rank]))
    }

    fn push(
        &mut self,
        cost: u32,
        (reading, habit): (usize, usize),
        deviations: Vec<Deviation>,
        last: Vec<u32>,
    ) {
        self.serial += 1;
        self.heap.push(Reverse(Node {
            cost,
            serial: self.serial,
            reading,
            habit,
            deviations,
            last,
        }));
    }

    /// Makes a node's text, and its successors.
    fn expand(&mut self, node: Node) {
        let built = self.build(node.reading, node.habit, &node.deviations);
        let key = (node.reading, built.texts.clone());
        let new = self.seen.insert(key);
        let groups = self.prepared[node.reading].ranges.len();
        let theme = node.deviations.last().is_some_and(|(at, _)| *at < groups);
        if !new && (node.habit > 0 && node.deviations.is_empty()) {
            // The habit has no say here.
            return;
        }
        if node.habit == 0 && node.deviations.is_empty() {
            for habit in 1..Habit::ALL.len() {
                self.push(node.cost + 5, (node.reading, habit), Vec::new(), Vec::new());
            }
        }
        // The same deviation, one option further.
        if let Some(&(row, option)) = node.deviations.last()
            && option + 1 < node.last.len()
        {
            let mut next = node.deviations.clone();
            next.pop();
            next.push((row, option + 1));
            let cost = node.cost + node.last[option + 1].saturating_sub(node.last[option]);
            self.push(cost, (node.reading, node.habit), next, node.last.clone());
        }
        if node.deviations.len() < DEEP && (new || !theme) {
            let from = node.deviations.last().map_or(0, |(row, _)| row + 1);
            let themes: Vec<u32> = Habit::THEMES.iter().map(|(cost, _)| *cost).collect();
            let themes = std::iter::repeat_n(&themes, groups);
            for (at, options) in themes.chain(&built.options).enumerate().skip(from) {
                if options.len() > 1 {
                    let mut next = node.deviations.clone();
                    next.push((at, 1));
                    let cost = node.cost + DEVIATES + options[1] - options[0];
                    self.push(cost, (node.reading, node.habit), next, options.clone());
                }
            }
        }
        if new {
            self.made.push(Rc::new(Variant {
                cost: node.cost,
                reading: node.reading,
                texts: built.texts,
            }));
        }
    }

    /// Sets every row that only the page has, with the deviations given.
    fn build(&self, reading: usize, habit: usize, deviations: &[Deviation]) -> Built {
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
        let mut above: Vec<Vec<u8>> = Vec::new();
        for line in self.image.lines[..prepared.reading.begin]
            .iter()
            .rev()
            .take(ABOVE)
            .rev()
        {
            above.push(line.to_vec());
        }
        for (index, row) in rows.iter().enumerate() {
            if let Some(line) = row.tree {
                changed |= row.kind == LineKind::Removed;
                if row.kind == LineKind::Context {
                    let fits =
                        !changed || !self.c || expected(self.image.lines[line], &scan, self.style);
                    built.odd += u32::from(!fits && built.odd < 4);
                    scan.feed(self.image.lines[line]);
                    above.push(self.image.lines[line].to_vec());
                }
                built.texts.push(None);
                built.options.push(Vec::new());
                continue;
            }
            changed = true;
            let groups = prepared.ranges.len();
            let option = |wanted: usize| {
                let found = deviations.iter().find(|(at, _)| *at == wanted);
                found.map_or(0, |(_, option)| *option)
            };
            let theme = prepared
                .ranges
                .iter()
                .position(|range| range.contains(&index))
                .map_or(0, option);
            let options = self.remembered((reading, habit, index, theme), &scan, &above);
            let chosen = option(groups + index);
            let (cost, text) = options[chosen.min(options.len() - 1)].clone();
            built.cost += cost;
            built
                .options
                .push(options.iter().map(|(cost, _)| *cost).collect());
            if row.kind != LineKind::Removed {
                scan.feed(&text);
                above.push(text.clone());
            }
            built.texts.push(Some(text));
        }
        built
    }

    /// Ways to set one line, made once for all that is alike.
    fn remembered(
        &self,
        (reading, habit, index, theme): (usize, usize, usize, usize),
        scan: &Scan,
        above: &[Vec<u8>],
    ) -> Options {
        let mut hash = DefaultHasher::new();
        (reading, habit, index, theme).hash(&mut hash);
        scan.hash(&mut hash);
        above[above.len().saturating_sub(ABOVE)..].hash(&mut hash);
        let key = hash.finish();
        if let Some(options) = self.known.borrow().get(&key) {
            return Rc::clone(options);
        }
        let options = Rc::new(self.options(
            &self.prepared[reading],
            (
                index,
                match theme {
                    0 => Habit::ALL[habit],
                    _ => Habit::THEMES[theme].1,
                },
            ),
            scan,
            above,
        ));
        let mut known = self.known.borrow_mut();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(key, Rc::clone(&options));
        options
    }

    /// Ways to set one line, cheapest first; never none.
    fn options(
        &self,
        prepared: &Prepared,
        (index, habit): (usize, Habit),
        scan: &Scan,
        above: &[Vec<u8>],
    ) -> Vec<(u32, Vec<u8>)> {
        let row = &prepared.reading.rows[index];
        let words = &prepared.words[index];
        if words.is_empty() {
            return vec![(0, Vec::new())];
        }
        if let Some(text) = self.keeps.text(self.body, row) {
            return vec![(0, text)];
        }
        let glued = margin(self.body, row);
        let below = prepared.below[index];
        let below: Vec<&[u8]> = self.image.lines[below..].iter().take(6).copied().collect();
        let removed = &prepared.groups[index];
        let scene = Scene {
            scan,
            style: self.style,
            habit,
            c: self.c,
            removed,
            next: below
                .iter()
                .find(|line| !line.trim_ascii().is_empty())
                .copied(),
        };
        let leads = if glued {
            vec![(0, Vec::new())]
        } else {
            leads(words, &scene)
        };
        let above: Vec<&[u8]> = above.iter().rev().take(ABOVE).map(Vec::as_slice).collect();
        let replaced: Vec<&[u8]> = removed.iter().map(|(line, _)| line.as_slice()).collect();
        let around = Around {
            replaced: &replaced,
            above: &above,
            below: &below,
            habit,
            columns: &self.style.columns,
            slash: prepared.slash[index],
            group: &prepared.words[prepared.neighbours[index].clone()],
        };
        let mut out: Vec<(u32, Vec<u8>)> = Vec::new();
        for (number, (cost, lead)) in leads.iter().enumerate() {
            let mut gaps = inner(lead, words, &around);
            if number >= 3 {
                gaps.truncate(1);
            }
            if number == 0
                && let Some((cost, best)) = gaps.first()
                && let Some(other) = other_stops(words, best)
            {
                gaps.push((cost + 2, other));
            }
            if number == 0
                && let Some((cost, best)) = gaps.first().cloned()
            {
                // A slip of the finger: two blanks instead of one.
                for at in (0..best.len()).take(SLIPS) {
                    if best[at] == b" " {
                        let mut slip = best.clone();
                        slip[at].push(b' ');
                        gaps.push((cost + 8, slip));
                    }
                }
            }
            out.extend(
                gaps.into_iter()
                    .map(|(more, gaps)| (cost + more, join(lead, words, &gaps))),
            );
        }
        out.sort_by_key(|(cost, _)| *cost);
        self.keeps.filter(self.body, row, &mut out);
        out.truncate(OPTIONS);
        out
    }

    /// How odd the whole looks, with the lines around it.
    fn odd(&self, reading: usize, built: &Built) -> u32 {
        let reading = &self.prepared[reading].reading;
        let mut seen: Vec<Seen<'_>> = Vec::new();
        let tree = |line: usize| Seen {
            text: self.image.lines[line],
            added: false,
        };
        seen.extend((reading.begin.saturating_sub(1)..reading.begin).map(tree));
        for (row, text) in reading.rows.iter().zip(&built.texts) {
            match (row.kind, row.tree, text) {
                (LineKind::Context, Some(line), _) => seen.push(tree(line)),
                (LineKind::Removed, _, _) => {}
                (kind, _, Some(text)) => seen.push(Seen {
                    text,
                    added: kind == LineKind::Added,
                }),
                _ => {}
            }
        }
        seen.extend((reading.end..self.image.lines.len().min(reading.end + 1)).map(tree));
        oddness(&seen) + groups(&reading.rows, self.image) + self.braces(reading, built)
    }

    /// How much more brackets the hunk opens than it did before.
    fn braces(&self, reading: &Reading, built: &Built) -> u32 {
        let mut net = [0_i32; 2];
        for (row, text) in reading.rows.iter().zip(&built.texts) {
            let text = match (text, row.tree) {
                (Some(text), _) => text.as_slice(),
                (None, Some(line)) => self.image.lines[line],
                (None, None) => continue,
            };
            let sign = match row.kind {
                LineKind::Context => continue,
                LineKind::Added => 1,
                LineKind::Removed => -1,
            };
            let text = text.trim_ascii();
            if text.starts_with(b"*") || text.starts_with(b"/*") {
                continue;
            }
            for byte in text {
                match byte {
                    b'{' => net[0] += sign,
                    b'}' => net[0] -= sign,
                    b'(' => net[1] += sign,
                    b')' => net[1] -= sign,
                    _ => {}
                }
            }
        }
        (net[0].unsigned_abs() * 3).min(9) + (net[1].unsigned_abs() * 2).min(6)
    }
}

/// Every group of changed lines costs, and more so one that only takes a blank line away.
fn groups(rows: &[Row], image: &Image<'_>) -> u32 {
    let mut cost = 0;
    for group in rows
        .split(|row| row.kind == LineKind::Context)
        .filter(|group| !group.is_empty())
    {
        let blank = |row: &Row| {
            row.kind == LineKind::Removed && row.tree.is_some_and(|line| image.is_blank(line))
        };
        cost += 1 + u32::from(group.iter().all(blank));
    }
    cost
}

/// Does the line begin at the margin, as its marker tells?
fn margin(body: &Body, row: &Row) -> bool {
    let unit = &body.units[row.words.start];
    match row.kind {
        LineKind::Context => false,
        _ => !unit.bare(),
    }
}

fn join(lead: &[u8], words: &[Vec<u8>], gaps: &[Vec<u8>]) -> Vec<u8> {
    let mut out = lead.to_vec();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(&gaps[index - 1]);
        }
        out.extend_from_slice(word);
    }
    out
}

/// A row's words without its marker, entities put back.
pub(super) fn row_words(body: &Body, row: &Row) -> Vec<Vec<u8>> {
    let units = &body.units[row.words.clone()];
    let mut out: Vec<Vec<u8>> = units
        .iter()
        .filter(|unit| !unit.empty())
        .map(|unit| restore_entities(&unit.text))
        .collect();
    if row.kind != LineKind::Context
        && let Some(first) = out.first_mut()
    {
        first.remove(0);
        if first.is_empty() {
            out.remove(0);
        }
    }
    out
}

fn prepare(body: &Body, image: &Image<'_>, reading: Reading, c: bool) -> Prepared {
    let base = scan_above(image, reading.begin, c);
    let words: Vec<Vec<Vec<u8>>> = reading
        .rows
        .iter()
        .map(|row| {
            if row.tree.is_some() {
                Vec::new()
            } else {
                row_words(body, row)
            }
        })
        .collect();
    let mut old = base.clone();
    let mut groups: Vec<Rc<Vec<(Vec<u8>, Scan)>>> = Vec::new();
    let mut group: Vec<(Vec<u8>, Scan)> = Vec::new();
    let mut shared = Rc::new(Vec::new());
    for row in &reading.rows {
        match (row.kind, row.tree) {
            (LineKind::Removed, Some(line)) => {
                group.push((image.lines[line].to_vec(), old.clone()));
                old.feed(image.lines[line]);
            }
            (LineKind::Added, _) => {
                if !group.is_empty() {
                    shared = Rc::new(std::mem::take(&mut group));
                }
            }
            (_, line) => {
                group.clear();
                shared = Rc::new(Vec::new());
                if let Some(line) = line {
                    old.feed(image.lines[line]);
                }
            }
        }
        groups.push(Rc::clone(&shared));
    }
    let ranges = ranges(&reading.rows, &words);
    let neighbours = runs(&ranges, reading.rows.len());
    let mut below = vec![reading.end; reading.rows.len()];
    let mut next = reading.end;
    for (slot, row) in below.iter_mut().zip(&reading.rows).rev() {
        *slot = next;
        if let Some(line) = row.tree.filter(|_| row.kind == LineKind::Context) {
            next = line;
        }
    }
    Prepared {
        slash: vec![None; reading.rows.len()],
        neighbours,
        ranges,
        below,
        reading,
        words,
        groups,
        base,
    }
}

/// For each line that ends with a backslash, the first tab stop behind the longest of its run; `None` without any.
fn slash_columns(texts: &[Option<Vec<u8>>]) -> Option<Vec<Option<usize>>> {
    let body = |text: &Option<Vec<u8>>| {
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
            out[at..end].fill(Some(longest / 8 * 8 + 8));
        }
        at = end.max(at + 1);
    }
    out.iter().any(Option::is_some).then_some(out)
}

/// Added rows that belong together: runs without context between, comments and blocks by themselves.
fn ranges(rows: &[Row], words: &[Vec<Vec<u8>>]) -> Vec<std::ops::Range<usize>> {
    let star = |row: usize| {
        words[row]
            .first()
            .is_some_and(|word| word.starts_with(b"*"))
    };
    let ends = |row: usize| {
        words[row].last().is_some_and(|word| word.ends_with(b"{"))
            || words[row]
                .first()
                .is_some_and(|word| word.starts_with(b"}"))
    };
    let mut out: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.kind != LineKind::Added {
            continue;
        }
        match out.last_mut() {
            Some(last) if last.end == at && star(at) == star(at - 1) && !ends(at - 1) => {
                last.end = at + 1;
            }
            _ => out.push(at..at + 1),
        }
    }
    out
}

/// For each row, the group that it is in, or what of it is near.
fn runs(ranges: &[std::ops::Range<usize>], count: usize) -> Vec<std::ops::Range<usize>> {
    let mut out = vec![0..0; count];
    for range in ranges {
        for row in range.clone() {
            // No more than a screen, so that a huge run costs no more than its length.
            let near = range.start.max(row.saturating_sub(40))..range.end.min(row + 40);
            out[row] = near;
        }
    }
    out
}

/// Reads the file from the begin of the function (or not far above) to `line`.
fn scan_above(image: &Image<'_>, line: usize, c: bool) -> Scan {
    let mut scan = Scan::default();
    let line = line.min(image.lines.len());
    let floor = if c {
        line.saturating_sub(600)
    } else {
        line.saturating_sub(1)
    };
    let start = (floor..line)
        .rev()
        .find(|&at| {
            let text = image.lines[at];
            let begins = text
                .first()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let behind = at == 0
                || image.lines[at - 1].is_empty()
                || image.lines[at - 1] == b"}"
                || image.lines[at - 1] == b" */";
            begins && behind && !text.ends_with(b":")
        })
        .unwrap_or(floor);
    for text in &image.lines[start..line] {
        scan.feed(text);
    }
    scan
}
