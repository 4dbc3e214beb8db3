//! Specimens for the engine: diffs made on the spot between invented files, applied to others.

mod files;
mod grades;
mod make;
mod properties;
mod series;
