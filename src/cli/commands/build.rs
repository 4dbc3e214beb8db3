//! `pteward build`.

use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, BuildOptions, Event};
use crate::report::wire;
use std::time::Duration;

/// Build a state of a kernel, in a sandbox.
///
/// What is built lies in the workspace: one folder for each kernel and config, in which every state is laid out and built in
/// turn, so that only what differs is compiled again. Builds run under bubblewrap: no network, the source read-only, only
/// the build folder to write to, and limits on time, memory and processes.
///
/// STATE is a KERNEL, SERIES@KERNEL (the whole series on it), or SERIES@KERNEL:K (its first K patches). Warnings are told
/// where they are new against state 0, as far as that has been built with the same config.
///
/// Ends with 3 when a patch does not apply whole (nothing is built then), with 4 when a state does not build, else with 0.
///
/// Examples:
///   pteward build apt:linux-source-6.12
///   pteward build --each-patch my-series@debian
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// KERNEL, SERIES@KERNEL or SERIES@KERNEL:K
    state: String,
    /// A kernel configuration: hmm, hmm-kasan
    #[arg(long, value_name = "NAME", default_value = "hmm")]
    config: String,
    /// Build every state from the bare kernel on, in order
    #[arg(long)]
    each_patch: bool,
    /// Build only the objects that are made of files which the series changes, and no image
    #[arg(long)]
    objects: bool,
    /// Build without a sandbox: the Makefiles of a posted patch run with all that you may do
    #[arg(long)]
    no_sandbox: bool,
    /// Compilers at once [default: one for each core]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Give up on a state after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 7200, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Print JSON Lines: kernel, for a series as apply, then build lines, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let mut workspace = session.workspace()?;
        let chosen =
            pipeline::choose_state(&mut workspace, &self.state, &|event| session.tell(event))?;
        show::introduce(session, &chosen, self.json)?;
        if !chosen.is_whole() {
            session.tell(Event::Note(
                "nothing is built, since not every patch went in whole",
            ));
            if self.json {
                session.screen.wire(&wire::Summary::list("build", 0))?;
            }
            return Ok(Exit::DidNotApply);
        }
        let options = BuildOptions {
            config: self.config.clone(),
            each_patch: self.each_patch,
            objects: self.objects,
            sandboxed: !self.no_sandbox,
            jobs: self.jobs.map(usize::from),
            timeout: Some(Duration::from_secs(self.timeout)),
        };
        let mut builds = Vec::new();
        let (screen, progress) = session.parts();
        pipeline::build(
            &mut workspace,
            &chosen,
            &options,
            &mut |build| {
                for note in &build.built.notes {
                    progress.on(Event::Note(note));
                }
                if self.json {
                    show::build::line(screen, &build)?;
                } else {
                    show::build::tables(screen, &chosen, &build)?;
                }
                screen.flush()?;
                builds.push(build.is_built());
                Ok(())
            },
            &|event| progress.on(event),
        )?;
        if self.json {
            screen.wire(&wire::Summary::list("build", builds.len()))?;
        }
        Ok(if builds.iter().all(|built| *built) {
            Exit::NothingNew
        } else {
            Exit::DidNotBuild
        })
    }
}
