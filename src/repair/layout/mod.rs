//! Words of an added line and the exact lines above ⇄ the white space that its author most likely gave it.

mod columns;
mod comments;
mod gaps;
mod group;
mod hang;
mod labels;
mod lead;
mod model;
mod odd;
mod pairs;
mod parts;
mod scan;
mod slots;
mod stars;
mod statement;
mod style;
mod twins;
mod usage;
mod ways;
mod width;

pub(super) use columns::Columns;
pub(super) use comments::other_stops;
pub(super) use gaps::{Around, Gaps, Slash, inner};
pub(super) use labels::Labels;
pub(super) use lead::{Scene, expected, leads};
pub(super) use pairs::Pairs;
pub(super) use parts::Parts;
pub(super) use scan::Scan;
pub(super) use style::{Habit, Style};
pub(super) use twins::Twins;
pub(super) use usage::Usage;
pub(super) use ways::Way;
pub(super) use width::{indent, pad_to, width};
