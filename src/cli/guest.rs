//! In: argv. Out: how to build and boot, as more than one command asks.

use crate::pipeline::{BuildOptions, TestOptions};
use clap::ValueEnum;
use std::path::PathBuf;
use std::time::Duration;

/// How a state is built and booted.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct GuestArguments {
    /// A suite: hmm, mm, exclusive, or a path PROGRAM.c; may be given more than once
    #[arg(long = "suite", value_name = "SUITE", default_value = "hmm")]
    suites: Vec<String>,
    /// Boot the same image N times: tests that differ are flaky
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeat: u32,
    #[command(flatten)]
    machine: MachineArguments,
    /// Give up on a boot after this long
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// Give up on a guest that has said nothing for this long
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    silence: u64,
    /// A kernel configuration: hmm, hmm-kasan
    #[arg(long, value_name = "NAME", default_value = "hmm")]
    config: String,
    /// Build without a sandbox: the Makefiles of a posted patch run with all that you may do
    #[arg(long)]
    no_sandbox: bool,
    /// A program to run in place of QEMU, without a sandbox; for pteward's own tests
    #[arg(long, value_name = "FILE", env = "PTEWARD_QEMU", hide = true)]
    qemu: Option<PathBuf>,
}

/// The machine that a guest runs on.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct MachineArguments {
    /// The guest's memory in MiB
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = clap::value_parser!(u32).range(64..))]
    pub(in crate::cli) memory: u32,
    /// The guest's processors
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(in crate::cli) cpus: u32,
    /// The processor: auto is kvm where /dev/kvm can be used, else tcg
    #[arg(long, value_enum, default_value_t, value_name = "ACCEL")]
    pub(in crate::cli) accel: Accel,
}

/// What the guest's processor is to be.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(in crate::cli) enum Accel {
    #[default]
    Auto,
    Kvm,
    Tcg,
}

impl From<Accel> for crate::boot::Accel {
    fn from(accel: Accel) -> Self {
        match accel {
            Accel::Auto => Self::Auto,
            Accel::Kvm => Self::Kvm,
            Accel::Tcg => Self::Tcg,
        }
    }
}

impl GuestArguments {
    /// Makes options of them; `image` is booted in place of one that is built.
    pub(in crate::cli) fn options(&self, image: Option<PathBuf>) -> TestOptions {
        TestOptions {
            build: BuildOptions {
                config: self.config.clone(),
                each_patch: false,
                objects: false,
                sandboxed: !self.no_sandbox,
                jobs: None,
                timeout: None,
            },
            image,
            suites: self.suites.clone(),
            repeat: self.repeat,
            memory: self.machine.memory,
            cpus: self.machine.cpus,
            accel: self.machine.accel.into(),
            total: Duration::from_secs(self.timeout),
            silence: Duration::from_secs(self.silence),
            qemu: self.qemu.clone(),
        }
    }
}
