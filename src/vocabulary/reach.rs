//! In: names whose definitions differ, and all definitions. Out: every name whose meaning may hang on them.
//!
//! Whatever a body means comes from the names in it. So a body that has none of these means what it meant.

use super::gather::Headers;
use crate::base::AnyOf;
use std::collections::BTreeSet;

/// Names whose meaning may be another than before.
#[derive(Default)]
pub(crate) struct Reach {
    names: BTreeSet<String>,
    any: Option<AnyOf>,
}

impl Reach {
    /// Starts from `differ` and goes through headers, and through other bodies, each with its name. `None` where there are
    /// more names than can be looked for.
    pub(crate) fn new<'b>(
        differ: BTreeSet<String>,
        headers: &'b Headers,
        others: impl Iterator<Item = (&'b str, &'b [u8])> + Clone,
    ) -> Option<Self> {
        let own = headers
            .definitions
            .iter()
            .flat_map(|(name, list)| list.iter().map(move |d| (name.as_str(), d.text.as_slice())));
        let all = own.chain(others);
        let mut reach = Self {
            any: Some(AnyOf::new(&list(&differ)).ok()?),
            names: differ,
        };
        loop {
            let hang = all
                .clone()
                .filter(|(name, text)| !reach.has(name) && reach.is_in(text));
            let more: BTreeSet<String> = hang.map(|(name, _)| name.to_owned()).collect();
            if more.is_empty() {
                reach.any = Some(AnyOf::new(&list(&reach.names)).ok()?);
                return Some(reach);
            }
            // Bodies that have one of the names before were found before.
            reach.any = Some(AnyOf::new(&list(&more)).ok()?);
            reach.names.extend(more);
        }
    }

    /// Is there none?
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Is a name one of them?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Lists them.
    pub(crate) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// Does a text have one of them as a word? Comments count, too.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let Some(any) = self.any.as_ref().filter(|_| !self.names.is_empty()) else {
            return false;
        };
        let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let mut at = 0;
        while let Some((start, end)) = any.find(text, at) {
            let before = text[..start].iter().rev().take_while(|b| is_word(b));
            let start = start - before.count();
            let end = end + text[end..].iter().take_while(|b| is_word(b)).count();
            if std::str::from_utf8(&text[start..end]).is_ok_and(|word| self.has(word)) {
                return true;
            }
            at = end;
        }
        false
    }
}

fn list(names: &BTreeSet<String>) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Definition;

    #[test]
    fn goes_from_name_to_name() {
        let mut headers = Headers::default();
        for (name, text) in [
            ("a", "b(x)"),
            ("b", "c2(x) + c"),
            ("d", "bc(x)"),
            ("c2", "0"),
        ] {
            let mut own = Definition::new(name, "include/x.h", 1);
            own.text = text.into();
            headers.definitions.insert(name.to_owned(), vec![own]);
        }
        let others = [("e", &b"return a(1);"[..]), ("f", b"return ca(1);")];
        let of = |name: &str| {
            let names = BTreeSet::from([name.to_owned()]);
            let reach = Reach::new(names, &headers, others.into_iter()).unwrap();
            reach.names().iter().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(of("c"), "a b c e");
        assert_eq!(of("c2"), "a b c2 e");
        assert_eq!(of("d"), "d");
        assert!(!Reach::default().is_in(b"a"));
    }
}
