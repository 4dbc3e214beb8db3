//! Any bytes are read as the output of a test and as a kernel's console.
#![no_main]

use pteward::ktap::{Ending, Parser, Symptoms, Test};
use std::collections::BTreeSet;

fn check(test: &Test) {
    let names: BTreeSet<&str> = test.children.iter().map(|child| child.name.as_str()).collect();
    assert_eq!(names.len(), test.children.len(), "names are unique");
    test.children.iter().for_each(check);
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (mut parser, mut symptoms) = (Parser::new(), Symptoms::new());
    for line in text.lines() {
        parser.line(line);
        symptoms.line(line, parser.running().unwrap_or(""));
    }
    check(&parser.finish("fuzz", &Ending::Exit(0)));
    assert!(symptoms.finish().len() <= 201);
});
