//! An audit with a memory says to the letter what one without says, whatever has changed.

use super::*;
use crate::tree::directory::DirectorySource;
use crate::tree::source::{Changed, Overlay};
use proptest::prelude::*;
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// A walk with its guard in another file, one with the guard in the same, and one with its use in a third.
const FAR: &str = "#include \"small.h\"
static void guard_is_elsewhere(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (far_is_worth_it(*pvmw.pte))
			note(pte_pfn(*pvmw.pte));
	}
}

static void use_is_elsewhere(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		far_clear(vma, pvmw.pte);
}
";
const HELPERS: &str = "#include \"small.h\"
bool far_is_worth_it(pte_t pte)
{
	if (!pte_present(pte))
		return false;
	return true;
}

void far_clear(struct vm_area_struct *vma, pte_t *ptep)
{
#ifdef CONFIG_CAREFUL
	if (!pte_present(*ptep))
		return;
	far_note(pte_pfn(*ptep));
#else
	if (pte_present(*ptep))
		far_note(pte_pfn(*ptep));
#endif
}
";
/// At hand only because it has a function that the second file calls.
const NOTES: &str = "void far_note(unsigned long pfn)
{
	notes[pfn] = 1;
}
";

static TREE: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    fn add(folder: &Path, prefix: &str, tree: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                add(&entry.path(), &format!("{name}/"), tree);
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                tree.insert(name, text);
            }
        }
    }
    let mut tree = BTreeMap::new();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/patches/small-tree");
    add(Path::new(root), "", &mut tree);
    let callers = include_str!("../../../../tests/data/verdicts/callers.c");
    let tellers = include_str!("../../../../tests/data/matrix/tellers.c");
    for (name, text) in [
        ("mm/callers.c", callers),
        ("mm/tellers.c", tellers),
        ("fs/far.c", FAR),
        ("mm/helpers.c", HELPERS),
        ("mm/notes.c", NOTES),
        ("drivers/idle.c", "int idle(void)\n{\n\treturn 0;\n}\n"),
    ] {
        tree.insert(name.to_owned(), text.to_owned());
    }
    tree
});

/// The specimen tree on disk: an overlay over it tells exactly what differs.
static BASE: LazyLock<(tempfile::TempDir, Arc<dyn Source>, Memory)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in TREE.iter() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let source: Arc<dyn Source> = Arc::new(DirectorySource::open(folder.path()).unwrap());
    let memory = audit(&*source, None, &|_| {}).unwrap();
    (folder, source, memory)
});

/// Audits the tree with some files changed, both ways; says whether the quick way was taken.
fn both(files: &BTreeMap<&str, Option<String>>) -> (Memory, bool) {
    let (_, source, memory) = &*BASE;
    let changed: Changed = files
        .iter()
        .map(|(path, text)| {
            let file = text
                .as_ref()
                .map(|text| (Arc::from(text.as_bytes()), false));
            ((*path).to_owned(), file)
        })
        .collect();
    let state = Overlay::new(Arc::clone(source), Arc::new(changed));
    let delta = state.delta().unwrap();
    let warm = audit(&state, Some((memory, &delta)), &|_| {}).unwrap();
    let cold = audit(&state, None, &|_| {}).unwrap();
    let json = |memory: &Memory| serde_json::to_string_pretty(memory).unwrap();
    let (said, anew) = (json(&warm), json(&cold));
    if said != anew {
        let differs = said.lines().zip(anew.lines()).find(|(a, b)| a != b);
        panic!("{files:?}\n{differs:?}");
    }
    let headers = |memory: &Memory| serde_json::to_string(&memory.lasting.headers).unwrap();
    assert!(headers(&warm) == headers(&cold), "{files:?}");
    let quick = delta.is_empty() || patched(&state, memory, &delta).unwrap().is_some();
    (warm, quick)
}

fn edited(path: &'static str, from: &str, to: &str) -> BTreeMap<&'static str, Option<String>> {
    let text = &TREE[path];
    assert!(text.contains(from), "{path} has {from}");
    BTreeMap::from([(path, Some(text.replacen(from, to, 1)))])
}

fn verdict(memory: &Memory, function: &str) -> &'static str {
    let walks = &memory.audit().walks;
    let walk = walks.iter().find(|walk| walk.function == function);
    walk.map_or("gone", |walk| walk.verdict.word())
}

#[test]
fn verdicts_change_with_what_they_hang_on() {
    let (elsewhere, user) = ("guard_is_elsewhere", "use_is_elsewhere");
    let before = &BASE.2;
    assert_eq!(verdict(before, elsewhere), "prepared");
    assert_eq!(verdict(before, user), "prepared");
    // A helper in another file, of the same size as before.
    let files = edited(
        "mm/helpers.c",
        "if (!pte_present(pte))",
        "if (!pte_dropped(pt))",
    );
    assert_eq!(verdict(&both(&files).0, elsewhere), "unprepared");
    // One arm of an #if in a helper.
    let files = edited("mm/helpers.c", "\tif (pte_present(*ptep))\n", "");
    let (memory, quick) = both(&files);
    assert_eq!((verdict(&memory, user), quick), ("unprepared", true));
    // What a predicate of a header accepts.
    let files = edited(
        "include/linux/swapops.h",
        "return !pte_none(pte) && !pte_present(pte);",
        "return !pte_none(pte);",
    );
    let (memory, quick) = both(&files);
    assert!(quick && memory.audit() != before.audit());
    // A second definition of a helper.
    let mut files = BTreeMap::new();
    files.insert(
        "mm/second.c",
        Some(HELPERS.replace("if (!pte_present(pte))\n\t\treturn false;\n", "")),
    );
    assert_ne!(verdict(&both(&files).0, elsewhere), "prepared");
    // The helper's file is gone, the walk's file is gone.
    let files = BTreeMap::from([("mm/helpers.c", None)]);
    assert_eq!(verdict(&both(&files).0, user), "unknown");
    let files = BTreeMap::from([("fs/far.c", None)]);
    assert_eq!(verdict(&both(&files).0, user), "gone");
    // What the walker lets through.
    let files = edited(
        "mm/page_vma_mapped.c",
        "if (!is_device_private_entry(entry) && !is_device_exclusive_entry(entry))\n\t\treturn false;",
        "",
    );
    assert_ne!(both(&files).0.audit().walks, before.audit().walks);
}

#[test]
fn a_change_that_matters_to_nobody_is_quick() {
    for files in [
        edited("drivers/idle.c", "return 0", "return 1"),
        edited("mm/notes.c", "= 1", "= 2"),
        // The walker, which lets through what it did.
        edited(
            "mm/page_vma_mapped.c",
            "while (next_entry(pvmw)) {",
            "barrier();\n\n\twhile (next_entry(pvmw)) {",
        ),
        edited("mm/census.c", "\n", "\n\n"),
        edited(
            "mm/callers.c",
            "if (!pte_present(pte))",
            "if (pte_none(pte))",
        ),
        edited(
            "fs/far.c",
            "static void use_is_elsewhere",
            "\n\nstatic void use_is_elsewhere",
        ),
        BTreeMap::from([("drivers/new.c", Some(String::from("int is_swap_pte;\n")))]),
        BTreeMap::from([("drivers/idle.c", None)]),
        // Headers that say what they said, on other lines.
        edited("include/linux/swapops.h", "\n", "\n\n/* Entries. */\n"),
        edited("include/linux/rmap.h", "\n", "\n\n"),
        edited("arch/tiny/include/asm/pgtable.h", "#include", "\n#include"),
        edited(
            "include/linux/swapops.h",
            "static inline bool is_swap_pte",
            "int nothing_of_entries(void);\n\nstatic inline bool is_swap_pte",
        ),
    ] {
        assert!(both(&files).1, "{files:?}");
    }
    // One that says something else of a name that is there, and one that has another test.
    let files = edited(
        "include/linux/swapops.h",
        "SWP_MIGRATION_WRITE",
        "SWP_MIGRATION_READ",
    );
    assert!(both(&files).1);
    let files = edited(
        "include/linux/swapops.h",
        "static inline bool is_swap_pte",
        "static inline bool is_no_pte(pte_t pte)\n{\n\treturn pte_none(pte);\n}\n\nstatic inline bool is_swap_pte",
    );
    assert!(!both(&files).1);
}

/// Something done to a file's text.
fn edit(text: &str, (what, at, other): (u8, usize, usize)) -> Option<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    let count = lines.len().max(1);
    let (at, other) = (at % count, other % count);
    match what % 8 {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, ""),
        2 => lines.swap(at, other),
        3 => lines.insert(at, lines[other]),
        4 => return Some(text.replacen("pte_present", "pte_none", at % 3)),
        5 => return Some(text.replacen("#else", "#elif OTHER\n#else", 1)),
        6 => lines.truncate(at),
        _ => return None,
    }
    Some(lines.join("\n") + "\n")
}

/// Does something to what a header's bodies say.
fn reworded(text: &str, (what, at): (u8, usize)) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("&&", "||"),
        ("!", ""),
        ("return ", "return !"),
        ("return false;", "return true;"),
        ("==", "!="),
        ("pte_present(", "pte_none("),
        ("is_migration_entry(", "is_device_private_entry("),
        ("swp_type(entry)", "SWP_HWPOISON"),
    ];
    let (from, to) = WORDS[usize::from(what) % WORDS.len()];
    let places: Vec<usize> = text.match_indices(from).map(|(at, _)| at).collect();
    match places.get(at % places.len().max(1)) {
        Some(at) => format!("{}{to}{}", &text[..*at], &text[at + from.len()..]),
        None => text.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_headers_say_is_seen_as_if_for_the_first_time(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..40usize), 1..3),
        other in proptest::option::of((any::<prop::sample::Index>(), any::<u8>(), 0..40usize)),
    ) {
        let headers: Vec<&'static str> = TREE.keys().map(String::as_str).filter(|p| p.ends_with(".h")).collect();
        let sources: Vec<&'static str> = TREE.keys().map(String::as_str).filter(|p| p.ends_with(".c")).collect();
        let mut files: BTreeMap<&'static str, Option<String>> = BTreeMap::new();
        let edits = edits.iter().map(|edit| (&headers, edit));
        for (paths, (path, what, at)) in edits.chain(other.iter().map(|edit| (&sources, edit))) {
            let path = paths[path.index(paths.len())];
            let text = files.get(path).cloned().flatten().unwrap_or_else(|| TREE[path].clone());
            files.insert(path, Some(reworded(&text, (*what, *at))));
        }
        both(&files);
    }

    #[test]
    fn random_edits_are_seen_as_if_for_the_first_time(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..400usize, 0..400usize), 1..4),
        copied in proptest::option::of((any::<prop::sample::Index>(), 0..3usize)),
    ) {
        let paths: Vec<&'static str> = TREE.keys().map(String::as_str).collect();
        let mut files: BTreeMap<&'static str, Option<String>> = BTreeMap::new();
        for (path, what, at, other) in edits {
            let path = paths[path.index(paths.len())];
            let text = files.get(path).cloned().unwrap_or_else(|| TREE.get(path).cloned());
            if let Some(text) = text {
                files.insert(path, edit(&text, (what, at, other)));
            }
        }
        if let Some((path, folder)) = copied {
            let text = TREE[paths[path.index(paths.len())]].clone();
            files.insert(["mm/copied.c", "fs/copied.c", "include/linux/copied.h"][folder], Some(text));
        }
        both(&files);
    }
}
