//! In: an added line's words and lines beside it. Out: the white space between the words, likeliest first.

use super::comments::{begins_anew, is_item, item, stops, under_text};
use super::group::{at_columns, group_columns};
use super::labels::goes_on;
use super::model::{Model, column_before, like, model, ordered};
use super::odd::{slips, with_pairs};
use super::slots::{Class, Slot, class, slots};
use super::width::pad_to;

/// White space before each word but the first, with its cost.
pub(in crate::repair) type Gaps = (u32, Vec<Vec<u8>>);

/// Words that may be aligned, as what, by their numbers.
type Places<'a> = &'a [(Slot, usize)];

/// What stands around a line.
pub(in crate::repair) struct Around<'a> {
    /// Removed lines that it may replace.
    pub(in crate::repair) replaced: &'a [&'a [u8]],
    /// Lines above it, the nearest first.
    pub(in crate::repair) above: &'a [&'a [u8]],
    /// Lines below it that stay, the nearest first.
    pub(in crate::repair) below: &'a [&'a [u8]],
    /// The words of all added lines next to it, its own among them.
    pub(in crate::repair) group: &'a [Vec<Vec<u8>>],
    /// A habit to hold to.
    pub(in crate::repair) habit: super::Habit,
    /// What the file does.
    pub(in crate::repair) style: &'a super::Style,
    /// Is the line in a `struct`?
    pub(in crate::repair) record: bool,
    /// Where the backslashes of the macro stand that the line is of.
    pub(in crate::repair) slash: Option<Slash>,
}

/// The column of a macro's backslashes, and whether the macro begins among the added lines.
pub(in crate::repair) type Slash = (usize, bool);

/// Ways to set `words` behind `lead`, cheapest first.
pub(in crate::repair) fn inner(lead: &[u8], words: &[Vec<u8>], around: &Around<'_>) -> Vec<Gaps> {
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let single: Vec<Vec<u8>> = vec![b" ".to_vec(); words.len().saturating_sub(1)];
    if words.len() < 2 {
        return vec![(0, single)];
    }
    let replaced: Vec<Model> = around
        .replaced
        .iter()
        .filter_map(|line| model(line))
        .collect();
    let own = class(&words);
    let models: Vec<Model> = ordered(own, lead, beside(around).collect());
    let base = with_pairs(&words, &single, &replaced, around);
    let base = stops(&words, base, around);
    let places = slots(&words);
    let mut out: Vec<Gaps> = Vec::new();
    let alike = replaced.iter().any(|model| model.class == own);
    let mut rank = first(lead, &words, (&base, &places, alike), around, &mut out);
    for (index, pattern) in replaced.iter().chain(&models).enumerate() {
        if pattern.class != own {
            continue;
        }
        let gaps = follow(lead, &words, &base, &places, (pattern, &models));
        if !out.iter().any(|(_, known)| *known == gaps) {
            let far = u32::try_from(index / 6).unwrap_or(9).min(3);
            out.push(((rank + far).min(5), gaps));
            rank += 1;
        }
    }
    if let Some(gaps) = verbatim(&base, &places, &replaced, own) {
        out.push((3, gaps));
    }
    if rank == 0 && !places.is_empty() {
        // Of another class, but with a comment or a backslash at the end.
        let none = Model {
            class: own,
            slots: Vec::new(),
            pairs: Vec::new(),
        };
        let followed = follow(lead, &words, &base, &places, (&none, &models));
        if followed == base {
            by_file(lead, &words, &base, (&places, around), &mut out);
        } else {
            out.push((0, followed));
        }
    }
    out.push((if out.is_empty() { 0 } else { 2 }, base.clone()));
    if base != single {
        out.push((2, single.clone()));
    }
    let best = out
        .iter()
        .min_by_key(|(cost, _)| *cost)
        .map(|(_, gaps)| gaps.clone())
        .unwrap_or_else(|| base.clone());
    out.extend(slips(&words, &best, around));
    for &(slot, at) in &places {
        vary((lead, &words), (slot, at), (&best, &base), around, &mut out);
    }
    settle(out)
}

/// What comments and habits ask for before any line beside is a model; gives from which rank on models follow.
fn first(
    lead: &[u8],
    words: &[&[u8]],
    (base, places, alike): (&[Vec<u8>], Places<'_>, bool),
    around: &Around<'_>,
    out: &mut Vec<Gaps>,
) -> u32 {
    let own = class(words);
    held(lead, words, base, (places, around), out);
    if let Some((column, true)) = around.slash
        && let Some(last) = places.iter().find(|(slot, _)| *slot == Slot::Backslash)
        && out.is_empty()
        && !alike
    {
        // A new macro has its own column, wherever those of others stand.
        let columns = [(Slot::Backslash, column)];
        out.push((0, at_columns(lead, words, base, &[*last], &columns)));
        return 1;
    }
    let below = match around.above.first() {
        Some(above) if own == Class::Star && !alike => around.style.labels.below(above),
        _ => Vec::new(),
    };
    if !out.is_empty() {
        return 2;
    } else if !below.is_empty() && goes_on(&words[1..]) {
        // The text of a label goes on.
        for (cost, gap) in below {
            let mut gaps = base.to_vec();
            gaps[0] = gap;
            out.push((cost, gaps));
        }
        return 3;
    } else if let Some(gap) =
        item(around).filter(|_| own == Class::Star && !alike && !is_item(words[1]))
    {
        // What goes on under a list's item.
        let mut gaps = base.to_vec();
        gaps[0] = gap;
        out.push((0, gaps));
        out.push((1, base.to_vec()));
        return 2;
    } else if own == Class::Star && !alike && begins_anew(around, words[1]) {
        // A paragraph begins anew, whatever the one above did.
        out.push((0, base.to_vec()));
        return 1;
    } else if own == Class::Doc && !alike && around.style.columns.pads_docs().is_some() {
        let columns = group_columns(lead, places, around);
        out.push((0, at_columns(lead, words, base, places, &columns)));
        return 1;
    }
    0
}

/// The white space of a line replaced, as it is, whatever column that gives.
fn verbatim(
    base: &[Vec<u8>],
    places: &[(Slot, usize)],
    replaced: &[Model],
    own: Class,
) -> Option<Vec<Vec<u8>>> {
    let old = replaced.iter().find(|model| model.class == own)?;
    let mut gaps = base.to_vec();
    for &(slot, at) in places {
        if let Some((_, _, gap)) = old.slots.iter().find(|(known, _, _)| *known == slot) {
            gaps[at - 1].clone_from(gap);
        }
    }
    (gaps != base).then_some(gaps)
}

/// What the habit asks for, if it has a say here.
fn held(
    lead: &[u8],
    words: &[&[u8]],
    base: &[Vec<u8>],
    (places, around): (&[(Slot, usize)], &Around<'_>),
    out: &mut Vec<Gaps>,
) {
    let star = places
        .iter()
        .any(|(slot, _)| matches!(slot, Slot::StarText | Slot::DocName));
    if around.habit.flat && star {
        out.push((0, base.to_vec()));
    }
    if let Some(gap) = around.habit.gap {
        let mut gaps = base.to_vec();
        for &(_, at) in places {
            gaps[at - 1] = gap.to_vec();
        }
        if gaps != base {
            out.push((0, gaps));
        }
        return;
    }
    match around.habit.columns {
        Some(false) if !places.is_empty() && !star => out.push((0, base.to_vec())),
        Some(true) => {
            let columns = group_columns(lead, places, around);
            let gaps = at_columns(lead, words, base, places, &columns);
            if gaps != base {
                out.push((0, gaps));
            }
        }
        _ => {}
    }
}

/// What the file does with such places, where no line beside is a model.
fn by_file(
    lead: &[u8],
    words: &[&[u8]],
    base: &[Vec<u8>],
    (places, around): (&[(Slot, usize)], &Around<'_>),
    out: &mut Vec<Gaps>,
) {
    let own = class(words);
    let grouped = group_columns(lead, places, around);
    let mut usual = Vec::new();
    let mut wide = false;
    let mut known = false;
    for &(slot, _) in places {
        let (padded, column) = around.style.columns.usual(own, slot, around.record);
        known |= padded.is_some();
        wide |= padded == Some(true);
        let group = grouped
            .iter()
            .find(|(found, _)| *found == slot)
            .map(|(_, column)| *column);
        if padded != Some(false) {
            usual.extend(column.or(group).map(|column| (slot, column)));
        }
    }
    let named = around.style.columns.of_names(around.group);
    if let Some(column) = named.filter(|_| own == Class::Field) {
        // As in other structs of the file with such members.
        let columns = [(Slot::Sign, column)];
        out.push((0, at_columns(lead, words, base, places, &columns)));
        wide = true;
    }
    let cost = if wide { 0 } else { 3 };
    out.push((cost, at_columns(lead, words, base, places, &usual)));
    out.push((cost + 1, at_columns(lead, words, base, places, &grouped)));
    out.push((if wide { 2 } else { 0 }, base.to_vec()));
    let _known = known;
}

/// Lines beside, above and below in turns.
fn beside<'a>(around: &Around<'a>) -> impl Iterator<Item = &'a [u8]> {
    let count = around.above.len().max(around.below.len());
    let (above, below) = (around.above, around.below);
    (0..count)
        .flat_map(move |index| [above.get(index), below.get(index)])
        .flatten()
        .copied()
}

/// Sets every place as `pattern` has it; places that it lacks as the nearest model that has them.
fn follow(
    lead: &[u8],
    words: &[&[u8]],
    base: &[Vec<u8>],
    places: &[(Slot, usize)],
    (pattern, models): (&Model, &[Model]),
) -> Vec<Vec<u8>> {
    let mut gaps = base.to_vec();
    for &(slot, at) in places {
        let own = pattern.slots.iter().find(|(known, _, _)| *known == slot);
        let other = || {
            let fits = |model: &&Model| slot.any_class() || model.class == pattern.class;
            models
                .iter()
                .filter(fits)
                .find_map(|model| model.slots.iter().find(|(known, _, _)| *known == slot))
        };
        if let Some(found) = own.or_else(other) {
            let column = column_before(lead, words, &gaps, at);
            gaps[at - 1] = like(slot, column, found);
        }
    }
    gaps
}

/// What authors do with one place without an example.
fn vary(
    (lead, words): (&[u8], &[&[u8]]),
    (slot, at): (Slot, usize),
    (best, base): (&[Vec<u8>], &[Vec<u8>]),
    around: &Around<'_>,
    out: &mut Vec<Gaps>,
) {
    let mut with = |cost: u32, gap: &[u8]| {
        for (more, start) in [(0, best), (1, base)] {
            let mut gaps = start.to_vec();
            gaps[at - 1] = gap.to_vec();
            out.push((cost + more, gaps));
        }
    };
    match slot {
        Slot::StarText => {
            with(3, b" ");
            with(5, b"\t");
            with(6, b"  ");
            with(6, b"   ");
            under_text(around, &mut with);
        }
        Slot::DocName => with(3, b" "),
        Slot::DocText | Slot::Cell(_) => {
            with(4, b"\t");
            with(5, b"  ");
            with(6, b"\t\t");
        }
        Slot::Sign | Slot::Value | Slot::Declarator | Slot::Comment | Slot::Backslash => {
            with(2, b" ");
            with(4, b"\t");
            let column = column_before(lead, words, base, at);
            let grouped = group_columns(lead, &[(slot, at)], around);
            let more: u32 = if slot == Slot::Backslash { 0 } else { 1 };
            for (_, target) in grouped {
                for (cost, target) in [(2 + more, target), (4 + more, target + 8), (6, target + 16)]
                {
                    if let Some(gap) = pad_to(column, target) {
                        with(cost, &gap);
                    }
                }
            }
            let early = matches!(slot, Slot::Value | Slot::Declarator | Slot::Comment);
            if early {
                with(5, b"\t\t");
                with(6, b"\t\t\t");
                with(7, b"\t\t\t\t");
            }
            if slot == Slot::Backslash {
                for target in [72, 64, 56, 48, 40] {
                    if let Some(gap) = pad_to(column, target) {
                        with(5, &gap);
                    }
                }
            }
        }
    }
}

/// Sorts; keeps each once.
fn settle(mut out: Vec<Gaps>) -> Vec<Gaps> {
    out.sort_by_key(|(cost, _)| *cost);
    let least = out.first().map_or(0, |(cost, _)| *cost);
    let mut seen: Vec<Vec<Vec<u8>>> = Vec::new();
    out.retain(|(_, gaps)| {
        let new = !seen.contains(gaps);
        if new {
            seen.push(gaps.clone());
        }
        new
    });
    for (cost, _) in &mut out {
        *cost -= least;
    }
    out
}
