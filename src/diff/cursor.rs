//! In: bytes. Out: their lines one by one, with number and offset, and a look ahead.

/// Walks over the lines of a text.
#[derive(Clone)]
pub(super) struct Cursor<'t> {
    text: &'t [u8],
    /// Offset of the line to come.
    pub(super) position: usize,
    /// Number of the line to come, from 1.
    pub(super) line: usize,
}

/// A line without its line feed, and the offset behind it.
fn line_at(text: &[u8], position: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(position..).filter(|rest| !rest.is_empty())?;
    Some(match memchr::memchr(b'\n', rest) {
        Some(length) => (&rest[..length], position + length + 1),
        None => (rest, text.len()),
    })
}

impl<'t> Cursor<'t> {
    /// Starts at the first line of `text`.
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            position: 0,
            line: 1,
        }
    }

    /// Gives the line to come without its line feed.
    pub(super) fn peek(&self) -> Option<&'t [u8]> {
        line_at(self.text, self.position).map(|(line, _)| line)
    }

    /// Gives the line to come and up to two lines behind it.
    pub(super) fn peek_three(&self) -> [Option<&'t [u8]>; 3] {
        let mut position = self.position;
        let mut next = || {
            let (line, behind) = line_at(self.text, position)?;
            position = behind;
            Some(line)
        };
        [next(), next(), next()]
    }

    /// Gives what was stepped over since an offset.
    pub(super) fn since(&self, position: usize) -> &'t [u8] {
        &self.text[position.min(self.position)..self.position]
    }

    /// Steps over the line to come.
    pub(super) fn bump(&mut self) {
        if let Some((_, behind)) = line_at(self.text, self.position) {
            self.position = behind;
            self.line += 1;
        }
    }
}

/// Takes a carriage return off the end, where one is.
pub(super) fn without_cr(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}
