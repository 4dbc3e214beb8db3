//! In: the words of a line. Out: what kind of line it is, and which of its words authors set under each other.

/// What kind of line: only lines of one class are models for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Define,
    /// `.name = value`
    Field,
    /// `NAME = value,`
    Enumerator,
    /// ` * @name: text`
    Doc,
    /// ` * text`
    Star,
    /// `type name;`
    Member,
    Assignment,
    Other,
}

/// What a word that may be aligned is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::repair) enum Slot {
    Comment,
    Sign,
    Backslash,
    Value,
    Declarator,
    DocName,
    DocText,
    StarText,
    /// The word of that number in a table.
    Cell(usize),
}

impl Slot {
    /// May a line of any class be a model for it?
    pub(super) fn any_class(self) -> bool {
        matches!(self, Self::Comment | Self::Backslash)
    }

    /// Is its white space copied as it is, not set to a column?
    pub(super) fn verbatim(self) -> bool {
        matches!(self, Self::DocName | Self::StarText)
    }
}

/// Words behind which no declaration stands.
const STATEMENTS: [&[u8]; 8] = [
    b"return",
    b"goto",
    b"case",
    b"else",
    b"if",
    b"for",
    b"while",
    b"#include",
];

/// Tells a line's class.
pub(super) fn class(words: &[&[u8]]) -> Class {
    let first = words.first().copied().unwrap_or_default();
    let second = words.get(1).copied().unwrap_or_default();
    let last = code(words).last().copied().unwrap_or_default();
    match first {
        b"#define" => Class::Define,
        b"#" if second == b"define" => Class::Define,
        b"*" if second.starts_with(b"@") && is_named(second, words.get(2)) => Class::Doc,
        b"*" => Class::Star,
        _ if first.starts_with(b".") && words.contains(&&b"="[..]) => Class::Field,
        _ if second == b"=" && !last.ends_with(b";") => Class::Enumerator,
        // In makefiles.
        _ if is_made(second) && !last.ends_with(b";") => Class::Assignment,
        _ if declared(words).is_some() => Class::Member,
        _ if words.contains(&&b"="[..]) => Class::Assignment,
        _ if words.len() > 1
            && last.ends_with(b";")
            && !second.ends_with(b"=")
            && first
                .first()
                .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
            && !first.contains(&b'(')
            && !first.contains(&b'.')
            && !STATEMENTS.contains(&first) =>
        {
            Class::Member
        }
        _ if words.len() > 1 && first.starts_with(b"(*") => Class::Other,
        _ => Class::Other,
    }
}

/// Does a makefile set a variable by this sign?
fn is_made(word: &[u8]) -> bool {
    matches!(word, b":=" | b"+=" | b"?=")
}

/// Does ` * @name` tell what follows, or is it but a word of a sentence?
pub(super) fn is_named(name: &[u8], next: Option<&&[u8]>) -> bool {
    name.contains(&b':') || next.is_none_or(|next| next.starts_with(b":") || *next == b"-")
}

/// The word that names what a line declares and sets at once: `type name = value;`.
fn declared(words: &[&[u8]]) -> Option<usize> {
    let sign = words.iter().position(|word| *word == b"=")?;
    let at = sign.checked_sub(1).filter(|&at| at > 0)?;
    let is_type = |word: &&[u8]| {
        word.iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let name = words[at].iter().skip_while(|&&byte| byte == b'*');
    let named = name
        .clone()
        .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fits = words[..at].iter().all(is_type) && named && name.count() > 0;
    (fits && !STATEMENTS.contains(&words[0])).then_some(at)
}

/// Does the word begin within a string? White space there is no column's.
pub(super) fn in_string(words: &[&[u8]], at: usize) -> bool {
    let mut open = false;
    for word in &words[..at] {
        let mut escaped = false;
        for &byte in *word {
            open ^= byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
        }
    }
    open
}

/// The words before a comment at the line's end.
fn code<'w, 'a>(words: &'w [&'a [u8]]) -> &'w [&'a [u8]] {
    let end = words
        .iter()
        .skip(1)
        .position(|word| word.starts_with(b"/*") || word.starts_with(b"//"));
    &words[..end.map_or(words.len(), |end| end + 1)]
}

/// The words that may be aligned, left to right: (what, number of the word).
pub(super) fn slots(words: &[&[u8]]) -> Vec<(Slot, usize)> {
    let kind = class(words);
    let mut out = Vec::new();
    let code = code(words);
    match kind {
        Class::Define => {
            let name = if words[0] == b"#" { 2 } else { 1 };
            let mut depth = 0_i32;
            let end = (name..words.len()).find(|&at| {
                depth += words[at]
                    .iter()
                    .map(|&byte| i32::from(byte == b'(') - i32::from(byte == b')'))
                    .sum::<i32>();
                depth <= 0
            });
            if let Some(at) = end
                .map(|at| at + 1)
                .filter(|&at| at < words.len() && words[at] != b"\\")
            {
                out.push((Slot::Value, at));
            }
        }
        Class::Field | Class::Enumerator | Class::Assignment => {
            out.extend(
                code.iter()
                    .position(|word| *word == b"=" || is_made(word))
                    .filter(|&at| at > 0)
                    .map(|at| (Slot::Sign, at)),
            );
        }
        Class::Doc => {
            out.push((Slot::DocName, 1));
            if words.len() > 2 {
                out.push((Slot::DocText, 2));
            }
        }
        Class::Star if words.len() > 1 => out.push((Slot::StarText, 1)),
        Class::Member if declared(words).is_some() => {
            let both = declared(words).map(|at| [(Slot::Declarator, at), (Slot::Sign, at + 1)]);
            out.extend(both.into_iter().flatten());
        }
        Class::Member => {
            let at = (1..code.len()).find(|&at| {
                let word = code[at];
                word.starts_with(b"(*") || word.ends_with(b";") || word.ends_with(b",")
            });
            // `name[] __attribute(…);`
            let named = at.map(|at| {
                if at > 1 && code[at].starts_with(b"__") {
                    at - 1
                } else {
                    at
                }
            });
            out.extend(named.map(|at| (Slot::Declarator, at)));
        }
        Class::Other => {
            let table =
                words[0].starts_with(b"{") || words[0].ends_with(b",") || words[0].contains(&b'(');
            out.extend(
                (1..code.len())
                    .filter(|&at| table && !in_string(words, at))
                    .map(|at| (Slot::Cell(at), at)),
            );
            let pointer = code
                .iter()
                .position(|word| word.starts_with(b"(*"))
                .filter(|&at| at > 0 && !table);
            out.extend(pointer.map(|at| (Slot::Declarator, at)));
        }
        Class::Star => {}
    }
    if !matches!(kind, Class::Doc | Class::Star) {
        if code.len() < words.len() {
            out.push((Slot::Comment, code.len()));
        }
        let last = words.len() - 1;
        if last > 0 && words[last] == b"\\" {
            out.push((Slot::Backslash, last));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_a_string_is_no_cell() {
        let cells = |words: &[&[u8]]| slots(words).iter().map(|(_, at)| *at).collect::<Vec<_>>();
        assert_eq!(cells(&[b"say(\"", b"all", b"well\\n\",", b"x);"]), [3]);
        assert_eq!(cells(&[b"say(a,", b"b);"]), [1]);
    }

    #[test]
    fn signs_are_set_under_each_other() {
        assert_eq!(slots(&[b"int", b"one", b"=", b"1;"])[1], (Slot::Sign, 2));
        assert_eq!(slots(&[b"obj-y", b"+=", b"one.o"]), [(Slot::Sign, 1)]);
        assert!(slots(&[b"one", b"+=", b"two;"]).is_empty());
    }
}
