//! `pteward completions`.

use crate::cli::exit::Exit;
use crate::cli::reference::definition;
use crate::cli::session::Session;
use clap_complete::Shell;

/// Print a shell's completions.
///
/// Example, for bash:
///   pteward completions bash > ~/.local/share/bash-completion/completions/pteward
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        // Into memory first: the generator panics when a pipe is closed.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut definition(), "pteward", &mut script);
        session.screen.raw(&script)?;
        Ok(Exit::NothingNew)
    }
}
