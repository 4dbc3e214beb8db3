//! In: a line. Out: its words and white space apart, and the same words set otherwise, far from any rule.

use super::comments::{is_item, other_stops};
use super::slots::{Slot, class, slots};
use super::stars::stars;
use super::ways::{Kind, Way};
use super::width::{pad_to, width};
use crate::repair::image::words as words_of;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A line taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::repair) struct Parts {
    pub(super) lead: Vec<u8>,
    pub(super) words: Vec<Vec<u8>>,
    /// White space before each word but the first.
    pub(super) gaps: Vec<Vec<u8>>,
    /// White space at the end.
    tail: Vec<u8>,
}

/// Tabs that a line begins with at most, and blanks behind them.
const TABS: usize = 9;
const BLANKS: usize = 8;
/// Words of a line behind which a tab is tried.
const NAMES: usize = 12;
/// Columns that are tried for what stands under each other.
const COLUMNS: std::ops::RangeInclusive<usize> = 2..=11;

impl Parts {
    /// Takes a line apart.
    pub(in crate::repair) fn of(text: &[u8]) -> Self {
        let mut out = Self {
            lead: Vec::new(),
            words: Vec::new(),
            gaps: Vec::new(),
            tail: Vec::new(),
        };
        let mut at = 0;
        for word in words_of(text) {
            let begin = word.as_ptr() as usize - text.as_ptr() as usize;
            let white = text[at..begin].to_vec();
            if out.words.is_empty() {
                out.lead = white;
            } else {
                out.gaps.push(white);
            }
            out.words.push(word.to_vec());
            at = begin + word.len();
        }
        out.tail = text[at..].to_vec();
        out
    }

    /// Puts it together.
    pub(in crate::repair) fn text(&self) -> Vec<u8> {
        self.set(None, None)
    }

    /// The line with every other white space at its begin, and with every other between two of its words.
    pub(in crate::repair) fn anywhere(&self) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        if !self.lead.is_empty() {
            out.extend(leads().map(|lead| self.set(Some(&lead), None)));
        }
        for at in 0..self.gaps.len() {
            let tabs = (1..=6).map(|count| vec![b'\t'; count]);
            let blanks = (1..=8).map(|count| vec![b' '; count]);
            for gap in tabs.chain(blanks).chain([b" \t".to_vec()]) {
                out.push(self.with(at, &gap));
            }
        }
        out
    }

    /// The line with two blanks in place of one, at each place.
    pub(in crate::repair) fn slips(&self) -> Vec<Vec<u8>> {
        let named = self.slips_named().into_iter();
        named.map(|(_, text)| text).collect()
    }

    /// The line with another white space at its begin, or before a word.
    pub(super) fn set(&self, lead: Option<&[u8]>, gap: Option<(usize, &[u8])>) -> Vec<u8> {
        let mut out = lead.unwrap_or(&self.lead).to_vec();
        for (index, word) in self.words.iter().enumerate() {
            if let Some(before) = index.checked_sub(1) {
                out.extend_from_slice(match gap {
                    Some((at, gap)) if at == before => gap,
                    _ => &self.gaps[before],
                });
            }
            out.extend_from_slice(word);
        }
        out.extend_from_slice(&self.tail);
        out
    }

    pub(super) fn with(&self, at: usize, gap: &[u8]) -> Vec<u8> {
        self.set(None, Some((at, gap)))
    }

    /// What sort of line it is: lines of one sort that follow each other belong together.
    pub(in crate::repair) fn sort(&self) -> u8 {
        let words = self.borrowed();
        match words.get(1) {
            None if self.is_star() => 100,
            Some(word) if self.is_star() && is_item(word) => 101,
            _ if words.is_empty() => 102,
            _ => class(&words) as u8,
        }
    }

    /// Does a string begin before the place behind that word, and nothing of it stand there yet?
    pub(in crate::repair) fn opens_string(word: &[u8]) -> bool {
        word.ends_with(b"\"") && word.iter().filter(|&&byte| byte == b'"').count() % 2 == 1
    }

    /// The words before and behind each place where two blanks stand in place of one, with the line then.
    pub(in crate::repair) fn slips_named(&self) -> Vec<(Pair, Vec<u8>)> {
        let single = (0..self.gaps.len()).filter(|&at| self.gaps[at] == b" ");
        single
            .map(|at| {
                let pair = (self.words[at].clone(), self.words[at + 1].clone());
                (pair, self.with(at, b"  "))
            })
            .collect()
    }

    /// The names behind which one blank stands, with the line where that is a tab.
    pub(in crate::repair) fn tabbed(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        if self.is_star() {
            return Vec::new();
        }
        let near = 0..self.gaps.len().min(NAMES);
        let single = near.filter(|&at| self.gaps[at] == b" ");
        let mut out: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for at in single {
            // Once a line: what is set under something is so but at one place.
            let name =
                name(&self.words[at]).filter(|name| out.iter().all(|(known, _)| known != name));
            out.extend(name.map(|name| (name.to_vec(), self.with(at, b"\t"))));
        }
        out
    }

    /// A digest of the words.
    pub(in crate::repair) fn digest(&self) -> u64 {
        let mut key = DefaultHasher::new();
        self.words.hash(&mut key);
        key.finish()
    }

    /// Is it a comment's line without text?
    pub(in crate::repair) fn is_bare_star(&self) -> bool {
        self.is_star() && self.words.len() == 1
    }

    fn is_star(&self) -> bool {
        self.words.first().is_some_and(|word| word == b"*")
    }

    pub(super) fn borrowed(&self) -> Vec<&[u8]> {
        self.words.iter().map(Vec::as_slice).collect()
    }

    /// The column behind the word before word `at`.
    pub(super) fn column(&self, at: usize) -> usize {
        let mut column = width(&self.lead, 0);
        for index in 0..at {
            if index > 0 {
                column = width(&self.gaps[index - 1], column);
            }
            column = width(&self.words[index], column);
        }
        column
    }

    /// Lines that follow each other, all set otherwise in one way: each outcome has as many lines as came in.
    pub(in crate::repair) fn alike(lines: &[&Self]) -> Vec<Alike> {
        let mut out = Vec::new();
        if lines.iter().all(|line| line.is_star()) {
            stars(lines, &mut out);
        } else {
            shifted(lines, &mut out);
        }
        stops(lines, &mut out);
        columns(lines, &mut out);
        out
    }
}

/// The variable or member that a word ends with, if it is no plain one.
fn name(word: &[u8]) -> Option<&[u8]> {
    let sign = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"_->.".contains(byte));
    let begin = word.iter().rposition(sign).map_or(0, |at| at + 1);
    let name = &word[begin..];
    name.contains(&b'>').then_some(name)
}

/// Words that follow each other.
pub(in crate::repair) type Pair = (Vec<u8>, Vec<u8>);

/// Texts of lines.
type Texts = Vec<Vec<u8>>;

/// Lines set otherwise in one way: what that way is, and their texts.
pub(in crate::repair) type Alike = (Way, Texts);

/// White space that a line can begin with.
fn leads() -> impl Iterator<Item = Vec<u8>> {
    (0..=TABS).flat_map(|tabs| {
        (0..BLANKS).filter_map(move |blanks| {
            let mut lead = vec![b'\t'; tabs];
            lead.resize(tabs + blanks, b' ');
            (!lead.is_empty()).then_some(lead)
        })
    })
}

/// Lines further in or out.
fn shifted(lines: &[&Parts], out: &mut Vec<Alike>) {
    if lines.iter().any(|line| line.lead.is_empty()) {
        return;
    }
    let mut with = |way: Way, set: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
        let moved: Option<Texts> = lines
            .iter()
            .map(|line| {
                let lead = set(&line.lead).filter(|lead| !lead.is_empty())?;
                Some(line.set(Some(&lead), None))
            })
            .collect();
        out.extend(moved.map(|texts| (way, texts)));
    };
    for count in 1..=3 {
        let tabs = vec![b'\t'; count];
        with(Way::new(Kind::Tabs, count * 2), &|lead| {
            Some([tabs.as_slice(), lead].concat())
        });
        with(Way::new(Kind::Tabs, count * 2 + 1), &|lead| {
            lead.strip_prefix(tabs.as_slice()).map(<[u8]>::to_vec)
        });
    }
    for count in 1..=8 {
        let blanks = vec![b' '; count];
        with(Way::new(Kind::Blanks, count * 2), &|lead| {
            Some([lead, blanks.as_slice()].concat())
        });
        with(Way::new(Kind::Blanks, count * 2 + 1), &|lead| {
            lead.strip_suffix(blanks.as_slice()).map(<[u8]>::to_vec)
        });
    }
    // Blanks for a tab, and the other way round.
    with(Way::new(Kind::Blanks, 0), &|lead| {
        Some(vec![b' '; width(lead, 0)])
    });
    with(Way::new(Kind::Tabs, 0), &|lead| {
        Some(vec![b'\t'; width(lead, 0).div_ceil(8)])
    });
    if lines.len() > 1 && lines.iter().all(|line| line.lead == lines[0].lead) {
        // Lines that go on together.
        for (number, lead) in leads().enumerate() {
            with(Way::new(Kind::Lead, number), &|_| Some(lead.clone()));
        }
    }
}

/// Two blanks behind all full stops, or one.
fn stops(lines: &[&Parts], out: &mut Vec<Alike>) {
    for wide in [false, true] {
        let set = |line: &&Parts| {
            let single = |gap: &Vec<u8>| match gap.as_slice() {
                b"  " => b" ".to_vec(),
                _ => gap.clone(),
            };
            let flat: Vec<Vec<u8>> = line.gaps.iter().map(single).collect();
            let stopped = other_stops(&line.words, &flat).filter(|_| wide);
            Parts {
                gaps: stopped.unwrap_or(flat),
                ..(*line).clone()
            }
            .text()
        };
        out.push((
            Way::new(Kind::Stops, usize::from(wide)),
            lines.iter().map(set).collect(),
        ));
    }
}

/// What stands under each other, at other columns, or not under each other.
fn columns(lines: &[&Parts], out: &mut Vec<Alike>) {
    let places: Vec<Vec<(Slot, usize)>> =
        lines.iter().map(|line| slots(&line.borrowed())).collect();
    let mut known: Vec<Slot> = places
        .iter()
        .flatten()
        .map(|(slot, _)| *slot)
        .filter(|slot| !matches!(slot, Slot::StarText | Slot::DocName | Slot::Cell(_)))
        .collect();
    known.sort();
    known.dedup();
    for slot in known {
        let at = |row: usize| {
            let found = places[row].iter().find(|(known, _)| *known == slot);
            found.map(|(_, at)| *at)
        };
        let mut with =
            |kind: Kind, number: usize, set: &dyn Fn(&Parts, usize) -> Option<Vec<u8>>| {
                let way = Way {
                    kind,
                    slot: Some(slot),
                    number,
                };
                let other = lines.iter().enumerate().map(|(row, line)| match at(row) {
                    Some(at) => line.with(at - 1, &set(line, at).unwrap_or_else(|| b" ".to_vec())),
                    None => line.text(),
                });
                out.push((way, other.collect()));
            };
        let gaps = [&b" "[..], b"\t", b"  ", b"\t\t", b"\t\t\t"];
        for (number, gap) in gaps.iter().enumerate() {
            with(Kind::Gap, number, &|_, _| Some(gap.to_vec()));
        }
        for stop in COLUMNS {
            with(Kind::Column, stop, &|line, at| {
                pad_to(line.column(at), stop * 8)
            });
        }
        let longest = lines
            .iter()
            .enumerate()
            .filter_map(|(row, line)| at(row).map(|at| line.column(at)))
            .max()
            .unwrap_or(0);
        for more in 1..=2 {
            with(Kind::Longest, more, &|line, at| {
                Some(vec![b' '; longest + more - line.column(at)])
            });
        }
        // As an editor does that writes no tabs.
        for more in 1..=3 {
            let stop = longest / 8 * 8 + more * 8;
            with(Kind::Blank, more, &|line, at| {
                Some(vec![b' '; stop - line.column(at)])
            });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every way in which some lines can be set together, each as one text.
    pub(in super::super) fn alike(lines: &[&str]) -> Vec<String> {
        let parts: Vec<Parts> = lines
            .iter()
            .map(|line| Parts::of(line.as_bytes()))
            .collect();
        let text = |text: &Vec<u8>| String::from_utf8(text.clone()).expect("ASCII in, ASCII out");
        Parts::alike(&parts.iter().collect::<Vec<_>>())
            .iter()
            .map(|(_, lines)| lines.iter().map(text).collect::<Vec<_>>().join("\n"))
            .collect()
    }

    #[test]
    fn takes_apart_what_it_puts_together() {
        for text in ["", "x", "\t x  = y;\t/* z */ ", " *\t@a: b", "   "] {
            assert_eq!(Parts::of(text.as_bytes()).text(), text.as_bytes());
        }
    }

    #[test]
    fn finds_slips_and_habits() {
        assert_eq!(
            Parts::of(b"\treturn -EINVAL;").slips(),
            [b"\treturn  -EINVAL;"]
        );
        assert!(alike(&["\tu32 a;", "\tu32 b;"]).contains(&"\tu32  a;\n\tu32  b;".to_owned()));
        assert!(alike(&[" * a b", " *", " * c"]).contains(&" *   a b\n *\n *   c".to_owned()));
        assert!(
            alike(&["\t.a = 1,", "\t.long = 2,"]).contains(&"\t.a\t= 1,\n\t.long\t= 2,".to_owned())
        );
        let blanks = "\t.a      = 1,\n\t.long   = 2,".to_owned();
        assert!(alike(&["\t.a = 1,", "\t.long = 2,"]).contains(&blanks));
        let far = Parts::of(b"\t{ return 0; }").anywhere();
        assert!(far.contains(&b"\t\t\t\t\t\t\t{ return 0; }".to_vec()));
    }

    #[test]
    fn a_tab_is_set_behind_members_only() {
        let line = Parts::of(b"\tif (one->two && three && one->two == x)");
        let name = b"one->two".to_vec();
        let text = b"\tif (one->two\t&& three && one->two == x)".to_vec();
        assert_eq!(line.tabbed(), [(name, text)]);
        assert!(Parts::opens_string(b"say(\"") && !Parts::opens_string(b"\"\""));
    }
}
