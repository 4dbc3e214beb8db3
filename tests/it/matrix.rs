//! How functions handle kinds: specimens that say so, a kind that is new, and real kernels.

use crate::kernels::kernel;
use crate::sandbox::{Sandbox, small_tree};
use crate::verdicts::copy;
use pteward::audit::{Auditor, Cell, How, Matrix, MatrixRow, compare_matrices, missed};
use pteward::tree::directory::DirectorySource;
use std::collections::BTreeMap;
use std::path::Path;

const TELLERS: &str = include_str!("../data/matrix/tellers.c");

fn matrix(root: &Path) -> Matrix {
    let source = DirectorySource::open(root).unwrap();
    Auditor::new(&source)
        .unwrap()
        .matrix(&source, &|_| {})
        .unwrap()
}

fn tree(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new(&small_tree()), folder.path());
    std::fs::write(folder.path().join("mm/tellers.c"), text).unwrap();
    folder
}

fn row<'m>(found: &'m Matrix, function: &str, entry: &str) -> &'m MatrixRow {
    let own = found.rows.iter().filter(|row| row.function == function);
    let mut own = own.filter(|row| {
        entry
            .split(", ")
            .all(|name| row.entry.split(", ").any(|n| n == name))
    });
    own.next()
        .unwrap_or_else(|| panic!("no row of {function} for {entry}"))
}

fn cell<'m>(row: &'m MatrixRow, kind: &str) -> &'m Cell {
    row.cells.iter().find(|cell| cell.kind == kind).unwrap()
}

/// A specimen: its function, and for each entry the handling of each kind that it names.
struct Specimen {
    function: String,
    first_line: u32,
    text: String,
    entries: Vec<(String, BTreeMap<String, String>)>,
}

fn specimens() -> Vec<Specimen> {
    let mut out = Vec::new();
    let mut comment = String::new();
    let lines: Vec<&str> = TELLERS.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        if line.starts_with("/*") {
            comment.clear();
        }
        if line.starts_with("/*") || line.starts_with(" *") {
            comment.push_str(line.trim_start_matches([' ', '/', '*']));
            comment.push('\n');
        } else if line.starts_with("int ") && comment.contains("cell: ") {
            let function = line[4..line.find('(').unwrap()].to_owned();
            let end = number + lines[number..].iter().position(|l| *l == "}").unwrap();
            let mut entries: Vec<(String, BTreeMap<String, String>)> = Vec::new();
            for line in comment
                .lines()
                .skip_while(|line| !line.starts_with("cell: "))
            {
                if let Some(entry) = line.strip_prefix("cell: ") {
                    entries.push((entry.to_owned(), BTreeMap::new()));
                    continue;
                }
                let pairs = line.split(", ").filter_map(|pair| pair.split_once(' '));
                let known = &mut entries.last_mut().unwrap().1;
                known.extend(pairs.map(|(kind, how)| (kind.to_owned(), how.to_owned())));
            }
            out.push(Specimen {
                function,
                first_line: u32::try_from(number).unwrap() + 1,
                text: lines[number..=end].join("\n"),
                entries,
            });
            comment.clear();
        } else if !line.is_empty() && !line.starts_with("static") {
            comment.clear();
        }
    }
    out
}

#[test]
fn specimens_are_handled_as_they_say() {
    let folder = tree(TELLERS);
    let found = matrix(folder.path());
    let specimens = specimens();
    assert_eq!(specimens.len(), 7);
    let mut wrong = Vec::new();
    for specimen in &specimens {
        for (entry, expected) in &specimen.entries {
            let row = row(&found, &specimen.function, entry);
            for cell in &row.cells {
                let how = expected.get(&cell.kind).map_or("default", String::as_str);
                if cell.how.word() != how {
                    wrong.push(format!(
                        "{} {entry} {}: {cell:?}, must be {how}",
                        row.function, cell.kind
                    ));
                }
                let mark = format!("here({})", cell.kind);
                let here = specimen.text.lines().position(|line| line.contains(&mark));
                let line = here.map(|at| specimen.first_line + u32::try_from(at).unwrap());
                let taken = matches!(cell.how, How::Name | How::Group);
                if taken && line.is_some_and(|line| !cell.lines.contains(&line)) {
                    wrong.push(format!(
                        "{} {}: {:?}, must be {line:?}",
                        row.function, cell.kind, cell.lines
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for none in ["one_question", "checked"] {
        assert!(found.rows.iter().all(|row| row.function != none), "{none}");
    }
}

#[test]
fn a_new_kind_falls_to_the_default_of_those_who_name_its_relatives() {
    let before = tree(TELLERS);
    let after = tree(TELLERS);
    let swap = after.path().join("include/linux/swap.h");
    let ops = after.path().join("include/linux/swapops.h");
    let text = std::fs::read_to_string(&swap).unwrap();
    let end = text.rfind("#endif").unwrap();
    let more = "#define SWP_FAR_MEMORY\t(MAX_SWAPFILES + 7)\n\n";
    std::fs::write(&swap, [&text[..end], more, &text[end..]].concat()).unwrap();
    let text = std::fs::read_to_string(&ops).unwrap();
    let group = "return is_migration_entry(entry) || is_hwpoison_entry(entry) ||";
    assert!(text.contains(group));
    let text = text.replace(
        group,
        &format!("{group}\n\t       swp_type(entry) == SWP_FAR_MEMORY ||"),
    );
    std::fs::write(&ops, text).unwrap();
    let (before, after) = (matrix(before.path()), matrix(after.path()));
    assert!(!before.kinds.contains(&"far_memory".to_owned()));
    let found = missed("far_memory", &after.rows, &after.predicates);
    let functions: Vec<&str> = found
        .iter()
        .filter(|own| own.file == "mm/tellers.c")
        .map(|own| own.function.as_str())
        .collect();
    // `in_turn` takes it with its group.
    assert_eq!(
        functions,
        ["chain", "page_of", "turned_away", "by_type", "own_question"]
    );
    let chain = found.iter().find(|own| own.function == "chain").unwrap();
    let near: Vec<&str> = chain
        .relatives
        .iter()
        .map(|cell| cell.kind.as_str())
        .collect();
    assert_eq!(near, ["device_private", "migration"]);
    assert!(compare_matrices(&before.rows, &after.rows).is_empty());
}

#[test]
fn a_function_that_learns_a_kind_has_changed() {
    let before = tree(TELLERS);
    let learnt = TELLERS.replace(
        "\t\treturn 3;\n\treturn 4;",
        "\t\treturn 3;\n\tif (is_device_exclusive_entry(entry))\n\t\treturn 5;\n\treturn 4;",
    );
    assert_ne!(learnt, TELLERS);
    let after = tree(&learnt);
    let (before, after) = (matrix(before.path()), matrix(after.path()));
    let changes: Vec<String> = compare_matrices(&before.rows, &after.rows)
        .iter()
        .map(|own| {
            format!(
                "{} {} {} {}",
                own.function,
                own.kind,
                own.before.word(),
                own.after.how.word()
            )
        })
        .collect();
    assert_eq!(changes, ["chain device_exclusive default name"]);
}

#[test]
fn the_page_shows_every_row() {
    let sandbox = Sandbox::new();
    let folder = tree(TELLERS);
    let page = sandbox.path("matrix.html");
    let args = [
        "matrix",
        folder.path().to_str().unwrap(),
        "--html",
        page.to_str().unwrap(),
    ];
    let ran = sandbox.run(&args);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let html = std::fs::read_to_string(&page).unwrap();
    for specimen in specimens() {
        assert!(
            html.contains(&format!("<code>{}</code>", specimen.function)),
            "{}",
            specimen.function
        );
    }
    assert!(!html.contains("http://") && !html.contains("https://"));
}

/// What reading these functions gave.
#[test]
fn real_functions_handle_kinds_as_they_are_read() {
    let Some(root) = kernel("6.12", "") else {
        return;
    };
    let found = matrix(&root);
    let how =
        |function: &str, entry: &str, kind: &str| cell(row(&found, function, entry), kind).how;
    assert_eq!(how("copy_nonpresent_pte", "entry", "swap"), How::Name);
    assert_eq!(
        how("copy_nonpresent_pte", "entry", "device_exclusive"),
        How::Name
    );
    assert_eq!(
        how("copy_nonpresent_pte", "entry", "hwpoison"),
        How::Default
    );
    assert_eq!(how("zap_pte_range", "entry", "hwpoison"), How::Name);
    assert_eq!(how("do_swap_page", "entry", "swap"), How::Default);
    assert_eq!(how("pte_to_pagemap_entry", "pte", "migration"), How::Group);
    assert_eq!(how("hmm_vma_handle_pte", "pte", "hwpoison"), How::Default);
    assert_eq!(how("hmm_vma_handle_pte", "pte", "marker"), How::Group);
    assert_eq!(how("change_pte_range", "entry", "migration"), How::Name);
    assert_eq!(
        how("mincore_pte_range", "pte", "device_private"),
        How::Group
    );
}
