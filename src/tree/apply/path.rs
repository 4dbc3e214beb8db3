//! In: a path as a patch names it. Out: why it must not be touched, if so. Knows nothing of the file system.

/// Says why a patch must not touch `path`; `None` when it is a plain path inside the tree.
///
/// Refused are absolute and empty paths, `.`, `..` and empty components, control characters, backslashes,
/// and every spelling of `.git` that some file system takes for it.
pub fn path_refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("refused: the path is empty");
    }
    if path.chars().any(char::is_control) {
        return Some("refused: the path has control characters");
    }
    if path.contains('\\') {
        return Some("refused: the path has a backslash");
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if path.starts_with('/') || drive {
        return Some("refused: the path is absolute");
    }
    path.split('/').find_map(component_refusal)
}

fn component_refusal(component: &str) -> Option<&'static str> {
    match component {
        "" => return Some("refused: the path has an empty component"),
        "." => return Some("refused: the path has a `.` component"),
        ".." => return Some("refused: the path leaves the tree"),
        _ => {}
    }
    names_git(component).then_some("refused: the path is inside git's own folder")
}

/// Knows `.git` behind the disguises of NTFS (short name, trailing dots and blanks, streams) and HFS+ (ignored characters).
fn names_git(component: &str) -> bool {
    let plain: String = component
        .chars()
        .filter(|c| !is_ignored_by_hfs(*c))
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.split(':').next().unwrap_or(&plain);
    let plain = plain.trim_end_matches(['.', ' ']);
    plain == ".git"
        || plain
            .strip_prefix("git~")
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_ignored_by_hfs(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::path_refusal;

    #[test]
    fn plain_paths_pass() {
        for path in [
            "mm/rmap.c",
            "Makefile",
            ".gitignore",
            "tools/.gitattributes",
            "a..b/c",
            "drivers/x/...",
            "git/x",
            "legit~1/x",
        ] {
            assert_eq!(path_refusal(path), None, "{path}");
        }
    }

    #[test]
    fn every_way_out_is_refused() {
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/",
            "./a",
            "a/.",
            ".git",
            ".git/hooks/x",
            "sub/.GIT/config",
            "git~1/hooks/x",
            "GIT~1",
            ".git./x",
            ".git /x",
            ".git::$INDEX_ALLOCATION/x",
            ".g\u{200c}it/x",
            "a\\..\\b",
            "C:/x",
            "c:x",
            "a\nb",
            "a\0b",
            "a\u{7f}",
        ] {
            assert!(path_refusal(path).is_some(), "{path:?}");
        }
    }
}
