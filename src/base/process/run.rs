//! In: a program and its arguments. Out: its exit and output, whole; for short runs of programs that are trusted.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs `program` in `folder` (or here) with no standard input and returns what it gave.
///
/// # Errors
/// When the program cannot be started; a program that fails is an `Output`, not an error.
#[expect(
    clippy::disallowed_methods,
    reason = "this room is the one that starts children"
)]
pub fn run<S: AsRef<OsStr>>(
    program: &str,
    arguments: &[S],
    folder: Option<&Path>,
) -> io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    command.output()
}

/// Finds `program` on the PATH, as a shell would.
pub fn find(program: &str) -> Option<std::path::PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}
