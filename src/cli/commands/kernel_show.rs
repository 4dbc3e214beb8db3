//! `pteward kernel show`.

use crate::cli::exit::Exit;
use crate::cli::screen::{Cell, Label};
use crate::cli::session::Session;
use crate::pipeline::open_kernel;
use crate::report::wire;
use crate::store::KernelRow;
use anyhow::Context as _;

/// Show one kernel: version, commit, source, and the audits made of it.
///
/// The kernel is opened, so that what is shown is what other commands would read.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A registered name or a source
    kernel: String,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let workspace = session.workspace()?;
        let open = open_kernel(&workspace, &self.kernel, &|event| session.tell(event))?;
        let row = KernelRow {
            name: open.name.clone(),
            spec: open.kernel.spec.clone(),
            version: open.kernel.version.clone(),
            commit: open.kernel.commit.map(|id| id.to_string()),
            tree: None,
        };
        if self.json {
            session.screen.wire(&wire::kernel_line(&row))?;
            session
                .screen
                .wire(&wire::Summary::list("kernel show", 1))?;
            return Ok(Exit::NothingNew);
        }
        let heading = |text: &str| Cell::new(text).label(Label::Heading);
        let tree = open.kernel.tree.display().to_string();
        let mut rows = vec![
            vec![heading("name"), Cell::new(&row.name)],
            vec![heading("version"), Cell::new(&row.version)],
            vec![heading("source"), Cell::new(&row.spec)],
            vec![heading("files"), Cell::new(tree)],
        ];
        rows.extend(
            row.commit
                .map(|commit| vec![heading("commit"), Cell::new(commit)]),
        );
        let audits = workspace
            .store
            .audits()
            .context("failed to list the audits")?;
        for audit in audits.iter().filter(|audit| audit.key.kernel == open.name) {
            let what = match &audit.key.series {
                Some(series) => format!("with {} patches of {series}", audit.key.state),
                None => String::from("as it is"),
            };
            let walks = &audit.walks;
            let all = walks.prepared + walks.unprepared + walks.unknown + walks.not_applicable;
            let text = format!(
                "{}, {what}: {} calls of predicates, {all} walks",
                audit.made, audit.calls
            );
            rows.push(vec![heading("audit"), Cell::new(text)]);
        }
        session.screen.table(0, &rows)?;
        Ok(Exit::NothingNew)
    }
}
