//! In: nothing. Out: what a request tells while it runs. Knows nothing of terminals.

/// Something that happens while a request runs.
///
/// Of a step, one [`Event::Begin`] comes first, then any number of [`Event::Advance`], then one [`Event::End`]; steps
/// do not nest. Notes may come at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'e> {
    /// A step begins.
    Begin {
        /// What is done: "auditing state 0".
        step: &'e str,
    },
    /// The step is this far.
    Advance {
        /// Steps of work done.
        done: u64,
        /// How many there are; 0 where that is not known.
        total: u64,
        /// What is counted.
        unit: Unit,
    },
    /// The step is over, well or not.
    End,
    /// Something a person should know, as a sentence without a full stop.
    Note(&'e str),
}

/// What a step counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Files.
    Files,
    /// Bytes.
    Bytes,
    /// Objects that compilers make.
    Objects,
}

/// Receives events; called from several threads at once.
pub type Tell<'t> = &'t (dyn Fn(Event<'_>) + Sync);

/// Runs `work` as a step: its end is told whatever comes of it.
pub(super) fn step<T>(tell: Tell<'_>, name: &str, work: impl FnOnce() -> T) -> T {
    tell(Event::Begin { step: name });
    let value = work();
    tell(Event::End);
    value
}
