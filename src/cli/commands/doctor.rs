//! `pteward doctor`.

use crate::base::process;
use crate::cli::exit::Exit;
use crate::cli::screen::{Cell, Label};
use crate::cli::session::Session;
use crate::kbuild::Sandbox;
use crate::report::wire;
use std::path::{Path, PathBuf};

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
    /// Its name; a path where it is no program.
    name: &'static str,
    /// The Debian package that has it.
    package: &'static str,
    /// Does pteward need it today?
    used: bool,
}

/// Every program, or file, that pteward uses, and those that it will or can do without.
const PROGRAMS: [Program; 11] = [
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
        used: true,
    },
    Program {
        capability: "compiling kernels",
        name: "gcc",
        package: "gcc",
        used: true,
    },
    Program {
        capability: "kconfig's lexer",
        name: "flex",
        package: "flex",
        used: true,
    },
    Program {
        capability: "kconfig's parser",
        name: "bison",
        package: "bison",
        used: true,
    },
    Program {
        capability: "kbuild's arithmetic",
        name: "bc",
        package: "bc",
        used: true,
    },
    Program {
        capability: "objtool's view of objects",
        name: "/usr/include/gelf.h",
        package: "libelf-dev",
        used: true,
    },
    Program {
        capability: "limits for builds",
        name: "prlimit",
        package: "util-linux",
        used: true,
    },
    Program {
        capability: "sandboxed builds",
        name: "bwrap",
        package: "bubblewrap",
        used: true,
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
                    "not needed: it makes builds faster, or is for booting, which is to come",
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
    let path = match program.name {
        // What is there may not be allowed to do its work.
        "bwrap" => Sandbox::can_stand().map_err(|error| error.to_string()),
        name if name.starts_with('/') => Some(PathBuf::from(name))
            .filter(|path| path.is_file())
            .ok_or(format!("no {name}")),
        name => process::find(name).ok_or(format!("no {name}")),
    };
    Capability {
        name: program.capability.to_owned(),
        used: program.used,
        present: path.is_ok(),
        detail: path.map_or_else(
            |why| why.split(';').next().unwrap_or_default().to_owned(),
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
