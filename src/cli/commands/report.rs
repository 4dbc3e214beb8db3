//! `pteward report`.

use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::pipeline;
use std::path::PathBuf;

/// Write a report of all that the workspace holds, as pages that need no server and no network.
///
/// Prints the path of the front page.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Folder for the pages [default: report/ in the workspace]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let workspace = session.workspace()?;
        let written = pipeline::write_report(&workspace, self.output.as_deref(), None, &|event| {
            session.tell(event)
        })?;
        session.screen.plain(written.index.display().to_string())?;
        Ok(Exit::NothingNew)
    }
}
