//! Supervised children: each way to end, and that nobody is left.

use super::*;
use std::time::{Duration, Instant};

fn shell(script: &str) -> Job {
    let path = std::env::var_os("PATH").unwrap();
    Job::new("sh")
        .argument("-c")
        .argument(script)
        .variable("PATH", path)
}

/// Runs a job and gives what it said on either stream.
fn hear(job: &Job) -> (End, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let ran = watch(job, &mut |stream, bytes| {
        match stream {
            Stream::Out => out.extend_from_slice(bytes),
            Stream::Err => err.extend_from_slice(bytes),
        }
        Go::On
    })
    .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (ran.end, text(out), text(err))
}

#[test]
fn gives_output_and_code_and_no_environment() {
    let job =
        shell("echo out; echo err >&2; env; read line && echo got; exit 3").variable("A", "b");
    let (end, out, err) = hear(&job);
    assert_eq!((end, err.as_str()), (End::Exited(3), "err\n"));
    let mut lines: Vec<&str> = out.lines().collect();
    lines.retain(|line| !line.starts_with("PATH=") && !line.starts_with("PWD="));
    lines.retain(|line| !line.starts_with("PTEWARD_RUN=") && !line.starts_with("OLDPWD="));
    lines.retain(|line| !line.starts_with("_=") && !line.starts_with("SHLVL="));
    assert_eq!(lines, ["out", "A=b"]);
}

#[test]
fn all_output_arrives_however_much() {
    let (end, out, _) = hear(&shell("head -c 5000000 /dev/zero | tr '\\0' x"));
    assert_eq!((end, out.len()), (End::Exited(0), 5_000_000));
}

#[test]
fn a_signal_is_no_exit() {
    assert_eq!(hear(&shell("kill -9 $$")).0, End::Signalled(9));
}

#[test]
fn limits_of_time_end_it() {
    let begun = Instant::now();
    let mut job = shell("while :; do echo x; sleep 0.05; done");
    job.total = Some(Duration::from_millis(300));
    job.silence = Some(Duration::from_millis(250));
    assert_eq!(hear(&job).0, End::TotalTime);
    let mut job = shell("echo x; sleep 60");
    job.silence = Some(Duration::from_millis(200));
    assert_eq!(hear(&job), (End::Silent, "x\n".into(), String::new()));
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn who_does_not_end_when_asked_is_killed() {
    let mut job = shell("trap '' TERM; echo $$; while :; do sleep 0.05; done");
    job.total = Some(Duration::from_millis(300));
    let (end, out, _) = hear(&job);
    assert_eq!(end, End::TotalTime);
    let id = out.trim().parse().unwrap();
    assert_eq!(proc::read(id), None, "it is reaped");
}

#[test]
fn who_hears_can_stop_it() {
    let mut chunks = 0;
    let ran = watch(&shell("yes"), &mut |_, _| {
        chunks += 1;
        if chunks < 5 { Go::On } else { Go::Stop }
    });
    assert_eq!((ran.unwrap().end, chunks), (End::Stopped, 5));
}

#[test]
fn nobody_of_the_family_is_left() {
    // One stays in the group, one leaves group and session.
    let job = shell("sleep 300 & echo $!; setsid sleep 300 & echo $!; sleep 0.2");
    let begun = Instant::now();
    let (end, out, _) = hear(&job);
    assert_eq!(end, End::Exited(0));
    assert!(
        begun.elapsed() < Duration::from_secs(15),
        "the pipe is held open, and not waited for"
    );
    let ids: Vec<i32> = out.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    for id in ids {
        assert!(proc::read(id).is_none_or(|one| one.dead), "{id} lives");
    }
}

#[test]
fn a_panic_leaves_nobody() {
    let mut id = 0;
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        watch(&shell("echo $$; sleep 300"), &mut |_, bytes| {
            id = String::from_utf8_lossy(bytes).trim().parse().unwrap();
            panic!("as asked");
        })
    }));
    assert!(caught.is_err() && id > 0);
    assert_eq!(proc::read(id), None);
}

#[test]
fn processes_and_memory_are_counted() {
    let mut job = shell("for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; wait");
    job.processes = Some(6);
    assert_eq!(hear(&job).0, End::Processes);
    let mut job = shell("x=$(head -c 80000000 /dev/zero | tr '\\0' x); sleep 60");
    job.memory = Some(40 << 20);
    assert_eq!(hear(&job).0, End::Memory);
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    assert!(watch(&Job::new("no-such-program-anywhere"), &mut |_, _| Go::On).is_err());
}

#[test]
fn notes_last_as_long_as_the_child_and_name_leftovers() {
    let dir = tempfile::tempdir().unwrap();
    let mut job = shell("echo; sleep 0.1");
    job.notes = Some(dir.path().join("notes"));
    let notes = job.notes.clone().unwrap();
    let mut seen = 0;
    watch(&job, &mut |_, _| {
        seen = std::fs::read_dir(&notes).unwrap().count();
        // Ours: who started it still lives.
        assert_eq!(end_leftovers(&notes).unwrap(), 0);
        Go::On
    })
    .unwrap();
    assert_eq!((seen, std::fs::read_dir(&notes).unwrap().count()), (1, 0));
    assert_eq!(end_leftovers(&dir.path().join("none")).unwrap(), 0);

    // A child of somebody who is gone: no process has that start.
    let token = "1-1-0";
    std::fs::write(notes.join(format!("running-{token}")), "").unwrap();
    std::fs::write(notes.join("running-no-token"), "").unwrap();
    let mut job = shell("echo; env PTEWARD_RUN=1-1-0 sleep 300");
    job.total = Some(Duration::from_secs(20));
    let begun = Instant::now();
    let mut ended = 0;
    let ran = watch(&job, &mut |_, _| {
        while ended == 0 && begun.elapsed() < Duration::from_secs(10) {
            // The note is gone after the first try; the sleeper may not be there yet.
            std::fs::write(notes.join(format!("running-{token}")), "").unwrap();
            ended = end_leftovers(&notes).unwrap();
        }
        Go::On
    });
    assert_eq!(ended, 1);
    assert_eq!(ran.unwrap().end, End::Exited(137));
    assert!(notes.join("running-no-token").exists());
}
