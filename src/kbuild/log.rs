//! In: chunks of output. Out: all of them, or, of a build that chatters without end, the first and the last of them.

use std::collections::VecDeque;

/// Bytes kept from the start.
const HEAD: usize = 24 << 20;
/// Bytes kept from the end.
const TAIL: usize = 8 << 20;

/// Output in the order in which it came.
#[derive(Default)]
pub(super) struct Log {
    head: Vec<u8>,
    tail: VecDeque<u8>,
    left_out: u64,
}

impl Log {
    /// Takes some more.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let (first, rest) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(first);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..over);
        self.left_out += over as u64;
    }

    /// Gives what was kept; a line says what was not.
    pub(super) fn finish(mut self) -> Vec<u8> {
        if self.left_out > 0 {
            let note = format!("\n[pteward: {} bytes left out]\n", self.left_out);
            self.head.extend_from_slice(note.as_bytes());
        }
        self.head.extend(self.tail);
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_logs_are_whole_and_long_ones_have_both_ends() {
        let mut log = Log::default();
        log.add(b"one ");
        log.add(b"two");
        assert_eq!(log.finish(), b"one two");
        let mut log = Log::default();
        log.add(b"begin");
        for _ in 0..40 {
            log.add(&vec![b'x'; 1 << 20]);
        }
        log.add(b"end");
        let all = log.finish();
        assert!(all.starts_with(b"begin") && all.ends_with(b"end"));
        assert!(all.len() < HEAD + TAIL + 100);
        let note = format!("[pteward: {} bytes left out]", (40 << 20) + 8 - HEAD - TAIL);
        assert!(
            memchr::memmem::find(&all, note.as_bytes()).is_some(),
            "{note}"
        );
    }
}
