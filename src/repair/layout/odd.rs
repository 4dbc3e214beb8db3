//! In: an added line's words. Out: the odd white space between them that the file, or a removed line, has in such places.

use super::gaps::{Around, Gaps};
use super::model::Model;
use super::slots::in_string;

/// Unusual white space between words that a removed line has too.
pub(super) fn with_pairs(
    words: &[&[u8]],
    single: &[Vec<u8>],
    replaced: &[Model],
    around: &Around<'_>,
) -> Vec<Vec<u8>> {
    let mut out = single.to_vec();
    for (at, pair) in words.windows(2).enumerate() {
        let found = replaced
            .iter()
            .flat_map(|model| &model.pairs)
            .find(|(first, second, _)| {
                first == pair[0] && second == pair[1]
                    || in_string(words, at + 1) && begins_alike(first, pair[0])
            });
        if let Some((_, _, gap)) = found {
            out[at].clone_from(gap);
        } else if let Some((gap, mostly)) = around.style.pairs.between(pair[0], pair[1])
            && (mostly || around.habit.slips)
        {
            out[at] = gap.to_vec();
        } else if let Some(gap) = around.style.pairs.opening(pair[0]) {
            out[at] = gap.to_vec();
        }
    }
    out
}

/// Do two words of strings end alike, whatever new lines and quotes they begin with?
fn begins_alike(one: &[u8], two: &[u8]) -> bool {
    let bare = |word: &'_ [u8]| -> Vec<u8> {
        let text = word.strip_prefix(b"\"").unwrap_or(word);
        text.strip_prefix(b"\\n").unwrap_or(text).to_vec()
    };
    bare(one) == bare(two)
}

/// Slips that the file has now and then, made here too.
pub(super) fn slips(words: &[&[u8]], best: &[Vec<u8>], around: &Around<'_>) -> Option<Gaps> {
    let mut slips = best.to_vec();
    for (at, pair) in words.windows(2).enumerate() {
        if let Some((gap, false)) = around.style.pairs.between(pair[0], pair[1]) {
            slips[at] = gap.to_vec();
        }
    }
    (slips != best).then_some((3, slips))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_strings_are_alike_whatever_begins_them() {
        assert!(begins_alike(b"\"flags:", b"\"\\nflags:"));
        assert!(!begins_alike(b"\"flags:", b"\"flag:"));
    }
}
