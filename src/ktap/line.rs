//! In: one line of output. Out: what it is in TAP and KTAP, and how deep.

/// Columns of nesting that are told apart; deeper ones count as this deep.
const DEEPEST: usize = 48;

/// A line of test output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line<'l> {
    /// `TAP version 13`, `KTAP version 1`.
    Version,
    /// `1..58`, with the reason where all are skipped.
    Plan {
        /// How many tests are to come.
        count: u64,
        /// What stands behind `# SKIP`.
        skip: Option<&'l str>,
    },
    /// `ok 1 name # SKIP reason`.
    Result {
        /// `ok`, not `not ok`.
        ok: bool,
        /// Without number and dash; may be empty.
        name: &'l str,
        /// The directive's word in upper case (`SKIP`, `TODO`, `XFAIL`, …); may be empty.
        word: String,
        /// What stands behind it.
        reason: &'l str,
    },
    /// `Bail out! reason`.
    BailOut(&'l str),
    /// `# Subtest: name`.
    Subtest(&'l str),
    /// A harness begins a test: `#  RUN           suite.name ...`.
    Run(&'l str),
    /// Anything else.
    Other(&'l str),
}

/// Takes the kernel's time stamp, level and caller off the front of a line.
pub(super) fn without_stamp(line: &str) -> &str {
    let line = match line.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        Some((level, rest)) if level.len() < 4 && level.bytes().all(|b| b.is_ascii_digit()) => rest,
        _ => line,
    };
    let Some(mut rest) = stamp(line) else {
        return line;
    };
    // The caller: `[T123]` or `[C0]`, padded with blanks.
    if let Some((caller, behind)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        let caller = caller.trim_start();
        if caller.starts_with(['T', 'C']) && caller[1..].bytes().all(|b| b.is_ascii_digit()) {
            rest = behind;
        }
    }
    rest.strip_prefix(' ').unwrap_or(rest)
}

/// Gives what stands behind `[   12.345678]`, if that is at the front.
fn stamp(line: &str) -> Option<&str> {
    let (inside, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (seconds, fraction) = inside.trim_start().split_once('.')?;
    let digits = |text: &str| {
        !text.is_empty() && text.len() < 12 && text.bytes().all(|b| b.is_ascii_digit())
    };
    (digits(seconds) && digits(fraction)).then_some(rest)
}

/// Finds where a kernel message breaks into a line: the place of a time stamp that is not at the front.
pub(super) fn broken_at(line: &str) -> Option<usize> {
    line.match_indices('[')
        .map(|(at, _)| at)
        .find(|at| *at > 0 && stamp(&line[*at..]).is_some())
}

/// Says whether a line begins with the kernel's time stamp.
pub(super) fn is_kernel(line: &str) -> bool {
    stamp(line).is_some()
}

/// Tells what a line is and how deep it stands.
pub(super) fn classify(line: &str) -> (usize, Line<'_>) {
    let mut rest = line.trim_end();
    let mut depth = 0;
    loop {
        if let Some(found) = structure(rest) {
            return (depth.min(DEEPEST), found);
        }
        // KTAP indents by two blanks, TAP 14 by four, kselftest by `# `: columns tell deeper from less deep in all.
        let inner = rest
            .strip_prefix("# ")
            .map(|inner| (2, inner))
            .or_else(|| rest.strip_prefix(' ').map(|inner| (1, inner)))
            .or_else(|| rest.strip_prefix('\t').map(|inner| (4, inner)));
        match inner {
            Some((columns, inner)) => {
                rest = inner;
                depth += columns;
            }
            None => break,
        }
    }
    (depth.min(DEEPEST), Line::Other(line.trim_end()))
}

/// Reads a line that stands at its own level.
fn structure(line: &str) -> Option<Line<'_>> {
    if line.starts_with("TAP version ") || line.starts_with("KTAP version ") {
        return Some(Line::Version);
    }
    if let Some(rest) = line.strip_prefix("1..") {
        return plan(rest);
    }
    if let Some(rest) = line.strip_prefix("Bail out!") {
        return Some(Line::BailOut(rest.trim()));
    }
    if let Some(name) = line.strip_prefix("# Subtest:") {
        return Some(Line::Subtest(name.trim()));
    }
    if let Some(rest) = line.strip_prefix("#  RUN  ") {
        return Some(Line::Run(rest.trim().trim_end_matches("...").trim_end()));
    }
    let (ok, rest) = match line.strip_prefix("not ok") {
        Some(rest) => (false, rest),
        None => (true, line.strip_prefix("ok")?),
    };
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    Some(result(ok, rest.trim_start()))
}

/// Reads what stands behind `1..`.
fn plan(rest: &str) -> Option<Line<'_>> {
    let (count, behind) = match rest.split_once(char::is_whitespace) {
        Some((count, behind)) => (count, behind.trim()),
        None => (rest, ""),
    };
    let count = count.parse().ok()?;
    let skip = behind
        .strip_prefix('#')
        .map(str::trim)
        .filter(|text| {
            text.get(..4)
                .is_some_and(|word| word.eq_ignore_ascii_case("skip"))
        })
        .map(|text| text[4..].trim());
    Some(Line::Plan { count, skip })
}

/// Reads what stands behind `ok`.
fn result(ok: bool, rest: &str) -> Line<'_> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0
        && rest[digits..]
            .chars()
            .next()
            .is_none_or(char::is_whitespace);
    let rest = if numbered {
        rest[digits..].trim_start()
    } else {
        rest
    };
    let rest = rest.strip_prefix("- ").unwrap_or(rest);
    let (name, directive) = directive(rest);
    let (word, reason) = match directive.split_once(|c: char| c.is_whitespace() || c == ':') {
        Some((word, reason)) => (word, reason.trim()),
        None => (directive, ""),
    };
    let upper = word.to_ascii_uppercase();
    if KNOWN.contains(&upper.as_str()) {
        return Line::Result {
            ok,
            name,
            word: upper,
            reason,
        };
    }
    Line::Result {
        ok,
        name,
        word: String::new(),
        reason: directive,
    }
}

/// Words of directives.
const KNOWN: [&str; 6] = ["SKIP", "TODO", "XFAIL", "XPASS", "TIMEOUT", "ERROR"];

/// Splits a description from its directive: at the first ` # ` that a known word follows, else at the first one.
fn directive(text: &str) -> (&str, &str) {
    let marks: Vec<usize> = text
        .match_indices('#')
        .map(|(at, _)| at)
        .filter(|at| *at == 0 || text[..*at].ends_with(char::is_whitespace))
        .collect();
    let known = |at: &&usize| {
        let word = text[**at + 1..].split_whitespace().next().unwrap_or("");
        let word = word.trim_end_matches(':').to_ascii_uppercase();
        KNOWN.contains(&word.as_str())
    };
    match marks.iter().find(known).or(marks.first()) {
        Some(at) => (text[..*at].trim_end(), text[at + 1..].trim()),
        None => (text.trim_end(), ""),
    }
}
