//! `pteward audit`.

use crate::audit::Verdict;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline;
use crate::report::wire;

/// List every check of an entry's kind and every page-table walk of a kernel.
///
/// A site is a mention of a predicate: a function or macro of the kernel's headers that tells what an entry is. A walk is
/// a call of a page-table walker, with a verdict: is the caller prepared for every entry that it can be handed? What
/// could not be seen is listed as well.
///
/// Ends with 0 when no walk is unprepared, with 1 otherwise.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A registered kernel's name or a source
    kernel: String,
    /// Print JSON Lines: kernel, predicate, site, walk and blind lines, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let mut workspace = session.workspace()?;
        let kernel = pipeline::open_kernel(&workspace, &self.kernel, &|event| session.tell(event))?;
        let audit = pipeline::audit(&mut workspace, &kernel, &|event| session.tell(event))?;
        if self.json {
            show::kernel_line(&mut session.screen, &kernel)?;
            show::audit::lines(&mut session.screen, &audit)?;
            session.screen.wire(&wire::Summary::audit(&audit))?;
        } else {
            show::audit::tables(&mut session.screen, &kernel, &audit)?;
        }
        let unprepared = audit
            .walks
            .iter()
            .any(|walk| walk.worst() == Verdict::Unprepared);
        Ok(if unprepared {
            Exit::Found
        } else {
            Exit::NothingNew
        })
    }
}
