//! `pteward review`.

use crate::cli::args::SeriesArgument;
use crate::cli::exit::Exit;
use crate::cli::guest::GuestArguments;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline::{self, Event, Running};
use std::path::PathBuf;

/// Apply a series, audit the kernel before and after, compare, and write a report.
///
/// Everything is stored in the workspace; the report goes to -o DIR, or to the workspace's own folder, and its path is
/// printed last. A series that does not go in whole is reviewed as far as it goes in.
///
/// With --build, state 0 and the last one are built as by `pteward build`; with --boot they are booted and tested as by
/// `pteward test` too, and compared; with --each-patch, all states are. A series that does not go in whole is built as far
/// as it goes in: what comes of that is said of this state, not of what was posted.
///
/// Ends with 3 when a patch did not apply whole; else with 4 when a state does not build, 5 when a guest did not boot or did
/// not come to its end, 1 when a walk is worse off than before, is new and not shown to be prepared, or a test or symptom
/// regressed; else with 0.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    series: SeriesArgument,
    /// A registered kernel's name or a source
    #[arg(long, value_name = "KERNEL")]
    on: String,
    /// Folder for the report
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Build the first state and the last one
    #[arg(long)]
    build: bool,
    /// Boot them too, and compare
    #[arg(long)]
    boot: bool,
    /// Build, and boot where that is asked, every state
    #[arg(long)]
    each_patch: bool,
    #[command(flatten)]
    guest: GuestArguments,
    /// Print JSON Lines: kernel, patch, file, hunk, change and verdict lines, with --build and --boot build, boot, test,
    /// symptom and change lines, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    /// What is to be run, if anything.
    fn running(&self) -> Option<Running> {
        (self.build || self.boot || self.each_patch).then(|| Running {
            options: self.guest.options(None),
            boot: self.boot,
            each_patch: self.each_patch,
        })
    }

    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let inputs = inputs(&self.series.series)?;
        let mut workspace = session.workspace()?;
        let read = pipeline::the_series(&workspace, &inputs)?;
        read.notes
            .iter()
            .for_each(|note| session.tell(Event::Note(note)));
        let series = show::series::only(read)?;
        show::series::notes(session, &series);
        let kernel = pipeline::open_kernel(&workspace, &self.on, &|event| session.tell(event))?;
        let output = self.output.as_deref();
        let running = self.running();
        let asked = (output, running.as_ref());
        let reviewed = pipeline::review(&mut workspace, series, &kernel, asked, &|event| {
            session.tell(event);
        })?;
        if self.json {
            show::kernel_line(&mut session.screen, &kernel)?;
            show::review::lines(&mut session.screen, &reviewed)?;
            let page = reviewed.report.index.display();
            session.tell(Event::Note(&format!("the report is {page}")));
        } else {
            show::review::tables(&mut session.screen, &kernel, &reviewed)?;
        }
        Ok(if !reviewed.is_whole() {
            Exit::DidNotApply
        } else if !reviewed.is_built() {
            Exit::DidNotBuild
        } else if !reviewed.has_booted() {
            Exit::DidNotBoot
        } else if reviewed.has_regressed() {
            Exit::Found
        } else {
            Exit::NothingNew
        })
    }
}
