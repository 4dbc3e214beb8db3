//! Threads in which more than one mail claims a number, and mails without threads.

use super::super::Series;
use super::super::assemble::tests::{DIFF, all, mail, numbers};

/// As [`mail`], by somebody else.
fn by(name: &str, subject: &str, id: &str, parent: &str) -> String {
    let small = name.to_lowercase();
    mail(subject, id, parent, DIFF).replace(
        "From: Ann <ann@example.org>",
        &format!("From: {name} <{small}@example.org>"),
    )
}

fn ann(subject: &str, id: &str, parent: &str) -> String {
    by("Ann", subject, id, parent)
}

/// Name, numbers and Message-Ids of each series.
fn seen(found: &[Series]) -> Vec<(&str, Vec<u32>, Vec<&str>)> {
    found
        .iter()
        .map(|series| {
            let ids = series.patches.iter().map(|patch| {
                let id = patch.message_id.as_deref().unwrap_or_default();
                id.trim_end_matches("@example.org")
            });
            (series.name.as_str(), numbers(series), ids.collect())
        })
        .collect()
}

fn says(series: &Series, what: &str) -> bool {
    series.notes.iter().any(|note| note.contains(what))
}

#[test]
fn a_part_that_comes_again_takes_nobodys_place() {
    let found = all(&[
        ann("[PATCH 0/2] mm: all", "c", ""),
        ann("[PATCH 1/2] one", "1", "c"),
        ann("[PATCH 2/2] two", "2", "c"),
        ann("[PATCH 1/2] one", "3", "c"),
        by("Bob", "[PATCH 1/2] rather so", "4", "1"),
        ann("[PATCH 1/2 fixup] one, mended", "5", "1"),
    ]);
    assert_eq!(
        seen(&found),
        [
            ("mm-all-v1", vec![1, 2], vec!["1", "2"]),
            ("one-v1", vec![1], vec!["3"]),
            ("rather-so-v1", vec![1], vec!["4"]),
            ("one-mended-v1", vec![1], vec!["5"]),
        ]
    );
    assert!(says(
        &found[0],
        "part 1 was kept as posted; «[PATCH 1/2] one» by Ann"
    ));
    assert!(says(&found[0], "«[PATCH 1/2 fixup] one, mended» by Ann"));
    assert!(says(
        &found[1],
        "an alternative to part 1, «[PATCH 1/2] one» by Ann"
    ));
}

#[test]
fn what_amends_a_missing_part_is_not_that_part() {
    let found = all(&[
        ann("[PATCH 2/2] two", "2", "c"),
        ann("[PATCH 1/2 fixup] one", "5", "c"),
        ann("fixup! [PATCH 1/2] one", "6", "c"),
    ]);
    assert_eq!(seen(&found)[0].1, [2]);
    assert_eq!(found[0].missing, [1]);
    assert!(says(&found[1], "it came for part 1"));
}

#[test]
fn unthreaded_parts_of_two_people_stay_apart() {
    let found = all(&[
        ann("[PATCH 1/3] mm: a", "a1", ""),
        by("Bob", "[PATCH 2/3] fs: b", "b2", ""),
        ann("[PATCH 2/3] mm: b", "a2", ""),
        by("Bob", "[PATCH 1/3] fs: a", "b1", ""),
        ann("[PATCH AUTOSEL 6.1 3/3] mm: c", "s3", ""),
    ]);
    assert_eq!(
        seen(&found),
        [
            ("mm-a-v1", vec![1, 2], vec!["a1", "a2"]),
            ("fs-a-v1", vec![1, 2], vec!["b1", "b2"]),
            ("mm-c-v1", vec![3], vec!["s3"]),
        ]
    );
    assert!(says(
        &found[0],
        "joined by sender, tags and total (they refer to no mail in common): 2"
    ));
}

#[test]
fn what_is_sent_again_is_a_series_of_its_own() {
    let found = all(&[
        ann("[PATCH 1/2] a", "1", ""),
        ann("[PATCH 2/2] b", "2", "1"),
        ann("[PATCH RESEND 1/2] a", "3", ""),
        ann("[PATCH RESEND 2/2] b", "4", "3"),
    ]);
    assert_eq!(
        seen(&found),
        [
            ("a-v1", vec![1, 2], vec!["1", "2"]),
            ("a-v1-2", vec![1, 2], vec!["3", "4"]),
        ]
    );
    assert!(says(&found[1], "marked as sent again"));
}

#[test]
fn another_sender_who_answers_the_cover_letter_is_of_the_series() {
    let found = all(&[
        by("Zed", "[PATCH v2 0/2] mm: all", "c", ""),
        by("Zed", "[PATCH v2 1/2] one", "1", "c"),
        ann("[PATCH v2 2/2] two", "2", "c"),
    ]);
    assert_eq!(seen(&found)[0].1, [1, 2]);
    assert!(says(&found[0], "though another person sent them"));
}

#[test]
fn one_run_of_git_is_one_series_whoever_wrote_its_patches() {
    let ids: [fn(u32) -> String; 2] = [
        |number| format!("{}{number}.1700000000.git.zed", "ab".repeat(19)),
        |number| format!("20240506050800.123-{number}-zed"),
    ];
    for id in ids {
        let found = all(&[
            ann("[PATCH 1/2] one", &id(1), ""),
            by("Bob", "[PATCH 2/2] two", &id(2), &id(1)),
        ]);
        assert_eq!(seen(&found)[0].1, [1, 2]);
    }
    // Else who answers with a part of another number has not posted that part.
    let found = all(&[
        ann("[PATCH 1/2] one", "1", ""),
        by("Bob", "[PATCH 2/2] then do so", "2", "1"),
    ]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].missing, [2]);
    assert!(says(&found[0], "does not stand for that part"));
}

#[test]
fn a_mail_that_came_twice_counts_once() {
    let found = all(&[
        ann("[PATCH 1/2] a", "1", "c"),
        ann("[PATCH 1/2] a", "1", "c"),
        ann("[PATCH 2/2] b", "2", "c"),
        ann("[PATCH 2/2] b", "2", "c").replace("+y\n", "+z\n"),
    ]);
    assert_eq!(seen(&found)[0].2, ["1", "2"]);
    assert_eq!(seen(&found)[1].2, ["2"]);
    assert!(says(&found[0], "1 mail came twice"));
}

#[test]
fn the_order_of_reading_does_not_matter_where_mails_are_dated() {
    let dated = |hour: u32, mail: String| {
        mail.replace(
            "\nSubject:",
            &format!("\nDate: Sun, 4 May 2025 {hour:02}:00:00 +0000\nSubject:"),
        )
    };
    let mut mails = vec![
        dated(1, ann("[PATCH 0/2] mm: all", "c", "")),
        dated(2, ann("[PATCH 1/2] one", "1", "c")),
        dated(3, ann("[PATCH 2/2] two", "2", "c")),
        dated(4, ann("[PATCH 2/2] two", "3", "c")),
        dated(5, by("Bob", "[PATCH 1/2] rather so", "4", "1")),
    ];
    for _ in 0..mails.len() {
        mails.rotate_left(1);
        let found = all(&mails);
        assert_eq!(found.len(), 3);
        let main = found.iter().find(|series| series.cover.is_some()).unwrap();
        assert_eq!(seen(std::slice::from_ref(main))[0].2, ["1", "2"]);
    }
}
