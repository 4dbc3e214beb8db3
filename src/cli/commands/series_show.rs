//! `pteward series show`.

use crate::cli::exit::Exit;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline::{self, Event};
use crate::report::wire;

/// Show one series: patches, trailers, changelogs, what is missing or damaged.
///
/// With --json, one "post" line for each patch.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// An imported series' name, or paths; these are read and not stored
    #[arg(required = true, value_name = "SERIES")]
    series: Vec<String>,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let inputs = inputs(&self.series)?;
        let workspace = session.workspace()?;
        let read = pipeline::the_series(&workspace, &inputs)?;
        read.notes
            .iter()
            .for_each(|note| session.tell(Event::Note(note)));
        for series in &read.series {
            if self.json {
                show::series::notes(session, series);
                for patch in &series.patches {
                    session.screen.wire(&wire::post_line(series, patch))?;
                }
            } else {
                show::series::whole(&mut session.screen, series)?;
            }
        }
        if self.json {
            let posts = read.series.iter().map(|series| series.patches.len()).sum();
            session
                .screen
                .wire(&wire::Summary::list("series show", posts))?;
        }
        Ok(Exit::NothingNew)
    }
}
