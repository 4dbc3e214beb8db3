//! In: a diff that holds every line that its headers count. Out: whether its text may have lost something all the same.
//!
//! Entities and blanks are no damage by themselves: people write them, into code and documents. What is told here is only
//! whether to look; a kernel's file or the `index` line's ids decide.

use crate::diff::damaged::{Damage, DamagedFile, DamagedParsed, Standing};
use crate::diff::{FileDiff, Line, LineKind};

/// What speaks against a text that is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Nothing.
    None,
    /// It can have been written so; a kernel's file may tell.
    Slight,
    /// It looks damaged, in these ways.
    Strong(Damage),
}

/// No-break space.
const NBSP: &[u8] = b"\xc2\xa0";

/// Weighs a whole diff; `body` ends behind its last line. `page`: did it stand on a web page?
pub(super) fn weigh(left: &DamagedParsed, files: &[FileDiff], page: bool, body: &[u8]) -> Doubt {
    if !is_paired(left, files) {
        return Doubt::None;
    }
    match text(left, files, page) {
        // The blank line above a signature may have been counted for one of context that was dropped.
        Doubt::None if body.ends_with(b"\n\n") && ends_blank(files) => Doubt::Slight,
        doubt => doubt,
    }
}

/// Is the last line of the last hunk an empty one of context?
fn ends_blank(files: &[FileDiff]) -> bool {
    let hunk = files.last().and_then(|file| file.hunks.last());
    let line = hunk.and_then(|hunk| hunk.lines.last());
    line.is_some_and(|line| line.kind == LineKind::Context && line.text.is_empty())
}

/// Weighs the text of a whole diff.
fn text(left: &DamagedParsed, files: &[FileDiff], page: bool) -> Doubt {
    let lost = left.damage;
    let spaces = files.iter().map(|file| spaces(file, lost, page));
    let worst = spaces.max_by_key(|doubt| match doubt {
        Doubt::None => 0,
        Doubt::Slight => 1,
        Doubt::Strong(_) => 2,
    });
    let letters = lost.escaped || lost.entities;
    match worst.unwrap_or(Doubt::None) {
        // A page's reader has put its entities back; what is left was escaped twice.
        Doubt::Strong(lost) => Doubt::Strong(lost),
        _ if letters && page => Doubt::Strong(Damage {
            escaped: lost.escaped,
            entities: lost.entities,
            ..Damage::default()
        }),
        doubt if letters => match doubt {
            Doubt::None => Doubt::Slight,
            other => other,
        },
        doubt => doubt,
    }
}

/// Do both readings see the same files with as many hunks?
fn is_paired(left: &DamagedParsed, files: &[FileDiff]) -> bool {
    let same = |(one, other): (&DamagedFile, &FileDiff)| {
        one.old_path == other.old_path
            && one.new_path == other.new_path
            && one.change == other.change
            && one.hunks.len() == other.hunks.len()
    };
    left.files.len() == files.len() && left.files.iter().zip(files).all(same)
}

/// Weighs the white space of one file's hunks.
fn spaces(file: &FileDiff, lost: Damage, page: bool) -> Doubt {
    let lines = || file.hunks.iter().flat_map(|hunk| &hunk.lines);
    let odd = |line: &Line| {
        let spaces = |byte: &u8| NBSP.contains(byte) || matches!(byte, b' ' | b'\t');
        let lead = line.text.iter().take_while(|byte| spaces(byte)).count();
        let runs = [&b"\xc2\xa0\xc2\xa0"[..], b" \xc2\xa0", b"\xc2\xa0 "];
        let has = |text: &[u8], sign: &[u8]| memchr::memmem::find(text, sign).is_some();
        // People write one between words, and no two in a row.
        has(&line.text[..lead], NBSP)
            || runs.iter().any(|run| has(&line.text, run))
            || (page && has(&line.text, NBSP))
    };
    if lines().any(odd) {
        return Doubt::Strong(Damage {
            entities: true,
            ..lost
        });
    }
    if !lost.tabs {
        return Doubt::None;
    }
    let widths: Vec<usize> = lines().filter_map(|line| indent(&line.text)).collect();
    let any = |wanted: fn(usize) -> bool| widths.iter().any(|&width| wanted(width));
    if widths.is_empty() {
        if !is_tabbed(file.path()) {
            return Doubt::None;
        }
        // Nothing is indented: it may be so, but not where code of a function stands.
        return if lines().any(|line| is_statement(&line.text)) {
            Doubt::Strong(lost)
        } else {
            Doubt::Slight
        };
    }
    if is_tabbed(file.path()) {
        // A tab is at least eight columns wide, or it has become one blank; who indents by blanks takes some.
        return if any(|width| (2..8).contains(&width)) && !any(|width| width == 1) {
            Doubt::Slight
        } else {
            Doubt::Strong(lost)
        };
    }
    // A line or two may be set so; where all are, runs of blanks have become one.
    let mut texts = lines().map(|line| line.text.trim_ascii_end());
    if widths.len() > 2 && !texts.any(|text| memchr::memmem::find(text, b"  ").is_some()) {
        return Doubt::Strong(Damage {
            inner_blanks: true,
            ..lost
        });
    }
    if any(|width| width >= 8) {
        Doubt::Slight
    } else {
        Doubt::None
    }
}

/// How many blanks stand before a line's text. Nothing where none do, and where comments and lists are set so.
fn indent(text: &[u8]) -> Option<usize> {
    let width = text.iter().take_while(|&&byte| byte == b' ').count();
    let first = text.get(width)?;
    let label = width == 1 && text.ends_with(b":");
    let set = width > 0 && !first.is_ascii_whitespace() && !b"*-".contains(first) && !label;
    set.then_some(width)
}

/// Is a line one that stands in a function?
fn is_statement(text: &[u8]) -> bool {
    let words = [
        &b"return;"[..],
        b"return ",
        b"if (",
        b"for (",
        b"while (",
        b"goto ",
        b"case ",
        b"break;",
        b"continue;",
    ];
    words.iter().any(|word| text.starts_with(word))
}

/// Is a file of the kind that the kernel indents by tabs?
fn is_tabbed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["Kconfig", "Makefile", "Kbuild"]
        .iter()
        .any(|start| name.starts_with(start))
        || matches!(
            ending,
            "c" | "h" | "S" | "dts" | "dtsi" | "dtso" | "lds" | "y" | "l" | "mk"
        )
}

/// The files of a damaged text with their hunks as they stand; `suspect` is for all of them.
pub(super) fn with_standing(
    mut left: Vec<DamagedFile>,
    files: &[FileDiff],
    suspect: bool,
) -> Vec<DamagedFile> {
    for (damaged, file) in left.iter_mut().zip(files) {
        damaged.old_path.clone_from(&file.old_path);
        damaged.new_path.clone_from(&file.new_path);
        let mut hunks = damaged.hunks.iter();
        let letters = hunks.any(|hunk| hunk.damage.escaped || hunk.damage.entities);
        damaged.standing = Some(Standing {
            hunks: file.hunks.clone(),
            suspect,
            by_rule: letters || is_tabbed(file.path()),
        });
    }
    left
}

#[cfg(test)]
mod tests {
    use super::super::assemble::tests::{all, mail};
    use super::super::{Patch, Series};

    /// A patch of one file whose lines are `lines`, from a mail or a page.
    fn patch(path: &str, lines: &[&str], page: bool) -> Patch {
        let count = |marks: [char; 2]| lines.iter().filter(|line| line.starts_with(marks)).count();
        let (old, new) = (count([' ', '-']), count([' ', '+']));
        let diff = format!(
            "Why.\n---\ndiff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{}\n",
            lines.join("\n")
        );
        let found: Vec<Series> = if page {
            let page = format!("Ann\n2024-May-06 05:08 UTC\n[PATCH] x\n{diff}");
            let read = crate::mail::read_bytes(page.into_bytes(), "page").unwrap();
            super::super::assemble(read)
        } else {
            all(&[mail("[PATCH] x", "1", "", &diff)])
        };
        let patch = found[0].patches[0].clone();
        assert!(patch.stands_whole(), "{path}");
        assert_eq!(patch.files[0].hunks[0].lines.len(), lines.len());
        patch
    }

    #[test]
    fn people_write_entities_and_blanks() {
        let cases: [(&str, &[&str]); 4] = [
            ("a.c", &[" int a;", "+char *s = \"&lt;b&gt; &amp;\";"]),
            ("a.html", &[" <p>", "+x &amp; y"]),
            (
                "tool.c",
                &[" {", "     int a;", "+    a = 3;", "+        b = a;"],
            ),
            ("a.yaml", &[" a:", "   b:", "+    c: 1", "     d: 2"]),
        ];
        assert!(
            patch("a.c", &[" int a;", "+int b;", " "], false)
                .damage
                .is_some()
        );
        assert!(
            patch("a.c", &[" \tint a;", "+\tint b;", " "], false)
                .damage
                .is_none()
        );
        for (path, lines) in cases {
            let patch = patch(path, lines, false);
            assert!(!patch.is_damaged(), "{path}");
        }
        assert!(!patch("a.yaml", &[" a:", "   b:", "+    c: 1"], true).is_damaged());
        assert!(!patch("a.c", &[" \tint a;", "+\ta = b & c;"], true).is_damaged());
    }

    #[test]
    fn what_has_lost_its_tabs_is_not_called_whole() {
        let cases: [(&str, &[&str]); 8] = [
            ("a.c", &[" {", " int a;", "+return 3;"]),
            ("a.c", &[" {", "  int a;", "+ a = 3;"]),
            ("a.c", &[" {", "         int a;", "+        a = 3;"]),
            (
                "mm/Kconfig",
                &[" config A", "  bool", "+ default y", "+ help", "+  Text."],
            ),
            ("Makefile", &[" all:", "  make x", "+ make y"]),
            ("Makefile", &[" all: x", "+x\u{a0}\u{a0}+= y.o"]),
            ("a.rst", &[" ::", "  one", "  two", "+ three", "  four"]),
            ("a.c", &[" {", " \u{a0}\u{a0}int a;", "+\u{a0}\u{a0}a = 3;"]),
        ];
        for (path, lines) in cases {
            for page in [false, true] {
                assert!(patch(path, lines, page).is_damaged(), "{path} {page}");
            }
        }
        // So do letters that a page could not read.
        let letters = [" int a; /* caf\u{fffd} */", "+int b;"];
        assert!(patch("a.c", &letters, true).is_damaged());
        assert!(!patch("a.c", &letters, false).is_damaged());
        // Pages turn blanks within lines to no-break spaces too; people rarely write one.
        let within = [" int a;", "+char *s = \"a\u{a0}b\";"];
        assert!(patch("a.c", &within, true).is_damaged());
        assert!(!patch("a.c", &within, false).is_damaged());
    }
}
