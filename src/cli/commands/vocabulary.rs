//! `pteward vocabulary`.

use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, OpenKernel};
use crate::report::wire;
use crate::vocabulary::{Vocabulary, compare_vocabularies};

/// Show what a kernel says about the kinds of page-table entries, or how two kernels differ in it.
///
/// Everything is read from the tree: kinds from its constants, and what each predicate accepts, what each constructor
/// makes and what each converter changes by evaluating their bodies, in every arm of `#if`. With --against, only
/// differences are shown: what the second kernel adds, removes, calls otherwise, widens or narrows.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A registered kernel's name or a source
    kernel: String,
    /// A second kernel, to compare with
    #[arg(long, value_name = "KERNEL")]
    against: Option<String>,
    /// Print JSON Lines: kernel, then kind, predicate, converter, constructor and walker lines, or difference lines; then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let (kernel, own) = read(session, &self.kernel)?;
        if let Some(against) = &self.against {
            let (other, theirs) = read(session, against)?;
            let found = compare_vocabularies(&own, &theirs);
            if self.json {
                show::kernel_line(&mut session.screen, &kernel)?;
                show::kernel_line(&mut session.screen, &other)?;
                show::vocabulary::difference_lines(&mut session.screen, &found)?;
                let summary = wire::Summary::list("vocabulary", found.len());
                session.screen.wire(&summary)?;
            } else {
                show::vocabulary::differences(&mut session.screen, &found)?;
            }
        } else if self.json {
            show::kernel_line(&mut session.screen, &kernel)?;
            let count = show::vocabulary::lines(&mut session.screen, &own)?;
            session
                .screen
                .wire(&wire::Summary::list("vocabulary", count))?;
        } else {
            show::vocabulary::tables(&mut session.screen, &own)?;
        }
        Ok(Exit::NothingNew)
    }
}

fn read(session: &Session, kernel: &str) -> anyhow::Result<(OpenKernel, Vocabulary)> {
    let workspace = session.workspace()?;
    let kernel = pipeline::open_kernel(&workspace, kernel, &|event| session.tell(event))?;
    let found = pipeline::vocabulary(&kernel, &|event| session.tell(event))?;
    Ok((kernel, found))
}
