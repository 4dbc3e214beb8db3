//! In: a file's bytes. Out: its lines, addressed from 0, without copying them.

/// A file cut at its line feeds.
pub(super) struct Lines<'a> {
    bytes: &'a [u8],
    /// Offset just behind each line, line feed included.
    ends: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// Cuts `bytes`; only the last line can lack its line feed.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1).collect();
        if ends.last().copied().unwrap_or(0) < bytes.len() {
            ends.push(bytes.len());
        }
        Self { bytes, ends }
    }

    /// Counts the lines.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Gives line `at` with its line feed, if it has one.
    pub(super) fn whole(&self, at: usize) -> &'a [u8] {
        &self.bytes[self.offset(at)..self.ends[at]]
    }

    /// Gives line `at` without its line feed.
    pub(super) fn text(&self, at: usize) -> &'a [u8] {
        let whole = self.whole(at);
        whole.strip_suffix(b"\n").unwrap_or(whole)
    }

    /// Says whether line `at` ends with a line feed.
    pub(super) fn has_newline(&self, at: usize) -> bool {
        self.whole(at).ends_with(b"\n")
    }

    /// Says whether the last line lacks its line feed; an empty file does not.
    pub(super) fn lacks_last_newline(&self) -> bool {
        self.bytes.last().is_some_and(|byte| *byte != b'\n')
    }

    /// Gives the bytes of lines `from..to`.
    pub(super) fn range(&self, from: usize, to: usize) -> &'a [u8] {
        &self.bytes[self.offset(from)..self.offset(to)]
    }

    fn offset(&self, at: usize) -> usize {
        if at == 0 { 0 } else { self.ends[at - 1] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_may_lack_its_end() {
        let lines = Lines::new(b"a\n\nb");
        assert_eq!(lines.len(), 3);
        assert_eq!(
            (lines.text(0), lines.text(1), lines.text(2)),
            (&b"a"[..], &b""[..], &b"b"[..])
        );
        assert!(lines.has_newline(1) && !lines.has_newline(2) && lines.lacks_last_newline());
        assert_eq!(lines.range(1, 3), b"\nb");
        assert_eq!(Lines::new(b"").len(), 0);
        assert!(!Lines::new(b"").lacks_last_newline());
        assert_eq!(Lines::new(b"\n").len(), 1);
    }
}
