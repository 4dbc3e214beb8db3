//! In: nothing. Out: the present moment, and how long ago one was. The only place that reads the system clock.

/// Returns the present moment in UTC, to the second.
pub fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// A moment from which time is counted, whatever happens to the clock.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Says how long ago it was begun.
    pub fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}

/// Begins to count.
pub fn stopwatch() -> Stopwatch {
    Stopwatch(std::time::Instant::now())
}
