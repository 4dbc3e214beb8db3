//! In: a cursor on a `diff --git`, `---` or `Binary files` line. Out: the file diff's header, and what is wrong with it.

use super::cursor::{Cursor, without_cr};
use super::path::{
    Name, name_of_line, names_of_git_line, unquote, without_prefix, without_prefixes,
};
use super::{FileChange, FileDiff, IndexIds};

/// Trouble with a header: its line and what is wrong.
pub(super) type Trouble = Vec<(usize, String)>;

/// What the extended header lines say, before it is put together.
#[derive(Default)]
struct Extended {
    added: bool,
    deleted: bool,
    renamed: bool,
    copied: bool,
    from: Option<Vec<u8>>,
    to: Option<Vec<u8>>,
    old_mode: Option<u32>,
    new_mode: Option<u32>,
    index: Option<IndexIds>,
    binary: bool,
    binary_patch: Option<String>,
}

impl Extended {
    /// Takes in one header line; false where it is none.
    fn take(&mut self, line: &[u8]) -> bool {
        let value = |key: &str| line.strip_prefix(key.as_bytes());
        let path =
            |rest: &[u8]| Some(unquote(rest).map_or_else(|| rest.to_vec(), |(name, _)| name));
        if let Some(rest) = value("old mode ") {
            self.old_mode = mode(rest);
        } else if let Some(rest) = value("new mode ") {
            self.new_mode = mode(rest);
        } else if let Some(rest) = value("new file mode ") {
            (self.added, self.new_mode) = (true, mode(rest));
        } else if let Some(rest) = value("deleted file mode ") {
            (self.deleted, self.old_mode) = (true, mode(rest));
        } else if let Some(rest) = value("rename from ").or_else(|| value("rename old ")) {
            (self.renamed, self.from) = (true, path(rest));
        } else if let Some(rest) = value("rename to ").or_else(|| value("rename new ")) {
            (self.renamed, self.to) = (true, path(rest));
        } else if let Some(rest) = value("copy from ") {
            (self.copied, self.from) = (true, path(rest));
        } else if let Some(rest) = value("copy to ") {
            (self.copied, self.to) = (true, path(rest));
        } else if let Some(rest) = value("index ") {
            let Some((index, mode)) = index_line(rest) else {
                return false;
            };
            self.index = Some(index);
            if mode.is_some() {
                self.old_mode = self.old_mode.or(mode);
                self.new_mode = self.new_mode.or(mode);
            }
        } else {
            return value("similarity index ")
                .or_else(|| value("dissimilarity index "))
                .is_some();
        }
        true
    }
}

/// Reads an octal mode.
fn mode(text: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(text).ok()?.trim(), 8).ok()
}

/// Reads `old..new`, perhaps with a mode.
fn index_line(text: &[u8]) -> Option<(IndexIds, Option<u32>)> {
    let text = std::str::from_utf8(text).ok()?.trim_end();
    let (ids, mode_text) = text
        .split_once(' ')
        .map_or((text, None), |(ids, mode)| (ids, Some(mode)));
    let (old, new) = ids.split_once("..")?;
    let hex =
        |id: &str| (4..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !hex(old) || !hex(new) {
        return None;
    }
    let ids = IndexIds {
        old: old.to_owned(),
        new: new.to_owned(),
    };
    Some((ids, mode_text.and_then(|text| mode(text.as_bytes()))))
}

/// Makes a path of bytes, telling where they are no UTF-8.
fn path_text(bytes: &[u8], line: usize, trouble: &mut Trouble) -> String {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .unwrap_or_else(|_| {
            trouble.push((
                line,
                "path is not UTF-8; bytes that are not were replaced".to_owned(),
            ));
            String::from_utf8_lossy(bytes).into_owned()
        })
}

/// Reads the header that begins with a `diff --git` line; `None` where no diff follows that line.
pub(super) fn read_git(cursor: &mut Cursor<'_>, trouble: &mut Trouble) -> Option<FileDiff> {
    let first = cursor.line;
    let git_line = without_cr(cursor.peek()?);
    let names = names_of_git_line(git_line.strip_prefix(b"diff --git ")?);
    let mut ahead = cursor.clone();
    ahead.bump();
    let mut extended = Extended::default();
    let mut header_lines = 0;
    while ahead
        .peek()
        .is_some_and(|line| extended.take(without_cr(line)))
    {
        header_lines += 1;
        ahead.bump();
    }
    let before = ahead.position;
    let binary = read_binary(&mut ahead, trouble);
    extended.binary = binary;
    extended.binary_patch = whole_data(ahead.since(before)).filter(|_| binary);
    let pair = if binary { None } else { read_names(&mut ahead) };
    let bare = ahead
        .peek()
        .is_none_or(|line| line.starts_with(b"diff --git ") || line.starts_with(b"-- "));
    if header_lines == 0 && pair.is_none() && !binary && !bare {
        trouble.push((first, "`diff --git` line is followed by no diff".to_owned()));
        return None;
    }
    *cursor = ahead;
    let Some((old, new)) = choose_names(&extended, names, pair, (first, trouble)) else {
        trouble.push((first, "`diff --git` line names no two files".to_owned()));
        return None;
    };
    Some(put_together(extended, &old, &new, (first, trouble)))
}

/// Reads a `---` and a `+++` line, where both stand here.
fn read_names(cursor: &mut Cursor<'_>) -> Option<(Name, Name)> {
    let [Some(first), Some(second), _] = cursor.peek_three() else {
        return None;
    };
    let old = name_of_line(without_cr(first).strip_prefix(b"--- ")?);
    let new = name_of_line(without_cr(second).strip_prefix(b"+++ ")?);
    cursor.bump();
    cursor.bump();
    Some((old, new))
}

/// Chooses the names, prefixes off: of the rename lines, else of `---` and `+++`, else of the `diff --git` line.
fn choose_names(
    extended: &Extended,
    git: Option<(Vec<u8>, Vec<u8>)>,
    pair: Option<(Name, Name)>,
    (line, trouble): (usize, &mut Trouble),
) -> Option<(Vec<u8>, Vec<u8>)> {
    if let (Some(from), Some(to)) = (&extended.from, &extended.to) {
        return Some((from.clone(), to.clone()));
    }
    if extended.renamed || extended.copied {
        trouble.push((line, "rename or copy header names one file only".to_owned()));
    }
    let stripped = |old: &[u8], new: &[u8]| {
        let (old, new) = without_prefixes(old, new);
        (old.to_vec(), new.to_vec())
    };
    let git = git.map(|(old, new)| stripped(&old, &new));
    match pair {
        Some((Name::Named(old), Name::Named(new))) => {
            let (old, new) = stripped(&old, &new);
            // The tab that ends a name with blanks may have become one.
            let same = |(first, second): &(Vec<u8>, Vec<u8>)| {
                first.as_slice() == old.trim_ascii_end()
                    && second.as_slice() == new.trim_ascii_end()
            };
            Some(git.filter(same).unwrap_or((old, new)))
        }
        // The `diff --git` line shows whether there are prefixes; `---` beside `/dev/null` does not.
        Some((Name::Named(name), Name::Absent) | (Name::Absent, Name::Named(name))) => {
            Some(git.unwrap_or_else(|| {
                let name = without_prefix(&name).to_vec();
                (name.clone(), name)
            }))
        }
        Some((Name::Absent, Name::Absent)) | None => git,
    }
}

/// Makes the file diff of what the header said.
fn put_together(extended: Extended, old: &[u8], new: &[u8], at: (usize, &mut Trouble)) -> FileDiff {
    let (line, trouble) = at;
    let (mut old_path, mut new_path) =
        (path_text(old, line, trouble), path_text(new, line, trouble));
    let change = match &extended {
        Extended { added: true, .. } => FileChange::Added,
        Extended { deleted: true, .. } => FileChange::Deleted,
        Extended { renamed: true, .. } => FileChange::Renamed,
        Extended { copied: true, .. } => FileChange::Copied,
        _ => FileChange::Modified,
    };
    match change {
        FileChange::Added => old_path.clone_from(&new_path),
        FileChange::Deleted => new_path.clone_from(&old_path),
        FileChange::Modified if old_path != new_path => {
            trouble.push((
                line,
                format!(
                    "names {old_path} and {new_path} differ without a rename; {new_path} is taken"
                ),
            ));
            old_path.clone_from(&new_path);
        }
        _ => {}
    }
    FileDiff {
        change,
        old_path,
        new_path,
        old_mode: extended.old_mode,
        new_mode: extended.new_mode,
        index: extended.index,
        binary: extended.binary,
        binary_patch: extended.binary_patch,
        hunks: Vec::new(),
    }
}

/// Steps over `Binary files … differ` or a `GIT binary patch` with its data; says whether one stood here.
fn read_binary(cursor: &mut Cursor<'_>, trouble: &mut Trouble) -> bool {
    let Some(line) = cursor.peek().map(without_cr) else {
        return false;
    };
    if line.starts_with(b"Binary files ") && line.ends_with(b" differ") {
        cursor.bump();
        return true;
    }
    if line != b"GIT binary patch" {
        return false;
    }
    cursor.bump();
    let first = cursor.line;
    let mut parts = 0;
    while parts < 2
        && cursor
            .peek()
            .is_some_and(|line| line.starts_with(b"literal ") || line.starts_with(b"delta "))
    {
        cursor.bump();
        while cursor.peek().map(without_cr).is_some_and(is_base85) {
            cursor.bump();
        }
        // An empty line ends each part.
        if cursor.peek().map(without_cr) == Some(b"") {
            cursor.bump();
        }
        parts += 1;
    }
    if parts == 0 {
        trouble.push((first, "binary patch without its data".to_owned()));
    }
    true
}

/// Gives a `GIT binary patch` with its data as it stands, if each of its parts is ended by a blank line.
fn whole_data(text: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(text).replace("\r\n", "\n");
    let data = text.strip_prefix("GIT binary patch\n")?;
    let begins = |part: &&str| part.starts_with("literal ") || part.starts_with("delta ");
    let parts: Vec<&str> = data.strip_suffix("\n\n")?.split("\n\n").collect();
    let whole = (1..=2).contains(&parts.len()) && parts.iter().all(begins);
    whole.then_some(text)
}

/// Says whether a line is one of base-85 data: a length letter, then groups of five.
fn is_base85(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_alphabetic)
        && line.len() % 5 == 1
        && line.len() > 1
        && line.iter().all(|&byte| byte.is_ascii_graphic())
}

/// Reads `---` and `+++` lines without a `diff --git` line; `None` where no hunk follows them.
pub(super) fn read_plain(cursor: &mut Cursor<'_>, trouble: &mut Trouble) -> Option<FileDiff> {
    let first = cursor.line;
    cursor.peek_three()[2].and_then(super::hunk::read_header)?;
    let mut ahead = cursor.clone();
    let (old, new) = match read_names(&mut ahead)? {
        (Name::Named(old), Name::Named(new)) => {
            let (old, new) = without_prefixes(&old, &new);
            // As patch and git do: of `x.c.orig` and `x.c` the shorter is meant.
            let name = if new.starts_with(old) { old } else { new };
            (Some(name.to_vec()), Some(name.to_vec()))
        }
        (Name::Named(old), Name::Absent) => (Some(without_prefix(&old).to_vec()), None),
        (Name::Absent, Name::Named(new)) => (None, Some(without_prefix(&new).to_vec())),
        (Name::Absent, Name::Absent) => {
            trouble.push((first, "both names are /dev/null".to_owned()));
            return None;
        }
    };
    *cursor = ahead;
    let extended = Extended {
        added: old.is_none(),
        deleted: new.is_none(),
        ..Extended::default()
    };
    let name = new.or(old)?;
    Some(put_together(extended, &name, &name, (first, trouble)))
}

/// Reads a `Binary files X and Y differ` line that stands without a `diff --git` line.
pub(super) fn read_plain_binary(
    cursor: &mut Cursor<'_>,
    trouble: &mut Trouble,
) -> Option<FileDiff> {
    let first = cursor.line;
    let line = without_cr(cursor.peek()?);
    let names = line
        .strip_prefix(b"Binary files ")?
        .strip_suffix(b" differ")?;
    let at = memchr::memmem::find(names, b" and ")?;
    let (old, new) = (&names[..at], &names[at + 5..]);
    if !old.contains(&b'/') || !new.contains(&b'/') {
        return None;
    }
    let (added, deleted) = (old == b"/dev/null", new == b"/dev/null");
    let (old, new) = match (added, deleted) {
        (false, false) => without_prefixes(old, new),
        (true, false) => (without_prefix(new), without_prefix(new)),
        (false, true) => (without_prefix(old), without_prefix(old)),
        (true, true) => return None,
    };
    cursor.bump();
    Some(put_together(
        Extended {
            added,
            deleted,
            binary: true,
            ..Extended::default()
        },
        old,
        new,
        (first, trouble),
    ))
}
