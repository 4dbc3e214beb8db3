//! Stored facts → the contexts that templates render: all that a page shows, and no markup.

mod frame;
mod index;
mod kernel;
mod matrix;
mod patch;
mod plan;
mod review;
mod running;
mod series;
mod sites;

pub(super) use frame::{Frame, moment};
pub(super) use index::IndexPage;
pub(super) use kernel::KernelPage;
pub(super) use matrix::MatrixPage;
pub(super) use plan::Plan;
pub(super) use series::SeriesPage;
pub(super) use sites::site_pages;
