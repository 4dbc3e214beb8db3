//! In: hunks that conflict, the series so far, the tree. Out: the symbols they use that the tree does not have.
//!
//! Works on words, not on syntax: a conflict's lines are often no whole statement. A word counts as missing only if it
//! stands in no C file beside the conflicts, nor where all of the kernel finds its names, nor in any other header that they
//! could include. What a driver far away calls its own is no name of theirs.

use crate::diff::{FileDiff, Hunk, Line, LineKind};
use crate::tree::source::{Choose, Source, TreeError};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// Words that one hunk can ask for, and symbols reported of it; a large hunk that conflicts is foreign altogether.
const ASKED: usize = 400;
const REPORTED: usize = 12;

/// Words that a whole series can ask for; what is beyond is not looked up.
const LOOKED_UP: usize = 10_000;

/// Where most of what a hunk uses is declared.
const HEADERS: &str = "include";

/// Whose names all of the kernel uses.
const CORE: [&str; 3] = ["mm", "kernel", "lib"];

/// Folders whose headers the rest of a kernel may include; those of drivers and tools are their own.
const OTHERS: [&str; 13] = [
    "arch", "block", "certs", "crypto", "fs", "init", "io_uring", "ipc", "net", "rust", "security",
    "usr", "virt",
];

/// C's keywords of four letters and more, and words of the preprocessor.
const KEYWORDS: &[&str] = &[
    "auto", "bool", "break", "case", "char", "const", "continue", "default", "define", "defined",
    "double", "elif", "else", "endif", "enum", "error", "extern", "false", "float", "goto",
    "ifdef", "ifndef", "include", "inline", "long", "once", "pragma", "register", "restrict",
    "return", "short", "signed", "sizeof", "static", "struct", "switch", "true", "typedef",
    "typeof", "undef", "union", "unsigned", "void", "volatile", "while", "NULL",
];

/// A word of C with what stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word<'t> {
    text: &'t str,
    /// Does `(` follow?
    called: bool,
    /// Does `struct`, `union` or `enum` stand before it?
    tagged: bool,
    /// Does `.` or `->` stand before it?
    member: bool,
}

/// Lists the identifiers of a line of C, without its comments and strings.
///
/// A line that begins with `*` is taken as inside a comment: kernel style puts no product there.
fn words(line: &[u8]) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let body = line.trim_ascii_start();
    if body.starts_with(b"*")
        && !body.starts_with(b"*/")
        && body.get(1).is_none_or(u8::is_ascii_whitespace)
        || body.starts_with(b"#include")
    {
        return words;
    }
    let mut at = 0;
    let mut tagged = false;
    while at < line.len() {
        match line[at] {
            b'/' if line[at..].starts_with(b"//") => break,
            b'/' if line[at..].starts_with(b"/*") => {
                at = memchr::memmem::find(&line[at + 2..], b"*/")
                    .map_or(line.len(), |end| at + 4 + end);
            }
            quote @ (b'"' | b'\'') => at = behind_quote(line, at, quote),
            byte if byte.is_ascii_digit() => at = behind_word(line, at),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let end = behind_word(line, at);
                let text = std::str::from_utf8(&line[at..end]).expect("identifiers are ASCII");
                let called = line[end..].trim_ascii_start().starts_with(b"(");
                let member = line[..at].ends_with(b"->") || line[..at].ends_with(b".");
                words.push(Word {
                    text,
                    called,
                    tagged,
                    member,
                });
                tagged = matches!(text, "struct" | "union" | "enum");
                at = end;
            }
            byte => {
                tagged &= byte.is_ascii_whitespace();
                at += 1;
            }
        }
    }
    words
}

fn behind_word(line: &[u8], at: usize) -> usize {
    at + line[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
        .count()
}

fn behind_quote(line: &[u8], at: usize, quote: u8) -> usize {
    let mut at = at + 1;
    while at < line.len() && line[at] != quote {
        at += 1 + usize::from(line[at] == b'\\');
    }
    (at + 1).min(line.len())
}

fn is_worth_asking(word: &str) -> bool {
    // An option's name is declared in no C file.
    word.len() >= 4 && !KEYWORDS.contains(&word) && !word.starts_with("CONFIG_")
}

/// A macro's or constant's name: capitals, and an underscore or a digit, or long.
fn is_loud(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        && word.len() >= 5
}

/// A word that a hunk relies on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) word: String,
    /// Does it stand on added lines only, so that the patch may have to bring it itself?
    pub(super) is_added_only: bool,
}

/// Lists what a conflicting hunk of a C file relies on, calls first: calls, types and macros, and the members that its
/// pre-image side uses. Other words may be its own locals, which no patch has to introduce.
pub(super) fn needs(diff: &FileDiff, hunk: &Hunk) -> Vec<Need> {
    if !is_c(diff.path()) {
        return Vec::new();
    }
    let (mut seen, mut expected) = (HashSet::new(), HashSet::new());
    let (mut calls, mut others) = (Vec::new(), Vec::new());
    for line in &hunk.lines {
        let added = line.kind == LineKind::Added;
        for word in words(&line.text)
            .into_iter()
            .filter(|word| is_worth_asking(word.text))
        {
            let relied = (!added && word.member)
                || word.called
                || word.tagged
                || word.text.ends_with("_t")
                || is_loud(word.text);
            if !added {
                expected.insert(word.text);
            }
            if relied && seen.len() < ASKED && seen.insert(word.text) {
                let list = if word.called { &mut calls } else { &mut others };
                list.push(word.text);
            }
        }
    }
    let need = |word: &str| Need {
        word: word.to_owned(),
        is_added_only: !expected.contains(word),
    };
    calls.into_iter().chain(others).map(need).collect()
}

fn is_c(path: &str) -> bool {
    path.ends_with(".c") || path.ends_with(".h")
}

/// What the patches so far bring.
#[derive(Default)]
pub(super) struct Introduced {
    /// Words of any added line: a later hunk's context may show them.
    mentioned: HashSet<String>,
    /// Words that an added line seems to define or declare.
    defined: HashSet<String>,
}

impl Introduced {
    /// Takes note of what a patch's added lines define, for its own hunks and later ones.
    pub(super) fn note_definitions(&mut self, files: &[FileDiff]) {
        for line in added_lines(files) {
            let words = words(&line.text);
            self.defined
                .extend(defined(&line.text, &words).map(str::to_owned));
        }
    }

    /// Takes note of every word of a patch's added lines, for later patches: what a hunk expects to find was never
    /// brought by the patch that it is part of.
    pub(super) fn note_mentions(&mut self, files: &[FileDiff]) {
        for line in added_lines(files) {
            let words = words(&line.text);
            let worth = words.iter().filter(|word| is_worth_asking(word.text));
            self.mentioned
                .extend(worth.map(|word| word.text.to_owned()));
        }
    }

    /// Says whether the series itself brings `word`; in a hunk's added lines, only a definition counts.
    pub(super) fn brings(&self, word: &str, in_added_line_only: bool) -> bool {
        self.defined.contains(word) || (!in_added_line_only && self.mentioned.contains(word))
    }
}

/// Lists the added lines of C files.
fn added_lines(files: &[FileDiff]) -> impl Iterator<Item = &Line> {
    files
        .iter()
        .filter(|file| is_c(file.path()))
        .flat_map(|file| &file.hunks)
        .flat_map(|hunk| &hunk.lines)
        .filter(|line| line.kind == LineKind::Added)
}

/// Words that a line seems to define: at its start (functions, variables, macros that define), in `#define`, or alone
/// before a comma or `=` (constants of an enum).
fn defined<'w>(line: &[u8], words: &'w [Word<'w>]) -> impl Iterator<Item = &'w str> {
    let begins = line
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_' || *byte == b'#');
    let constant = words.first().is_some_and(|word| is_loud(word.text));
    words
        .iter()
        .filter(move |word| begins || word.tagged || (constant && is_loud(word.text)))
        .map(|word| word.text)
}

/// Lists every word of a file, in code or not.
pub(super) fn vocabulary(bytes: &[u8]) -> HashSet<&[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    bytes
        .split(|byte| !is_part(byte))
        .filter(|word| word.len() >= 4)
        .collect()
}

fn is_bounded(bytes: &[u8], from: usize, to: usize) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    !bytes[..from].last().is_some_and(is_part) && !bytes.get(to).is_some_and(is_part)
}

/// Gives those of `words` that no C file offers to files in the folders `near`.
///
/// These folders are read first, with the common headers: most words stand there. The core's files and the headers of
/// others are read only for those that do not; everything, where a conflict stands at the top.
///
/// # Errors
/// When the tree cannot be read.
pub(super) fn missing(
    base: &dyn Source,
    words: &[String],
    near: &[&str],
) -> Result<HashSet<String>, TreeError> {
    let words = &words[..words.len().min(LOOKED_UP)];
    let mut folders = vec![HEADERS];
    folders.extend(near.iter().filter(|folder| !folder.is_empty()));
    let left = absent(base, words, (&folders, &is_c))?;
    let left = if near.contains(&"") {
        absent(base, &left, (&[""], &is_c))?
    } else {
        // A driver's relatives have headers for each other.
        let relatives = near.iter().map(|folder| {
            let two = folder.match_indices('/').nth(1);
            two.map_or(*folder, |(end, _)| &folder[..end])
        });
        let mut folders: Vec<&str> = CORE.into_iter().chain(OTHERS).chain(relatives).collect();
        folders.sort_unstable();
        folders.dedup();
        let is_core = |path: &str| CORE.contains(&path.split('/').next().unwrap_or_default());
        let offers = |path: &str| path.ends_with(".h") || is_c(path) && is_core(path);
        absent(base, &left, (&folders, &offers))?
    };
    Ok(left.into_iter().collect())
}

/// Gives those of `words` that stand in no file below `folders` of a sort.
fn absent(
    base: &dyn Source,
    words: &[String],
    (folders, sort): (&[&str], Choose<'_>),
) -> Result<Vec<String>, TreeError> {
    if words.is_empty() {
        return Ok(Vec::new());
    }
    // Leftmost-longest finds every whole word: any other match that overlaps one lies inside it.
    let automaton = AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        // The words begin with any letter: to look for rare bytes first only costs.
        .prefilter(false)
        .kind((words.len() < 1000).then_some(AhoCorasickKind::DFA))
        .build(words)
        .map_err(|error| TreeError::Unusable(format!("too many symbols to look for: {error}")))?;
    let found: Vec<AtomicBool> = words.iter().map(|_| AtomicBool::new(false)).collect();
    base.visit(folders, sort, &|_, bytes| {
        for hit in automaton.find_iter(bytes) {
            if is_bounded(bytes, hit.start(), hit.end()) {
                found[hit.pattern().as_usize()].store(true, Ordering::Relaxed);
            }
        }
    })?;
    let absent = words
        .iter()
        .zip(&found)
        .filter(|(_, found)| !found.load(Ordering::Relaxed));
    Ok(absent.map(|(word, _)| word.clone()).collect())
}

/// Cuts a hunk's missing symbols to what a reader takes in.
pub(super) fn report(mut symbols: Vec<String>) -> (Vec<String>, String) {
    symbols.truncate(REPORTED);
    if symbols.is_empty() {
        return (symbols, String::new());
    }
    let quoted: Vec<String> = symbols.iter().map(|symbol| format!("`{symbol}`")).collect();
    let reason = format!("needs a patch that introduces {}", quoted.join(", "));
    (symbols, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{FileChange, Line};

    fn texts(line: &str) -> Vec<&str> {
        words(line.as_bytes())
            .iter()
            .map(|word| word.text)
            .collect()
    }

    #[test]
    fn words_leave_comments_strings_and_numbers_out() {
        assert_eq!(
            texts("\tret = herd_count(flock, 0x10ul); /* not this */ x"),
            ["ret", "herd_count", "flock", "x"]
        );
        assert_eq!(
            texts("\tpr_info(\"a \\\" b\", 'c', d); // e"),
            ["pr_info", "d"]
        );
        assert_eq!(texts(" * prose about barns"), [""; 0]);
        assert_eq!(texts("#include <linux/barn.h>"), [""; 0]);
        assert!(words(b"herd_count (x)")[0].called);
        assert!(words(b"struct barn *b")[1].tagged && !words(b"struct barn *b")[2].tagged);
    }

    #[test]
    fn definitions_are_told_from_uses() {
        let of = |line: &str| {
            defined(line.as_bytes(), &words(line.as_bytes()))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert!(of("static int herd_count(struct flock *f)").contains(&"herd_count".to_owned()));
        assert!(of("#define HERD_MAX 12").contains(&"HERD_MAX".to_owned()));
        assert!(of("\tHERD_SMALL = 1,").contains(&"HERD_SMALL".to_owned()));
        assert!(!of("\tn = herd_count(f);").contains(&"herd_count".to_owned()));
    }

    #[test]
    fn a_hunk_needs_what_it_shows_and_calls() {
        let line = |kind, text: &str| Line {
            kind,
            text: text.into(),
            newline: true,
        };
        let lines = vec![
            line(LineKind::Context, "\tint flock = herd_count(barn->door);"),
            line(LineKind::Added, "\tint local = herd_new(HERD_MAX, flock);"),
        ];
        let hunk = Hunk {
            old_start: 1,
            old_count: 1,
            new_start: 1,
            new_count: 2,
            section: String::new(),
            lines,
        };
        let diff = |path: &str| FileDiff {
            change: FileChange::Modified,
            old_path: path.into(),
            new_path: path.into(),
            old_mode: None,
            new_mode: None,
            index: None,
            binary: false,
            binary_patch: None,
            hunks: Vec::new(),
        };
        let needs = |path: &str| -> Vec<(String, bool)> {
            super::needs(&diff(path), &hunk)
                .into_iter()
                .map(|need| (need.word, need.is_added_only))
                .collect()
        };
        let all = [
            ("herd_count", false),
            ("herd_new", true),
            ("door", false),
            ("HERD_MAX", true),
        ];
        assert_eq!(
            needs("a.c"),
            all.map(|(word, added)| (word.to_owned(), added))
        );
        assert_eq!(needs("Makefile"), []);
    }

    #[test]
    fn whole_words_only() {
        let words = vocabulary(b"a herd_counter(b) xherd_count /* herd */");
        assert!(words.contains(&b"herd_counter"[..]) && !words.contains(&b"herd_count"[..]));
        assert!(is_bounded(b"a herd(b)", 2, 6) && !is_bounded(b"a herds", 2, 6));
    }
}
