//! In: nothing. Out: the present moment. The only place that reads the system clock.

/// Returns the present moment in UTC, to the second.
pub fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}
