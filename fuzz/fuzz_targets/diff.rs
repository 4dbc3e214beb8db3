//! Any bytes are parsed; what was parsed without a problem survives printing.
#![no_main]

use pteward::diff;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let parsed = diff::parse(bytes);
    if parsed.problems.is_empty() {
        let printed = diff::print(&parsed.files);
        let again = diff::parse(&printed);
        assert_eq!(again.files.len(), parsed.files.len());
    }
});
