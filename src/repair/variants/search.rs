//! In: readings. Out: texts for them by a best-first search over the few choices that are not the likeliest.

use super::build::slash_columns;
use super::prepare::prepare;
use super::shape::{Built, Deviation, Options, Prepared, Variant};
use crate::repair::align::Reading;
use crate::repair::body::Body;
use crate::repair::image::Image;
use crate::repair::keeps::Keeps;
use crate::repair::layout::{Habit, Style};
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;

/// What each deviation costs by itself: one odd choice is likelier than two, there being so many pairs.
const DEVIATES: u32 = 5;
/// Deviations in one text at most.
const DEEP: usize = 6;

/// Choices that lead to a text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    cost: u32,
    serial: u32,
    /// The reading, and the habit held to.
    base: (usize, usize),
    deviations: [Deviation; DEEP],
    count: usize,
}

impl Node {
    fn deviations(&self) -> &[Deviation] {
        &self.deviations[..self.count]
    }
}

/// The texts of one hunk, made as they are asked for.
pub(in crate::repair) struct Variants<'a> {
    pub(super) body: &'a Body,
    pub(super) image: &'a Image<'a>,
    pub(super) keeps: Keeps,
    pub(super) style: &'a Style,
    pub(super) c: bool,
    pub(super) prepared: Vec<Prepared>,
    heap: BinaryHeap<Reverse<Node>>,
    serial: u32,
    /// The habit begun with.
    held: usize,
    /// Hashes of the texts made.
    seen: HashSet<u64>,
    /// Choices of groups that change nothing.
    idle: HashSet<((usize, usize), Deviation)>,
    pub(super) made: Vec<Rc<Variant>>,
    /// Options of lines by all that they depend on.
    pub(super) known: RefCell<HashMap<u64, Options>>,
    /// How often ways to set a line were made.
    pub(super) work: Cell<u64>,
}

impl<'a> Variants<'a> {
    /// Begins with `readings`.
    pub(in crate::repair) fn new(
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
            held: 0,
            seen: HashSet::new(),
            idle: HashSet::new(),
            made: Vec::new(),
            known: RefCell::default(),
            work: Cell::new(0),
        };
        for index in 0..variants.prepared.len() {
            let mut built = variants.build((index, 0), &[]);
            if let Some(slash) = slash_columns(&built.texts) {
                variants.prepared[index].slash = slash;
                variants.known.borrow_mut().clear();
                built = variants.build((index, 0), &[]);
            }
            let odd = variants.odd(index, &built) + built.odd;
            let cost = variants.prepared[index].reading.cost * 2 + odd * 2;
            variants.prepared[index].reading.cost = cost;
            variants.serial += 1;
            variants.heap.push(Reverse(Node {
                cost,
                serial: variants.serial,
                base: (index, 0),
                deviations: [(0, 0); DEEP],
                count: 0,
            }));
        }
        variants
    }

    /// The readings, by the numbers that variants name.
    pub(in crate::repair) fn reading(&self, index: usize) -> &Reading {
        &self.prepared[index].reading
    }

    /// Begins anew, with a habit that all texts hold to unless they deviate; ranks known so far mean nothing then.
    pub(in crate::repair) fn hold(&mut self, habit: usize) {
        self.heap.clear();
        self.seen.clear();
        self.made.clear();
        for index in 0..self.prepared.len() {
            self.serial += 1;
            self.heap.push(Reverse(Node {
                cost: self.prepared[index].reading.cost,
                serial: self.serial,
                base: (index, habit),
                deviations: [(0, 0); DEEP],
                count: 0,
            }));
        }
        self.held = habit;
    }

    /// Gives the text of that rank, making it if need be.
    pub(in crate::repair) fn get(&mut self, rank: usize) -> Option<Rc<Variant>> {
        while self.made.len() <= rank {
            let Reverse(node) = self.heap.pop()?;
            self.expand(&node);
        }
        Some(Rc::clone(&self.made[rank]))
    }

    /// How often ways to set a line were made.
    pub(in crate::repair) fn work(&self) -> u64 {
        self.work.get()
    }

    /// Adds what follows `node` at so much more cost.
    fn push(&mut self, node: &Node, more: u32, change: impl FnOnce(&mut Node)) {
        self.serial += 1;
        let mut next = Node {
            cost: node.cost + more,
            serial: self.serial,
            ..*node
        };
        change(&mut next);
        self.heap.push(Reverse(next));
    }

    /// The first choice from `option` on that is not known to change nothing.
    fn next(&self, base: (usize, usize), at: u32, option: u32, count: usize) -> Option<u32> {
        (option..to32(count)).find(|&option| !self.idle.contains(&(base, (at, option))))
    }

    /// Makes a node's text, and its successors.
    fn expand(&mut self, node: &Node) {
        let built = self.build(node.base, node.deviations());
        let mut key = DefaultHasher::new();
        (node.base.0, &built.texts).hash(&mut key);
        let new = self.seen.insert(key.finish());
        let groups = self.prepared[node.base.0].ranges.len();
        let last = node.deviations().last().copied();
        let theme = last.is_some_and(|(at, _)| (at as usize) < groups);
        if !new && node.base.1 != self.held && node.count == 0 {
            // The habit has no say here.
            return;
        }
        if node.base.1 == self.held && node.count == 0 {
            for habit in (0..Habit::ALL.len()).filter(|&habit| habit != node.base.1) {
                self.push(node, DEVIATES, |next| next.base.1 = habit);
            }
        }
        if !new && theme && node.count == 1 {
            self.idle.extend(last.map(|last| (node.base, last)));
        }
        // The same deviation, one option further.
        if let Some((at, option)) = last {
            let costs = Costs::of(&built, groups, at);
            if let Some(next) = self.next(node.base, at, option + 1, costs.count()) {
                let more = costs.at(next).saturating_sub(costs.at(option));
                self.push(node, more, |node| node.deviations[node.count - 1].1 = next);
            }
        }
        if node.count < DEEP && (new || !theme) {
            let from = last.map_or(0, |(at, _)| at + 1);
            for at in from..to32(groups + built.options.len()) {
                let costs = Costs::of(&built, groups, at);
                if let Some(option) = self.next(node.base, at, 1, costs.count()) {
                    let more = DEVIATES + costs.at(option) - costs.at(0);
                    self.push(node, more, |next| {
                        next.deviations[next.count] = (at, option);
                        next.count += 1;
                    });
                }
            }
        }
        if new {
            self.made.push(Rc::new(Variant {
                cost: node.cost,
                reading: node.base.0,
                texts: built.texts,
            }));
        }
    }
}

/// What the choices at one place cost.
enum Costs<'b> {
    Themes,
    Row(Option<&'b Options>),
}

impl<'b> Costs<'b> {
    fn of(built: &'b Built, groups: usize, at: u32) -> Self {
        match (at as usize).checked_sub(groups) {
            Some(row) => Self::Row(built.options[row].as_ref()),
            None => Self::Themes,
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Themes => Habit::THEMES.len(),
            Self::Row(options) => options.map_or(0, |options| options.len()),
        }
    }

    fn at(&self, option: u32) -> u32 {
        match self {
            Self::Themes => Habit::THEMES[option as usize].0,
            Self::Row(options) => options.map_or(0, |options| options[option as usize].0),
        }
    }
}

fn to32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
