//! In: a file's comments. Out: where text goes on that began behind ` * @name:` or ` * Label:`.

use super::slots::is_named;
use super::width::{pad_to, width};
use crate::repair::image::words as words_of;

/// How text goes on below a label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    /// One blank behind the star.
    Flat,
    /// Under the text, by blanks.
    Under,
    /// Under the text, by tabs.
    Tabs,
    /// One tab behind the star.
    Tab,
    /// Anything else.
    Other,
}

/// How often a file does what: below ` * @name:`, below ` * Label:`.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Labels {
    seen: [[u32; 5]; 2],
}

/// What a label's line tells.
struct Label {
    /// Is it ` * @name:`?
    doc: bool,
    /// The columns behind the star, and of the text.
    star: usize,
    text: usize,
}

fn label(line: &[u8]) -> Option<Label> {
    let trimmed = line.trim_ascii_start();
    if !trimmed.starts_with(b"*") && !trimmed.starts_with(b"/*") {
        return None;
    }
    let words: Vec<&[u8]> = words_of(line).collect();
    let first = words.get(1)?;
    let doc = first.starts_with(b"@");
    let ends = |word: &&[u8]| word.ends_with(b":") && word.len() > 1;
    let named = |word: &[u8]| word.first().is_some_and(u8::is_ascii_alphabetic);
    let at = if ends(first) && (doc || named(first)) || first.eq_ignore_ascii_case(b"note,") {
        2
    } else if named(first) && words.get(2).is_some_and(|word| ends(word) && named(word)) {
        3
    } else {
        return None;
    };
    let text = words.get(at)?;
    let offset = text.as_ptr() as usize - line.as_ptr() as usize;
    let star = line.iter().position(|&byte| byte == b'*')?;
    Some(Label {
        doc,
        star: width(&line[..=star], 0),
        text: width(&line[..offset], 0),
    })
}

/// The white space behind the star of a comment's line that goes on with a sentence.
fn gap(line: &[u8]) -> Option<&[u8]> {
    let text = line.trim_ascii_start().strip_prefix(b"*")?;
    let words: Vec<&[u8]> = words_of(text).take(2).collect();
    (goes_on(&words) && text.first().is_some_and(u8::is_ascii_whitespace)).then(|| {
        let blanks = text.len() - text.trim_ascii_start().len();
        &text[..blanks]
    })
}

/// May a sentence go on with these words, so that nothing begins there?
pub(super) fn goes_on(words: &[&[u8]]) -> bool {
    let Some(word) = words.first() else {
        return false;
    };
    let begins = word.starts_with(b"@") && is_named(word, words.get(1))
        || word.starts_with(b"/")
        || word.ends_with(b":");
    !begins && !super::comments::is_item(word)
}

impl Labels {
    /// Counts over `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut out = Self::default();
        for pair in lines.windows(2) {
            let (Some(gap), Some(label)) = (gap(pair[1]), label(pair[0])) else {
                continue;
            };
            let below = if gap == b" " {
                Below::Flat
            } else if width(gap, label.star) == label.text {
                if gap.contains(&b'\t') {
                    Below::Tabs
                } else {
                    Below::Under
                }
            } else if gap == b"\t" {
                Below::Tab
            } else {
                Below::Other
            };
            out.seen[usize::from(label.doc)][below as usize] += 1;
        }
        out
    }

    /// White space behind the star for a line that goes on below `above`, with costs; none where that is no label.
    pub(super) fn below(&self, above: &[u8]) -> Vec<(u32, Vec<u8>)> {
        let Some(label) = label(above) else {
            return Vec::new();
        };
        // Before anything is seen: what comments of the kernel do, counted over mm, kernel, fs and include/linux.
        let prior = if label.doc {
            [2, 4, 6, 3, 1]
        } else {
            [12, 2, 2, 1, 0]
        };
        let seen = &self.seen[usize::from(label.doc)];
        let weight = |below: Below| seen[below as usize] * 4 + prior[below as usize];
        let all = [Below::Flat, Below::Under, Below::Tabs, Below::Tab];
        let most = all.iter().map(|&below| weight(below)).max().unwrap_or(1);
        let mut out: Vec<(u32, Vec<u8>)> = Vec::new();
        for below in all {
            let gap = match below {
                Below::Flat => Some(b" ".to_vec()),
                Below::Under => Some(vec![b' '; label.text.saturating_sub(label.star).max(1)]),
                Below::Tabs => pad_to(label.star, label.text),
                Below::Tab | Below::Other => Some(b"\t".to_vec()),
            };
            let cost = (most / weight(below).max(1)).max(1).ilog2().min(5);
            out.extend(gap.map(|gap| (cost, gap)));
        }
        out.sort_by_key(|(cost, _)| *cost);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_below_a_name_as_the_file_does() {
        let flat: Vec<&[u8]> = vec![
            b" * @one: some text",
            b" * and more",
            b" * @two: text",
            b" * more",
        ];
        let below = Labels::of(&flat).below(b" * @three: begins");
        assert_eq!(below[0], (0, b" ".to_vec()));
        let under: Vec<&[u8]> = vec![b" * @one: some text", b" *       and more"];
        let below = Labels::of(&under).below(b" * @three: begins");
        assert_eq!(below[0], (0, vec![b' '; 9]));
    }

    #[test]
    fn leaves_sentences_alone() {
        assert!(Labels::default().below(b" * This is so").is_empty());
        assert_eq!(
            Labels::default().below(b" * Return: zero, or")[0],
            (0, b" ".to_vec())
        );
    }
}
