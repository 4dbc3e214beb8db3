//! In: a state of a kernel, a config, a work folder. Out: what came of building it there.

use super::config::{Config, Refused};
use super::configure::{self, Configured, configure};
use super::diagnostic::Severity;
use super::error::BuildError;
use super::folder::WorkFolder;
use super::hearing::Hearing;
use super::images;
use super::ledger::Ledger;
use super::log::Log;
use super::objects;
use super::outcome::{Built, Outcome};
use super::sandbox::{Limits, Sandbox};
use crate::base::clock::Stopwatch;
use crate::base::process::{self, End, Go};
use crate::tree::source::Source;
use crate::tree::work_tree::{self, Laid};
use std::fs;

/// Steps that follow the compilers: links, images.
const LINKS: u32 = 4;

/// What is to be built.
pub struct Request<'r> {
    /// Where.
    pub folder: &'r WorkFolder,
    /// With which options.
    pub config: &'r Config,
    /// The state.
    pub state: &'r dyn Source,
    /// How many compilers at once.
    pub jobs: usize,
    /// What make and its children may take.
    pub limits: Limits,
    /// Only the objects that are made of these files, in place of the image.
    pub only: Option<&'r [String]>,
    /// How many objects a first build is expected to make, where somebody knows.
    pub expected: Option<u32>,
}

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'p> {
    /// A step begins: "compiling".
    Begin(&'p str),
    /// The step is this far: files or objects done, and how many there are; 0 where that is not known.
    Advance(u64, u64),
    /// The step is over.
    End,
}

/// Receives progress; called from several threads at once.
pub type Tell<'t> = &'t (dyn Fn(Progress<'_>) + Sync);

/// Lays the state out in the work folder, touching only what differs, and lets make build what follows from that.
///
/// # Errors
/// When the state cannot be read or laid out, the sandbox not be made, or the user interrupts it. A build that fails is an
/// outcome.
pub fn build(request: &Request<'_>, tell: Tell<'_>) -> Result<Built, BuildError> {
    let begun = Stopwatch::start();
    let sandbox = Sandbox::new(request.folder, request.limits)?;
    tell(Progress::Begin("laying out the sources"));
    let folder = request.folder;
    let laid = work_tree::lay_out(
        request.state,
        &is_source,
        (&folder.source(), &folder.manifest()),
        &|done, total| tell(Progress::Advance(done, total)),
    );
    tell(Progress::End);
    let laid = laid?;
    if process::interrupt::seen() {
        return Err(BuildError::Interrupted);
    }
    let mut work = Work {
        folder,
        sandbox: &sandbox,
        jobs: request.jobs,
        log: Log::default(),
        ledger: Ledger::read(&folder.ledger()),
        objects: 0,
        gave_up: String::new(),
        tell,
    };
    let mut notes = Vec::new();
    let (outcome, reason, refused) = work.run(request, &laid, &mut notes)?;
    work.ledger
        .prune(|product| folder.build().join(product).exists());
    let ledger = folder.ledger();
    fs::write(&ledger, work.ledger.text()).map_err(|error| BuildError::io(&ledger, error))?;
    let image = match (outcome, request.only) {
        (Outcome::Built, None) => Some(images::keep(folder)?),
        _ => None,
    };
    let (outcome, reason, image) = match image {
        Some(None) => {
            // Not there, or a link: somebody has been at it, and nothing in the folder is to be trusted.
            folder.discard_build()?;
            let reason = format!(
                "make is content, but {} is no file; the build folder was thrown away",
                images::IMAGE
            );
            (Outcome::Failed, reason, None)
        }
        image => (outcome, reason, image.flatten()),
    };
    Ok(Built {
        outcome,
        reason,
        seconds: begun.seconds(),
        objects: work.objects,
        diagnostics: work.ledger.all(),
        refused,
        image,
        log: work.log.finish(),
        sandboxed: sandbox.is_confined(),
        touched: laid.written.len() + laid.removed.len(),
        notes,
    })
}

/// Says whether a path is part of the sources: what an in-tree build leaves in a folder is not, and kbuild refuses O= where
/// it sees it.
fn is_source(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let made = path == ".config"
        || path.starts_with("include/config/")
        || path.starts_with("include/generated/")
        || (path.starts_with("arch/") && path.contains("/include/generated/"));
    !made
        && ![".o", ".ko", ".cmd", ".a"]
            .iter()
            .any(|end| name.ends_with(end))
}

/// One run in a work folder.
pub(super) struct Work<'w> {
    pub(super) folder: &'w WorkFolder,
    sandbox: &'w Sandbox,
    jobs: usize,
    log: Log,
    ledger: Ledger,
    objects: u32,
    gave_up: String,
    tell: Tell<'w>,
}

impl Work<'_> {
    /// Configures and makes.
    fn run(
        &mut self,
        request: &Request<'_>,
        laid: &Laid,
        notes: &mut Vec<String>,
    ) -> Result<(Outcome, String, Vec<Refused>), BuildError> {
        (self.tell)(Progress::Begin("configuring"));
        let configured = configure(self, request.config);
        (self.tell)(Progress::End);
        let refused = match configured? {
            Configured::Ended(end) => {
                let (outcome, reason) = self.judge(end, &request.limits);
                return Ok((outcome, reason, Vec::new()));
            }
            Configured::Done(refused) => refused,
        };
        let needed: Vec<&str> = refused
            .iter()
            .filter(|one| !one.optional)
            .map(|one| one.option.as_str())
            .collect();
        if !needed.is_empty() {
            let reason = format!("kconfig refused {}", needed.join(", "));
            return Ok((Outcome::Refused, reason, refused));
        }
        let changed = request.only.unwrap_or(&laid.written);
        let affected = objects::affected(&self.folder.build(), self.sandbox.source(), changed)?;
        let complete = self.folder.complete();
        let (goals, expected) = match request.only {
            None if complete.exists() => {
                (vec![String::from("bzImage")], affected.len() as u32 + LINKS)
            }
            None => (vec![String::from("bzImage")], request.expected.unwrap_or(0)),
            Some(only) => {
                if !complete.exists() {
                    notes.push(String::from(
                        "no whole build has been made here, so objects that include a changed header are not known; build the kernel without --objects once",
                    ));
                }
                let source = self.folder.source();
                let (goals, out) =
                    objects::goals(affected, only, |path| source.join(path).is_file());
                if !out.is_empty() {
                    notes.push(format!("not built by themselves: {}", out.join(", ")));
                }
                let count = goals.len() as u32;
                (goals, count)
            }
        };
        if goals.is_empty() {
            notes.push(String::from("no object is made of the changed files"));
            return Ok((Outcome::Built, String::new(), refused));
        }
        let marker = self.folder.marker();
        fs::write(&marker, "").map_err(|error| BuildError::io(&marker, error))?;
        let goals: Vec<&str> = goals.iter().map(String::as_str).collect();
        (self.tell)(Progress::Begin("compiling"));
        let end = self.make(&goals, expected);
        (self.tell)(Progress::End);
        let end = end?;
        // A build that was cut short leaves the mark, and the next one looks for half-written files.
        if let End::Exited(code) = end {
            fs::remove_file(&marker).map_err(|error| BuildError::io(&marker, error))?;
            if code == 0 && request.only.is_none() {
                fs::write(&complete, "").map_err(|error| BuildError::io(&complete, error))?;
            }
        }
        let (outcome, reason) = self.judge(end, &request.limits);
        Ok((outcome, reason, refused))
    }

    /// Runs make for some targets.
    pub(super) fn make(&mut self, targets: &[&str], expected: u32) -> Result<End, BuildError> {
        let mut arguments = vec![
            String::from("-C"),
            self.sandbox.source().display().to_string(),
            format!("O={}", self.sandbox.build().display()),
            format!("-j{}", self.jobs),
            // What one compiler says stays together.
            String::from("--output-sync=target"),
        ];
        if has_ccache() {
            arguments.push(String::from("CC=ccache gcc"));
        }
        arguments.extend(targets.iter().map(|target| (*target).to_owned()));
        let roots = [self.sandbox.source(), self.sandbox.build()];
        let roots = roots.map(|root| root.display().to_string()).to_vec();
        let job = self.sandbox.job("make", &arguments);
        let mut hearing = Hearing::new(&mut self.log, &mut self.ledger, roots);
        let (tell, mut told) = (self.tell, 0);
        let ran = process::watch(&job, &mut |_, bytes| {
            hearing.hear(bytes);
            if hearing.objects != told {
                told = hearing.objects;
                tell(Progress::Advance(
                    told.into(),
                    u64::from(expected.max(told)) * u64::from(expected > 0),
                ));
            }
            Go::On
        });
        hearing.finish();
        let (objects, gave_up) = (hearing.objects, std::mem::take(&mut hearing.gave_up));
        self.objects += objects;
        self.gave_up = gave_up;
        match ran {
            Ok(ran) if ran.end == End::Interrupted => Err(BuildError::Interrupted),
            Ok(ran) => Ok(ran.end),
            Err(error) => Err(BuildError::io(&job.program, error)),
        }
    }

    /// Names the compiler.
    pub(super) fn compiler(&self) -> String {
        format!("{} {}", configure::compiler_stamp(), has_ccache())
    }

    /// Says what make's end means.
    fn judge(&self, end: End, limits: &Limits) -> (Outcome, String) {
        match end {
            End::Exited(0) => (Outcome::Built, String::new()),
            End::Exited(code) => {
                let rows = self.ledger.all();
                let first = rows.iter().find(|row| row.severity == Severity::Error);
                let reason = match first {
                    Some(row) if row.file.is_empty() => row.text.clone(),
                    Some(row) => format!("{}:{}: {}", row.file, row.line, row.text),
                    None if !self.gave_up.is_empty() => self.gave_up.clone(),
                    None => format!("make ended with {code}"),
                };
                (Outcome::Failed, reason)
            }
            End::TotalTime => (
                Outcome::Timeout,
                format!("not done after {} s", limits.total.as_secs()),
            ),
            End::Silent => (
                Outcome::Timeout,
                format!("said nothing for {} s", limits.silence.as_secs()),
            ),
            End::Processes => (
                Outcome::Limit,
                format!("more than {} processes", limits.processes),
            ),
            End::Memory => (
                Outcome::Limit,
                format!("more than {} MiB of memory", limits.memory >> 20),
            ),
            End::Signalled(signal) => {
                (Outcome::Lost, format!("make was killed by signal {signal}"))
            }
            End::Stopped | End::Interrupted => (Outcome::Lost, String::from("make was stopped")),
        }
    }
}

/// Says whether ccache is where the sandbox sees it.
fn has_ccache() -> bool {
    process::find("ccache").is_some_and(|path| path.starts_with("/usr") || path.starts_with("/bin"))
}

#[cfg(test)]
mod tests {
    use super::is_source;

    #[test]
    fn leftovers_of_a_build_in_the_tree_are_no_sources() {
        for path in [
            "Makefile",
            "include/linux/config.h",
            "mm/a.c",
            "arch/x86/include/asm/a.h",
            "scripts/config",
        ] {
            assert!(is_source(path), "{path}");
        }
        for path in [
            ".config",
            "include/config/SMP",
            "include/generated/autoconf.h",
            "mm/a.o",
            "mm/.a.o.cmd",
            "arch/x86/include/generated/asm/a.h",
        ] {
            assert!(!is_source(path), "{path}");
        }
    }
}
