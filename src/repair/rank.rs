//! In: a file's part after a hunk. Out: how odd it looks as C; 0 is fine.

/// A line of the result.
pub(super) struct Seen<'a> {
    pub(super) text: &'a [u8],
    /// Did the hunk add it?
    pub(super) added: bool,
}

/// Sums up what looks odd where the hunk changed something.
pub(super) fn oddness(lines: &[Seen<'_>]) -> u32 {
    let mut cost = 0;
    for (index, line) in lines.iter().enumerate() {
        let text = line.text.trim_ascii();
        let before = index.checked_sub(1).map(|last| &lines[last]);
        let after = lines.get(index + 1);
        let touched = line.added
            || before.is_some_and(|line| line.added)
            || after.is_some_and(|line| line.added);
        if text.is_empty() && touched {
            cost += blank_place(before, after);
        }
        if line.added {
            cost += own(text);
            cost += before.map_or(0, |before| pair(before.text.trim_ascii(), text));
        } else if let Some(before) = before.filter(|before| before.added) {
            cost += pair(before.text.trim_ascii(), text);
        }
    }
    cost
}

/// How odd a blank line is between two others.
fn blank_place(before: Option<&Seen<'_>>, after: Option<&Seen<'_>>) -> u32 {
    let before = before.map_or(&b""[..], |line| line.text.trim_ascii());
    let after = after.map_or(&b""[..], |line| line.text.trim_ascii());
    let mut cost = 0;
    cost += match before.last() {
        None => 2,
        Some(b'{') => 3,
        Some(b',' | b'(' | b'&' | b'|' | b'\\') => 4,
        Some(b')' | b'=') => 1,
        Some(b':') => 2,
        _ => 0,
    };
    cost += match after.first() {
        Some(b'}') => 3,
        Some(b'{') => 4,
        Some(b'*') => 4,
        _ => 0,
    };
    if before.ends_with(b"*/") || before.starts_with(b"*") {
        cost += 1;
    }
    if after.starts_with(b"else") || after.starts_with(b"EXPORT_SYMBOL") {
        cost += 4;
    }
    cost
}

/// How odd it is that two lines follow each other without a blank one.
fn pair(before: &[u8], after: &[u8]) -> u32 {
    if before.is_empty() || after.is_empty() {
        return 0;
    }
    let mut cost = 0;
    if before == b"}"
        && after.first().is_some_and(u8::is_ascii_alphabetic)
        && !after.starts_with(b"EXPORT")
    {
        // Between functions a blank line stands; between blocks it may.
        cost += 1;
    }
    if declares(before)
        && !declares(after)
        && !after.starts_with(b"*")
        && after.first() != Some(&b'}')
    {
        cost += 2;
    }
    if before.ends_with(b"*/") && after.starts_with(b"*") {
        cost += 3;
    }
    cost
}

/// Does a line look like a declaration of a variable?
fn declares(text: &[u8]) -> bool {
    let types: [&[u8]; 12] = [
        b"struct ",
        b"unsigned ",
        b"int ",
        b"long ",
        b"bool ",
        b"char ",
        b"void *",
        b"const ",
        b"u32 ",
        b"u64 ",
        b"size_t ",
        b"enum ",
    ];
    text.ends_with(b";") && types.iter().any(|name| text.starts_with(name))
}

/// How odd an added line is by itself.
fn own(text: &[u8]) -> u32 {
    if text.starts_with(b"*") || text.starts_with(b"/*") || text.starts_with(b"//") {
        return if text.len() > 90 { 3 } else { 0 };
    }
    let mut cost = 0;
    if text.len() > 100 {
        cost += 2;
    }
    let (mut depth, mut quoted) = (0_i32, false);
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' => depth += 1,
            b')' => depth -= 1,
            b';' if depth <= 0 && at + 1 < text.len() => {
                let rest = text[at + 1..].trim_ascii_start();
                let comment = rest.starts_with(b"/*")
                    || rest.starts_with(b"//")
                    || rest == b"\\"
                    || rest.starts_with(b"}");
                cost += if comment { 0 } else { 3 };
            }
            b'{' if depth <= 0 && at + 1 < text.len() && at > 0 => {
                let rest = text[at + 1..].trim_ascii_start();
                let fine = rest.starts_with(b"}")
                    || rest.starts_with(b"/*")
                    || rest == b"\\"
                    || rest.starts_with(b".")
                    || text.ends_with(b"}")
                    || text.ends_with(b"},")
                    || text.ends_with(b"};");
                cost += if fine { 0 } else { 3 };
            }
            b'}' if at > 0 && at + 1 == text.len() && !text.contains(&b'{') => cost += 4,
            _ => {}
        }
    }
    cost
}
