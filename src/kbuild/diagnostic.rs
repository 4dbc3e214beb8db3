//! In: a line that gcc, as, ld, make, kconfig, modpost or objtool printed. Out: its row, where it is an error or warning.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Characters kept of a text: a mangled name of a macro can fill pages.
const LONGEST: usize = 1000;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It stops the build.
    Error,
    /// It does not.
    Warning,
}

impl Severity {
    /// Gives its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// An error or warning of a build.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Path relative to the source (or to the build folder, for what is made there); empty where none is named.
    pub file: String,
    /// Line, from 1; 0 where none is named.
    pub line: u32,
    /// Column, from 1; 0 where none is named.
    pub column: u32,
    /// The compiler's option, as in `-Wunused-variable`; `modpost`, `objtool`, `kconfig`, `ld`, `make` for theirs; else
    /// empty.
    pub flag: String,
    /// What it says.
    pub text: String,
}

/// Reads a line; `None` for what is no error or warning. `roots` are folders whose paths are made relative.
pub(super) fn read(line: &str, roots: &[String]) -> Option<Diagnostic> {
    let found = from_make(line)
        .or_else(|| from_modpost(line))
        .or_else(|| from_linker(line))
        .or_else(|| from_compiler(line))?;
    let file = roots
        .iter()
        .find_map(|root| found.file.strip_prefix(root.as_str()))
        .unwrap_or(&found.file)
        .trim_start_matches('/')
        .trim_start_matches("./")
        .to_owned();
    let text = found.text.chars().take(LONGEST).collect();
    Some(Diagnostic {
        file,
        text,
        ..found
    })
}

fn row(
    severity: Severity,
    (file, line, column): (&str, u32, u32),
    flag: &str,
    text: &str,
) -> Diagnostic {
    Diagnostic {
        severity,
        file: file.to_owned(),
        line,
        column,
        flag: flag.to_owned(),
        text: text.trim().to_owned(),
    }
}

/// Splits `FILE:LINE:COLUMN`, `FILE:LINE` or `FILE`.
fn place(text: &str) -> (&str, u32, u32) {
    let mut numbers = Vec::new();
    let mut file = text;
    while numbers.len() < 2
        && let Some((left, right)) = file.rsplit_once(':')
        && let Ok(number) = right.parse::<u32>()
    {
        numbers.push(number);
        file = left;
    }
    match numbers[..] {
        [column, line] => (file, line, column),
        [line] => (file, line, 0),
        _ => (file, 0, 0),
    }
}

/// Reads `PLACE: error: TEXT [-Wflag]`, as compilers, assemblers, kconfig and objtool have it.
fn from_compiler(line: &str) -> Option<Diagnostic> {
    const WORDS: [(&str, Severity); 8] = [
        (": fatal error: ", Severity::Error),
        (": internal compiler error: ", Severity::Error),
        (": error: ", Severity::Error),
        (": Error: ", Severity::Error),
        (": warning: ", Severity::Warning),
        (": Warning: ", Severity::Warning),
        (":warning: ", Severity::Warning),
        (": syntax error", Severity::Error),
    ];
    let found = WORDS.iter().filter_map(|(word, severity)| {
        let at = line.find(word)?;
        Some((at, *word, *severity))
    });
    let (at, word, severity) = found.min_by_key(|(at, ..)| *at)?;
    let (before, text) = (&line[..at], &line[at + word.len()..]);
    // A quoted line of source, or prose.
    if before.contains(' ') || before.is_empty() {
        return None;
    }
    let kconfig = word == ":warning: " || word == ": syntax error" || before.contains("Kconfig");
    if kconfig {
        // Said of every option that a fragment sets after the base did.
        if text.starts_with("override: ") {
            return None;
        }
        let text = if text.is_empty() {
            "syntax error"
        } else {
            text
        };
        return Some(row(severity, place(before), "kconfig", text));
    }
    if let Some(text) = text.strip_prefix("objtool: ") {
        return Some(row(severity, place(before), "objtool", text));
    }
    let (text, flag) = match text.rsplit_once(" [") {
        Some((text, flag)) if flag.starts_with("-W") && flag.ends_with(']') => {
            (text, &flag[..flag.len() - 1])
        }
        _ => (text, ""),
    };
    Some(row(severity, place(before), flag, text))
}

/// Reads what make says when it gives up by itself, and not for a program that failed.
fn from_make(line: &str) -> Option<Diagnostic> {
    let (before, text) = line.split_once("*** ")?;
    let text = text.strip_suffix("  Stop.")?;
    let before = before.trim_end().trim_end_matches(':');
    let at = match place(before) {
        (file, line, column) if line > 0 => (file, line, column),
        _ => ("", 0, 0),
    };
    Some(row(Severity::Error, at, "make", text))
}

/// Reads `ERROR: modpost: …`.
fn from_modpost(line: &str) -> Option<Diagnostic> {
    let (severity, text) = if let Some(text) = line.strip_prefix("ERROR: modpost: ") {
        (Severity::Error, text)
    } else {
        (Severity::Warning, line.strip_prefix("WARNING: modpost: ")?)
    };
    Some(row(severity, ("", 0, 0), "modpost", text))
}

/// Reads what the linker says of a symbol: `ld: FILE.o: in function …` is left to the line after it.
fn from_linker(line: &str) -> Option<Diagnostic> {
    const WORDS: [&str; 3] = [
        "undefined reference to ",
        "multiple definition of ",
        "undefined symbol",
    ];
    let word = WORDS.iter().find(|word| line.contains(**word))?;
    let at = line.find(word)?;
    let before = line[..at].trim_end().trim_end_matches(':');
    // `ld: a.o:a.c:12`, `a.c:(.text+0x5)`, `ld: a.o`.
    let before = before.rsplit(": ").next().unwrap_or(before);
    let before = before.split(":(").next().unwrap_or(before);
    let (mut file, number, column) = place(before);
    if let Some((_, source)) = file.split_once(".o:") {
        file = source;
    }
    if file.contains(' ') {
        file = "";
    }
    Some(row(
        Severity::Error,
        (file, number, column),
        "ld",
        &line[at..],
    ))
}

/// Marks which of `rows` are not among `base`: matched by file, flag and text, whatever the line; each row of the base
/// matches once.
pub(super) fn new_against(rows: &[Diagnostic], base: &[Diagnostic]) -> Vec<bool> {
    type Key<'k> = (Severity, &'k str, &'k str, &'k str);
    fn key(row: &Diagnostic) -> Key<'_> {
        (row.severity, &row.file, &row.flag, &row.text)
    }
    let mut known: HashMap<Key<'_>, usize> = HashMap::new();
    for row in base {
        *known.entry(key(row)).or_default() += 1;
    }
    rows.iter()
        .map(|row| match known.get_mut(&key(row)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        })
        .collect()
}

impl Diagnostic {
    /// Says of each of `rows` whether it is new against `base`, whatever its line.
    pub fn new_against(rows: &[Self], base: &[Self]) -> Vec<bool> {
        new_against(rows, base)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &str) -> Option<String> {
        let roots = ["/s".to_owned(), "/b".to_owned()];
        let row = read(line, &roots)?;
        let word = row.severity.word();
        Some(format!(
            "{word} {}:{}:{} [{}] {}",
            row.file, row.line, row.column, row.flag, row.text
        ))
    }

    #[test]
    fn every_program_is_understood() {
        let lines = [
            (
                "/s/mm/a.c:12:5: warning: unused variable ‘x’ [-Wunused-variable]",
                "warning mm/a.c:12:5 [-Wunused-variable] unused variable ‘x’",
            ),
            (
                "/s/mm/a.c:12:5: error: x is bad [-Werror=array-bounds]",
                "error mm/a.c:12:5 [-Werror=array-bounds] x is bad",
            ),
            (
                "/s/mm/a.c:1:10: fatal error: no.h: No such file or directory",
                "error mm/a.c:1:10 [] no.h: No such file or directory",
            ),
            ("cc1: all warnings being treated as errors", ""),
            ("cc1: error: bad option", "error cc1:0:0 [] bad option"),
            (
                "arch/x86/a.S:7: Error: no such instruction: `x'",
                "error arch/x86/a.S:7:0 [] no such instruction: `x'",
            ),
            ("ld: mm/a.o: in function `f':", ""),
            (
                "/s/mm/a.c:40: undefined reference to `g'",
                "error mm/a.c:40:0 [ld] undefined reference to `g'",
            ),
            (
                "ld: mm/a.o:/s/mm/a.c:40: undefined reference to `g'",
                "error mm/a.c:40:0 [ld] undefined reference to `g'",
            ),
            (
                "a.c:(.text+0x5): undefined reference to `g'",
                "error a.c:0:0 [ld] undefined reference to `g'",
            ),
            (
                "ld: mm/b.o:(.data+0x0): multiple definition of `g'; mm/a.o:(.data+0x0): first defined here",
                "error mm/b.o:0:0 [ld] multiple definition of `g'; mm/a.o:(.data+0x0): first defined here",
            ),
            (
                "make[3]: *** No rule to make target 'mm/x.o', needed by 'mm/built-in.a'.  Stop.",
                "error :0:0 [make] No rule to make target 'mm/x.o', needed by 'mm/built-in.a'.",
            ),
            (
                "/s/mm/Makefile:3: *** missing separator.  Stop.",
                "error mm/Makefile:3:0 [make] missing separator.",
            ),
            (
                "make[2]: *** [/s/scripts/Makefile.build:229: mm/a.o] Error 1",
                "",
            ),
            (
                "ERROR: modpost: \"g\" [lib/t.ko] undefined!",
                "error :0:0 [modpost] \"g\" [lib/t.ko] undefined!",
            ),
            (
                "WARNING: modpost: vmlinux: section mismatch in reference: f -> g",
                "warning :0:0 [modpost] vmlinux: section mismatch in reference: f -> g",
            ),
            (
                "vmlinux.o: warning: objtool: f+0x1: unreachable instruction",
                "warning vmlinux.o:0:0 [objtool] f+0x1: unreachable instruction",
            ),
            (
                "mm/Kconfig:12:warning: ignoring unsupported character '@'",
                "warning mm/Kconfig:12:0 [kconfig] ignoring unsupported character '@'",
            ),
            (
                "mm/Kconfig:12: syntax error",
                "error mm/Kconfig:12:0 [kconfig] syntax error",
            ),
            (".config:9:warning: override: reassigning to symbol SMP", ""),
            ("/s/mm/a.c:3:1: note: declared here", ""),
            ("  12 |   x = 1; // warning: not one", ""),
            ("  CC      mm/a.o", ""),
        ];
        for (line, want) in lines {
            assert_eq!(told(line).unwrap_or_default(), want, "{line}");
        }
    }

    #[test]
    fn what_moved_is_not_new_and_what_came_twice_is() {
        let row = |line, text: &str| row(Severity::Warning, ("mm/a.c", line, 1), "-Wx", text);
        let base = [row(1, "a"), row(5, "b")];
        let now = [row(9, "a"), row(10, "a"), row(11, "c"), row(12, "b")];
        assert_eq!(new_against(&now, &base), [false, true, true, false]);
    }

    proptest::proptest! {
        #[test]
        fn any_line_is_read_or_not(line in ".{0,200}", at in 0usize..8) {
            let words = [": error: ", ":1:2: warning: ", "*** ", "  Stop.", "ld: ", "undefined reference to ", " [-W", "]"];
            read(&line, &[]);
            read(&format!("{line}{}{line}", words[at]), &["/s".to_owned()]);
        }
    }
}
