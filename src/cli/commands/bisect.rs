//! `pteward bisect`.

use crate::bisect::{Answer, Conclusion};
use crate::cli::exit::Exit;
use crate::cli::guest::MachineArguments;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, BisectOptions, BuildOptions, By, Event, Range, TestOptions};
use crate::report::wire;
use anyhow::Context as _;
use std::path::PathBuf;
use std::time::Duration;

/// Find the first bad one of some states, by a binary search.
///
/// RANGE is one of
///   SERIES@KERNEL        the states of a series: 0 is the kernel as it is, n all patches
///   SERIES@KERNEL:A..B   the states A to B of it
///   PATH@GOOD..BAD       commits of a git repository, by first parents
///   K1,K2,K3             kernels, oldest first: registered names or sources
/// The first state should be good and the last one bad; both are asked first.
///
/// The question is one of
///   build            bad: it does not build
///   boot             bad: its guest does not come to its end
///   test:NAME        bad: the test fails, crashes or is missing; NAME is `SUITE: NAME` or the name alone
///   symptom:TITLE    bad: the kernel complains so, as `pteward test` titles it
///   audit:FUNCTION   bad: some walk of the function is unprepared
///   cmd:COMMAND      a shell command, run in a checkout of the state: 0 is good, 125 a skip, 1 to 127 else bad, more ends the search
/// What cannot be told is skipped and never passes for good: a patch that did not go in whole, a state that was to be tested and
/// does not build, a test that was skipped, a verdict that is unknown.
///
/// A command is run in the sandbox of builds: the checkout is read-only, $BUILD is a folder that it can write to and that
/// stays from state to state, /tmp is its own, and there is no network.
///
/// Answers are kept in the workspace by what the tree holds, the config and the question: a search that was killed goes on,
/// and equal trees are asked once. --again asks anew.
///
/// Ends with 0 when the first bad state was found, else with 1. With --step RANGE is one state as `pteward build` has it
/// (also `.`), and the codes are git's: 0 good, 1 bad, 125 skip, and 128 where it could not be asked, which ends git's search.
///
/// Examples:
///   pteward bisect my-series@debian --by test:hmm.hmm_device_private.exclusive
///   git bisect run pteward bisect --step . --by build
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// SERIES@KERNEL[:A..B], PATH@GOOD..BAD or K1,K2,K3; with --step a state
    range: String,
    /// build, boot, test:NAME, symptom:TITLE, audit:FUNCTION or cmd:COMMAND
    #[arg(long, value_name = "QUESTION")]
    by: String,
    /// Ask about one state alone and end with git's codes
    #[arg(long)]
    step: bool,
    /// Ask anew what is known from before
    #[arg(long)]
    again: bool,
    /// A kernel configuration: hmm, hmm-kasan
    #[arg(long, value_name = "NAME", default_value = "hmm")]
    config: String,
    /// Suites to run, as for `pteward test`; may be given more than once [default: by the test's name, else hmm]
    #[arg(long = "suite", value_name = "SUITE")]
    suites: Vec<String>,
    #[command(flatten)]
    machine: MachineArguments,
    /// Give up on a build, or on the command, after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 7200, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Give up on a boot after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    boot_timeout: u64,
    /// Give up on a guest that has said nothing for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    silence: u64,
    /// Build, and run commands, without a sandbox: what a posted patch makes run may do all that you may do
    #[arg(long)]
    no_sandbox: bool,
    /// A program to run in place of QEMU, without a sandbox; for pteward's own tests
    #[arg(long, value_name = "FILE", env = "PTEWARD_QEMU", hide = true)]
    qemu: Option<PathBuf>,
    /// Print JSON Lines: for a series kernel and as apply, then answer lines, bisect, then a summary
    #[arg(long)]
    json: bool,
}

impl Args {
    fn options(&self) -> anyhow::Result<BisectOptions> {
        let by = By::parse(&self.by).context("failed to read the question")?;
        let suites = by.suites(&self.suites);
        Ok(BisectOptions {
            by,
            again: self.again,
            test: TestOptions {
                build: BuildOptions {
                    config: self.config.clone(),
                    each_patch: false,
                    objects: false,
                    sandboxed: !self.no_sandbox,
                    jobs: None,
                    timeout: Some(Duration::from_secs(self.timeout)),
                },
                image: None,
                suites,
                repeat: 1,
                memory: self.machine.memory,
                cpus: self.machine.cpus,
                accel: self.machine.accel.into(),
                total: Duration::from_secs(self.boot_timeout),
                silence: Duration::from_secs(self.silence),
                qemu: self.qemu.clone(),
            },
        })
    }

    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let options = self.options()?;
        let by = options.by.text();
        let mut workspace = session.workspace()?;
        if self.step {
            return self.one(session, &mut workspace, &options);
        }
        let mut range = Range::find(&mut workspace, &self.range, &|event| session.tell(event))?;
        if let Some(chosen) = range.series() {
            show::introduce(session, chosen, self.json)?;
        }
        let (screen, progress) = session.parts();
        let bisected = pipeline::bisect(
            &mut workspace,
            &mut range,
            &options,
            &mut |asked| {
                progress.on(Event::Note(&show::bisect::sentence(asked)));
                if self.json {
                    show::bisect::answer_line(screen, asked, &by)?;
                    screen.flush()?;
                }
                Ok(())
            },
            &|event| progress.on(event),
        )?;
        let screen = &mut session.screen;
        if self.json {
            show::bisect::line(screen, &range, (&bisected, &by))?;
            screen.wire(&wire::Summary::list("bisect", bisected.answers.len()))?;
        } else {
            show::bisect::result(screen, &range, &bisected)?;
        }
        Ok(match bisected.conclusion {
            Conclusion::Culprit(_) => Exit::NothingNew,
            _ => Exit::Found,
        })
    }

    /// Asks about one state, and ends with git's codes.
    fn one(
        &self,
        session: &mut Session,
        workspace: &mut pipeline::Workspace,
        options: &BisectOptions,
    ) -> anyhow::Result<Exit> {
        let tell = |event: Event<'_>| session.tell(event);
        let mut range = Range::one(workspace, &self.range, &tell)?;
        let asked = pipeline::ask_one(workspace, &mut range, options, &tell)?;
        let screen = &mut session.screen;
        if self.json {
            show::bisect::answer_line(screen, &asked, &options.by.text())?;
            screen.wire(&wire::Summary::list("bisect", 1))?;
        } else {
            show::bisect::step(screen, &asked)?;
        }
        Ok(match asked.answer {
            Answer::Good => Exit::NothingNew,
            Answer::Bad => Exit::Found,
            Answer::Skip => Exit::Untold,
        })
    }
}
