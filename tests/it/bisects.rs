//! `pteward bisect`.

mod real;
