//! In: C text and a number. Out: the text, damaged in a way that the number chooses: a token dropped or doubled, a brace
//! dropped, two pieces swapped, the end cut off, bytes that are no text put in.

use pteward::syntax::{Lexer, Token};

/// A small generator of numbers: the same seed gives the same damage on every machine.
pub(crate) struct Dice(u64);

impl Dice {
    /// Makes one from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Gives a number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % end.max(1)
    }
}

/// Damages `text` in up to four places.
pub(crate) fn damage(text: &[u8], seed: u64) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut out = text.to_vec();
    for _ in 0..=dice.below(4) {
        out = once(&out, &mut dice);
    }
    out
}

fn once(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let tokens: Vec<(usize, usize)> = Lexer::new(text).filter_map(span).collect();
    let braces: Vec<usize> = (0..text.len())
        .filter(|at| matches!(text[*at], b'{' | b'}' | b'(' | b')' | b'"' | b'#'))
        .collect();
    let (a, b) = match tokens.get(dice.below(tokens.len())) {
        Some(found) => *found,
        None => (0, text.len()),
    };
    let at = braces.get(dice.below(braces.len())).copied().unwrap_or(0);
    let put = |at: usize, new: &[u8]| [&text[..at], new, &text[at..]].concat();
    match dice.below(8) {
        0 => [&text[..a], &text[b..]].concat(),
        1 => put(b, &text[a..b]),
        2 if !text.is_empty() => [&text[..at], &text[at + 1..]].concat(),
        3 => text[..a].to_vec(),
        4 => {
            let far = tokens
                .get(dice.below(tokens.len()))
                .map_or(b, |t| t.1)
                .max(b);
            put(far, &text[a..far.min(a + 4096)])
        }
        5 => put(
            a,
            [&b"#else\n"[..], b"{{{{{{{{", b"/*", b"?:", b"\xff\0\xfe"][dice.below(5)],
        ),
        6 => put(a, &b"("[..].repeat(1 + dice.below(300))),
        _ => put(
            b,
            &b"if (pvmw->pte) while (1) { switch (x) { case 1: "[..].repeat(1 + dice.below(40)),
        ),
    }
}

fn span(token: Token) -> Option<(usize, usize)> {
    match token {
        Token::Word(a, b) => Some((a, b)),
        Token::Mark(_, at) => Some((at, at + 1)),
        _ => None,
    }
}
