//! In: nothing. Out: the shapes of what comes of a build.

use super::config::Refused;
use super::diagnostic::Diagnostic;
use crate::base::id::ObjectId;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How a build came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// What was asked for is there.
    Built,
    /// make said no.
    Failed,
    /// kconfig refused an option that the config cannot do without; nothing was compiled.
    Refused,
    /// It took too long, or said nothing for too long.
    Timeout,
    /// It had too many processes, or too much memory.
    Limit,
    /// It was killed by a signal that was none of ours.
    Lost,
}

impl Outcome {
    /// Gives the word that the wire and the store have for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Timeout => "timeout",
            Self::Limit => "limit",
            Self::Lost => "lost",
        }
    }
}

/// A kernel that can be booted: a copy that no later build touches, named by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Where it lies.
    pub path: PathBuf,
    /// The id of its bytes.
    pub id: ObjectId,
    /// Its length in bytes.
    pub size: u64,
    /// A copy of the kernel before it was compressed, with symbols and lines; `None` where the build left none.
    pub symbols: Option<PathBuf>,
}

/// What came of one build.
#[derive(Clone, Debug)]
pub struct Built {
    /// How it came out.
    pub outcome: Outcome,
    /// Why, where it is not [`Outcome::Built`]: a clause.
    pub reason: String,
    /// How long all of it took.
    pub seconds: f64,
    /// Objects that were made in this run.
    pub objects: u32,
    /// Errors and warnings of the whole state: those of objects that this run did not make again, too.
    pub diagnostics: Vec<Diagnostic>,
    /// Options that kconfig did not set as asked.
    pub refused: Vec<Refused>,
    /// The image, where one was asked for and built.
    pub image: Option<Image>,
    /// What make and its children said, in order.
    pub log: Vec<u8>,
    /// Was there a sandbox around it?
    pub sandboxed: bool,
    /// Source files that were written or removed before.
    pub touched: usize,
    /// What a person should know, as sentences without a full stop.
    pub notes: Vec<String>,
}
