//! In: an image, an initramfs, sizes and limits. Out: the command line of QEMU, for us and for a person.

use super::{BootError, Initramfs};
use crate::base::process::{self, Job};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which accelerator is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Accel {
    /// KVM where this machine has it, else TCG.
    #[default]
    Auto,
    /// KVM.
    Kvm,
    /// TCG, even where there is KVM.
    Tcg,
}

/// What a guest's processor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accelerator {
    /// The machine's own.
    Kvm,
    /// Translated by QEMU.
    Tcg,
}

impl Accelerator {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kvm => "kvm",
            Self::Tcg => "tcg",
        }
    }
}

impl Accel {
    /// Chooses by what this machine has.
    pub fn choose(self) -> Accelerator {
        let usable = || {
            let device = std::fs::OpenOptions::new()
                .read(true)
                .write(true)
                .open("/dev/kvm");
            device.is_ok()
        };
        match self {
            Self::Kvm => Accelerator::Kvm,
            Self::Auto if usable() => Accelerator::Kvm,
            Self::Auto | Self::Tcg => Accelerator::Tcg,
        }
    }
}

/// A machine to boot.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The kernel: arch/x86/boot/bzImage of a build.
    pub image: PathBuf,
    /// Memory in MiB.
    pub memory: u32,
    /// Processors.
    pub cpus: u32,
    /// Which accelerator.
    pub accel: Accel,
    /// How long it may take in all.
    pub total: Duration,
    /// How long it may say nothing.
    pub silence: Duration,
    /// More for the kernel's command line; may be empty.
    pub append: String,
    /// Where the console goes.
    pub console: PathBuf,
    /// Another program than QEMU, which is not put into a sandbox: for tests of what is done when a guest goes wrong.
    pub instead: Option<PathBuf>,
    /// The folder for notes about running children.
    pub notes: Option<PathBuf>,
}

/// QEMU's name.
const QEMU: &str = "qemu-system-x86_64";

/// What the kernel is told. A panic ends the guest; time stamps order the console; nothing is held back.
const APPEND: &str = "console=ttyS0 panic=-1 printk.time=1 ignore_loglevel rdinit=/init";

impl Machine {
    /// Lists QEMU's arguments, but for the ports.
    fn arguments(&self, initramfs: &Path, accelerator: Accelerator) -> Vec<String> {
        let (cpus, memory) = (self.cpus.to_string(), format!("{}M", self.memory));
        let (image, initramfs) = (
            self.image.display().to_string(),
            initramfs.display().to_string(),
        );
        let accel = accelerator.word();
        let append = [APPEND, &self.append].join(" ");
        [
            "-machine",
            "q35",
            "-accel",
            accel,
            "-cpu",
            "max",
            "-m",
            &memory,
            "-smp",
            &cpus,
            "-nic",
            "none",
            "-display",
            "none",
            "-monitor",
            "none",
            "-no-user-config",
            "-nodefaults",
            "-no-reboot",
            "-kernel",
            &image,
            "-initrd",
            &initramfs,
            "-append",
            append.trim_end(),
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// Spells the command that boots the same by hand; the tests' frames come behind the console.
    pub(super) fn by_hand(&self, initramfs: &Path, accelerator: Accelerator) -> String {
        let mut words = vec![QEMU.to_owned()];
        words.extend(self.arguments(initramfs, accelerator));
        words.extend(["-serial", "stdio", "-serial", "file:/dev/stderr"].map(str::to_owned));
        words
            .iter()
            .map(|word| quoted(word))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Makes the job: QEMU in a sandbox where this machine has bubblewrap. The console is its standard output, the second
    /// port its standard error.
    pub(super) fn job(
        &self,
        initramfs: &Initramfs,
        accelerator: Accelerator,
    ) -> Result<Job, BootError> {
        if !self.image.is_file() {
            return Err(BootError::NoImage {
                path: self.image.clone(),
            });
        }
        let program =
            self.instead
                .clone()
                .or_else(|| process::find(QEMU))
                .ok_or(BootError::Lacking {
                    what: QEMU.to_owned(),
                    install: "apt-get install qemu-system-x86",
                })?;
        let wrapper = process::find("bwrap").filter(|_| self.instead.is_none());
        let mut job = match wrapper {
            Some(wrapper) => Job::new(wrapper)
                .arguments(self.sandbox(&initramfs.path))
                .argument(program),
            None => Job::new(program),
        };
        job = job
            .arguments(self.arguments(&initramfs.path, accelerator))
            .arguments([
                "-chardev",
                "stdio,id=console,signal=off",
                "-serial",
                "chardev:console",
                // The port's file is our pipe, opened once more by the name that it has for QEMU itself.
                "-chardev",
                "file,id=frames,path=/proc/self/fd/2,append=on",
                "-serial",
                "chardev:frames",
            ]);
        if let Some(path) = std::env::var_os("PATH") {
            job = job.variable("PATH", path);
        }
        job.total = Some(self.total);
        job.silence = Some(self.silence);
        job.notes.clone_from(&self.notes);
        Ok(job)
    }

    /// Lists bubblewrap's arguments: QEMU's own files, the image and the initramfs to read, /dev/kvm, no network.
    fn sandbox(&self, initramfs: &Path) -> Vec<String> {
        let mut words = [
            "--die-with-parent",
            "--new-session",
            "--unshare-net",
            "--unshare-pid",
            "--unshare-ipc",
            "--unshare-uts",
        ]
        .map(str::to_owned)
        .to_vec();
        for folder in ["/usr", "/bin", "/lib", "/lib64", "/etc/ld.so.cache"] {
            words.extend(["--ro-bind-try", folder, folder].map(str::to_owned));
        }
        words.extend(["--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"].map(str::to_owned));
        words.extend(["--dev-bind-try", "/dev/kvm", "/dev/kvm"].map(str::to_owned));
        for file in [&self.image, initramfs] {
            let file = file.display().to_string();
            words.extend(["--ro-bind".to_owned(), file.clone(), file]);
        }
        words.push("--".to_owned());
        words
    }
}

/// Quotes a word for a shell where it needs it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
