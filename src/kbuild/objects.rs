//! In: changed sources and a build folder. Out: the objects that are made of them, by what earlier builds noted.

use crate::base::AnyOf;
use crate::tree::directory::DirectorySource;
use crate::tree::source::{Source as _, TreeError};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Changed files above this number are not looked for one by one.
const MOST: usize = 2000;

/// Folders whose objects are made with rules of their own, which cannot be asked for one by one.
const OTHERS: [&str; 5] = [
    "tools/",
    "scripts/",
    "arch/x86/boot/",
    "arch/x86/realmode/",
    "arch/x86/purgatory/",
];

/// Lists objects (`mm/rmap.o`) that were made of any of `changed`; `source` is the source as the build saw it.
///
/// kbuild notes beside each object, in `.NAME.o.cmd`, every file that went into it.
pub(super) fn affected(
    build: &Path,
    source: &Path,
    changed: &[String],
) -> Result<Vec<String>, TreeError> {
    if changed.is_empty() || changed.len() > MOST {
        return Ok(Vec::new());
    }
    let needles: Vec<String> = changed
        .iter()
        .map(|path| source.join(path).display().to_string())
        .collect();
    let any = AnyOf::new(&needles).map_err(|error| TreeError::Unusable(error.to_string()))?;
    let found = Mutex::new(BTreeSet::new());
    let is_note = |path: &str| object(path).is_some();
    DirectorySource::open(build)?.visit(&[""], &is_note, &|path, bytes| {
        if let Some(object) = object(path)
            && mentions(&any, bytes)
        {
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(object);
        }
    })?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(found.into_iter().collect())
}

/// Lists the objects to ask make for: those affected, and those of new C files. The second list is of what is left out.
pub(super) fn goals(
    affected: Vec<String>,
    changed: &[String],
    exists: impl Fn(&str) -> bool,
) -> (Vec<String>, Vec<String>) {
    let mut all: BTreeSet<String> = affected.into_iter().collect();
    for path in changed {
        let Some(stem) = path.strip_suffix(".c").or_else(|| path.strip_suffix(".S")) else {
            continue;
        };
        let object = format!("{stem}.o");
        if exists(path) {
            all.insert(object);
        } else {
            all.remove(&object);
        }
    }
    all.into_iter()
        .partition(|object| !OTHERS.iter().any(|other| object.starts_with(other)))
}

/// Says whether one of the paths stands there as a whole one.
fn mentions(any: &AnyOf, bytes: &[u8]) -> bool {
    let mut at = 0;
    while let Some((start, end)) = any.find(bytes, at) {
        let whole =
            |byte: Option<&u8>| byte.is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b')');
        if whole(bytes.get(end)) {
            return true;
        }
        at = start + 1;
    }
    false
}

/// Gives the object that a note is about: `mm/rmap.o` for `mm/.rmap.o.cmd`.
fn object(path: &str) -> Option<String> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let name = name.strip_prefix('.')?.strip_suffix(".cmd")?;
    if !name.ends_with(".o") {
        return None;
    }
    Some(match folder {
        "" => name.to_owned(),
        _ => format!("{folder}/{name}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn notes_name_the_objects_of_a_header() {
        let dir = tempfile::tempdir().unwrap();
        let note = |name: &str, text: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        note(
            "mm/.a.o.cmd",
            "source_mm/a.o := /s/mm/a.c\n\ndeps_mm/a.o := \\\n  /s/include/x.h \\\n",
        );
        note(
            "mm/.b.o.cmd",
            "deps_mm/b.o := \\\n  /s/include/x.h.in \\\n  /s/include/y.h\n",
        );
        note("mm/.built-in.a.cmd", "/s/include/x.h ");
        note("tools/t/.t.o.cmd", "/s/include/x.h \\\n");
        let of = |changed: &[&str]| {
            let changed: Vec<String> = changed.iter().map(|path| (*path).to_owned()).collect();
            affected(dir.path(), Path::new("/s"), &changed).unwrap()
        };
        assert_eq!(of(&["include/x.h"]), ["mm/a.o", "tools/t/t.o"]);
        assert_eq!(of(&["include/y.h", "mm/a.c"]), ["mm/a.o", "mm/b.o"]);
        assert_eq!(of(&[]), Vec::<String>::new());
        let changed = [
            "mm/new.c".to_owned(),
            "mm/gone.c".to_owned(),
            "Makefile".to_owned(),
        ];
        let (goals, out) = goals(of(&["include/x.h"]), &changed, |path| path != "mm/gone.c");
        assert_eq!(
            (goals, out),
            (
                vec!["mm/a.o".into(), "mm/new.o".into()],
                vec!["tools/t/t.o".to_owned()]
            )
        );
    }
}
