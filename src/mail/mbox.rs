//! In: the bytes of an mbox. Out: its mails, quoting of `From ` lines undone.

/// One mail of an mbox.
pub(super) struct Part {
    /// The mail behind its separator.
    pub(super) bytes: Vec<u8>,
}

/// Says whether `bytes` begin as an mbox does.
pub(super) fn is_mbox(bytes: &[u8]) -> bool {
    bytes.starts_with(b"From ") && is_separator(bytes)
}

/// Says whether a separator begins here: `From `, somebody, a date, and header lines below.
///
/// A `From ` line of prose has no time and year at its end, or no header behind it.
fn is_separator(at: &[u8]) -> bool {
    let length = memchr::memchr(b'\n', at).unwrap_or(at.len());
    if length > 500 {
        return false;
    }
    let Ok(line) = std::str::from_utf8(&at[..length]) else {
        return false;
    };
    let mut has_time = false;
    let mut has_year = false;
    for word in line.split_whitespace().skip(2) {
        has_time |= word.len() >= 4
            && word.contains(':')
            && word
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b':');
        has_year |= word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    }
    has_time && has_year && at.get(length + 1..).is_some_and(starts_with_header)
}

/// Says whether a header line begins here: `Name:`, perhaps quoted as `>From ` (some programs leave one there).
pub(super) fn starts_with_header(at: &[u8]) -> bool {
    if at.starts_with(b">From ") {
        return true;
    }
    let name = at
        .iter()
        .take(80)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'-')
        .count();
    name > 0 && at.get(name) == Some(&b':')
}

/// How an mbox quotes lines that begin with `From `.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// Not at all: git's own `format-patch`.
    None,
    /// One `>` before `From `: the old way, which cannot tell a quoted reply from its own quoting.
    Simple,
    /// One more `>` before any number of them: turns back without loss.
    Reversible,
}

/// Splits an mbox into its mails, up to `most`; tells beside them how many there are.
pub(super) fn split(bytes: &[u8], most: usize) -> (Vec<Part>, usize) {
    let mut starts = Vec::new();
    if is_separator(bytes) {
        starts.push(0);
    }
    let behind = memchr::memmem::find_iter(bytes, b"\nFrom ").map(|at| at + 1);
    starts.extend(behind.filter(|&at| is_separator(&bytes[at..])));
    let ends = starts.iter().skip(1).copied().chain([bytes.len()]);
    let spans = starts.iter().zip(ends).take(most);
    (
        spans
            .map(|(&start, end)| part(&bytes[start..end]))
            .collect(),
        starts.len(),
    )
}

/// Takes the separator off one mail and undoes the quoting.
fn part(bytes: &[u8]) -> Part {
    let length = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len() - 1);
    let (separator, rest) = bytes.split_at(length + 1);
    let quoting = if separator.starts_with(b"From mboxrd@") {
        Quoting::Reversible
    } else if is_git_separator(separator) {
        Quoting::None
    } else {
        Quoting::Simple
    };
    let bytes = if quoting == Quoting::None || memchr::memmem::find(rest, b">From ").is_none() {
        rest.to_vec()
    } else {
        unquote(rest, quoting)
    };
    Part { bytes }
}

/// Says whether git wrote the separator: a commit's id and a fixed date.
fn is_git_separator(line: &[u8]) -> bool {
    let rest = &line[5.min(line.len())..];
    let hex = rest
        .iter()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    hex >= 40 && rest[hex..].starts_with(b" Mon Sep 17 00:00:00 2001")
}

fn unquote(bytes: &[u8], quoting: Quoting) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let marks = line.iter().take_while(|&&byte| byte == b'>').count();
        let quoted = line[marks..].starts_with(b"From ")
            && (marks == 1 || (marks > 1 && quoting == Quoting::Reversible));
        out.extend_from_slice(if quoted { &line[1..] } else { line });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(mbox: &str) -> Vec<String> {
        split(mbox.as_bytes(), 99)
            .0
            .into_iter()
            .map(|part| String::from_utf8(part.bytes).unwrap())
            .collect()
    }

    #[test]
    fn a_from_line_in_a_body_does_not_split() {
        let mbox = "From a@example.org Tue Mar  9 12:15:02 2021\nSubject: one\n\nFrom here on it is prose.\n\
                    From noon (12:15 in 2021) too\nnot a header\n\nFrom b@example.org Tue Mar  9 12:16:02 2021\nSubject: two\n\nx\n";
        let parts = texts(mbox);
        assert_eq!(parts.len(), 2);
        assert!(parts[0].contains("From noon"));
        assert!(parts[1].starts_with("Subject: two"));
    }

    #[test]
    fn undoes_quoting_by_kind() {
        let body = "S: x\n\n>From a\n>>From b\n> From c\n";
        assert_eq!(
            texts(&format!("From mboxrd@z Thu Jan  1 00:00:00 1970\n{body}")),
            ["S: x\n\nFrom a\n>From b\n> From c\n"]
        );
        assert_eq!(
            texts(&format!("From a@b Thu Jan  1 00:00:00 1970\n{body}")),
            ["S: x\n\nFrom a\n>>From b\n> From c\n"]
        );
        let git = format!("From {} Mon Sep 17 00:00:00 2001\n{body}", "ab".repeat(20));
        assert_eq!(texts(&git), [body]);
    }
}
