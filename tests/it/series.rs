//! Archive pages as people posted them, imported whole.

use pteward::mail;
use pteward::series::{self, Series};
use std::path::PathBuf;

/// Finds a page of the shared seeds; prints that the test is skipped where there is none.
fn seed(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/seeds")
        .join(name);
    let found = path.is_file();
    if !found {
        #[expect(clippy::print_stderr, reason = "a skipped test says so")]
        {
            eprintln!("skipped: {} is not here", path.display());
        }
    }
    found.then_some(path)
}

fn import(name: &str) -> Option<Vec<Series>> {
    let path = seed(name)?;
    Some(series::assemble(
        mail::read(&path).expect("a page can be read"),
    ))
}

#[test]
fn the_first_intact_page_imports_whole() {
    let Some(all) = import("000_5a95e3a8720d0dc5.txt") else {
        return;
    };
    assert_eq!(all.len(), 1);
    let series = &all[0];
    assert_eq!(
        (series.version, series.total, series.patches.len()),
        (5, 8, 1)
    );
    assert_eq!(series.missing, [1, 2, 3, 4, 6, 7, 8]);
    assert_eq!(
        series.missing_sentence().unwrap(),
        "1 of 8 present; missing 1–4, 6–8"
    );
    let patch = &series.patches[0];
    assert_eq!(patch.problems, []);
    assert_eq!(patch.subject, "mm: Device exclusive memory access");
    assert_eq!(
        (patch.author.name.as_str(), patch.author.email.as_str()),
        ("Alistair Popple", "apopple@nvidia.com")
    );
    assert_eq!(patch.date.unwrap().to_string(), "2021-03-09T12:15:02Z");
    assert_eq!(
        (
            patch.files.len(),
            patch
                .files
                .iter()
                .map(|file| file.hunks.len())
                .sum::<usize>()
        ),
        (10, 24)
    );
    let trailers: Vec<_> = patch
        .trailers
        .iter()
        .map(|trailer| format!("{}: {}", trailer.key, trailer.value))
        .collect();
    assert_eq!(
        trailers,
        ["Signed-off-by: Alistair Popple <apopple@nvidia.com>"]
    );
    assert_eq!(
        patch
            .changelog
            .iter()
            .map(|entry| entry.version)
            .collect::<Vec<_>>(),
        [5, 4]
    );
    assert!(
        patch.changelog[1]
            .text
            .ends_with("make_device_exclusive_entry().")
    );
    assert_eq!(patch.diffstat.len(), 10);
    assert_eq!(patch.diffstat[9].changed, Some(203));
    assert!(
        patch.message.starts_with("Some devices require")
            && patch.message.ends_with("<apopple@nvidia.com>")
    );
    assert!(
        patch.raw.ends_with(b"mailing list\n") || patch.raw.ends_with(b"mailing list"),
        "the page's foot is kept in the raw bytes"
    );
}

#[test]
fn the_second_intact_page_imports_whole() {
    let Some(all) = import("003_fe0084ea796d526c.txt") else {
        return;
    };
    assert_eq!(all.len(), 1);
    let series = &all[0];
    assert_eq!(
        (series.version, series.total, series.missing.len()),
        (1, 1, 0)
    );
    let patch = &series.patches[0];
    assert_eq!(patch.problems, []);
    assert_eq!(
        patch.subject,
        "mmu_notifiers: Notify on pte permission upgrades"
    );
    assert_eq!(
        (patch.author.name.as_str(), patch.author.email.as_str()),
        ("Alistair Popple", "apopple@nvidia.com")
    );
    assert_eq!(
        (
            patch.date.unwrap().to_string().as_str(),
            patch.utc_offset_minutes
        ),
        ("2023-05-22T06:37:25Z", -420)
    );
    assert_eq!(
        (
            patch.files.len(),
            patch
                .files
                .iter()
                .map(|file| file.hunks.len())
                .sum::<usize>()
        ),
        (3, 15)
    );
    let trailers: Vec<_> = patch
        .trailers
        .iter()
        .map(|trailer| format!("{}: {}", trailer.key, trailer.value))
        .collect();
    assert_eq!(
        trailers,
        ["Signed-off-by: Alistair Popple <apopple@nvidia.com>"]
    );
    assert_eq!(
        patch
            .diffstat
            .iter()
            .map(|file| file.changed)
            .collect::<Vec<_>>(),
        [Some(6), Some(24), Some(45)]
    );
}

#[test]
fn mangled_pages_import_with_their_trouble_named() {
    for (name, version, parts) in [
        ("001_8efd9d5584a32aee.txt", 13, 1),
        ("002_8d491f1da316c8c4.txt", 1, 1),
        ("004_27842e3df9a709f6.txt", 1, 12),
    ] {
        let Some(all) = import(name) else { return };
        assert_eq!(all.len(), 1, "{name}");
        assert_eq!(
            (all[0].version, all[0].patches.len()),
            (version, parts),
            "{name}"
        );
        for patch in &all[0].patches {
            assert!(patch.damage.is_some(), "{name}, part {}", patch.number);
        }
    }
}

#[test]
fn a_small_thread_imports_with_its_gap_named() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/thread.mbox");
    let all = series::assemble(mail::read(&path).expect("the mbox can be read"));
    assert_eq!(all.len(), 1);
    let series = &all[0];
    assert_eq!(series.name, "pond-keep-ducks-apart-v3");
    assert_eq!(series.missing, [2]);
    assert_eq!(
        series.notes,
        [
            "1 message is a reply and was left out",
            "joined by thread: 1"
        ]
    );
    assert_eq!(
        series.base_commit.as_deref(),
        Some("0123456789abcdef0123456789abcdef01234567")
    );
    assert!(
        series
            .cover
            .as_deref()
            .is_some_and(|cover| cover.contains("\nFrom the pond's own book"))
    );
    let log: Vec<_> = series
        .changelog
        .iter()
        .map(|entry| (entry.version, entry.text.as_str()))
        .collect();
    assert_eq!(
        log,
        [(3, " - count lanes from 1"), (2, " - rename duck_lane()")]
    );
    let patch = &series.patches[0];
    assert_eq!(patch.problems, []);
    assert_eq!(
        (patch.author.name.as_str(), patch.author.email.as_str()),
        ("Ann Example", "ann@example.org")
    );
    assert_eq!(
        patch.trailers[0].value,
        "0123456789ab (\"pond: let ducks swim wherever they like, which was a mistake\")"
    );
    assert_eq!(patch.trailers[1].stable_range(), Some("v5.14+"));
    assert_eq!(patch.trailers[2].value, "Ann Example <ann@example.org>");
    assert_eq!(
        patch.files[0].hunks[0].lines[2].text,
        b"\tint lane;\t/* counts from =1 */"
    );
}
