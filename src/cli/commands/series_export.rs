//! `pteward series export`.

use crate::cli::exit::Exit;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline::{self, Event, Form};
use crate::report::wire;
use anyhow::Context as _;
use std::path::PathBuf;

/// Write a series as a clean mbox that `git am` takes.
///
/// Patches that a web page damaged are restored on KERNEL first, and every file's grade is written down: in the notes of
/// the cover letter, or with --am below the `---` of each patch. A patch that cannot be restored is left out and named.
///
/// Ends with 3 when a patch was left out.
///
/// Examples:
///   pteward series export page-v2 --on 6.12 --am | git am
///   pteward series export thread.mbox -o clean.mbox
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// An imported series' name, or paths
    #[arg(required = true, value_name = "SERIES")]
    series: Vec<String>,
    /// A registered kernel's name or a source, to restore damaged patches on
    #[arg(long, value_name = "KERNEL")]
    on: Option<String>,
    /// Patches alone, as `git am` takes them: no cover letter, grades below `---`
    #[arg(long)]
    am: bool,
    /// Write to FILE, not to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// With -o: print JSON Lines, one "export" line for each patch
    #[arg(long, requires = "output")]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let inputs = inputs(&self.series)?;
        let workspace = session.workspace()?;
        let read = pipeline::the_series(&workspace, &inputs)?;
        read.notes
            .iter()
            .for_each(|note| session.tell(Event::Note(note)));
        let series = show::series::only(read)?;
        let kernel = match &self.on {
            Some(kernel) => Some(pipeline::open_kernel(&workspace, kernel, &|event| {
                session.tell(event);
            })?),
            None => None,
        };
        let form = if self.am { Form::Am } else { Form::Posted };
        let exported = pipeline::export(&workspace, series, kernel.as_ref(), form, &|event| {
            session.tell(event);
        });
        for patch in &exported.patches {
            if let Some(reason) = &patch.left_out {
                session.tell(Event::Note(&format!(
                    "patch {} is left out: {reason}",
                    patch.number
                )));
            }
        }
        match &self.output {
            Some(path) => std::fs::write(path, &exported.mbox)
                .with_context(|| format!("failed to write {}", path.display()))?,
            None => session.screen.raw(&exported.mbox)?,
        }
        if self.json {
            for patch in &exported.patches {
                session.screen.wire(&wire::export_line(
                    patch.number,
                    &patch.subject,
                    (patch.proof, patch.repaired),
                    patch.left_out.as_deref(),
                ))?;
            }
            let count = exported.patches.len();
            session
                .screen
                .wire(&wire::Summary::list("series export", count))?;
        }
        Ok(if exported.is_whole() {
            Exit::NothingNew
        } else {
            Exit::DidNotApply
        })
    }
}
