//! In: file diffs. Out: the text that git would write for them.

use super::path::quote;
use super::{FileChange, FileDiff, Hunk, LineKind};
use std::io::Write as _;

/// Prints `files` as git does; parsing the result gives `files` again.
///
/// Holds for what [`super::parse()`] makes: counts that agree, modes for added and deleted files. A binary patch
/// whose data is not whole is printed as `Binary files … differ`.
pub fn print(files: &[FileDiff]) -> Vec<u8> {
    let mut out = Vec::new();
    for file in files {
        header(&mut out, file);
        for hunk in &file.hunks {
            print_hunk(&mut out, hunk);
        }
    }
    out
}

/// Appends formatted text; writing to memory cannot fail.
macro_rules! put {
    ($out:expr, $($arguments:tt)*) => {
        writeln!($out, $($arguments)*).expect("writing to memory cannot fail")
    };
}

/// A name as `---` and `+++` lines have it: a tab behind it where a blank in it could be taken for its end.
fn terminated(prefix: &str, path: &str) -> String {
    let name = quote(&format!("{prefix}{path}"));
    if name.contains(' ') && !name.starts_with('"') {
        format!("{name}\t")
    } else {
        name
    }
}

fn header(out: &mut Vec<u8>, file: &FileDiff) {
    let (old, new) = (
        quote(&format!("a/{}", file.old_path)),
        quote(&format!("b/{}", file.new_path)),
    );
    put!(out, "diff --git {old} {new}");
    let same_mode = file.old_mode.filter(|_| file.old_mode == file.new_mode);
    match file.change {
        FileChange::Added => put!(
            out,
            "new file mode {:06o}",
            file.new_mode.unwrap_or(0o100_644)
        ),
        FileChange::Deleted => put!(
            out,
            "deleted file mode {:06o}",
            file.old_mode.unwrap_or(0o100_644)
        ),
        FileChange::Modified | FileChange::Renamed | FileChange::Copied => {
            if same_mode.is_none() || file.index.is_none() {
                if let Some(mode) = file.old_mode {
                    put!(out, "old mode {mode:06o}");
                }
                if let Some(mode) = file.new_mode {
                    put!(out, "new mode {mode:06o}");
                }
            }
        }
    }
    let verb = match file.change {
        FileChange::Renamed => Some("rename"),
        FileChange::Copied => Some("copy"),
        _ => None,
    };
    if let Some(verb) = verb {
        put!(out, "{verb} from {}", quote(&file.old_path));
        put!(out, "{verb} to {}", quote(&file.new_path));
    }
    let whole = matches!(file.change, FileChange::Added | FileChange::Deleted);
    if let Some(index) = &file.index {
        match same_mode.filter(|_| !whole) {
            Some(mode) => put!(out, "index {}..{} {mode:06o}", index.old, index.new),
            None => put!(out, "index {}..{}", index.old, index.new),
        }
    }
    let added = file.change == FileChange::Added;
    let deleted = file.change == FileChange::Deleted;
    if let Some(data) = &file.binary_patch {
        out.extend_from_slice(data.as_bytes());
    } else if file.binary {
        let old = if added { "/dev/null".to_owned() } else { old };
        let new = if deleted { "/dev/null".to_owned() } else { new };
        put!(out, "Binary files {old} and {new} differ");
    } else if !file.hunks.is_empty() {
        put!(
            out,
            "--- {}",
            if added {
                "/dev/null".to_owned()
            } else {
                terminated("a/", &file.old_path)
            }
        );
        put!(
            out,
            "+++ {}",
            if deleted {
                "/dev/null".to_owned()
            } else {
                terminated("b/", &file.new_path)
            }
        );
    }
}

/// A range as git writes it: a count of one is left out.
fn range(start: u32, count: u32) -> String {
    if count == 1 {
        start.to_string()
    } else {
        format!("{start},{count}")
    }
}

fn print_hunk(out: &mut Vec<u8>, hunk: &Hunk) {
    let (old, new) = (
        range(hunk.old_start, hunk.old_count),
        range(hunk.new_start, hunk.new_count),
    );
    if hunk.section.is_empty() {
        put!(out, "@@ -{old} +{new} @@");
    } else {
        put!(out, "@@ -{old} +{new} @@ {}", hunk.section);
    }
    for line in &hunk.lines {
        out.push(match line.kind {
            LineKind::Context => b' ',
            LineKind::Removed => b'-',
            LineKind::Added => b'+',
        });
        out.extend_from_slice(&line.text);
        out.push(b'\n');
        if !line.newline {
            out.extend_from_slice(b"\\ No newline at end of file\n");
        }
    }
}
