//! In: an added line's words and lines beside it. Out: the white space between the words, likeliest first.

use super::slots::{Class, Slot, class, slots};
use super::width::{pad_to, width};

/// White space before each word but the first, with its cost.
pub(in crate::repair) type Gaps = (u32, Vec<Vec<u8>>);

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
    /// Where the file sets what.
    pub(in crate::repair) columns: &'a super::Columns,
    /// The column for the backslashes of the macro that the line is of.
    pub(in crate::repair) slash: Option<usize>,
}

/// A line as a model.
pub(super) struct Model {
    pub(super) class: Class,
    pub(super) slots: Vec<(Slot, usize, Vec<u8>)>,
    /// Word pairs with unusual white space between.
    pairs: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)>,
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
fn column_before(lead: &[u8], words: &[&[u8]], gaps: &[Vec<u8>], at: usize) -> usize {
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
fn like(slot: Slot, column: usize, model: &(Slot, usize, Vec<u8>)) -> Vec<u8> {
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
    let models: Vec<Model> = beside(around).filter_map(model).collect();
    let base = with_pairs(&words, &single, &replaced);
    let base = stops(&words, base, around);
    let places = slots(&words);
    let own = class(&words);
    let mut out: Vec<Gaps> = Vec::new();
    let mut rank = 0;
    let alike = replaced.iter().any(|model| model.class == own);
    held(lead, &words, &base, (&places, around), &mut out);
    if !out.is_empty() {
        rank = 2;
    } else if let Some(gap) =
        item(around).filter(|_| own == Class::Star && !alike && !is_item(words[1]))
    {
        // What goes on under a list's item.
        let mut gaps = base.clone();
        gaps[0] = gap;
        out.push((0, gaps));
        out.push((1, base.clone()));
        rank = 2;
    } else if own == Class::Star && !alike && begins_anew(around, words[1]) {
        // A paragraph begins anew, whatever the one above did.
        out.push((0, base.clone()));
        rank = 1;
    } else if own == Class::Doc && !alike && around.columns.pads_docs().is_some() {
        let columns = group_columns(lead, &places, around);
        out.push((0, at_columns(lead, &words, &base, &places, &columns)));
        rank = 1;
    }
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
    for &(slot, at) in &places {
        vary(lead, &words, (slot, at), (&best, &base), around, &mut out);
    }
    settle(out)
}

/// Does a word begin an item of a list?
fn is_item(word: &[u8]) -> bool {
    let number = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    word == b"-"
        || word == b"o"
        || word == b"*"
        || (number > 0 && matches!(&word[number..], b")" | b"." | b":"))
}

/// The white space that puts text under that of the list's item in the line above, if that is one.
fn item(around: &Around<'_>) -> Option<Vec<u8>> {
    let star = |line: &'_ &[u8]| line.trim_ascii() != b"*";
    let line = around.above.iter().take(2).copied().find(star)?;
    let text = line.trim_ascii().strip_prefix(b"*")?;
    let blanks = text.iter().take_while(|&&byte| byte == b' ').count();
    let word = super::super::image::words(text)
        .next()
        .filter(|word| is_item(word))?;
    // A paragraph behind an item is only a part of it where that is a mere heading.
    let heading = super::super::image::words(text).count() <= 3;
    if if paragraph(around) {
        !heading
    } else {
        text.ends_with(b".")
    } {
        return None;
    }
    let behind = &text[blanks + word.len()..];
    let more = behind.iter().take_while(|&&byte| byte == b' ').count();
    (more > 0).then(|| vec![b' '; blanks + word.len() + more])
}

/// Does a paragraph of a comment begin that has no reason to be indented as the one above?
fn begins_anew(around: &Around<'_>, word: &[u8]) -> bool {
    let opens = |line: &&[u8]| line.trim_ascii().starts_with(b"/*");
    if !paragraph(around) || around.above.first().is_some_and(opens) {
        return paragraph(around);
    }
    let deep = |text: &[u8]| {
        text.starts_with(b"     ") || text.starts_with(b" \t") || text.starts_with(b"\t")
    };
    let before = around.above.get(1).map(|line| line.trim_ascii());
    is_item(word)
        || before
            .and_then(|text| text.strip_prefix(b"*"))
            .is_some_and(deep)
}

/// Is the line above an empty one of a comment?
fn paragraph(around: &Around<'_>) -> bool {
    around.above.first().is_some_and(|line| {
        let text = line.trim_ascii();
        text == b"*" || text == b"/*" || text == b"/**"
    })
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

/// Sets places to columns.
fn at_columns(
    lead: &[u8],
    words: &[&[u8]],
    base: &[Vec<u8>],
    places: &[(Slot, usize)],
    columns: &[(Slot, usize)],
) -> Vec<Vec<u8>> {
    let mut gaps = base.to_vec();
    for &(slot, at) in places {
        let Some((_, target)) = columns.iter().find(|(known, _)| *known == slot) else {
            continue;
        };
        let column = column_before(lead, words, &gaps, at);
        if slot == Slot::DocText {
            gaps[at - 1] = vec![b' '; target.saturating_sub(column).max(1)];
        } else if let Some(gap) = pad_to(column, *target) {
            gaps[at - 1] = gap;
        }
    }
    gaps
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
        let (padded, column) = around.columns.usual(own, slot);
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

/// Unusual white space between words that a removed line has too.
fn with_pairs(words: &[&[u8]], single: &[Vec<u8>], replaced: &[Model]) -> Vec<Vec<u8>> {
    let mut out = single.to_vec();
    for (at, pair) in words.windows(2).enumerate() {
        let found = replaced
            .iter()
            .flat_map(|model| &model.pairs)
            .find(|(first, second, _)| first == pair[0] && second == pair[1]);
        if let Some((_, _, gap)) = found {
            out[at].clone_from(gap);
        }
    }
    out
}

/// Two blanks behind a full stop, if the comment's other lines have them.
fn stops(words: &[&[u8]], mut gaps: Vec<Vec<u8>>, around: &Around<'_>) -> Vec<Vec<u8>> {
    let text = words[0].starts_with(b"*") || words[0].starts_with(b"/*");
    let has = |needle: &[u8]| {
        let lines = around.replaced.iter().chain(around.above.iter().take(8));
        lines
            .filter(|line| memchr::memmem::find(line, needle).is_some())
            .count()
    };
    let wide = around
        .habit
        .stops
        .unwrap_or_else(|| has(b".  ") > has(b". ") / 2);
    if text && wide {
        for at in full_stops(words) {
            gaps[at - 1] = b"  ".to_vec();
        }
    }
    gaps
}

/// Words that begin a sentence behind another.
fn full_stops<'w>(words: &'w [&[u8]]) -> impl Iterator<Item = usize> + 'w {
    (1..words.len()).filter(|&at| {
        let before = words[at - 1];
        let ends = before.ends_with(b".")
            || before.ends_with(b"?")
            || before.ends_with(b"!")
            || before.ends_with(b".)");
        ends && !words[at].ends_with(b"*/") && before.len() > 1
    })
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
    lead: &[u8],
    words: &[&[u8]],
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

/// Text that goes on under the text of ` * @name: text`.
fn under_text(around: &Around<'_>, with: &mut impl FnMut(u32, &[u8])) {
    let Some(doc) = around.above.first() else {
        return;
    };
    let mut places = super::super::image::words(doc);
    if places.next() != Some(b"*") {
        return;
    }
    let Some(star) = doc.iter().position(|&byte| byte == b'*') else {
        return;
    };
    if !places.next().is_some_and(|word| word.starts_with(b"@")) {
        return;
    }
    let Some(text) = places.next() else { return };
    let offset = text.as_ptr() as usize - doc.as_ptr() as usize;
    let from = width(&doc[..=star], 0);
    let to = width(&doc[..offset], 0);
    with(3, &vec![b' '; to.saturating_sub(from)]);
    if let Some(tabs) = pad_to(from, to) {
        with(3, &tabs);
    }
}

/// Columns at which a group of lines would be aligned, place by place: the first tab stop behind the longest part.
fn group_columns(lead: &[u8], places: &[(Slot, usize)], around: &Around<'_>) -> Vec<(Slot, usize)> {
    let rows: Vec<Vec<&[u8]>> = around
        .group
        .iter()
        .filter(|row| row.len() > 1)
        .map(|row| row.iter().map(Vec::as_slice).collect())
        .collect();
    let mut gaps: Vec<Vec<Vec<u8>>> = rows
        .iter()
        .map(|row| vec![b" ".to_vec(); row.len() - 1])
        .collect();
    let row_slots: Vec<Vec<(Slot, usize)>> = rows.iter().map(|row| slots(row)).collect();
    let mut out = Vec::new();
    for &(slot, _) in places.iter().filter(|(slot, _)| !slot.verbatim()) {
        if slot == Slot::Backslash
            && let Some(column) = around.slash
        {
            out.push((slot, column));
            continue;
        }
        let mut columns: Vec<(usize, usize, usize)> = Vec::new();
        for (row, words) in rows.iter().enumerate() {
            if let Some(&(_, at)) = row_slots[row].iter().find(|(known, _)| *known == slot) {
                let lead = if words[0].starts_with(b"#") {
                    &b""[..]
                } else {
                    lead
                };
                columns.push((row, at, column_before(lead, words, &gaps[row], at)));
            }
        }
        if columns.is_empty() || columns.len() < 2 && around.habit.columns != Some(true) {
            continue;
        }
        let longest = columns
            .iter()
            .map(|(_, _, column)| *column)
            .max()
            .unwrap_or(0);
        let stop = if slot == Slot::DocText {
            // A habit's shift counts in tab stops.
            longest + around.columns.pads_docs().unwrap_or(1) + around.habit.shift / 8
        } else {
            longest / 8 * 8 + 8 + around.habit.shift
        };
        for (row, at, column) in columns {
            if let Some(gap) = pad_to(column, stop) {
                gaps[row][at - 1] = gap;
            }
        }
        out.push((slot, stop));
    }
    out
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

/// Variants with two blanks behind full stops, or one.
pub(in crate::repair) fn other_stops(words: &[Vec<u8>], gaps: &[Vec<u8>]) -> Option<Vec<Vec<u8>>> {
    let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let text = words.first().is_some_and(|word| {
        word.starts_with(b"*") || word.starts_with(b"/*") || !word.starts_with(b"#")
    });
    let mut out = gaps.to_vec();
    for at in full_stops(&words).filter(|_| text) {
        out[at - 1] = if gaps[at - 1] == b" " {
            b"  ".to_vec()
        } else {
            b" ".to_vec()
        };
    }
    (out != gaps).then_some(out)
}
