//! In: a function's source and the lines that matter in it. Out: lines of classed pieces, for a template.

use crate::syntax::highlight::{Class, c_spans};
use std::collections::BTreeMap;

/// Why a line is marked; the strongest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Mark {
    /// A step of the witness.
    Step,
    /// A site.
    Site,
    /// The first wrong use.
    Use,
    /// The walk itself.
    Walk,
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Piece {
    /// The style sheet's class; empty where the text has none.
    class: &'static str,
    /// The text.
    text: String,
}

/// A line of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct SourceLine {
    /// Line, from 1.
    number: u32,
    /// Why it is marked.
    mark: Option<Mark>,
    /// Its text, in pieces.
    pieces: Vec<Piece>,
}

/// Names the style sheet's class.
fn style(class: Class) -> &'static str {
    match class {
        Class::Keyword => "k",
        Class::Type => "t",
        Class::Function => "f",
        Class::String => "s",
        Class::Comment => "c",
        Class::Number | Class::Constant => "n",
        Class::Preprocessor | Class::Label => "p",
    }
}

/// Cuts `text`, whose first line is line `first`, into lines of classed pieces.
pub(super) fn lines(text: &str, first: u32, marks: &BTreeMap<u32, Mark>) -> Vec<SourceLine> {
    let spans = c_spans(text);
    let mut spans = spans.iter().peekable();
    let mut lines = Vec::new();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let number = first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        let end = start + line.trim_end_matches(['\n', '\r']).len();
        let mut pieces = Vec::new();
        let mut at = start;
        while let Some((range, class)) = spans.peek() {
            if range.start >= end {
                break;
            }
            let (from, to) = (range.start.max(at), range.end.min(end));
            push(&mut pieces, "", &text[at..from]);
            push(&mut pieces, style(*class), &text[from..to]);
            at = to;
            // A comment goes on in the next line; all others end here.
            if range.end > start + line.len() {
                break;
            }
            spans.next();
        }
        push(&mut pieces, "", &text[at..end]);
        lines.push(SourceLine {
            number,
            mark: marks.get(&number).copied(),
            pieces,
        });
        start += line.len();
    }
    lines
}

/// Appends a piece that holds something.
fn push(pieces: &mut Vec<Piece>, class: &'static str, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece {
            class,
            text: text.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(line: &SourceLine) -> String {
        line.pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect()
    }

    #[test]
    fn comments_over_lines_keep_their_class() {
        let marks = BTreeMap::from([(12, Mark::Walk)]);
        let lines = lines("int f(void)\n/* one\n * two */ { return 1; }\n", 10, &marks);
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[1].pieces,
            [Piece {
                class: "c",
                text: "/* one".into()
            }]
        );
        assert_eq!(
            lines[2].pieces[0],
            Piece {
                class: "c",
                text: " * two */".into()
            }
        );
        assert_eq!(
            lines.iter().map(|line| line.number).collect::<Vec<_>>(),
            [10, 11, 12]
        );
        assert_eq!(lines[2].mark, Some(Mark::Walk));
        assert_eq!(lines[0].mark, None);
    }

    proptest! {
        #[test]
        fn no_text_is_lost(text in "(\\PC|[\\n\\r\\t#/\"'{}()*;]|/\\*|\\*/|int ){0,60}") {
            let lines = lines(&text, 1, &BTreeMap::new());
            let want: Vec<&str> = text.split_inclusive('\n').map(|line| line.trim_end_matches(['\n', '\r'])).collect();
            prop_assert_eq!(lines.iter().map(plain).collect::<Vec<_>>(), want);
        }
    }
}
