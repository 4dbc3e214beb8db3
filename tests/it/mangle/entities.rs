//! In: text with bare ampersands. Out: the text as a browser shows it when nobody escaped them.

/// Names that browsers decode without a semicolon, in the order of their code points from U+00A0.
const LATIN: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf",
    "laquo", "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro",
    "para", "middot", "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest",
    "Agrave", "Aacute", "Acirc", "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute",
    "Ecirc", "Euml", "Igrave", "Iacute", "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute",
    "Ocirc", "Otilde", "Ouml", "times", "Oslash", "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute",
    "THORN", "szlig", "agrave", "aacute", "acirc", "atilde", "auml", "aring", "aelig", "ccedil",
    "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc", "iuml", "eth", "ntilde",
    "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave", "uacute", "ucirc",
    "uuml", "yacute", "thorn", "yuml",
];
/// The same for signs outside that row.
const OTHERS: [(&str, char); 10] = [
    ("amp", '&'),
    ("AMP", '&'),
    ("lt", '<'),
    ("LT", '<'),
    ("gt", '>'),
    ("GT", '>'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("COPY", '\u{a9}'),
    ("REG", '\u{ae}'),
];

/// Finds the longest name at the start of `text` (behind its ampersand).
fn decoded(text: &str) -> Option<(usize, char)> {
    let latin = LATIN.iter().zip('\u{a0}'..);
    let all = latin.map(|(name, sign)| (*name, sign)).chain(OTHERS);
    all.filter(|(name, _)| text.starts_with(name))
        .max_by_key(|(name, _)| name.len())
        .map(|(name, sign)| (name.len(), sign))
}

/// Eats every name that a browser would eat.
pub(super) fn eat(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('&') {
        out.push_str(before);
        rest = behind;
        match decoded(behind) {
            Some((length, sign)) => {
                out.push(sign);
                rest = behind[length..]
                    .strip_prefix(';')
                    .unwrap_or(&behind[length..]);
            }
            None => out.push('&'),
        }
    }
    out + rest
}

#[test]
fn browsers_eat_the_longest_name() {
    assert_eq!(
        eat("f(&notifier, &sector, &x, a && b, &lt;, &copy_to, &ethtool)"),
        "f(\u{ac}ifier, \u{a7}or, &x, a && b, <, \u{a9}_to, \u{f0}tool)"
    );
    assert_eq!(
        (LATIN[0x4f], LATIN[95]),
        ("iuml", "yuml"),
        "the row is whole: U+00EF, U+00FF"
    );
}
