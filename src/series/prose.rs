//! In: prose that a page put on one line. Out: the lines that can be told again: trailers, the cut, the diffstat.

use super::trailer;

/// Bytes of a line that nobody types: the page has lost its line ends.
const LONG: usize = 300;

/// Sets the parts of a commit message that end in known ways on lines of their own; other text stays as it is.
pub(super) fn unflatten(text: &str) -> Option<String> {
    let at = text
        .rfind(" --- ")
        .or_else(|| text.starts_with("--- ").then_some(0))?;
    let (above, below) = (&text[..at], text[at..].trim_start().strip_prefix("--- ")?);
    let line = above.rsplit('\n').next().unwrap_or(above);
    let (notes, stat) = stat(below)?;
    let flat = line.len() > LONG || !below.trim_end().contains('\n');
    if !flat || line.trim().is_empty() {
        return None;
    }
    let mut out = trailers(above);
    out.push_str("\n---\n");
    if !notes.is_empty() {
        out.push_str(notes);
        out.push_str("\n\n");
    }
    out.push_str(&stat);
    Some(out)
}

/// Finds the hash behind ` base-commit: ` in a text without line ends.
pub(super) fn base_commit(text: &str) -> Option<&str> {
    let (_, rest) = text.rsplit_once(" base-commit: ")?;
    let id = rest.split_whitespace().next()?;
    (id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}

/// Puts each of the trailers that end a text on a line of its own.
fn trailers(text: &str) -> String {
    let text = text.trim_end();
    let mut end = text.len();
    let mut lines: Vec<&str> = Vec::new();
    while let Some((start, line)) = last_trailer(&text[..end]) {
        lines.push(line);
        end = start;
        if start == 0 {
            break;
        }
    }
    lines.reverse();
    let prose = text[..end].trim_end();
    if lines.is_empty() {
        return prose.to_owned();
    }
    let gap = if prose.is_empty() { "" } else { "\n\n" };
    [prose, gap, &lines.join("\n")].concat()
}

/// The trailer that a text ends with, and where it begins.
fn last_trailer(text: &str) -> Option<(usize, &str)> {
    let text = text.trim_end();
    let ends: Vec<usize> = text.match_indices(": ").map(|(at, _)| at).collect();
    ends.into_iter().rev().find_map(|colon| {
        let start = text[..colon].rfind(char::is_whitespace).map_or(0, |at| {
            at + text[at..].chars().next().map_or(1, char::len_utf8)
        });
        let line = &text[start..];
        let (key, value) = trailer::key_value(line)?;
        (trailer::is_known(key) && is_value(key, value)).then_some((start, line))
    })
}

/// Says whether a text is the whole of a trailer's value.
fn is_value(key: &str, value: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let person = || {
        let address = value.split(" #").next().unwrap_or(value).trim_end();
        let open = address.matches('<').count();
        address.ends_with('>') && open == 1 && address.len() < 200
    };
    match key.as_str() {
        "fixes" => {
            let id = value.split_whitespace().next().unwrap_or("");
            id.len() >= 7
                && id.bytes().all(|byte| byte.is_ascii_hexdigit())
                && value.ends_with("\")")
        }
        "link" | "closes" | "url" | "bug" | "buglink" => {
            value.starts_with("http") && value.split_whitespace().count() <= 2
        }
        "cc" | "to" => person(),
        _ => key.ends_with("-by") && person(),
    }
}

/// Reads `path | 3 +++ other/path | 2 +- 2 files changed, 4 insertions(+)`; gives what stands before it, and it in lines.
fn stat(text: &str) -> Option<(&str, String)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bar = words.iter().position(|word| *word == "|")?;
    let mut at = bar.checked_sub(1)?;
    let mut out = String::new();
    while words.get(at + 1) == Some(&"|") {
        let count = words.get(at + 2)?;
        count.parse::<u32>().ok()?;
        let graph = words
            .get(at + 3)
            .filter(|word| word.bytes().all(|byte| matches!(byte, b'+' | b'-')));
        out.push_str(&[" ", words[at], " | ", count].concat());
        if let Some(graph) = graph {
            out.push_str(&[" ", graph].concat());
        }
        out.push('\n');
        at += 3 + usize::from(graph.is_some());
    }
    out.push_str(&[" ", &words.get(at..)?.join(" "), "\n"].concat());
    let first = words[bar - 1];
    let notes = text.find(&format!("{first} |")).unwrap_or(0);
    Some((text[..notes].trim(), out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_message_gets_its_lines_back() {
        let words = "The herd is counted twice: once in the barn, once outside. ".repeat(6);
        let flat = format!(
            "{words}Fixes: 0123456789ab (\"barn: count the herd\") Cc: <stable at example.org> \
             Signed-off-by: Ada Specimen <ada at example.org> --- mm/barn.c | 3 ++- mm/hay.c | 0 2 files changed, \
             2 insertions(+), 1 deletion(-)\n"
        );
        let lines = unflatten(&flat).unwrap();
        assert!(
            lines.ends_with(
                "outside.\n\nFixes: 0123456789ab (\"barn: count the herd\")\nCc: <stable at example.org>\n\
                 Signed-off-by: Ada Specimen <ada at example.org>\n---\n mm/barn.c | 3 ++-\n mm/hay.c | 0\n \
                 2 files changed, 2 insertions(+), 1 deletion(-)\n"
            ),
            "{lines}"
        );
    }

    #[test]
    fn text_in_lines_stays() {
        assert_eq!(
            unflatten("Why.\n\nSigned-off-by: A <a@b>\n---\n a.c | 1 +\n 1 file changed\n"),
            None
        );
        assert_eq!(
            base_commit("x base-commit: 0123456789012345678901234567890123456789 -- 2.4"),
            Some("0123456789012345678901234567890123456789")
        );
        assert_eq!(base_commit("see base-commit: later"), None);
    }
}
