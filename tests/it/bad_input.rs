//! Bad input, through the real program: a clear message with what to do, the right exit code, nothing half-written, no
//! panic.

use crate::sandbox::{Ran, Sandbox, small_tree, specimen};
use std::io::Write as _;
use std::path::Path;

/// Applies a file to the small tree and writes below `out`.
fn apply(sandbox: &Sandbox, series: &str) -> Ran {
    sandbox.run(&["apply", series, "--on", &small_tree(), "-o", "out"])
}

/// A mail around a diff.
fn mail(diff: &str) -> String {
    format!(
        "From: Ada Specimen <ada@example.org>\nDate: Mon, 6 May 2024 07:08:09 +0200\nSubject: [PATCH] mm: try\n\nTry.\n\n\
         Signed-off-by: Ada Specimen <ada@example.org>\n---\n{diff}"
    )
}

/// A diff that fits the small tree.
const GOOD: &str = "\
diff --git a/mm/census.c b/mm/census.c
--- a/mm/census.c
+++ b/mm/census.c
@@ -1,4 +1,5 @@
 // SPDX-License-Identifier: MIT OR Apache-2.0
 /* Counts how a folio's pages are used. Every entry is asked what it is first. */
+/* And once more. */
 #include \"small.h\"
 
";

#[test]
fn files_that_hold_no_series() {
    let sandbox = Sandbox::new();
    let empty = sandbox.file("empty", "");
    apply(&sandbox, &empty).fails(2, "empty is empty", "another file");
    let garbage = sandbox.file("garbage", [0_u8, 159, 146, 150, 0, 1, 2, 3].repeat(500));
    apply(&sandbox, &garbage).fails(2, "neither a mail nor a diff", "give an mbox");
    let prose = sandbox.file("prose", "Dear reader,\n\nthere is nothing here.\n");
    apply(&sandbox, &prose).fails(2, "neither a mail nor a diff", "give an mbox");
    let chat = sandbox.file("chat", mail("No diff follows.\n"));
    apply(&sandbox, &chat).fails(2, "holds no patch", "mails that carry the diffs");
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    apply(&sandbox, "folder").fails(2, "holds no mails", "maildir");
    apply(&sandbox, "not-there").fails(2, "neither an imported series nor a file", "series list");
    for command in [
        &["series", "import", &empty][..],
        &["series", "show", &empty],
        &["review", &empty, "--on", "x"],
    ] {
        sandbox
            .run(command)
            .fails(2, "empty is empty", "another file");
    }
    assert!(!sandbox.path("out").exists());
    assert_eq!(
        sandbox.run(&["series", "list", "--json"]).lines().len(),
        1,
        "nothing was stored"
    );
}

#[test]
fn the_good_diff_is_good() {
    let sandbox = Sandbox::new();
    let ran = apply(&sandbox, &sandbox.file("good.patch", mail(GOOD)));
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert_eq!(sandbox.files(), ["good.patch", "out/mm/census.c"]);
}

#[test]
fn a_truncated_mbox_says_what_is_missing() {
    let whole = std::fs::read_to_string(specimen("clean-apply/series.mbox")).unwrap();
    let sandbox = Sandbox::new();
    // Within the second patch's hunk.
    let cut = sandbox.file("cut.mbox", &whole[..whole.find("\t\t\tcontinue;").unwrap()]);
    let ran = apply(&sandbox, &cut);
    assert_eq!(ran.code, 3, "{ran:#?}");
    assert!(
        ran.stderr.contains("patch 2, line ") && ran.stderr.contains("hunk"),
        "{ran:#?}"
    );
    assert!(
        !sandbox.path("out").exists(),
        "half a series is not written"
    );
    // Before the second patch.
    let cut = sandbox.file(
        "cut2.mbox",
        &whole[..whole.rfind("\nFrom 0000").unwrap() + 1],
    );
    let ran = sandbox.run(&["series", "import", &cut]);
    assert_eq!(ran.code, 0, "{ran:#?}");
    assert!(
        ran.stdout.contains("1 of 2 patches") && ran.stderr.contains("missing: 2"),
        "{ran:#?}"
    );
}

#[test]
fn counts_that_lie() {
    let sandbox = Sandbox::new();
    for (name, header) in [
        ("more", "@@ -1,9 +1,10 @@"),
        ("fewer", "@@ -1,2 +1,2 @@"),
        ("huge", "@@ -1,4294967295 +1,4294967295 @@"),
    ] {
        let series = sandbox.file(name, mail(&GOOD.replace("@@ -1,4 +1,5 @@", header)));
        let ran = apply(&sandbox, &series);
        assert!(ran.code == 3 || ran.code == 0, "{name}: {ran:#?}");
        assert!(
            ran.stderr.contains("line ") && ran.stderr.contains("hunk"),
            "{name}: told: {ran:#?}"
        );
        if ran.code == 3 {
            assert!(!sandbox.path("out").exists(), "{name}");
        }
    }
}

#[test]
fn paths_that_leave_the_tree() {
    let sandbox = Sandbox::new();
    for (name, path) in [
        ("up", "../outside"),
        ("inner", "mm/../../outside"),
        ("absolute", "/outside"),
        ("git", ".git/hooks/x"),
        ("case", "mm/.GiT/config"),
        ("nul", "mm/\\000x"),
    ] {
        let diff = format!(
            "diff --git \"a/{path}\" \"b/{path}\"\nnew file mode 100755\n--- /dev/null\n+++ \"b/{path}\"\n@@ -0,0 +1 @@\n+x\n"
        );
        let ran = apply(&sandbox, &sandbox.file(name, mail(&diff)));
        assert_eq!(ran.code, 3, "{name}: {ran:#?}");
        assert!(ran.stdout.contains("refused"), "{name}: {ran:#?}");
    }
    assert!(!sandbox.path("out").exists() && !sandbox.path("outside").exists());
}

#[test]
fn a_symlink_in_the_way() {
    let sandbox = Sandbox::new();
    // In the kernel: nothing is read through it.
    std::fs::create_dir_all(sandbox.path("tree")).unwrap();
    sandbox.file("tree/Makefile", "VERSION = 1\nPATCHLEVEL = 2\n");
    std::os::unix::fs::symlink(Path::new(&small_tree()).join("mm"), sandbox.path("tree/mm"))
        .unwrap();
    let series = sandbox.file("good.patch", mail(GOOD));
    let ran = sandbox.run(&["apply", &series, "--on", "tree", "-o", "out"]);
    assert_eq!(ran.code, 3, "{ran:#?}");
    // In the output: nothing is written through it.
    std::fs::create_dir_all(sandbox.path("elsewhere")).unwrap();
    std::fs::create_dir_all(sandbox.path("out")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("elsewhere"), sandbox.path("out/mm")).unwrap();
    apply(&sandbox, &series).fails(2, "symlink", "");
    assert_eq!(
        std::fs::read_dir(sandbox.path("elsewhere"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn bytes_that_are_no_text() {
    let sandbox = Sandbox::new();
    let mut nul = mail(GOOD).into_bytes();
    let at = nul
        .windows(9)
        .position(|window| window == b"once more")
        .unwrap();
    nul[at] = 0;
    let ran = apply(&sandbox, &sandbox.file("nul.patch", &nul));
    assert!(ran.code == 0 || ran.code == 3, "{ran:#?}");
    assert!(ran.stderr.contains("NUL"), "{ran:#?}");
    let mut latin = mail(GOOD).into_bytes();
    latin[at] = 0xe9;
    let ran = apply(&sandbox, &sandbox.file("latin.patch", &latin));
    assert_eq!(ran.code, 0, "{ran:#?}");
    let written = std::fs::read(sandbox.path("out/mm/census.c")).unwrap();
    assert!(
        written.windows(9).any(|window| window == b"\xe9nce more"),
        "the byte is kept as posted"
    );
    // Terminal sequences in a subject show as text.
    let escape = mail(GOOD).replace("mm: try", "mm: \u{1b}[31mred\u{202e}");
    let ran = apply(&sandbox, &sandbox.file("escape.patch", escape));
    assert!(
        !ran.stdout.contains('\u{1b}') && ran.stdout.contains("<U+001B>[31mred<U+202E>"),
        "{ran:#?}"
    );
}

#[test]
fn what_is_no_kernel() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("empty")).unwrap();
    sandbox.file("readme/README", "no kernel");
    sandbox.file("other/Makefile", "all:\n\ttrue\n");
    let tarball = sandbox.file("kernel.tar.xz", "not a tarball");
    let deb = sandbox.file("kernel.deb", "!<arch>\n");
    for source in ["empty", "readme", "other"] {
        sandbox
            .run(&["kernel", "add", "k", source])
            .fails(2, "holds no kernel", "top folder");
        sandbox
            .run(&["audit", source])
            .fails(2, "holds no kernel", "top folder");
    }
    for source in [
        tarball.as_str(),
        &deb,
        "not-there",
        "not/there@v6.1",
        "apt:../x",
        "",
    ] {
        let ran = sandbox.run(&["kernel", "add", "k", source]);
        ran.fails(2, "", "");
    }
    assert_eq!(
        sandbox.run(&["kernel", "list", "--json"]).lines().len(),
        1,
        "nothing was registered"
    );
    let cache = sandbox.path("workspace/cache/kernels");
    let left: Vec<_> = std::fs::read_dir(cache)
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert!(
        left.iter().all(|name| name == ".lock"),
        "nothing half-unpacked is left: {left:?}"
    );
}

#[test]
fn a_locked_database() {
    let sandbox = Sandbox::new();
    assert_eq!(
        sandbox.run(&["kernel", "add", "small", &small_tree()]).code,
        0
    );
    let other = rusqlite::Connection::open(sandbox.path("workspace/pteward.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    sandbox
        .run(&["kernel", "add", "more", &small_tree()])
        .fails(69, "another pteward is writing", "try again");
    // Reading goes on meanwhile.
    assert_eq!(sandbox.run(&["kernel", "list", "--json"]).lines().len(), 2);
}

#[test]
fn a_damaged_database() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("workspace/pteward.db");
    let fresh = || {
        drop(std::fs::remove_dir_all(sandbox.path("workspace")));
        assert_eq!(sandbox.run(&["audit", &small_tree()]).code, 1);
        // Closing the last connection has moved everything into the one file.
        assert!(!sandbox.path("workspace/pteward.db-wal").exists());
    };
    fresh();
    let whole = std::fs::read(&path).unwrap();
    // Half of the file: the rest was never written.
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    sandbox
        .run(&["report"])
        .fails(2, "pteward.db", "move it away");
    // No database at all.
    std::fs::write(&path, "half a wish\n".repeat(100)).unwrap();
    sandbox
        .run(&["kernel", "list"])
        .fails(2, "is not a database", "move it away");
    assert_eq!(
        std::fs::read(&path).unwrap(),
        "half a wish\n".repeat(100).as_bytes(),
        "it is left as it was"
    );
    // Somebody else's.
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE mine (x)")
        .unwrap();
    sandbox
        .run(&["kernel", "list"])
        .fails(2, "database of another program", "--workspace");
    // A newer pteward's.
    fresh();
    rusqlite::Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 999)
        .unwrap();
    sandbox
        .run(&["kernel", "list"])
        .fails(2, "newer pteward", "--workspace");
    // An empty file is a database to be: SQLite makes one before it writes to it.
    std::fs::write(&path, "").unwrap();
    assert_eq!(sandbox.run(&["kernel", "list"]).code, 0);
}

#[test]
fn a_workspace_that_cannot_be() {
    let sandbox = Sandbox::new();
    sandbox.file("file", "x");
    sandbox
        .run(&["kernel", "list", "--workspace", "file/below"])
        .fails(2, "cannot use the workspace", "--workspace");
    let ran = Ran::of(sandbox.program().args(["report", "-o", "file/below"]));
    ran.fails(2, "file/below", "-o");
}

#[test]
fn a_full_standard_output() {
    let sandbox = Sandbox::new();
    let program = assert_cmd::cargo::cargo_bin("pteward");
    let mut shell = assert_cmd::Command::new("bash");
    let script = "\"$0\" audit \"$1\" > /dev/full";
    shell.args(["-c", script, program.to_str().unwrap(), &small_tree()]);
    let ran = Ran::of(shell.env("PTEWARD_WORKSPACE", sandbox.path("workspace")));
    assert_eq!(ran.code, 69, "{ran:#?}");
    assert!(
        ran.stderr.contains("No space left") && ran.stderr.contains("hint: "),
        "{ran:#?}"
    );
}

/// A small file system in memory, where this process may mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: std::path::PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir(&at).unwrap();
        let mut mount = assert_cmd::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&at);
        mount
            .output()
            .is_ok_and(|output| output.status.success())
            .then_some(Self(at))
    }

    /// Fills what is left, but for `spare` bytes.
    fn fill(&self, spare: usize) {
        let mut file = std::fs::File::create(self.0.join("filler")).unwrap();
        let mut written = 0_u64;
        while file.write_all(&[1; 4096]).is_ok() {
            written += 4096;
        }
        file.set_len(written.saturating_sub(spare as u64)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(assert_cmd::Command::new("umount").arg(&self.0).output());
    }
}

#[test]
fn a_full_disk() {
    let sandbox = Sandbox::new();
    let Some(disk) = SmallDisk::mount(sandbox.path("disk"), "2m") else {
        println!("skipped: this process may not mount a tmpfs");
        return;
    };
    let on_disk = |name: &str| disk.0.join(name).to_str().unwrap().to_owned();
    let series = specimen("clean-apply/series.mbox");
    // No room for the workspace, at several sizes: making it, migrating it, storing into it.
    for (round, spare) in [0, 8 << 10, 64 << 10, 200 << 10, 400 << 10]
        .into_iter()
        .enumerate()
    {
        disk.fill(spare);
        let workspace = on_disk(&format!("workspace{round}"));
        let ran = sandbox.run(&["audit", &small_tree(), "--workspace", &workspace]);
        // The small tree has a caller that is not prepared: 1 is the audit's own answer.
        if ran.code != 1 {
            ran.fails(69, "no space left", "make room");
        }
        std::fs::remove_file(on_disk("filler")).unwrap();
        // With room again it works, and the audit is there once or not at all.
        let report = sandbox.run(&["audit", &small_tree(), "--workspace", &workspace, "--json"]);
        assert_eq!(report.code, 1, "after {spare}: {report:#?}");
        std::fs::remove_dir_all(&workspace).unwrap();
    }
    disk.fill(8 << 10);
    let ran = sandbox.run(&[
        "review",
        &series,
        "--on",
        &small_tree(),
        "-o",
        &on_disk("report"),
    ]);
    ran.fails(69, "no space left", "make room");
    let left: Vec<_> = std::fs::read_dir(on_disk("report"))
        .into_iter()
        .flatten()
        .collect();
    assert!(left.is_empty(), "no half report: {left:?}");
    std::fs::remove_file(on_disk("filler")).unwrap();
    disk.fill(0);
    let ran = sandbox.run(&[
        "apply",
        &series,
        "--on",
        &small_tree(),
        "-o",
        &on_disk("out"),
    ]);
    ran.fails(69, "", "space");
    assert!(!disk.0.join("out/mm/census.c").exists(), "no half file");
}

#[test]
fn a_patch_of_200_megabytes() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("large.patch");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    file.write_all(mail(GOOD).as_bytes()).unwrap();
    let line = format!("+{}\n", "x".repeat(99));
    let lines = 200 * (1 << 20) / line.len();
    write!(file, "diff --git a/mm/large.c b/mm/large.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/large.c\n@@ -0,0 +1,{lines} @@\n").unwrap();
    for _ in 0..lines {
        file.write_all(line.as_bytes()).unwrap();
    }
    file.into_inner().unwrap();
    let program = assert_cmd::cargo::cargo_bin("pteward");
    let mut shell = assert_cmd::Command::new("bash");
    // Address space, in KiB: more than memory in use, so that a pass is a pass.
    let script = "ulimit -v 2000000; exec \"$0\" review \"$1\" --on \"$2\" --json";
    shell.args([
        "-c",
        script,
        program.to_str().unwrap(),
        path.to_str().unwrap(),
        &small_tree(),
    ]);
    let start = std::time::Instant::now();
    let ran = Ran::of(shell.env("PTEWARD_WORKSPACE", sandbox.path("workspace")));
    println!("200 MB took {:?}", start.elapsed());
    assert_eq!(ran.code, 0, "{ran:#?}");
    let grades: Vec<String> = ran
        .lines()
        .iter()
        .filter(|line| line["type"] == "hunk")
        .map(|line| line["grade"].to_string())
        .collect();
    assert_eq!(grades, ["\"exact\"", "\"exact\""]);
}
