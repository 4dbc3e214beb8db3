//! Every form that mails come in, made here, and bytes that are none.

use super::*;
use proptest::prelude::*;
use std::io::Write as _;

fn one(bytes: &[u8]) -> Message {
    let mut reading = read_bytes(bytes.to_vec(), "test").unwrap();
    assert_eq!(
        reading.messages.len(),
        1,
        "{}",
        String::from_utf8_lossy(bytes)
    );
    reading.messages.remove(0)
}

const HEAD: &str = "From: Ann Example <ann@example.org>\nDate: Sun, 21 May 2023 23:37:25 -0700\nMessage-ID: <1-ann@example.org>\n\
                    In-Reply-To: <0-ann@example.org>\nReferences: <00-ann@example.org>\n <0-ann@example.org>\nSubject: [PATCH 1/2] mm: a title that is\n folded\n";
const DIFF: &str = "Words.\n---\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n \t one \t\n-two\n+2 = \n three\n-- \n2.39.2\n";

#[test]
fn a_plain_mail() {
    let text = format!("{HEAD}\n{DIFF}");
    let message = one(text.as_bytes());
    assert_eq!(
        (message.origin, message.subject.as_str()),
        (Origin::Mail, "[PATCH 1/2] mm: a title that is folded")
    );
    assert_eq!(
        (message.from.name.as_str(), message.from.email.as_str()),
        ("Ann Example", "ann@example.org")
    );
    assert_eq!(message.message_id.as_deref(), Some("1-ann@example.org"));
    assert_eq!(message.in_reply_to.as_deref(), Some("0-ann@example.org"));
    assert_eq!(
        message.references,
        ["00-ann@example.org", "0-ann@example.org"]
    );
    assert_eq!(
        (
            message.date.unwrap().to_string().as_str(),
            message.utc_offset_minutes
        ),
        ("2023-05-22T06:37:25Z", -420)
    );
    assert_eq!(message.body, DIFF.as_bytes());
    assert_eq!(message.raw, text.as_bytes());
}

#[test]
fn bytes_of_a_diff_stay() {
    let mut text = format!(
        "{HEAD}Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    )
    .into_bytes();
    let body = b"Words.\n---\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-caf\xe9 \t\r\n+\xff\xfe\r\n";
    text.extend_from_slice(body);
    assert_eq!(one(&text).body, body);
}

#[test]
fn encodings_are_undone() {
    let quoted = DIFF
        .replace('=', "=3D")
        .replace(" \n", "=20\n")
        .replace("\t\n", "=09\n");
    let quoted = quoted.replace("Words.", "Wo=\nrds.");
    let text = format!(
        "{HEAD}Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain\n\n{quoted}"
    );
    assert_eq!(String::from_utf8_lossy(&one(text.as_bytes()).body), DIFF);
    // "Words.\n+\xff\n" as base64, its alphabet's last letters among them.
    let text = format!("{HEAD}Content-Transfer-Encoding: base64\n\nV29yZHMu\nCiv/Cg==\n");
    assert_eq!(one(text.as_bytes()).body, b"Words.\n+\xff\n");
    let text = format!("{HEAD}Content-Transfer-Encoding: base64\n\n***\n{DIFF}");
    let reading = read_bytes(text.into_bytes(), "test").unwrap();
    assert!(reading.notes[0].contains("base64"), "{:?}", reading.notes);
}

#[test]
fn names_and_prose_are_decoded_and_diffs_are_not() {
    let text = b"From: =?ISO-8859-1?Q?J=F6rg?= <j@example.org>\nSubject: =?UTF-8?B?W1BBVENIXSBtbTogw6Q=?=\nContent-Type: text/plain; charset=iso-8859-1\n\nGr\xfc\xdfe.\n---\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\xe9\n+e\n";
    let message = one(text);
    assert_eq!(
        (message.from.name.as_str(), message.subject.as_str()),
        ("J\u{f6}rg", "[PATCH] mm: \u{e4}")
    );
    assert!(message.body.starts_with("Gr\u{fc}\u{df}e.\n".as_bytes()));
    assert!(memchr::memmem::find(&message.body, b"\n-\xe9\n").is_some());
}

#[test]
fn transport_line_ends_go_and_those_of_files_stay() {
    let wire = format!("{HEAD}\n{}", DIFF.replace("-two", "-two\r")).replace('\n', "\r\n");
    assert_eq!(
        String::from_utf8_lossy(&one(wire.as_bytes()).body),
        DIFF.replace("-two", "-two\r")
    );
    let saved = format!("{HEAD}\n{}", DIFF.replace('\n', "\r\n"));
    assert_eq!(String::from_utf8_lossy(&one(saved.as_bytes()).body), DIFF);
    assert_eq!(
        one(format!("\n\r\n{HEAD}\n{DIFF}").as_bytes()).body,
        DIFF.as_bytes()
    );
    // Only the diff went through a program that ends lines so.
    let (words, diff) = DIFF.split_once("---\n").unwrap();
    let half = format!("{HEAD}\n{words}---\n{}", diff.replace('\n', "\r\n"));
    assert_eq!(String::from_utf8_lossy(&one(half.as_bytes()).body), DIFF);
    let own = format!("{HEAD}\n{}", DIFF.replace("-two", "-two\r"));
    assert!(memchr::memmem::find(&one(own.as_bytes()).body, b"-two\r\n").is_some());
}

#[test]
fn flowed_text_loses_the_blanks_that_were_put_before_blanks() {
    let mail = |body: &str| {
        let kind = "Content-Type: text/plain; charset=UTF-8; format=flowed\n";
        let text = format!("{HEAD}{kind}\n{body}");
        String::from_utf8_lossy(&one(text.as_bytes()).body).into_owned()
    };
    let stuffed = DIFF.replace("\n ", "\n  ");
    assert_ne!(stuffed, DIFF);
    assert_eq!(mail(&stuffed), DIFF);
    // A diff that went around the mail program.
    let own = DIFF.replace("\n ", "\n \t");
    assert_eq!(mail(&own), own);
}

#[test]
fn parts_are_joined() {
    let text = format!(
        "{HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nWords.\n\n--b\n\
         Content-Type: text/x-patch; name=\"x.patch\"\nContent-Disposition: attachment; filename=\"x.patch\"\nContent-Transfer-Encoding: base64\n\n\
         K3gK\n--b\nContent-Type: application/pgp-signature\n\nrubbish\n--b\nContent-Type: text/html\n\n<p>no</p>\n--b--\n"
    );
    assert_eq!(
        String::from_utf8_lossy(&one(text.as_bytes()).body),
        "Words.\n+x\n"
    );
}

/// A mail that carries parts of a kind.
fn carrier(subject: &str, kind: &str, parts: &[&str]) -> String {
    let text = format!(
        "From: Zed <zed@example.org>\nDate: Sun, 21 May 2023 23:37:25 -0700\nMessage-ID: <z@example.org>\nSubject: {subject}\n\
         MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nHere they are.\n"
    );
    let parts: Vec<String> = parts
        .iter()
        .map(|part| format!("--b\nContent-Type: {kind}\n\n{part}\n"))
        .collect();
    text + &parts.concat() + "--b--\n"
}

fn formatted(number: u32, name: &str) -> String {
    format!(
        "From {} Mon Sep 17 00:00:00 2001\nFrom: {name} <x@example.org>\nDate: Mon, 22 May 2023 01:00:00 +0000\nSubject: [PATCH {number}/2] mm: {number}\n\n{DIFF}",
        "ab".repeat(20)
    )
}

#[test]
fn attached_patches_are_mails_of_their_own() {
    let (first, second) = (formatted(1, "Ann"), formatted(2, "Bob"));
    let forwarded = &first[first.find("From: ").unwrap()..];
    let both = format!("{first}\n{second}");
    let cases = [
        carrier(
            "two fixes",
            "text/x-patch; name=\"a.patch\"",
            &[&first, &second],
        ),
        carrier("two fixes", "application/mbox; name=\"a.mbox\"", &[&both]),
        carrier(
            "two fixes",
            "message/rfc822",
            &[forwarded, &second[second.find("From: ").unwrap()..]],
        ),
    ];
    for text in cases {
        let reading = read_bytes(text.clone().into_bytes(), "test").unwrap();
        let seen: Vec<(&str, &str)> = reading
            .messages
            .iter()
            .map(|message| (message.subject.as_str(), message.from.name.as_str()))
            .collect();
        assert_eq!(
            seen,
            [("[PATCH 1/2] mm: 1", "Ann"), ("[PATCH 2/2] mm: 2", "Bob")],
            "{text}"
        );
        for message in &reading.messages {
            assert_eq!(
                String::from_utf8_lossy(&message.body).trim_end(),
                DIFF.trim_end()
            );
            assert_eq!(message.in_reply_to.as_deref(), Some("z@example.org"));
        }
        assert!(
            reading.notes[0].contains("«two fixes» carries 2 attached mails"),
            "{:?}",
            reading.notes
        );
    }
    // A cover letter that carries its patches stays.
    let cover = carrier("[PATCH 0/2] fixes", "text/x-patch", &[&first, &second]);
    let reading = read_bytes(cover.into_bytes(), "test").unwrap();
    assert_eq!(reading.messages.len(), 3);
    // One alone is the mail's own patch, with the mail's number.
    let unnumbered = first.replace(" 1/2]", "]");
    let single = carrier("[PATCH 3/7] fix", "text/x-patch", &[&unnumbered]);
    let message = one(single.as_bytes());
    assert_eq!(
        (message.subject.as_str(), message.from.name.as_str()),
        ("[PATCH 3/7] mm: 1", "Ann")
    );
    assert_eq!(message.message_id.as_deref(), Some("z@example.org"));
    // A mail that is nothing but another.
    let wrapped = format!(
        "From: Zed <z@example.org>\nSubject: see\nContent-Type: message/rfc822\n\n{forwarded}"
    );
    assert_eq!(one(wrapped.as_bytes()).subject, "[PATCH 1/2] mm: 1");
    // Mails within mails without end.
    let mut deep = forwarded.to_owned();
    for _ in 0..50 {
        deep = format!("Subject: x\nContent-Type: message/rfc822\n\n{deep}");
    }
    let reading = read_bytes(deep.into_bytes(), "test").unwrap();
    assert!(
        reading.notes.iter().any(|note| note.contains("deeper")),
        "{:?}",
        reading.notes
    );
}

#[test]
fn obfuscated_mboxes_are_mended() {
    let text = "From ann at example.org  Tue Mar  9 12:15:02 2021\nFrom: ann at example.org (Ann Example)\nDate: Tue, 9 Mar 2021 12:15:02 +0000\nSubject: [PATCH] x\n\nBody.\n";
    let message = one(text.as_bytes());
    assert_eq!(
        (
            message.origin,
            message.from.name.as_str(),
            message.from.email.as_str()
        ),
        (Origin::Mbox, "Ann Example", "ann@example.org")
    );
}

#[test]
fn bare_diffs_and_gzip() {
    let diff = &DIFF[DIFF.find("diff").unwrap()..];
    let reading = read_bytes(diff.as_bytes().to_vec(), "fix-it.patch").unwrap();
    assert_eq!(
        (
            reading.messages[0].origin,
            reading.messages[0].subject.as_str()
        ),
        (Origin::Patch, "fix-it")
    );
    let message = one(format!("mm: do it\n\n{DIFF}").as_bytes());
    assert_eq!(message.subject, "mm: do it");
    assert!(message.body.starts_with(b"\nWords."));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(diff.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(one(&packed).body, diff.as_bytes());
    let error = read_bytes(packed[..packed.len() / 2].to_vec(), "cut.gz").unwrap_err();
    assert!(matches!(error, MailError::Gzip { .. }), "{error}");
}

#[test]
fn what_is_no_mail_is_said() {
    assert!(matches!(
        read_bytes(Vec::new(), "x"),
        Err(MailError::Empty { .. })
    ));
    assert!(matches!(
        read_bytes(b" \n\n".to_vec(), "x"),
        Err(MailError::Empty { .. })
    ));
    let error = read_bytes(b"\x7fELF\0\0\0".to_vec(), "x")
        .unwrap_err()
        .to_string();
    assert!(error.contains("NUL"), "{error}");
    let error = read_bytes(b"<!DOCTYPE html><p>".to_vec(), "x")
        .unwrap_err()
        .to_string();
    assert!(error.contains("save it as text"), "{error}");
    assert!(read_bytes(b"Dear all,\nhello.\n".to_vec(), "x").is_err());
    let reading = read_bytes(format!("{HEAD}\nA\0B\n").into_bytes(), "x").unwrap();
    assert!(reading.notes[0].contains("NUL"));
}

#[test]
fn folders_and_maildirs() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("set/0002-b.patch", "Subject: two\n\nx\n");
    write("set/0001-a.patch", "Subject: one\n\nx\n");
    write("set/0003-c.patch", "");
    write("set/notes.txt", "Subject: not taken\n\nx\n");
    let reading = read(&folder.path().join("set")).unwrap();
    let subjects: Vec<_> = reading
        .messages
        .iter()
        .map(|message| message.subject.as_str())
        .collect();
    assert_eq!(subjects, ["one", "two"]);
    assert!(
        reading.notes[0].contains("0003-c.patch is empty"),
        "{:?}",
        reading.notes
    );
    write("box/new/2.host", "Subject: two\n\nx\n");
    write("box/cur/1.host:2,S", "Subject: one\n\nx\n");
    fs::create_dir(folder.path().join("box/tmp")).unwrap();
    assert_eq!(read(&folder.path().join("box")).unwrap().messages.len(), 2);
    fs::create_dir(folder.path().join("void")).unwrap();
    assert!(matches!(
        read(&folder.path().join("void")),
        Err(MailError::NoMails { .. })
    ));
    assert!(matches!(
        read(&folder.path().join("missing")),
        Err(MailError::Io { .. })
    ));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), start in 0usize..6) {
        let starts: [&[u8]; 6] = [b"", b"From a Thu Jan  1 00:00:00 1970\nSubject: x\n", b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
            b"[PATCH] x\nA\nTue Mar 9 12:15:02 UTC 2021\n", b"Subject: =?utf-8?q?", b"\x1f\x8b\x08\0"];
        let mut all = starts[start].to_vec();
        all.extend(bytes);
        if let Ok(reading) = read_bytes(all, "bytes") {
            prop_assert!(!reading.messages.is_empty());
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(From |Subject: |Date: |[\\n]|=\\?|--b|[ -~]{0,9}|\\PC){0,40}") {
        drop(read_bytes(text.into_bytes(), "text"));
    }
}
