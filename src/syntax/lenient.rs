//! In: the text of one function that the grammar does not understand. Out: the same without words that stand in its way.
//!
//! Lines and places stay: what goes is blanked.

use super::ast::Lowered;
use super::lexer::{Lexer, Token};
use super::variants::lower_variants;

/// Words that make up a type in an argument, where the grammar expects a value: `min_t(unsigned long, a, b)`.
const TYPE_WORDS: [&[u8]; 6] = [b"unsigned", b"signed", b"long", b"int", b"short", b"char"];

/// Words before a bracket that are no call.
const NO_CALLS: [&[u8]; 7] = [
    b"if", b"while", b"for", b"switch", b"return", b"sizeof", b"case",
];

/// Parses a function's span as [`lower_variants`] does, and without annotations where it is not understood with them.
pub fn lower_leniently(text: &[u8], first_line: u32) -> Vec<Lowered> {
    let bodies = lower_variants(text, first_line);
    let understood =
        |list: &[Lowered]| !list.is_empty() && list.iter().all(|b| b.errors.is_empty());
    if understood(&bodies) {
        return bodies;
    }
    let plain = lower_variants(&without_annotations(text), first_line);
    if understood(&plain) { plain } else { bodies }
}

/// Blanks `__user`, `__always_inline` and the like between the words of a declaration, and makes a name of a type that
/// is an argument.
fn without_annotations(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let tokens: Vec<Token> = Lexer::new(text).collect();
    let word = |at: usize| match tokens.get(at) {
        Some(Token::Word(a, b)) => Some(&text[*a..*b]),
        _ => None,
    };
    for (i, token) in tokens.iter().enumerate() {
        let Token::Word(start, end) = *token else {
            continue;
        };
        let own = &text[start..end];
        let tag = |w: &[u8]| w == b"struct" || w == b"union" || w == b"enum";
        let inside = i > 0 && word(i - 1).is_some_and(|before| !tag(before));
        let star = matches!(tokens.get(i + 1), Some(Token::Mark(b'*', _)));
        let is_type = own.ends_with(b"_t") || own.last().is_some_and(u8::is_ascii_digit);
        if own.starts_with(b"__") && !is_type && inside && (star || word(i + 1).is_some()) {
            out[start..end].fill(b' ');
        }
        let called = word(i).is_some_and(|w| !NO_CALLS.contains(&w))
            && matches!(tokens.get(i + 1), Some(Token::Mark(b'(', _)));
        let types = (i + 2..).take_while(|at| word(*at).is_some_and(|w| TYPE_WORDS.contains(&w)));
        let count = types.count();
        let ends = matches!(tokens.get(i + 2 + count), Some(Token::Mark(b',', _)));
        if let (true, true, Some(Token::Word(first, _)), Some(Token::Word(_, last))) = (
            called && count > 0,
            ends,
            tokens.get(i + 2),
            tokens.get(i + 1 + count),
        ) {
            out[*first..*last].fill(b' ');
            out[*first] = b't';
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annotations_are_no_errors() {
        let text = b"static __always_inline int f(const void __user *from, __u32 count)\n{\n\treturn min_t(unsigned long, count, 4);\n}\n";
        let strict = lower_variants(text, 1);
        assert!(strict.iter().any(|body| !body.errors.is_empty()));
        let bodies = lower_leniently(text, 1);
        assert_eq!(bodies.len(), 1);
        assert_eq!(bodies[0].errors, Vec::<u32>::new());
        assert_eq!(bodies[0].parameters.len(), 2);
        assert_eq!(bodies[0].body[0].line, 3);
    }

    #[test]
    fn types_with_underscores_stay() {
        let text = b"int f(struct __own *own, const __le32 value)";
        assert_eq!(without_annotations(text), text);
    }
}
