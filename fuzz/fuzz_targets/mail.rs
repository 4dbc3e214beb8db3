//! Any bytes are read as mail and put together to series.
#![no_main]

use pteward::{mail, series};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(reading) = mail::read_bytes(bytes.to_vec(), "fuzz") {
        for series in series::assemble(reading) {
            assert!(series.name.is_ascii() && series.name.len() <= 60);
        }
    }
});
