//! In: neighbouring words of a page. Out: what it costs to take them for one line, or for two.

use super::body::Unit;

/// What it costs that an added line ends with this word.
pub(super) fn line_end(last: &Unit) -> u32 {
    end_of(&last.text)
}

fn end_of(text: &[u8]) -> u32 {
    match text.last() {
        Some(b';' | b'{' | b'}' | b',' | b'\\' | b'(' | b':' | b'.' | b'"') => 0,
        Some(b')' | b'&' | b'|' | b'>' | b'/' | b'=' | b'?' | b'*') => 1,
        Some(b'+') if text.len() == 1 => 1,
        Some(_) => 2,
        None => 0,
    }
}

/// What it costs to begin an added line at `unit`; `previous` is the added line's last word before it, if any.
pub(super) fn line_start(
    previous: Option<&Unit>,
    unit: &Unit,
    behind_blank: bool,
    next: Option<&Unit>,
) -> u32 {
    let mut cost = previous.map_or(0, line_end).min(2);
    if unit.text.starts_with(b"++") {
        cost += 8;
    }
    if unit.text.len() > 1 && unit.text[1].is_ascii_digit() {
        cost += 4;
    }
    // Blank lines hardly stand before a block's end.
    if behind_blank {
        let closes = if unit.bare() {
            next.is_some_and(|next| next.text.starts_with(b"}"))
        } else {
            unit.text[1] == b'}'
        };
        cost += if closes { 4 } else { 0 };
    }
    cost
}

/// What it costs to take the word at `at` as one within an added line.
pub(super) fn inside(units: &[Unit], at: usize) -> u32 {
    let unit = &units[at];
    let before = at.checked_sub(1).map_or(&b""[..], |last| &units[last].text);
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
    if before == b"+" {
        // A blank line, and the next.
        return 12;
    }
    if unit.text.starts_with(b"++") {
        return 0;
    }
    let base = if unit.bare() { 5 } else { 7 };
    match before.last() {
        Some(b';' | b'{' | b'}') => 16,
        Some(b'/') if before.ends_with(b"*/") => 16,
        Some(b',') => base + 5,
        Some(b'\\') => 16,
        _ => base,
    }
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
