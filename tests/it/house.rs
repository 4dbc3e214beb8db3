//! The rules of the house, held against the files: which room imports which, who alone uses what, sizes, headers.
//!
//! Every check is a function from text to complaints, and is tried on bad text as well, so that it is known to be able to
//! fail.

mod files;
mod names;
mod queries;
mod rooms;
mod scan;

/// Fails with every complaint, one a line.
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}
