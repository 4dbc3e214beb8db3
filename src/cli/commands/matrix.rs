//! `pteward matrix`.

use crate::audit::{Matrix, compare_matrices, missed};
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, OpenKernel};
use crate::report::wire;
use std::path::PathBuf;

/// Show how each function that tells kinds of entries apart handles each kind.
///
/// A row is an entry of a function in which at least two different questions are asked of it. A kind is handled by name
/// where a condition that accepts it alone takes it, by group where one that accepts several does, by default where only
/// what is left over gets it, and not reached where no way leads to a condition with it.
///
/// With --against, only differences are shown: functions of the second kernel that name the nearest relatives of a new
/// kind and let the new one fall to a default, and functions that handle a kind otherwise than in the first.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// A registered kernel's name or a source
    kernel: String,
    /// A second kernel, to compare with
    #[arg(long, value_name = "KERNEL")]
    against: Option<String>,
    /// Only functions of this file, or of files in this folder
    #[arg(long, value_name = "PATH")]
    under: Option<String>,
    /// Write the matrix as a page of HTML
    #[arg(long, value_name = "FILE", conflicts_with = "against")]
    html: Option<PathBuf>,
    /// Print JSON Lines: kernel and matrix lines, or missed and matrix-change lines; then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let (kernel, own) = self.read(session, &self.kernel)?;
        if let Some(against) = &self.against {
            let (other, theirs) = self.read(session, against)?;
            let new = theirs.kinds.iter().filter(|kind| !own.kinds.contains(kind));
            let missing: Vec<_> = new
                .flat_map(|kind| missed(kind, &theirs.rows, &theirs.predicates))
                .collect();
            let changes = compare_matrices(&own.rows, &theirs.rows);
            if self.json {
                show::kernel_line(&mut session.screen, &kernel)?;
                show::kernel_line(&mut session.screen, &other)?;
                show::matrix::difference_lines(&mut session.screen, &missing, &changes)?;
                let count = missing.len() + changes.len();
                session.screen.wire(&wire::Summary::list("matrix", count))?;
            } else {
                show::matrix::differences(&mut session.screen, &missing, &changes)?;
            }
            return Ok(if missing.is_empty() {
                Exit::NothingNew
            } else {
                Exit::Found
            });
        }
        if let Some(file) = &self.html {
            pipeline::write_matrix(&kernel, &own, file)?;
        }
        if self.json {
            show::kernel_line(&mut session.screen, &kernel)?;
            show::matrix::lines(&mut session.screen, &own)?;
            let count = own.rows.len();
            session.screen.wire(&wire::Summary::list("matrix", count))?;
        } else if self.html.is_none() {
            show::matrix::tables(&mut session.screen, &own)?;
        }
        Ok(Exit::NothingNew)
    }

    fn read(&self, session: &Session, kernel: &str) -> anyhow::Result<(OpenKernel, Matrix)> {
        let mut workspace = session.workspace()?;
        let kernel = pipeline::open_kernel(&workspace, kernel, &|event| session.tell(event))?;
        let mut found = pipeline::matrix(&mut workspace, &kernel, &|event| session.tell(event))?;
        if let Some(under) = &self.under {
            let folder = format!("{}/", under.trim_end_matches('/'));
            found
                .rows
                .retain(|row| row.file == *under || row.file.starts_with(&folder));
        }
        Ok((kernel, found))
    }
}
