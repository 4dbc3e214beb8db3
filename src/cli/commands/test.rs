//! `pteward test`.

use crate::boot::Outcome;
use crate::cli::exit::Exit;
use crate::cli::guest::GuestArguments;
use crate::cli::session::Session;
use crate::cli::show;
use crate::pipeline::{self, Event};
use crate::report::wire;
use std::path::PathBuf;

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
    #[command(flatten)]
    guest: GuestArguments,
    /// Boot this image in place of building one; the tests are still those of the state
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,
    /// Print JSON Lines: kernel, for a series as apply, then build, boot, test, symptom and change lines, then a summary
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
                "nothing is tested, since not every patch went in whole",
            ));
            return Ok(Exit::DidNotApply);
        }
        let tested = pipeline::test(
            &mut workspace,
            &chosen,
            &self.guest.options(self.image.clone()),
            &|event| {
                session.tell(event);
            },
        )?;
        if tested.changes.is_none() && tested.state > 0 {
            session.tell(Event::Note("state 0 as it is now has not been tested with these suites, so there is nothing to compare with"));
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
