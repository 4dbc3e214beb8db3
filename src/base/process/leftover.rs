//! In: notes about running children. Out: nobody left running whose pteward is gone.
//!
//! A child carries a token in its environment, which its descendants inherit whatever group or session they move to. A
//! note holds the token and who started it; where that process is gone, whoever still carries the token is ended.

use super::proc;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// The variable that carries the token.
pub(super) const VARIABLE: &str = "PTEWARD_RUN";

/// What notes' names begin with.
const PREFIX: &str = "running-";

/// Makes a token that no other child of any process has: our id, when we began, a count.
pub(super) fn token() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let own = i32::try_from(std::process::id()).ok().and_then(proc::read);
    let (id, start) = own.map_or((0, 0), |own| (own.id, own.start));
    format!("{id}-{start}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A note about a running child, removed when dropped.
pub(super) struct Note(PathBuf);

impl Note {
    /// Writes one into `folder`, which is made where missing.
    pub(super) fn write(folder: &Path, token: &str) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let path = folder.join(format!("{PREFIX}{token}"));
        fs::write(&path, "")?;
        Ok(Self(path))
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        // A note that stays names a token that nobody carries any more.
        fs::remove_file(&self.0).ok();
    }
}

/// Kills every process that carries `token`, and waits a moment for them to be gone.
pub(super) fn end_marked(token: &str) -> usize {
    let variable = format!("{VARIABLE}={token}");
    let mut ended = 0;
    for _ in 0..20 {
        let left = proc::marked(&variable);
        if left.is_empty() {
            break;
        }
        for one in &left {
            if let Some(id) = Pid::from_raw(one.id) {
                // Gone already, or not ours to end.
                ended += usize::from(kill_process(id, Signal::KILL).is_ok());
            }
        }
        sleep(Duration::from_millis(20));
    }
    ended
}

/// Ends children that a killed pteward left running, by the notes in `folder`, and gives how many there were.
///
/// # Errors
/// When the folder is there but cannot be read.
pub fn end_leftovers(folder: &Path) -> io::Result<usize> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    let mut ended = 0;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let Some(token) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
            continue;
        };
        let Some(owner) = owner(token) else {
            continue;
        };
        if proc::read(owner.0).is_some_and(|one| one.start == owner.1 && !one.dead) {
            continue;
        }
        ended += end_marked(token);
        fs::remove_file(entry.path()).ok();
    }
    Ok(ended)
}

/// Reads the process and its start out of a token.
fn owner(token: &str) -> Option<(i32, u64)> {
    let mut parts = token.split('-');
    let owner = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next()?.parse::<u64>().ok()?;
    parts.next().is_none().then_some(owner)
}
