//! In: a file. Out: the white space of its lines by their words, for lines that are moved or written once more.

use super::super::image::words as words_of;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// White space between words, and how many lines have it.
type Seen = Vec<(Vec<Vec<u8>>, u32)>;

/// Lines by their words.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Twins {
    seen: HashMap<u64, Seen>,
}

fn digest<'w>(words: impl Iterator<Item = &'w [u8]>) -> u64 {
    let mut key = DefaultHasher::new();
    for word in words {
        word.hash(&mut key);
    }
    key.finish()
}

impl Twins {
    /// Collects `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self::default();
        for line in lines {
            let words: Vec<&[u8]> = words_of(line).collect();
            if words.len() < 2 {
                continue;
            }
            let seen = out.seen.entry(digest(words.iter().copied())).or_default();
            let end = |word: &[u8]| word.as_ptr() as usize - line.as_ptr() as usize + word.len();
            let gaps = words.windows(2).map(|pair| {
                let (from, to) = (end(pair[0]), end(pair[1]) - pair[1].len());
                &line[from..to]
            });
            let same = |(known, _): &&mut (Vec<Vec<u8>>, u32)| {
                known.iter().map(Vec::as_slice).eq(gaps.clone())
            };
            match seen.iter_mut().find(same) {
                Some((_, count)) => *count += 1,
                None => seen.push((gaps.map(<[u8]>::to_vec).collect(), 1)),
            }
        }
        out
    }

    /// The white space between just these words, as most of the lines have it that hold no others, and whether all do.
    pub(in crate::repair) fn gaps(&self, words: &[Vec<u8>]) -> Option<(&[Vec<u8>], bool)> {
        let seen = self.seen.get(&digest(words.iter().map(Vec::as_slice)))?;
        let most = seen.iter().max_by_key(|(_, count)| *count)?;
        // Words that only look alike by their digest are of another number.
        (most.0.len() + 1 == words.len()).then_some((most.0.as_slice(), seen.len() == 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_moved_keeps_its_white_space() {
        let lines: Vec<&[u8]> = vec![b" *\tAll of it", b"\tint\t\tx;", b"\tint x;", b"int x;"];
        let twins = Twins::of(&lines);
        let gaps = |text: &str| {
            let words: Vec<Vec<u8>> = text.split(' ').map(|word| word.into()).collect();
            twins.gaps(&words).map(|(gaps, all)| (gaps.to_vec(), all))
        };
        let want = |gaps: &[&[u8]], all| {
            let gaps: Vec<Vec<u8>> = gaps.iter().map(|gap| gap.to_vec()).collect();
            Some((gaps, all))
        };
        assert_eq!(gaps("* All of it"), want(&[b"\t", b" ", b" "], true));
        assert_eq!(gaps("int x;"), want(&[b" "], false));
        assert_eq!(gaps("int y;"), None);
    }
}
