//! In: names from outside. Out: file names and anchors of `[a-z0-9-]` only, no two alike.

use std::collections::HashSet;

/// Longest slug, in bytes; long subjects make long names.
const LONGEST: usize = 60;

/// Spells `name` with letters, digits and single hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().map(|c| c.to_ascii_lowercase()) {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() {
        "unnamed".to_owned()
    } else {
        out.to_owned()
    }
}

/// Hands out slugs, each once.
#[derive(Default)]
pub(super) struct Slugs(HashSet<String>);

impl Slugs {
    /// Gives `name`'s slug, with `-2`, `-3`, … where another name has it.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let base = slug(name);
        let mut out = base.clone();
        let mut count = 1;
        while !self.0.insert(out.clone()) {
            count += 1;
            out = format!("{base}-{count}");
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain_and_unique() {
        assert_eq!(slug("Linux 6.12/α x"), "linux-6-12-x");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(slug("…"), "unnamed");
        assert!(slug(&"ab ".repeat(200)).len() <= LONGEST);
        let mut slugs = Slugs::default();
        assert_eq!(
            [
                slugs.unique("A b"),
                slugs.unique("a-b"),
                slugs.unique("a/b")
            ],
            ["a-b", "a-b-2", "a-b-3"]
        );
    }
}
