//! In: the process's arguments. Out: its exit code, whatever happens in between.

use super::args::Cli;
use super::exit::Exit;
use super::failure;
use super::session::Session;
use clap::Parser as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

/// Runs pteward with the process's arguments.
pub fn main() -> Exit {
    set_hook(Box::new(report_fault));
    let exit = catch_unwind(AssertUnwindSafe(run)).unwrap_or(Exit::Fault);
    if is_step() { exit.for_git() } else { exit }
}

/// Says whether git is to read the exit code; told from the arguments as typed, since they may be what is wrong.
fn is_step() -> bool {
    let typed = |word: &str| std::env::args_os().any(|argument| argument == word);
    typed("bisect") && typed("--step")
}

fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for, and go to standard output; a closed pipe there is nobody's error.
            drop(error.print());
            return if error.use_stderr() {
                Exit::Usage
            } else {
                Exit::NothingNew
            };
        }
    };
    let mut session = Session::new(&cli.globals);
    let result = cli.command.run(&mut session).and_then(|exit| {
        session.screen.flush()?;
        Ok(exit)
    });
    match result {
        Ok(exit) => exit,
        Err(error) => match failure::exit(&error) {
            Some(exit) => {
                // What was found before the error belongs to the user all the same.
                drop(session.screen.flush());
                drop(write!(
                    anstream::stderr(),
                    "{}",
                    failure::text(&error, exit)
                ));
                exit
            }
            // Nobody read the answer, and good is one.
            None if is_step() => Exit::CannotAsk,
            None => Exit::NothingNew,
        },
    }
}

/// Says that pteward itself is at fault, and what to report.
fn report_fault(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    let place = panic
        .location()
        .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
    drop(writeln!(
        std::io::stderr(),
        "error: pteward {} has a fault: {}{place}\n\
         hint: please report this text with the command line to pteward's issue tracker; RUST_BACKTRACE=1 tells more\n{}",
        env!("CARGO_PKG_VERSION"),
        crate::base::show::visible(message),
        backtrace(),
    ));
}

/// Gives the backtrace where `RUST_BACKTRACE` asks for one.
fn backtrace() -> String {
    let trace = std::backtrace::Backtrace::capture();
    match trace.status() {
        std::backtrace::BacktraceStatus::Captured => trace.to_string(),
        _ => String::new(),
    }
}
