//! In: nothing. Out: the shapes of a supervised child: what to run within which limits, and what came of it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::time::Duration;

/// A program to run under supervision. It gets no standard input, and of the environment only `variables`.
#[derive(Clone, Debug)]
pub struct Job {
    /// The program: a name for the PATH of this process, or a path.
    pub program: OsString,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Where it runs; this process's own folder where there is none.
    pub folder: Option<PathBuf>,
    /// Its whole environment.
    pub variables: Vec<(OsString, OsString)>,
    /// How long it may take.
    pub total: Option<Duration>,
    /// How long it may say nothing.
    pub silence: Option<Duration>,
    /// How many processes it and its descendants may be at once.
    pub processes: Option<usize>,
    /// How much memory, in bytes, it and its descendants may have resident together.
    pub memory: Option<u64>,
    /// A folder for a note about the running child, by which [`super::end_leftovers`] ends it where this process was
    /// killed before it could.
    pub notes: Option<PathBuf>,
}

impl Job {
    /// Makes a job without arguments, variables and limits.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            folder: None,
            variables: Vec::new(),
            total: None,
            silence: None,
            processes: None,
            memory: None,
            notes: None,
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        let arguments = arguments.into_iter().map(|one| one.as_ref().to_owned());
        self.arguments.extend(arguments);
        self
    }

    /// Adds a variable.
    #[must_use]
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let variable = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.variables.push(variable);
        self
    }
}

/// Where bytes of a child come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What who hears a child wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    /// More.
    On,
    /// No more: the child is ended.
    Stop,
}

/// How a child came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this code.
    Exited(i32),
    /// By this signal, which was none of ours.
    Signalled(i32),
    /// Its time was over.
    TotalTime,
    /// It said nothing for too long.
    Silent,
    /// It had too many processes.
    Processes,
    /// It had too much memory.
    Memory,
    /// Who heard it wanted no more.
    Stopped,
    /// This process was asked to end: Ctrl-C, SIGTERM or SIGHUP.
    Interrupted,
}

/// What came of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// How long it ran.
    pub lasted: Duration,
}

impl Ran {
    /// Says whether it ended by itself with code 0.
    pub fn is_well(&self) -> bool {
        self.end == End::Exited(0)
    }
}
