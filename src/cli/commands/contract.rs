//! `pteward contract`.

use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline;
use crate::report::wire;

/// Show what each page-table walker of a kernel may return, with the lines that prove it.
///
/// A row is a place where the walker says yes, with a set of flags: the level of the entry that it hands out there, the
/// kinds that this entry may have, and for each kind the conditions that let it through. Where nothing, or nothing that
/// is understood, is asked about the entry, the row says "unknown" and why.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A registered kernel's name or a source
    kernel: String,
    /// Print JSON Lines: kernel and contract lines, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let workspace = session.workspace()?;
        let kernel = pipeline::open_kernel(&workspace, &self.kernel, &|event| session.tell(event))?;
        let found = pipeline::contracts(&kernel, &|event| session.tell(event))?;
        if self.json {
            show::kernel_line(&mut session.screen, &kernel)?;
            show::contract::lines(&mut session.screen, &found)?;
            let count = found.rows.len();
            session
                .screen
                .wire(&wire::Summary::list("contract", count))?;
        } else {
            show::contract::tables(&mut session.screen, &found)?;
        }
        Ok(Exit::NothingNew)
    }
}
