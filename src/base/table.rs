//! In: a data table of queries/ (tab-separated, `#` comments). Out: its rows.

/// Splits a table into rows of cells; the last cell of each row is the reason.
pub fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}
