//! In: a commit message. Out: the trailers at the end of its paragraphs, continuation lines joined.

use super::Trailer;
use crate::mail::mend;

/// Keys without `-by` that kernel commits end with.
const KEYS: &[&str] = &[
    "fixes",
    "cc",
    "link",
    "closes",
    "bug",
    "bugzilla",
    "buglink",
    "url",
    "see-also",
    "depends-on",
    "to",
    "change-id",
    "base-commit",
    "message-id",
    "msgid",
    "in-reply-to",
    "references",
    "reported-and-tested-by",
    "reported-by",
    "cherry-picked-from",
    "addresses",
    "addresses-coverity-id",
    "syzbot-id",
    "reference",
    "patchwork",
    "upstream",
    "backport",
    "stable-dep-of",
    "cve-id",
];

impl Trailer {
    /// Gives the versions of a `Cc: stable… # v5.14+` line (`v5.14+`); `None` for any other trailer.
    pub fn stable_range(&self) -> Option<&str> {
        if !self.key.eq_ignore_ascii_case("cc") {
            return None;
        }
        let (address, range) = self.value.split_once('#')?;
        let range = range.trim();
        (address.to_ascii_lowercase().contains("stable") && !range.is_empty()).then_some(range)
    }
}

/// Reads `Key: value`, where the key is one word of letters, digits and hyphens.
pub(super) fn key_value(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let word = !key.is_empty()
        && key.len() <= 40
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let value_set_off = value.is_empty() || value.starts_with([' ', '\t']);
    (word && value_set_off && key.starts_with(|c: char| c.is_ascii_alphabetic()))
        .then(|| (key, value.trim()))
}

/// Says whether a key is one of a trailer for sure.
pub(super) fn is_known(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    lower.ends_with("-by") || lower.starts_with("prerequisite-") || KEYS.contains(&lower.as_str())
}

/// A line, or lines, of a paragraph.
enum Item {
    /// A trailer; whether its key is known for sure.
    Trailer(Trailer, bool),
    /// `[who: what was changed]`, which maintainers put between trailers.
    Remark,
    /// Anything else.
    Prose,
}

/// Groups the lines of a paragraph, continuation lines joined to the trailer above.
fn items(paragraph: &[&str]) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    for line in paragraph {
        let indented = line.starts_with([' ', '\t']);
        if let Some(Item::Trailer(trailer, _)) = out.last_mut() {
            // A wrapped `Fixes: 123 ("long subject` goes on, indented or not, until the quote closes.
            let open_quote =
                !indented && trailer.value.contains("(\"") && !trailer.value.contains("\")");
            if indented || (open_quote && line.contains("\")")) {
                if !trailer.value.is_empty() {
                    trailer.value.push(' ');
                }
                trailer.value.push_str(line.trim());
                continue;
            }
        }
        out.push(match key_value(line) {
            Some((key, value)) if !indented => Item::Trailer(
                Trailer {
                    key: key.to_owned(),
                    value: value.to_owned(),
                },
                is_known(key),
            ),
            _ if line.starts_with('[') && line.contains(": ") => Item::Remark,
            _ => Item::Prose,
        });
    }
    out
}

/// Reads the trailers of a message: those that end a paragraph. Where a paragraph is trailers throughout and holds
/// one of a known key, keys that are not known count too.
pub(super) fn parse(message: &str) -> Vec<Trailer> {
    let lines: Vec<&str> = message.lines().collect();
    let mut out = Vec::new();
    for paragraph in lines.split(|line| line.trim().is_empty()) {
        let items = items(paragraph);
        let run = items
            .iter()
            .rposition(|item| matches!(item, Item::Prose))
            .map_or(0, |at| at + 1);
        let has_known = items[run..]
            .iter()
            .any(|item| matches!(item, Item::Trailer(_, true)));
        if !has_known {
            continue;
        }
        // In a paragraph that begins as prose, the trailers begin with the first key that is known.
        let mut begun = run == 0;
        for item in items.into_iter().skip(run) {
            if let Item::Trailer(mut trailer, known) = item {
                begun |= known;
                if begun {
                    trailer.value = mend(&trailer.value);
                    out.push(trailer);
                }
            }
        }
    }
    out
}

/// Mends obfuscated addresses in the lines of a message that are trailers.
pub(super) fn mend_message(message: &str) -> String {
    if !message.contains(" at ") {
        return message.to_owned();
    }
    let mut out = String::with_capacity(message.len());
    for line in message.split_inclusive('\n') {
        let (text, feed) = line
            .strip_suffix('\n')
            .map_or((line, ""), |text| (text, "\n"));
        match key_value(text) {
            Some((key, value)) if is_known(key) => {
                let start = text.len() - text[key.len() + 1..].trim_start().len();
                out.push_str(&text[..start]);
                out.push_str(&mend(value));
            }
            _ => out.push_str(text),
        }
        out.push_str(feed);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(message: &str) -> Vec<(String, String)> {
        parse(message)
            .into_iter()
            .map(|trailer| (trailer.key, trailer.value))
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn trailers_with_and_without_a_blank_line_above() {
        let list = [pair("Signed-off-by", "Ann <ann@example.org>")];
        assert_eq!(
            pairs("Text: more\n\nSigned-off-by: Ann <ann at example.org>"),
            list
        );
        assert_eq!(
            pairs("Last words of\nthe text.\nSigned-off-by: Ann <ann@example.org>\n"),
            list
        );
        assert_eq!(pairs("Note: this is prose.\n\nWarning: and this"), []);
        assert_eq!(pairs("    Signed-off-by: quoted <q@example.org>"), []);
    }

    #[test]
    fn several_blocks_and_continuations() {
        let message = "Body.\n\nFixes: 0123456789ab (\"mm: a subject that is\n long\")\nCc: <stable@vger.example.org> # v5.14+\n\n\
                       Reported-by: Ann <a@example.org>\nCloses: https://example.org/1\n[bob@example.org: fixed a word]\n\
                       Odd: thing\nSigned-off-by: Bob <b@example.org>\n";
        assert_eq!(
            pairs(message),
            [
                pair("Fixes", "0123456789ab (\"mm: a subject that is long\")"),
                pair("Cc", "<stable@vger.example.org> # v5.14+"),
                pair("Reported-by", "Ann <a@example.org>"),
                pair("Closes", "https://example.org/1"),
                pair("Odd", "thing"),
                pair("Signed-off-by", "Bob <b@example.org>"),
            ]
        );
        assert_eq!(parse(message)[1].stable_range(), Some("v5.14+"));
        assert_eq!(parse(message)[0].stable_range(), None);
    }

    #[test]
    fn a_fixes_line_wrapped_without_indent() {
        assert_eq!(
            pairs("Fixes: 0123456789ab (\"mm: long\nsubject\")\nSigned-off-by: A <a@example.org>")
                [0]
            .1,
            "0123456789ab (\"mm: long subject\")"
        );
    }

    #[test]
    fn messages_are_mended_in_trailers_only() {
        assert_eq!(
            mend_message("look at a.b here\n\nSigned-off-by:  Ann <ann at example.org>\n"),
            "look at a.b here\n\nSigned-off-by:  Ann <ann@example.org>\n"
        );
    }
}
