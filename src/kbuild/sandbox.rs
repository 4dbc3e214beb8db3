//! In: a work folder and a command. Out: a job that runs it with the source read-only, one folder to write to, and nothing else.

use super::error::BuildError;
use super::folder::WorkFolder;
use crate::base::process::{self, Job};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where the source is inside. The same for every workspace, so that images are.
const SOURCE: &str = "/pteward/source";
/// Where the build folder is inside.
const BUILD: &str = "/pteward/build";
/// Where ccache keeps its results inside.
const CCACHE: &str = "/pteward/ccache";
/// Where programs are.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/// What compilers need of the machine beside /usr, read-only; what is not there is left out.
const ETC: [&str; 3] = ["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf"];
/// Top folders that are links into /usr, or folders, as the distribution has it.
const TOP: [&str; 6] = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// The largest file that a build may write, in bytes.
const LARGEST_FILE: u64 = 2 << 30;

/// What a job may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take.
    pub total: Duration,
    /// How long it may say nothing.
    pub silence: Duration,
    /// How many processes it may be at once.
    pub processes: usize,
    /// Bytes of memory that it may have, all processes together.
    pub memory: u64,
}

impl Limits {
    /// Gives what a build by `jobs` compilers at once needs at most, within this machine's memory.
    pub fn for_jobs(jobs: usize) -> Self {
        Self {
            total: Duration::from_secs(2 * 3600),
            silence: Duration::from_secs(15 * 60),
            // A compiler is a shell, a driver, a compiler, an assembler; make goes down a few levels.
            processes: 128 + 32 * jobs,
            memory: machine_memory() / 8 * 7,
        }
    }
}

/// Gives this machine's memory in bytes; 8 GiB where it does not say.
fn machine_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = total.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map_or(8 << 30, |kib| kib << 10)
}

/// What runs around a work folder: bubblewrap, or nothing where that was asked for.
#[derive(Clone, Debug)]
pub struct Sandbox {
    confined: bool,
    source: PathBuf,
    build: PathBuf,
    scratch: PathBuf,
    ccache: PathBuf,
    notes: PathBuf,
    /// What a job may take.
    pub limits: Limits,
}

impl Sandbox {
    /// Makes the sandbox of a work folder.
    ///
    /// # Errors
    /// [`BuildError::Lacking`] where the folder is for sandboxed builds, and bubblewrap is missing or may not do its work.
    pub fn new(folder: &WorkFolder, limits: Limits) -> Result<Self, BuildError> {
        let sandbox = Self {
            confined: folder.is_confined(),
            source: folder.source(),
            build: folder.build(),
            scratch: folder.scratch(),
            ccache: folder.ccache(),
            notes: folder.notes(),
            limits,
        };
        if sandbox.confined {
            Self::can_stand()?;
        }
        Ok(sandbox)
    }

    /// Is there a sandbox at all?
    pub fn is_confined(&self) -> bool {
        self.confined
    }

    /// Gives the source as jobs see it.
    pub fn source(&self) -> &Path {
        if self.confined {
            Path::new(SOURCE)
        } else {
            &self.source
        }
    }

    /// Gives the build folder, the only one that jobs can write to beside /tmp, as jobs see it.
    pub fn build(&self) -> &Path {
        if self.confined {
            Path::new(BUILD)
        } else {
            &self.build
        }
    }

    /// Makes a job of `program`, run in the build folder with standard error joined to standard output, in order.
    pub fn job<S: AsRef<OsStr>>(&self, program: &str, arguments: &[S]) -> Job {
        let mut job = match self.confined {
            true => {
                let bwrap = process::find("bwrap").unwrap_or_else(|| PathBuf::from("bwrap"));
                Job::new(bwrap).arguments(self.walls()).argument("--")
            }
            false => Job::new("env"),
        };
        job = job
            .argument("prlimit")
            .argument(format!("--as={}", self.limits.memory))
            .argument(format!("--fsize={LARGEST_FILE}"))
            .argument("--core=0");
        if self.confined {
            // Without a namespace of its own this would count all processes of the user.
            job = job.argument(format!("--nproc={}", self.limits.processes));
        }
        job = job
            .arguments(["--", "sh", "-c", "exec \"$@\" 2>&1", "sh"])
            .argument(program)
            .arguments(arguments);
        let (home, ccache) = match self.confined {
            true => (Path::new("/tmp"), Path::new(CCACHE)),
            false => (self.scratch.as_path(), self.ccache.as_path()),
        };
        let variables: [(&str, &OsStr); 10] = [
            ("PATH", PATH.as_ref()),
            ("HOME", home.as_ref()),
            ("TMPDIR", home.as_ref()),
            ("LANG", "C".as_ref()),
            ("KBUILD_BUILD_USER", "pteward".as_ref()),
            ("KBUILD_BUILD_HOST", "pteward".as_ref()),
            ("KBUILD_BUILD_VERSION", "1".as_ref()),
            (
                "KBUILD_BUILD_TIMESTAMP",
                "Thu Jan  1 00:00:00 UTC 1970".as_ref(),
            ),
            ("CCACHE_DIR", ccache.as_ref()),
            ("CCACHE_MAXSIZE", "2G".as_ref()),
        ];
        for (name, value) in variables {
            job = job.variable(name, value);
        }
        job.folder = Some(self.build.clone());
        job.total = Some(self.limits.total);
        job.silence = Some(self.limits.silence);
        job.processes = Some(self.limits.processes);
        job.memory = Some(self.limits.memory);
        job.notes = Some(self.notes.clone());
        job
    }

    /// Gives bubblewrap's arguments.
    fn walls(&self) -> Vec<OsString> {
        let mut walls: Vec<OsString> = Vec::new();
        let mut wall = |parts: &[&OsStr]| walls.extend(parts.iter().map(|part| (*part).to_owned()));
        // A namespace of processes: when its first one dies, all do, whatever they did to get away.
        for flag in [
            "--unshare-user",
            "--unshare-ipc",
            "--unshare-pid",
            "--unshare-net",
            "--unshare-uts",
            "--unshare-cgroup-try",
            "--die-with-parent",
            // No terminal to type into.
            "--new-session",
        ] {
            wall(&[flag.as_ref()]);
        }
        wall(&["--cap-drop".as_ref(), "ALL".as_ref()]);
        wall(&["--hostname".as_ref(), "pteward".as_ref()]);
        wall(&["--ro-bind".as_ref(), "/usr".as_ref(), "/usr".as_ref()]);
        for top in TOP {
            match fs::read_link(top) {
                Ok(target) => wall(&["--symlink".as_ref(), target.as_ref(), top.as_ref()]),
                Err(_) => wall(&["--ro-bind-try".as_ref(), top.as_ref(), top.as_ref()]),
            }
        }
        for path in ETC {
            wall(&["--ro-bind-try".as_ref(), path.as_ref(), path.as_ref()]);
        }
        wall(&["--proc".as_ref(), "/proc".as_ref()]);
        wall(&["--dev".as_ref(), "/dev".as_ref()]);
        let binds: [(&str, &Path, &str); 4] = [
            ("--ro-bind", &self.source, SOURCE),
            ("--bind", &self.build, BUILD),
            ("--bind", &self.ccache, CCACHE),
            // On disk, as the build folder: memory that nobody counts is none to give away.
            ("--bind", &self.scratch, "/tmp"),
        ];
        for (how, from, to) in binds {
            wall(&[how.as_ref(), from.as_ref(), to.as_ref()]);
        }
        for made in ["/dev", "/"] {
            wall(&["--remount-ro".as_ref(), made.as_ref()]);
        }
        wall(&["--chdir".as_ref(), BUILD.as_ref()]);
        walls
    }

    /// Says whether bubblewrap is here and may do its work; else what is in the way and what to do about it.
    ///
    /// # Errors
    /// [`BuildError::Lacking`] where it is not, or may not.
    pub fn can_stand() -> Result<PathBuf, BuildError> {
        let Some(path) = process::find("bwrap") else {
            return Err(BuildError::Lacking {
                what: String::from(
                    "bwrap is not on this machine, and a posted patch's Makefile runs whatever its author wrote",
                ),
                install: String::from(
                    "sudo apt-get install bubblewrap, or build without a sandbox with --no-sandbox",
                ),
            });
        };
        let walls = [
            "--unshare-user",
            "--unshare-pid",
            "--unshare-net",
            "--ro-bind",
            "/",
            "/",
        ];
        let tried = process::run("bwrap", &[walls.as_slice(), &["--", "true"]].concat(), None);
        let said = match tried {
            Ok(output) if output.status.success() => return Ok(path),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        Err(BuildError::Lacking {
            what: format!("bwrap cannot make a sandbox here ({said})"),
            install: String::from(
                "allow user namespaces (sysctl kernel.unprivileged_userns_clone=1), or build without a sandbox with --no-sandbox",
            ),
        })
    }
}
