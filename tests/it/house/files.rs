//! Sizes, headers, `mod.rs` files, forgotten tests, paths of one machine.

use super::none;
use super::scan::{File, code, files, root, sources};

/// Code lines that a file may have, without inline tests.
const LIMIT: usize = 400;

/// Files that may be longer, each with its own limit and the reason.
const LONGER: &[(&str, usize, &str)] = &[
    (
        "src/flow/engine.rs",
        470,
        "one fixpoint over the graph: each kind of statement is a step of the same loop",
    ),
    (
        "src/syntax/lower.rs",
        500,
        "one match over the grammar's nodes: a table, with a helper a row",
    ),
    (
        "src/vocabulary/interpret.rs",
        570,
        "one match over statements and expressions: a table, with a helper a row",
    ),
];

/// Lines that hold code.
fn code_lines(text: &str) -> usize {
    code(text)
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count()
}

/// Complains of a file that is too long.
fn too_long(path: &str, text: &str) -> Vec<String> {
    let lines = code_lines(text);
    let limit = LONGER
        .iter()
        .find(|(file, _, _)| *file == path)
        .map_or(LIMIT, |(_, limit, _)| *limit);
    if lines > limit {
        vec![format!("{path}: {lines} lines of code, {limit} allowed")]
    } else {
        Vec::new()
    }
}

/// Complains of a `mod.rs` that holds more than modules and re-exports.
fn logic_in_mod(path: &str, text: &str) -> Vec<String> {
    if !path.ends_with("/mod.rs") {
        return Vec::new();
    }
    let code = code(text);
    // What is left are items, each up to its `;`.
    let items = code
        .split(';')
        .map(str::trim)
        .filter(|item| !item.is_empty());
    items
        .filter(|item| {
            let bare = item
                .trim_start_matches("pub(super) ")
                .trim_start_matches("pub(crate) ");
            let bare = bare
                .trim_start_matches("pub(in crate::report) ")
                .trim_start_matches("pub ");
            !(bare.starts_with("mod ") || bare.starts_with("use "))
        })
        .map(|item| {
            format!(
                "{path}: more than modules and re-exports: {}",
                item.lines().next().unwrap_or_default()
            )
        })
        .collect()
}

/// Complains of a file without `//!` at its top.
fn no_header(path: &str, text: &str) -> Vec<String> {
    let first = text.lines().next().unwrap_or_default();
    let says = first
        .strip_prefix("//!")
        .is_some_and(|rest| rest.trim().len() >= 10);
    if says {
        Vec::new()
    } else {
        vec![format!(
            "{path}: does not open with a `//!` line that says what it is"
        )]
    }
}

/// Complains of a test file that main.rs does not list.
fn forgotten(main: &str, names: &[String]) -> Vec<String> {
    let listed: Vec<&str> = main
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .collect();
    let missing = names.iter().filter(|name| !listed.contains(&name.as_str()));
    missing
        .map(|name| format!("tests/it/{name}.rs is not listed in tests/it/main.rs"))
        .collect()
}

/// Starts of paths that exist on one machine only. In pieces, so that this file is not one that has them.
const MACHINES: &[&[&str]] = &[
    &["/wo", "rk/"],
    &["/tm", "p/k/"],
    &["/tm", "p/w/"],
    &["/ro", "ot/"],
    &["/ho", "me/"],
    &["/Us", "ers/"],
];

/// Complains of a path of one machine.
fn machine_paths(path: &str, text: &str) -> Vec<String> {
    let marks: Vec<String> = MACHINES.iter().map(|pieces| pieces.concat()).collect();
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let hit = marks.iter().find(|mark| {
            line.match_indices(mark.as_str()).any(|(at, _)| {
                // `a/work/b` and `../work/` are no absolute paths.
                !line[..at]
                    .ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_' || c == '-')
            })
        });
        complaints.extend(
            hit.map(|mark| format!("{path}:{}: a path of one machine: {mark}", number + 1)),
        );
    }
    complaints
}

fn each(files: &[File], check: impl Fn(&str, &str) -> Vec<String>) {
    none(
        &files
            .iter()
            .flat_map(|file| check(&file.path, &file.text))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn files_are_short() {
    each(&sources(), too_long);
    let unneeded = LONGER.iter().filter(|(path, _, reason)| {
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        code_lines(&text) <= LIMIT || reason.is_empty()
    });
    none(
        &unneeded
            .map(|(path, ..)| format!("{path} needs no exception, or has no reason"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_door_is_small() {
    let text = std::fs::read_to_string(root().join("src/main.rs")).unwrap();
    assert!(text.lines().count() < 40);
}

#[test]
fn mod_files_hold_no_logic() {
    each(&sources(), logic_in_mod);
}

#[test]
fn every_file_says_what_it_is() {
    for folder in ["src", "tests"] {
        each(&files(folder, ".rs"), no_header);
    }
}

#[test]
fn no_test_file_is_forgotten() {
    let main = std::fs::read_to_string(root().join("tests/it/main.rs")).unwrap();
    let names: Vec<String> = files("tests/it", ".rs")
        .iter()
        .filter_map(|file| {
            Some(
                file.path
                    .strip_prefix("tests/it/")?
                    .strip_suffix(".rs")?
                    .to_owned(),
            )
        })
        .filter(|name| name != "main" && !name.contains('/'))
        .collect();
    assert!(names.len() > 3);
    none(&forgotten(&main, &names));
}

#[test]
fn no_path_of_one_machine() {
    let all = files("", "");
    assert!(all.iter().any(|file| file.path == "Cargo.toml"));
    each(&all, machine_paths);
}

#[test]
fn bad_files_are_seen() {
    let long = "let a = 1;\n".repeat(LIMIT + 1);
    assert_eq!(too_long("src/x.rs", &long).len(), 1);
    assert!(
        too_long(
            "src/x.rs",
            &format!("// c\n\n{}", "let a = 1;\n".repeat(LIMIT))
        )
        .is_empty()
    );
    for bad in [
        "fn f() {}",
        "pub struct X;",
        "mod a;\nconst B: u8 = 1;",
        "pub(crate) static A: u8 = 1;",
    ] {
        assert_eq!(logic_in_mod("src/x/mod.rs", bad).len(), 1, "{bad}");
    }
    let good = "//! X.\n\nmod a;\n#[cfg(test)]\nmod tests;\npub(super) mod b;\npub use a::{\n    B, C,\n};\n";
    assert!(
        logic_in_mod("src/x/mod.rs", good).is_empty(),
        "{:?}",
        logic_in_mod("src/x/mod.rs", good)
    );
    assert_eq!(no_header("x.rs", "use a;").len(), 1);
    assert_eq!(no_header("x.rs", "//!").len(), 1);
    assert_eq!(forgotten("mod a;\n", &["a".into(), "b".into()]).len(), 1);
    let bad = format!("see {}/x", MACHINES[0].concat());
    assert_eq!(machine_paths("x", &bad).len(), 1);
    assert!(machine_paths("x", &format!("net{}", MACHINES[0].concat())).is_empty());
}
