//! In: a reading. Out: the text behind its `@@`, as exact as is known.

use super::align::Reading;
use super::body::Body;
use super::image::{Image, words};
use crate::diff::damaged::Canonical;

/// The section's text: the file's own where it has the same words, else the page's words.
pub(super) fn text(body: &Body, image: &Image<'_>, reading: &Reading) -> String {
    let units = &body.units[..reading.section];
    let found = image.sections(reading.begin).into_iter().find(|text| {
        words(text)
            .map(Canonical::of)
            .eq(units.iter().map(|unit| unit.full))
    });
    let bytes = found.unwrap_or_else(|| {
        units
            .iter()
            .map(|unit| unit.text.as_slice())
            .collect::<Vec<_>>()
            .join(&b' ')
    });
    String::from_utf8_lossy(&bytes).into_owned()
}
