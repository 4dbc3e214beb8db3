//! In: the global options. Out: what every command works with: the workspace, the screen, the progress.

use super::args::Globals;
use super::progress::Progress;
use super::screen::Screen;
use crate::pipeline::{Event, Input, Workspace};
use anyhow::Context as _;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::PathBuf;

/// What a command works with.
pub(super) struct Session {
    /// Standard output.
    pub(super) screen: Screen,
    progress: Progress,
    workspace: Option<PathBuf>,
}

impl Session {
    /// Makes a session by the global options.
    pub(super) fn new(globals: &Globals) -> Self {
        globals.color.set();
        Self {
            screen: Screen::stdout(),
            progress: Progress::new(globals.quiet),
            // An empty variable counts as none, as shells make them.
            workspace: globals
                .workspace
                .clone()
                .filter(|path| !path.is_empty())
                .map(PathBuf::from),
        }
    }

    /// Takes an event of a request.
    pub(super) fn tell(&self, event: Event<'_>) {
        self.progress.on(event);
    }

    /// Gives the screen, to print on while a request runs, and the progress.
    pub(super) fn parts(&mut self) -> (&mut Screen, &Progress) {
        (&mut self.screen, &self.progress)
    }

    /// Gives the workspace's folder, which need not be there.
    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        let folder = match &self.workspace {
            Some(folder) => folder.clone(),
            None => default_folder(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"))
                .ok_or_else(|| {
                    std::io::Error::other(
                        "neither XDG_STATE_HOME nor HOME is set; give --workspace",
                    )
                })
                .context("failed to find a place for the workspace")?,
        };
        std::path::absolute(&folder)
            .with_context(|| format!("failed to use the workspace {}", folder.display()))
    }

    /// Opens the workspace, made on first use.
    pub(super) fn workspace(&self) -> anyhow::Result<Workspace> {
        let folder = self.folder()?;
        Workspace::open(&folder)
            .with_context(|| format!("failed to open the workspace {}", folder.display()))
    }
}

/// Gives the folder that is used when none is named. Relative paths in these variables are to be ignored, says XDG.
fn default_folder(state: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    state
        .and_then(absolute)
        .or_else(|| {
            home.and_then(absolute)
                .map(|home| home.join(".local/state"))
        })
        .map(|base| base.join("pteward"))
}

/// Turns what was typed into inputs; `-` is standard input.
pub(super) fn inputs(typed: &[String]) -> anyhow::Result<Vec<Input>> {
    typed
        .iter()
        .map(|text| {
            if text != "-" {
                return Ok(Input::Named(text.clone()));
            }
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .context("failed to read standard input")?;
            Ok(Input::Bytes(bytes))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::default_folder;
    use std::path::PathBuf;

    #[test]
    fn the_workspace_follows_xdg() {
        let some = |text: &str| Some(text.into());
        assert_eq!(
            default_folder(some("/s"), some("/h")),
            Some(PathBuf::from("/s/pteward"))
        );
        assert_eq!(
            default_folder(some("relative"), some("/h")),
            Some(PathBuf::from("/h/.local/state/pteward"))
        );
        assert_eq!(
            default_folder(None, some("/h")),
            Some(PathBuf::from("/h/.local/state/pteward"))
        );
        assert_eq!(default_folder(None, some("")), None);
    }
}
