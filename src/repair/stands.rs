//! In: a file's hunks as they stand in a text that holds all of them, and a pre-image. Out: whether they are to be believed.

use super::{PreImageFrom, Proof};
use crate::base::hash::blob_id;
use crate::diff::damaged::{DamagedFile, Standing, canonical, restore_entities};
use crate::diff::{Hunk, LineKind};
use std::collections::HashSet;

/// What is known of a text as it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) grade: Proof,
    pub(super) reason: String,
    /// The file after, where the hunks have their place in the text at hand.
    pub(super) post: Option<Vec<u8>>,
}

/// Whether to believe a text as it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is what was posted, as far as can be told.
    Taken(Taken),
    /// It is, unless restoring proves that another text was.
    Unless(Taken),
    /// It lost something.
    Damaged,
}

/// Judges the hunks of `file` as they stand against `text`. `goal`: the id that the result must have, if the header tells.
pub(super) fn judge(
    file: &DamagedFile,
    standing: &Standing,
    (text, from): (&[u8], &PreImageFrom),
    goal: Option<&str>,
) -> Verdict {
    let exact = matches!(
        from,
        PreImageFrom::Exact | PreImageFrom::Series | PreImageFrom::NewFile
    );
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let post = placed(&standing.hunks, &lines, !exact);
    let taken = |grade, reason: &str| Taken {
        grade,
        reason: reason.to_owned(),
        post: post.clone(),
    };
    let has_id = |goal: &str| {
        let post = post.as_ref();
        post.is_some_and(|post| blob_id(post).to_string().starts_with(goal))
    };
    if exact && goal.is_some_and(has_id) {
        let reason = "the text as it stands makes the posted id";
        return Verdict::Taken(taken(Proof::Proved, reason));
    }
    let evidence = Evidence::of(&standing.hunks, &lines, file);
    let unknown = evidence.whole == 0 && evidence.damaged == 0;
    // The very file that it was made from has other lines there.
    if exact && post.is_none() && *from != PreImageFrom::NewFile {
        return Verdict::Damaged;
    }
    if evidence.damaged > evidence.whole || (unknown && standing.suspect && standing.by_rule) {
        return Verdict::Damaged;
    }
    if unknown && standing.suspect {
        let reason = "it came whole, but looks as if white space was lost";
        return Verdict::Unless(taken(Proof::WordsOnly, reason));
    }
    if exact && goal.is_some() {
        // Nothing but an id speaks against it: edited by hand, perhaps.
        let (grade, reason) = if post.is_some() && *from != PreImageFrom::NewFile {
            (
                Proof::Consistent,
                "it stands whole and its context fits; its result has another id than the posted one",
            )
        } else {
            (
                Proof::WordsOnly,
                "it stands whole, but does not make the posted id",
            )
        };
        return Verdict::Unless(taken(grade, reason));
    }
    let reason = if unknown {
        "it came whole, and nothing shows damage"
    } else {
        "it came whole: the file at hand has its lines so"
    };
    Verdict::Taken(taken(Proof::Intact, reason))
}

/// Puts the hunks where they belong, each line as it stands: at the lines that they name, or `near` them.
fn placed(hunks: &[Hunk], lines: &[&[u8]], near: bool) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut drift = 0;
    for hunk in hunks {
        let old: Vec<Vec<u8>> = side(hunk, LineKind::Added);
        // A hunk without old lines names the line that it stands behind.
        let named = hunk.old_start as usize - usize::from(hunk.old_count > 0 && hunk.old_start > 0);
        let wanted = named.checked_add_signed(drift)?;
        let fits = |start: usize| {
            let there = lines.get(start..start + old.len());
            there.is_some_and(|there| there.iter().zip(&old).all(|(one, other)| *one == other))
        };
        let start = if fits(wanted) {
            wanted
        } else if near && !old.is_empty() {
            let starts = at..(lines.len() + 1).saturating_sub(old.len());
            starts
                .filter(|&start| fits(start))
                .min_by_key(|start| start.abs_diff(wanted))?
        } else {
            return None;
        };
        if start < at {
            return None;
        }
        drift += start.cast_signed() - wanted.cast_signed();
        lines[at..start].iter().for_each(|line| out.extend(*line));
        side(hunk, LineKind::Removed)
            .iter()
            .for_each(|line| out.extend(line));
        at = start + old.len();
    }
    lines[at..].iter().for_each(|line| out.extend(*line));
    Some(out)
}

/// The lines of one side of a hunk, those of one kind left out.
fn side(hunk: &Hunk, without: LineKind) -> Vec<Vec<u8>> {
    let lines = hunk.lines.iter().filter(|line| line.kind != without);
    lines
        .map(|line| {
            let end: &[u8] = if line.newline { b"\n" } else { b"" };
            [&line.text, end].concat()
        })
        .collect()
}

/// What the lines that a hunk takes from the old file tell, held against a file that has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Evidence {
    /// Lines that could have been damaged, and are there to the letter.
    whole: usize,
    /// Lines that are there in other white space or letters only.
    damaged: usize,
}

impl Evidence {
    fn of(hunks: &[Hunk], lines: &[&[u8]], file: &DamagedFile) -> Self {
        let letters = file
            .hunks
            .iter()
            .any(|hunk| hunk.damage.escaped || hunk.damage.entities);
        let spaces = file
            .hunks
            .iter()
            .any(|hunk| hunk.damage.tabs || hunk.damage.inner_blanks);
        let telling = |line: &[u8]| {
            (spaces && line.iter().any(|byte| !byte.is_ascii_whitespace()) && is_spaced(line))
                || (letters && (line.contains(&b'&') || line.contains(&b'?') || !line.is_ascii()))
                || memchr::memmem::find(line, b"\xc2\xa0").is_some()
        };
        let old = hunks.iter().flat_map(|hunk| &hunk.lines);
        let old = old
            .filter(|line| line.kind != LineKind::Added)
            .map(|line| line.text.as_slice());
        let telling: Vec<&[u8]> = old.filter(|line| telling(line)).collect();
        let mut out = Self::default();
        if telling.is_empty() {
            return out;
        }
        let bare = |line: &'_ [u8]| line.strip_suffix(b"\n").unwrap_or(line).to_vec();
        let all: HashSet<Vec<u8>> = lines.iter().map(|line| bare(line)).collect();
        let words: HashSet<Vec<u8>> = lines.iter().map(|line| words(&bare(line))).collect();
        for line in telling {
            if all.contains(line) {
                out.whole += 1;
            } else if words.contains(&self::words(line)) {
                out.damaged += 1;
            }
        }
        out
    }
}

/// Does a line begin with white space, or have a tab or a run of blanks in it?
fn is_spaced(line: &[u8]) -> bool {
    line[0].is_ascii_whitespace()
        || line.contains(&b'\t')
        || memchr::memmem::find(line, b"  ").is_some()
}

/// What is left of a line whichever way a page damages it: no white space, and no letters that pages change.
fn words(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line);
    let words = text.split(char::is_whitespace);
    let words = words.filter(|word| !word.is_empty());
    words
        .flat_map(|word| canonical(&restore_entities(word.as_bytes())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::damaged::parse_damaged;

    const TREE: &str = "int f(void)\n{\n\tint a;\n\n\treturn a;\n}\n";
    const DIFF: &str = "diff --git a/f.c b/f.c\n--- a/f.c\n+++ b/f.c\n@@ -2,5 +2,6 @@\n {\n \tint a;\n \n+\ta = 3;\n \treturn a;\n }\n";

    fn judged(diff: &str, tree: &str, suspect: bool, exact: bool) -> Verdict {
        let parsed = crate::diff::parse(diff.as_bytes());
        let mut file = parse_damaged(diff.as_bytes()).files.remove(0);
        let standing = Standing {
            hunks: parsed.files[0].hunks.clone(),
            suspect,
            by_rule: true,
        };
        file.standing = None;
        let from = if exact {
            PreImageFrom::Exact
        } else {
            PreImageFrom::Near("elsewhere".to_owned())
        };
        let post = tree.replace("\treturn", "\ta = 3;\n\treturn");
        let goal = blob_id(post.as_bytes()).to_string();
        let goal = exact.then_some(goal.as_str());
        judge(&file, &standing, (tree.as_bytes(), &from), goal)
    }

    #[test]
    fn an_id_that_is_met_proves_the_text() {
        let Verdict::Taken(taken) = judged(DIFF, TREE, true, true) else {
            panic!("not taken");
        };
        assert_eq!(taken.grade, Proof::Proved);
        assert!(taken.post.unwrap().ends_with(b"\ta = 3;\n\treturn a;\n}\n"));
    }

    #[test]
    fn blanks_are_damage_where_the_file_has_tabs_and_are_none_where_it_has_blanks() {
        let blanks = |text: &str| text.replace('\t', "        ");
        let (diff, tree) = (blanks(DIFF), blanks(TREE));
        for suspect in [false, true] {
            assert_eq!(judged(&diff, TREE, suspect, false), Verdict::Damaged);
            assert_eq!(judged(&diff, TREE, suspect, true), Verdict::Damaged);
            let Verdict::Taken(taken) = judged(&diff, &tree, suspect, false) else {
                panic!("not taken");
            };
            assert_eq!(taken.grade, Proof::Intact);
        }
        // No line of the tree tells.
        assert_eq!(judged(&diff, "int g;\n", true, false), Verdict::Damaged);
        let Verdict::Taken(taken) = judged(&diff, "int g;\n", false, false) else {
            panic!("not taken");
        };
        assert_eq!((taken.grade, taken.post), (Proof::Intact, None));
    }

    #[test]
    fn a_result_of_another_id_is_never_proved() {
        let edited = DIFF.replace("a = 3", "a = 4");
        let Verdict::Unless(taken) = judged(&edited, TREE, false, true) else {
            panic!("taken");
        };
        assert_eq!(taken.grade, Proof::Consistent);
    }

    #[test]
    fn hunks_find_their_place_in_a_longer_file() {
        let longer = format!("/* one */\n/* two */\n{TREE}");
        let Verdict::Taken(taken) = judged(DIFF, &longer, false, false) else {
            panic!("not taken");
        };
        let post = taken.post.unwrap();
        assert!(post.starts_with(b"/* one */") && post.ends_with(b"a = 3;\n\treturn a;\n}\n"));
    }
}
