//! In: a message with its subject read. Out: whether it answers another, and whether it holds a diff of its own.

use super::subject::Subject;
use crate::mail::Message;

/// Says whether a message only answers another: its subject says so, or it quotes a diff that another mail holds.
///
/// A mail whose own diff a program has quoted from its first line on is none: the text above is not quoted.
pub(super) fn is_reply(message: &Message, subject: &Subject) -> bool {
    if subject.reply {
        return true;
    }
    if has_own_diff(&message.body) {
        return false;
    }
    let threaded = message.in_reply_to.is_some() || !message.references.is_empty();
    match quoted(&message.body) {
        Quoted::No => false,
        Quoted::DiffAlone => !subject.patch,
        // A patch of which everything is quoted is one all the same: who answers writes something.
        Quoted::Text => !subject.patch || (threaded && has_own_words(&message.body)),
    }
}

/// Says whether a text holds a diff that nobody quotes.
pub(super) fn has_own_diff(body: &[u8]) -> bool {
    let begins = |line: &[u8]| line.starts_with(b"diff --git ") || line.starts_with(b"@@ -");
    body.split(|&byte| byte == b'\n').any(begins)
}

/// Says whether any line with text is not quoted.
fn has_own_words(body: &[u8]) -> bool {
    let mut lines = body.split(|&byte| byte == b'\n');
    lines.any(|line| !line.trim_ascii().is_empty() && unquoted(line).is_none())
}

/// What of a text is quoted.
enum Quoted {
    /// No diff.
    No,
    /// A diff, and nothing above it.
    DiffAlone,
    /// A diff, and text above it.
    Text,
}

/// The text of a quoted line, its marks off.
fn unquoted(line: &[u8]) -> Option<&[u8]> {
    let rest = line.trim_ascii_start();
    let marks = rest
        .iter()
        .take_while(|byte| matches!(byte, b'>' | b'|' | b' '));
    let marks = marks.count();
    (marks > 0 && matches!(rest[0], b'>' | b'|')).then(|| &rest[marks..])
}

fn quoted(body: &[u8]) -> Quoted {
    let mut above = false;
    for line in body.split(|&byte| byte == b'\n') {
        let Some(text) = unquoted(line) else {
            continue;
        };
        if text.starts_with(b"diff --git ") || text.starts_with(b"@@ -") {
            return if above {
                Quoted::Text
            } else {
                Quoted::DiffAlone
            };
        }
        // A plain diff's two lines of names are its own.
        above |= !text.starts_with(b"--- a/") && !text.starts_with(b"+++ b/");
    }
    Quoted::No
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::read_bytes;

    const DIFF: &str = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n";

    fn reply(subject: &str, parent: bool, body: &str) -> bool {
        let parent = if parent { "In-Reply-To: <a@b>\n" } else { "" };
        let text =
            format!("From: A <a@b>\nMessage-ID: <r@b>\n{parent}Subject: {subject}\n\n{body}");
        let message = read_bytes(text.into_bytes(), "x")
            .unwrap()
            .messages
            .remove(0);
        let subject = super::super::subject::parse(&message.subject);
        is_reply(&message, &subject)
    }

    #[test]
    fn who_quotes_a_patch_answers_it_in_any_language() {
        let quote =
            |text: &str| -> String { text.lines().map(|line| format!("> {line}\n")).collect() };
        let whole = quote(&format!("Why.\n---\n x | 2 +-\n\n{DIFF}"));
        for above in [
            "Am Montag schrieb Ada:\n",
            "Le lundi, Ada a \u{e9}crit :\n",
            "Ada \u{306e}:\n",
            "",
        ] {
            assert!(reply(
                "A question",
                true,
                &format!("{above}{whole}\nGut.\n")
            ));
            assert_eq!(
                reply("[PATCH] x", true, &format!("{above}{whole}")),
                !above.is_empty()
            );
            assert!(reply("A question", false, &format!("{above}{whole}")));
        }
        for subject in [
            "Re: x",
            "AW: x",
            "Odp: [PATCH] x",
            "Antw: x",
            "RE : [PATCH] x",
            "\u{56de}\u{590d}: [PATCH] x",
            "Re[3]: x",
        ] {
            assert!(reply(subject, true, DIFF), "{subject}");
        }
        // A program has quoted the diff of a patch, from its first line on.
        assert!(!reply(
            "[PATCH 2/3] x",
            true,
            &format!("Why.\n---\n x | 2 +-\n\n{}", quote(DIFF))
        ));
        // Who answers with a patch posts one.
        assert!(!reply(
            "[PATCH v2] x",
            true,
            &format!("{whole}\nBetter so:\n\n{DIFF}")
        ));
        assert!(!reply("[PATCH] TR: x", true, DIFF));
    }
}
