//! Which room imports which, and who alone uses which crate.

use super::none;
use super::scan::{self, code, paths, sources};
use std::collections::BTreeSet;

/// The rooms in flow order, each with the rooms that it imports. An arrow goes upwards in this list only, so there are
/// no cycles; an arrow that nobody uses any more has to go.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("diff", &[]),
    ("mail", &[]),
    ("series", &["diff", "mail"]),
    ("tree", &["base", "diff"]),
    ("repair", &["base", "diff", "tree"]),
    ("syntax", &[]),
    ("vocabulary", &["base", "tree", "syntax"]),
    ("flow", &["base", "syntax", "vocabulary"]),
    ("audit", &["base", "tree", "syntax", "vocabulary", "flow"]),
    ("kbuild", &["base", "tree"]),
    ("boot", &["base", "kbuild"]),
    ("ktap", &[]),
    ("compare", &["ktap"]),
    ("bisect", &[]),
    (
        "store",
        &[
            "base",
            "mail",
            "series",
            "tree",
            "vocabulary",
            "audit",
            "kbuild",
            "boot",
            "ktap",
            "compare",
            "bisect",
        ],
    ),
    (
        "report",
        &[
            "base",
            "diff",
            "mail",
            "series",
            "tree",
            "syntax",
            "vocabulary",
            "audit",
            "kbuild",
            "boot",
            "ktap",
            "compare",
            "bisect",
            "store",
        ],
    ),
    (
        "pipeline",
        &[
            "base",
            "diff",
            "mail",
            "series",
            "tree",
            "repair",
            "vocabulary",
            "audit",
            "kbuild",
            "boot",
            "ktap",
            "compare",
            "bisect",
            "store",
            "report",
        ],
    ),
    (
        "cli",
        &[
            "base",
            "mail",
            "series",
            "tree",
            "vocabulary",
            "audit",
            "kbuild",
            "boot",
            "ktap",
            "compare",
            "bisect",
            "store",
            "report",
            "pipeline",
        ],
    ),
];

/// Every dependency with the rooms that may use it; `*` is all.
const DEPENDENCIES: &[(&str, &[&str])] = &[
    ("addr2line", &["boot"]),
    ("aho_corasick", &["base", "tree", "audit"]),
    ("anstream", &["cli"]),
    ("anstyle", &["cli"]),
    ("anyhow", &["pipeline", "cli"]),
    ("ar", &["tree"]),
    ("bzip2", &["tree"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("cpio", &["boot"]),
    ("flate2", &["boot", "mail", "tree", "store"]),
    ("git2", &["tree"]),
    ("gix_hash", &["tree"]),
    ("gix_pack", &["tree"]),
    ("gix_zlib", &["tree"]),
    ("html5ever", &["mail"]),
    ("imara_diff", &["diff", "tree"]),
    ("indicatif", &["cli"]),
    ("jiff", &["*"]),
    ("liblzma", &["tree"]),
    ("mail_parser", &["mail"]),
    ("memchr", &["*"]),
    ("minijinja", &["report"]),
    ("object", &["boot"]),
    ("rayon", &["*"]),
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("rustix", &["base", "tree"]),
    ("ruzstd", &["tree"]),
    ("serde", &["*"]),
    ("serde_json", &["store", "report"]),
    ("sha1", &["base", "repair"]),
    ("signal_hook", &["base"]),
    ("tar", &["tree"]),
    ("tempfile", &["tree", "report", "cli"]),
    ("thiserror", &["*"]),
    ("tree_sitter", &["syntax"]),
    ("tree_sitter_c", &["syntax"]),
    ("tree_sitter_highlight", &["syntax"]),
];

/// Parts of the standard library, and of dependencies that all may use, that one room has for itself.
const ALONE: &[(&str, &str)] = &[
    ("std::process::Command", "base"),
    ("std::process::Stdio", "base"),
    ("std::process::Child", "base"),
    ("std::process::exit", "base"),
    ("process::Command", "base"),
    ("Command::new", "base"),
    ("std::time::SystemTime", "base"),
    ("SystemTime::now", "base"),
    ("std::time::Instant", "base"),
    ("Instant::now", "base"),
    ("jiff::Timestamp::now", "base"),
    ("Timestamp::now", "base"),
    ("jiff::Zoned::now", "base"),
    ("Zoned::now", "base"),
];

/// Gives the room that a file is in: `tree` for `src/tree/source.rs`, nothing for `src/lib.rs`.
fn room(path: &str) -> Option<&str> {
    let (room, _) = path.strip_prefix("src/")?.split_once('/')?;
    Some(room)
}

/// Lists the rooms that a file imports. `super` is followed to where it leads.
fn imports(file: &str, text: &str) -> BTreeSet<String> {
    // src/a/b/c.rs is the module a::b::c; src/a/mod.rs is a.
    let mut own: Vec<&str> = file
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .split('/')
        .collect();
    own.retain(|part| *part != "mod");
    let mut found = BTreeSet::new();
    for path in paths(&code(text)) {
        let mut parts: Vec<&str> = path.split("::").collect();
        let supers = parts
            .iter()
            .take_while(|part| **part == "super" || **part == "self")
            .filter(|p| **p == "super")
            .count();
        if supers > 0 && supers >= own.len() {
            parts.retain(|part| *part != "super" && *part != "self");
            parts.insert(0, "crate");
        }
        if let ["crate" | "pteward", room, ..] = parts[..]
            && ROOMS.iter().any(|(name, _)| *name == room)
        {
            found.insert(room.to_owned());
        }
    }
    found
}

/// Complains of an import that the table does not have.
fn forbidden_imports(file: &str, text: &str) -> Vec<String> {
    let Some(own) = room(file) else {
        return Vec::new();
    };
    let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == own) else {
        return vec![format!("{file}: the room {own} is not in the table")];
    };
    imports(file, text)
        .into_iter()
        .filter(|room| room != own && !allowed.contains(&room.as_str()))
        .map(|room| format!("{file}: {own} must not import {room}"))
        .collect()
}

/// Complains of the use of what another room has for itself.
fn foreign_uses(file: &str, text: &str) -> Vec<String> {
    let own = room(file).unwrap_or("main");
    let mut complaints = Vec::new();
    for path in paths(&code(text)) {
        let krate = path.split("::").next().unwrap();
        if path.contains("::")
            && let Some((_, rooms)) = DEPENDENCIES.iter().find(|(name, _)| *name == krate)
            && !rooms.contains(&"*")
            && !rooms.contains(&own)
        {
            complaints.push(format!(
                "{file}: {path}: {krate} belongs to {}",
                rooms.join(", ")
            ));
        }
        for (what, room) in ALONE {
            if *room != own && (path == *what || path.starts_with(&format!("{what}::"))) {
                complaints.push(format!("{file}: {path} belongs to {room}"));
            }
        }
    }
    complaints
}

#[test]
fn rooms_import_downwards_by_the_table() {
    let order: Vec<&str> = ROOMS.iter().map(|(name, _)| *name).collect();
    let mut complaints = Vec::new();
    for (at, (name, imports)) in ROOMS.iter().enumerate() {
        for import in *imports {
            if !order[..at].contains(import) {
                complaints.push(format!(
                    "the table lets {name} import {import}, which does not stand before it"
                ));
            }
        }
    }
    let (mut seen, mut arrows) = (BTreeSet::new(), BTreeSet::new());
    for file in sources() {
        complaints.extend(forbidden_imports(&file.path, &file.text));
        if let Some(own) = room(&file.path) {
            seen.insert(own.to_owned());
            arrows.extend(
                imports(&file.path, &file.text)
                    .into_iter()
                    .map(|to| (own.to_owned(), to)),
            );
        }
    }
    for (name, imports) in ROOMS {
        if !seen.contains(*name) {
            complaints.push(format!("the table has a room {name} that is not there"));
        }
        for import in *imports {
            if !arrows.contains(&((*name).to_owned(), (*import).to_owned())) {
                complaints.push(format!(
                    "the table lets {name} import {import}, which it does not"
                ));
            }
        }
    }
    none(&complaints);
}

#[test]
fn the_map_lists_the_rooms_in_order() {
    let text = std::fs::read_to_string(scan::root().join("src/lib.rs")).unwrap();
    let listed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert_eq!(
        listed,
        ROOMS.iter().map(|(name, _)| *name).collect::<Vec<_>>()
    );
}

#[test]
fn what_belongs_to_a_room_is_used_there_alone() {
    none(
        &sources()
            .iter()
            .flat_map(|file| foreign_uses(&file.path, &file.text))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_dependency_is_in_the_table_and_has_a_reason() {
    let manifest = std::fs::read_to_string(scan::root().join("Cargo.toml")).unwrap();
    none(&manifest_complaints(&manifest));
}

/// Complains of dependencies that the table does not have, or that have no comment above them or their group.
fn manifest_complaints(manifest: &str) -> Vec<String> {
    let section = manifest
        .split("[dependencies]")
        .nth(1)
        .unwrap_or("")
        .split("\n[")
        .next()
        .unwrap_or("");
    let mut complaints = Vec::new();
    let (mut listed, mut reason) = (BTreeSet::new(), false);
    for line in section.lines() {
        if line.starts_with('#') {
            reason = true;
        } else if line.trim().is_empty() {
            reason = false;
        } else if let Some((name, _)) = line.split_once(" = ") {
            let name = name.trim().replace('-', "_");
            if !DEPENDENCIES.iter().any(|(known, _)| *known == name) {
                complaints.push(format!(
                    "Cargo.toml: {name} is not in the table of dependencies"
                ));
            }
            if !reason {
                complaints.push(format!(
                    "Cargo.toml: {name} has no comment that says what it is for"
                ));
            }
            listed.insert(name);
        }
    }
    let gone = DEPENDENCIES
        .iter()
        .filter(|(name, _)| !listed.contains(*name));
    complaints.extend(gone.map(|(name, _)| format!("the table has {name}, Cargo.toml has not")));
    complaints
}

#[test]
fn bad_arrows_are_seen() {
    let bad = [
        ("src/diff/x.rs", "use crate::mail::Address;"),
        ("src/tree/x.rs", "fn f() { crate::store::open() }"),
        (
            "src/base/x.rs",
            "use crate::{id, tree::{source::Node, Grade}};",
        ),
        ("src/mail/mod.rs", "use super::cli;"),
        ("src/mail/page.rs", "use super::super::cli::Exit;"),
        ("src/audit/x.rs", "pub use crate :: report :: wire;"),
        ("src/attic/x.rs", ""),
    ];
    for (file, text) in bad {
        assert_eq!(forbidden_imports(file, text).len(), 1, "{file}: {text}");
    }
    let good = [
        ("src/mail/page.rs", "use super::cli;"),
        (
            "src/diff/x.rs",
            "// use crate::mail;\nlet x = \"crate::mail\";",
        ),
        (
            "src/diff/x.rs",
            "#[cfg(test)]\nmod tests { use crate::mail; }",
        ),
        ("src/cli/x.rs", "use crate::pipeline;"),
    ];
    for (file, text) in good {
        none(&forbidden_imports(file, text));
    }
}

#[test]
fn foreign_crates_are_seen() {
    let bad = [
        ("src/mail/x.rs", "use git2::Repository;"),
        ("src/store/x.rs", "let t = std::time::Instant::now();"),
        ("src/tree/x.rs", "use std::process::{Command, Output};"),
        ("src/tree/x.rs", "let now = Timestamp::now();"),
        ("src/pipeline/x.rs", "fn f(b: &indicatif::ProgressBar) {}"),
        ("src/main.rs", "clap::Parser::parse();"),
    ];
    for (file, text) in bad {
        assert!(!foreign_uses(file, text).is_empty(), "{file}: {text}");
    }
    none(&foreign_uses(
        "src/tree/x.rs",
        "use git2::Oid; use std::process::ExitCode; let git2 = 1;",
    ));
}

#[test]
fn bad_manifests_are_seen() {
    let complaints = manifest_complaints(
        "[dependencies]\n\nleftpad = \"1\"\n# Why.\nclap = \"4\"\n[x]\ny = 1\n",
    );
    assert!(complaints.iter().any(|c| c.contains("leftpad is not")));
    assert!(
        complaints
            .iter()
            .any(|c| c.contains("leftpad has no comment"))
    );
    assert!(complaints.iter().any(|c| c.contains("table has git2")));
    assert!(
        !complaints.iter().any(|c| c.contains("clap ")),
        "{complaints:?}"
    );
}
