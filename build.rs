//! In: the sources of the analysis. Out: `PTEWARD_ANALYSER`, a digest of them.
//!
//! What an audit remembers is worth something only to the code that found it. The digest changes whenever that code, its
//! tables or the libraries it parses with change, so that nobody has to think of a version.

use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

/// Whatever a finding can depend on.
const PARTS: [&str; 10] = [
    "build.rs",
    "Cargo.toml",
    "Cargo.lock",
    "queries",
    "src/base",
    "src/tree",
    "src/syntax",
    "src/vocabulary",
    "src/flow",
    "src/audit",
];

fn main() {
    let mut files = Vec::new();
    for part in PARTS {
        println!("cargo::rerun-if-changed={part}");
        collect(Path::new(part), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        let bytes = std::fs::read(&file).unwrap_or_default();
        hasher.write(file.to_string_lossy().as_bytes());
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    println!("cargo::rustc-env=PTEWARD_ANALYSER={:016x}", hasher.finish());
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(path) {
        Ok(entries) => entries
            .flatten()
            .for_each(|entry| collect(&entry.path(), files)),
        Err(_) => files.push(path.to_owned()),
    }
}
