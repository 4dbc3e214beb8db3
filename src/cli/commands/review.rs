//! `pteward review`.

use crate::cli::args::SeriesArgument;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline::{self, Event};
use std::path::PathBuf;

/// Apply a series, audit the kernel before and after, compare, and write a report.
///
/// Everything is stored in the workspace; the report goes to -o DIR, or to the workspace's own folder, and its path is
/// printed last. A series that does not go in whole is reviewed as far as it goes in.
///
/// Ends with 3 when a patch did not apply whole; else with 1 when a walk is worse off than before, or is new and not shown
/// to be prepared; else with 0.
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
    /// Print JSON Lines: kernel, patch, file, hunk, change and verdict lines, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
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
        let reviewed = pipeline::review(&mut workspace, series, &kernel, output, &|event| {
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
        } else if reviewed.has_regressed() {
            Exit::Found
        } else {
            Exit::NothingNew
        })
    }
}
