//! In: a state and a question. Out: good, bad or skip, with what was seen.

use super::{BisectOptions, By};
use crate::audit::{Audit, Memory, Verdict, Walk};
use crate::base::process::{self, End, Go};
use crate::bisect::Answer;
use crate::boot;
use crate::kbuild::{BuildError, Limits, Outcome, Sandbox, WorkFolder};
use crate::ktap;
use crate::pipeline::event::step;
use crate::pipeline::suites::key;
use crate::pipeline::test::build_and_boot;
use crate::pipeline::{
    Chosen, Keep, OneBoot, Refusal, StateBuild, Tell, Workspace, audit, build, is_whole,
};
use crate::tree::source::Overlay;
use crate::tree::work_tree;
use anyhow::Context as _;
use std::sync::Arc;

/// Bytes of a command's last line that are kept.
const LINE: usize = 200;
/// The config's place in the name of the folder in which commands are run.
const COMMANDS: &str = "cmd";

/// What came of asking.
pub(super) struct Told {
    pub(super) answer: Answer,
    /// What was seen.
    pub(super) reason: String,
    /// Does it follow from the tree, and not from this machine's time and memory?
    pub(super) lasting: bool,
}

impl Told {
    fn new(answer: Answer, reason: impl Into<String>) -> Self {
        Self {
            answer,
            reason: reason.into(),
            lasting: true,
        }
    }
}

/// Says why a state of a series is not the state that its author meant.
pub(super) fn not_applied(chosen: &Chosen) -> Option<Told> {
    let outcomes = &chosen.application.as_ref()?.outcomes[..chosen.state as usize];
    let patch = outcomes
        .iter()
        .position(|one| !is_whole(std::slice::from_ref(one)))?;
    let reason = format!(
        "patch {} did not go in whole: {}",
        patch + 1,
        outcomes[patch].verdict.word()
    );
    Some(Told::new(Answer::Skip, reason))
}

/// Asks; `memory` keeps the audit of a series' base between questions.
pub(super) fn ask(
    workspace: &mut Workspace,
    chosen: &Chosen,
    options: &BisectOptions,
    memory: &mut Option<Memory>,
    tell: Tell<'_>,
) -> anyhow::Result<Told> {
    match &options.by {
        By::Audit(function) => {
            let audit = audited(workspace, chosen, memory, tell)?;
            Ok(of_walks(&audit, function))
        }
        By::Command(command) => of_command(workspace, chosen, options, command, tell)
            .with_context(|| format!("failed to ask {}", chosen.kernel.name)),
        By::Build => {
            let mut built = None;
            let mut keep = |one: StateBuild| {
                built = Some(one);
                Ok(())
            };
            build(workspace, chosen, &options.test.build, &mut keep, tell)?;
            let built = built.context("a build gives one state")?;
            Ok(of_build(&built))
        }
        By::Boot | By::Test(_) | By::Symptom(_) => {
            let (built, boots) =
                build_and_boot(workspace, chosen, &options.test, Keep::Nothing, tell)?;
            if let Some(not) = built.as_ref().filter(|built| !built.is_built()) {
                let told = of_build(not);
                return Ok(Told {
                    answer: Answer::Skip,
                    ..told
                });
            }
            let boot = boots.first().context("an image is booted once")?;
            Ok(match &options.by {
                By::Test(name) => of_test(boot, name),
                By::Symptom(title) => of_symptom(boot, title),
                _ => of_boot(boot),
            })
        }
    }
}

/// Audits a state; of a series' states, what the patches do not change is taken from the base.
fn audited(
    workspace: &mut Workspace,
    chosen: &Chosen,
    memory: &mut Option<Memory>,
    tell: Tell<'_>,
) -> anyhow::Result<Audit> {
    let kernel = &chosen.kernel;
    let Some(application) = &chosen.application else {
        return Ok(audit::base(workspace, kernel, "auditing", tell)?.into_audit());
    };
    if memory.is_none() {
        *memory = Some(audit::base(
            workspace,
            kernel,
            "auditing the kernel as it is",
            tell,
        )?);
    }
    let base = memory.as_ref().context("it was made just now")?;
    let changed = &application.states[chosen.state as usize];
    let state = Overlay::new(Arc::clone(&kernel.kernel.source), Arc::clone(changed));
    let again = || {
        let delta = state.delta()?;
        let name = format!("auditing state {}", chosen.state);
        audit::again(&state, Some((base, &delta)), &name, tell)
    };
    Ok(again().with_context(|| audit::failed(kernel))?.into_audit())
}

/// Bad where some walk of the function is unprepared, good where each is known not to be.
fn of_walks(audit: &Audit, function: &str) -> Told {
    let walks: Vec<&Walk> = audit
        .walks
        .iter()
        .filter(|walk| walk.function == function)
        .collect();
    let with = |verdict: Verdict| walks.iter().find(|walk| walk.worst() == verdict);
    let said = |walk: &Walk| {
        let (verdict, _, reason) = walk.told();
        format!("{}:{}: {}, {reason}", walk.file, walk.line, verdict.word())
    };
    if let Some(walk) = with(Verdict::Unprepared) {
        return Told::new(Answer::Bad, said(walk));
    }
    if let Some(walk) = with(Verdict::Unknown) {
        return Told::new(Answer::Skip, said(walk));
    }
    match walks.first() {
        Some(walk) => Told::new(Answer::Good, said(walk)),
        None => Told::new(Answer::Skip, format!("there is no walk in {function}")),
    }
}

/// Bad where make said no; what this machine or kconfig stood in the way of cannot be told.
fn of_build(built: &StateBuild) -> Told {
    let built = &built.built;
    let reason = match built.reason.as_str() {
        "" => built.outcome.word().to_owned(),
        why => format!("{}: {why}", built.outcome.word()),
    };
    match built.outcome {
        Outcome::Built => Told::new(Answer::Good, reason),
        Outcome::Failed => Told::new(Answer::Bad, reason),
        Outcome::Refused => Told::new(Answer::Skip, reason),
        Outcome::Timeout | Outcome::Limit | Outcome::Lost => Told {
            lasting: false,
            ..Told::new(Answer::Skip, reason)
        },
    }
}

/// Says how the guest ended.
fn ended(boot: &OneBoot) -> String {
    match boot.booted.reason.as_str() {
        "" => boot.booted.outcome.word().to_owned(),
        why => format!("{}: {why}", boot.booted.outcome.word()),
    }
}

fn is_finished(boot: &OneBoot) -> bool {
    boot.booted.outcome == boot::Outcome::Finished
}

/// Bad where the guest did not come to its end.
fn of_boot(boot: &OneBoot) -> Told {
    let answer = if is_finished(boot) {
        Answer::Good
    } else {
        Answer::Bad
    };
    Told::new(answer, ended(boot))
}

/// Good where the test passed; a skip, and a test that is not there or was not come to, say nothing.
fn of_test(boot: &OneBoot, name: &str) -> Told {
    use ktap::Outcome::{Crashed, Fail, Missing, Pass, Skip, Xfail, Xpass};
    let mut rows = boot
        .tests
        .iter()
        .filter(|test| test.name == name || key(&test.suite, &test.name) == name);
    let Some(row) = rows.next() else {
        let missing = boot.tests.iter().find(|test| test.outcome == Missing);
        let reason = match (is_finished(boot), missing) {
            (false, _) => format!("the guest did not come to {name}: {}", ended(boot)),
            (true, Some(test)) => {
                format!(
                    "there is no test {name}; {} is missing: {}",
                    test.name, test.reason
                )
            }
            (true, None) => match near(boot, name) {
                Some(other) => format!("there is no test {name}, but there is {other}"),
                None => format!("there is no test {name}"),
            },
        };
        return Told::new(Answer::Skip, reason);
    };
    if let Some(other) = rows.find(|other| other.outcome != row.outcome) {
        let reason = format!(
            "there are several tests {name}, in {} and {}",
            row.suite, other.suite
        );
        return Told::new(Answer::Skip, reason);
    }
    let reason = match row.reason.as_str() {
        "" => row.outcome.word().to_owned(),
        why => format!("{}: {why}", row.outcome.word()),
    };
    let answer = match row.outcome {
        Pass => Answer::Good,
        Fail | Crashed | Missing => Answer::Bad,
        // An expected failure says nothing about a fault, and a pass that nobody expected as little.
        Skip | Xfail | Xpass => Answer::Skip,
    };
    Told::new(answer, reason)
}

/// Finds a test whose name ends as this one does.
fn near<'b>(boot: &'b OneBoot, name: &str) -> Option<&'b str> {
    let last = name.rsplit(['.', ' ']).next()?;
    let mut names = boot.tests.iter().map(|test| test.name.as_str());
    names.find(|other| other.rsplit(['.', ' ']).next() == Some(last))
}

/// Bad where the symptom was seen; good where the guest came to its end without it.
fn of_symptom(boot: &OneBoot, title: &str) -> Told {
    match boot.symptoms.iter().find(|one| one.title == title) {
        Some(one) => Told::new(Answer::Bad, format!("seen {} times", one.count)),
        None if is_finished(boot) => Told::new(Answer::Good, "finished without it"),
        None => Told::new(
            Answer::Skip,
            format!("not seen as far as the guest came: {}", ended(boot)),
        ),
    }
}

/// Runs the command in a checkout of the state, and reads its code as `git bisect run` does.
fn of_command(
    workspace: &Workspace,
    chosen: &Chosen,
    options: &BisectOptions,
    command: &str,
    tell: Tell<'_>,
) -> anyhow::Result<Told> {
    let build = &options.test.build;
    let folder = WorkFolder::open(
        &workspace.builds(),
        &chosen.kernel.name,
        COMMANDS,
        build.sandboxed,
    )?;
    let mut limits = Limits::for_jobs(std::thread::available_parallelism().map_or(1, usize::from));
    if let Some(timeout) = build.timeout {
        limits.total = timeout;
        limits.silence = timeout;
    }
    let sandbox = Sandbox::new(&folder, limits)?;
    step(tell, "laying out the sources", || {
        let place = (&*folder.source(), &*folder.manifest());
        work_tree::lay_out(&*chosen.source(chosen.state), &|_| true, place, &|_, _| {})
    })?;
    let script = "cd \"$1\" && exec sh -c \"$2\"";
    let inside = sandbox.source().display().to_string();
    let job = sandbox
        .job("sh", &["-c", script, "sh", &inside, command])
        .variable("BUILD", sandbox.build());
    let mut last = LastLine::default();
    let ran = step(tell, "running the command", || {
        process::watch(&job, &mut |_, bytes| {
            last.hear(bytes);
            Go::On
        })
    })?;
    let said = last.text();
    Ok(match ran.end {
        End::Exited(0) => Told::new(Answer::Good, "the command ended with 0"),
        End::Exited(125) => Told::new(Answer::Skip, format!("the command ended with 125{said}")),
        End::Exited(code @ 1..=127) => {
            Told::new(Answer::Bad, format!("the command ended with {code}{said}"))
        }
        End::Interrupted => return Err(BuildError::Interrupted.into()),
        End::Exited(code) => return Err(Refusal::CommandGaveUp { code }.into()),
        // As shells have it.
        End::Signalled(signal) => return Err(Refusal::CommandGaveUp { code: 128 + signal }.into()),
        End::TotalTime | End::Silent => not_lasting("the command ran out of time"),
        End::Processes => not_lasting("the command had too many processes"),
        End::Memory => not_lasting("the command had too much memory"),
        End::Stopped => not_lasting("the command was stopped"),
    })
}

fn not_lasting(reason: &str) -> Told {
    Told {
        lasting: false,
        ..Told::new(Answer::Skip, reason)
    }
}

/// The last line of an output that says something.
#[derive(Default)]
struct LastLine {
    now: Vec<u8>,
    before: Vec<u8>,
}

impl LastLine {
    fn hear(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if *byte != b'\n' {
                if self.now.len() < LINE {
                    self.now.push(*byte);
                }
            } else if !self.now.trim_ascii().is_empty() {
                self.before = std::mem::take(&mut self.now);
            } else {
                self.now.clear();
            }
        }
    }

    fn text(&self) -> String {
        let now = self.now.trim_ascii();
        let line = if now.is_empty() {
            self.before.trim_ascii()
        } else {
            now
        };
        if line.is_empty() {
            String::new()
        } else {
            format!(": {}", String::from_utf8_lossy(line))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_says_something_is_kept() {
        let last = |chunks: &[&str]| {
            let mut last = LastLine::default();
            chunks.iter().for_each(|chunk| last.hear(chunk.as_bytes()));
            last.text()
        };
        assert_eq!(last(&[]), "");
        assert_eq!(last(&["one\ntw", "o\n\n  \n"]), ": two");
        assert_eq!(last(&["one\n", "two"]), ": two");
        assert_eq!(last(&[&"x".repeat(10 * LINE)]).len(), LINE + 2);
    }
}
