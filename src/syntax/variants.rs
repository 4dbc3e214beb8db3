//! In: the text of one function. Out: its statements, once, or once for each way through `#if` arms
//! that cut statements in two.
//!
//! `} else` before an `#endif` is no statement, so the grammar cannot hold both arms at once. Then the
//! function is read with each choice of arms.

use super::ast::Lowered;
use super::lexer::{Lexer, Token};
use super::lower::lower_function;

/// A function with more `#if`s than this, one of which cuts a statement, is not understood: each choice of arms is a way.
const CHOICES: usize = 4;

/// Parses a function's span in as few ways as show all of it. Empty where no function is found.
pub fn lower_variants(text: &[u8], first_line: u32) -> Vec<Lowered> {
    let text = without_attributes(text);
    let Some(whole) = lower_function(&text, first_line) else {
        return Vec::new();
    };
    if whole.errors.is_empty() || !has_conditionals(&text) {
        return vec![whole];
    }
    // Every choice of arms is a way of its own: one may have a guard, the other the use.
    let count = keywords(&text)
        .filter(|word| word.starts_with(b"if"))
        .count();
    if count > CHOICES {
        return vec![whole];
    }
    let ways: Vec<Lowered> = (0..1_u32 << count)
        .filter_map(|choice| lower_function(&only(&text, choice), first_line))
        .collect();
    // Arms in the middle (`#elif`) are in no way; then the parse with errors is the honest one.
    let clean = ways.len() == 1 << count
        && ways.iter().all(|way| way.errors.is_empty())
        && !has_middle(&text);
    if clean { ways } else { vec![whole] }
}

/// Blanks attribute macros that stand before a type or behind a name: the grammar has no place for
/// them. Two words must follow, so that types like `__u32` stay.
fn without_attributes(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let tokens: Vec<Token> = Lexer::new(text).collect();
    for (i, token) in tokens.iter().enumerate() {
        let Token::Word(start, end) = *token else {
            continue;
        };
        if !text[start..end].starts_with(b"__") {
            continue;
        }
        let begins = i == 0 || matches!(tokens[i - 1], Token::Mark(b';' | b'{' | b'}', _));
        let word = |n: usize| match tokens.get(i + n) {
            Some(Token::Word(a, b)) => Some(&text[*a..*b]),
            _ => None,
        };
        if begins && word(1).is_some() && word(2).is_some() {
            out[start..end].fill(b' ');
        }
    }
    out
}

fn directive(text: &[u8], start: usize, end: usize) -> Option<&[u8]> {
    match Lexer::within(text, start + 1, end).next() {
        Some(Token::Word(a, b)) => Some(&text[a..b]),
        _ => None,
    }
}

fn keywords(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    Lexer::new(text).filter_map(|token| match token {
        Token::Directive(start, end) => directive(text, start, end),
        _ => None,
    })
}

fn has_conditionals(text: &[u8]) -> bool {
    keywords(text).any(|word| word.starts_with(b"if"))
}

fn has_middle(text: &[u8]) -> bool {
    keywords(text).any(|word| word.starts_with(b"elif"))
}

/// Blanks every arm but one of each `#if`, and the conditionals themselves; lines stay. Bit `n` of `choice` says whether
/// the last arm of the `n`th `#if` stays, or the first.
fn only(text: &[u8], choice: u32) -> Vec<u8> {
    let mut out = text.to_vec();
    // For each open `#if`: does its last arm stay, is the present arm kept, and where did it begin?
    let mut open: Vec<(bool, bool, usize)> = Vec::new();
    let mut number = 0;
    let blank = |out: &mut [u8], from: usize, to: usize| {
        out[from..to]
            .iter_mut()
            .filter(|byte| **byte != b'\n')
            .for_each(|byte| *byte = b' ');
    };
    for token in Lexer::new(text) {
        let Token::Directive(start, end) = token else {
            continue;
        };
        match directive(text, start, end) {
            Some(b"if" | b"ifdef" | b"ifndef") => {
                let last = choice >> number & 1 == 1;
                number += 1;
                open.push((last, !last, end));
            }
            Some(b"else" | b"elif") => {
                if let Some((last, kept, from)) = open.last_mut() {
                    if !*kept {
                        blank(&mut out, *from, start);
                    }
                    *kept = *last;
                    *from = end;
                }
            }
            Some(b"endif") => {
                if let Some((_, false, from)) = open.pop() {
                    blank(&mut out, from, start);
                }
            }
            _ => continue,
        }
        blank(&mut out, start, end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_else_that_endif_cuts() {
        let text = b"int f(int a)\n{\n#ifdef CONFIG_A\n\tif (a) {\n\t\tx();\n\t} else\n#endif\n\t{\n\t\ty();\n\t}\n\treturn 0;\n}\n";
        let ways = lower_variants(text, 1);
        assert_eq!(ways.len(), 2);
        assert!(ways.iter().all(|way| way.errors.is_empty()));
    }

    #[test]
    fn attributes_before_locals() {
        let text = b"int f(void)\n{\n\t__maybe_unused unsigned long pfn;\n\t__u32 flags;\n\treturn 0;\n}\n";
        let ways = lower_variants(text, 1);
        assert_eq!(ways.len(), 1);
        assert!(ways[0].errors.is_empty(), "{:?}", ways[0].errors);
    }
}
