//! In: the notes below `---`. Out: the diffstat in them, and where it disagrees with the diff.

use super::DiffstatFile;
use crate::diff::{FileDiff, LineKind, Problem, unquote};
use std::collections::HashMap;

/// A diffstat as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Diffstat {
    /// Its files with their lines in the text, from 1.
    pub(super) files: Vec<(usize, DiffstatFile)>,
    /// Its last line: line, files, insertions, deletions.
    pub(super) total: Option<(usize, u32, u32, u32)>,
    /// Was it cut (`...` in place of files)?
    pub(super) cut: bool,
}

/// Reads ` path | 12 ++--`, ` path | Bin 0 -> 10 bytes` or ` path | 0`.
fn file(line: &str) -> Option<DiffstatFile> {
    let (path, rest) = line.rsplit_once(" |")?;
    let path = path.trim();
    // git quotes names here as in the diff.
    let unquoted = unquote(path.as_bytes()).and_then(|(name, _)| String::from_utf8(name).ok());
    let path = unquoted.as_deref().unwrap_or(path);
    let rest = rest.trim();
    if path.is_empty() || path.len() > 500 {
        return None;
    }
    if rest == "Bin" || rest.starts_with("Bin ") || rest == "Unmerged" {
        return Some(DiffstatFile {
            path: path.to_owned(),
            changed: None,
        });
    }
    let (number, graph) = rest.split_once(' ').unwrap_or((rest, ""));
    let graph_only = graph.trim().bytes().all(|byte| matches!(byte, b'+' | b'-'));
    let changed = number.parse().ok().filter(|_| graph_only)?;
    Some(DiffstatFile {
        path: path.to_owned(),
        changed: Some(changed),
    })
}

/// Reads ` 3 files changed, 72 insertions(+), 3 deletions(-)`.
fn total(line: &str) -> Option<(u32, u32, u32)> {
    let mut parts = line.trim().split(", ");
    let (files, rest) = parts.next()?.split_once(' ')?;
    if rest != "files changed" && rest != "file changed" {
        return None;
    }
    let (mut added, mut removed) = (0, 0);
    for part in parts {
        let (number, what) = part.split_once(' ')?;
        let number = number.parse().ok()?;
        if what.starts_with("insertion") {
            added = number;
        } else if what.starts_with("deletion") {
            removed = number;
        }
    }
    Some((files.parse().ok()?, added, removed))
}

/// Finds the diffstat in lines that are counted from `first_line`; gives it and the range of lines it takes.
pub(super) fn parse(lines: &[&str], first_line: usize) -> (Diffstat, std::ops::Range<usize>) {
    let mut out = Diffstat::default();
    let mut range = 0..0;
    for (index, line) in lines.iter().enumerate() {
        if let Some(read) = file(line) {
            if out.files.is_empty() {
                range.start = index;
            }
            out.files.push((first_line + index, read));
        } else if let Some((files, added, removed)) = total(line).filter(|_| !out.files.is_empty())
        {
            out.total = Some((first_line + index, files, added, removed));
            range.end = index + 1;
            return (out, range);
        } else if line.trim() == "..." && !out.files.is_empty() {
            out.cut = true;
        } else if !out.files.is_empty() {
            // Something else between: lines so far were a table, or a diffstat without its last line.
            range.end = index;
            if line.trim().is_empty() {
                return (out, range);
            }
            out = Diffstat::default();
        }
    }
    range.end = range
        .end
        .max(if out.files.is_empty() { 0 } else { lines.len() });
    (out, if range.start > range.end { 0..0 } else { range })
}

/// Says whether a diffstat's name, perhaps shortened or of a rename, is the file of a diff.
fn names(stat: &str, file: &FileDiff) -> bool {
    let path = file.path();
    if stat == path {
        return true;
    }
    let new = stat.strip_prefix("...").unwrap_or(stat);
    if new.len() < stat.len() && path.ends_with(new) {
        return true;
    }
    let Some((before, after)) = stat.split_once(" => ") else {
        return false;
    };
    // `dir/{old => new}/rest`, `old => new`; either side may be shortened.
    let target = match (before.rfind('{'), after.find('}')) {
        (Some(open), Some(close)) => {
            let joined = format!(
                "{}{}{}",
                &before[..open],
                &after[..close],
                &after[close + 1..]
            );
            joined.replace("//", "/")
        }
        _ => after.to_owned(),
    };
    let target = target.trim_start_matches("...");
    path == target || path.ends_with(target) && !target.is_empty()
}

/// Says how many changed lines a diffstat's line for a file tells, where it has one.
pub(super) fn changed(stat: &[DiffstatFile], file: &FileDiff) -> Option<u32> {
    let exact = stat.iter().find(|line| line.path == file.path());
    exact
        .or_else(|| stat.iter().find(|line| names(&line.path, file)))
        .and_then(|line| line.changed)
}

/// Counts the lines that a diff adds and removes.
fn counts(file: &FileDiff) -> (u32, u32) {
    let lines = || file.hunks.iter().flat_map(|hunk| &hunk.lines);
    let count =
        |kind| u32::try_from(lines().filter(|line| line.kind == kind).count()).unwrap_or(u32::MAX);
    (count(LineKind::Added), count(LineKind::Removed))
}

/// Comparisons of shortened names with the diff's: a real diffstat needs few, a hostile one must not take for ever.
const MAX_COMPARISONS: usize = 20_000_000;

/// A diffstat's names being matched with a diff's files.
struct Matching<'f> {
    files: &'f [FileDiff],
    by_path: HashMap<&'f str, usize>,
    /// Which files no line has named yet.
    unnamed: Vec<bool>,
    comparisons_left: usize,
}

impl<'f> Matching<'f> {
    fn new(files: &'f [FileDiff]) -> Self {
        let by_path = files
            .iter()
            .enumerate()
            .map(|(index, file)| (file.path(), index))
            .collect();
        Self {
            files,
            by_path,
            unnamed: vec![true; files.len()],
            comparisons_left: MAX_COMPARISONS,
        }
    }

    /// Says whether comparing has become too much.
    fn exhausted(&self) -> bool {
        self.comparisons_left <= self.files.len()
    }

    /// Finds the file that a line names.
    fn find(&mut self, stat: &str) -> Option<usize> {
        let shortened = stat.contains("...") || stat.contains(" => ");
        let found = self.by_path.remove(stat).or_else(|| {
            if !shortened || self.exhausted() {
                return None;
            }
            self.comparisons_left -= self.files.len();
            (0..self.files.len())
                .find(|&index| self.unnamed[index] && names(stat, &self.files[index]))
        })?;
        self.unnamed[found] = false;
        Some(found)
    }
}

/// Names every disagreement between a diffstat and the diff below it.
pub(super) fn disagreements(stat: &Diffstat, files: &[FileDiff]) -> Vec<Problem> {
    let mut out = Vec::new();
    let Some(&(first_line, _)) = stat.files.first() else {
        return out;
    };
    let mut tell = |line, what| out.push(Problem { line, what });
    let mut matching = Matching::new(files);
    let all: Vec<(u32, u32)> = files.iter().map(counts).collect();
    for (line, entry) in &stat.files {
        let path = &entry.path;
        match (matching.find(path), entry.changed) {
            (None, _) if matching.exhausted() => {}
            (None, _) => tell(
                *line,
                format!("diffstat names {path}, which the diff does not touch"),
            ),
            (Some(index), Some(said)) if !files[index].binary => {
                let changed = all[index].0.saturating_add(all[index].1);
                if said != changed {
                    tell(
                        *line,
                        format!(
                            "diffstat says {said} changed lines in {path}, the diff has {changed}"
                        ),
                    );
                }
            }
            _ => {}
        }
    }
    if matching.exhausted() {
        tell(
            first_line,
            "diffstat has too many shortened names to compare them all".to_owned(),
        );
    } else if !stat.cut {
        for (file, _) in files
            .iter()
            .zip(&matching.unnamed)
            .filter(|(_, unnamed)| **unnamed)
        {
            tell(
                first_line,
                format!(
                    "the diff touches {}, which the diffstat does not name",
                    file.path()
                ),
            );
        }
    }
    let sum = |side: fn(&(u32, u32)) -> u32| all.iter().map(side).fold(0, u32::saturating_add);
    let (count, added, removed) = (files.len(), sum(|counts| counts.0), sum(|counts| counts.1));
    if let Some((line, said_count, said_added, said_removed)) = stat.total
        && (said_count as usize, said_added, said_removed) != (count, added, removed)
    {
        let said = format!("{said_count} files, {said_added} insertions, {said_removed} deletions");
        tell(
            line,
            format!("diffstat says {said}; the diff has {count}, {added}, {removed}"),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Diffstat {
        parse(&text.lines().collect::<Vec<_>>(), 1).0
    }

    #[test]
    fn every_kind_of_line() {
        let stat = read(
            "Words | more words\n\n mm/x.c        | 12 ++++++------\n mm/{a.c => b.c} |  0\n .../very/long.c | 3 +++\n logo.png | Bin 0 -> 10 bytes\n \"gr\\303\\274n.c\" | 1 +\n 5 files changed, 10 insertions(+), 6 deletions(-)\n",
        );
        let files: Vec<_> = stat
            .files
            .iter()
            .map(|(_, file)| (file.path.as_str(), file.changed))
            .collect();
        let expected = [
            ("mm/x.c", Some(12)),
            ("mm/{a.c => b.c}", Some(0)),
            (".../very/long.c", Some(3)),
            ("logo.png", None),
            ("gr\u{fc}n.c", Some(1)),
        ];
        assert_eq!(files, expected);
        assert_eq!(stat.total, Some((8, 5, 10, 6)));
    }

    #[test]
    fn shortened_and_renamed_names_are_found() {
        let file = |path: &str| FileDiff {
            change: crate::diff::FileChange::Renamed,
            old_path: "old".to_owned(),
            new_path: path.to_owned(),
            old_mode: None,
            new_mode: None,
            index: None,
            binary: false,
            binary_patch: None,
            hunks: Vec::new(),
        };
        for (stat, path) in [
            ("mm/{a.c => b.c}", "mm/b.c"),
            ("mm/{old => }/b.c", "mm/b.c"),
            ("a.c => mm/b.c", "mm/b.c"),
            (".../long/b.c", "mm/very/long/b.c"),
            (".../{old => new}/b.c", "mm/new/b.c"),
        ] {
            assert!(names(stat, &file(path)), "{stat}");
            assert!(!names(stat, &file("mm/other.c")), "{stat}");
        }
    }

    #[test]
    fn disagreement_is_told() {
        let files =
            crate::diff::parse(b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-x\n+y\n")
                .files;
        let told = |text: &str| {
            disagreements(&read(text), &files)
                .into_iter()
                .map(|problem| problem.what)
                .collect::<Vec<_>>()
        };
        assert!(told(" x | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n").is_empty());
        assert_eq!(
            told(" x | 3 ++-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n"),
            ["diffstat says 3 changed lines in x, the diff has 2"]
        );
        assert_eq!(
            told(" x | 2 +-\n 1 file changed, 2 insertions(+)\n").len(),
            1
        );
        assert_eq!(
            told(" y | 2 +-\n").len(),
            2,
            "one named for nothing, one not named"
        );
    }
}
