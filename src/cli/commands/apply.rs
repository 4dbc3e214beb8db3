//! `pteward apply`.

use crate::cli::args::SeriesArgument;
use crate::cli::exit::Exit;
use crate::cli::session::{Session, inputs};
use crate::cli::show;
use crate::pipeline::{self, Event, Keep, is_whole};
use crate::report::wire;
use crate::series::Series;
use std::path::PathBuf;

/// Apply a series to a kernel in memory, patch by patch, every hunk with a grade.
///
/// Grades, best first: exact, offset, fuzz, whitespace, three-way, word-merge (merged word by word, shown beside what was
/// posted), already-there, contained (most of what it adds is in the function, in another form), conflict. Where the
/// patch names the blob id of the result and it is the one that came out, the file is proved. A conflict shows what the
/// hunk expects, what the tree has, and which symbols nobody has introduced.
///
/// A patch that a web page damaged is restored first: from the blobs that its index lines name, where the kernel, another
/// registered one or the series itself has them, else from the kernel's own files. What is known of the text is said:
/// proved, intact, consistent, words-only, failed.
///
/// The series and what came of it are stored in the workspace. Nothing else is written without -o or --branch, and with
/// them only when every patch went in whole (or was there already). The kernel itself is never touched.
///
/// Ends with 0 when every patch is applied or already there, with 3 otherwise.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    series: SeriesArgument,
    /// A registered kernel's name or a source
    #[arg(long, value_name = "KERNEL", required_unless_present = "all")]
    on: Option<String>,
    /// Apply to every registered kernel, and show what came of each patch on each
    #[arg(long, conflicts_with_all = ["on", "output", "branch"])]
    all: bool,
    /// Store and write nothing
    #[arg(long, conflicts_with_all = ["output", "branch"])]
    check: bool,
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
    /// Write every touched file below DIR
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Commit each patch, as its poster wrote it, to branch NAME of the workspace's own repository
    #[arg(long, value_name = "NAME", conflicts_with = "output")]
    branch: Option<String>,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let inputs = inputs(&self.series.series)?;
        let mut workspace = session.workspace()?;
        let read = pipeline::the_series(&workspace, &inputs)?;
        read.notes
            .iter()
            .for_each(|note| session.tell(Event::Note(note)));
        let series = show::series::only(read)?;
        show::series::notes(session, &series);
        let keep = if self.check {
            Keep::Nothing
        } else {
            Keep::Store
        };
        let Some(on) = &self.on else {
            return self.run_all(session, &mut workspace, series, keep);
        };
        let kernel = pipeline::open_kernel(&workspace, on, &|event| session.tell(event))?;
        let application = pipeline::apply(&mut workspace, series, &kernel, keep, &|event| {
            session.tell(event);
        })?;
        if self.json {
            show::outcomes::lines(&mut session.screen, &application.outcomes)?;
        } else {
            let title = format!(
                "{} on {} ({})",
                application.series.name, kernel.name, kernel.kernel.version
            );
            show::outcomes::tables(&mut session.screen, &title, &application.outcomes)?;
        }
        let whole = is_whole(&application.outcomes);
        if whole {
            self.write(session, &workspace, (&application, &kernel))?;
        } else if self.output.is_some() || self.branch.is_some() {
            session.tell(Event::Note(
                "nothing was written: the series did not apply whole",
            ));
        }
        if self.json {
            session
                .screen
                .wire(&wire::Summary::apply(&application.outcomes))?;
        }
        Ok(if whole {
            Exit::NothingNew
        } else {
            Exit::DidNotApply
        })
    }

    /// Applies to every registered kernel.
    fn run_all(
        &self,
        session: &mut Session,
        workspace: &mut pipeline::Workspace,
        series: Series,
        keep: Keep,
    ) -> anyhow::Result<Exit> {
        let kernels = pipeline::open_all(workspace, &|event| session.tell(event))?;
        let name = series.name.clone();
        let all = pipeline::apply_all(workspace, series, &kernels, keep, &|event| {
            session.tell(event);
        })?;
        let whole = all.iter().all(|outcomes| is_whole(outcomes));
        if self.json {
            for (kernel, outcomes) in kernels.iter().zip(&all) {
                let version = &kernel.kernel.version;
                for outcome in outcomes {
                    let line = wire::applicability_line(&kernel.name, version, outcome);
                    session.screen.wire(&line)?;
                }
            }
            let outcomes: Vec<_> = all.into_iter().flatten().collect();
            session.screen.wire(&wire::Summary::apply(&outcomes))?;
        } else {
            show::outcomes::applicability(&mut session.screen, &name, &kernels, &all)?;
        }
        Ok(if whole {
            Exit::NothingNew
        } else {
            Exit::DidNotApply
        })
    }

    /// Writes what was asked for, and says where.
    fn write(
        &self,
        session: &Session,
        workspace: &pipeline::Workspace,
        (application, kernel): (&pipeline::Application, &pipeline::OpenKernel),
    ) -> anyhow::Result<()> {
        if let Some(folder) = &self.output {
            let count = pipeline::write_files(application, folder)?;
            session.tell(Event::Note(&format!(
                "{count} files written or removed below {}",
                folder.display()
            )));
        }
        if let Some(branch) = &self.branch {
            let commit = pipeline::write_branch(workspace, application, kernel, branch)?;
            let place = workspace.repository();
            session.tell(Event::Note(&format!(
                "branch {branch} of {} is at {commit}",
                place.display()
            )));
        }
        Ok(())
    }
}
