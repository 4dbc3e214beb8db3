//! In: states and a question about them. Out: the first one that is bad. Answers are kept, so that a search that was killed
//! goes on where it was.

mod ask;
mod by;
mod range;

pub use by::By;
pub use range::{Point, Range, Sort};

use super::{Tell, TestOptions, Workspace};
use crate::audit::Memory;
use crate::base::clock::Stopwatch;
use crate::bisect::{Answer, Conclusion, Probe, Search, run};
use crate::store::{AnswerKey, KeptAnswer};
use anyhow::Context as _;

/// How to ask.
#[derive(Clone, Debug)]
pub struct BisectOptions {
    /// The question.
    pub by: By,
    /// Ask anew what is known from before?
    pub again: bool,
    /// How to build and boot what is asked about. The timeout of the build holds for commands too.
    pub test: TestOptions,
}

/// An answer about one state.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The state.
    pub point: Point,
    /// Digest of what the tree holds; empty where a patch did not go in.
    pub tree: String,
    /// The answer.
    pub answer: Answer,
    /// What was seen.
    pub reason: String,
    /// Was it known from before?
    pub known: bool,
    /// How long it took, when it was asked.
    pub seconds: f64,
}

/// What a search came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Bisected {
    /// What follows.
    pub conclusion: Conclusion,
    /// Every answer, in the order asked.
    pub answers: Vec<Asked>,
}

/// Searches `range` for its first bad state; `each` is called with every answer.
///
/// # Errors
/// When a state cannot be read, this machine lacks something, the command gives up, or the store cannot be written. What was
/// answered by then is kept.
pub fn bisect(
    workspace: &mut Workspace,
    range: &mut Range,
    options: &BisectOptions,
    each: &mut dyn FnMut(&Asked) -> anyhow::Result<()>,
    tell: Tell<'_>,
) -> anyhow::Result<Bisected> {
    let mut search = Search::new(range.points.len() - 1);
    let mut asker = Asker {
        workspace,
        range,
        options,
        each,
        tell,
        memory: None,
        answers: Vec::new(),
    };
    let conclusion = run(&mut search, &mut asker)?;
    Ok(Bisected {
        conclusion,
        answers: asker.answers,
    })
}

/// Asks about the one state of `range`.
///
/// # Errors
/// As [`bisect`].
pub fn ask_one(
    workspace: &mut Workspace,
    range: &mut Range,
    options: &BisectOptions,
    tell: Tell<'_>,
) -> anyhow::Result<Asked> {
    let mut asker = Asker {
        workspace,
        range,
        options,
        each: &mut |_| Ok(()),
        tell,
        memory: None,
        answers: Vec::new(),
    };
    asker.ask(0)?;
    asker.answers.pop().context("one was asked")
}

/// Asks states of a range, or remembers what they said.
struct Asker<'a> {
    workspace: &'a mut Workspace,
    range: &'a mut Range,
    options: &'a BisectOptions,
    each: &'a mut dyn FnMut(&Asked) -> anyhow::Result<()>,
    tell: Tell<'a>,
    /// The audit of a series' base.
    memory: Option<Memory>,
    answers: Vec<Asked>,
}

impl Probe for Asker<'_> {
    type Error = anyhow::Error;

    fn ask(&mut self, k: usize) -> anyhow::Result<Answer> {
        let point = self.range.points[k].clone();
        let chosen = self.range.open(self.workspace, k, self.tell)?;
        let mut asked = Asked {
            point,
            tree: String::new(),
            answer: Answer::Skip,
            reason: String::new(),
            known: false,
            seconds: 0.0,
        };
        if let Some(not) = ask::not_applied(chosen) {
            asked.reason = not.reason;
        } else {
            let tree = chosen.tree(chosen.state);
            asked.tree = tree.with_context(|| format!("failed to read {}", asked.point.name))?;
            let key = AnswerKey {
                tree: asked.tree.clone(),
                config: self.options.by.hangs_on(self.options),
                probe: self.options.by.text(),
            };
            let known = match self.options.again {
                true => None,
                false => self.workspace.store.answer(&key)?,
            };
            asked.known = known.is_some();
            let kept = match known {
                Some(kept) => kept,
                None => {
                    let begun = Stopwatch::start();
                    let told = ask::ask(
                        self.workspace,
                        chosen,
                        self.options,
                        &mut self.memory,
                        self.tell,
                    )?;
                    let kept = KeptAnswer {
                        answer: told.answer,
                        reason: told.reason,
                        seconds: begun.seconds(),
                    };
                    if told.lasting {
                        let saved = self.workspace.store.keep_answer(&key, &kept);
                        saved.context("failed to keep an answer")?;
                    }
                    kept
                }
            };
            asked.answer = kept.answer;
            asked.reason = kept.reason;
            asked.seconds = kept.seconds;
        }
        (self.each)(&asked)?;
        let answer = asked.answer;
        self.answers.push(asked);
        Ok(answer)
    }
}
