//! `pteward test`.

use crate::boot::Outcome;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, BuildOptions, Event, TestOptions};
use crate::report::wire;
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;

/// Boot a state of a kernel in QEMU and run its tests.
///
/// The state is built as by `pteward build`; the tests are built statically from its own tools/testing/selftests with its own
/// headers, in the same sandbox. The guest has no network. It has failed until it says itself that it has run all: a panic,
/// silence, QEMU's death and the end of time are told apart.
///
/// A state above 0 is compared with state 0, where that has been tested in this workspace with the same config: test it
/// first. A test that no longer runs is `unknown`, never unchanged; a new symptom under a test is a regression, also where
/// the test failed before.
///
/// Suites: hmm (the kernel's hmm-tests), mm (what the kernel's run_vmtests.sh runs), exclusive (reproducers for pages that a
/// device has for itself), or a C program of yours, by its path, that speaks TAP or ends with 0, or with 4 for a skip.
///
/// Ends with 3 when a patch does not apply whole, 4 when the state does not build, 5 when the guest did not boot or did not
/// come to its end, 1 when something regressed against state 0, else with 0: failing tests alone are nothing new.
///
/// Examples:
///   pteward test apt:linux-source-6.12
///   pteward test --suite hmm --suite exclusive --repeat 3 my-series@debian
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Args {
    /// KERNEL, SERIES@KERNEL or SERIES@KERNEL:K
    state: String,
    /// A suite: hmm, mm, exclusive, or a path PROGRAM.c; may be given more than once
    #[arg(long = "suite", value_name = "SUITE", default_value = "hmm")]
    suites: Vec<String>,
    /// Boot the same image N times: tests that differ are flaky
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: u32,
    /// The guest's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(64..))]
    memory: u32,
    /// The guest's processors
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    cpus: u32,
    /// The processor: auto is kvm where /dev/kvm can be used, else tcg
    #[arg(long, value_enum, default_value_t, value_name = "ACCEL")]
    accel: Accel,
    /// Give up on a boot after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Give up on a guest that has said nothing for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    silence: u64,
    /// A kernel configuration: hmm, hmm-kasan
    #[arg(long, value_name = "NAME", default_value = "hmm")]
    config: String,
    /// Boot this image in place of building one; the tests are still those of the state
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Build without a sandbox: the Makefiles of a posted patch run with all that you may do
    #[arg(long)]
    no_sandbox: bool,
    /// A program to run in place of QEMU, without a sandbox; for pteward's own tests
    #[arg(long, value_name = "FILE", env = "PTEWARD_QEMU", hide = true)]
    qemu: Option<PathBuf>,
    /// Print JSON Lines: kernel, for a series as apply, then build, boot, test, symptom and change lines, then a summary
    #[arg(long)]
    json: bool,
}

/// What the guest's processor is to be.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Accel {
    #[default]
    Auto,
    Kvm,
    Tcg,
}

impl Args {
    fn options(&self) -> TestOptions {
        TestOptions {
            build: BuildOptions {
                config: self.config.clone(),
                each_patch: false,
                objects: false,
                sandboxed: !self.no_sandbox,
                jobs: None,
                timeout: None,
            },
            image: self.image.clone(),
            suites: self.suites.clone(),
            repeat: self.repeat,
            memory: self.memory,
            cpus: self.cpus,
            accel: match self.accel {
                Accel::Auto => crate::boot::Accel::Auto,
                Accel::Kvm => crate::boot::Accel::Kvm,
                Accel::Tcg => crate::boot::Accel::Tcg,
            },
            total: Duration::from_secs(self.timeout),
            silence: Duration::from_secs(self.silence),
            qemu: self.qemu.clone(),
        }
    }

    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let mut workspace = session.workspace()?;
        let chosen =
            pipeline::choose_state(&mut workspace, &self.state, &|event| session.tell(event))?;
        for note in &chosen.notes {
            session.tell(Event::Note(note));
        }
        if self.json {
            show::kernel_line(&mut session.screen, &chosen.kernel)?;
        }
        if let Some(application) = &chosen.application {
            if self.json {
                show::outcomes::lines(&mut session.screen, &application.outcomes)?;
            } else if !chosen.is_whole() {
                show::outcomes::tables(
                    &mut session.screen,
                    &application.series.name,
                    &application.outcomes,
                )?;
            }
        }
        if !chosen.is_whole() {
            session.tell(Event::Note(
                "nothing is tested, since not every patch went in whole",
            ));
            return Ok(Exit::DidNotApply);
        }
        let tested = pipeline::test(&mut workspace, &chosen, &self.options(), &|event| {
            session.tell(event);
        })?;
        if tested.changes.is_none() && tested.state > 0 {
            session.tell(Event::Note("state 0 has not been tested with these suites, so there is nothing to compare with"));
        }
        let screen = &mut session.screen;
        if self.json {
            if let Some(build) = &tested.build {
                show::build::line(screen, build)?;
            }
            show::test::lines(screen, &tested)?;
            let tests = tested.boots.iter().map(|boot| boot.tests.len()).sum();
            screen.wire(&wire::Summary::list("test", tests))?;
        } else {
            if let Some(build) = tested.build.as_ref().filter(|build| !build.is_built()) {
                show::build::tables(screen, &chosen, build)?;
            }
            show::test::tables(screen, &tested)?;
        }
        Ok(
            if tested.build.as_ref().is_some_and(|build| !build.is_built()) {
                Exit::DidNotBuild
            } else if tested
                .boots
                .iter()
                .any(|boot| boot.booted.outcome != Outcome::Finished)
            {
                Exit::DidNotBoot
            } else if tested.regresses() {
                Exit::Found
            } else {
                Exit::NothingNew
            },
        )
    }
}
