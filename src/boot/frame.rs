//! In: bytes of a serial port. Out: lines; of the second port, what our own program says and what tests say.

/// Bytes that are kept of one line.
const LONGEST: usize = 8 << 10;

/// Makes lines of bytes; what is longer than a line may be is cut off.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes bytes and hands every whole line, without its end, to `take`.
    pub(super) fn push(&mut self, bytes: &[u8], mut take: impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            self.add(&rest[..at]);
            self.end(&mut take);
            rest = &rest[at + 1..];
        }
        self.add(rest);
    }

    /// Hands on what is left without a line's end.
    pub(super) fn finish(&mut self, mut take: impl FnMut(&[u8])) {
        if !self.line.is_empty() {
            self.end(&mut take);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.line.len());
        self.cut |= bytes.len() > room;
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end(&mut self, take: &mut impl FnMut(&[u8])) {
        let mut line = std::mem::take(&mut self.line);
        while line.last() == Some(&b'\r') {
            line.pop();
        }
        if std::mem::take(&mut self.cut) {
            line.extend_from_slice("…".as_bytes());
        }
        take(&line);
    }
}

/// How a program in the guest ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramEnd {
    /// With this code.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It was stopped after its limit.
    Stopped,
    /// It could not be started, for this reason.
    Lost(String),
}

/// A line of the second port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// The guest is up.
    Hello,
    /// Something that it could not set.
    Note(String),
    /// A program begins.
    Begin(usize),
    /// A line of the program.
    Output(Vec<u8>),
    /// The rest of a long line.
    Rest(Vec<u8>),
    /// A program has ended.
    End(usize, ProgramEnd),
    /// All programs have.
    Done,
    /// None of ours: QEMU's own words, or somebody's who does not know the nonce.
    Foreign(Vec<u8>),
}

/// Reads a line of the second port.
pub(super) fn frame(line: &[u8], nonce: &str) -> Frame {
    match line.split_first() {
        Some((b'|', rest)) => Frame::Output(rest.to_vec()),
        Some((b'+', rest)) => Frame::Rest(rest.to_vec()),
        Some((b'#', rest)) => own(rest, nonce).unwrap_or_else(|| Frame::Foreign(line.to_vec())),
        _ => Frame::Foreign(line.to_vec()),
    }
}

fn own(rest: &[u8], nonce: &str) -> Option<Frame> {
    let text = std::str::from_utf8(rest).ok()?;
    let text = text.strip_prefix(nonce)?.strip_prefix(' ')?;
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "hello" => Some(Frame::Hello),
        "done" => Some(Frame::Done),
        "note" => Some(Frame::Note(rest.to_owned())),
        "begin" => Some(Frame::Begin(rest.parse().ok()?)),
        "end" => {
            let mut words = rest.splitn(3, ' ');
            let number = words.next()?.parse().ok()?;
            let (how, value) = (words.next()?, words.next().unwrap_or(""));
            let end = match how {
                "exit" => ProgramEnd::Exit(value.parse().ok()?),
                "signal" => ProgramEnd::Signal(value.parse().ok()?),
                "stopped" => ProgramEnd::Stopped,
                "lost" => ProgramEnd::Lost(value.to_owned()),
                _ => return None,
            };
            Some(Frame::End(number, end))
        }
        _ => None,
    }
}
