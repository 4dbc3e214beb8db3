//! `pteward man`.

use crate::cli::exit::Exit;
use crate::cli::reference::definition;
use crate::cli::session::Session;
use anyhow::Context as _;
use std::path::PathBuf;

/// Print the man page, or write all of them into a folder.
///
/// Examples:
///   pteward man | man -l -
///   pteward man -o ~/.local/share/man/man1
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// Write a page for pteward and one for every command into DIR
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        if let Some(folder) = &self.output {
            let failed = || format!("failed to write man pages to {}", folder.display());
            std::fs::create_dir_all(folder).with_context(failed)?;
            clap_mangen::generate_to(definition(), folder).with_context(failed)?;
        } else {
            let mut page = Vec::new();
            clap_mangen::Man::new(definition()).render(&mut page)?;
            session.screen.raw(&page)?;
        }
        Ok(Exit::NothingNew)
    }
}
