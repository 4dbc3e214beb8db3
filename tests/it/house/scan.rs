//! In: Rust text. Out: the same text with comments, strings or inline tests blanked; and the files of the crate.

use std::path::{Path, PathBuf};

/// The crate's root.
pub(super) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the crate: path relative to the root, with `/`, and its text.
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// Reads every text file below `folder` whose name ends with `end`, sorted; what git ignores is passed over.
pub(super) fn files(folder: &str, end: &str) -> Vec<File> {
    let mut found = Vec::new();
    collect(&root().join(folder), end, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn collect(folder: &Path, end: &str, found: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // In a worktree of git, `.git` is a file.
        if ["target", ".git"].contains(&name) {
            continue;
        }
        if path.is_dir() {
            collect(&path, end, found);
        } else if name.ends_with(end)
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            let path = path
                .strip_prefix(root())
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned();
            found.push(File { path, text });
        }
    }
}

/// The Rust files of src/ that are not tests.
pub(super) fn sources() -> Vec<File> {
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    files("src", ".rs")
        .into_iter()
        .filter(|file| !is_test(&file.path))
        .collect()
}

/// Blanks comments; line breaks stay. Knows strings, raw strings, characters and lifetimes.
pub(super) fn without_comments(text: &str) -> String {
    blank(text, false)
}

/// Blanks comments and what is inside strings.
pub(super) fn without_comments_and_strings(text: &str) -> String {
    blank(text, true)
}

fn blank(text: &str, strings: bool) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (len, drop) = if rest.starts_with(b"//") {
            (
                rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()),
                true,
            )
        } else if rest.starts_with(b"/*") {
            (comment(rest), true)
        } else if let Some(len) = raw_string(bytes, at) {
            (len, strings)
        } else if rest[0] == b'"' {
            (quoted(rest), strings)
        } else if rest[0] == b'\'' && character(rest) > 1 {
            (character(rest), strings)
        } else {
            (1, false)
        };
        if drop {
            out[at..at + len]
                .iter_mut()
                .filter(|b| **b != b'\n')
                .for_each(|b| *b = b' ');
        }
        at += len;
    }
    String::from_utf8(out).unwrap()
}

/// Length of a block comment; they nest.
fn comment(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        if text[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    text.len()
}

fn quoted(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// Length of a raw string that begins here, prefix and hashes included.
fn raw_string(text: &[u8], at: usize) -> Option<usize> {
    let in_word = at > 0 && (text[at - 1].is_ascii_alphanumeric() || text[at - 1] == b'_');
    let rest = &text[at..];
    let prefix = usize::from(rest.starts_with(b"b"));
    if in_word || rest.get(prefix) != Some(&b'r') {
        return None;
    }
    let hashes = rest[prefix + 1..]
        .iter()
        .take_while(|b| **b == b'#')
        .count();
    let open = prefix + 1 + hashes;
    if rest.get(open) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let body = &rest[open + 1..];
    let end = body
        .windows(close.len())
        .position(|window| window == close)
        .unwrap_or(body.len());
    Some((open + 1 + end + close.len()).min(rest.len()))
}

/// Length of a character literal; 1 for the quote of a lifetime.
fn character(text: &[u8]) -> usize {
    if text.get(1) == Some(&b'\\') {
        let end = text[3.min(text.len())..].iter().position(|b| *b == b'\'');
        return end.map_or(1, |end| end + 4);
    }
    // A character is at most four bytes long.
    let end = text.iter().skip(2).take(4).position(|b| *b == b'\'');
    match end {
        Some(end) if end == 0 || !text[1].is_ascii() => end + 3,
        _ => 1,
    }
}

/// Blanks every `#[cfg(test)]` item with its body. Takes text without comments and strings, or nearly so.
pub(super) fn without_tests(text: &str) -> String {
    let mut out = text.to_owned();
    while let Some(start) = out.find("#[cfg(test)]") {
        let rest = &out[start..];
        let brace = rest.find('{').unwrap_or(rest.len());
        let semicolon = rest.find(';').unwrap_or(rest.len());
        let end = if semicolon < brace {
            semicolon + 1
        } else {
            block(rest, brace)
        };
        let blank: String = rest[..end]
            .chars()
            .map(|c| if c == '\n' { '\n' } else { ' ' })
            .collect();
        out.replace_range(start..start + end, &blank);
    }
    out
}

/// End of the block that opens at `brace`.
fn block(text: &str, brace: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < brace) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// Code alone: no comments, no insides of strings, no inline tests.
pub(super) fn code(text: &str) -> String {
    without_tests(&without_comments_and_strings(text))
}

/// Every path of identifiers in code: `a::b::c`, with the members of `use a::{b, c}` spelled out one by one.
pub(super) fn paths(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let chars: Vec<char> = code.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        if word(chars[at]) && (at == 0 || !word(chars[at - 1])) {
            at = path(&chars, at, "", &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path behind `prefix` and gives where it ends.
fn path(chars: &[char], start: usize, prefix: &str, found: &mut Vec<String>) -> usize {
    let skip = |mut at: usize| {
        while at < chars.len() && chars[at].is_whitespace() {
            at += 1;
        }
        at
    };
    let mut at = start;
    let mut text = prefix.to_owned();
    loop {
        while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
            text.push(chars[at]);
            at += 1;
        }
        let next = skip(at);
        if chars.get(next) != Some(&':') || chars.get(next + 1) != Some(&':') {
            break;
        }
        text.push_str("::");
        at = skip(next + 2);
        if chars.get(at) == Some(&'{') {
            at = skip(at + 1);
            while at < chars.len() && chars[at] != '}' {
                let before = at;
                at = skip(path(chars, at, &text, found));
                at = if chars.get(at) == Some(&',') {
                    skip(at + 1)
                } else {
                    at
                };
                // `*` and anything else that is no word.
                at = if at == before { skip(at + 1) } else { at };
            }
            return at + 1;
        }
    }
    found.push(text);
    at
}

#[test]
fn comments_and_strings_are_told_from_code() {
    let text = "a /* b /* c */ d */ \"e // f\" g // h\n'\\'' 'x' &'l r#\"i \" j\"# k b\"m\"";
    let code = without_comments_and_strings(text);
    let words: Vec<&str> = code.split_whitespace().collect();
    assert_eq!(words, ["a", "g", "&'l", "k", "b"]);
    assert_eq!(code.matches('\n').count(), 1);
    assert!(without_comments(text).contains("e // f") && !without_comments(text).contains('h'));
}

#[test]
fn inline_tests_are_left_out() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n fn b() { if x { y } }\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}";
    let code = code(text);
    assert!(code.contains("fn a") && code.contains("fn c") && code.contains("fn d"));
    assert!(!code.contains("fn b") && !code.contains("more") && code.lines().count() == 9);
}

#[test]
fn paths_are_spelled_out() {
    let found = paths("use crate::{a::b, c::{d, e as f}, *}; let x = crate :: g::h(); 1.max(2)");
    for wanted in [
        "crate::a::b",
        "crate::c::d",
        "crate::c::e",
        "crate::g::h",
        "max",
    ] {
        assert!(
            found.iter().any(|path| path == wanted),
            "{wanted} in {found:?}"
        );
    }
    assert!(!found.iter().any(|path| path == "h" || path == "d"));
}
