//! In: a series applied to a kernel. Out: its states built, booted if that is asked, and held against state 0.

use crate::pipeline::{
    Application, BuildOptions, Chosen, OpenKernel, StateBuild, Tell, TestOptions, Tested,
    Workspace, build, test,
};

/// What to run of a series' states.
#[derive(Clone, Debug)]
pub struct Running {
    /// How to build and boot.
    pub options: TestOptions,
    /// Boot what is built?
    pub boot: bool,
    /// All states, in place of the first and the last?
    pub each_patch: bool,
}

/// A state that was run.
pub enum RanState {
    /// Only built.
    Built(StateBuild),
    /// Built, and booted where that gave an image.
    Tested(Tested),
}

impl RanState {
    /// How many patches are in it.
    pub fn state(&self) -> u32 {
        match self {
            Self::Built(build) => build.state,
            Self::Tested(tested) => tested.state,
        }
    }

    /// Its build, unless the image was the user's own.
    pub fn build(&self) -> Option<&StateBuild> {
        match self {
            Self::Built(build) => Some(build),
            Self::Tested(tested) => tested.build.as_ref(),
        }
    }
}

/// Runs the states; gives the application back.
pub(super) fn run(
    workspace: &mut Workspace,
    (kernel, application): (&OpenKernel, Application),
    running: &Running,
    tell: Tell<'_>,
) -> anyhow::Result<(Application, Vec<RanState>)> {
    let last = u32::try_from(application.outcomes.len()).unwrap_or(u32::MAX);
    let states: Vec<u32> = match running.each_patch {
        true => (0..=last).collect(),
        false if last > 0 => vec![0, last],
        false => vec![0],
    };
    let mut chosen = Chosen {
        kernel: kernel.clone(),
        application: Some(application),
        state: 0,
        notes: Vec::new(),
    };
    let mut ran = Vec::new();
    for state in states {
        chosen.state = state;
        if running.boot {
            ran.push(RanState::Tested(test(
                workspace,
                &chosen,
                &running.options,
                tell,
            )?));
        } else {
            let options = BuildOptions {
                each_patch: false,
                ..running.options.build.clone()
            };
            let mut keep = |one: StateBuild| {
                ran.push(RanState::Built(one));
                Ok(())
            };
            build(workspace, &chosen, &options, &mut keep, tell)?;
        }
    }
    let application = chosen.application;
    Ok((
        application.expect("it was put there above, and nothing takes it"),
        ran,
    ))
}
