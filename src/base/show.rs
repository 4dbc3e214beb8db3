//! In: bytes or text from outside. Out: text that is safe to show, with control and bidi characters made visible.

/// Says whether a character could hide or reorder text on a screen.
fn is_deceptive(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{061c}')
}

/// Spells control and bidi characters by their code points, as in `<U+202E>`; newline and tab stay.
pub fn visible(text: &str) -> String {
    if !text.chars().any(is_deceptive) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_deceptive(c) {
            let code = format!("<U+{:04X}>", u32::from(c));
            out.push_str(&code);
        } else {
            out.push(c);
        }
    }
    out
}

/// Decodes bytes as UTF-8; bytes that are not become `<XX>`, deceptive characters become visible.
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&visible(chunk.valid()));
        for byte in chunk.invalid() {
            let code = format!("<{byte:02X}>");
            out.push_str(&code);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_would_hide() {
        assert_eq!(visible("a\u{202e}b\tc\n"), "a<U+202E>b\tc\n");
        assert_eq!(visible_bytes(b"x\xffy\x1b"), "x<FF>y<U+001B>");
    }
}
