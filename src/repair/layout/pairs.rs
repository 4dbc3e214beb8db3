//! In: a file. Out: the words between which it leaves more than a blank, so that added lines repeat its slips.

use super::super::image::words as words_of;
use super::model::model;
use super::parts::Parts;
use std::collections::{HashMap, HashSet};

/// Pairs of words with odd white space between.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Pairs {
    odd: HashMap<(Vec<u8>, Vec<u8>), Odd>,
    /// White space at the begin of strings, by the word that opens them, and how often.
    opening: HashMap<Vec<u8>, HashMap<Vec<u8>, u32>>,
}

/// How a pair is set.
#[derive(Clone, Debug)]
struct Odd {
    gap: Vec<u8>,
    count: u32,
    /// How often with one blank.
    single: u32,
}

impl Pairs {
    /// Collects them over `lines`; places that are set under others are left out, a column being no slip.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self::default();
        let wide = |line: &&&[u8]| memchr::memmem::find(line.trim_ascii(), b"  ").is_some();
        for model in lines.iter().filter(wide).filter_map(|line| model(line)) {
            for (first, second, gap) in model.pairs {
                if gap.iter().all(|&byte| byte == b' ') {
                    let none = Odd {
                        gap,
                        count: 0,
                        single: 0,
                    };
                    out.odd.entry((first, second)).or_insert(none).count += 1;
                }
            }
        }
        if !out.odd.is_empty() {
            out.weigh(lines);
        }
        out.open(lines);
        out
    }

    /// Counts with what strings begin.
    fn open(&mut self, lines: &[&[u8]]) {
        for line in lines {
            let mut words = words_of(line).peekable();
            while let (Some(word), Some(next)) = (words.next(), words.peek()) {
                if Parts::opens_string(word) {
                    let offset = |word: &[u8]| word.as_ptr() as usize - line.as_ptr() as usize;
                    let gap = line[offset(word) + word.len()..offset(next)].to_vec();
                    let seen = self.opening.entry(word.to_vec()).or_default();
                    *seen.entry(gap).or_default() += 1;
                }
            }
        }
    }

    /// What most of the file's strings begin with that this word opens, if that is not one blank.
    pub(super) fn opening(&self, word: &[u8]) -> Option<&[u8]> {
        let seen = self.opening.get(word)?;
        let (gap, count) = seen
            .iter()
            .max_by_key(|(gap, count)| (**count, gap.len()))?;
        let all: u32 = seen.values().sum();
        (gap != b" " && count * 2 > all && all > 1).then_some(gap.as_slice())
    }

    /// Counts how often the file sets them with one blank.
    fn weigh(&mut self, lines: &[&[u8]]) {
        let mut single: HashMap<(Vec<u8>, Vec<u8>), u32> = HashMap::new();
        let firsts: HashSet<Vec<u8>> = self.odd.keys().map(|(first, _)| first.clone()).collect();
        for line in lines {
            let mut before: Option<&[u8]> = None;
            for word in line.trim_ascii().split(u8::is_ascii_whitespace) {
                if let Some(first) = before.filter(|first| firsts.contains(*first)) {
                    *single.entry((first.to_vec(), word.to_vec())).or_default() += 1;
                }
                before = Some(word).filter(|word| !word.is_empty());
            }
        }
        for (pair, odd) in &mut self.odd {
            odd.single = single.get(pair).copied().unwrap_or(0);
        }
    }

    /// The odd white space that the file leaves between two words, if it does; and whether mostly.
    pub(super) fn between(&self, first: &[u8], second: &[u8]) -> Option<(&[u8], bool)> {
        if self.odd.is_empty() {
            return None;
        }
        let odd = self.odd.get(&(first.to_vec(), second.to_vec()))?;
        let mostly = odd.count > odd.single.max(1);
        (odd.single < odd.count * 8).then_some((odd.gap.as_slice(), mostly))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_a_slip_that_a_file_makes_more_often_than_not() {
        let lines: Vec<&[u8]> = vec![
            b"int f(struct a *b,  void *c);",
            b"int g(struct a *b,  void *c);",
            b"int h(struct a *b, void *c);",
            b"\tx =  y;",
            b"\tx = y;",
            b"\ta = b;",
            b"\treturn  0;",
            b"\treturn 0;",
        ];
        let pairs = Pairs::of(&lines);
        assert_eq!(pairs.between(b"*b,", b"void"), Some((&b"  "[..], true)));
        assert_eq!(pairs.between(b"=", b"y;"), Some((&b"  "[..], false)));
        assert_eq!(pairs.between(b"return", b"0;"), Some((&b"  "[..], false)));
        assert_eq!(pairs.between(b"struct", b"a"), None);
    }

    #[test]
    fn strings_begin_as_most_of_them_do() {
        let lines: Vec<&[u8]> = vec![
            b"\tsay(\"  one\");",
            b"\tsay(\"  two\");",
            b"\tsay(\" three\");",
            b"\ttell(\" one\");",
            b"\ttell(\" two\");",
        ];
        let pairs = Pairs::of(&lines);
        assert_eq!(pairs.opening(b"say(\""), Some(&b"  "[..]));
        assert_eq!(pairs.opening(b"tell(\""), None);
    }
}
