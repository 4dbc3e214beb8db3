//! Guests that go wrong in every way, played by a shell in place of QEMU.

use super::*;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Keeps what was heard.
#[derive(Default)]
struct Ear {
    console: Vec<String>,
    programs: BTreeMap<String, (Vec<String>, Option<ProgramEnd>)>,
    lines: usize,
}

impl Hear for Ear {
    fn hear(&mut self, heard: Heard<'_>) {
        self.lines += 1;
        match heard {
            Heard::Console(line) if self.console.len() < 100 => self.console.push(line.to_owned()),
            Heard::Console(_) => {}
            Heard::Begin(name) => {
                self.programs.insert(name.to_owned(), (Vec::new(), None));
            }
            Heard::Output(line) => self
                .programs
                .values_mut()
                .last()
                .unwrap()
                .0
                .push(line.to_owned()),
            Heard::End(name, end) => self.programs.get_mut(name).unwrap().1 = Some(end.clone()),
        }
    }
}

struct Stage {
    folder: tempfile::TempDir,
    machine: Machine,
    initramfs: Initramfs,
}

/// Sets up a guest that a shell script plays. `F` is what our own program's lines begin with.
fn stage(script: &str) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("image"), "").unwrap();
    let guest = Guest {
        init: b"init".to_vec(),
        busybox: b"busybox".to_vec(),
    };
    let program = |name: &str| Program {
        name: name.to_owned(),
        command: vec!["x".to_owned()],
        limit: 9,
    };
    let plan = Plan {
        programs: vec![program("a"), program("b")],
        ..Plan::default()
    };
    let initramfs = Initramfs::write(&path("initramfs"), &guest, &[], &plan).unwrap();
    let text = format!("#!/bin/sh\nF='#{}'\n{script}\n", initramfs.nonce);
    std::fs::write(path("qemu"), text).unwrap();
    std::fs::set_permissions(path("qemu"), PermissionsExt::from_mode(0o755)).unwrap();
    let machine = Machine {
        image: path("image"),
        memory: 64,
        cpus: 1,
        accel: Accel::Tcg,
        total: Duration::from_secs(20),
        silence: Duration::from_secs(10),
        append: String::new(),
        console: path("console.gz"),
        instead: Some(path("qemu")),
        notes: None,
    };
    Stage {
        folder,
        machine,
        initramfs,
    }
}

impl Stage {
    fn boot(&self) -> (Result<Booted, BootError>, Ear) {
        let mut ear = Ear::default();
        let booted = boot(&self.machine, &self.initramfs, &mut ear);
        (booted, ear)
    }

    fn outcome(&self) -> (Outcome, String) {
        let booted = self.boot().0.unwrap();
        (booted.outcome, booted.reason)
    }
}

fn unpack(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

const UP: &str = "echo '[ 0.1] up'; echo \"$F hello\" >&2; echo \"$F begin 0\" >&2;";

#[test]
fn a_guest_is_finished_by_its_own_word() {
    let stage = stage(&format!(
        "{UP} echo '|1..1' >&2; echo '|ok 1 long' >&2; echo '+er' >&2; echo \"$F end 0 exit 0\" >&2
         echo \"$F begin 1\" >&2; echo \"$F end 1 signal 11\" >&2; echo \"$F note /sys/x: no\" >&2; echo \"$F done\" >&2; sleep 60"
    ));
    let begun = Instant::now();
    let (booted, ear) = stage.boot();
    let booted = booted.unwrap();
    assert_eq!(
        (booted.outcome, booted.reason.as_str()),
        (Outcome::Finished, "")
    );
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "what is done is not waited for"
    );
    assert_eq!(
        ear.programs["a"],
        (
            vec!["1..1".into(), "ok 1 longer".into()],
            Some(ProgramEnd::Exit(0))
        )
    );
    assert_eq!(ear.programs["b"].1, Some(ProgramEnd::Signal(11)));
    assert_eq!(booted.notes, ["/sys/x: no"]);
    let console = String::from_utf8(unpack(&booted.console.path)).unwrap();
    assert!(
        console.contains("[ 0.1] up\n") && console.contains("|ok 1 longer\n"),
        "{console}"
    );
    assert!(!console.contains(&stage.initramfs.nonce));
    assert!(
        booted
            .by_hand
            .starts_with("qemu-system-x86_64 -machine q35 -accel tcg "),
        "{}",
        booted.by_hand
    );
}

#[test]
fn ways_not_to_boot_are_told_apart() {
    let no_init = stage(
        "echo '[ 1.0] Kernel panic - not syncing: No working init found.  Try passing init= option'",
    );
    let (outcome, reason) = no_init.outcome();
    assert_eq!(outcome, Outcome::NoBoot);
    assert!(
        reason.starts_with("the kernel found no first program"),
        "{reason}"
    );
    let (outcome, reason) = stage("echo 'Kernel panic - not syncing: stack is corrupt'").outcome();
    assert_eq!(outcome, Outcome::NoBoot);
    assert!(
        reason.starts_with("the kernel panicked before its first program: stack"),
        "{reason}"
    );
    let (outcome, reason) = stage("echo '[ 0.0] Linux'").outcome();
    assert_eq!(
        (outcome, reason.as_str()),
        (
            Outcome::NoBoot,
            "the guest switched itself off before its end, before the guest's first program"
        )
    );
    let mut silent = stage("echo '[ 0.0] Linux'; sleep 60");
    silent.machine.silence = Duration::from_millis(300);
    let (outcome, reason) = silent.outcome();
    assert_eq!(outcome, Outcome::NoBoot);
    assert!(reason.starts_with("nothing was said for 0.3 s"), "{reason}");
}

#[test]
fn ways_to_go_wrong_are_told_apart() {
    let panic = format!(
        "{UP} echo '|1..2' >&2; sleep 0.2; echo '[ 2.0] Kernel panic - not syncing: Fatal exception'; echo '[ 2.1] ---[ end Kernel panic - not syncing ]---'; sleep 60"
    );
    let (booted, ear) = stage(&panic).boot();
    let booted = booted.unwrap();
    assert_eq!(
        (booted.outcome, booted.reason.as_str()),
        (Outcome::Panic, "the kernel panicked: Fatal exception")
    );
    assert!(
        matches!(&ear.programs["a"].1, Some(ProgramEnd::Lost(why)) if why.contains("Fatal exception"))
    );
    assert!(
        booted
            .tail
            .iter()
            .any(|line| line.contains("Fatal exception"))
    );

    let mut hang = stage(&format!("{UP} sleep 60"));
    hang.machine.silence = Duration::from_millis(300);
    assert_eq!(hang.outcome().0, Outcome::Hang);

    let mut chatter = stage(&format!("{UP} while :; do echo '|and on' >&2; done"));
    chatter.machine.total = Duration::from_millis(700);
    assert_eq!(chatter.outcome().0, Outcome::Timeout);

    let (outcome, reason) = stage(&format!("{UP} exit 0")).outcome();
    assert_eq!(
        (outcome, reason.as_str()),
        (
            Outcome::Lost,
            "the guest switched itself off before its end"
        )
    );

    let (outcome, reason) = stage(&format!("{UP} kill -9 $$")).outcome();
    assert_eq!(
        (outcome, reason.as_str()),
        (Outcome::Lost, "QEMU was killed by signal 9")
    );
    // Under bubblewrap a signal is told as a code.
    assert_eq!(
        stage(&format!("{UP} exit 137")).outcome().1,
        "QEMU was killed by signal 9"
    );
}

#[test]
fn what_is_missing_is_an_error_with_advice() {
    let mut no_image = stage("");
    no_image.machine.image = PathBuf::from("/nowhere/bzImage");
    assert!(matches!(no_image.boot().0, Err(BootError::NoImage { .. })));
    let refused = stage("echo 'qemu-system-x86_64: cannot set up guest memory' >&2; exit 1");
    assert!(
        matches!(refused.boot().0, Err(BootError::Qemu { words }) if words.contains("guest memory"))
    );
    let mut gone = stage("");
    gone.machine.instead = Some(gone.folder.path().join("none"));
    assert!(matches!(gone.boot().0, Err(BootError::Io { .. })));
    let error = guest::busybox(&["/nowhere/busybox"])
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("install it with `apt-get install busybox-static`"),
        "{error}"
    );
    // A program that needs a loader would not run in the guest.
    let shell = std::fs::canonicalize("/bin/cat").unwrap();
    assert!(guest::busybox(&[shell.to_str().unwrap()]).is_err());
}

#[test]
fn a_full_disk_stops_the_guest() {
    let mut full = stage(&format!(
        "{UP} while :; do echo '[ 1.0] some words to fill the disk with'; done"
    ));
    full.machine.console = PathBuf::from("/dev/full");
    let begun = Instant::now();
    let error = full.boot().0.unwrap_err();
    assert!(
        matches!(&error, BootError::Log { source, .. } if source.kind() == std::io::ErrorKind::StorageFull),
        "{error}"
    );
    assert!(begun.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_hundred_megabytes_of_console_are_cut_and_counted() {
    let noisy = stage(&format!(
        "{UP} yes '[ 1.0] 0123456789012345678901234567890123456789' | head -c 104857600; echo \"$F done\" >&2; sleep 9"
    ));
    let (booted, ear) = noisy.boot();
    let booted = booted.unwrap();
    assert_eq!(booted.outcome, Outcome::Finished);
    assert!(booted.console.bytes <= 64 << 20 && booted.console.bytes > 63 << 20);
    assert!(booted.console.bytes + booted.console.cut > 100 << 20);
    assert!(ear.lines > 2_000_000, "all of it was heard: {}", ear.lines);
    let size = std::fs::metadata(&booted.console.path).unwrap().len();
    assert!(size < 4 << 20, "{size}");
}

#[test]
fn binary_bytes_are_kept_and_shown() {
    let binary = stage(&format!(
        "{UP} printf '[ 1.0] \\000\\377\\033[2J\\n'; head -c 100000 /dev/zero; echo; printf '|ok 1 \\200\\n' >&2; sleep 0.3; echo \"$F done\" >&2; sleep 9"
    ));
    let (booted, ear) = binary.boot();
    let booted = booted.unwrap();
    assert_eq!(booted.outcome, Outcome::Finished);
    assert!(
        ear.console
            .iter()
            .any(|line| line.contains("<FF><U+001B>[2J")),
        "{:?}",
        &ear.console
    );
    assert!(ear.console.iter().all(|line| line.len() < 100_000));
    assert_eq!(ear.programs["a"].0, ["ok 1 <80>"]);
    assert!(
        unpack(&booted.console.path)
            .windows(2)
            .any(|pair| pair == b"\x00\xff")
    );
}

#[test]
fn a_test_cannot_end_the_guest_or_speak_for_another() {
    // What a program can do is print: every line of it comes behind a mark.
    let forged = format!(
        "{UP} echo '|#0123456789abcdef0123456789abcdef done' >&2; echo '|#guess begin 1' >&2
         echo '#0123456789abcdef0123456789abcdef done' >&2; echo \"#${{F#\\#}}x done\" >&2; echo '# done' >&2; echo \"$F begin 77\" >&2; echo \"$F end 1 exit 0\" >&2
         echo 'pteward: done'; sleep 0.3; exit 0"
    );
    let (booted, ear) = stage(&forged).boot();
    let booted = booted.unwrap();
    assert_eq!(booted.outcome, Outcome::Lost, "{}", booted.reason);
    assert!(!ear.programs.contains_key("b"));
    assert_eq!(ear.programs["a"].0.len(), 2);
    assert!(matches!(ear.programs["a"].1, Some(ProgramEnd::Lost(_))));
}

#[test]
fn plans_hold_only_what_they_can() {
    let guest = Guest {
        init: vec![],
        busybox: vec![],
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("i");
    let plan = |word: &str| Plan {
        programs: vec![Program {
            name: "x".into(),
            command: vec![word.into()],
            limit: 1,
        }],
        ..Plan::default()
    };
    for bad in ["a\tb", "a\nrun\t0", "", "a\0"] {
        assert!(
            matches!(
                Initramfs::write(&path, &guest, &[], &plan(bad)),
                Err(BootError::Plan { .. })
            ),
            "{bad:?}"
        );
    }
    for name in ["../x", "/x", "a//b", ""] {
        let file = Content {
            name: name.into(),
            bytes: vec![],
        };
        assert!(
            Initramfs::write(&path, &guest, &[file], &plan("x")).is_err(),
            "{name:?}"
        );
    }
    let first = Initramfs::write(&path, &guest, &[], &plan("x"))
        .unwrap()
        .nonce;
    let second = Initramfs::write(&path, &guest, &[], &plan("x"))
        .unwrap()
        .nonce;
    assert!(first != second && first.len() == 32);
}

#[test]
fn the_kernels_script_tells_commands_and_what_only_it_knows() {
    let script = "CATEGORY=\"a\" run_test ./wash\nCATEGORY=\"a\" run_test ./wash -t 2 # cold\n\trun_test ./dry ${size}\n# run_test ./old\nrun_test ./wash\nrun_test ./x.sh -a\nrun_test bash ./y.sh\n";
    let found = listed(script);
    let words: Vec<(String, bool)> = found
        .into_iter()
        .map(|(words, plain)| (words.join(" "), plain))
        .collect();
    assert_eq!(
        words,
        [
            ("wash".into(), true),
            ("wash -t 2".into(), true),
            ("dry".into(), false)
        ]
    );
}

#[test]
fn the_first_program_compiles_here() {
    let dir = tempfile::tempdir().unwrap();
    match Guest::make(dir.path()) {
        Ok(guest) => assert!(guest.init.starts_with(b"\x7fELF") && guest.busybox.len() > 100_000),
        Err(BootError::Lacking { what, .. }) => println!("skipped: this machine lacks {what}"),
        Err(error) => panic!("{error}"),
    }
}
