//! In: nothing. Out: the command line's outer shape: global options, and what several commands share.

use super::table::Command;
use clap::{Args, Parser, ValueEnum};
use std::ffi::OsString;

/// Reviews kernel memory-management patch series.
///
/// pteward reads a series as it was posted, applies it in memory to a kernel, lists every check of a page-table entry's
/// kind and every page-table walk before and after, and writes a report.
///
/// Results go to standard output, everything else to standard error. With --json, results are JSON Lines: every line has
/// "type" and "v".
///
/// A KERNEL is a name from `pteward kernel list`, or a source: a directory, PATH@REV of a git repository, a tarball
/// (.tar.xz, .tar.gz), a .deb of a linux-source package, or apt:linux-source-6.12.
///
/// A SERIES is a name from `pteward series list`, or one or more paths: an mbox, a maildir, .patch files or a folder of
/// them, a saved archive page; PATH@A..B for commits of a git repository; - for standard input.
#[derive(Debug, Parser)]
#[command(name = "pteward", version, propagate_version = true, max_term_width = 100, after_help = EXITS)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) globals: Globals,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command ends with; a test holds it against [`super::exit::Exit::TABLE`].
pub(super) const EXITS: &str = "\
Exit codes:
  0   done, nothing new
  1   new findings or regressions; for `audit`: a walk is unprepared; for `bisect`: no state was found, with --step: bad
  2   usage: the command line, or a file, kernel, series or workspace that it names, cannot be used
  3   a patch did not apply whole
  4   a state did not build
  5   a state did not boot, or did not come to the end of its tests
  69  this machine lacks something: a program, disk space, a database that nobody else is writing to
  70  a fault of pteward: please report it
  125 `bisect --step`: the state cannot be told good or bad, and is to be skipped
  128 `bisect --step`: the state could not be asked about, in place of every code from 2 to 70
  130 interrupted by Ctrl-C or SIGTERM while something was built; nothing is left running";

/// Options of every command.
#[derive(Debug, Args)]
pub(super) struct Globals {
    /// Folder for the database, unpacked kernels, branches and the report; made on first use
    /// [default: $XDG_STATE_HOME/pteward, else ~/.local/state/pteward]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        env = "PTEWARD_WORKSPACE",
        hide_env_values = true
    )]
    pub(super) workspace: Option<OsString>,
    /// When to colour; auto means on a terminal, and NO_COLOR unset
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: Color,
    /// No progress and no notes, only errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, and `NO_COLOR` unset.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// Makes it the process's choice.
    pub(super) fn set(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// The series of a command that takes one.
#[derive(Debug, Args)]
pub(super) struct SeriesArgument {
    /// An imported series' name, or paths: mbox, maildir, .patch files, PATH@A..B, - for standard input
    #[arg(required = true, value_name = "SERIES")]
    pub(super) series: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Exit;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_lists_every_exit_code() {
        let rows: Vec<String> = Exit::TABLE
            .iter()
            .map(|(exit, text)| format!("  {:<3} {text}", exit.code()))
            .collect();
        assert_eq!(EXITS, format!("Exit codes:\n{}", rows.join("\n")));
    }
}
