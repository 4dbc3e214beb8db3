//! In: a file's lines. Out: every place where a run of wanted lines stands, within a bounded amount of work.

use super::lines::Lines;
use crate::diff::Line;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::ops::Range;

/// Line comparisons that the searches of one file may make; a kernel file's whole patch takes a few thousand.
pub(super) const BUDGET: u64 = 50_000_000;

/// What is left of the work that searching one file may cost.
pub(super) struct Fuel(Cell<u64>);

impl Fuel {
    pub(super) fn new(units: u64) -> Self {
        Self(Cell::new(units))
    }

    /// Takes `units`, or what there is; says whether there was enough.
    pub(super) fn burn(&self, units: usize) -> bool {
        let left = self.0.get();
        let units = units as u64;
        self.0.set(left.saturating_sub(units));
        left >= units
    }

    /// Says whether a search has had to stop.
    pub(super) fn is_spent(&self) -> bool {
        self.0.get() == 0
    }
}

/// A number that stands for a line's content; equal numbers are equal lines.
pub(super) type Key = u32;

/// How two lines are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Equality {
    /// Byte for byte.
    Exact,
    /// Byte for byte, all white space and a byte order mark left out.
    Loose,
}

impl Equality {
    fn view<'t>(self, text: &'t [u8]) -> Cow<'t, [u8]> {
        match self {
            Self::Exact => Cow::Borrowed(text),
            Self::Loose => {
                let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
                Cow::Owned(
                    text.iter()
                        .copied()
                        .filter(|byte| !byte.is_ascii_whitespace())
                        .collect(),
                )
            }
        }
    }
}

/// A file's lines as keys, with the places of each key.
pub(super) struct Index<'a> {
    equality: Equality,
    numbers: HashMap<Cow<'a, [u8]>, Key>,
    keys: Vec<Key>,
    /// Places of key `k`: `places[starts[k]..starts[k + 1]]`, ascending.
    starts: Vec<u32>,
    places: Vec<u32>,
    /// The key of a last line that has no line feed: it equals no line that has one.
    unended: Option<Key>,
}

impl<'a> Index<'a> {
    /// Reads every line once.
    pub(super) fn new(lines: &Lines<'a>, equality: Equality) -> Self {
        let mut numbers: HashMap<Cow<'a, [u8]>, Key> = HashMap::new();
        let mut keys = Vec::with_capacity(lines.len());
        let ended = lines.len() - usize::from(lines.lacks_last_newline());
        for at in 0..ended {
            let next = numbers.len() as Key;
            keys.push(*numbers.entry(equality.view(lines.text(at))).or_insert(next));
        }
        let mut kinds = numbers.len();
        let unended = (ended < lines.len()).then(|| {
            kinds += 1;
            kinds as Key - 1
        });
        keys.extend(unended);
        if unended.is_some() {
            numbers.insert(
                Cow::Owned(unended_name(&equality.view(lines.text(ended)))),
                kinds as Key - 1,
            );
        }
        let (starts, places) = postings(&keys, kinds);
        Self {
            equality,
            numbers,
            keys,
            starts,
            places,
            unended,
        }
    }

    /// Gives the key of a hunk's line, `None` where the file has no such line.
    pub(super) fn key(&self, line: &Line) -> Option<Key> {
        let view = self.equality.view(&line.text);
        if line.newline {
            return self
                .numbers
                .get(view.as_ref())
                .copied()
                .filter(|key| Some(*key) != self.unended);
        }
        self.numbers
            .get(unended_name(&view).as_slice())
            .copied()
            .filter(|key| Some(*key) == self.unended)
    }

    /// Gives the places of one key, ascending.
    pub(super) fn places(&self, key: Key) -> &[u32] {
        &self.places[self.starts[key as usize] as usize..self.starts[key as usize + 1] as usize]
    }

    /// Finds every place inside `within` where `wanted` stands whole, ascending. Empty when the fuel runs out.
    pub(super) fn find(&self, wanted: &[&Line], within: Range<usize>, fuel: &Fuel) -> Vec<usize> {
        let mut needle = Vec::with_capacity(wanted.len());
        for line in wanted {
            let Some(key) = self.key(line) else {
                return Vec::new();
            };
            needle.push(key);
        }
        let within = within.start..within.end.min(self.keys.len());
        if needle.is_empty() || within.start + needle.len() > within.end {
            return Vec::new();
        }
        let rarest = (0..needle.len())
            .min_by_key(|at| self.places(needle[*at]).len())
            .expect("the needle is not empty");
        let places = self.places(needle[rarest]);
        // Every line alike would make checking each place quadratic; the automaton never looks back.
        if places.len().saturating_mul(needle.len()) > self.keys.len() + 64 {
            if !fuel.burn(within.len() + needle.len()) {
                return Vec::new();
            }
            let found = automaton(&self.keys, &needle, within);
            // Choosing among places costs more than finding one.
            fuel.burn(4 * found.len());
            return found;
        }
        if !fuel.burn(places.len() * needle.len() + 1) {
            return Vec::new();
        }
        places
            .iter()
            .filter_map(|place| (*place as usize).checked_sub(rarest))
            .filter(|start| *start >= within.start && start + needle.len() <= within.end)
            .filter(|start| self.keys[*start..start + needle.len()] == needle[..])
            .collect()
    }
}

/// Names a line without a line feed apart from all that have one (no such line holds a line feed).
fn unended_name(view: &[u8]) -> Vec<u8> {
    let mut name = view.to_vec();
    name.push(b'\n');
    name
}

fn postings(keys: &[Key], kinds: usize) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; kinds + 1];
    for key in keys {
        starts[*key as usize + 1] += 1;
    }
    for at in 0..kinds {
        starts[at + 1] += starts[at];
    }
    let mut next = starts.clone();
    let mut places = vec![0_u32; keys.len()];
    for (at, key) in keys.iter().enumerate() {
        places[next[*key as usize] as usize] = at as u32;
        next[*key as usize] += 1;
    }
    (starts, places)
}

/// Knuth, Morris and Pratt's search: linear whatever repeats.
fn automaton(keys: &[Key], needle: &[Key], within: Range<usize>) -> Vec<usize> {
    let mut border = vec![0_usize; needle.len()];
    for at in 1..needle.len() {
        let mut length = border[at - 1];
        while length > 0 && needle[at] != needle[length] {
            length = border[length - 1];
        }
        border[at] = length + usize::from(needle[at] == needle[length]);
    }
    let mut found = Vec::new();
    let mut matched = 0;
    for at in within {
        while matched > 0 && (matched == needle.len() || keys[at] != needle[matched]) {
            matched = border[matched - 1];
        }
        matched += usize::from(keys[at] == needle[matched]);
        if matched == needle.len() {
            found.push(at + 1 - matched);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::LineKind;
    use proptest::prelude::*;

    fn wanted(texts: &[&str]) -> Vec<Line> {
        texts
            .iter()
            .map(|text| Line {
                kind: LineKind::Context,
                text: text.trim_end_matches('$').into(),
                newline: !text.ends_with('$'),
            })
            .collect()
    }

    fn find(file: &str, texts: &[&str], equality: Equality) -> Vec<usize> {
        let lines = Lines::new(file.as_bytes());
        let wanted = wanted(texts);
        let wanted: Vec<&Line> = wanted.iter().collect();
        Index::new(&lines, equality).find(&wanted, 0..lines.len(), &Fuel::new(BUDGET))
    }

    #[test]
    fn finds_all_places_and_tells_line_ends_apart() {
        assert_eq!(
            find("a\nb\na\nb\na\n", &["a", "b"], Equality::Exact),
            [0, 2]
        );
        assert_eq!(
            find("a\na\na\na\n", &["a", "a"], Equality::Exact),
            [0, 1, 2]
        );
        assert_eq!(find("x\na", &["a"], Equality::Exact), [0; 0]);
        assert_eq!(find("a\na", &["a$"], Equality::Exact), [1]);
        assert_eq!(find("\tif (x)\r\n", &["if(x)"], Equality::Loose), [0]);
        assert_eq!(find("\u{feff}int a;\n", &["int a;"], Equality::Loose), [0]);
    }

    #[test]
    fn a_repetitive_file_costs_linear_work() {
        let file = "x\n".repeat(200_000);
        let needle = vec!["x"; 50_000];
        assert_eq!(find(&file, &needle, Equality::Exact).len(), 150_001);
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_search(file in "[ab\n]{0,60}", needle in prop::collection::vec("[ab]{0,2}", 1..5)) {
            let lines = Lines::new(file.as_bytes());
            let plain: Vec<usize> = (0..lines.len())
                .filter(|start| {
                    start + needle.len() <= lines.len()
                        && needle.iter().enumerate().all(|(at, text)| {
                            lines.text(start + at) == text.as_bytes() && lines.has_newline(start + at)
                        })
                })
                .collect();
            let texts: Vec<&str> = needle.iter().map(String::as_str).collect();
            prop_assert_eq!(find(&file, &texts, Equality::Exact), plain);
        }
    }
}
