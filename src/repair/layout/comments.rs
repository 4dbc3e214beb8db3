//! In: a comment's line and those above it. Out: the white space that lists, paragraphs and full stops ask for.

use super::gaps::Around;
use super::width::{pad_to, width};
use crate::repair::image::words as words_of;

/// Does a word begin an item of a list?
pub(super) fn is_item(word: &[u8]) -> bool {
    let number = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
    word == b"-"
        || word == b"o"
        || word == b"*"
        || (number > 0 && matches!(&word[number..], b")" | b"." | b":"))
}

/// The white space that puts text under that of the list's item in the line above, if that is one.
pub(super) fn item(around: &Around<'_>) -> Option<Vec<u8>> {
    let star = |line: &'_ &[u8]| line.trim_ascii() != b"*";
    let line = around.above.iter().take(2).copied().find(star)?;
    let text = line.trim_ascii().strip_prefix(b"*")?;
    let blanks = text.iter().take_while(|&&byte| byte == b' ').count();
    let word = words_of(text).next().filter(|word| is_item(word))?;
    // A paragraph behind an item is only a part of it where that is a mere heading.
    let heading = words_of(text).count() <= 3;
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
pub(super) fn begins_anew(around: &Around<'_>, word: &[u8]) -> bool {
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

/// Two blanks behind a full stop, if the comment's other lines have them.
pub(super) fn stops(words: &[&[u8]], mut gaps: Vec<Vec<u8>>, around: &Around<'_>) -> Vec<Vec<u8>> {
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

/// Text that goes on under the text of ` * @name: text`.
pub(super) fn under_text(around: &Around<'_>, with: &mut impl FnMut(u32, &[u8])) {
    let Some(doc) = around.above.first() else {
        return;
    };
    let mut places = words_of(doc);
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
