//! queries/: every file is used, every line of data has a reason, every name is the tree's to tell.

use super::none;
use super::scan::{File, files, sources};

/// Complains of a table without a header, or a line without a reason.
fn unreasoned(path: &str, text: &str) -> Vec<String> {
    let mut complaints = Vec::new();
    if !text.starts_with("# ") || !text.lines().next().unwrap_or_default().contains("reason") {
        complaints.push(format!(
            "{path}: the first line does not say what the columns are, the reason among them"
        ));
    }
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.starts_with('#') && !line.is_empty())
    {
        let cells: Vec<&str> = line.split('\t').collect();
        let reason = cells
            .last()
            .map_or(0, |reason| reason.trim().split(' ').count());
        if cells.len() < 2 || (reason < 2 && !cells.last().is_some_and(|cell| cell.contains(':'))) {
            complaints.push(format!("{path}:{}: no reason: {line}", number + 1));
        }
    }
    complaints
}

/// Complains of a file of queries/ that no source includes.
fn unused(queries: &[File], sources: &[File]) -> Vec<String> {
    queries
        .iter()
        .filter(|query| {
            !sources
                .iter()
                .any(|file| file.text.contains("include_str!(") && file.text.contains(&query.path))
        })
        .map(|query| format!("{}: nobody includes it", query.path))
        .collect()
}

#[test]
fn every_line_of_data_has_a_reason() {
    let tables = files("queries", ".tsv");
    assert!(!tables.is_empty());
    none(
        &tables
            .iter()
            .flat_map(|file| unreasoned(&file.path, &file.text))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn every_file_is_used() {
    none(&unused(&files("queries", ""), &sources()));
}

#[test]
fn bad_tables_are_seen() {
    assert_eq!(unreasoned("x", "# Names: name, reason.\na\n").len(), 1);
    assert_eq!(unreasoned("x", "# Names: name, reason.\na\tyes\n").len(), 1);
    assert_eq!(unreasoned("x", "a\tsince it is so\n").len(), 1);
    assert!(unreasoned("x", "# Names: name, reason.\na\tsince it is so\n").is_empty());
    let file = |path: &str, text: &str| File {
        path: path.into(),
        text: text.into(),
    };
    let queries = [file("queries/a.tsv", ""), file("queries/b.tsv", "")];
    let source = [file("src/x.rs", "include_str!(\"../../queries/a.tsv\")")];
    assert_eq!(unused(&queries, &source).len(), 1);
}
