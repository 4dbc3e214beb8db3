//! Stored facts → the contexts that templates render: all that a page shows, and no markup.

mod index;
mod kernel;
mod patch;
mod plan;
mod review;
mod series;
mod sites;

pub(super) use index::IndexPage;
pub(super) use kernel::KernelPage;
pub(super) use plan::Plan;
pub(super) use series::SeriesPage;
pub(super) use sites::site_pages;

/// What every page's frame shows.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Frame {
    /// When the report was written, in UTC.
    pub(super) generated: String,
    /// This program's version.
    pub(super) pteward: &'static str,
}

/// Spells a moment for people: `2024-05-06 07:08 UTC`.
pub(super) fn moment(moment: jiff::Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
