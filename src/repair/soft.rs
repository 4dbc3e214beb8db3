//! In: neighbouring words of a page. Out: what it costs to take them for one line, or for two.

use super::body::Unit;

/// Words looked at to judge a line; more do not change what is likely.
const FAR: usize = 120;

/// Words that begin a statement, so that no operator stands before them.
fn begins_statement(word: &[u8]) -> bool {
    let words: [&[u8]; 19] = [
        b"return",
        b"if",
        b"for",
        b"while",
        b"goto",
        b"break;",
        b"continue;",
        b"else",
        b"switch",
        b"case",
        b"do",
        b"struct",
        b"static",
        b"unsigned",
        b"int",
        b"bool",
        b"const",
        b"}",
        b"{",
    ];
    words.contains(&word) || word.starts_with(b"return;") || word.starts_with(b"/*")
}

/// Is the line one of a comment or for the preprocessor, in which anything may end a line?
fn is_text(first: &[u8]) -> bool {
    first.starts_with(b"*")
        || first.starts_with(b"/*")
        || first.starts_with(b"//")
        || first.starts_with(b"#")
}

/// The words of the line that begins at `start`, its marker taken off if it has one, up to `end`.
fn line_words(units: &[Unit], start: usize, end: usize) -> impl Iterator<Item = &[u8]> {
    units[start..end.min(start + FAR)]
        .iter()
        .enumerate()
        .filter_map(|(index, unit)| {
            let text = if index == 0 && unit.marker().is_some() {
                unit.text.get(1..).unwrap_or(&[])
            } else {
                unit.text.as_slice()
            };
            (!text.is_empty()).then_some(text)
        })
}

/// What it costs that an added line from `start` ends before the word `end`.
pub(super) fn line_end(units: &[Unit], start: usize, end: usize) -> u32 {
    let Some(first) = line_words(units, start, end).next() else {
        return 0;
    };
    let last = units[end - 1].text.as_slice();
    if is_text(first) {
        return 0;
    }
    let mut depth = 0_i32;
    for byte in line_words(units, start, end).flatten() {
        depth += i32::from(*byte == b'(') - i32::from(*byte == b')');
    }
    let control = matches!(
        first,
        b"if" | b"for" | b"while" | b"else" | b"do" | b"switch" | b"}"
    );
    let margin = units[start].marker().is_some() && !units[start].bare();
    let cost = match last.last() {
        Some(b';' | b'{' | b'}' | b',' | b'\\' | b'(' | b':' | b'"') => 0,
        Some(b'&' | b'|' | b'=' | b'?' | b'/' | b'<') => 0,
        Some(b')') if depth == 0 && (control || margin) => 0,
        Some(b')') => 2,
        _ if control && depth == 0 => 1,
        Some(b'+' | b'-') if last.len() == 1 => 1,
        _ => 3,
    };
    let broken = depth > 0
        && matches!(last.last(), Some(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b')' | b';' | b'{' | b'}'));
    cost + if broken { 4 } else { 0 }
}

/// What it costs to begin an added line at word `at`, whatever stands before.
pub(super) fn line_start(units: &[Unit], at: usize, behind_blank: bool) -> u32 {
    let unit = &units[at];
    let mut cost = 0;
    if unit.text.starts_with(b"++") || unit.text.starts_with(b"+=") {
        cost += 10;
    }
    if unit.text.len() > 1 && unit.text[1].is_ascii_digit() {
        cost += 4;
    }
    // Blank lines hardly stand before a block's end.
    if behind_blank {
        let next = if unit.bare() {
            units.get(at + 1).map_or(&b""[..], |next| &next.text)
        } else {
            &unit.text[1..]
        };
        cost += if next.starts_with(b"}") { 4 } else { 1 };
    }
    cost
}

/// What it costs to take the word at `at` as one within an added line.
pub(super) fn inside(units: &[Unit], at: usize) -> u32 {
    let unit = &units[at];
    let before = at.checked_sub(1).map_or(&b""[..], |last| &units[last].text);
    let after = units.get(at + 1).map_or(&b""[..], |next| &next.text);
    if unit.text.first() == Some(&b'-') {
        return if unit.bare() && matches!(before.last(), Some(b';' | b'{' | b'}')) {
            6
        } else {
            0
        };
    }
    if unit.text.first() != Some(&b'+') {
        // A second statement on the same line.
        return match before.last() {
            Some(b'{' | b'}') if before.len() == 1 => 2,
            _ => 0,
        };
    }
    if unit.text.starts_with(b"++") || unit.text.starts_with(b"+=") {
        return 0;
    }
    // A blank line and the next; a statement; a comment's next line.
    let marks = before == b"+"
        || unit.bare() && begins_statement(after)
        || unit.bare() && matches!(after, b"*" | b"*/" | b"**/" | b"\\")
        || matches!(before, b"else" | b"do" | b"*/" | b"\\");
    if marks {
        return 16;
    }
    if unit.bare() && after.starts_with(b"+") && !after.starts_with(b"++") {
        // An operator at the line's end, or a blank line: that depends on what stands before. What goes on is
        // indented.
        return match before.last() {
            Some(b';' | b'{' | b'}' | b',' | b':') => 16,
            _ if after.len() > 1 => 16,
            _ => 1,
        };
    }
    let base = if unit.bare() { 4 } else { 7 };
    match before.last() {
        Some(b';' | b'{' | b'}') => 16,
        Some(b',' | b'=' | b'&' | b'|' | b'(') => base + 6,
        _ => base,
    }
}

/// What it costs more to take a `+` at `at` as an operator in the added line from `start`.
pub(super) fn operator(units: &[Unit], start: usize, at: usize) -> u32 {
    if !units[at].bare() || units[at].text != b"+" {
        return 0;
    }
    let mut depth = 0_i32;
    for byte in line_words(units, start, at).flatten() {
        depth += i32::from(*byte == b'(') - i32::from(*byte == b')');
    }
    let first = line_words(units, start, at).next().unwrap_or_default();
    let control = matches!(first, b"if" | b"for" | b"while" | b"switch" | b"}");
    let complete = is_text(first) || depth == 0 && !units[start].bare();
    let at_end = units
        .get(at + 1)
        .is_some_and(|next| next.text.starts_with(b"+"));
    // A condition that is closed needs nothing more, nor does a comment or a line at the margin.
    if control && depth == 0 || complete && at_end {
        10
    } else {
        0
    }
}

/// What it costs to take the word at `at` into the line from `start` if that is far longer than lines are.
pub(super) fn long(units: &[Unit], start: usize, at: usize) -> u32 {
    let mut width = 0;
    for unit in &units[start..=at] {
        width += unit.text.len() + 1;
        if width > 110 {
            return 2;
        }
    }
    0
}

/// What it costs that a physical line begins within a line.
pub(super) fn wrapped(units: &[Unit], at: usize) -> u32 {
    let mut width = units[at].text.len();
    for unit in units[..at].iter().rev() {
        width += unit.text.len() + unit.gap.len();
        if unit.begins || width > 80 {
            break;
        }
    }
    if width > 60 { 4 } else { 14 }
}

/// What it costs that a blank line stands here of which the page shows nothing.
pub(super) fn blank(previous: Option<&Unit>, kept: bool) -> u32 {
    let place = match previous.and_then(|unit| unit.text.last()) {
        Some(b'{' | b',' | b'(' | b'&' | b'|') => 3,
        Some(b'+') if previous.is_some_and(Unit::bare) => 2,
        _ => 0,
    };
    place + if kept { 4 } else { 0 }
}
