//! In: the text of a web archive's page. Out: the mails on it, headers read and the page's furniture taken off.

use super::{Address, Message, Origin, date, mime};

/// Lines of a page with their offsets; pages are searched from both ends.
struct Lines<'t> {
    text: &'t [u8],
    /// Start and end (without line feed) of each line.
    spans: Vec<(usize, usize)>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t [u8]) -> Self {
        let mut spans = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
            spans.push((start, end));
            start = end + 1;
        }
        Self { text, spans }
    }

    /// Gives a line as text, trimmed; empty behind the last, or where it is no UTF-8.
    fn get(&self, index: usize) -> &'t str {
        let Some(&(start, end)) = self.spans.get(index) else {
            return "";
        };
        std::str::from_utf8(&self.text[start..end])
            .unwrap_or("")
            .trim()
    }

    fn date(&self, index: usize) -> Option<date::Posted> {
        let line = self.get(index);
        date::parse(line.strip_prefix("Date:").unwrap_or(line).trim())
    }
}

/// How many lines with text a page's head may have: subject, author on two lines, date.
const HEAD_LINES: usize = 4;

/// Mails taken from one page; what follows belongs to the last of them.
const MAX_MAILS: usize = 10_000;

/// Where a mail on a page begins, and what its head says.
struct Head {
    first: usize,
    body: usize,
    subject: String,
    author: String,
    posted: date::Posted,
}

/// Reads a head that begins at or behind line `from`: subject, author and date, with blank lines anywhere.
fn subject_first(lines: &Lines<'_>, from: usize) -> Option<Head> {
    let filled: Vec<usize> = (from..(from + 40).min(lines.spans.len()))
        .filter(|&index| !lines.get(index).is_empty())
        .take(HEAD_LINES)
        .collect();
    let first = *filled.first()?;
    let (place, posted) = filled
        .iter()
        .enumerate()
        .skip(1)
        .find_map(|(place, &index)| Some((place, lines.date(index)?)))?;
    let author: Vec<&str> = filled[1..place]
        .iter()
        .map(|&index| lines.get(index))
        .collect();
    let author = author.join(" ");
    let author = author
        .strip_prefix("From:")
        .unwrap_or(&author)
        .trim()
        .to_owned();
    if author.is_empty() {
        return None;
    }
    let mut body = filled[place] + 1;
    while body < lines.spans.len() && (lines.get(body).is_empty() || is_furniture(lines.get(body)))
    {
        body += 1;
    }
    Some(Head {
        first,
        body,
        subject: lines.get(first).to_owned(),
        author,
        posted,
    })
}

/// Reads a head of the order author, date, subject, each on a line of its own.
fn author_first(lines: &Lines<'_>, first: usize) -> Option<Head> {
    let posted = lines.date(first + 1)?;
    let (author, subject) = (lines.get(first), lines.get(first + 2));
    let plausible = !author.is_empty()
        && author.len() < 80
        && !subject.is_empty()
        && !author.starts_with(['+', '-', '@']);
    plausible.then(|| Head {
        first,
        body: first + 3,
        subject: subject.to_owned(),
        author: author.to_owned(),
        posted,
    })
}

/// Says whether a line is one of the archive's own, for moving around in it.
fn is_furniture(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '•', ' ']);
    [
        "Previous message",
        "Next message",
        "Messages sorted by",
        "Search the",
        "Next in thread",
        "Previous in thread",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// Reads the mails of a page; nothing where the text is no page of a known shape.
pub(super) fn read(text: &[u8], name: &str, notes: &mut Vec<String>) -> Vec<Message> {
    let lines = Lines::new(text);
    let heads: Vec<Head> = match subject_first(&lines, 0) {
        Some(head) => vec![head],
        None => {
            let start = (0..lines.spans.len().min(10)).find(|&index| !lines.get(index).is_empty());
            match start.and_then(|start| author_first(&lines, start)) {
                Some(_) => (0..lines.spans.len())
                    .filter_map(|index| author_first(&lines, index))
                    .take(MAX_MAILS)
                    .collect(),
                None => return Vec::new(),
            }
        }
    };
    if heads.len() == MAX_MAILS {
        notes.push(format!(
            "{name}: only the first {MAX_MAILS} mails of the page were told apart"
        ));
    }
    let ends = heads
        .iter()
        .skip(1)
        .map(|head| head.first)
        .chain([lines.spans.len()]);
    heads
        .iter()
        .zip(ends)
        .map(|(head, end)| message(&lines, head, end, name, notes))
        .collect()
}

fn message(
    lines: &Lines<'_>,
    head: &Head,
    end: usize,
    name: &str,
    notes: &mut Vec<String>,
) -> Message {
    if !head.posted.zone_known {
        notes.push(format!(
            "{name}: time zone of «{}» is not known; UTC taken",
            head.subject
        ));
    }
    let offset = |index: usize| {
        lines
            .spans
            .get(index)
            .map_or(lines.text.len(), |&(start, _)| start)
    };
    let body_end = without_tail(lines, head.body, end);
    let mut body = lines.text[offset(head.body).min(offset(body_end))..offset(body_end)].to_vec();
    if !body.is_empty() && !body.ends_with(b"\n") {
        body.push(b'\n');
    }
    Message {
        subject: head
            .subject
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        from: Address::parse(head.author.trim()),
        date: Some(head.posted.at),
        utc_offset_minutes: head.posted.offset_minutes,
        body: mime::without_transport_cr(body, false),
        raw: lines.text[offset(head.first)..offset(end)].to_vec(),
        ..mime::empty(Origin::ArchivePage)
    }
}

/// Finds where the page's foot begins: links, `More information about the X mailing list`, blank lines.
fn without_tail(lines: &Lines<'_>, body: usize, end: usize) -> usize {
    let mut end = end;
    let foot = (end.saturating_sub(12).max(body)..end).find(|&index| {
        lines.get(index).starts_with("More information about the")
            && joined(lines, index, end).ends_with("mailing list")
    });
    if let Some(foot) = foot {
        end = foot;
    }
    while end > body
        && (lines.get(end - 1).is_empty() || is_furniture(lines.get(end - 1)))
        && is_text(lines, end - 1)
    {
        end -= 1;
    }
    end
}

/// Says whether a line is UTF-8 (what is not, reads as empty and must not be taken for blank).
fn is_text(lines: &Lines<'_>, index: usize) -> bool {
    lines
        .spans
        .get(index)
        .is_some_and(|&(start, end)| std::str::from_utf8(&lines.text[start..end]).is_ok())
}

fn joined(lines: &Lines<'_>, from: usize, to: usize) -> String {
    (from..to)
        .map(|index| lines.get(index))
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        "Text.\n\nSigned-off-by: Ann <ann at example.org>\n---\n diff here \n-- \n2.39.2\n";

    #[test]
    fn heads_and_feet_of_many_shapes() {
        let shapes = [
            (
                "[PATCH] x: y\n\nAnn Example ann at example.org\nTue Mar 9 12:15:02 UTC 2021\n\n\n",
                "\n\n\nMore information about the some-list mailing list\n",
            ),
            (
                "\n[PATCH] x: y\n    Ann Example \n    ann at example.org\n     \n    Tue Mar 9 12:15:02 UTC 2021\n   \n",
                "    \n   \nMore information about the some-list\nmailing list\n",
            ),
            (
                "[PATCH] x: y\nFrom: Ann Example <ann at example.org>\nDate: Tue Mar 09 2021 - 12:15:02 GMT\n",
                "",
            ),
            (
                "[PATCH] x: y\nAnn Example ann at example.org\nTue Mar 9 12:15:02 UTC 2021\nPrevious message: foo\nNext message: bar\nMessages sorted by: [ date ]\n\n",
                "\nPrevious message: foo\nMore information about the z mailing list",
            ),
        ];
        for (head, foot) in shapes {
            let messages = read(
                format!("{head}{BODY}{foot}").as_bytes(),
                "page",
                &mut Vec::new(),
            );
            assert_eq!(messages.len(), 1, "{head}");
            let message = &messages[0];
            assert_eq!(message.subject, "[PATCH] x: y");
            assert_eq!(
                (message.from.name.as_str(), message.from.email.as_str()),
                ("Ann Example", "ann@example.org")
            );
            assert_eq!(message.date.unwrap().to_string(), "2021-03-09T12:15:02Z");
            assert_eq!(String::from_utf8_lossy(&message.body), BODY);
            assert!(message.raw.ends_with(foot.as_bytes()));
        }
    }

    #[test]
    fn a_thread_on_one_page() {
        let page = "Ann Example\n2025-Jan-29 11:53 UTC\n[PATCH 0/1] cover\nWords.\nAnn Example\n2025-Jan-29 11:54 UTC\n[PATCH 1/1] part\nWords: 12:30\n";
        let messages = read(page.as_bytes(), "page", &mut Vec::new());
        assert_eq!(
            messages
                .iter()
                .map(|message| message.subject.as_str())
                .collect::<Vec<_>>(),
            ["[PATCH 0/1] cover", "[PATCH 1/1] part"]
        );
        assert_eq!(messages[1].body, b"Words: 12:30\n");
    }

    #[test]
    fn prose_is_no_page() {
        assert!(read(b"Hello\nworld\n", "page", &mut Vec::new()).is_empty());
        assert!(read(b"", "page", &mut Vec::new()).is_empty());
    }
}
