//! In: a file before and after. Out: the functions in which it changed, told apart from the engine's own reckoning.

use imara_diff::{Algorithm, Diff, InternedInput};
use std::collections::BTreeSet;

/// Says whether a line begins a function, a type or the like: a letter in column 0, and no label.
fn begins(line: &str) -> bool {
    let letter =
        line.starts_with(|sign: char| sign.is_ascii_alphabetic() || matches!(sign, '_' | '#'));
    letter
        && !line.trim_end().ends_with(':')
        && (!line.starts_with('#') || line.starts_with("#define"))
}

/// Names what a line begins: the word before its parenthesis, else the whole line's words.
fn name(line: &str) -> String {
    let before = line.split('(').next().unwrap_or(line);
    let word = before
        .split(|sign: char| !sign.is_alphanumeric() && sign != '_')
        .rfind(|word| !word.is_empty());
    word.unwrap_or(line).to_owned()
}

/// Names what each line stands in; empty above the first.
fn owners(text: &str) -> Vec<String> {
    let mut current = String::new();
    let mut out = Vec::new();
    for line in text.lines() {
        if begins(line) {
            current = name(line);
        }
        out.push(current.clone());
    }
    out.push(current);
    out
}

/// Where one change lies: every name that could be meant, at its edges and just above.
pub(crate) type Place = BTreeSet<String>;

/// Gives the place of each change between two texts.
pub(crate) fn places(before: &[u8], after: &[u8]) -> Vec<Place> {
    let (before, after) = (
        String::from_utf8_lossy(before),
        String::from_utf8_lossy(after),
    );
    let input = InternedInput::new(&*before, &*after);
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_lines(&input);
    let (old, new) = (owners(&before), owners(&after));
    let mut out = Vec::new();
    for hunk in diff.hunks() {
        let mut place = Place::new();
        for (owners, range) in [(&old, &hunk.before), (&new, &hunk.after)] {
            let (start, end) = (range.start as usize, range.end as usize);
            for at in [
                start.saturating_sub(1),
                start,
                end.saturating_sub(1).max(start),
            ] {
                place.extend(owners.get(at.min(owners.len() - 1)).cloned());
            }
        }
        out.push(place);
    }
    out
}

/// Counts the changes of `ours` that lie in no function in which `truth` changes anything.
pub(crate) fn strays(truth: &[Place], ours: &[Place]) -> usize {
    let all: BTreeSet<&String> = truth.iter().flatten().collect();
    ours.iter()
        .filter(|place| !place.iter().any(|name| all.contains(name)))
        .count()
}

#[cfg(test)]
mod tests {
    use super::{places, strays};

    const BEFORE: &str = "int one(int a)\n{\n\tlock(a);\n\tgo(a);\nout:\n\tunlock(a);\n}\n\nint two(int a)\n{\n\tlock(a);\n\tgo(a);\n\tunlock(a);\n}\n";

    #[test]
    fn a_change_in_the_sister_is_a_stray() {
        let one = BEFORE.replacen("\tgo(a);", "\tgo(a, 0);", 1);
        let two = format!(
            "{}\tgo(a, 0);\n\tunlock(a);\n}}\n",
            BEFORE.strip_suffix("\tgo(a);\n\tunlock(a);\n}\n").unwrap()
        );
        let in_one = places(BEFORE.as_bytes(), one.as_bytes());
        let in_two = places(BEFORE.as_bytes(), two.as_bytes());
        assert_eq!((in_one.len(), in_two.len()), (1, 1));
        assert_eq!((strays(&in_one, &in_one), strays(&in_one, &in_two)), (0, 1));
    }
}
