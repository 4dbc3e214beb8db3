//! A folder of its own for a test that runs the real program: workspace, home and files inside, nothing else touched.

use assert_cmd::Command;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder with a workspace.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Gives a path inside.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path as an argument.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Gives the program, to be run in this folder with nothing of the user's around it.
    pub(crate) fn program(&self) -> Command {
        let mut program = Command::cargo_bin("pteward").unwrap();
        program.env_clear();
        for name in ["PATH", "TMPDIR", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                program.env(name, value);
            }
        }
        program
            .env("HOME", self.path("home"))
            .env("PTEWARD_WORKSPACE", self.path("workspace"));
        program.current_dir(self.folder.path());
        program
    }

    /// Runs the program.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.program().args(args))
    }

    /// Lists every file inside but the workspace's, relative, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        list(self.folder.path(), self.folder.path(), &mut found);
        found.retain(|path| !path.starts_with("workspace"));
        found.sort();
        found
    }
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output
                .status
                .code()
                .expect("the program was killed by a signal"),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// Reads standard output as JSON Lines; every line must have `type` and `v`.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        let read = |line: &str| -> serde_json::Value {
            let value: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
            assert!(value["type"].is_string() && value["v"] == 1, "{line}");
            value
        };
        self.stdout.lines().map(read).collect()
    }

    /// Checks the exit code, and that an error is told the way of the house.
    pub(crate) fn fails(&self, code: i32, cause: &str, hint: &str) {
        assert_eq!(self.code, code, "{self:#?}");
        assert!(self.stderr.contains("error: failed to "), "{self:#?}");
        assert!(self.stderr.contains("\nhint: "), "{self:#?}");
        assert!(
            !self.stderr.contains("panicked") && !self.stderr.contains("has a fault"),
            "{self:#?}"
        );
        assert!(self.stderr.contains(cause), "no «{cause}» in {self:#?}");
        let hints = self.stderr.split("\nhint: ").nth(1).unwrap();
        assert!(hints.contains(hint), "no «{hint}» in the hint of {self:#?}");
    }
}

fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            list(root, &path, found);
        } else {
            found.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
}

/// The small tree of the catalogue.
pub(crate) fn small_tree() -> String {
    concat!(env!("CARGO_MANIFEST_DIR"), "/patches/small-tree").to_owned()
}

/// A file or folder of the catalogue.
pub(crate) fn specimen(name: &str) -> String {
    format!("{}/patches/{name}", env!("CARGO_MANIFEST_DIR"))
}
