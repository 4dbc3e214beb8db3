//! In: names as diff headers print them. Out: paths without prefix, unquoted; and the way back.

/// Prefixes that git puts before the two names: plain, mnemonic, and of `--no-index`.
const PREFIX_LETTERS: &[u8] = b"abciow12";

/// Reads a C-style quoted name; gives it and what follows the closing quote.
pub(crate) fn unquote(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut rest = text.strip_prefix(b"\"")?;
    let mut out = Vec::new();
    loop {
        let (&byte, behind) = rest.split_first()?;
        rest = behind;
        match byte {
            b'"' => return Some((out, rest)),
            b'\\' => {
                let (&escaped, behind) = rest.split_first()?;
                rest = behind;
                match escaped {
                    b'a' => out.push(7),
                    b'b' => out.push(8),
                    b't' => out.push(b'\t'),
                    b'n' => out.push(b'\n'),
                    b'v' => out.push(11),
                    b'f' => out.push(12),
                    b'r' => out.push(b'\r'),
                    b'"' | b'\\' => out.push(escaped),
                    b'0'..=b'3' => {
                        let (digits, behind) = rest.split_at_checked(2)?;
                        rest = behind;
                        let mut value = escaped - b'0';
                        for digit in digits {
                            if !(b'0'..=b'7').contains(digit) {
                                return None;
                            }
                            value = value * 8 + (digit - b'0');
                        }
                        out.push(value);
                    }
                    _ => return None,
                }
            }
            _ => out.push(byte),
        }
    }
}

/// Writes a name as git does with `core.quotePath` on: quoted only where it must be.
pub(super) fn quote(name: &str) -> String {
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if name.bytes().all(plain) {
        return name.to_owned();
    }
    let mut out = String::from("\"");
    for byte in name.bytes() {
        match byte {
            7 => out.push_str("\\a"),
            8 => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            11 => out.push_str("\\v"),
            12 => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            _ if plain(byte) => out.push(char::from(byte)),
            _ => {
                out.push('\\');
                for shift in [6, 3, 0] {
                    out.push(char::from(b'0' + ((byte >> shift) & 7)));
                }
            }
        }
    }
    out.push('"');
    out
}

/// A name of a `---` or `+++` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// `/dev/null`, or a file whose date is the epoch (GNU diff's way to say the same).
    Absent,
    /// A name with its prefix.
    Named(Vec<u8>),
}

/// Reads what follows `--- ` or `+++ `: a name, perhaps quoted, perhaps with a date behind a tab.
pub(super) fn name_of_line(rest: &[u8]) -> Name {
    if let Some((name, _)) = unquote(rest) {
        return Name::Named(name);
    }
    let (name, date) = match memchr::memchr(b'\t', rest) {
        Some(tab) => (&rest[..tab], &rest[tab + 1..]),
        None => (rest, &b""[..]),
    };
    let epoch =
        date.starts_with(b"1970-01-01 00:00:00") || date.starts_with(b"Thu Jan  1 00:00:00 1970");
    if name == b"/dev/null" || epoch {
        Name::Absent
    } else {
        Name::Named(name.to_vec())
    }
}

/// Splits what follows `diff --git ` into its two names, prefixes still on.
pub(super) fn names_of_git_line(rest: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    if rest.starts_with(b"\"") {
        let (first, rest) = unquote(rest)?;
        let rest = rest.strip_prefix(b" ")?;
        let second = match unquote(rest) {
            Some((second, b"")) => second,
            Some(_) => return None,
            None => rest.to_vec(),
        };
        return Some((first, second));
    }
    if rest.ends_with(b"\"") {
        let at = memchr::memmem::find(rest, b" \"")?;
        let (second, behind) = unquote(&rest[at + 1..])?;
        return behind.is_empty().then(|| (rest[..at].to_vec(), second));
    }
    // Blanks in names are not quoted. Without a rename both names are the same behind the
    // prefix, so with prefixes of one length the middle byte is the blank between them.
    let middle = rest.len() / 2;
    let same_behind_prefix = |(first, second): (&[u8], &[u8])| {
        first == second
            || (behind_first_slash(first).is_some()
                && behind_first_slash(first) == behind_first_slash(second))
    };
    if rest.len() % 2 == 1
        && rest[middle] == b' '
        && same_behind_prefix((&rest[..middle], &rest[middle + 1..]))
    {
        return Some((rest[..middle].to_vec(), rest[middle + 1..].to_vec()));
    }
    // A rename, or prefixes of different length: the first blank followed by a prefix of git's, else the first.
    let blanks = memchr::memchr_iter(b' ', rest);
    let prefixed = blanks
        .clone()
        .find(|&at| has_letter_prefix(&rest[at + 1..]));
    let at = prefixed.or_else(|| blanks.clone().next())?;
    (at > 0 && at + 1 < rest.len()).then(|| (rest[..at].to_vec(), rest[at + 1..].to_vec()))
}

/// Gives what follows the first slash.
fn behind_first_slash(name: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'/', name).map(|at| &name[at + 1..])
}

/// Says whether a name starts with one of git's one-letter prefixes.
fn has_letter_prefix(name: &[u8]) -> bool {
    name.len() > 2 && name[1] == b'/' && PREFIX_LETTERS.contains(&name[0])
}

/// Takes the prefixes off a pair of names, as far as they have some.
pub(super) fn without_prefixes<'n>(old: &'n [u8], new: &'n [u8]) -> (&'n [u8], &'n [u8]) {
    let letters = has_letter_prefix(old) && has_letter_prefix(new);
    let plain_letters = letters && matches!(old[0], b'a' | b'b') && matches!(new[0], b'a' | b'b');
    if plain_letters || (letters && old[0] != new[0]) {
        return (&old[2..], &new[2..]);
    }
    if old == new {
        return (old, new);
    }
    match (behind_first_slash(old), behind_first_slash(new)) {
        (Some(first), Some(second)) if first == second && !first.is_empty() => (first, second),
        _ => (old, new),
    }
}

/// Takes the prefix off a name that stands alone (the other side is absent).
pub(super) fn without_prefix(name: &[u8]) -> &[u8] {
    if has_letter_prefix(name) {
        &name[2..]
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn splits_git_lines() {
        let split = |text: &str| {
            names_of_git_line(text.as_bytes())
                .map(|(a, b)| (String::from_utf8(a).unwrap(), String::from_utf8(b).unwrap()))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        assert_eq!(split("a/mm/x.c b/mm/x.c"), pair("a/mm/x.c", "b/mm/x.c"));
        assert_eq!(
            split("a/two words b/two words"),
            pair("a/two words", "b/two words")
        );
        assert_eq!(split("mm/x.c mm/x.c"), pair("mm/x.c", "mm/x.c"));
        assert_eq!(
            split("a/old name.c b/new.c"),
            pair("a/old name.c", "b/new.c")
        );
        assert_eq!(split("\"a/\\303\\244\" b/plain"), pair("a/ä", "b/plain"));
        assert_eq!(split("a/plain \"b/\\tx\""), pair("a/plain", "b/\tx"));
        assert_eq!(split("alone"), None);
        assert_eq!(split(""), None);
    }

    #[test]
    fn takes_prefixes_off() {
        let strip =
            |old: &'static str, new: &'static str| without_prefixes(old.as_bytes(), new.as_bytes());
        assert_eq!(
            strip("a/mm/x.c", "b/mm/x.c"),
            (&b"mm/x.c"[..], &b"mm/x.c"[..])
        );
        assert_eq!(
            strip("i/mm/x.c", "w/mm/x.c"),
            (&b"mm/x.c"[..], &b"mm/x.c"[..])
        );
        assert_eq!(
            strip("b/mm/x.c", "a/mm/x.c"),
            (&b"mm/x.c"[..], &b"mm/x.c"[..])
        );
        assert_eq!(strip("mm/x.c", "mm/x.c"), (&b"mm/x.c"[..], &b"mm/x.c"[..]));
        assert_eq!(
            strip("linux-1/mm/x.c", "linux-2/mm/x.c"),
            (&b"mm/x.c"[..], &b"mm/x.c"[..])
        );
        assert_eq!(
            strip("mm/x.c.orig", "mm/x.c"),
            (&b"mm/x.c.orig"[..], &b"mm/x.c"[..])
        );
    }

    #[test]
    fn dates_do_not_belong_to_names() {
        assert_eq!(
            name_of_line(b"a/x.c\t2024-01-02 03:04:05.0 +0000"),
            Name::Named(b"a/x.c".to_vec())
        );
        assert_eq!(
            name_of_line(b"a/x.c\t1970-01-01 00:00:00.0 +0000"),
            Name::Absent
        );
        assert_eq!(name_of_line(b"/dev/null"), Name::Absent);
        assert_eq!(
            name_of_line(b"a/two words\t"),
            Name::Named(b"a/two words".to_vec())
        );
    }

    proptest! {
        #[test]
        fn quoting_turns_back(name in "\\PC*|[\\x00-\\x7f]{0,12}") {
            let quoted = quote(&name);
            if quoted.starts_with('"') {
                prop_assert_eq!(unquote(quoted.as_bytes()), Some((name.into_bytes(), &b""[..])));
            } else {
                prop_assert_eq!(quoted, name);
            }
        }
    }
}
