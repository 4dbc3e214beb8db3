//! The door: arguments in, exit code out.

use pteward::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main().into()
}
