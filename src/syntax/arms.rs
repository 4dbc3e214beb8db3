//! In: `#if`, `#ifdef`, `#else` … as they come. Out: the conditions around the present place.

/// One open `#if`.
#[derive(Clone, Debug)]
struct Frame {
    /// Conditions of the present arm: earlier arms negated, then its own.
    conditions: Vec<String>,
    /// Own condition of the present arm, for the negation at the next `#elif` or `#else`.
    own: Option<String>,
    /// Is it an include guard, which says nothing about configurations?
    guard: bool,
}

/// The open `#if`s, outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Arms {
    frames: Vec<Frame>,
}

/// What a directive does to the arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// An `#if` opened.
    Open,
    /// `#elif` or `#else`.
    Next,
    /// `#endif`.
    Close,
}

/// Takes comments out, joins continued lines and folds blanks.
fn normalised(text: &[u8]) -> String {
    let mut out = String::new();
    let mut glue = true;
    for token in super::Lexer::within(text, 0, text.len()) {
        let (start, end, word) = match token {
            super::Token::Word(a, b)
            | super::Token::Literal(a, b)
            | super::Token::Directive(a, b) => (a, b, true),
            super::Token::Mark(_, a) => (a, a + 1, false),
        };
        if word && !glue {
            out.push(' ');
        }
        glue = !word;
        let piece = String::from_utf8_lossy(&text[start..end]);
        // Two-byte operators get one blank on either side; the bytes come one at a time.
        out.push_str(&piece);
    }
    out.replace("&&", " && ").replace("||", " || ")
}

/// Rewrites `defined(X)` and `defined X` as `X`, the way people name an arm.
fn named(condition: &str) -> String {
    let mut out = String::new();
    let mut rest = condition;
    while let Some(found) = rest.find("defined") {
        let before_ok = !rest[..found].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let after = rest[found + "defined".len()..].trim_start();
        let name = after.strip_prefix('(').map_or(after, str::trim_start);
        let length = name
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || *b == b'_')
            .count();
        if !before_ok || length == 0 {
            out.push_str(&rest[..found + "defined".len()]);
            rest = &rest[found + "defined".len()..];
            continue;
        }
        out.push_str(&rest[..found]);
        out.push_str(&name[..length]);
        rest = &name[length..];
        if after.starts_with('(') {
            rest = rest.trim_start().strip_prefix(')').unwrap_or(rest);
        }
    }
    out.push_str(rest);
    out.trim().to_owned()
}

/// Negates a condition: a name gets or loses its `!`, anything longer a bracket.
fn negated(condition: &str) -> String {
    let simple = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'(' | b')'))
    };
    match condition.strip_prefix('!') {
        Some(name) if simple(name) => name.to_owned(),
        _ if simple(condition) => format!("!{condition}"),
        _ => format!("!({condition})"),
    }
}

impl Arms {
    /// Takes a directive (without `#`), and says what it did; `guarded` names the macro that an
    /// include guard would define next.
    pub(super) fn take(
        &mut self,
        keyword: &[u8],
        rest: &[u8],
        guarded: Option<&[u8]>,
    ) -> Option<Turn> {
        match keyword {
            b"if" | b"ifdef" | b"ifndef" => {
                let text = named(&normalised(rest));
                let own = if keyword == b"ifndef" {
                    negated(&text)
                } else {
                    text.clone()
                };
                let guard =
                    keyword == b"ifndef" && guarded.is_some_and(|name| name == text.as_bytes());
                self.frames.push(Frame {
                    conditions: vec![own.clone()],
                    own: Some(own),
                    guard,
                });
                Some(Turn::Open)
            }
            b"elif" | b"elifdef" | b"elifndef" | b"else" => {
                let frame = self.frames.last_mut()?;
                if let Some(own) = frame.own.take() {
                    frame.conditions.pop();
                    frame.conditions.push(negated(&own));
                }
                if keyword != b"else" {
                    let text = named(&normalised(rest));
                    let own = if keyword == b"elifndef" {
                        negated(&text)
                    } else {
                        text
                    };
                    frame.conditions.push(own.clone());
                    frame.own = Some(own);
                }
                Some(Turn::Next)
            }
            b"endif" => self.frames.pop().map(|_| Turn::Close),
            _ => None,
        }
    }

    /// Gives the conditions around the present place, outermost first.
    pub(super) fn conditions(&self) -> Vec<String> {
        self.frames
            .iter()
            .filter(|f| !f.guard)
            .flat_map(|f| f.conditions.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_negations() {
        let mut arms = Arms::default();
        arms.take(b"ifdef", b" CONFIG_A /* why */", None);
        arms.take(b"if", b" defined(CONFIG_B) && \\\n !defined CONFIG_C", None);
        assert_eq!(arms.conditions(), ["CONFIG_A", "CONFIG_B && !CONFIG_C"]);
        arms.take(b"elif", b" IS_ENABLED(CONFIG_D)", None);
        assert_eq!(
            arms.conditions(),
            [
                "CONFIG_A",
                "!(CONFIG_B && !CONFIG_C)",
                "IS_ENABLED(CONFIG_D)"
            ]
        );
        arms.take(b"else", b"", None);
        assert_eq!(arms.conditions().last().unwrap(), "!IS_ENABLED(CONFIG_D)");
        arms.take(b"endif", b"", None);
        arms.take(b"else", b"", None);
        assert_eq!(arms.conditions(), ["!CONFIG_A"]);
    }

    #[test]
    fn include_guards_are_no_arms() {
        let mut arms = Arms::default();
        arms.take(b"ifndef", b" _X_H", Some(b"_X_H"));
        assert!(arms.conditions().is_empty());
    }
}
