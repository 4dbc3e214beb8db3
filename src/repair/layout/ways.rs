//! In: nothing. Out: the ways in which authors set lines that belong together, and how unlikely each is.

use super::slots::Slot;

/// A way to set lines otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::repair) struct Way {
    pub(super) kind: Kind,
    /// What is set elsewhere, if it is one thing.
    pub(super) slot: Option<Slot>,
    /// Tells ways of one kind apart.
    pub(super) number: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// White space behind a comment's star.
    Star,
    /// So much more or less of it.
    StarMore,
    /// Before the star.
    StarLead,
    /// Behind the star, with what goes on with a sentence further in.
    Hang,
    /// Behind the star, with what goes on with a list's item under its text.
    List,
    /// Below a label, under the text behind it.
    Under,
    /// In two columns.
    Table,
    /// Tabs more or fewer.
    Tabs,
    Blanks,
    /// Another begin of all lines.
    Lead,
    /// Blanks behind full stops.
    Stops,
    /// The same white space in every line.
    Gap,
    /// A column.
    Column,
    /// The first column behind the longest line.
    Longest,
    /// A tab stop behind it, by blanks.
    Blank,
}

impl Way {
    pub(super) fn new(kind: Kind, number: usize) -> Self {
        Self {
            kind,
            slot: None,
            number,
        }
    }

    /// How unlikely the way is, in half bits, if what it changes is so surprising (`usual` for a place that is set
    /// under others).
    pub(in crate::repair) fn cost(self, surprise: u32, usual: u32) -> u32 {
        match self.kind {
            Kind::Star | Kind::Gap | Kind::Column => 8 + usual,
            Kind::Stops | Kind::StarMore => 9 + surprise.min(6),
            Kind::List => 10 + usual,
            Kind::Hang => 12 + usual,
            Kind::Under => 12,
            Kind::Table => 18,
            Kind::Longest => 8 + usual.min(8),
            Kind::Blank => 10 + usual.min(8),
            Kind::Tabs => 22,
            Kind::StarLead | Kind::Blanks => 25,
            Kind::Lead => 30,
        }
    }
}
