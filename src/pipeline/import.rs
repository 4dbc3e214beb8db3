//! In: paths and bytes with mails. Out: the series in them, stored.

use super::add_kernel::is_name;
use super::series::names;
use super::{Event, Input, Refusal, Tell, Workspace, read_series};
use crate::series::Series;
use anyhow::Context as _;

/// A series that was stored.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The series, with the name it is stored under.
    pub series: Series,
    /// False where the same posting was there already.
    pub new: bool,
}

/// Stores every series in `inputs`, under `name` where one is given.
///
/// # Errors
/// When nothing can be read, the name is bad, or several series would get it.
pub fn import(
    workspace: &mut Workspace,
    inputs: &[Input],
    name: Option<&str>,
    tell: Tell<'_>,
) -> anyhow::Result<Vec<Imported>> {
    if let Some(name) = name
        && !is_name(name)
    {
        return Err(Refusal::BadName {
            name: name.to_owned(),
        })
        .context("failed to import");
    }
    let read = read_series(inputs)?;
    read.notes.iter().for_each(|note| tell(Event::Note(note)));
    let mut found: Vec<Series> = read
        .series
        .into_iter()
        .filter(|one| !one.patches.is_empty())
        .collect();
    if let Some(name) = name {
        if found.len() > 1 {
            return Err(Refusal::OneName {
                name: names(inputs),
                count: found.len(),
            })
            .context("failed to import");
        }
        found
            .iter_mut()
            .for_each(|one| name.clone_into(&mut one.name));
    }
    found
        .into_iter()
        .map(|series| save(workspace, series))
        .collect()
}

/// Stores one series and takes over the name it got.
pub(super) fn save(workspace: &mut Workspace, mut series: Series) -> anyhow::Result<Imported> {
    let saved = workspace
        .store
        .save_series(&series)
        .with_context(|| format!("failed to store the series {}", series.name))?;
    series.name = saved.name;
    Ok(Imported {
        series,
        new: saved.new,
    })
}
