//! `pteward kernel add`.

use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::pipeline;
use crate::report::wire;

/// Register a kernel under a name.
///
/// The source is opened once, to know that it is a kernel and which version; a tarball or package is unpacked into the
/// workspace. A git revision is fixed to the commit it names now.
///
/// Examples:
///   pteward kernel add stable ~/linux@v6.12.40
///   pteward kernel add debian apt:linux-source-6.12
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// The name that other commands take
    name: String,
    /// A directory, PATH@REV, a tarball, a .deb, or apt:PACKAGE
    source: String,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let mut workspace = session.workspace()?;
        let row = pipeline::add_kernel(&mut workspace, &self.name, &self.source, &|event| {
            session.tell(event)
        })?;
        if self.json {
            session.screen.wire(&wire::kernel_line(&row))?;
            session.screen.wire(&wire::Summary::list("kernel add", 1))?;
        } else {
            session.screen.plain(format!(
                "registered {}: Linux {}, {}",
                row.name, row.version, row.spec
            ))?;
        }
        Ok(Exit::NothingNew)
    }
}
