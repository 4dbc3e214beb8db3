//! The command line: help, names, JSON, colours, pipes, and the reference in the docs.

use crate::sandbox::{Ran, Sandbox, small_tree, specimen};
use std::path::Path;

#[test]
fn cli_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let page = pteward::cli::reference::page();
    if std::env::var_os("PTEWARD_BLESS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "docs/cli.md is out of date; run PTEWARD_BLESS=1 cargo test --test it cli_reference"
    );
}

#[test]
fn help_and_version_go_to_standard_output() {
    let sandbox = Sandbox::new();
    for args in [
        &["--help"][..],
        &["--version"],
        &["help", "apply"],
        &["kernel", "add", "-h"],
    ] {
        let ran = sandbox.run(args);
        assert!(
            ran.code == 0 && !ran.stdout.is_empty() && ran.stderr.is_empty(),
            "{args:?}: {ran:#?}"
        );
    }
    for args in [
        &[][..],
        &["nonsense"],
        &["apply"],
        &["apply", "x"],
        &["audit", "a", "b"],
        &["report", "--json"],
    ] {
        let ran = sandbox.run(args);
        assert!(
            ran.code == 2 && ran.stdout.is_empty() && !ran.stderr.is_empty(),
            "{args:?}: {ran:#?}"
        );
    }
    assert!(
        !sandbox.path("workspace").exists(),
        "asking for help makes no workspace"
    );
}

#[test]
fn completions_and_man_pages() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = sandbox.run(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.contains("review"), "{shell}");
    }
    assert!(sandbox.run(&["man"]).stdout.starts_with(".ie"));
    assert_eq!(sandbox.run(&["man", "-o", "man1"]).code, 0);
    for page in ["pteward.1", "pteward-kernel-add.1", "pteward-review.1"] {
        assert!(sandbox.path("man1").join(page).is_file(), "{page}");
    }
}

#[test]
fn kernels_go_by_name_or_source() {
    let sandbox = Sandbox::new();
    let tree = small_tree();
    let added = sandbox
        .run(&["kernel", "add", "small", &tree, "--json"])
        .lines();
    assert_eq!(added[0]["type"], "kernel");
    assert_eq!(added[0]["version"], "0.6.1-small");
    let by_name = sandbox.run(&["audit", "small", "--json"]).lines();
    let by_source = sandbox.run(&["audit", &tree, "--json"]).lines();
    assert_eq!(by_name[0]["name"], "small");
    assert!(by_name.len() > 20 && by_name[1..] == by_source[1..]);
    let listed = sandbox.run(&["kernel", "list", "--json"]).lines();
    assert_eq!((listed.len(), &listed[0]["name"]), (2, &added[0]["name"]));
    // The same again is fine; another source under the same name is not.
    assert_eq!(sandbox.run(&["kernel", "add", "small", &tree]).code, 0);
    sandbox.file("other/Makefile", "VERSION = 9\nPATCHLEVEL = 9\n");
    sandbox.run(&["kernel", "add", "small", "other"]).fails(
        2,
        "small is registered",
        "choose another name",
    );
    // A registered name wins over a folder; ./NAME is the folder.
    assert_eq!(sandbox.run(&["kernel", "add", "other", &tree]).code, 0);
    assert!(
        sandbox
            .run(&["kernel", "show", "other"])
            .stdout
            .contains("0.6.1-small")
    );
    assert!(
        sandbox
            .run(&["kernel", "show", "./other"])
            .stdout
            .contains("9.9")
    );
    sandbox
        .run(&["kernel", "add", "a/b", &tree])
        .fails(2, "cannot be a name", "letters");
}

#[test]
fn relative_sources_stay_what_they_were() {
    let sandbox = Sandbox::new();
    sandbox.file("here/Makefile", "VERSION = 9\nPATCHLEVEL = 9\n");
    std::fs::create_dir(sandbox.path("there")).unwrap();
    assert_eq!(sandbox.run(&["kernel", "add", "nine", "here"]).code, 0);
    let shown = Ran::of(
        sandbox
            .program()
            .args(["kernel", "show", "nine"])
            .current_dir(sandbox.path("there")),
    );
    assert!(
        shown.code == 0 && shown.stdout.contains("9.9"),
        "{shown:#?}"
    );
}

#[test]
fn a_revision_stays_the_commit_it_was() {
    let sandbox = Sandbox::new();
    let git = |args: &[&str]| {
        let mut git = assert_cmd::Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(args);
        let ran = Ran::of(git.current_dir(sandbox.path("repo")));
        assert_eq!(ran.code, 0, "{ran:#?}");
        ran.stdout.trim().to_owned()
    };
    sandbox.file("repo/Makefile", "VERSION = 9\nPATCHLEVEL = 1\n");
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    assert_eq!(sandbox.run(&["kernel", "add", "k", "repo@main"]).code, 0);
    sandbox.file("repo/Makefile", "VERSION = 9\nPATCHLEVEL = 2\n");
    git(&["commit", "-q", "-a", "-m", "two"]);
    let shown = &sandbox.run(&["kernel", "show", "k", "--json"]).lines()[0];
    assert_eq!(shown["version"], "9.1");
    assert_eq!(shown["commit"], git(&["rev-parse", "HEAD~1"]));
    let now = &sandbox
        .run(&["kernel", "show", "repo@main", "--json"])
        .lines()[0];
    assert_eq!(now["version"], "9.2");
    // A range of commits is a series.
    let posted = sandbox
        .run(&["series", "show", "repo@HEAD~1..HEAD", "--json"])
        .lines();
    assert_eq!(
        (&posted[0]["type"], &posted[0]["subject"]),
        (&"post".into(), &"two".into())
    );
}

#[test]
fn series_go_by_name_path_or_standard_input() {
    let sandbox = Sandbox::new();
    let path = specimen("clean-apply/series.mbox");
    let imported = sandbox
        .run(&["series", "import", &path, "--name", "device", "--json"])
        .lines();
    assert_eq!(
        (&imported[0]["name"], &imported[0]["present"]),
        (&"device".into(), &2.into())
    );
    let mail = std::fs::read(&path).unwrap();
    let piped = Ran::of(
        sandbox
            .program()
            .args(["series", "import", "-"])
            .write_stdin(mail),
    );
    assert!(
        piped.code == 0 && piped.stdout.contains("known already as device"),
        "{piped:#?}"
    );
    let by_name = sandbox.run(&["series", "show", "device", "--json"]);
    assert_eq!(
        by_name.stdout,
        sandbox.run(&["series", "show", &path, "--json"]).stdout
    );
    let posts = by_name.lines();
    assert_eq!(posts[1]["trailers"][1]["key"], "Cc");
    assert_eq!(posts[1]["version"], 2);
    let shown = sandbox.run(&["series", "show", "device"]).stdout;
    assert!(
        shown.contains("Signed-off-by: Ada Specimen") && shown.contains("mm/census.c  1 hunk"),
        "{shown}"
    );
    let applied = sandbox.run(&["apply", "device", "--on", &small_tree()]);
    assert!(
        applied.code == 0 && applied.stdout.contains("proved"),
        "{applied:#?}"
    );
    // Several paths are read together.
    let two = [specimen("fixes-a-caller"), specimen("breaks-a-caller")];
    let ran = sandbox.run(&["series", "import", &two[0], &two[1], "--json"]);
    assert_eq!(ran.lines().len(), 3, "{ran:#?}");
    sandbox
        .run(&["apply", &two[0], &two[1], "--on", &small_tree()])
        .fails(2, "holds 2 series", "name one");
    sandbox
        .run(&["series", "import", &two[0], &two[1], "--name", "x"])
        .fails(2, "cannot share", "--name");
}

#[test]
fn colours_are_asked_for_and_results_are_quiet() {
    let sandbox = Sandbox::new();
    let args = ["audit", &small_tree()];
    let plain = sandbox.run(&args);
    // The small tree has a caller that is not prepared.
    assert_eq!(
        (plain.code, plain.stderr.as_str()),
        (1, ""),
        "no progress where no terminal is"
    );
    assert!(!plain.stdout.contains('\u{1b}'));
    let colour = Ran::of(sandbox.program().args(args).args(["--color", "always"]));
    assert!(colour.stdout.contains("\u{1b}["));
    let never = Ran::of(sandbox.program().args(args).args(["--color", "never"]));
    assert_eq!(never.stdout, plain.stdout);
    assert!(plain.stdout.lines().all(|line| !line.ends_with(' ')));
}

#[test]
fn the_workspace_has_three_places() {
    let sandbox = Sandbox::new();
    let list = |change: &dyn Fn(&mut assert_cmd::Command)| {
        let mut program = sandbox.program();
        program.args(["kernel", "list"]);
        change(&mut program);
        assert_eq!(Ran::of(&mut program).code, 0);
    };
    list(&|program| {
        program.args(["--workspace", "given"]);
    });
    assert!(sandbox.path("given/pteward.db").is_file() && !sandbox.path("workspace").exists());
    list(&|program| {
        program.env_remove("PTEWARD_WORKSPACE");
        program.env("XDG_STATE_HOME", sandbox.path("state"));
    });
    assert!(sandbox.path("state/pteward/pteward.db").is_file());
    list(&|program| {
        program.env("PTEWARD_WORKSPACE", "");
    });
    assert!(
        sandbox
            .path("home/.local/state/pteward/pteward.db")
            .is_file()
    );
    let mut lost = sandbox.program();
    lost.args(["kernel", "list"])
        .env_remove("PTEWARD_WORKSPACE")
        .env_remove("HOME");
    Ran::of(&mut lost).fails(2, "neither XDG_STATE_HOME nor HOME", "--workspace");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let sandbox = Sandbox::new();
    let program = assert_cmd::cargo::cargo_bin("pteward");
    let tree = small_tree();
    let mut shell = assert_cmd::Command::new("bash");
    // The reader is gone before the first byte: `sleep` holds the writer back, PIPESTATUS tells its exit.
    let script = "{ sleep 0.3; \"$0\" audit \"$1\" --json; } | true; echo ${PIPESTATUS[0]}";
    shell
        .args(["-c", script, program.to_str().unwrap(), &tree])
        .env("PTEWARD_WORKSPACE", sandbox.path("workspace"));
    let ran = Ran::of(&mut shell);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("0\n", ""),
        "{ran:#?}"
    );
}

#[test]
fn the_doctor_names_what_is_there() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(&["doctor", "--json"]);
    let lines = ran.lines();
    let lacking = lines
        .iter()
        .any(|line| line["used"] == true && line["present"] == false);
    assert_eq!(ran.code, if lacking { 69 } else { 0 }, "{ran:#?}");
    assert!(
        lines.iter().any(|line| line["used"] == false),
        "later capabilities are marked as not used"
    );
    assert!(
        !sandbox.path("workspace").exists(),
        "looking makes no workspace"
    );
    let mut bare = sandbox.program();
    let bare = Ran::of(bare.args(["doctor"]).env("PATH", sandbox.path("nothing")));
    assert_eq!(bare.code, 69);
    assert!(
        bare.stdout.contains("no apt-get") && bare.stdout.contains("apt-get install make"),
        "{bare:#?}"
    );
    // And what the doctor says is what a command meets.
    let mut apt = sandbox.program();
    apt.args(["kernel", "add", "k", "apt:linux-source-6.12"])
        .env("PATH", sandbox.path("nothing"));
    Ran::of(&mut apt).fails(69, "apt-get is not on this machine", "tarball");
}
