//! In: a file of another version, and a hunk. Out: where in the file the hunk may begin, by the function it names.

use super::body::Body;
use super::image::{Image, c_rule, cut, plain_rule, words};
use super::place::ends;
use crate::diff::damaged::Canonical;
use std::collections::HashMap;

/// The lines of a file that git names hunks by.
pub(super) struct Heads {
    /// Their numbers, top to bottom, each with whether it is one by the rule for C too.
    lines: Vec<(usize, bool)>,
    by_text: HashMap<Vec<Canonical>, Vec<usize>>,
    by_key: HashMap<Vec<u8>, Vec<usize>>,
    count: usize,
}

/// How sure it is where a hunk belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The line behind `@@` is in the file.
    Line,
    /// A function of the same name is.
    Name,
    /// Neither is.
    Nowhere,
}

/// Where a hunk may begin.
#[derive(Clone, Debug)]
pub(super) struct Home {
    pub(super) named: Named,
    /// First and last line (from 0) at which it may begin, with how many words name the place, if that is sure.
    pub(super) ranges: Vec<(usize, usize, Option<usize>)>,
}

impl Heads {
    /// Lists them.
    pub(super) fn of(image: &Image<'_>) -> Self {
        let mut heads = Self {
            lines: Vec::new(),
            by_text: HashMap::new(),
            by_key: HashMap::new(),
            count: image.lines.len(),
        };
        for (line, text) in image.lines.iter().enumerate() {
            if !plain_rule(text) && !c_rule(text) {
                continue;
            }
            heads.lines.push((line, c_rule(text)));
            let section = cut(text);
            let key: Vec<Canonical> = words(&section).map(Canonical::of).collect();
            heads.by_text.entry(key).or_default().push(line);
            let parts: Vec<&[u8]> = words(&section).collect();
            if let Some(key) = key_of(&parts).filter(|_| c_rule(text)) {
                heads.by_key.entry(key).or_default().push(line);
            }
        }
        heads
    }

    /// The nearest such line at or above `line`, by the rule for C.
    pub(super) fn above(&self, line: usize) -> Option<usize> {
        let end = self.lines.partition_point(|(known, _)| *known <= line);
        let found = self.lines[..end].iter().rev().find(|(_, is_c)| *is_c);
        found.map(|(known, _)| *known)
    }

    /// Is `line` one of them?
    pub(super) fn is_head(&self, line: usize) -> bool {
        self.lines
            .binary_search_by_key(&line, |(known, _)| *known)
            .is_ok_and(|at| self.lines[at].1)
    }

    /// From the line behind `head` to the last one at which a hunk still bears its name.
    fn range(&self, head: usize) -> (usize, usize) {
        let at = self.lines.partition_point(|(known, _)| *known < head);
        let is_c = self.lines.get(at).is_some_and(|(_, is_c)| *is_c);
        let next = self.lines[at..]
            .iter()
            .skip(1)
            .find(|(_, other)| !is_c || *other)
            .map_or(self.count, |(next, _)| *next);
        (head + 1, next)
    }

    /// Where a hunk belongs by what stands behind its `@@`.
    pub(super) fn homes(&self, body: &Body) -> Vec<Home> {
        let mut out = Vec::new();
        let mut ends = ends(body);
        ends.sort_unstable();
        if body.lines_kept && body.head == 0 {
            // Nothing stands behind `@@`.
            ends.truncate(1);
        }
        let mut ranges = Vec::new();
        for &section in ends.iter().rev().filter(|&&section| section > 0) {
            let text: Vec<Canonical> = body.units[..section].iter().map(|unit| unit.full).collect();
            let found = self.by_text.get(&text).map_or(&[][..], Vec::as_slice);
            ranges.extend(found.iter().map(|&head| {
                let (first, last) = self.range(head);
                (first, last, Some(section))
            }));
            if !ranges.is_empty() {
                break;
            }
        }
        // Above the first of these lines, git names none.
        if ends.first() == Some(&0) {
            let first = self.lines.first().map_or(self.count, |(line, _)| *line);
            ranges.push((0, first, Some(0)));
        }
        if !ranges.is_empty() {
            out.push(Home {
                named: Named::Line,
                ranges,
            });
        }
        let most = ends.last().copied().unwrap_or(0);
        let parts: Vec<&[u8]> = body.units[..most]
            .iter()
            .map(|unit| &unit.text[..])
            .collect();
        if let Some(found) = key_of(&parts).and_then(|key| self.by_key.get(&key)) {
            let ranges = found.iter().map(|&head| {
                let (first, last) = self.range(head);
                (first, last, None)
            });
            out.push(Home {
                named: Named::Name,
                ranges: ranges.collect(),
            });
        }
        out.push(Home {
            named: Named::Nowhere,
            ranges: vec![(0, self.count, None)],
        });
        out
    }
}

/// What a function or type goes by, whatever stands around its name: `foo`, `SYSCALL_DEFINE1(foo`, `struct foo`.
fn key_of(words: &[&[u8]]) -> Option<Vec<u8>> {
    if let [first @ (b"struct" | b"union" | b"enum"), name, open, ..] = words
        && open.starts_with(b"{")
    {
        return Some([*first, b" ", *name].concat());
    }
    let text = words.join(&b' ');
    let open = text.iter().position(|&byte| byte == b'(')?;
    let before = text[..open].trim_ascii_end();
    let begin = before
        .iter()
        .rposition(|&byte| !byte.is_ascii_alphanumeric() && byte != b'_')
        .map_or(0, |at| at + 1);
    let name = &before[begin..];
    if name.is_empty() {
        return None;
    }
    if name.iter().any(u8::is_ascii_lowercase) {
        return Some(name.to_vec());
    }
    // A macro's name says nothing; what it defines does.
    let rest = text[open + 1..].trim_ascii_start();
    let end = rest.iter().position(|&byte| matches!(byte, b',' | b')'))?;
    let name = name.iter().filter(|byte| !byte.is_ascii_digit());
    let mut key: Vec<u8> = name.copied().collect();
    key.push(b'(');
    key.extend_from_slice(&rest[..end]);
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::key_of;

    fn key(text: &str) -> Option<String> {
        let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
        key_of(&words).map(|key| String::from_utf8(key).unwrap())
    }

    #[test]
    fn names_survive_another_signature() {
        assert_eq!(key("static int foo(void)"), key("int foo(int a, int b)"));
        assert_eq!(key("struct foo { int"), Some("struct foo".to_owned()));
        assert_ne!(key("EXPORT_SYMBOL(one); x"), key("EXPORT_SYMBOL(two); x"));
        assert_eq!(
            key("SYSCALL_DEFINE2(one, int, a)"),
            key("SYSCALL_DEFINE3(one, x")
        );
    }
}
