//! In: a body with `format=flowed` (RFC 3676). Out: its lines as they were before the mail program set them.

use mail_parser::ContentType;

/// Bytes of a line that a mail program can have broken; most break behind some seventy.
const LONG: usize = 40;

/// Undoes what a mail program did to a body, if its kind says that one did.
pub(super) fn unflowed(body: Vec<u8>, kind: Option<&ContentType<'_>>) -> Vec<u8> {
    let says = |key: &str, value: &str| {
        let own = kind.and_then(|kind| kind.attribute(key));
        own.is_some_and(|own| own.eq_ignore_ascii_case(value))
    };
    if says("format", "flowed") {
        joined(unstuffed(body), says("delsp", "yes"))
    } else {
        body
    }
}

/// Takes off the blank that is put before lines that begin with one. A diff that went around the mail program has none:
/// it is left alone.
fn unstuffed(body: Vec<u8>) -> Vec<u8> {
    let lines = || body.split_inclusive(|byte| *byte == b'\n');
    let begins = |line: &[u8]| line.starts_with(b" ");
    // "  \tx" was " \tx", a line of context.
    let stuffed = |line: &[u8]| line.starts_with(b"  ") || line.trim_ascii().is_empty();
    if !lines().any(begins) || !lines().filter(|l| begins(l)).all(stuffed) {
        return body;
    }
    let take = |line: &[u8]| line.strip_prefix(b" ").unwrap_or(line).to_vec();
    lines().flat_map(take).collect()
}

/// Joins lines of a diff that were broken behind a blank: the next line begins as no line of a diff does, and the hunk is
/// not over. Prose stays: nothing hangs on its lines.
fn joined(body: Vec<u8>, delete_blank: bool) -> Vec<u8> {
    let Some(start) = diff_start(&body) else {
        return body;
    };
    let mut out = body[..start].to_vec();
    let mut left = Left::default();
    let mut lines = body[start..]
        .split_inclusive(|&byte| byte == b'\n')
        .peekable();
    while let Some(line) = lines.next() {
        let mut whole = line.to_vec();
        let mut behind = left;
        behind.take(line);
        // Behind a hunk's last line a list's foot may stand, unless the line is as long as those that are broken.
        let goes_on = behind.any() || line.len() >= LONG;
        let inside = (left.any() && goes_on) || is_header(line);
        while inside
            && bare(&whole).ends_with(b" ")
            && bare(&whole) != b"-- "
            && let Some(more) = lines.next_if(|next| !begins_line(next))
        {
            let mut end = bare(&whole).len();
            end -= usize::from(delete_blank);
            whole.truncate(end);
            whole.extend_from_slice(more);
        }
        left.take(&whole);
        out.extend_from_slice(&whole);
    }
    out
}

/// Where the first line of a diff begins.
fn diff_start(body: &[u8]) -> Option<usize> {
    let begins = |text: &[u8]| body.starts_with(text).then_some(0);
    let found = |text: &[u8]| memchr::memmem::find(body, text).map(|at| at + 1);
    let git = begins(b"diff --git ").or_else(|| found(b"\ndiff --git "));
    git.or_else(|| begins(b"--- a/").or_else(|| found(b"\n--- a/")))
}

/// A line without its end.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Does a line begin as one of a diff, or hold nothing?
fn begins_line(line: &[u8]) -> bool {
    bare(line).is_empty()
        || matches!(line[0], b' ' | b'+' | b'-' | b'\\')
        || line.starts_with(b"@@ -")
        || line.starts_with(b"diff --git ")
        || line.starts_with(b"index ")
}

fn is_header(line: &[u8]) -> bool {
    [
        &b"diff --git "[..],
        b"--- ",
        b"+++ ",
        b"@@ -",
        b"rename ",
        b"copy ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// Lines of a hunk that are still to come.
#[derive(Clone, Copy, Default)]
struct Left {
    old: u32,
    new: u32,
}

impl Left {
    fn any(self) -> bool {
        self.old > 0 || self.new > 0
    }

    /// Takes in a whole line.
    fn take(&mut self, line: &[u8]) {
        if let Some(counts) = counts(line).filter(|_| !self.any()) {
            *self = counts;
            return;
        }
        let (old, new) = match line[0] {
            b'+' => (0, 1),
            b'-' => (1, 0),
            b'\\' => (0, 0),
            _ => (1, 1),
        };
        self.old = self.old.saturating_sub(old);
        self.new = self.new.saturating_sub(new);
    }
}

/// Reads the counts of `@@ -a,b +c,d @@`.
fn counts(line: &[u8]) -> Option<Left> {
    let line = std::str::from_utf8(line).ok().or_else(|| {
        let end = line.len().min(60);
        std::str::from_utf8(&line[..end]).ok()
    })?;
    let mut words = line.strip_prefix("@@ ")?.split(' ');
    let mut count = |mark: char| -> Option<u32> {
        let range = words.next()?.strip_prefix(mark)?;
        range
            .split_once(',')
            .map_or(Some(1), |(_, count)| count.parse().ok())
    };
    Some(Left {
        old: count('-')?,
        new: count('+')?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIFF: &str = "Words that go \non.\n---\n\ndiff --git a/x.c b/x.c\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,4 @@ int one(int a, int b)\n \n-\tcall(one, two);\n+\tcall(one, two, three); \n+\tcall(four);\n last \n-- \n2.39.2\n";

    #[test]
    fn soft_breaks_of_a_diff_are_joined() {
        let broken = DIFF
            .replace("int one(int a, int b)", "int one(int a, \nint b)")
            .replace("(one, two, three)", "(one, \ntwo, \nthree)")
            .replace("a/x.c b/x.c", "a/x.c \nb/x.c");
        let own = |text: &str, delete| {
            String::from_utf8(joined(text.as_bytes().to_vec(), delete)).unwrap()
        };
        assert_eq!(own(&broken, false), DIFF);
        assert_eq!(
            own(DIFF, false),
            DIFF,
            "blanks at the ends of lines are its own"
        );
        let with_blanks = broken
            .replace(", \nt", ",  \nt")
            .replace("a, \ni", "a,  \ni")
            .replace("x.c \nb", "x.c  \nb");
        assert_eq!(own(&with_blanks, true), DIFF);
        // What stands behind the last line is no part of it.
        let footer = DIFF.replace("-- \n", "____\n");
        assert_eq!(own(&footer, false), footer);
    }
}
