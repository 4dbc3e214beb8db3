//! In: names and what they are worth. Out: a table of them that is cheap to copy and to compare.
//!
//! Each point of a graph holds such a table, and most points change nothing: copies share one table until one of them writes
//! something new.

use super::state::{How, Worth};
use std::cmp::Ordering;
use std::rc::Rc;

/// Locals and parameters, sorted by name; a name that is not here has no known worth.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(Rc<Vec<Named>>);

/// A name and what it is worth.
type Named = (Rc<str>, Worth);

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        let same =
            |((a, mine), (b, theirs)): (&Named, &Named)| order(a, b).is_eq() && mine == theirs;
        Rc::ptr_eq(&self.0, &other.0)
            || (self.len() == other.len() && self.0.iter().zip(other.0.iter()).all(same))
    }
}

impl Eq for Names {}

/// Compares two names, most of which are one string that is shared.
fn order(a: &Rc<str>, b: &Rc<str>) -> Ordering {
    if Rc::ptr_eq(a, b) {
        Ordering::Equal
    } else {
        a.cmp(b)
    }
}

impl Names {
    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| (**own).cmp(name))
    }

    /// Gives what a name is worth.
    pub(super) fn get(&self, name: &str) -> Option<&Worth> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Says whether a name is there.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Counts the names.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Says what a name is worth.
    pub(super) fn insert(&mut self, name: &str, worth: Worth) {
        match self.place(name) {
            Ok(at) if self.0[at].1 == worth => {}
            Ok(at) => Rc::make_mut(&mut self.0)[at].1 = worth,
            Err(at) => Rc::make_mut(&mut self.0).insert(at, (Rc::from(name), worth)),
        }
    }

    /// Lists the names, each with what it is worth.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Worth)> {
        self.0.iter().map(|(name, worth)| (&**name, worth))
    }

    /// Says of all names whose worth is `old` that they are worth `new`.
    pub(super) fn replace(&mut self, old: impl Fn(&Worth) -> bool, new: &Worth) {
        if self.iter().any(|(_, worth)| old(worth)) {
            let all = Rc::make_mut(&mut self.0).iter_mut();
            all.filter(|(_, worth)| old(worth))
                .for_each(|(_, worth)| worth.clone_from(new));
        }
    }

    /// Joins two paths.
    pub(super) fn join(&self, other: &Self, how: How) -> Self {
        if self == other {
            return self.clone();
        }
        let unknown = Worth::unknown();
        let mut out = Vec::with_capacity(self.len().max(other.len()));
        let (mut mine, mut theirs) = (self.0.iter().peekable(), other.0.iter().peekable());
        loop {
            let turn = match (mine.peek(), theirs.peek()) {
                (Some((a, _)), Some((b, _))) => order(a, b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => break,
            };
            let first = if turn.is_gt() { None } else { mine.next() };
            let second = if turn.is_lt() { None } else { theirs.next() };
            out.extend(match (first, second) {
                (Some((name, a)), Some((_, b))) => Some((Rc::clone(name), a.join(b, how))),
                (Some((name, one)), None) | (None, Some((name, one))) => {
                    Some((Rc::clone(name), one.join(&unknown, how)))
                }
                (None, None) => None,
            });
        }
        Self(Rc::new(out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Value;

    const OWN: How = (crate::vocabulary::PRESENT, false);

    fn number(n: i64) -> Worth {
        Worth::Plain(Value::Number(n))
    }

    #[test]
    fn a_join_knows_what_both_know() {
        let mut first = Names::default();
        first.insert("same", number(1));
        first.insert("other", number(1));
        let mut second = first.clone();
        second.insert("other", number(2));
        second.insert("new", number(3));
        let both = first.join(&second, OWN);
        assert_eq!(both.get("same"), Some(&number(1)));
        assert_eq!(both.get("other"), Some(&Worth::unknown()));
        assert_eq!(both.get("new"), Some(&Worth::unknown()));
        assert_eq!(both, second.join(&first, OWN));
    }

    #[test]
    fn copies_share_until_something_new_is_written() {
        let mut first = Names::default();
        first.insert("a", number(1));
        let mut second = first.clone();
        second.insert("a", number(1));
        assert!(Rc::ptr_eq(&first.0, &second.0));
        second.insert("a", number(2));
        assert_eq!(first.get("a"), Some(&number(1)));
        assert_eq!(first.join(&first.clone(), OWN), first);
    }
}
