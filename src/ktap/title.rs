//! In: a test's name or a symptom's first line. Out: the same without what differs from run to run.

/// Replaces addresses (`0x` and five digits or more) in a name by `0x*`: a name is what two runs are compared by.
pub(super) fn steady(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("0x") {
        let digits = rest[at + 2..]
            .bytes()
            .take_while(u8::is_ascii_hexdigit)
            .count();
        out.push_str(&rest[..at + 2]);
        if digits >= 5 {
            out.push('*');
        } else {
            out.push_str(&rest[at + 2..at + 2 + digits]);
        }
        rest = &rest[at + 2 + digits..];
    }
    out.push_str(rest);
    out
}

/// Replaces every number, and every word of hex digits longer than five, by `*`.
pub(super) fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            word.push(c);
        } else {
            push_word(&mut out, &word);
            word.clear();
            out.push(c);
        }
    }
    push_word(&mut out, &word);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn push_word(out: &mut String, word: &str) {
    let digits = word.strip_prefix("0x").unwrap_or(word);
    let number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let address = digits.len() > 5
        && digits.bytes().all(|b| b.is_ascii_hexdigit())
        && digits.bytes().any(|b| b.is_ascii_digit());
    let hex = word.starts_with("0x") && digits.bytes().all(|b| b.is_ascii_hexdigit());
    out.push_str(if number || address || hex { "*" } else { word });
}

/// Takes the endings off a function's name that compilers add: `.part.0`, `.constprop.0`, `.isra.0`, `.cold`.
pub(super) fn function(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
