//! In: nothing. Out: the one table of commands.

use super::commands::{
    apply, audit, bisect, build, completions, contract, doctor, kernel_add, kernel_list,
    kernel_show, man, matrix, report, review, series_export, series_import, series_list,
    series_show, test, vocabulary,
};
use super::exit::Exit;
use super::session::Session;
use clap::Subcommand;

/// What pteward can do.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Register kernels and look at them
    #[command(subcommand)]
    Kernel(KernelCommand),
    /// Import series and look at them
    #[command(subcommand)]
    Series(SeriesCommand),
    /// Apply a series to a kernel in memory, every hunk with a grade
    Apply(apply::Args),
    /// List every check of an entry's kind and every page-table walk of a kernel
    Audit(audit::Args),
    /// Show what a kernel says about the kinds of entries, or how two kernels differ in it
    Vocabulary(vocabulary::Args),
    /// Show what each page-table walker may return, with the lines that prove it
    Contract(contract::Args),
    /// Show how each function that tells kinds apart handles each kind
    Matrix(matrix::Args),
    /// Apply a series, audit the kernel before and after, compare, and write a report
    Review(review::Args),
    /// Build a state of a kernel, in a sandbox
    Build(build::Args),
    /// Boot a state of a kernel in QEMU and run its tests
    Test(test::Args),
    /// Find the first bad one of some states, by a binary search
    Bisect(Box<bisect::Args>),
    /// Write a report of all that the workspace holds
    Report(report::Args),
    /// Show what this machine has and lacks
    Doctor(doctor::Args),
    /// Print a shell's completions
    Completions(completions::Args),
    /// Print the man page, or write all of them into a folder
    Man(man::Args),
}

/// What can be done with kernels.
#[derive(Debug, Subcommand)]
pub(super) enum KernelCommand {
    /// Register a kernel under a name
    Add(kernel_add::Args),
    /// List the registered kernels
    List(kernel_list::Args),
    /// Show one kernel
    Show(kernel_show::Args),
}

/// What can be done with series.
#[derive(Debug, Subcommand)]
pub(super) enum SeriesCommand {
    /// Read series and store them, raw mails included
    Import(series_import::Args),
    /// List the imported series
    List(series_list::Args),
    /// Show one series: patches, trailers, changelogs
    Show(series_show::Args),
    /// Write a series as a clean mbox that `git am` takes
    Export(series_export::Args),
}

impl Command {
    /// Runs it.
    pub(super) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        match self {
            Self::Kernel(KernelCommand::Add(args)) => args.run(session),
            Self::Kernel(KernelCommand::List(args)) => args.run(session),
            Self::Kernel(KernelCommand::Show(args)) => args.run(session),
            Self::Series(SeriesCommand::Import(args)) => args.run(session),
            Self::Series(SeriesCommand::List(args)) => args.run(session),
            Self::Series(SeriesCommand::Show(args)) => args.run(session),
            Self::Series(SeriesCommand::Export(args)) => args.run(session),
            Self::Apply(args) => args.run(session),
            Self::Audit(args) => args.run(session),
            Self::Vocabulary(args) => args.run(session),
            Self::Contract(args) => args.run(session),
            Self::Matrix(args) => args.run(session),
            Self::Review(args) => args.run(session),
            Self::Build(args) => args.run(session),
            Self::Test(args) => args.run(session),
            Self::Bisect(args) => args.run(session),
            Self::Report(args) => args.run(session),
            Self::Doctor(args) => args.run(session),
            Self::Completions(args) => args.run(session),
            Self::Man(args) => args.run(session),
        }
    }
}
