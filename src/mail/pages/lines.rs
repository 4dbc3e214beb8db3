//! In: the text of a page. Out: its lines, found from both ends, and what is an archive's own among them.

use super::super::date;

/// Lines of a page with their offsets.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    /// Start and end (without line feed) of each line.
    spans: Vec<(usize, usize)>,
}

impl<'t> Lines<'t> {
    /// Finds the lines of a text.
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut spans = Vec::new();
        let mut start = 0;
        for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
            spans.push((start, end));
            start = end + 1;
        }
        Self { text, spans }
    }

    /// Counts the lines.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Gives a line as text, trimmed; empty behind the last, or where it is no UTF-8.
    pub(super) fn get(&self, index: usize) -> &'t str {
        self.whole(index).trim()
    }

    /// Gives a line as text; empty behind the last, or where it is no UTF-8.
    pub(super) fn whole(&self, index: usize) -> &'t str {
        let Some(&(start, end)) = self.spans.get(index) else {
            return "";
        };
        std::str::from_utf8(&self.text[start..end]).unwrap_or("")
    }

    /// Reads a line that is a date, perhaps behind `Date:`.
    pub(super) fn date(&self, index: usize) -> Option<date::Posted> {
        let line = self.get(index);
        date::parse(line.strip_prefix("Date:").unwrap_or(line).trim())
    }

    /// Gives the bytes from the start of one line to the start of another.
    pub(super) fn bytes(&self, from: usize, to: usize) -> &'t [u8] {
        let offset = |index: usize| {
            self.spans
                .get(index)
                .map_or(self.text.len(), |&(start, _)| start)
        };
        &self.text[offset(from).min(offset(to))..offset(to)]
    }

    /// Skips blank lines and the archive's own, from a line on.
    pub(super) fn skip_furniture(&self, from: usize) -> usize {
        let mut at = from;
        while at < self.len()
            && (self.get(at).is_empty() && self.is_text(at) || is_furniture(self.get(at)))
        {
            at += 1;
        }
        at
    }

    /// Finds where a page's foot begins: links, `More information about the X mailing list`, blank lines.
    pub(super) fn without_foot(&self, body: usize, end: usize) -> usize {
        let mut end = end;
        let foot = (end.saturating_sub(12).max(body)..end).find(|&index| {
            self.get(index).starts_with("More information about the")
                && self.joined(index, end).ends_with("mailing list")
        });
        if let Some(foot) = foot {
            end = foot;
        }
        while end > body
            && (self.get(end - 1).is_empty() || is_furniture(self.get(end - 1)))
            && self.is_text(end - 1)
        {
            end -= 1;
        }
        end
    }

    /// Says whether a line is UTF-8 (what is not, reads as empty and must not be taken for blank).
    fn is_text(&self, index: usize) -> bool {
        self.spans
            .get(index)
            .is_some_and(|&(start, end)| std::str::from_utf8(&self.text[start..end]).is_ok())
    }

    fn joined(&self, from: usize, to: usize) -> String {
        (from..to)
            .map(|index| self.get(index))
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Says whether a line is one of the archive's own, for moving around in it.
pub(super) fn is_furniture(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '•', ' ']);
    [
        "Previous message",
        "Next message",
        "Messages sorted by",
        "Search the",
        "Next in thread",
        "Previous in thread",
        "In reply to: ",
        "Maybe reply: ",
        "[Date Prev]",
        "[Prev in Thread]",
        "[prev in list]",
        "[Thread Prev]",
        "[Index of Archives]",
        "[Download RAW message",
        "[Download message RAW",
        "Configure | About | News",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}
