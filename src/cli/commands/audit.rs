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
    /// Which walks to judge
    #[arg(long, value_enum, default_value_t, value_name = "WALKERS")]
    walkers: Walkers,
}

/// Which walks are judged.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Walkers {
    /// Calls of page_vma_mapped_walk.
    #[default]
    Pvmw,
    /// Also calls of folio_walk_start, mapped page tables, and callbacks of mm_walk_ops; nothing of it is stored.
    All,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let mut workspace = session.workspace()?;
        let kernel = pipeline::open_kernel(&workspace, &self.kernel, &|event| session.tell(event))?;
        let audit = match self.walkers {
            Walkers::Pvmw => pipeline::audit(&mut workspace, &kernel, &|event| session.tell(event)),
            Walkers::All => pipeline::audit_all_walks(&kernel, &|event| session.tell(event)),
        }?;
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
