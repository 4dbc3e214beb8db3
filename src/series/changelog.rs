//! In: the notes below `---`, or a cover letter. Out: what changed, by revision.

use super::ChangelogEntry;

/// Words that may stand before and between the revisions of a changelog's heading.
const WORDS: &[&str] = &[
    "changes",
    "change",
    "changed",
    "changelog",
    "change-log",
    "log",
    "history",
    "revision",
    "in",
    "since",
    "from",
    "for",
    "of",
    "to",
    "vs",
    "against",
    "compared",
    "with",
    "patch",
    "series",
    "version",
    "the",
    "new",
    "what's",
    "new",
    "after",
    "on",
    "between",
    "and",
    "diff",
    "rfc",
    "differences",
    "updates",
    "updated",
    "resend",
];

/// A heading: the revision it opens, and text that follows on the same line.
fn heading(line: &str) -> Option<(u32, &str)> {
    let trimmed = line
        .trim()
        .trim_start_matches(['*', '-', '#', '=', '[', '>', ' ', '`']);
    // A heading ends with a colon, or is all of its line.
    let (head, rest) = match trimmed.split_once(':') {
        Some((head, rest)) => (head, rest.trim()),
        None => (trimmed.trim_end_matches(['=', '-', ']', '*', ' ', '.']), ""),
    };
    if head.is_empty() || head.len() > 60 {
        return None;
    }
    let spaced = head
        .replace("->", " to ")
        .replace("=>", " to ")
        .replace('→', " to ")
        .replace("..", " to ")
        .replace([']', '*', ',', '/'], " ");
    let mut versions: Vec<u32> = Vec::new();
    let (mut since, mut arrow, mut worded, mut rfc) = (false, false, false, false);
    let mut in_brackets = false;
    for word in spaced.split_whitespace() {
        let word = word.to_ascii_lowercase();
        // `v2 (resend)`, `v3 (2024-05-06)`.
        in_brackets |= word.starts_with('(');
        if in_brackets {
            in_brackets = !word.ends_with(')');
            continue;
        }
        if let Some(version) = word
            .strip_prefix("rfc")
            .unwrap_or(&word)
            .trim_start_matches('-')
            .strip_prefix('v')
            .and_then(|digits| digits.parse().ok())
        {
            versions.push(version);
            continue;
        }
        // `version 2`.
        if worded && versions.is_empty() && word.len() < 3 {
            versions.push(word.parse().ok()?);
            continue;
        }
        since |= matches!(
            word.as_str(),
            "since" | "from" | "against" | "after" | "vs" | "compared"
        );
        arrow |= word == "to";
        worded = word == "version" || word == "revision";
        rfc |= word == "rfc";
        if !WORDS.contains(&word.as_str()) {
            return None;
        }
    }
    let version = match versions.as_slice() {
        [] if rfc && since => 1,
        [one] if since && !arrow => one.checked_add(1)?,
        [one] if rfc && since => *one,
        [one] => *one,
        [one, other] => *one.max(other),
        _ => return None,
    };
    (version <= 999).then_some((version, rest))
}

/// Reads the changelog of a text. Text above the first heading is none; in a cover letter (`mixed`) an entry ends where
/// prose begins again behind a blank line.
pub(super) fn parse(text: &str, mixed: bool) -> Vec<ChangelogEntry> {
    let mut out: Vec<ChangelogEntry> = Vec::new();
    let mut open = false;
    let mut blank_above = false;
    for line in text.lines() {
        if let Some((version, rest)) = heading(line) {
            out.push(ChangelogEntry {
                version,
                text: rest.to_owned(),
            });
            (open, blank_above) = (true, false);
            continue;
        }
        let trimmed = line.trim_end();
        if matches!(trimmed, "---" | "--") {
            open = false;
        }
        let listed = trimmed.starts_with([' ', '\t', '-', '*', '+', '#', '•', 'o', '>'])
            || trimmed.starts_with(|c: char| c.is_ascii_digit());
        if mixed && blank_above && !listed && !trimmed.is_empty() {
            // A blank line may stand between a heading and its text.
            open &= out.last().is_some_and(|entry| entry.text.is_empty());
        }
        blank_above = trimmed.is_empty();
        if let (true, Some(entry)) = (open, out.last_mut())
            && !(trimmed.is_empty() && entry.text.is_empty())
        {
            if !entry.text.is_empty() {
                entry.text.push('\n');
            }
            entry.text.push_str(trimmed);
        }
    }
    for entry in &mut out {
        entry.text.truncate(entry.text.trim_end().len());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_of_every_shape() {
        let cases = [
            ("v5:", 5),
            ("V5:", 5),
            ("v5", 5),
            ("Changes in v2:", 2),
            ("Changes since v1:", 2),
            ("Changes since v1", 2),
            ("v1 -> v2:", 2),
            ("v4 → v5:", 5),
            ("v1->v2:", 2),
            ("v1..v2:", 2),
            ("Changes from v3 to v4:", 4),
            ("[v2]", 2),
            ("* v3:", 3),
            ("Changelog v2:", 2),
            ("v2 changes:", 2),
            ("Changes from v2:", 3),
            ("v3 (resend):", 3),
            ("Changes since RFC:", 1),
            ("version 4:", 4),
            ("== v2 ==", 2),
            ("Changes since RFC v1:", 2),
            ("v2 -> v3", 3),
            ("Changes v2 -> v3:", 3),
        ];
        for (line, version) in cases {
            assert_eq!(
                heading(line).map(|(version, _)| version),
                Some(version),
                "{line}"
            );
        }
        for line in [
            "",
            "see v2 of the patch: it was wrong",
            "mm: fix",
            "- dropped the v2 check",
            "v2 was better",
            "Changes:",
            "https://example.org/v2",
        ] {
            assert_eq!(heading(line), None, "{line}");
        }
    }

    #[test]
    fn entries_hold_their_lines() {
        let log = parse(
            "Words.\n\nv5:\n* one\n  more\n\n* two\n\nv4: in a line\n",
            false,
        );
        assert_eq!(log.len(), 2);
        assert_eq!(
            (log[0].version, log[0].text.as_str()),
            (5, "* one\n  more\n\n* two")
        );
        assert_eq!((log[1].version, log[1].text.as_str()), (4, "in a line"));
    }

    #[test]
    fn in_a_cover_prose_ends_an_entry() {
        let log = parse(
            "Intro.\n\nChanges since v1:\n\n- one\n\n- two\n\nThanks to all.\n\nAnn Example (2):\n  mm: x\n",
            true,
        );
        assert_eq!(
            log,
            [ChangelogEntry {
                version: 2,
                text: "- one\n\n- two".to_owned()
            }]
        );
    }
}
