//! In: what came of a command. Out: the code that the process ends with: the one table of them.

use crate::base::process;
use std::process::ExitCode;

/// What the process ends with. The numbers are part of the interface: scripts test for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, and nothing new to report.
    NothingNew,
    /// New findings or regressions.
    Found,
    /// The command line, or what it names, cannot be used: no such file, not a kernel, no patch in it, a damaged workspace.
    Usage,
    /// A patch did not apply whole.
    DidNotApply,
    /// A state did not build.
    DidNotBuild,
    /// A state did not boot, or its guest did not come to its end.
    DidNotBoot,
    /// This machine lacks something: a program, space on a disk, a database that nobody else holds.
    Lacks,
    /// A fault of pteward itself.
    Fault,
    /// `bisect --step`: the state cannot be told good or bad; git skips it.
    Untold,
    /// `bisect --step`: the state could not be asked about; git ends its search.
    CannotAsk,
    /// The user wanted it to end.
    Interrupted,
}

impl Exit {
    /// Every code with what it means, in order.
    pub const TABLE: [(Self, &'static str); 11] = [
        (Self::NothingNew, "done, nothing new"),
        (
            Self::Found,
            "new findings or regressions; for `audit`: a walk is unprepared; for `bisect`: no state was found, with --step: bad",
        ),
        (
            Self::Usage,
            "usage: the command line, or a file, kernel, series or workspace that it names, cannot be used",
        ),
        (Self::DidNotApply, "a patch did not apply whole"),
        (Self::DidNotBuild, "a state did not build"),
        (
            Self::DidNotBoot,
            "a state did not boot, or did not come to the end of its tests",
        ),
        (
            Self::Lacks,
            "this machine lacks something: a program, disk space, a database that nobody else is writing to",
        ),
        (Self::Fault, "a fault of pteward: please report it"),
        (
            Self::Untold,
            "`bisect --step`: the state cannot be told good or bad, and is to be skipped",
        ),
        (
            Self::CannotAsk,
            "`bisect --step`: the state could not be asked about, in place of every code from 2 to 70",
        ),
        (
            Self::Interrupted,
            "interrupted by Ctrl-C or SIGTERM while something was built; nothing is left running",
        ),
    ];

    /// Gives the number.
    pub fn code(self) -> u8 {
        match self {
            Self::NothingNew => 0,
            Self::Found => 1,
            Self::Usage => 2,
            Self::DidNotApply => 3,
            Self::DidNotBuild => 4,
            Self::DidNotBoot => 5,
            // EX_UNAVAILABLE and EX_SOFTWARE of sysexits.
            Self::Lacks => 69,
            Self::Fault => 70,
            // git bisect run knows the first, and ends at all from the second on.
            Self::Untold => 125,
            Self::CannotAsk => 128,
            // 128 and SIGINT, as shells have it.
            Self::Interrupted => process::interrupt::EXIT_CODE,
        }
    }
}

impl Exit {
    /// Gives what `bisect --step` ends with: git takes any code from 1 to 127 but 125 for bad, and what could not be asked is
    /// not bad.
    pub(super) fn for_git(self) -> Self {
        match self {
            Self::NothingNew | Self::Found | Self::Untold | Self::CannotAsk | Self::Interrupted => {
                self
            }
            Self::Usage
            | Self::DidNotApply
            | Self::DidNotBuild
            | Self::DidNotBoot
            | Self::Lacks
            | Self::Fault => Self::CannotAsk,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
