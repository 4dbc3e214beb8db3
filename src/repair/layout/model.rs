//! In: a line. Out: which of its words are set under others, and where.

use super::slots::{Class, Slot, class, slots};
use super::width::{pad_to, width};

/// A line as a model.
pub(super) struct Model {
    pub(super) class: Class,
    pub(super) slots: Vec<(Slot, usize, Vec<u8>)>,
    /// Word pairs with unusual white space between.
    pub(super) pairs: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

pub(super) fn model(line: &[u8]) -> Option<Model> {
    let mut words: Vec<&[u8]> = Vec::new();
    let mut gaps: Vec<&[u8]> = Vec::new();
    let mut columns = Vec::new();
    let (mut at, mut column) = (0, 0);
    while at < line.len() {
        let blank = line[at..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        let word = line[at + blank..]
            .iter()
            .take_while(|byte| !byte.is_ascii_whitespace())
            .count();
        if word > 0 {
            column = width(&line[at..at + blank], column);
            columns.push(column);
            gaps.push(&line[at..at + blank]);
            words.push(&line[at + blank..at + blank + word]);
            column = width(words[words.len() - 1], column);
        }
        at += blank + word;
    }
    if words.len() < 2 {
        return None;
    }
    let places = slots(&words);
    let pairs = (1..words.len())
        .filter(|&at| gaps[at] != b" " && !places.iter().any(|(_, place)| *place == at))
        .map(|at| {
            (
                words[at - 1].to_vec(),
                words[at].to_vec(),
                gaps[at].to_vec(),
            )
        })
        .collect();
    let slots = places
        .into_iter()
        .map(|(slot, at)| (slot, columns[at], gaps[at].to_vec()))
        .collect();
    Some(Model {
        class: class(&words),
        slots,
        pairs,
    })
}

/// The column behind word `at - 1`.
pub(super) fn column_before(lead: &[u8], words: &[&[u8]], gaps: &[Vec<u8>], at: usize) -> usize {
    let mut column = width(lead, 0);
    for index in 0..at {
        if index > 0 {
            column = width(&gaps[index - 1], column);
        }
        column = width(words[index], column);
    }
    column
}

/// White space that puts a word where a model has it.
pub(super) fn like(slot: Slot, column: usize, model: &(Slot, usize, Vec<u8>)) -> Vec<u8> {
    let (_, target, gap) = model;
    if slot.verbatim() || gap == b" " {
        return gap.clone();
    }
    let tabbed = gap.contains(&b'\t');
    match pad_to(column, *target) {
        Some(_) if !tabbed => vec![b' '; target - column],
        Some(padded) => padded,
        None => b" ".to_vec(),
    }
}
