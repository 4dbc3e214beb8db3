//! Real kernels, built once a run of the tests; who wants to boot them finds them here.

use crate::kernels;
use crate::sandbox::Ran;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A kernel that was built with the config `hmm`.
#[derive(Clone, Debug)]
pub(crate) struct BuiltKernel {
    /// The image to boot.
    pub(crate) image: PathBuf,
    /// The O= folder, with vmlinux in it.
    pub(crate) build: PathBuf,
    /// The sources that it was built of.
    pub(crate) source: PathBuf,
    /// The workspace; the kernel is registered in it by its version, as `6.12`.
    pub(crate) workspace: PathBuf,
    /// The build's line.
    pub(crate) line: Value,
}

/// Where the builds of tests are kept between runs.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-builds")
}

/// Runs the program in the workspace of built kernels.
pub(crate) fn pteward(arguments: &[&str]) -> Ran {
    let mut program = assert_cmd::Command::cargo_bin("pteward").unwrap();
    program
        .args(arguments)
        .env("PTEWARD_WORKSPACE", workspace());
    Ran::of(&mut program)
}

/// Holds the folders of built kernels, which one process at a time can work in. Who lays out another state puts the bare
/// kernel back.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static FOLDERS: Mutex<()> = Mutex::new(());
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Builds a kernel with the config `hmm`, at most once a run; what an earlier run left is built upon.
/// `None`, with a line printed, where this machine cannot.
pub(crate) fn built_kernel(version: &str, suite: &str) -> Option<BuiltKernel> {
    static BUILT: Mutex<BTreeMap<String, BuiltKernel>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kernel) = built.get(version) {
        return Some(kernel.clone());
    }
    for program in ["bwrap", "make", "gcc", "flex", "bison", "bc"] {
        if pteward::base::process::find(program).is_none() {
            println!("skipped: no {program}");
            return None;
        }
    }
    let source = kernels::kernel(version, suite)?;
    let source = std::fs::canonicalize(source).unwrap();
    let added = pteward(&["kernel", "add", version, source.to_str().unwrap()]);
    assert_eq!(added.code, 0, "{added:#?}");
    let ran = pteward(&["build", version, "--json"]);
    let lines = ran.lines();
    let line = lines.iter().find(|line| line["type"] == "build");
    let line = line.unwrap_or_else(|| panic!("{ran:#?}")).clone();
    assert_eq!(
        (ran.code, &line["outcome"]),
        (0, &"built".into()),
        "{line:#}"
    );
    let folder = workspace().join(format!("build/{version}-hmm"));
    let kernel = BuiltKernel {
        image: line["image"].as_str().unwrap().into(),
        build: folder.join("build"),
        source: folder.join("source"),
        workspace: workspace(),
        line,
    };
    built.insert(version.to_owned(), kernel.clone());
    Some(kernel)
}

#[test]
fn a_real_kernel_is_built_and_not_built_again() {
    let _alone = alone();
    let Some(kernel) = built_kernel("6.12", "") else {
        return;
    };
    assert_eq!(kernel.line["refused"], serde_json::json!([]));
    assert_eq!(kernel.line["sandboxed"], true);
    assert!(std::fs::metadata(&kernel.image).unwrap().len() > 1 << 20);
    assert!(kernel.build.join("vmlinux").is_file() && kernel.source.join("mm/rmap.c").is_file());
    assert!(kernel.workspace.join("pteward.db").is_file());
    // Another test may have left another state in the folder.
    pteward(&["build", "6.12", "--json"]);
    let ran = pteward(&["build", "6.12", "--json"]);
    let lines = ran.lines();
    let again = lines.iter().find(|line| line["type"] == "build").unwrap();
    assert_eq!(
        (&again["touched"], &again["image_id"]),
        (&0.into(), &kernel.line["image_id"])
    );
    assert!(again["objects"].as_u64().unwrap() < 5, "{again}");
    println!("a rebuild without a change took {} s", again["seconds"]);
}
