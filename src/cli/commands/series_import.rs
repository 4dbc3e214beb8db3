//! `pteward series import`.

use crate::cli::exit::Exit;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline;
use crate::report::wire;
use anyhow::Context as _;

/// Read series and store them, raw mails included.
///
/// All paths are read together, so that a series may lie in several files. A series with parts missing is stored with
/// what is there, and says what is not. The same posting again makes no second series.
///
/// Examples:
///   pteward series import thread.mbox
///   b4 am -o- MESSAGE-ID | pteward series import - --name fix-rmap
///   pteward series import ~/linux@v6.12..my-branch
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// Paths: mbox, maildir, .patch files or a folder of them, a saved page, PATH@A..B, - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The name that other commands take [default: made of the subject]
    #[arg(long)]
    name: Option<String>,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let inputs = inputs(&self.paths)?;
        let mut workspace = session.workspace()?;
        let imported = pipeline::import(&mut workspace, &inputs, self.name.as_deref(), &|event| {
            session.tell(event)
        })?;
        let heads = workspace
            .store
            .series_list()
            .context("failed to list the series")?;
        let mine = |name: &str| heads.iter().find(|head| head.name == name);
        for one in &imported {
            show::series::notes(session, &one.series);
        }
        if self.json {
            for one in &imported {
                if let Some(head) = mine(&one.series.name) {
                    session.screen.wire(&wire::series_line(head))?;
                }
            }
            session
                .screen
                .wire(&wire::Summary::list("series import", imported.len()))?;
            return Ok(Exit::NothingNew);
        }
        for one in &imported {
            let series = &one.series;
            let known = if one.new {
                "imported"
            } else {
                "known already as"
            };
            session.screen.plain(format!(
                "{known} {}: v{}, {} of {} patches: {}",
                series.name,
                series.version,
                series.patches.len(),
                series.total,
                series.subject
            ))?;
        }
        Ok(Exit::NothingNew)
    }
}
