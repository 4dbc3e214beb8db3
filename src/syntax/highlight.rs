//! In: C source text. Out: which spans of it are what, for colours in excerpts; spans are in order and do not overlap.

use std::ops::Range;
use std::sync::LazyLock;
use tree_sitter_highlight::{Highlight, HighlightConfiguration, HighlightEvent, Highlighter};

/// What a span of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// `if`, `return`, `static`, …
    Keyword,
    /// A type's name.
    Type,
    /// The name of a function, where it is called or declared.
    Function,
    /// A string.
    String,
    /// A comment.
    Comment,
    /// A number or character.
    Number,
    /// A name in capitals, `NULL`.
    Constant,
    /// `#if`, `#define`, …
    Preprocessor,
    /// A label of a `goto`.
    Label,
}

/// Capture names of the grammar's query that matter here, and their class. A longer name falls back on its first part.
const CAPTURES: &[(&str, Class)] = &[
    ("keyword", Class::Keyword),
    ("type", Class::Type),
    ("function", Class::Function),
    ("string", Class::String),
    ("comment", Class::Comment),
    ("number", Class::Number),
    ("constant", Class::Constant),
    ("label", Class::Label),
];

/// The grammar's own query, compiled once; `None` where query and grammar do not fit (a test shows that they do).
static QUERY: LazyLock<Option<HighlightConfiguration>> = LazyLock::new(|| {
    let mut query = HighlightConfiguration::new(
        tree_sitter_c::LANGUAGE.into(),
        "c",
        tree_sitter_c::HIGHLIGHT_QUERY,
        "",
        "",
    )
    .ok()?;
    query.configure(&CAPTURES.iter().map(|(name, _)| *name).collect::<Vec<_>>());
    Some(query)
});

/// Classes the spans of `text`. What has no class is in no span; text that cannot be parsed has fewer spans.
pub fn c_spans(text: &str) -> Vec<(Range<usize>, Class)> {
    let Some(query) = QUERY.as_ref() else {
        return Vec::new();
    };
    let mut highlighter = Highlighter::new();
    let Ok(events) = highlighter.highlight(query, text.as_bytes(), None, None, |_| None) else {
        return Vec::new();
    };
    let mut spans: Vec<(Range<usize>, Class)> = Vec::new();
    let mut open: Vec<Class> = Vec::new();
    for event in events {
        match event {
            Ok(HighlightEvent::HighlightStart(Highlight(index))) => open.push(CAPTURES[index].1),
            Ok(HighlightEvent::HighlightEnd) => drop(open.pop()),
            Ok(HighlightEvent::Source { start, end }) => {
                if let Some(class) = open.last() {
                    push(&mut spans, text, start..end, *class);
                }
            }
            // Colours are a courtesy: what is not classed is shown plain.
            Err(_) => break,
        }
    }
    spans
}

/// Appends a span, joined with its neighbour where that continues it.
fn push(spans: &mut Vec<(Range<usize>, Class)>, text: &str, range: Range<usize>, class: Class) {
    // The query calls directives keywords.
    let directive = class == Class::Keyword
        && text
            .get(range.clone())
            .is_some_and(|text| text.starts_with('#'));
    let class = if directive {
        Class::Preprocessor
    } else {
        class
    };
    match spans.last_mut() {
        Some((last, known)) if last.end == range.start && *known == class => last.end = range.end,
        _ => spans.push((range, class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_grammar_takes_its_query() {
        assert!(QUERY.is_some());
    }

    #[test]
    fn classes_are_right() {
        let text = "#ifdef CONFIG_X\n/* é */\nstatic int f(struct s *p)\n{\n\tif (g(p, \"s\", 12) == NULL)\n\t\tgoto out;\nout:\n\treturn 0;\n}\n#endif\n";
        let spans = c_spans(text);
        let class = |word: &str| {
            let at = text.find(word).unwrap();
            spans
                .iter()
                .find(|(range, _)| range.contains(&at))
                .map(|(range, class)| {
                    assert!(
                        range.end <= at + word.len() || *class == Class::Comment,
                        "{word}: {range:?}"
                    );
                    *class
                })
        };
        assert_eq!(class("#ifdef"), Some(Class::Preprocessor));
        assert_eq!(class("CONFIG_X"), Some(Class::Constant));
        assert_eq!(class("/* é */"), Some(Class::Comment));
        assert_eq!(class("static"), Some(Class::Keyword));
        assert_eq!(class("int"), Some(Class::Type));
        assert_eq!(class("f("), Some(Class::Function));
        assert_eq!(class("g("), Some(Class::Function));
        assert_eq!(class("\"s\""), Some(Class::String));
        assert_eq!(class("12"), Some(Class::Number));
        assert_eq!(class("out:"), Some(Class::Label));
        assert_eq!(class("p,"), None);
    }

    proptest! {
        #[test]
        fn spans_are_ordered_and_on_characters(text in "(\\PC|[\\n\\t#/\"'{}()*]){0,80}") {
            let mut end = 0;
            for (range, _) in c_spans(&text) {
                prop_assert!(range.start >= end && range.start < range.end, "{range:?} after {end}");
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
