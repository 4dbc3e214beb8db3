//! In: an imported series' name, or paths and bytes with mails. Out: the series in them.

use super::{Refusal, Workspace};
use crate::mail;
use crate::series::{self, Series};
use crate::tree::commits;
use anyhow::Context as _;
use std::path::Path;

/// Something that a user gives as a series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// An imported series' name, a path, or `PATH@A..B`.
    Named(String),
    /// Bytes, as from standard input.
    Bytes(Vec<u8>),
}

impl Input {
    /// Names it for messages.
    fn name(&self) -> &str {
        match self {
            Self::Named(text) => text,
            Self::Bytes(_) => "standard input",
        }
    }
}

/// What some inputs hold.
#[derive(Clone, Debug, Default)]
pub struct ReadSeries {
    /// The series, in the order found.
    pub series: Vec<Series>,
    /// What was odd, as sentences.
    pub notes: Vec<String>,
}

/// Reads every series in `inputs` together, so that a series may lie in several files.
///
/// # Errors
/// When one cannot be read, or there is no patch in any.
pub fn read_series(inputs: &[Input]) -> anyhow::Result<ReadSeries> {
    let names = names(inputs);
    let failed = || format!("failed to read the series {names}");
    let mut all = mail::Reading::default();
    for input in inputs {
        let reading = read_one(input).with_context(failed)?;
        all.messages.extend(reading.messages);
        all.notes.extend(reading.notes);
    }
    let notes = all.notes.clone();
    let series = series::assemble(all);
    if series.iter().all(|one| one.patches.is_empty()) {
        return Err(Refusal::NoPatch {
            name: names.clone(),
        })
        .with_context(failed);
    }
    Ok(ReadSeries { series, notes })
}

/// Gives the one series that `inputs` mean: an imported one by its name, else the one that the files hold.
///
/// # Errors
/// As [`read_series`], and when the files hold several series.
pub fn the_series(workspace: &Workspace, inputs: &[Input]) -> anyhow::Result<ReadSeries> {
    if let [Input::Named(name)] = inputs {
        let list = workspace
            .store
            .series_list()
            .context("failed to read the workspace")?;
        if list.iter().any(|head| head.name == *name) {
            let stored = workspace
                .store
                .series(name)
                .context("failed to read the workspace")?;
            return Ok(ReadSeries {
                series: vec![stored],
                notes: Vec::new(),
            });
        }
    }
    let mut read = read_series(inputs)?;
    // A cover letter or a reply alone is no series to apply.
    read.series.retain(|one| !one.patches.is_empty());
    if read.series.len() > 1 {
        let list: Vec<&str> = read.series.iter().map(|one| one.name.as_str()).collect();
        return Err(Refusal::Several {
            name: names(inputs),
            count: list.len(),
            list: list.join(", "),
        })
        .context("failed to choose a series");
    }
    Ok(read)
}

/// Reads one input.
fn read_one(input: &Input) -> anyhow::Result<mail::Reading> {
    let text = match input {
        Input::Bytes(bytes) => return Ok(mail::read_bytes(bytes.clone(), input.name())?),
        Input::Named(text) => text,
    };
    let path = Path::new(text);
    if path.exists() {
        return Ok(mail::read(path)?);
    }
    if commits::is_range(text) {
        return Ok(mail::read_bytes(commits::range(text)?, text)?);
    }
    Err(Refusal::NoSeries { name: text.clone() }.into())
}

/// Names inputs for messages.
pub(super) fn names(inputs: &[Input]) -> String {
    inputs
        .iter()
        .map(Input::name)
        .collect::<Vec<_>>()
        .join(", ")
}
