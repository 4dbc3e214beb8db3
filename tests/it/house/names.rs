//! No name of a kernel's caller or predicate in Rust code: those are the tree's to tell, or data in queries/.

use super::none;
use super::scan::{sources, without_comments, without_tests};

/// Names that code must not know; `tests/it/data/kernel-names.txt` says of which kinds.
fn names() -> Vec<&'static str> {
    let list = include_str!("../data/kernel-names.txt");
    list.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// Complains of a name in code; strings count as code.
fn known_names(path: &str, text: &str, names: &[&str]) -> Vec<String> {
    let code = without_tests(&without_comments(text));
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    names
        .iter()
        .filter(|name| code.split(|c| !word(c)).any(|found| found == **name))
        .map(|name| format!("{path}: knows {name}"))
        .collect()
}

#[test]
fn code_knows_no_kernel_names() {
    let names = names();
    assert!(names.len() > 20);
    none(
        &sources()
            .iter()
            .flat_map(|file| known_names(&file.path, &file.text, &names))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn known_names_are_seen() {
    let bad = "fn f() { if name == \"is_migration_entry\" {} }";
    assert_eq!(known_names("x", bad, &["is_migration_entry"]).len(), 1);
    let good = "// is_migration_entry\nlet x = \"is_migration_entry_too\";\n#[cfg(test)]\nmod tests { const A: &str = \"is_migration_entry\"; }";
    none(&known_names("x", good, &["is_migration_entry"]));
}
