//! Real kernels for tests: fetched once with ../shared/kernels/get, kept between runs.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// The folder with material that is shared with the tests, where there is one.
pub(crate) fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    folder.is_dir().then_some(folder)
}

/// Where kernels are kept: `PTEWARD_TEST_KERNELS`, or a folder in target/.
pub(crate) fn kept() -> PathBuf {
    std::env::var_os("PTEWARD_TEST_KERNELS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/test-kernels"),
        PathBuf::from,
    )
}

/// Fetches and unpacks a kernel: `("6.12", "")`, `("6.12=6.12.107-1~deb12u1", "")`, `("7.2", "sid")`.
/// `None`, with a line printed, where this machine cannot have it.
pub(crate) fn kernel(version: &str, suite: &str) -> Option<PathBuf> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _guard = ONE_AT_A_TIME
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let root = kept();
    let done = root.join(format!("unpacked-{version}"));
    if done.join("Makefile").is_file() {
        return Some(done);
    }
    let Some(shared) = shared() else {
        println!("skipped: ../shared is not here, so kernel {version} cannot be fetched");
        return None;
    };
    std::fs::create_dir_all(&root).unwrap();
    let mut get = Command::new(shared.join("kernels/get"));
    get.arg(version).arg(&root);
    if !suite.is_empty() {
        get.arg(suite);
    }
    let fetched = get.output().unwrap();
    if !fetched.status.success() {
        println!(
            "skipped: kernel {version} cannot be fetched: {}",
            String::from_utf8_lossy(&fetched.stderr)
        );
        return None;
    }
    let package = String::from_utf8(fetched.stdout).unwrap();
    let part = root.join(format!(".part-{version}"));
    let _absent = std::fs::remove_dir_all(&part);
    std::fs::create_dir_all(&part).unwrap();
    let script = "ar p \"$1\" data.tar.xz | tar xJO --wildcards './usr/src/*.tar.xz' | tar xJ --strip-components=1 -C \"$2\"";
    let status = Command::new("sh")
        .args(["-c", script, "sh", package.trim()])
        .arg(&part)
        .status()
        .unwrap();
    assert!(status.success(), "cannot unpack {package}");
    std::fs::rename(&part, &done).unwrap();
    Some(done)
}
