//! In: answers about states, and what a search came to. Out: their lines.

use super::Line;
use crate::bisect::{Answer, Conclusion};
use serde::Serialize;

/// Fields of an `answer` line.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerLine<'a> {
    /// Of a series how many patches are in it; else its place in what is searched, from 0.
    pub state: u32,
    /// `patch 5/8`, `commit 0123456789ab`, a kernel's name.
    pub name: &'a str,
    /// The commit's id.
    pub commit: Option<&'a str>,
    /// What the patch or commit says of itself.
    pub subject: &'a str,
    /// Digest of what the tree holds.
    pub tree: &'a str,
    /// The question.
    pub by: &'a str,
    #[serde(skip)]
    /// The answer.
    pub told: Answer,
    /// What was seen.
    pub reason: &'a str,
    /// Was it known from before?
    pub known: bool,
    /// How long it took, when it was asked.
    pub seconds: f64,
}

/// An `answer` line's fields with the answer as a word.
#[derive(Clone, Debug, Serialize)]
pub struct Worded<'a> {
    answer: &'static str,
    #[serde(flatten)]
    fields: AnswerLine<'a>,
}

/// Makes the line of an answer.
pub fn answer_line(fields: AnswerLine<'_>) -> Line<Worded<'_>> {
    let answer = fields.told.word();
    Line::new("answer", Worded { answer, fields })
}

/// A state, on the wire.
#[derive(Clone, Debug, Serialize)]
pub struct StateName<'a> {
    /// Its number, as in `answer` lines.
    pub state: u32,
    /// `patch 5/8`, `commit 0123456789ab`, a kernel's name.
    pub name: &'a str,
    /// The commit's id.
    pub commit: Option<&'a str>,
    /// What the patch or commit says of itself.
    pub subject: &'a str,
}

/// Fields of a `bisect` line.
#[derive(Clone, Debug, Serialize)]
pub struct BisectLine<'a> {
    what: &'static str,
    by: &'a str,
    conclusion: &'static str,
    culprit: Option<StateName<'a>>,
    good: Option<StateName<'a>>,
    suspects: Vec<StateName<'a>>,
    states: usize,
    steps: usize,
    known: usize,
    skipped: Vec<u32>,
}

/// What a search went through, for its line.
#[derive(Clone, Debug)]
pub struct Searched<'a> {
    /// `series`, `commits`, `kernels`.
    pub what: &'static str,
    /// The question.
    pub by: &'a str,
    /// Every state, oldest first.
    pub states: Vec<StateName<'a>>,
    /// How many answers there were.
    pub steps: usize,
    /// How many of them were known from before.
    pub known: usize,
    /// Numbers of the states that could not be told.
    pub skipped: Vec<u32>,
}

/// Makes the line of a search.
pub fn bisect_line<'a>(searched: Searched<'a>, conclusion: &Conclusion) -> Line<BisectLine<'a>> {
    let state = |at: usize| searched.states.get(at).cloned();
    let (culprit, good, suspects) = match conclusion {
        Conclusion::Culprit(bad) => (state(*bad), state(*bad - 1), Vec::new()),
        Conclusion::Suspects(list) => (
            None,
            list.first().and_then(|first| state(first.checked_sub(1)?)),
            list.iter().filter_map(|at| state(*at)).collect(),
        ),
        _ => (None, None, Vec::new()),
    };
    Line::new(
        "bisect",
        BisectLine {
            what: searched.what,
            by: searched.by,
            conclusion: conclusion.word(),
            culprit,
            good,
            suspects,
            states: searched.states.len(),
            steps: searched.steps,
            known: searched.known,
            skipped: searched.skipped,
        },
    )
}
