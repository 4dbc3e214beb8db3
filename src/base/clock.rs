//! In: nothing. Out: the present moment. The only place that reads the system clock.

/// Returns the present moment in UTC, to the second.
pub fn now() -> jiff::Timestamp {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now)
}

/// Returns the present moment in nanoseconds since 1970, for comparison with the times of files.
pub fn nanoseconds() -> i64 {
    i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(i64::MAX)
}
