//! In: a cursor on a `@@` line. Out: the hunk with the lines really seen, and what disagrees with its counts.

use super::cursor::{Cursor, without_cr};
use super::{Hunk, Line, LineKind};

/// Reads `@@ -a,b +c,d @@ section`; the lines are still to come.
pub(super) fn read_header(line: &[u8]) -> Option<Hunk> {
    let rest = line.strip_prefix(b"@@ -")?;
    let (old_start, old_count, rest) = read_range(rest)?;
    let rest = rest.strip_prefix(b" +")?;
    let (new_start, new_count, rest) = read_range(rest)?;
    let rest = rest.strip_prefix(b" @@")?;
    let section = without_cr(rest.strip_prefix(b" ").unwrap_or(rest));
    Some(Hunk {
        old_start,
        old_count,
        new_start,
        new_count,
        // git cuts the function's line at a byte, perhaps in the middle of a character.
        section: String::from_utf8_lossy(section).into_owned(),
        lines: Vec::new(),
    })
}

/// Reads `start` or `start,count`.
fn read_range(text: &[u8]) -> Option<(u32, u32, &[u8])> {
    let (start, rest) = read_number(text)?;
    match rest.strip_prefix(b",") {
        Some(rest) => read_number(rest).map(|(count, rest)| (start, count, rest)),
        None => Some((start, 1, rest)),
    }
}

/// Reads decimal digits that fit.
fn read_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..length]).ok()?.parse().ok()?;
    Some((number, &text[length..]))
}

/// Says whether a line is one of a hunk by its first byte.
fn marker(line: &[u8]) -> Option<LineKind> {
    match line.first() {
        Some(b' ') => Some(LineKind::Context),
        Some(b'-') => Some(LineKind::Removed),
        Some(b'+') => Some(LineKind::Added),
        _ => None,
    }
}

/// Says whether a line is a mail's signature separator.
fn is_signature(line: &[u8]) -> bool {
    matches!(without_cr(line), b"-- " | b"--")
}

/// Reads the lines of a hunk whose header was read; gives what is wrong with them.
///
/// The counts of the header decide what belongs to it, so that a removed `-- ` or `--- a/x` is taken
/// for what it is. Where they disagree with the lines, the lines really seen are kept.
pub(super) fn read_lines(
    cursor: &mut Cursor<'_>,
    hunk: &mut Hunk,
    allowance: &mut usize,
) -> Option<String> {
    let (mut old_left, mut new_left) = (hunk.old_count, hunk.new_count);
    // How many lines at the end came as bare line feeds: context only if the hunk turns out whole.
    let mut bare = 0;
    while old_left > 0 || new_left > 0 {
        let Some(line) = cursor.peek() else { break };
        if no_newline_marker(line) {
            forget_newline(hunk);
            cursor.bump();
            continue;
        }
        let is_bare = without_cr(line).is_empty();
        let kind = if is_bare {
            Some(LineKind::Context)
        } else {
            marker(line)
        };
        let Some(kind) = kind else { break };
        let (takes_old, takes_new) = (kind != LineKind::Added, kind != LineKind::Removed);
        if (takes_old && old_left == 0) || (takes_new && new_left == 0) {
            break;
        }
        let left = (
            old_left - u32::from(takes_old),
            new_left - u32::from(takes_new),
        );
        if kind == LineKind::Removed && ends_here(cursor, left) {
            break;
        }
        if *allowance == 0 {
            return Some("the diff has more lines than can be taken; split the patch".to_owned());
        }
        *allowance -= 1;
        (old_left, new_left) = left;
        bare = if is_bare { bare + 1 } else { 0 };
        let text = if is_bare { line } else { &line[1..] };
        hunk.lines.push(Line {
            kind,
            text: text.to_vec(),
            newline: true,
        });
        cursor.bump();
    }
    let short = old_left > 0 || new_left > 0;
    if short {
        hunk.lines.truncate(hunk.lines.len() - bare);
    } else {
        take_surplus(cursor, hunk, allowance);
    }
    if cursor.peek().is_some_and(no_newline_marker) {
        forget_newline(hunk);
        cursor.bump();
    }
    hunk.lines.shrink_to_fit();
    disagreement(cursor, hunk, short)
}

/// Words the disagreement of a hunk with its header.
fn disagreement(cursor: &Cursor<'_>, hunk: &Hunk, short: bool) -> Option<String> {
    let (old, new) = hunk.counted();
    if (old, new) == (hunk.old_count, hunk.new_count) {
        return None;
    }
    let end = match cursor.peek() {
        _ if !short => String::new(),
        None => "; the text ends".to_owned(),
        Some(line)
            if marker(line).is_none()
                && !line.starts_with(b"@@")
                && !line.starts_with(b"diff ") =>
        {
            format!(
                "; line {} begins with neither blank, `+` nor `-`",
                cursor.line
            )
        }
        Some(_) => format!("; it breaks off at line {}", cursor.line),
    };
    let (said_old, said_new) = (hunk.old_count, hunk.new_count);
    Some(format!(
        "hunk says {said_old} old and {said_new} new lines, holds {old} and {new}{end}"
    ))
}

/// Says whether a `-` line, not yet due by the counts, is a signature or the next file's header instead.
fn ends_here(cursor: &Cursor<'_>, left: (u32, u32)) -> bool {
    let [Some(line), next, third] = cursor.peek_three() else {
        return false;
    };
    if is_signature(line) && left != (0, 0) {
        // A removed `- ` goes on with lines of the hunk, a signature with a version or nothing.
        return next.is_none_or(|next| {
            !without_cr(next).is_empty() && marker(next).is_none() && !no_newline_marker(next)
        });
    }
    // Removed `-- a/x`, added `++ b/x` can stand before the next `@@` only as a hunk's last two lines.
    line.starts_with(b"--- ")
        && left != (0, 1)
        && next.is_some_and(|next| next.starts_with(b"+++ "))
        && third.is_some_and(|third| read_header(third).is_some())
}

/// Takes changed lines that stand directly behind a hunk whose counts were too small.
fn take_surplus(cursor: &mut Cursor<'_>, hunk: &mut Hunk, allowance: &mut usize) {
    while *allowance > 0 {
        let [Some(line), next, third] = cursor.peek_three() else {
            return;
        };
        let Some(kind) = marker(line) else { return };
        let file_header = line.starts_with(b"--- ")
            && next.is_some_and(|next| next.starts_with(b"+++ "))
            && third.is_some_and(|third| third.starts_with(b"@@ -"));
        // Context belongs to the hunk only if a changed line follows; a mail's foot may be indented.
        let loose = kind == LineKind::Context && !context_leads_to_change(cursor.clone());
        if is_signature(line) || file_header || loose {
            return;
        }
        *allowance -= 1;
        hunk.lines.push(Line {
            kind,
            text: line[1..].to_vec(),
            newline: true,
        });
        cursor.bump();
    }
}

/// Looks a few context lines ahead for a changed line.
fn context_leads_to_change(mut ahead: Cursor<'_>) -> bool {
    for _ in 0..8 {
        match ahead.peek() {
            Some(line) if is_signature(line) => return false,
            Some(line) => match marker(line) {
                Some(LineKind::Context) => ahead.bump(),
                Some(_) => return !line.starts_with(b"--- "),
                None => return false,
            },
            None => return false,
        }
    }
    false
}

/// Says whether a line is `\ No newline at end of file`, in whatever language.
fn no_newline_marker(line: &[u8]) -> bool {
    line.starts_with(b"\\ ")
}

/// Marks the last line as one without line feed.
fn forget_newline(hunk: &mut Hunk) {
    if let Some(line) = hunk.lines.last_mut() {
        line.newline = false;
    }
}
