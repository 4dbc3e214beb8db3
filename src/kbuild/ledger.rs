//! In: diagnostics by the step of make that printed them. Out: the same over several builds in one folder.
//!
//! A rebuild prints only what it compiles again. What the other objects had to say is kept here, so that a state's warnings
//! do not depend on which states were built before it.

use super::diagnostic::{Diagnostic, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Rows kept of one step, and of all.
const MOST: (usize, usize) = (500, 5000);

/// What each product's newest build had to say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    rows: BTreeMap<String, Vec<Diagnostic>>,
    /// Products of this run.
    made: BTreeSet<String>,
}

impl Ledger {
    /// Reads a ledger back; one that is missing or damaged is empty.
    pub(super) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let fields: Vec<&str> = text.split('\0').collect();
        let mut ledger = Self::default();
        for record in fields.chunks_exact(7) {
            let severity = match record[1] {
                "error" => Severity::Error,
                _ => Severity::Warning,
            };
            ledger
                .rows
                .entry(record[0].to_owned())
                .or_default()
                .push(Diagnostic {
                    severity,
                    file: record[2].to_owned(),
                    line: record[3].parse().unwrap_or(0),
                    column: record[4].parse().unwrap_or(0),
                    flag: record[5].to_owned(),
                    text: record[6].to_owned(),
                });
        }
        ledger
    }

    /// Spells it for a file.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for (product, row) in self
            .rows
            .iter()
            .flat_map(|(product, rows)| rows.iter().map(move |row| (product, row)))
        {
            let (line, column) = (row.line.to_string(), row.column.to_string());
            let fields = [
                product,
                row.severity.word(),
                &row.file,
                &line,
                &column,
                &row.flag,
                &row.text,
            ];
            for field in fields {
                out.extend(field.chars().filter(|c| *c != '\0'));
                out.push('\0');
            }
        }
        out
    }

    /// Says that a product is being made again: what was said of it before is over.
    pub(super) fn begin(&mut self, product: &str) {
        self.rows.remove(product);
        self.made.insert(product.to_owned());
    }

    /// Adds a row to a product.
    pub(super) fn add(&mut self, product: &str, row: Diagnostic) {
        let all: usize = self.rows.values().map(Vec::len).sum();
        let rows = self.rows.entry(product.to_owned()).or_default();
        if rows.len() < MOST.0 && all < MOST.1 && !rows.contains(&row) {
            rows.push(row);
        }
    }

    /// Forgets products that `is_there` denies, but for those of this run.
    pub(super) fn prune(&mut self, is_there: impl Fn(&str) -> bool) {
        let made = &self.made;
        self.rows
            .retain(|product, _| made.contains(product) || is_there(product));
    }

    /// Gives all rows, each once: errors first, then by place.
    pub(super) fn all(&self) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in self.rows.values().flatten() {
            // A header's warning comes once for each file that includes it.
            if seen.insert(row) {
                all.push(row.clone());
            }
        }
        all.sort_by(|a, b| {
            (a.severity, &a.file, a.line, a.column).cmp(&(b.severity, &b.file, b.line, b.column))
        });
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str) -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            file: "mm/a.c".into(),
            line: 3,
            column: 0,
            flag: "-Wx".into(),
            text: text.into(),
        }
    }

    #[test]
    fn what_is_not_made_again_keeps_its_rows() {
        let mut ledger = Ledger::default();
        ledger.begin("mm/a.o");
        ledger.add("mm/a.o", row("old"));
        ledger.begin("mm/b.o");
        ledger.add("mm/b.o", row("stays"));
        ledger.add("mm/b.o", row("stays"));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger");
        std::fs::write(&path, ledger.text()).unwrap();
        let mut ledger = Ledger::read(&path);
        assert_eq!(ledger.all().len(), 2);
        ledger.begin("mm/a.o");
        assert_eq!(ledger.all(), [row("stays")]);
        ledger.prune(|product| product != "mm/b.o");
        assert_eq!(ledger.all(), []);
        assert_eq!(Ledger::read(&dir.path().join("none")), Ledger::default());
    }
}
