//! Series of every shape, made of small mails.

use super::*;
use crate::mail::read_bytes;
use crate::series::ChangelogEntry;
use proptest::prelude::*;

pub(in crate::series) const DIFF: &str = "---\n x | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\ndiff --git a/x b/x\nindex 1234567..89abcde 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n-- \n2.39.2\n\n";

/// A mail of an mbox; `id` and `parent` may be empty.
pub(in crate::series) fn mail(subject: &str, id: &str, parent: &str, body: &str) -> String {
    let from = "From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: Ann <ann@example.org>";
    let line = |text: String, unless: &str| {
        if unless.is_empty() {
            String::new()
        } else {
            text
        }
    };
    let id_line = line(format!("Message-ID: <{id}@example.org>\n"), id);
    let parents =
        format!("In-Reply-To: <{parent}@example.org>\nReferences: <{parent}@example.org>\n");
    let parents = line(parents, parent);
    format!("{from}\nSubject: {subject}\n{id_line}{parents}\n{body}")
}

pub(in crate::series) fn all(mails: &[String]) -> Vec<Series> {
    assemble(read_bytes(mails.concat().into_bytes(), "test.mbox").unwrap())
}

pub(in crate::series) fn numbers(series: &Series) -> Vec<u32> {
    series.patches.iter().map(|patch| patch.number).collect()
}

#[test]
fn a_thread_with_cover_and_replies() {
    let cover = "Words.\n\nChanges since v1:\n- one\n\nbase-commit: 0123456789abcdef0123456789abcdef01234567\nchange-id: 20230101-thing-0123456789ab\n\
                 prerequisite-patch-id: aaaa\nprerequisite-patch-id: bbbb\n-- \n2.39.2\n";
    let found = all(&[
        mail("[PATCH v2 0/3] mm: a thing", "c", "", cover),
        mail("[PATCH v2 3/3] mm: three", "3", "c", DIFF),
        mail("[PATCH v2 1/3] mm: one", "1", "c", DIFF),
        mail("Re: [PATCH v2 1/3] mm: one", "r", "1", "Fine.\n"),
    ]);
    assert_eq!(found.len(), 1);
    let series = &found[0];
    assert_eq!(
        (
            series.name.as_str(),
            series.subject.as_str(),
            series.version
        ),
        ("mm-a-thing-v2", "mm: a thing", 2)
    );
    assert_eq!(
        (numbers(series), series.missing.clone()),
        (vec![1, 3], vec![2])
    );
    assert_eq!(
        series.missing_sentence().unwrap(),
        "2 of 3 present; missing 2"
    );
    assert_eq!(
        series.base_commit.as_deref(),
        Some("0123456789abcdef0123456789abcdef01234567")
    );
    assert_eq!(
        series.change_id.as_deref(),
        Some("20230101-thing-0123456789ab")
    );
    assert_eq!(series.prerequisites.len(), 2);
    assert_eq!(
        series.changelog,
        [ChangelogEntry {
            version: 2,
            text: "- one".to_owned()
        }]
    );
    assert_eq!(
        series.notes,
        [
            "1 message is a reply and was left out",
            "joined by thread: 1, 3"
        ]
    );
    assert!(series.patches.iter().all(|patch| patch.problems.is_empty()));
    assert!(series.cover_raw.starts_with(b"From: Ann"));
}

#[test]
fn versions_and_series_are_told_apart() {
    let found = all(&[
        mail("[PATCH 1/2] mm: one", "a1", "a", DIFF),
        mail("[PATCH 2/2] mm: two", "a2", "a", DIFF),
        mail("[PATCH v2 1/2] mm: one", "b1", "a", DIFF),
        mail("[PATCH v2 2/2] mm: two", "b2", "a", DIFF),
        mail("[PATCH 1/2] fs: other one", "c1", "c", DIFF),
        mail("[PATCH 2/2] fs: other two", "c2", "c", DIFF),
        mail("[PATCH] a single", "s", "", DIFF),
        mail("[PATCH] another single", "t", "", DIFF),
    ]);
    let names: Vec<_> = found
        .iter()
        .map(|series| {
            (
                series.name.as_str(),
                series.patches.len(),
                series.missing.len(),
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            ("mm-one-v1", 2, 0),
            ("mm-one-v2", 2, 0),
            ("fs-other-one-v1", 2, 0),
            ("a-single-v1", 1, 0),
            ("another-single-v1", 1, 0)
        ]
    );
}

#[test]
fn no_thread_and_no_ids() {
    let found = all(&[
        mail("[PATCH 1/2] one", "", "", DIFF),
        mail("[PATCH 2/2] two", "", "", DIFF),
        mail("[PATCH 1/2] three", "", "", DIFF),
        mail("[PATCH 2/2] four", "", "", DIFF),
    ]);
    let titles: Vec<Vec<_>> = found
        .iter()
        .map(|series| {
            series
                .patches
                .iter()
                .map(|patch| patch.subject.as_str())
                .collect()
        })
        .collect();
    assert_eq!(titles, [["one", "two"], ["three", "four"]]);
    // Sent without threading: every mail has an id of its own and refers to nothing.
    let found = all(&[
        mail("[PATCH 1/2] one", "1", "", DIFF),
        mail("[PATCH 2/2] two", "2", "", DIFF),
    ]);
    assert_eq!((found.len(), numbers(&found[0])), (1, vec![1, 2]));
}

#[test]
fn files_without_numbers_are_taken_in_order() {
    let found = all(&[mail("mm: one", "", "", DIFF), mail("mm: two", "", "", DIFF)]);
    assert_eq!(
        (found.len(), found[0].total, numbers(&found[0])),
        (1, 2, vec![1, 2])
    );
    assert!(found[0].notes[0].contains("order given"));
}

#[test]
fn the_text_of_a_patch_is_taken_apart() {
    let body = format!(
        "From: Bob <bob at example.org>\n\nThe why.\n\nMore: of it.\n\nFixes: 0123456789ab (\"mm: x\")\nCc: stable@vger.example.org # v5.14+\nSigned-off-by: Bob <bob at example.org>\n\
         ---\nv3:\n- three\n\nv1 -> v2: two\n{}\nbase-commit: abcdef0123456789abcdef0123456789abcdef01\n",
        &DIFF.replace("-- \n2.39.2\n\n", "")
    );
    let found = all(&[mail("[RFC PATCH net-next v3] net: x", "1", "", &body)]);
    let series = &found[0];
    assert!(series.rfc);
    assert_eq!(
        series.base_commit.as_deref(),
        Some("abcdef0123456789abcdef0123456789abcdef01")
    );
    let patch = &series.patches[0];
    assert_eq!(patch.problems, []);
    assert_eq!(
        (patch.author.name.as_str(), patch.author.email.as_str()),
        ("Bob", "bob@example.org")
    );
    assert_eq!(
        (patch.subject.as_str(), patch.full_subject.as_str()),
        ("net: x", "[RFC PATCH net-next v3] net: x")
    );
    assert!(
        patch.message.starts_with("The why.")
            && patch
                .message
                .ends_with("Signed-off-by: Bob <bob@example.org>"),
        "{}",
        patch.message
    );
    let keys: Vec<_> = patch
        .trailers
        .iter()
        .map(|trailer| trailer.key.as_str())
        .collect();
    assert_eq!(keys, ["Fixes", "Cc", "Signed-off-by"]);
    assert_eq!(patch.trailers[1].stable_range(), Some("v5.14+"));
    let log: Vec<_> = patch
        .changelog
        .iter()
        .map(|entry| (entry.version, entry.text.as_str()))
        .collect();
    assert_eq!(log, [(3, "- three"), (2, "two")]);
    assert_eq!(patch.diffstat.len(), 1);
}

#[test]
fn headers_in_the_body_are_decoded_and_unfolded() {
    let body = format!(
        "From: =?UTF-8?q?J=C3=A9r=C3=B4me=2C?=\n =?UTF-8?q?_Specimen?= <j@example.org>\nSubject: =?UTF-8?Q?mm:_gr=C3=BCn?=\n\nWhy.\n{DIFF}"
    );
    let patch = &all(&[mail("[PATCH] x", "1", "", &body)])[0].patches[0];
    assert_eq!(patch.author.name, "J\u{e9}r\u{f4}me, Specimen");
    assert_eq!(patch.author.email, "j@example.org");
    assert_eq!(patch.subject, "mm: gr\u{fc}n");
    assert_eq!(patch.message, "Why.");
}

#[test]
fn a_diff_that_the_message_shows_is_no_part_of_the_patch() {
    let example = "diff --git a/z b/z\nindex 1234567..89abcde 100644\n--- a/z\n+++ b/z\n@@ -1,2 +1,2 @@\n-u\n+v\n w\n";
    let set = |mark: &str| -> String {
        example
            .lines()
            .map(|line| format!("{mark}{line}\n"))
            .collect()
    };
    for mark in ["  ", "\t", "> ", "| ", "    > "] {
        let shown = format!("It gives:\n\n{}\nSo.\n{DIFF}", set(mark));
        for body in [
            shown.clone(),
            shown.replace(" b/x\n", " b/x\nold mode 100644\nnew mode 100644\n"),
        ] {
            let found = all(&[mail("[PATCH] x", "1", "", &body)]);
            let files: Vec<&str> = found[0].patches[0]
                .files
                .iter()
                .map(|file| file.path())
                .collect();
            assert_eq!(files, ["x"], "{mark:?}");
            assert!(found[0].patches[0].damage.is_none(), "{mark:?}");
        }
        // The diff itself has lost a line: the example is none of it all the same.
        let cut = shown.replace("@@ -1 +1 @@\n", "@@ -1,3 +1,3 @@\n\n");
        let found = all(&[mail("[PATCH] x", "1", "", &cut)]);
        assert!(
            found[0].patches[0]
                .files
                .iter()
                .all(|file| file.path() == "x"),
            "{mark:?}"
        );
        // Alone it is no patch at all.
        let alone = format!("It gives:\n\n{}\nSo.\n", set(mark));
        let found = all(&[mail("A question", "1", "0", &alone)]);
        assert!(
            found
                .iter()
                .all(|one| one.patches.iter().all(|patch| patch.files.is_empty())),
            "{mark:?}"
        );
    }
    // A page that strips the blanks before lines shows the example where a diff would stand.
    let stripped = format!("It gives:\n\n{}\nSo.\n{DIFF}", set("")).replace("\n w\n", "\nw\n");
    let found = all(&[mail("[PATCH] x", "1", "", &stripped)]);
    let last = found[0].patches[0].files.last().unwrap();
    assert_eq!(last.path(), "x");
}

#[test]
fn trouble_is_told() {
    let found = all(&[
        mail("[PATCH 1/3] no diff", "1", "c", "Words.\n"),
        mail(
            "[PATCH 2/3] wrong diffstat",
            "2",
            "c",
            &DIFF.replace("x | 2", "x | 3"),
        ),
        mail(
            "[PATCH 3/3] cut",
            "3",
            "c",
            &DIFF[..DIFF.find("+y").unwrap()],
        ),
    ]);
    let told: Vec<_> = found[0]
        .patches
        .iter()
        .map(|patch| patch.problems.len())
        .collect();
    assert_eq!(told, [1, 1, 3], "{:#?}", found[0].patches[2].problems);
}

#[test]
fn ranges_of_missing_parts() {
    let found = all(&[
        mail("[PATCH 4/12] x", "", "", DIFF),
        mail("[PATCH 9/12] y", "", "", DIFF),
    ]);
    assert_eq!(
        found[0].missing_sentence().unwrap(),
        "2 of 12 present; missing 1–3, 5–8, 10–12"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in any::<prop::sample::Index>()) {
        let mut text = mail("[PATCH v2 1/3] mm: one", "1", "c", DIFF).into_bytes();
        let at = cut.index(text.len());
        text.splice(at..at, bytes);
        if let Ok(reading) = read_bytes(text, "bytes") {
            for series in assemble(reading) {
                prop_assert!(series.name.len() <= 60 && series.name.is_ascii());
            }
        }
    }

    #[test]
    fn no_subjects_make_it_panic(subjects in proptest::collection::vec("(\\[|\\]|PATCH|RFC| |v[0-9]{1,11}|[0-9]{1,11}/[0-9]{1,11}|Re: |\\PC){0,12}", 1..5)) {
        let mails: Vec<String> = subjects.iter().map(|subject| mail(subject, "", "", DIFF)).collect();
        let total: usize = all(&mails).iter().map(|series| series.patches.len()).sum();
        prop_assert!(total <= mails.len());
    }
}
