//! In: readings. Out: texts for them by a best-first search over the few choices that are not the likeliest.

use super::build::slash_columns;
use super::prepare::prepare;
use super::shape::{Deviation, Options, Prepared, Variant};
use crate::repair::align::Reading;
use crate::repair::body::Body;
use crate::repair::image::Image;
use crate::repair::keeps::Keeps;
use crate::repair::layout::{Habit, Style};
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

/// What each deviation costs by itself: one odd choice is likelier than two, there being so many pairs.
const DEVIATES: u32 = 5;
/// Deviations in one text at most.
const DEEP: usize = 6;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) cost: u32,
    pub(super) serial: u32,
    pub(super) reading: usize,
    pub(super) habit: usize,
    pub(super) deviations: Vec<Deviation>,
    /// Costs of the last deviation's options.
    pub(super) last: Vec<u32>,
}

/// The texts of one hunk, made as they are asked for.
pub(in crate::repair) struct Variants<'a> {
    pub(super) body: &'a Body,
    pub(super) image: &'a Image<'a>,
    pub(super) keeps: Keeps,
    pub(super) style: &'a Style,
    pub(super) c: bool,
    pub(super) prepared: Vec<Prepared>,
    pub(super) heap: BinaryHeap<Reverse<Node>>,
    pub(super) serial: u32,
    pub(super) seen: HashSet<(usize, Vec<Option<Vec<u8>>>)>,
    pub(super) made: Vec<Rc<Variant>>,
    /// Options of lines by all that they depend on.
    pub(super) known: RefCell<HashMap<u64, Options>>,
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
    pub(in crate::repair) fn reading(&self, index: usize) -> &Reading {
        &self.prepared[index].reading
    }

    /// Gives the text of that rank, making it if need be.
    pub(in crate::repair) fn get(&mut self, rank: usize) -> Option<Rc<Variant>> {
        while self.made.len() <= rank {
            let Reverse(node) = self.heap.pop()?;
            self.expand(&node);
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
    fn expand(&mut self, node: &Node) {
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
}
