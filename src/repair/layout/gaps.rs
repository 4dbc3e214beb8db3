//! In: an added line's words and lines beside it. Out: the white space between the words, likeliest first.

use super::width::{pad_to, width};

/// White space before each word but the first, with its cost.
pub(in crate::repair) type Gaps = (u32, Vec<Vec<u8>>);

/// Words of a line with the white space before each.
fn split(line: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut out = Vec::new();
    let mut at = 0;
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
            out.push((
                line[at..at + blank].to_vec(),
                line[at + blank..at + blank + word].to_vec(),
            ));
        }
        at += blank + word;
    }
    out
}

/// A place in a neighbouring line that was padded.
struct Padded {
    /// The word behind it.
    word: Vec<u8>,
    /// Its number on the line.
    index: usize,
    column: usize,
    gap: Vec<u8>,
}

fn padded(line: &[u8]) -> Vec<Padded> {
    let mut column = 0;
    let mut out = Vec::new();
    for (index, (gap, word)) in split(line).into_iter().enumerate() {
        let begin = width(&gap, column);
        column = width(&word, begin);
        if index > 0 && (gap.len() > 1 || gap == b"\t") {
            out.push(Padded {
                word,
                index,
                column: begin,
                gap,
            });
        }
    }
    out
}

/// Signs that are set under each other: the kind of a word that padding goes before.
fn kind(word: &[u8]) -> u8 {
    match word.first() {
        Some(b'/') if word.starts_with(b"/*") || word.starts_with(b"//") => 1,
        Some(b'=') => 2,
        Some(b'\\') => 3,
        Some(b':') => 4,
        _ => 0,
    }
}

/// Ways to set `words` behind `lead`, from the lines beside it (nearest first; `replaced` are removed lines).
pub(in crate::repair) fn inner(
    lead: &[u8],
    words: &[Vec<u8>],
    replaced: &[&[u8]],
    beside: &[&[u8]],
) -> Vec<Gaps> {
    let single: Vec<Vec<u8>> = vec![b" ".to_vec(); words.len().saturating_sub(1)];
    if words.len() < 2 {
        return vec![(0, single)];
    }
    let mut out: Vec<Gaps> = Vec::new();
    let copied = copied(words, replaced, beside);
    let aligned = aligned(lead, words, replaced, beside);
    let has_copied = copied
        .iter()
        .any(|gap| gap.as_deref().is_some_and(|gap| gap != b" "));
    if !aligned.is_empty() || has_copied {
        let mut best = single.clone();
        for (slot, gap) in best.iter_mut().zip(&copied) {
            if let Some(gap) = gap {
                slot.clone_from(gap);
            }
        }
        out.push((if has_copied { 0 } else { 2 }, best.clone()));
        for (at, cost, gap) in &aligned {
            let mut one = best.clone();
            one[*at].clone_from(gap);
            refit(lead, words, &mut one, *at, beside);
            out.push((*cost, one));
        }
        if let [(first, cost, gap), rest @ ..] = aligned.as_slice()
            && let Some((second, other, more)) = rest.iter().find(|(at, _, _)| at > first)
        {
            let mut both = best.clone();
            both[*first].clone_from(gap);
            both[*second].clone_from(more);
            refit(lead, words, &mut both, *first, beside);
            out.push((cost + other, both));
        }
    }
    out.push((
        if has_copied {
            3
        } else if aligned.is_empty() {
            0
        } else {
            2
        },
        single.clone(),
    ));
    guesses(lead, words, &single, &mut out);
    out.sort_by_key(|(cost, _)| *cost);
    let mut seen: Vec<Vec<Vec<u8>>> = Vec::new();
    out.retain(|(_, gaps)| {
        let new = !seen.contains(gaps);
        if new {
            seen.push(gaps.clone());
        }
        new
    });
    out
}

/// Padding behind a padded place moves with it.
fn refit(lead: &[u8], words: &[Vec<u8>], gaps: &mut [Vec<u8>], from: usize, beside: &[&[u8]]) {
    let last = words.len() - 1;
    if kind(&words[last]) != 3 || from + 1 == last {
        return;
    }
    if let Some(target) = beside
        .iter()
        .flat_map(|line| padded(line))
        .find(|place| kind(&place.word) == 3)
    {
        let column = column_before(lead, words, gaps, last);
        if let Some(gap) = pad_to(column, target.column) {
            gaps[last - 1] = gap;
        }
    }
}

/// The column behind word `at - 1`.
fn column_before(lead: &[u8], words: &[Vec<u8>], gaps: &[Vec<u8>], at: usize) -> usize {
    let mut column = width(lead, 0);
    for index in 0..at {
        if index > 0 {
            column = width(&gaps[index - 1], column);
        }
        column = width(&words[index], column);
    }
    column
}

/// White space between the same two words elsewhere.
fn copied(words: &[Vec<u8>], replaced: &[&[u8]], beside: &[&[u8]]) -> Vec<Option<Vec<u8>>> {
    let old: Vec<Vec<(Vec<u8>, Vec<u8>)>> = replaced
        .iter()
        .chain(beside.iter().take(6))
        .map(|line| split(line))
        .collect();
    words
        .windows(2)
        .enumerate()
        .map(|(index, pair)| {
            let pairs = || old.iter().flat_map(|line| line.windows(2).enumerate());
            let exact = pairs().find(|(_, two)| two[0].1 == pair[0] && two[1].1 == pair[1]);
            // A comment's star keeps its distance to the text.
            let star = pair[0] == b"*" && index == 0;
            exact.map(|(_, two)| two[1].0.clone()).or_else(|| {
                let stars = || {
                    beside
                        .iter()
                        .map(|line| split(line))
                        .filter(|line| line.len() > 1 && line[0].1 == b"*")
                };
                star.then(|| stars().next().map(|line| line[1].0.clone()))
                    .flatten()
            })
        })
        .collect()
}

/// Places of this line that may stand under padded places of lines beside: (gap, cost, white space).
fn aligned(
    lead: &[u8],
    words: &[Vec<u8>],
    replaced: &[&[u8]],
    beside: &[&[u8]],
) -> Vec<(usize, u32, Vec<u8>)> {
    let single: Vec<Vec<u8>> = vec![b" ".to_vec(); words.len() - 1];
    let mut out: Vec<(usize, u32, Vec<u8>)> = Vec::new();
    for (distance, line) in replaced.iter().chain(beside.iter().take(8)).enumerate() {
        let far = u32::try_from(distance / 3).unwrap_or(3);
        for place in padded(line) {
            let wanted = kind(&place.word);
            for at in 1..words.len() {
                let fits = if wanted > 0 {
                    kind(&words[at]) == wanted
                } else {
                    at == place.index && kind(&words[at]) == 0
                };
                if !fits {
                    continue;
                }
                let column = column_before(lead, words, &single, at);
                let tabbed = place.gap.contains(&b'\t');
                let gap = match pad_to(column, place.column) {
                    Some(gap) if tabbed => gap,
                    Some(gap) => vec![b' '; width(&gap, column) - column],
                    None => place.gap.clone(),
                };
                let same_count = split(line).len() == words.len();
                let cost = far + if wanted > 0 || same_count { 0 } else { 2 };
                if !out
                    .iter()
                    .any(|(known, _, before)| *known == at - 1 && *before == gap)
                {
                    out.push((at - 1, cost, gap.clone()));
                    if gap.len() > 1 || gap == b" " {
                        out.push((at - 1, cost + 3, place.gap));
                    }
                }
                break;
            }
        }
    }
    out.sort_by_key(|(_, cost, _)| *cost);
    out.truncate(6);
    out
}

/// What authors do without an example beside.
fn guesses(lead: &[u8], words: &[Vec<u8>], single: &[Vec<u8>], out: &mut Vec<Gaps>) {
    let mut with = |at: usize, cost: u32, gap: &[u8]| {
        let mut one = single.to_vec();
        one[at] = gap.to_vec();
        out.push((cost, one));
    };
    let last = words.len() - 1;
    if words[0] == b"#define" && words.len() > 2 {
        with(1, 3, b"\t");
        with(1, 4, b"\t\t");
        with(1, 5, b"\t\t\t");
        with(0, 5, b"\t");
    }
    if words[last] == b"\\" {
        let column = column_before(lead, words, single, last);
        for target in [72, 64, 56, 48, 40] {
            if let Some(gap) = pad_to(column, target) {
                with(last - 1, 3 + u32::from(target != 72), &gap);
            }
        }
        with(last - 1, 3, b"\t");
    }
    let ends = words[last].ends_with(b";") || words[last].ends_with(b",");
    if words.len() <= 4 && ends && lead.len() == 1 {
        for count in 1..=4 {
            with(last - 1, 5 + count, &vec![b'\t'; count as usize]);
        }
    }
    if let Some(at) = words
        .iter()
        .position(|word| word.starts_with(b"/*"))
        .filter(|&at| at > 0)
    {
        with(at - 1, 3, b"\t");
        with(at - 1, 4, b"\t\t");
        with(at - 1, 6, b"\t\t\t");
    }
    if let Some(at) = words
        .iter()
        .position(|word| word == b"=")
        .filter(|&at| at == 1 && words[0].starts_with(b"."))
    {
        with(at - 1, 4, b"\t");
        with(at - 1, 5, b"\t\t");
        with(at - 1, 6, b"\t\t\t");
    }
    if words[0] == b"*" && words.len() > 1 {
        with(0, 5, b"   ");
        with(0, 5, b"\t");
        with(0, 6, b"  ");
    }
    // Sentences of some authors end with two blanks.
    let full_stop: Vec<usize> = (1..words.len())
        .filter(|&at| words[at - 1].ends_with(b".") && words[at][0].is_ascii_uppercase())
        .collect();
    if !full_stop.is_empty() {
        let mut wide = single.to_vec();
        for at in full_stop {
            wide[at - 1] = b"  ".to_vec();
        }
        out.push((4, wide));
    }
}
