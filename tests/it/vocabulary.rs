//! What a tree says about kinds: a small one, changes of it, and real kernels against each other.

use crate::kernels::kernel;
use crate::sandbox::small_tree;
use crate::verdicts::copy;
use pteward::audit::Auditor;
use pteward::tree::directory::DirectorySource;
use pteward::vocabulary::{Vocabulary, compare_vocabularies};
use std::path::Path;

fn vocabulary(root: &Path) -> Vocabulary {
    let source = DirectorySource::open(root).unwrap();
    Auditor::new(&source).unwrap().vocabulary(&source).unwrap()
}

/// Copies the small tree, with makers, and changes texts of its headers.
fn tree(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(&small_tree()), folder.path());
    let makers = include_str!("../data/vocabulary/makers.h");
    std::fs::write(folder.path().join("include/linux/makers.h"), makers).unwrap();
    for (file, from, to) in changes {
        let path = folder.path().join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no {from}");
        std::fs::write(&path, text.replace(from, to)).unwrap();
    }
    folder
}

#[test]
fn a_tree_tells_kinds_makers_and_converters() {
    let folder = tree(&[]);
    let found = vocabulary(folder.path());
    let kinds: Vec<_> = found
        .kinds
        .iter()
        .map(|kind| {
            let constants: Vec<_> = kind.constants.iter().map(|c| c.name.as_str()).collect();
            format!("{} {}", kind.name, constants.join("+"))
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "none ",
            "present ",
            "swap ",
            "device_private SWP_DEVICE_WRITE+SWP_DEVICE_READ",
            "device_exclusive SWP_DEVICE_EXCLUSIVE",
            "migration SWP_MIGRATION_READ+SWP_MIGRATION_WRITE",
            "hwpoison SWP_HWPOISON",
            "marker SWP_PTE_MARKER",
        ]
    );
    let constructors: Vec<_> = found
        .constructors
        .iter()
        .map(|own| format!("{} {} {}", own.name, own.gives, own.makes.join("+")))
        .collect();
    assert_eq!(
        constructors,
        [
            "leave_note swp_entry_t migration",
            "poison swp_entry_t hwpoison"
        ]
    );
    let converters: Vec<_> = found
        .converters
        .iter()
        .map(|own| format!("{} {}>{} {:?}", own.name, own.from, own.to, own.becomes))
        .collect();
    assert_eq!(
        converters,
        [
            "pte_to_swp_entry pte_t>swp_entry_t []",
            "soft_part pte_t>swp_entry_t [(\"present\", \"none\")]",
            "soft_to_pte swp_entry_t>pte_t []",
            "to_pte swp_entry_t>pte_t []",
        ]
    );
    let part = |name: &str| {
        found
            .predicates
            .iter()
            .find(|own| own.name == name)
            .unwrap()
    };
    assert!(!part("is_writable_migration_entry").whole);
    assert_eq!(
        part("is_writable_migration_entry").constants,
        ["SWP_MIGRATION_WRITE"]
    );
    assert!(part("is_migration_entry").whole);
    let at = &part("is_migration_entry").at;
    assert_eq!(at.len(), 2);
    assert_eq!(
        (&*at[0].arms.concat(), at[0].stub),
        ("CONFIG_MIGRATION", false)
    );
    assert_eq!(
        (&*at[1].arms.concat(), at[1].stub),
        ("!CONFIG_MIGRATION", true)
    );
    assert_eq!(found.walkers.len(), 1);
    assert_eq!(found.walkers[0].at[0].file, "include/linux/rmap.h");
}

/// Lists the differences after some changes.
fn differences(changes: &[(&str, &str, &str)]) -> Vec<String> {
    let (before, after) = (tree(&[]), tree(changes));
    spelled(&vocabulary(before.path()), &vocabulary(after.path()))
}

fn spelled(before: &Vocabulary, after: &Vocabulary) -> Vec<String> {
    compare_vocabularies(before, after)
        .iter()
        .map(|own| {
            let name = [own.name.as_str(), own.to.as_str()].join(">");
            let name = name.trim_end_matches('>');
            let sets = [own.before.join("+"), own.after.join("+")].join(" to ");
            format!("{} {} {name}: {sets}", own.what.word(), own.change.word())
        })
        .collect()
}

const OPS: &str = "include/linux/swapops.h";

#[test]
fn nothing_differs_from_itself() {
    assert!(differences(&[]).is_empty());
}

#[test]
fn predicates_are_renamed_widened_and_narrowed() {
    assert_eq!(
        differences(&[(OPS, "is_hwpoison_entry", "softleaf_is_hwpoison")]),
        ["predicate renamed is_hwpoison_entry>softleaf_is_hwpoison: hwpoison to hwpoison"]
    );
    let pages = "is_device_private_entry(entry) ||\n\t       is_device_exclusive_entry(entry);";
    assert_eq!(
        differences(&[(OPS, pages, "is_device_private_entry(entry);")]),
        ["predicate narrowed is_pfn_swap_entry: \
          device_private+device_exclusive+migration+hwpoison to device_private+migration+hwpoison"]
    );
    assert_eq!(
        differences(&[(
            OPS,
            "== SWP_HWPOISON;",
            "== SWP_HWPOISON || swp_type(entry) == SWP_PTE_MARKER;"
        )]),
        [
            "predicate widened is_hwpoison_entry: hwpoison to hwpoison+marker",
            "predicate widened is_pfn_swap_entry: \
             device_private+device_exclusive+migration+hwpoison to \
             device_private+device_exclusive+migration+hwpoison+marker",
        ]
    );
}

#[test]
fn kinds_and_constructors_are_added_and_removed() {
    let constant = "#define SWP_PTE_MARKER\t\t(MAX_SWAPFILES + 6)\n";
    let more =
        "#define SWP_PTE_MARKER\t\t(MAX_SWAPFILES + 6)\n#define SWP_GUEST\t(MAX_SWAPFILES + 7)\n";
    let found = differences(&[("include/linux/swap.h", constant, more)]);
    assert!(
        found.contains(&"kind added guest:  to ".to_owned()),
        "{found:?}"
    );
    assert!(found.contains(&"constant added SWP_GUEST:  to guest".to_owned()));
    // What asks for whatever is neither none nor present asks for the new kind too.
    assert!(
        found
            .iter()
            .any(|own| own.starts_with("predicate widened is_swap_pte: "))
    );
    assert_eq!(
        differences(&[(
            "include/linux/makers.h",
            "packed(SWP_HWPOISON, pfn)",
            "packed(0, pfn)"
        )]),
        ["constructor removed poison: hwpoison to "]
    );
}

#[test]
fn real_kernels_differ_as_their_headers_do() {
    let kernels = [kernel("6.1", ""), kernel("6.12", ""), kernel("7.2", "sid")];
    let [Some(old), Some(middle), Some(new)] = kernels else {
        return;
    };
    let (old, middle, new) = (vocabulary(&old), vocabulary(&middle), vocabulary(&new));
    let found = spelled(&old, &middle);
    for expected in [
        "kind removed swapin_error:  to ",
        "predicate removed is_swapin_error_entry: swapin_error to ",
        "constructor removed make_swapin_error_entry: swapin_error to ",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:#?}"
        );
    }
    let found = spelled(&middle, &new);
    for expected in [
        "predicate renamed is_migration_entry>softleaf_is_migration: migration to migration",
        "predicate renamed is_pfn_swap_entry>softleaf_has_pfn: \
         device_private+device_exclusive+migration+hwpoison to device_private+device_exclusive+migration+hwpoison",
        "predicate renamed is_pte_marker>pte_is_marker: marker to marker",
        "constant removed SWP_DEVICE_EXCLUSIVE_READ: device_exclusive to ",
        "converter widened softleaf_from_pte:  to present→none",
        "constructor renamed make_readable_device_exclusive_entry>make_device_exclusive_entry: \
         device_exclusive to device_exclusive",
    ] {
        assert!(
            found.contains(&expected.to_owned()),
            "{expected}: {found:#?}"
        );
    }
    // Every kind is made by something, and told by something.
    for vocabulary in [&old, &middle, &new] {
        let of_constants = vocabulary
            .kinds
            .iter()
            .filter(|kind| !kind.constants.is_empty());
        for kind in of_constants {
            let made = vocabulary
                .constructors
                .iter()
                .any(|own| own.makes.contains(&kind.name));
            let told = vocabulary
                .predicates
                .iter()
                .any(|own| own.accepts == [kind.name.clone()]);
            assert!(made && told, "{}", kind.name);
        }
    }
}
