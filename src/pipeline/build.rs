//! In: a state of a kernel and a config. Out: what came of building it, or each state up to it, stored.

use super::{Chosen, Event, Refusal, Tell, Unit, Workspace};
use crate::kbuild::{
    self, Built, Config, Diagnostic, Limits, Outcome, Progress, Request, WorkFolder,
};
use crate::store::{BuildId, BuildKey};
use anyhow::Context as _;
use std::time::Duration;

/// How to build.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// Name of the config.
    pub config: String,
    /// Every state from 0 on, in place of the last one alone?
    pub each_patch: bool,
    /// Only the objects that the series affects, in place of the image?
    pub objects: bool,
    /// With a sandbox around it?
    pub sandboxed: bool,
    /// How many compilers at once; as many as there are cores where it is `None`.
    pub jobs: Option<usize>,
    /// How long one state may take.
    pub timeout: Option<Duration>,
}

/// One state, built.
pub struct StateBuild {
    /// How many patches are in it.
    pub state: u32,
    /// Name of the config.
    pub config: &'static str,
    /// What came of it. The log is in the store.
    pub built: Built,
    /// Whether each diagnostic is new against state 0; `None` where no build of that is known.
    pub new: Option<Vec<bool>>,
    /// Digest of what the state holds.
    pub tree: String,
    /// Its row.
    pub stored: BuildId,
}

impl StateBuild {
    /// Lists the diagnostics that are new against state 0; all, where that is not known.
    pub fn new_diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let rows = self.built.diagnostics.iter().enumerate();
        rows.filter(|(at, _)| self.new.as_ref().is_none_or(|new| new[*at]))
            .map(|(_, row)| row)
    }

    /// Says whether it is built.
    pub fn is_built(&self) -> bool {
        self.built.outcome == Outcome::Built
    }
}

/// Builds the state that was chosen, or each up to it, all in one folder; `each` is called as soon as one is done.
///
/// # Errors
/// When there is no such config, the state cannot be read, this machine lacks something, or the store cannot be written.
pub fn build(
    workspace: &mut Workspace,
    chosen: &Chosen,
    options: &BuildOptions,
    each: &mut dyn FnMut(StateBuild) -> anyhow::Result<()>,
    tell: Tell<'_>,
) -> anyhow::Result<()> {
    let config = kbuild::config(&options.config).ok_or_else(|| Refusal::NoConfig {
        name: options.config.clone(),
        known: kbuild::config_names().join(", "),
    });
    let config = config.context("failed to choose a config")?;
    let kernel = &chosen.kernel.name;
    let folder = WorkFolder::open(&workspace.builds(), kernel, config.name, options.sandboxed);
    let folder = folder.with_context(|| format!("failed to build {kernel}"))?;
    let first = if options.each_patch { 0 } else { chosen.state };
    let only = options.objects.then(|| chosen.changed(chosen.state));
    for state in first..=chosen.state {
        let one = one_state(
            workspace,
            (chosen, state),
            options,
            (&folder, &config, only.as_deref()),
            tell,
        )?;
        each(one)?;
    }
    Ok(())
}

/// Builds one state, compares and stores it.
fn one_state(
    workspace: &mut Workspace,
    (chosen, state): (&Chosen, u32),
    options: &BuildOptions,
    (folder, config, only): (&WorkFolder, &Config, Option<&[String]>),
    tell: Tell<'_>,
) -> anyhow::Result<StateBuild> {
    let kernel = &chosen.kernel.name;
    let failed = || format!("failed to build state {state} of {kernel}");
    let jobs = options.jobs.unwrap_or_else(cores);
    let mut limits = Limits::for_jobs(jobs);
    if let Some(timeout) = options.timeout {
        limits.total = timeout;
    }
    let source = chosen.source(state);
    let progress = |progress: Progress<'_>| match progress {
        Progress::Begin(step) => {
            let step = format!("state {state}: {step}");
            tell(Event::Begin { step: &step });
        }
        Progress::Advance(done, total) => tell(Event::Advance {
            done,
            total,
            unit: Unit::Objects,
        }),
        Progress::End => tell(Event::End),
    };
    let request = Request {
        folder,
        config,
        state: &*source,
        jobs,
        limits,
        only,
        expected: workspace
            .store
            .most_objects(config.name)
            .with_context(failed)?,
    };
    let mut built = kbuild::build(&request, &progress).with_context(failed)?;
    let key = key(chosen, state, config.name, !options.objects);
    let tree = chosen.tree(state).with_context(failed)?;
    let new = match state {
        0 => Some(vec![false; built.diagnostics.len()]),
        _ => base_diagnostics(workspace, (chosen, &key))?
            .map(|base| Diagnostic::new_against(&built.diagnostics, &base)),
    };
    let stored = workspace
        .store
        .save_build((&key, &tree), &built, new.as_deref())
        .context("failed to store what came of building")?;
    built.log = Vec::new();
    Ok(StateBuild {
        state,
        config: config.name,
        built,
        new,
        tree,
        stored,
    })
}

/// Names a state and how it is built. State 0 is the bare kernel's, whatever series asks for it.
pub(super) fn key(chosen: &Chosen, state: u32, config: &str, whole: bool) -> BuildKey {
    let series = chosen.application.as_ref().filter(|_| state > 0);
    BuildKey {
        kernel: chosen.kernel.name.clone(),
        kernel_version: chosen.kernel.kernel.version.clone(),
        commit: chosen.kernel.kernel.commit.map(|id| id.to_string()),
        series: series.map(|application| application.series.name.clone()),
        state,
        config: config.to_owned(),
        whole,
    }
}

/// Reads what state 0 had to say, where it has been built as it is now.
fn base_diagnostics(
    workspace: &Workspace,
    (chosen, key): (&Chosen, &BuildKey),
) -> anyhow::Result<Option<Vec<Diagnostic>>> {
    let tree = chosen.tree(0)?;
    let read = |whole: bool| -> anyhow::Result<Option<Vec<Diagnostic>>> {
        let base = BuildKey {
            series: None,
            state: 0,
            whole,
            ..key.clone()
        };
        let Some(head) = workspace.store.build(&base)? else {
            return Ok(None);
        };
        if head.outcome != Outcome::Built.word() || head.tree != tree {
            return Ok(None);
        }
        let rows = workspace.store.build_messages(head.id)?;
        Ok(Some(rows.into_iter().map(|(row, _)| row).collect()))
    };
    let found = match read(true) {
        // What only some objects had to say is enough to compare the same objects with.
        Ok(None) if !key.whole => read(false),
        found => found,
    };
    found.context("failed to read what state 0 had to say")
}

/// Gives the number of cores.
fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
