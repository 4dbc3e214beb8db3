//! In: a state of a kernel and suites. Out: the state built, booted as often as asked, and compared with state 0; stored.

use super::guest::Listener;
use super::suites::{self, Load, key};
use super::{BuildOptions, Chosen, Event, Keep, StateBuild, Tell, Workspace, build};
use crate::boot::{self, Accel, Booted, Guest, Initramfs, Machine, Outcome, Selftests, Symbols};
use crate::compare::{Boot, Change, Row, Run, Side, SymptomSeen, TestSeen, compare};
use crate::kbuild::{Limits, Sandbox, WorkFolder};
use crate::ktap::Symptom;
use crate::store::{BootHead, BuildKey, NewBoot, TestRow};
use crate::tree::work_tree;
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How to test.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// How to build the image.
    pub build: BuildOptions,
    /// An image of the user's, in place of building one.
    pub image: Option<PathBuf>,
    /// `hmm`, `mm`, `exclusive`, or paths of C programs.
    pub suites: Vec<String>,
    /// How often the image is booted.
    pub repeat: u32,
    /// The guest's memory in MiB.
    pub memory: u32,
    /// The guest's processors.
    pub cpus: u32,
    /// Which accelerator.
    pub accel: Accel,
    /// How long one boot may take.
    pub total: Duration,
    /// How long a guest may say nothing.
    pub silence: Duration,
    /// A program in place of QEMU, for tests.
    pub qemu: Option<PathBuf>,
}

/// One boot.
pub struct OneBoot {
    /// How the guest ended.
    pub booted: Booted,
    /// The tests.
    pub tests: Vec<TestRow>,
    /// The symptoms.
    pub symptoms: Vec<Symptom>,
}

/// What came of testing a state.
pub struct Tested {
    /// The state.
    pub state: u32,
    /// Its build, unless the image is the user's.
    pub build: Option<StateBuild>,
    /// The boots, in order; none where it was not built.
    pub boots: Vec<OneBoot>,
    /// What changed against state 0; `None` where that has not been tested with a suite of these, or is this state.
    pub changes: Option<Vec<Row>>,
}

impl Tested {
    /// Says whether something is known to be worse than in state 0.
    pub fn regresses(&self) -> bool {
        self.changes
            .iter()
            .flatten()
            .any(|row| row.change == Change::Regressed)
    }
}

/// Builds, boots and compares the state that was chosen.
///
/// # Errors
/// When there is no such suite, this machine lacks something, the console cannot be kept, or the store not be written. How
/// building, booting and testing end are values.
pub fn test(
    workspace: &mut Workspace,
    chosen: &Chosen,
    options: &TestOptions,
    tell: Tell<'_>,
) -> anyhow::Result<Tested> {
    let state = chosen.state;
    let failed = || format!("failed to test state {state} of {}", chosen.kernel.name);
    let (built, boots) = build_and_boot(workspace, chosen, options, Keep::Store, tell)?;
    let tree = match &built {
        Some(built) => built.tree.clone(),
        None => chosen.tree(state).with_context(failed)?,
    };
    let changes =
        against_base(workspace, chosen, options, (&built, &boots)).with_context(failed)?;
    let rows: Vec<NewBoot<'_>> = boots
        .iter()
        .map(|one| NewBoot {
            booted: &one.booted,
            suites: &options.suites,
            tests: &one.tests,
            symptoms: &one.symptoms,
        })
        .collect();
    if !rows.is_empty() {
        let changes = changes.as_deref().unwrap_or_default();
        let saved =
            workspace
                .store
                .save_boots((&key_of(chosen, options, state), &tree), &rows, changes);
        saved.context("failed to store what came of testing")?;
    }
    Ok(Tested {
        state,
        build: built,
        boots,
        changes,
    })
}

/// Builds and boots the state that was chosen. The build is stored, the boots are not: whoever keeps nothing of them has
/// consoles of its own, so that those of stored boots stay.
pub(super) fn build_and_boot(
    workspace: &mut Workspace,
    chosen: &Chosen,
    options: &TestOptions,
    keep: Keep,
    tell: Tell<'_>,
) -> anyhow::Result<(Option<StateBuild>, Vec<OneBoot>)> {
    let failed = || {
        format!(
            "failed to test state {} of {}",
            chosen.state, chosen.kernel.name
        )
    };
    suites::check(&options.suites).with_context(failed)?;
    let mut built = None;
    let image = match &options.image {
        Some(image) => {
            let path = std::path::absolute(image).with_context(failed)?;
            // Where an image lies in a build folder, its symbols lie at the top of that.
            let symbols = path.ancestors().nth(4).map(|top| top.join("vmlinux"));
            Some((path, symbols))
        }
        None => {
            let mut keep = |one: StateBuild| {
                built = Some(one);
                Ok(())
            };
            build(workspace, chosen, &options.build, &mut keep, tell)?;
            let image = built.as_ref().and_then(|one| one.built.image.as_ref());
            image.map(|image| (image.path.clone(), image.symbols.clone()))
        }
    };
    let boots = match image {
        Some((image, symbols)) => {
            let files = (image.as_path(), symbols.as_deref());
            boot_all(workspace, chosen, options, (files, keep), tell).with_context(failed)?
        }
        None => Vec::new(),
    };
    Ok((built, boots))
}

/// Names a state, as builds do.
fn key_of(chosen: &Chosen, options: &TestOptions, state: u32) -> BuildKey {
    let config = if options.image.is_some() {
        ""
    } else {
        &options.build.config
    };
    super::build::key(chosen, state, config, true)
}

/// Gives the folder for what a work folder's images are booted with.
fn place(workspace: &Workspace, folder: &WorkFolder, keep: Keep) -> PathBuf {
    let name = folder.path().file_name().unwrap_or_default();
    let place = workspace.boots().join(name);
    match keep {
        Keep::Store => place,
        Keep::Nothing => place.join("searched"),
    }
}

/// Boots the image as often as asked.
fn boot_all(
    workspace: &Workspace,
    chosen: &Chosen,
    options: &TestOptions,
    ((image, symbols), keep): ((&Path, Option<&Path>), Keep),
    tell: Tell<'_>,
) -> anyhow::Result<Vec<OneBoot>> {
    let (kernel, state) = (&chosen.kernel.name, chosen.state);
    let folder = WorkFolder::open(
        &workspace.builds(),
        kernel,
        &options.build.config,
        options.build.sandboxed,
    )?;
    // The tests are those of the state: nobody has laid it out for an image of the user's, and after a build another
    // process may have had the folder.
    let laid = (&*folder.source(), &*folder.manifest());
    work_tree::lay_out(&*chosen.source(state), &|_| true, laid, &|_, _| {})?;
    std::fs::create_dir_all(folder.build())?;
    let sandbox = Sandbox::new(&folder, Limits::for_jobs(1))?;
    let place = place(workspace, &folder, keep);
    std::fs::create_dir_all(&place)?;
    let load = super::event::step(
        tell,
        &format!("state {state}: making the tests"),
        || -> anyhow::Result<Load> {
            Ok(match Selftests::set_up(&folder, &sandbox)? {
                Ok(tests) => suites::load(&tests, &options.suites)?,
                Err(why) => suites::nothing(&options.suites, &why),
            })
        },
    )?;
    let guest = Guest::make(&place)?;
    let root = match &options.image {
        Some(_) => symbols.and_then(Path::parent),
        None => Some(sandbox.source()),
    };
    let symbols = symbols
        .zip(root)
        .and_then(|(vmlinux, root)| self::symbols(vmlinux, root));
    let mut boots = Vec::new();
    for run in 0..options.repeat {
        let limit = u32::try_from(options.total.as_secs())
            .unwrap_or(u32::MAX)
            .clamp(1, 600);
        let initramfs = Initramfs::write(
            &place.join("initramfs.cpio.gz"),
            &guest,
            &load.files,
            &load.plan(limit),
        )?;
        let console = place.join(format!("state-{state}-run-{run}.console.gz"));
        let machine = Machine {
            image: image.to_owned(),
            memory: options.memory,
            cpus: options.cpus,
            accel: options.accel,
            total: options.total,
            silence: options.silence,
            append: load.append(),
            console,
            instead: options.qemu.clone(),
            notes: Some(folder.notes()),
        };
        let name = format!(
            "state {state}: booting, run {} of {}",
            run + 1,
            options.repeat
        );
        let mut listener = Listener::default();
        let booted = super::event::step(tell, &name, || {
            boot::boot(&machine, &initramfs, &mut listener)
        })?;
        for note in &booted.notes {
            tell(Event::Note(note));
        }
        let (tests, symptoms) = listener.finish(&load.entries, symbols.as_ref());
        boots.push(OneBoot {
            booted,
            tests,
            symptoms,
        });
    }
    Ok(boots)
}

/// Reads the symbols of a kernel, where they are.
fn symbols(vmlinux: &Path, root: &Path) -> Option<Symbols> {
    // What a build left may be a link to anywhere.
    let is_file = std::fs::symlink_metadata(vmlinux).is_ok_and(|file| file.is_file());
    if is_file {
        Symbols::open(vmlinux, root).ok()
    } else {
        None
    }
}

/// Compares with state 0 as it was last tested, if it still is what it was then.
fn against_base(
    workspace: &Workspace,
    chosen: &Chosen,
    options: &TestOptions,
    (built, boots): (&Option<StateBuild>, &[OneBoot]),
) -> anyhow::Result<Option<Vec<Row>>> {
    if chosen.state == 0 {
        return Ok(None);
    }
    let stored = workspace
        .store
        .boots(&key_of(chosen, options, 0))
        .context("failed to read the workspace")?;
    let base = chosen.tree(0)?;
    if stored.iter().any(|boot| boot.tree != base) {
        return Ok(None);
    }
    let mut common: BTreeSet<&str> = options.suites.iter().map(String::as_str).collect();
    for boot in &stored {
        common.retain(|suite| boot.suites.iter().any(|other| other == suite));
    }
    if stored.is_empty() || common.is_empty() {
        return Ok(None);
    }
    let runs = stored
        .iter()
        .map(|boot: &BootHead| run(boot.outcome, &boot.tests, &boot.symptoms, &common));
    let before = Side::Built(runs.collect());
    let after = match built {
        Some(one) if !one.is_built() => Side::NotBuilt(one.built.outcome.word()),
        _ => Side::Built(
            boots
                .iter()
                .map(|one| run(one.booted.outcome, &one.tests, &one.symptoms, &common))
                .collect(),
        ),
    };
    Ok(Some(compare(&before, &after)))
}

/// Puts a boot into the shape of comparing: what belongs to the suites that both states have run.
fn run(outcome: Outcome, tests: &[TestRow], symptoms: &[Symptom], common: &BTreeSet<&str>) -> Run {
    let boot = match outcome {
        Outcome::Finished => Boot::Finished,
        Outcome::NoBoot => Boot::NotBooted,
        Outcome::Panic | Outcome::Hang | Outcome::Lost | Outcome::Timeout => {
            Boot::Broken(outcome.word())
        }
    };
    let tests = tests
        .iter()
        .filter(|test| common.contains(test.suite.as_str()));
    let seen = tests.map(|test| TestSeen {
        name: key(&test.suite, &test.name),
        outcome: test.outcome,
    });
    let in_common = |test: &String| {
        test.is_empty()
            || test
                .split_once(": ")
                .is_some_and(|(suite, _)| common.contains(suite))
    };
    let symptoms = symptoms
        .iter()
        .filter(|symptom| symptom.tests.iter().any(in_common))
        .map(|symptom| SymptomSeen {
            title: symptom.title.clone(),
            tests: symptom
                .tests
                .iter()
                .filter(|test| !test.is_empty())
                .cloned()
                .collect(),
        });
    Run {
        boot,
        tests: seen.collect(),
        symptoms: symptoms.collect(),
    }
}
