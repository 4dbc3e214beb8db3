//! `pteward kernel list`.

use crate::cli::exit::Exit;
use crate::cli::screen::{Cell, Label};
use crate::cli::session::Session;
use crate::report::wire;
use anyhow::Context as _;

/// List the registered kernels by name.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let workspace = session.workspace()?;
        let kernels = workspace
            .store
            .kernels()
            .context("failed to list the kernels")?;
        if self.json {
            for kernel in &kernels {
                session.screen.wire(&wire::kernel_line(&kernel.row))?;
            }
            session
                .screen
                .wire(&wire::Summary::list("kernel list", kernels.len()))?;
            return Ok(Exit::NothingNew);
        }
        if kernels.is_empty() {
            session
                .screen
                .plain("no kernels; `pteward kernel add NAME SOURCE` registers one")?;
            return Ok(Exit::NothingNew);
        }
        let head = ["NAME", "VERSION", "COMMIT", "SOURCE"]
            .map(|text| Cell::new(text).label(Label::Heading));
        let mut rows = vec![head.to_vec()];
        rows.extend(kernels.iter().map(|kernel| {
            let row = &kernel.row;
            let commit = row
                .commit
                .as_deref()
                .map_or("-", |id| &id[..id.len().min(12)]);
            vec![
                Cell::new(&row.name),
                Cell::new(&row.version),
                Cell::new(commit),
                Cell::new(&row.spec),
            ]
        }));
        session.screen.table(0, &rows)?;
        Ok(Exit::NothingNew)
    }
}
