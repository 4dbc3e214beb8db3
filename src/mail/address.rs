//! In: addresses as mails and archives print them. Out: [`Address`]es, obfuscation undone where it can be.

use super::Address;

/// Says whether a word could be a mail host, as archives leave it: letters, digits, dots, hyphens, one dot at least.
fn is_host(word: &str) -> bool {
    word.contains('.')
        && !word.starts_with('.')
        && !word.ends_with('.')
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// Says whether a word could stand before the `@`.
fn is_local(word: &str) -> bool {
    !word.is_empty()
        && !word.contains(['@', '<', '>', '"', '(', ')', ',', ':'])
        && !word.contains(char::is_whitespace)
}

/// Undoes `user at host`, `user (at) host` and `user () host ! tld`; `None` where it is nothing of the kind.
fn mend_email(text: &str) -> Option<String> {
    let mut words = text.split_whitespace();
    let (local, at, host) = (words.next()?, words.next()?, words.next()?);
    if !is_local(local) {
        return None;
    }
    if at == "()" {
        let mut whole = host.to_owned();
        while let Some(dot) = words.next() {
            whole = format!("{whole}.{}", words.next().filter(|_| dot == "!")?);
        }
        return is_host(&whole).then(|| format!("{local}@{whole}"));
    }
    let is_at = matches!(at, "at" | "(at)" | "[at]" | "AT");
    (words.next().is_none() && is_at && is_host(host)).then(|| format!("{local}@{host}"))
}

impl Address {
    /// Reads `Name <user@host>`, `user@host (Name)` or a bare address; obfuscated ones are mended.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let email = |text: &str| mend_email(text).unwrap_or_else(|| text.trim().to_owned());
        if let Some((name, rest)) = text.rsplit_once('<') {
            let inside = rest.split('>').next().unwrap_or(rest);
            return Self {
                name: unquoted(name),
                email: email(inside),
            };
        }
        if let Some((before, name)) = text
            .strip_suffix(')')
            .and_then(|text| text.split_once(" ("))
        {
            let address = email(before);
            if address.contains('@') {
                return Self {
                    name: unquoted(name),
                    email: address,
                };
            }
        }
        // `Name user at host`, as mailman's pages have it, or `Name user@host`.
        let words: Vec<&str> = text.split_whitespace().collect();
        if let [name @ .., local, at, host] = words.as_slice()
            && let Some(email) = mend_email(&format!("{local} {at} {host}"))
        {
            return Self {
                name: unquoted(&name.join(" ")),
                email,
            };
        }
        match words.split_last() {
            Some((last, name)) if last.contains('@') => Self {
                name: unquoted(&name.join(" ")),
                email: (*last).to_owned(),
            },
            _ => Self {
                name: unquoted(text),
                email: String::new(),
            },
        }
    }
}

/// Takes the quotes off a display name.
fn unquoted(name: &str) -> String {
    let name = name.trim();
    match name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'))
    {
        Some(inside) => inside.replace("\\\"", "\"").replace("\\\\", "\\"),
        None => name.to_owned(),
    }
}

/// Undoes obfuscation in a trailer's value: `Name <user at host>`, `user at host # note`, `https://…-1-user at host`.
pub fn mend(value: &str) -> String {
    if !value.contains(" at ") && !value.contains(" () ") {
        return value.to_owned();
    }
    let bracketed = value
        .split_once('<')
        .and_then(|(before, rest)| Some((before, rest.split_once('>')?)));
    if let Some((before, (inside, behind))) = bracketed {
        return match mend_email(inside) {
            Some(email) => format!("{before}<{email}>{behind}"),
            None => value.to_owned(),
        };
    }
    let mut words: Vec<&str> = value.splitn(4, ' ').collect();
    if words.len() >= 3 && words[1] == "at" && is_host(words[2].trim_end_matches(['/', ',', '>'])) {
        let local = words[0];
        if is_local(local) || local.starts_with("http") {
            let joined = format!("{local}@{}", words[2]);
            words.splice(0..3, [joined.as_str()]);
            return words.join(" ");
        }
    }
    value.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(text: &str) -> (String, String) {
        let address = Address::parse(text);
        (address.name, address.email)
    }

    #[test]
    fn reads_every_form() {
        let ann = ("Ann Example".to_owned(), "ann@example.org".to_owned());
        for text in [
            "Ann Example <ann@example.org>",
            "\"Ann Example\" <ann@example.org>",
            "Ann Example <ann at example.org>",
            "ann at example.org (Ann Example)",
            "ann@example.org (Ann Example)",
            "Ann Example ann at example.org",
            "Ann Example ann@example.org",
            "  Ann   Example   ann (at) example.org ",
            "Ann Example <ann () example ! org>",
        ] {
            let (name, email) = pair(text);
            assert_eq!(
                (name.split_whitespace().collect::<Vec<_>>().join(" "), email),
                ann,
                "{text}"
            );
        }
        assert_eq!(
            pair("Ann <ann@xxxxxxxx>").1,
            "ann@xxxxxxxx",
            "kept as posted"
        );
        assert_eq!(
            pair("Ann Example"),
            ("Ann Example".to_owned(), String::new())
        );
        assert_eq!(pair("look at me").1, "", "no host");
        assert_eq!(pair(""), (String::new(), String::new()));
    }

    #[test]
    fn mends_trailer_values() {
        assert_eq!(mend("Ann <ann at example.org>"), "Ann <ann@example.org>");
        assert_eq!(
            mend("Ann <ann at example.org> # tested"),
            "Ann <ann@example.org> # tested"
        );
        assert_eq!(
            mend("Ann <ann () lists ! example ! org> # tested"),
            "Ann <ann@lists.example.org> # tested"
        );
        assert_eq!(mend("call f () here ! now"), "call f () here ! now");
        assert_eq!(
            mend("stable at vger.example.org # v5.14+"),
            "stable@vger.example.org # v5.14+"
        );
        assert_eq!(
            mend("https://lore.example.org/r/2-1-ann at example.org/"),
            "https://lore.example.org/r/2-1-ann@example.org/"
        );
        assert_eq!(mend("look at this"), "look at this");
        assert_eq!(
            mend("12345 (\"mm: look at x.y first\")"),
            "12345 (\"mm: look at x.y first\")"
        );
    }
}
