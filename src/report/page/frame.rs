//! In: nothing. Out: what every page shows around its own, and how moments are spelled.

/// What every page's frame shows.
#[derive(Clone, Debug, serde::Serialize)]
pub(in crate::report) struct Frame {
    /// When the report was written, in UTC.
    pub(in crate::report) generated: String,
    /// This program's version.
    pub(in crate::report) pteward: &'static str,
}

/// Spells a moment for people: `2024-05-06 07:08 UTC`.
pub(in crate::report) fn moment(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
