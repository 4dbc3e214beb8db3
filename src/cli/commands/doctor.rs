//! `pteward doctor`.

use crate::base::process;
use crate::cli::exit::Exit;
use crate::cli::screen::{Cell, Label};
use crate::cli::session::Session;
use crate::report::wire;
use std::path::Path;

/// Show what this machine has and lacks, and the command that installs it.
///
/// Ends with 69 when something is missing that pteward uses today, with 0 otherwise.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

/// A program that a capability needs.
struct Program {
    /// What it makes possible.
    capability: &'static str,
    /// Its name.
    name: &'static str,
    /// The Debian package that has it.
    package: &'static str,
    /// Does pteward use it today?
    used: bool,
}

/// Every program that pteward uses, and those that it will.
const PROGRAMS: [Program; 6] = [
    Program {
        capability: "kernels from apt:PACKAGE",
        name: "apt-get",
        package: "apt",
        used: true,
    },
    Program {
        capability: "building kernels",
        name: "make",
        package: "make",
        used: false,
    },
    Program {
        capability: "compiling kernels",
        name: "gcc",
        package: "gcc",
        used: false,
    },
    Program {
        capability: "sandboxed builds",
        name: "bwrap",
        package: "bubblewrap",
        used: false,
    },
    Program {
        capability: "faster rebuilds",
        name: "ccache",
        package: "ccache",
        used: false,
    },
    Program {
        capability: "booting kernels",
        name: "qemu-system-x86_64",
        package: "qemu-system-x86",
        used: false,
    },
];

/// What needs nothing from the machine.
const BUILT_IN: [&str; 4] = [
    "kernels from directories and git repositories",
    "kernels from tarballs and .deb packages",
    "series from mbox, maildir, patch files, archive pages and git",
    "database and report",
];

/// What the machine has or lacks.
struct Capability {
    name: String,
    used: bool,
    present: bool,
    detail: String,
    install: Option<String>,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let folder = session.folder()?;
        let mut found: Vec<Capability> = BUILT_IN
            .iter()
            .map(|name| Capability {
                name: (*name).to_owned(),
                used: true,
                present: true,
                detail: String::from("built in"),
                install: None,
            })
            .collect();
        found.push(workspace(&folder));
        found.extend(PROGRAMS.iter().map(program));
        let lacking = found.iter().any(|one| one.used && !one.present);
        if self.json {
            for one in &found {
                let install = one.install.as_deref();
                session.screen.wire(&wire::capability_line(
                    &one.name,
                    one.used,
                    one.present,
                    &one.detail,
                    install,
                ))?;
            }
            session
                .screen
                .wire(&wire::Summary::list("doctor", found.len()))?;
        } else {
            for (used, title) in [
                (true, "in use"),
                (
                    false,
                    "not used yet: for building and booting, which are to come",
                ),
            ] {
                session.screen.line(Label::Heading, title)?;
                let rows: Vec<Vec<Cell>> = found
                    .iter()
                    .filter(|one| one.used == used)
                    .map(row)
                    .collect();
                session.screen.table(2, &rows)?;
            }
        }
        Ok(if lacking {
            Exit::Lacks
        } else {
            Exit::NothingNew
        })
    }
}

/// Looks for a program.
fn program(program: &Program) -> Capability {
    let path = process::find(program.name);
    Capability {
        name: program.capability.to_owned(),
        used: program.used,
        present: path.is_some(),
        detail: path.map_or_else(
            || format!("no {}", program.name),
            |path| path.display().to_string(),
        ),
        install: Some(install(program)),
    }
}

/// Says how to get a program.
fn install(program: &Program) -> String {
    match program.name {
        // What installs packages cannot be installed that way.
        "apt-get" => String::from(
            "part of Debian and Ubuntu; elsewhere give a tarball, a directory or PATH@REV",
        ),
        _ => format!("sudo apt-get install {}", program.package),
    }
}

/// Says whether the workspace can be written, without making it.
fn workspace(folder: &Path) -> Capability {
    let nearest = folder
        .ancestors()
        .find(|path| path.is_dir())
        .unwrap_or(Path::new("/"));
    // A file that is gone when it is closed: the surest way to know.
    let written = tempfile::tempfile_in(nearest);
    let detail = match &written {
        Ok(_) => folder.display().to_string(),
        Err(error) => format!("{}: {error}", folder.display()),
    };
    Capability {
        name: String::from("a workspace that can be written"),
        used: true,
        present: written.is_ok(),
        detail,
        install: Some(String::from("give a folder of yours with --workspace DIR")),
    }
}

fn row(one: &Capability) -> Vec<Cell> {
    let (word, label) = match (one.present, one.used) {
        (true, _) => ("yes", Label::Good),
        (false, true) => ("no", Label::Bad),
        (false, false) => ("no", Label::Faint),
    };
    let install = one
        .install
        .as_deref()
        .filter(|_| !one.present)
        .unwrap_or_default();
    vec![
        Cell::new(word).label(label),
        Cell::new(&one.name),
        Cell::new(&one.detail),
        Cell::new(install),
    ]
}
