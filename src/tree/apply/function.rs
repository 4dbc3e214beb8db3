//! In: a file's lines and the text after a hunk's `@@`. Out: whether a place lies in the function that the text names.
//!
//! Works the way git writes that text: the nearest line above the hunk that begins with a letter, `_` or `$`; with the
//! C driver, labels do not count. It parses nothing, so it is only used to choose between places and to refuse some.

use super::lines::Lines;
use std::collections::HashMap;
use std::ops::Range;

const NONE: u32 = u32::MAX;

/// A name has one definition and a few declarations or `#if` arms; what has more is no function's.
const SPANS: usize = 64;

/// For each line, the line above it that git would print after `@@`.
pub(super) struct Heads {
    /// By git's default rule, then by its C driver's; `NONE` where there is none.
    above: Vec<[u32; 2]>,
    /// The heads by the C driver's rule, ascending.
    heads: Vec<u32>,
    /// The same by function name, or by their whole text where they name none.
    named: HashMap<Vec<u8>, Vec<u32>>,
}

/// What a hunk's section text names.
pub(super) struct Section<'s> {
    text: &'s str,
    name: Option<&'s str>,
}

impl<'s> Section<'s> {
    /// Reads a section; `None` where it is blank.
    pub(super) fn new(text: &'s str) -> Option<Self> {
        let text = text.trim();
        let name = text
            .split_once('(')
            .map(|(before, _)| last_word(before.trim_end()))
            .filter(|name| !name.is_empty());
        (!text.is_empty()).then_some(Self { text, name })
    }

    /// Says whether it names a function.
    pub(super) fn is_function(&self) -> bool {
        self.name.is_some()
    }

    /// Gives the function's name, or the text where it is not a function's.
    pub(super) fn label(&self) -> &'s str {
        self.name.unwrap_or(self.text)
    }

    fn matches(&self, head: &[u8]) -> bool {
        let head = String::from_utf8_lossy(head);
        let head = head.trim();
        // git cuts the text at 80 bytes, archives cut it elsewhere.
        if head == self.text || (self.text.len() >= 40 && head.starts_with(self.text)) {
            return true;
        }
        let name = head
            .split_once('(')
            .map(|(before, _)| last_word(before.trim_end()));
        self.name.is_some() && name == self.name
    }
}

fn last_word(text: &str) -> &str {
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map_or(0, |at| at + 1);
    // The character before may be longer than a byte; `rfind` gives its first.
    text.get(start..).unwrap_or("")
}

fn begins_section(text: &[u8]) -> bool {
    text.first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'$')
}

fn is_label(text: &[u8]) -> bool {
    let word = text
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count();
    let rest = &text[word..];
    rest.first() == Some(&b':') && {
        let rest = rest[1..].trim_ascii_start();
        rest.is_empty() || rest.starts_with(b"//") || rest.starts_with(b"/*")
    }
}

impl Heads {
    /// Reads the first byte of every line.
    pub(super) fn new(lines: &Lines<'_>) -> Self {
        let mut above = Vec::with_capacity(lines.len() + 1);
        let mut now = [NONE; 2];
        above.push(now);
        let mut heads = Vec::new();
        let mut named: HashMap<Vec<u8>, Vec<u32>> = HashMap::new();
        for at in 0..lines.len() {
            let text = lines.text(at);
            if begins_section(text) {
                now[0] = at as u32;
                if !is_label(text) {
                    now[1] = at as u32;
                    heads.push(at as u32);
                    let text = String::from_utf8_lossy(text);
                    if let Some(section) = Section::new(&text) {
                        named
                            .entry(section.label().as_bytes().to_vec())
                            .or_default()
                            .push(at as u32);
                    }
                }
            }
            above.push(now);
        }
        Self {
            above,
            heads,
            named,
        }
    }

    /// Says whether a hunk whose first line stands at `place` would carry this section.
    pub(super) fn is_in(&self, lines: &Lines<'_>, place: usize, section: &Section<'_>) -> bool {
        let [default, driver] = self.above[place.min(self.above.len() - 1)];
        let says = |head: u32| head != NONE && section.matches(lines.text(head as usize));
        says(default) || (driver != default && says(driver))
    }

    /// Gives the text that git would print for a hunk at `place`.
    pub(super) fn name_at(&self, lines: &Lines<'_>, place: usize) -> String {
        let [_, head] = self.above[place.min(self.above.len() - 1)];
        if head == NONE {
            return "the top of the file".to_owned();
        }
        let text = String::from_utf8_lossy(lines.text(head as usize)).into_owned();
        Section::new(&text).map_or_else(String::new, |section| format!("`{}`", section.label()))
    }

    /// Lists the stretches of lines that belong to the section, each from its head to the next one; the first
    /// [`SPANS`] where there are more.
    pub(super) fn spans(&self, lines: &Lines<'_>, section: &Section<'_>) -> Vec<Range<usize>> {
        let heads = self
            .named
            .get(section.label().as_bytes())
            .into_iter()
            .flatten();
        heads.take(SPANS).map(|at| self.span(lines, *at)).collect()
    }

    fn span(&self, lines: &Lines<'_>, head: u32) -> Range<usize> {
        let next = self.heads.partition_point(|at| *at <= head);
        head as usize..self.heads.get(next).map_or(lines.len(), |at| *at as usize)
    }

    /// Says whether the file defines the function that the section names: a head, then a body before any `;`.
    pub(super) fn defines(&self, lines: &Lines<'_>, section: &Section<'_>) -> bool {
        section.name.is_some()
            && self
                .spans(lines, section)
                .into_iter()
                .any(|span| has_body(lines, span))
    }
}

fn has_body(lines: &Lines<'_>, span: Range<usize>) -> bool {
    for at in span.start..span.end.min(span.start + 20) {
        let text = lines.text(at).trim_ascii_end();
        if text.starts_with(b"{") || (text.ends_with(b"{")) {
            return true;
        }
        if text.ends_with(b";") {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"#include <a.h>\n\nstatic int one(void);\n\nstatic int one(void)\n{\n\tgo();\nout:\n\treturn 1;\n}\n\nint two(int x)\n{\n\treturn x;\n}\n";

    #[test]
    fn places_know_their_function() {
        let lines = Lines::new(FILE);
        let heads = Heads::new(&lines);
        let one = Section::new(" static int one(void)").unwrap();
        assert!(
            heads.is_in(&lines, 6, &one)
                && heads.is_in(&lines, 8, &one)
                && !heads.is_in(&lines, 12, &one)
        );
        assert!(
            heads.is_in(&lines, 8, &Section::new("out:").unwrap()),
            "git's default rule takes labels"
        );
        assert!(
            heads.is_in(&lines, 11, &one),
            "a function's own head line still counts to the one before"
        );
        assert!(
            heads.is_in(&lines, 13, &Section::new("long two(int x, int y)").unwrap()),
            "the name decides"
        );
        assert_eq!(heads.name_at(&lines, 13), "`two`");
        assert_eq!(heads.spans(&lines, &one), [2..4, 4..11]);
    }

    #[test]
    fn a_declaration_is_no_definition() {
        let lines = Lines::new(b"int one(void);\nint two(void)\n{\n}\n");
        let heads = Heads::new(&lines);
        assert!(!heads.defines(&lines, &Section::new("int one(void)").unwrap()));
        assert!(heads.defines(&lines, &Section::new("int two(void)").unwrap()));
        assert!(!heads.defines(&lines, &Section::new("struct two {").unwrap()));
        assert!(Section::new("  ").is_none());
    }
}
