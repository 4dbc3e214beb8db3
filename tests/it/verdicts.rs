//! Verdicts of C specimens that say on the line what must be found; unexpected and missing both fail.

use crate::sandbox::small_tree;
use pteward::audit::{Audit, Auditor, Verdict};
use pteward::tree::directory::DirectorySource;
use std::collections::BTreeMap;
use std::path::Path;

/// Copies the small tree and adds the specimens to its mm/.
pub(crate) fn tree_with(name: &str, specimens: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(&small_tree()), folder.path());
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join("mm").join(name), text).unwrap();
    };
    write(name, specimens);
    write("others.c", include_str!("../data/verdicts/others.c"));
    write(
        "others-too.c",
        include_str!("../data/verdicts/others-too.c"),
    );
    folder
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) fn audit(folder: &Path) -> Audit {
    let source = DirectorySource::open(folder).unwrap();
    Auditor::new(&source)
        .unwrap()
        .run(&source, &|_| {})
        .unwrap()
}

/// Reads `verdict:` comments: function → verdict words.
pub(crate) fn expected(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let mut pending = None;
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("/* verdict: ") {
            pending = Some(words.trim_end_matches(" */").to_owned());
        } else if let (Some(words), true) = (&pending, line.starts_with("static")) {
            let head = &line[..line.find('(').unwrap()];
            let name = head.rsplit([' ', '*']).next().unwrap();
            out.insert(name.to_owned(), words.clone());
            pending = None;
        }
    }
    out
}

/// Finds the line of a function's first wrong use: in it, or in a helper that names it.
pub(crate) fn first_use(text: &str, function: &str) -> Option<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let named = format!("/* first in {function} */");
    if let Some(line) = lines.iter().position(|l| l.contains(&named)) {
        return Some(line as u32 + 1);
    }
    let start = lines
        .iter()
        .position(|l| l.contains(&format!(" {function}(")) && l.starts_with("static"))?;
    let end = start + lines[start..].iter().position(|l| *l == "}")?;
    let found = lines[start..end]
        .iter()
        .position(|l| l.contains("/* first */"))?;
    Some((start + found) as u32 + 1)
}

#[test]
fn specimens_come_out_as_they_say() {
    let text = include_str!("../data/verdicts/callers.c");
    let folder = tree_with("callers.c", text);
    come_out_as_they_say(&audit(folder.path()), "mm/callers.c", text);
}

#[test]
fn an_entry_is_followed_into_headers_and_its_bits_are_watched() {
    let text = include_str!("../data/verdicts/bits.c");
    let folder = tree_with("bits.c", text);
    let add = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    add(
        "include/linux/bits.h",
        include_str!("../data/verdicts/bits.h"),
    );
    let marks = [
        include_str!("../data/verdicts/bits-tiny.h"),
        include_str!("../data/verdicts/bits-other.h"),
    ];
    add("arch/tiny/include/asm/marks.h", marks[0]);
    add("arch/other/include/asm/marks.h", marks[1]);
    come_out_as_they_say(&audit(folder.path()), "mm/bits.c", text);
}

#[test]
fn what_only_looks_like_a_guard_is_none() {
    let text = include_str!("../data/verdicts/ways.c");
    let folder = tree_with("ways.c", text);
    come_out_as_they_say(&audit(folder.path()), "mm/ways.c", text);
}

#[test]
fn what_hides_behind_a_name_is_seen_or_said() {
    let text = include_str!("../data/verdicts/hidden.c");
    let folder = tree_with("hidden.c", text);
    come_out_as_they_say(&audit(folder.path()), "mm/hidden.c", text);
}

/// Holds the verdicts of one file against what its comments say.
fn come_out_as_they_say(audit: &Audit, file: &str, text: &str) {
    let walks: BTreeMap<&str, _> = audit
        .walks
        .iter()
        .filter(|w| w.file == file)
        .map(|w| (w.function.as_str(), w))
        .collect();
    let expected = expected(text);
    assert_eq!(
        walks.keys().copied().collect::<Vec<_>>(),
        expected.keys().map(String::as_str).collect::<Vec<_>>()
    );
    let mut wrong = Vec::new();
    for (function, words) in &expected {
        let walk = walks[function.as_str()];
        let said = [vec![walk.verdict.word().to_owned()], walk.unhandled.clone()]
            .concat()
            .join(" ");
        if said != *words {
            wrong.push(format!(
                "{function}: said {said} ({}), must be {words}",
                walk.reason
            ));
        }
        if walk.verdict == Verdict::Unprepared {
            let line = walk.used.as_ref().map(|used| used.line);
            if walk.used.as_ref().is_some_and(|used| used.file == file)
                && line != first_use(text, function)
            {
                wrong.push(format!(
                    "{function}: first use at {line:?}, must be {:?}",
                    first_use(text, function)
                ));
            }
            let own: Vec<u32> = walk
                .witness
                .iter()
                .filter(|l| l.file == walk.file)
                .map(|l| l.line)
                .collect();
            if own.first() != Some(&walk.line) || walk.witness.iter().any(|l| l.text.is_empty()) {
                wrong.push(format!("{function}: witness does not begin at the walk, or has lines that are not there: {:?}", walk.witness));
            }
        } else if walk.used.is_some() || !walk.witness.is_empty() {
            wrong.push(format!("{function}: evidence without a finding"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_changed_walker_changes_its_callers() {
    let text = include_str!("../data/verdicts/callers.c");
    let folder = tree_with("callers.c", text);
    let walker = folder.path().join("mm/page_vma_mapped.c");
    let before = std::fs::read_to_string(&walker).unwrap();
    let lenient = "!is_device_private_entry(entry) && !is_device_exclusive_entry(entry)";
    assert!(before.contains(lenient));
    // The walker turns every entry away that is not present: nobody's text changes, everybody is prepared.
    std::fs::write(&walker, before.replace(lenient, "!pte_present(pte)")).unwrap();
    let audit = audit(folder.path());
    let of = |function: &str| audit.walks.iter().find(|w| w.function == function).unwrap();
    assert_eq!(of("no_guard").verdict, Verdict::Prepared);
    assert_eq!(of("no_guard").contract, ["present"]);
    assert_eq!(of("swap_side_without_a_guard").verdict, Verdict::Unprepared);
    assert_eq!(of("by_the_walk_s_flags").contract, ["migration"]);
}

#[test]
fn a_walker_that_is_not_understood_leaves_its_callers_unknown() {
    let folder = tree_with("callers.c", include_str!("../data/verdicts/callers.c"));
    std::fs::remove_file(folder.path().join("mm/page_vma_mapped.c")).unwrap();
    let audit = audit(folder.path());
    let of = |function: &str| {
        audit
            .walks
            .iter()
            .find(|w| w.function == function)
            .unwrap()
            .verdict
    };
    assert_eq!(of("guard_with_continue"), Verdict::Unknown);
    assert_eq!(of("no_guard"), Verdict::Unknown);
}

#[test]
fn a_return_that_asks_nothing_widens_the_contract() {
    let folder = tree_with("callers.c", include_str!("../data/verdicts/callers.c"));
    let walker = folder.path().join("mm/page_vma_mapped.c");
    let before = std::fs::read_to_string(&walker).unwrap();
    let gate = "\t\tif (check_pte(pvmw))";
    assert!(before.contains(gate));
    let of = |audit: &Audit, function: &str| {
        let found = audit.walks.iter().find(|w| w.function == function);
        found.unwrap().verdict
    };
    // For one flag only: who does not set it is as well off as before.
    let flagged = format!("\t\tif (pvmw->flags & PVMW_SYNC)\n\t\t\treturn true;\n{gate}");
    std::fs::write(&walker, before.replace(gate, &flagged)).unwrap();
    assert_eq!(
        of(&audit(folder.path()), "guard_with_continue"),
        Verdict::Prepared
    );
    // For everybody: nothing is turned away any more, so nobody is known to be prepared.
    let open = format!("\t\tif (lucky(pvmw->address))\n\t\t\treturn true;\n{gate}");
    std::fs::write(&walker, before.replace(gate, &open)).unwrap();
    let audit = audit(folder.path());
    let prepared = audit
        .walks
        .iter()
        .filter(|w| w.verdict == Verdict::Prepared);
    assert_eq!(prepared.count(), 0);
    assert_eq!(of(&audit, "guard_with_continue"), Verdict::Unknown);
}

#[test]
fn huge_entries_are_judged_apart() {
    let text = include_str!("../data/verdicts/huge.c");
    let folder = tree_with("huge.c", text);
    let write = |path: &str, text: &str| std::fs::write(folder.path().join(path), text).unwrap();
    write(
        "include/linux/huge.h",
        include_str!("../data/verdicts/huge.h"),
    );
    write(
        "mm/page_vma_mapped.c",
        include_str!("../data/verdicts/two-levels.c"),
    );
    let audit = audit(folder.path());
    let mut said = BTreeMap::new();
    for walk in audit.walks.iter().filter(|w| w.file == "mm/huge.c") {
        assert_ne!(walk.verdict, Verdict::Unknown, "{walk:?}");
        let words = walk.pmd.as_ref().map_or(String::from("nothing"), |huge| {
            [vec![huge.verdict.word().to_owned()], huge.unhandled.clone()]
                .concat()
                .join(" ")
        });
        said.insert(walk.function.clone(), words);
        let contract = walk.pmd.as_ref().map(|huge| huge.contract.join(" "));
        match walk.function.as_str() {
            "only_what_moves" => assert_eq!(contract.as_deref(), Some("migration")),
            "small_pages_alone" => assert_eq!(contract, None),
            _ => assert_eq!(contract.as_deref(), Some("present device_private")),
        }
    }
    let mut expected = BTreeMap::new();
    let mut pending = None;
    for line in text.lines() {
        if let Some(words) = line.strip_prefix("/* huge: ") {
            pending = Some(words.trim_end_matches(" */").to_owned());
        } else if let (Some(words), true) = (&pending, line.starts_with("static")) {
            let head = &line[..line.find('(').unwrap()];
            expected.insert(head.rsplit(' ').next().unwrap().to_owned(), words.clone());
            pending = None;
        }
    }
    assert_eq!(said, expected);
}
