//! In: a line. Out: which of its words are set under others, and where.

use super::scan::lead;
use super::slots::{Class, Slot, class, slots};
use super::width::{pad_to, width};

/// Lines so near can be of one group.
const BESIDE: usize = 4;

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

/// Models made of lines, the nearest first; but where declarations and the like nest, lines as deep as this one come
/// before those that are not.
pub(super) fn ordered(own: Class, begin: &[u8], mut lines: Vec<&[u8]>) -> Vec<Model> {
    if matches!(own, Class::Member | Class::Field | Class::Enumerator) {
        lines.sort_by_key(|line| lead(line) != begin);
    }
    if own == Class::Member && begin.is_empty() {
        // What stands at the margin is in no struct.
        lines.retain(|line| lead(line).is_empty());
    }
    let mut models: Vec<Model> = lines.into_iter().filter_map(model).collect();
    longest(&mut models);
    models
}

/// The longest line of a group has one blank where the others are padded by blanks: it stands in their column all the
/// same.
fn longest(models: &mut [Model]) {
    for at in 0..models.len() {
        let near = at.saturating_sub(BESIDE)..(at + BESIDE + 1).min(models.len());
        for slot in 0..models[at].slots.len() {
            let (kind, column, gap) = &models[at].slots[slot];
            if gap != b" " || kind.verbatim() {
                continue;
            }
            let padded = near.clone().find_map(|other| {
                let same = |(known, there, gap): &&(Slot, usize, Vec<u8>)| {
                    known == kind && there == column && gap.starts_with(b"  ")
                };
                let fits = models[other].class == models[at].class;
                let found = models[other].slots.iter().find(same).filter(|_| fits);
                found.map(|(_, _, gap)| gap.clone())
            });
            if let Some(gap) = padded {
                models[at].slots[slot].2 = gap;
            }
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_line_of_a_group_is_in_its_column() {
        let lines: Vec<&[u8]> = vec![b"\tthe_longest = 1;", b"\tshort       = 2;"];
        let models = ordered(Class::Assignment, b"\t", lines);
        assert_eq!(models[0].slots[0], (Slot::Sign, 20, b"       ".to_vec()));
        let alone: Vec<&[u8]> = vec![b"\tthe_longest = 1;", b"\tshort = 2;"];
        let models = ordered(Class::Assignment, b"\t", alone);
        assert_eq!(models[0].slots[0].2, b" ");
    }

    #[test]
    fn lines_as_deep_come_first() {
        let lines: Vec<&[u8]> = vec![b"\t\tu32\t\tdeep;", b"\tu32\tflat;"];
        let models = ordered(Class::Member, b"\t", lines);
        assert_eq!(models[0].slots[0].1, 16);
    }
}
