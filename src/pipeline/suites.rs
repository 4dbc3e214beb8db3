//! In: names of suites. Out: the programs in them, made for the guest, and what the guest has to set for them.

use super::Refusal;
use crate::boot::{BootError, Content, Made, Plan, Program, Selftests, Setting, listed};
use std::path::Path;

/// The shared part of the reproducers.
const SHARED: &str = include_str!("../../patches/exclusive/repro/exclusive.h");
/// How a reproducer asks for it: a program of one file is what a guest's compiler gets.
const ASKED: &str = "#include \"exclusive.h\"";

/// The reproducers of the suite `exclusive`.
const EXCLUSIVE: [(&str, &str); 9] = [
    (
        "swap-out",
        include_str!("../../patches/exclusive/repro/swap-out.c"),
    ),
    (
        "migrate",
        include_str!("../../patches/exclusive/repro/migrate.c"),
    ),
    ("fork", include_str!("../../patches/exclusive/repro/fork.c")),
    (
        "mprotect",
        include_str!("../../patches/exclusive/repro/mprotect.c"),
    ),
    (
        "unmap",
        include_str!("../../patches/exclusive/repro/unmap.c"),
    ),
    ("ksm", include_str!("../../patches/exclusive/repro/ksm.c")),
    ("idle", include_str!("../../patches/exclusive/repro/idle.c")),
    (
        "damon",
        include_str!("../../patches/exclusive/repro/damon.c"),
    ),
    (
        "split",
        include_str!("../../patches/exclusive/repro/split.c"),
    ),
];

/// A program of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The suite.
    pub(super) suite: String,
    /// What it goes by.
    pub(super) name: String,
    /// Its file in the guest and its arguments; empty where it cannot be run.
    pub(super) command: Vec<String>,
    /// Why it cannot be run; may be empty.
    pub(super) reason: String,
    /// Was it left out (a skip), and not merely not made?
    pub(super) left_out: bool,
}

/// What a guest gets.
#[derive(Debug, Default)]
pub(super) struct Load {
    pub(super) entries: Vec<Entry>,
    pub(super) files: Vec<Content>,
}

impl Load {
    /// Names what the guest is to do. Program `k` of the plan is the `k`th entry with a command.
    pub(super) fn plan(&self, limit: u32) -> Plan {
        let runnable = self
            .entries
            .iter()
            .filter(|entry| !entry.command.is_empty());
        let programs = runnable.map(|entry| {
            let mut command = entry.command.clone();
            command[0].insert_str(0, "./");
            Program {
                name: key(&entry.suite, &entry.name),
                command,
                limit,
            }
        });
        let setting = |path: &str, value: &str| Setting {
            path: path.to_owned(),
            value: value.to_owned(),
        };
        Plan {
            settings: vec![
                // As the kernel's own script has it: tests of huge pages skip where there are none.
                setting("/proc/sys/vm/nr_hugepages", "16"),
                setting("/proc/sys/kernel/hung_task_timeout_secs", "30"),
            ],
            nodes: vec![("hmm_dmirror".to_owned(), 4)],
            programs: programs.collect(),
        }
    }

    /// What the kernel is told for these suites.
    pub(super) fn append(&self) -> String {
        // Half of the memory movable, so that blocks of it can be taken offline: the cover letter's way to force migration.
        let wanted = self.entries.iter().any(|entry| entry.suite == "exclusive");
        if wanted {
            "kernelcore=50%".to_owned()
        } else {
            String::new()
        }
    }

    fn put(&mut self, suite: &str, name: &str, command: Vec<String>, made: Made) {
        let (command, reason) = match made {
            Made::Program(bytes) => {
                if !self.files.iter().any(|file| file.name == command[0]) {
                    self.files.push(Content {
                        name: command[0].clone(),
                        bytes,
                    });
                }
                (command, String::new())
            }
            Made::Not(why) => (Vec::new(), ["it does not compile: ", &why].concat()),
        };
        let entry = Entry {
            suite: suite.to_owned(),
            name: name.to_owned(),
            command,
            reason,
            left_out: false,
        };
        self.entries.push(entry);
    }
}

/// Joins a suite and a name to what rows of comparing call a test.
pub(super) fn key(suite: &str, name: &str) -> String {
    crate::compare::TestSeen::join(suite, name)
}

/// Checks the names before anything is built.
pub(super) fn check(suites: &[String]) -> Result<(), Refusal> {
    let known = |suite: &String| {
        ["hmm", "mm", "exclusive"].contains(&suite.as_str())
            || (is_c(suite) && Path::new(suite).is_file())
    };
    match suites.iter().find(|suite| !known(suite)) {
        Some(name) => Err(Refusal::NoSuite { name: name.clone() }),
        None => Ok(()),
    }
}

fn is_c(suite: &str) -> bool {
    Path::new(suite).extension().is_some_and(|end| end == "c")
}

/// Makes the programs of some suites.
pub(super) fn load(tests: &Selftests<'_>, suites: &[String]) -> Result<Load, BootError> {
    let mut load = Load::default();
    for suite in suites {
        match suite.as_str() {
            "hmm" => {
                let name = "hmm-tests".to_owned();
                let made = tests.programs(std::slice::from_ref(&name))?;
                for made in made {
                    load.put(suite, &name, vec![name.clone()], made);
                }
            }
            "mm" => mm(&mut load, tests)?,
            "exclusive" => {
                for (name, source) in EXCLUSIVE {
                    let made = tests.c_program(name, &source.replace(ASKED, SHARED))?;
                    load.put(suite, name, vec![name.to_owned()], made);
                }
            }
            path => own(&mut load, tests, path)?,
        }
    }
    Ok(load)
}

/// What the kernel's own script runs.
fn mm(load: &mut Load, tests: &Selftests<'_>) -> Result<(), BootError> {
    let commands = listed(&tests.script()?);
    let mut names: Vec<String> = commands
        .iter()
        .filter(|(_, plain)| *plain)
        .map(|(words, _)| words[0].clone())
        .collect();
    names.sort();
    names.dedup();
    let made = tests.programs(&names)?;
    for (words, plain) in commands {
        let name = words.join(" ");
        if !plain {
            load.entries.push(Entry {
                suite: "mm".to_owned(),
                name,
                command: Vec::new(),
                reason: "its arguments are worked out by the kernel's script".to_owned(),
                left_out: true,
            });
            continue;
        }
        if let Ok(at) = names.binary_search(&words[0]) {
            load.put("mm", &name, words, made[at].clone());
        }
    }
    Ok(())
}

/// A program of the user's.
fn own(load: &mut Load, tests: &Selftests<'_>, path: &str) -> Result<(), BootError> {
    let source = std::fs::read_to_string(path).map_err(|source| BootError::Io {
        path: path.into(),
        source,
    })?;
    let stem = Path::new(path)
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let name: String = stem
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    let name = if name.is_empty() {
        "program".to_owned()
    } else {
        name
    };
    let made = tests.c_program(&name, &source)?;
    load.put(path, &name, vec![name.clone()], made);
    Ok(())
}

/// Says of every suite that it could not be set up.
pub(super) fn nothing(suites: &[String], why: &str) -> Load {
    let entries = suites.iter().map(|suite| Entry {
        suite: suite.clone(),
        name: suite.clone(),
        command: Vec::new(),
        reason: format!("the kernel's tests could not be set up: {why}"),
        left_out: false,
    });
    Load {
        entries: entries.collect(),
        files: Vec::new(),
    }
}
