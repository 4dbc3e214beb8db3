//! Laying out states: what is touched, what is not, and what is refused.

use super::super::directory::DirectorySource;
use super::super::source::{Changed, Overlay};
use super::*;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

struct Place {
    _dir: tempfile::TempDir,
    base: PathBuf,
    out: PathBuf,
    manifest: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("base");
        fs::create_dir_all(base.join("mm/deep")).unwrap();
        fs::create_dir_all(base.join("scripts/real")).unwrap();
        fs::write(base.join("Makefile"), "all:\n").unwrap();
        fs::write(base.join("mm/a.c"), "a").unwrap();
        fs::write(base.join("mm/deep/b.c"), "b").unwrap();
        fs::write(base.join("mm/run.sh"), "#!").unwrap();
        fs::set_permissions(base.join("mm/run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
        symlink("real", base.join("scripts/link")).unwrap();
        Self {
            out: dir.path().join("out"),
            manifest: dir.path().join("manifest"),
            base,
            _dir: dir,
        }
    }

    fn state(&self, changed: &[(&str, Option<&str>)]) -> Overlay {
        let changed: Changed = changed
            .iter()
            .map(|(path, text)| {
                (
                    (*path).to_owned(),
                    text.map(|text| (text.as_bytes().into(), false)),
                )
            })
            .collect();
        let base = DirectorySource::open(&self.base).unwrap();
        Overlay::new(Arc::new(base), Arc::new(changed))
    }

    fn lay(&self, changed: &[(&str, Option<&str>)]) -> Result<Laid, TreeError> {
        let choose = |path: &str| !path.starts_with("left-out");
        lay_out(
            &self.state(changed),
            &choose,
            (&self.out, &self.manifest),
            &|_, _| {},
        )
    }

    fn time(&self, path: &str) -> SystemTime {
        fs::metadata(self.out.join(path))
            .unwrap()
            .modified()
            .unwrap()
    }
}

#[test]
fn only_what_differs_is_touched() {
    let place = Place::new();
    let first = place.lay(&[]).unwrap();
    assert_eq!(
        first.written,
        [
            "Makefile",
            "mm/a.c",
            "mm/deep/b.c",
            "mm/run.sh",
            "scripts/link"
        ]
    );
    assert_eq!(
        fs::read_link(place.out.join("scripts/link")).unwrap(),
        PathBuf::from("real")
    );
    let mode = fs::metadata(place.out.join("mm/run.sh"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o111, 0o111);
    let (a, makefile) = (place.time("mm/a.c"), place.time("Makefile"));

    assert_eq!(
        place.lay(&[]).unwrap(),
        Laid {
            total: 5,
            ..Laid::default()
        }
    );
    let second = place.lay(&[
        ("mm/a.c", Some("A")),
        ("mm/deep/b.c", None),
        ("mm/new/c.c", Some("c")),
    ]);
    let second = second.unwrap();
    assert_eq!(
        (second.written, second.removed),
        (
            vec!["mm/a.c".into(), "mm/new/c.c".into()],
            vec!["mm/deep/b.c".to_owned()]
        )
    );
    assert!(
        !place.out.join("mm/deep").exists(),
        "an empty folder is no part of a state"
    );
    assert!(place.time("mm/a.c") > a);
    assert_eq!(place.time("Makefile"), makefile);

    let back = place.lay(&[]).unwrap();
    assert_eq!(
        (back.written, back.removed),
        (
            vec!["mm/a.c".into(), "mm/deep/b.c".into()],
            vec!["mm/new/c.c".to_owned()]
        )
    );
    assert_eq!(fs::read(place.out.join("mm/a.c")).unwrap(), b"a");
}

#[test]
fn what_was_tampered_with_is_mended_and_what_was_only_touched_is_not() {
    let place = Place::new();
    place.lay(&[]).unwrap();
    let a = place.time("mm/a.c");
    fs::write(place.out.join("Makefile"), "evil").unwrap();
    fs::write(place.out.join("extra"), "x").unwrap();
    fs::remove_file(place.out.join("mm/run.sh")).unwrap();
    // The base is touched, its content the same.
    fs::write(place.base.join("mm/a.c"), "a").unwrap();
    let laid = place.lay(&[]).unwrap();
    assert_eq!(
        (laid.written, laid.removed),
        (
            vec!["Makefile".into(), "mm/run.sh".into()],
            vec!["extra".to_owned()]
        )
    );
    assert_eq!(place.time("mm/a.c"), a);
    // Without a manifest contents are compared.
    fs::remove_file(&place.manifest).unwrap();
    assert_eq!(place.lay(&[]).unwrap().written, Vec::<String>::new());
}

#[test]
fn files_folders_and_links_may_change_places() {
    let place = Place::new();
    place.lay(&[]).unwrap();
    place
        .lay(&[("mm/deep/b.c", None), ("mm/deep", Some("now a file"))])
        .unwrap();
    assert_eq!(fs::read(place.out.join("mm/deep")).unwrap(), b"now a file");
    place.lay(&[("scripts/link", Some("no link"))]).unwrap();
    assert_eq!(
        fs::read(place.out.join("scripts/link")).unwrap(),
        b"no link"
    );
    assert!(!place.out.join("scripts/link").is_symlink());
    place.lay(&[]).unwrap();
    assert!(place.out.join("scripts/link").is_symlink() && place.out.join("mm/deep/b.c").is_file());
}

#[test]
fn nothing_is_written_through_a_link() {
    let place = Place::new();
    let error = place.lay(&[("scripts/link/x.c", Some("x"))]).unwrap_err();
    assert!(
        error.to_string().contains("scripts/link is a symlink"),
        "{error}"
    );
    assert!(!place.out.join("scripts/real/x.c").exists());
    // A link that somebody puts into the folder itself goes away before anything is written.
    place.lay(&[]).unwrap();
    let outside = place.base.join("outside");
    fs::create_dir(&outside).unwrap();
    fs::remove_dir_all(place.out.join("mm")).unwrap();
    symlink(&outside, place.out.join("mm")).unwrap();
    place.lay(&[]).unwrap();
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
    assert!(place.out.join("mm/a.c").is_file());
}

#[test]
fn what_is_not_chosen_is_left_out() {
    let place = Place::new();
    fs::write(place.base.join("left-out.o"), "x").unwrap();
    let laid = place.lay(&[]).unwrap();
    assert!(!laid.written.iter().any(|path| path.starts_with("left")));
}
