//! The seeds as pages: every post of them, with what its head says, and its text alone.

use crate::kernels::shared;
use pteward::mail::{self, Message};
use pteward::series;

/// Reads a seed by the start of its name; `None`, with a line printed, where there is none.
fn seed(start: &str) -> Option<(Vec<Message>, String)> {
    let folder = shared().map(|shared| shared.join("seeds"));
    let entries = folder.and_then(|folder| std::fs::read_dir(folder).ok());
    let path = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()));
    let mut path = path.filter(|path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(start))
    });
    let Some(path) = path.next() else {
        println!("skipped: no seed {start} in ../shared/seeds");
        return None;
    };
    let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    Some((mail::read(&path).unwrap().messages, text))
}

/// Subject, author's name and address, moment and offset of each message.
fn heads(messages: &[Message]) -> Vec<(&str, &str, &str, String, i32)> {
    let head = |message: &'_ Message| message.date.unwrap().to_string();
    messages
        .iter()
        .map(|one| {
            (
                one.subject.as_str(),
                one.from.name.as_str(),
                one.from.email.as_str(),
                head(one),
                one.utc_offset_minutes,
            )
        })
        .collect()
}

#[test]
fn single_posts_without_addresses() {
    let expected = [
        (
            "001",
            "[HMM v13 12/18] mm/hmm/mirror: helper to snapshot CPU page table",
            "Glisse",
            "2016-11-18T17:20:09Z",
            -300,
        ),
        (
            "002",
            "[PATCH 3/9] mm/migrate: Add a unmap and pin migration mode",
            "Alistair Popple",
            "2021-02-09T01:10:28Z",
            -300,
        ),
    ];
    for (name, subject, author, date, offset) in expected {
        let Some((messages, text)) = seed(name) else {
            return;
        };
        let heads = heads(&messages);
        assert_eq!(heads.len(), 1, "{name}");
        assert_eq!(
            (heads[0].0, heads[0].2, heads[0].3.as_str(), heads[0].4),
            (subject, "", date, offset)
        );
        assert!(heads[0].1.ends_with(author), "{name}: {}", heads[0].1);
        let body = String::from_utf8_lossy(&messages[0].body).into_owned();
        assert!(
            text.trim_end().ends_with(body.trim_end()),
            "{name}: the text goes to the end of the page"
        );
        assert!(
            !body.contains("Date: ") && !body.starts_with('\n'),
            "{name}: the head is no text"
        );
        let all = series::assemble(mail::Reading {
            messages,
            ..mail::Reading::default()
        });
        assert_eq!((all.len(), all[0].patches.len()), (1, 1), "{name}");
        let signed = &all[0].patches[0].trailers[0];
        assert!(
            signed.key == "Signed-off-by" && signed.value.ends_with("@xxxxxxxxxx>"),
            "{name}: kept as posted"
        );
    }
}

#[test]
fn thirteen_posts_on_one_page() {
    let Some((messages, text)) = seed("004") else {
        return;
    };
    assert_eq!(messages.len(), 13);
    for (number, message) in messages.iter().enumerate() {
        assert!(
            message
                .subject
                .starts_with(&format!("[PATCH v1 {number:02}/12] mm")),
            "{}",
            message.subject
        );
        assert_eq!(
            (message.from.name.as_str(), message.from.email.as_str()),
            ("David Hildenbrand", "")
        );
        let minute = if number < 2 { 53 } else { 54 };
        assert_eq!(
            message.date.unwrap().to_string(),
            format!("2025-01-29T11:{minute}:00Z")
        );
    }
    // What is no head is a text, every byte of it.
    let lines: Vec<&str> = text.lines().collect();
    let is_head = |at: usize| {
        lines
            .get(at + 1)
            .is_some_and(|line| line.starts_with("2025-Jan-29 11:"))
    };
    let mut bodies: Vec<String> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if is_head(at) {
            bodies.push(String::new());
            at += 3;
        } else {
            let body = bodies.last_mut().unwrap();
            *body += lines[at];
            body.push('\n');
            at += 1;
        }
    }
    assert_eq!(
        messages
            .iter()
            .map(|message| String::from_utf8_lossy(&message.body).into_owned())
            .collect::<Vec<_>>(),
        bodies
    );
    let all = series::assemble(mail::Reading {
        messages,
        ..mail::Reading::default()
    });
    assert_eq!(all.len(), 1);
    let series = &all[0];
    assert_eq!(
        (
            series.version,
            series.total,
            series.patches.len(),
            series.missing.len()
        ),
        (1, 12, 12, 0)
    );
    assert!(series.cover.is_some());
    assert_eq!(
        series.subject,
        "mm: fixes for device-exclusive entries (hmm)"
    );
}
