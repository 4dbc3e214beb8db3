//! In: a patch mail's text as posted. Out: the same as one archive or mail program leaves it.

use super::entities;

/// A way in which text is damaged. Every one is a function of the text alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    /// Every run of whitespace, line ends among them, is one blank.
    Flatten,
    /// Lines begin with their first sign.
    StripLeading,
    /// Runs of blanks and tabs in a line are one blank.
    CollapseRuns,
    /// Tabs are blanks up to the next of the screen's stops.
    TabsToBlanks,
    /// Lines without a sign are gone.
    DropBlankLines,
    /// Lines end at column 72.
    Wrap,
    /// Bare ampersands were read as entities.
    EntityEat,
    /// Every line is quoted, as in a reply.
    Quote,
    /// Every blank is a no-break blank.
    Nbsp,
    /// Lines end in CR LF.
    Crlf,
    /// Markup signs are entities.
    HtmlEscape,
    /// Addresses are `user at host`.
    Obfuscate,
}

impl Way {
    /// All, in the order of the tables.
    pub(crate) const ALL: [Self; 12] = [
        Self::Flatten,
        Self::StripLeading,
        Self::CollapseRuns,
        Self::TabsToBlanks,
        Self::DropBlankLines,
        Self::Wrap,
        Self::EntityEat,
        Self::Quote,
        Self::Nbsp,
        Self::Crlf,
        Self::HtmlEscape,
        Self::Obfuscate,
    ];

    /// Names the way in tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flatten => "flatten",
            Self::StripLeading => "strip leading",
            Self::CollapseRuns => "collapse runs",
            Self::TabsToBlanks => "tabs to blanks",
            Self::DropBlankLines => "drop blank lines",
            Self::Wrap => "wrap at 72",
            Self::EntityEat => "entity-eat",
            Self::Quote => "quote",
            Self::Nbsp => "nbsp",
            Self::Crlf => "crlf",
            Self::HtmlEscape => "html-escape",
            Self::Obfuscate => "obfuscate",
        }
    }

    /// Damages a text.
    pub(crate) fn apply(self, text: &str) -> String {
        match self {
            Self::Flatten => text.split_whitespace().collect::<Vec<_>>().join(" ") + "\n",
            Self::StripLeading => {
                each_line(text, |line| line.trim_start_matches([' ', '\t']).to_owned())
            }
            Self::CollapseRuns => each_line(text, collapsed),
            Self::TabsToBlanks => each_line(text, expanded),
            Self::DropBlankLines => {
                let kept = text.lines().filter(|line| !line.trim().is_empty());
                kept.map(|line| line.to_owned() + "\n").collect()
            }
            Self::Wrap => each_line(text, wrapped),
            Self::EntityEat => entities::eat(text),
            Self::Quote => each_line(text, |line| format!("> {line}").trim_end().to_owned()),
            Self::Nbsp => text.replace(' ', "\u{a0}"),
            Self::Crlf => text.replace('\n', "\r\n"),
            Self::HtmlEscape => text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;"),
            Self::Obfuscate => obfuscated(text),
        }
    }
}

/// Changes line by line; line ends stay.
fn each_line(text: &str, change: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| change(line) + "\n").collect()
}

fn collapsed(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for sign in line.chars() {
        let blank = matches!(sign, ' ' | '\t');
        if !blank {
            out.push(sign);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn expanded(line: &str) -> String {
    let (mut out, mut column) = (String::with_capacity(line.len()), 0);
    for sign in line.chars() {
        let width = if sign == '\t' { 8 - column % 8 } else { 1 };
        if sign == '\t' {
            out.extend(std::iter::repeat_n(' ', width));
        } else {
            out.push(sign);
        }
        column += width;
    }
    out
}

/// Breaks at the last blank before column 72, or the first behind it.
fn wrapped(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while rest.chars().count() > 72 {
        let limit = rest.char_indices().nth(72).map_or(rest.len(), |(at, _)| at);
        let behind = || rest[limit..].find(' ').map(|at| limit + at);
        let blank = rest[..limit]
            .rfind(' ')
            .filter(|&at| !rest[..at].trim().is_empty());
        let Some(at) = blank.or_else(behind) else {
            break;
        };
        out.push_str(&rest[..at]);
        out.push('\n');
        rest = &rest[at + 1..];
    }
    out + rest
}

/// Writes `user@host.tld` as `user at host.tld`.
fn obfuscated(text: &str) -> String {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'+');
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for at in memchr::memchr_iter(b'@', bytes) {
        let host: Vec<u8> = bytes[at + 1..]
            .iter()
            .copied()
            .take_while(|&byte| word(byte))
            .collect();
        let dotted = host.iter().position(|&byte| byte == b'.');
        if at > 0
            && word(bytes[at - 1])
            && dotted.is_some_and(|dot| dot > 0 && dot + 1 < host.len())
        {
            out.push_str(&text[from..at]);
            out.push_str(" at ");
            from = at + 1;
        }
    }
    out + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::Way;

    const TEXT: &str = "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n \n-\tif (a &&  b)\n+\tg(&notifier, \"<\");\n";

    #[test]
    fn each_way_by_example() {
        let expected = [
            (
                Way::Flatten,
                "Cc: Ann <ann@example.org> @@ -1,3 +1,3 @@ int f(void) - if (a && b) + g(&notifier, \"<\");\n",
            ),
            (
                Way::StripLeading,
                "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n\n-\tif (a &&  b)\n+\tg(&notifier, \"<\");\n",
            ),
            (
                Way::CollapseRuns,
                "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n \n- if (a && b)\n+ g(&notifier, \"<\");\n",
            ),
            (
                Way::TabsToBlanks,
                "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n \n-       if (a &&  b)\n+       g(&notifier, \"<\");\n",
            ),
            (
                Way::DropBlankLines,
                "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n-\tif (a &&  b)\n+\tg(&notifier, \"<\");\n",
            ),
            (
                Way::EntityEat,
                "Cc: Ann <ann@example.org>\n@@ -1,3 +1,3 @@ int f(void)\n \n-\tif (a &&  b)\n+\tg(\u{ac}ifier, \"<\");\n",
            ),
            (
                Way::Quote,
                "> Cc: Ann <ann@example.org>\n> @@ -1,3 +1,3 @@ int f(void)\n>\n> -\tif (a &&  b)\n> +\tg(&notifier, \"<\");\n",
            ),
            (
                Way::HtmlEscape,
                "Cc: Ann &lt;ann@example.org&gt;\n@@ -1,3 +1,3 @@ int f(void)\n \n-\tif (a &amp;&amp;  b)\n+\tg(&amp;notifier, &quot;&lt;&quot;);\n",
            ),
            (
                Way::Obfuscate,
                "Cc: Ann <ann at example.org>\n@@ -1,3 +1,3 @@ int f(void)\n \n-\tif (a &&  b)\n+\tg(&notifier, \"<\");\n",
            ),
        ];
        for (way, text) in expected {
            assert_eq!(way.apply(TEXT), text, "{}", way.name());
        }
        assert_eq!(Way::Crlf.apply("a\nb\n"), "a\r\nb\r\n");
        assert_eq!(Way::Nbsp.apply("a b\t"), "a\u{a0}b\t");
        let long = format!("+\t{} {}", "x".repeat(60), "y".repeat(20));
        assert_eq!(
            Way::Wrap.apply(&long),
            format!("+\t{}\n{}\n", "x".repeat(60), "y".repeat(20))
        );
        let unbreakable = format!("+\t{}", "x".repeat(90));
        assert_eq!(Way::Wrap.apply(&unbreakable), unbreakable.clone() + "\n");
    }
}
