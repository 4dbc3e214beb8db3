//! In: nothing. Out: what came of a boot.

use super::console::Kept;
use super::machine::Accelerator;
use std::time::Duration;

/// How a guest ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It said that all programs have been run.
    Finished,
    /// The kernel panicked after the first program of the guest had begun.
    Panic,
    /// It said nothing for too long.
    Hang,
    /// It was gone before its end: it switched itself off, or QEMU died.
    Lost,
    /// It never came to the first program of ours.
    NoBoot,
    /// It went on for too long.
    Timeout,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Finished,
        Self::Panic,
        Self::Hang,
        Self::Lost,
        Self::NoBoot,
        Self::Timeout,
    ];

    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Panic => "panic",
            Self::Hang => "hang",
            Self::Lost => "lost",
            Self::NoBoot => "no-boot",
            Self::Timeout => "timeout",
        }
    }
}

/// What came of one boot.
#[derive(Clone, Debug)]
pub struct Booted {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, for every outcome but `finished`: a sentence without full stop.
    pub reason: String,
    /// What the processor was.
    pub accelerator: Accelerator,
    /// From the start of QEMU to its end.
    pub lasted: Duration,
    /// From the start of QEMU to the first word of our own program.
    pub up_after: Option<Duration>,
    /// The console as it was kept.
    pub console: Kept,
    /// The last lines of the console.
    pub tail: Vec<String>,
    /// What the guest's first program noted: settings that the kernel did not take.
    pub notes: Vec<String>,
    /// The command that boots the same by hand.
    pub by_hand: String,
}
