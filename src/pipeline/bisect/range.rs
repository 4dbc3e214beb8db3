//! In: `SERIES@KERNEL[:A..B]`, `PATH@GOOD..BAD` or `K1,K2,K3`. Out: the states to search, oldest first, each opened when asked about.

use crate::pipeline::kernel::{absolute, open_spec};
use crate::pipeline::state::{is_kernel, is_series};
use crate::pipeline::{Chosen, OpenKernel, Refusal, Tell, Workspace, choose_state, open_kernel};
use crate::tree::commits;
use crate::tree::kernel::KernelSpec;
use anyhow::Context as _;
use std::path::PathBuf;

/// What a search goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The states of a series on a kernel.
    Series,
    /// Commits of a git repository, by first parents.
    Commits,
    /// Kernels, in the order given.
    Kernels,
}

impl Sort {
    /// Gives its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Series => "series",
            Self::Commits => "commits",
            Self::Kernels => "kernels",
        }
    }
}

/// A state that can be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// Of a series how many patches are in it; else its place in the list, from 0.
    pub state: u32,
    /// What it goes by: `patch 5/8`, `commit 0123456789ab`, a kernel's name.
    pub name: String,
    /// The commit's id, where it is one.
    pub commit: Option<String>,
    /// What the patch or commit says of itself; empty for a kernel.
    pub subject: String,
}

impl Point {
    /// Names it for people: `patch 5/8 "mm: take more"`.
    pub fn label(&self) -> String {
        match self.subject.as_str() {
            "" => self.name.clone(),
            subject => format!("{} \"{subject}\"", self.name),
        }
    }
}

/// States to search, oldest first.
pub struct Range {
    /// What they are.
    pub sort: Sort,
    /// The states.
    pub points: Vec<Point>,
    /// The repository of commits.
    repository: PathBuf,
    /// What is open: of a series always the same, else what was asked about last.
    open: Option<(usize, Chosen)>,
}

impl Range {
    /// Finds the states that `text` names. A series is applied in memory, and stored; a kernel is opened when it is asked about.
    ///
    /// # Errors
    /// When it has none of the forms, names what is not there, or fewer than two states.
    pub fn find(workspace: &mut Workspace, text: &str, tell: Tell<'_>) -> anyhow::Result<Self> {
        let failed = || format!("failed to find what to search by {text}");
        let (whole, states) = split_states(text);
        let range = if is_state_of_series(workspace, whole)? {
            let chosen = choose_state(workspace, whole, tell)?;
            of_series(chosen, states).with_context(failed)?
        } else if commits::is_range(text) {
            of_commits(text).with_context(failed)?
        } else if text.contains(',') {
            of_kernels(workspace, text).with_context(failed)?
        } else {
            let text = text.to_owned();
            return Err(Refusal::NoRange { text }).with_context(failed);
        };
        if range.points.len() < 2 {
            let text = text.to_owned();
            return Err(Refusal::ShortRange { text }).with_context(failed);
        }
        Ok(range)
    }

    /// Takes the one state that `text` names: a kernel, `SERIES@KERNEL` or `SERIES@KERNEL:K`.
    ///
    /// # Errors
    /// As [`choose_state`].
    pub fn one(workspace: &mut Workspace, text: &str, tell: Tell<'_>) -> anyhow::Result<Self> {
        let mut chosen = choose_state(workspace, text, tell)?;
        let known = workspace.store.kernel(&chosen.kernel.name);
        if known.context("failed to read the workspace")?.is_none()
            && let Ok(KernelSpec::Git { path, .. }) = KernelSpec::parse(&chosen.kernel.kernel.spec)
        {
            // All commits of a repository are built in one folder.
            chosen.kernel.name = path.display().to_string();
        }
        let point = match &chosen.application {
            Some(_) => series_point(&chosen, chosen.state),
            None => Point {
                state: 0,
                name: chosen.kernel.name.clone(),
                commit: chosen.kernel.kernel.commit.map(|id| id.to_string()),
                subject: String::new(),
            },
        };
        Ok(Self {
            sort: match chosen.application {
                Some(_) => Sort::Series,
                None => Sort::Kernels,
            },
            points: vec![point],
            repository: PathBuf::new(),
            open: Some((0, chosen)),
        })
    }

    /// Gives the series, where it is one.
    pub fn series(&self) -> Option<&Chosen> {
        let (_, chosen) = self.open.as_ref()?;
        chosen.application.as_ref().map(|_| chosen)
    }

    /// Opens the state at a place of the list.
    pub(super) fn open(
        &mut self,
        workspace: &Workspace,
        at: usize,
        tell: Tell<'_>,
    ) -> anyhow::Result<&Chosen> {
        let chosen = match self.open.take() {
            Some((_, mut chosen)) if self.sort == Sort::Series => {
                chosen.state = self.points[at].state;
                chosen
            }
            Some((now, chosen)) if now == at => chosen,
            _ => bare(self.kernel(workspace, at, tell)?),
        };
        let (_, chosen) = self.open.insert((at, chosen));
        Ok(chosen)
    }

    fn kernel(
        &self,
        workspace: &Workspace,
        at: usize,
        tell: Tell<'_>,
    ) -> anyhow::Result<OpenKernel> {
        let point = &self.points[at];
        let Some(rev) = point.commit.clone() else {
            return open_kernel(workspace, &point.name, tell);
        };
        let spec = absolute(KernelSpec::Git {
            path: self.repository.clone(),
            rev,
        });
        let kernel = open_spec(workspace, &spec, tell)
            .with_context(|| format!("failed to open {}", point.name))?;
        // Named for the repository alone, so that all its commits are built in one folder.
        Ok(OpenKernel {
            name: kernel.tree.display().to_string(),
            kernel,
        })
    }
}

/// A kernel without a series.
fn bare(kernel: OpenKernel) -> Chosen {
    Chosen {
        kernel,
        application: None,
        state: 0,
        notes: Vec::new(),
    }
}

/// Splits `…:A..B` into what stands before it, and A and B, where both are numbers.
fn split_states(text: &str) -> (&str, Option<(u32, u32)>) {
    let states = |(left, range): (_, &str)| {
        let (from, to) = range.split_once("..")?;
        Some((left, Some((from.parse().ok()?, to.parse().ok()?))))
    };
    text.rsplit_once(':')
        .and_then(states)
        .unwrap_or((text, None))
}

/// Says whether `text` is `SERIES@KERNEL`.
fn is_state_of_series(workspace: &Workspace, text: &str) -> anyhow::Result<bool> {
    for (at, _) in text.match_indices('@') {
        if is_series(workspace, &text[..at])? && is_kernel(workspace, &text[at + 1..])? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn of_series(chosen: Chosen, states: Option<(u32, u32)>) -> Result<Range, Refusal> {
    let count = chosen.state;
    let (from, to) = states.unwrap_or((0, count));
    if to > count {
        let series = chosen.application.map(|one| one.series.name);
        return Err(Refusal::NoSuchState {
            series: series.unwrap_or_default(),
            count,
            state: to,
        });
    }
    Ok(Range {
        sort: Sort::Series,
        points: (from..=to)
            .map(|state| series_point(&chosen, state))
            .collect(),
        repository: PathBuf::new(),
        open: Some((0, chosen)),
    })
}

/// Names a state of a series for the patch that makes it.
fn series_point(chosen: &Chosen, state: u32) -> Point {
    let outcomes = chosen
        .application
        .as_ref()
        .map_or(&[][..], |application| &application.outcomes);
    let (name, subject) = match state
        .checked_sub(1)
        .and_then(|at| outcomes.get(at as usize))
    {
        Some(patch) => (
            format!("patch {state}/{}", outcomes.len()),
            patch.subject.clone(),
        ),
        None => (format!("{} as it is", chosen.kernel.name), String::new()),
    };
    Point {
        state,
        name,
        commit: None,
        subject,
    }
}

fn of_commits(text: &str) -> anyhow::Result<Range> {
    let (path, line) = commits::first_parents(text)?;
    let points = line.into_iter().zip(0..).map(|(commit, state)| {
        let id = commit.id.to_string();
        Point {
            state,
            name: format!("commit {}", &id[..12]),
            commit: Some(id),
            subject: commit.subject,
        }
    });
    Ok(Range {
        sort: Sort::Commits,
        points: points.collect(),
        repository: path.into(),
        open: None,
    })
}

fn of_kernels(workspace: &Workspace, text: &str) -> anyhow::Result<Range> {
    let mut points = Vec::new();
    for (name, state) in text.split(',').zip(0..) {
        if !is_kernel(workspace, name)? {
            let name = name.to_owned();
            return Err(Refusal::NoKernel { name }.into());
        }
        points.push(Point {
            state,
            name: name.to_owned(),
            commit: None,
            subject: String::new(),
        });
    }
    Ok(Range {
        sort: Sort::Kernels,
        points,
        repository: PathBuf::new(),
        open: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_stand_behind_the_last_colon() {
        assert_eq!(split_states("s@k"), ("s@k", None));
        assert_eq!(split_states("s@k:1..4"), ("s@k", Some((1, 4))));
        assert_eq!(split_states("s@a:b:0..2"), ("s@a:b", Some((0, 2))));
        for text in ["s@k:3", "p@v1..v2", "apt:linux", "s@k:..4", "s@k:-1..4"] {
            assert_eq!(split_states(text), (text, None));
        }
    }
}
