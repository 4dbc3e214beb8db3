//! In: where a choice comes from. Out: how unlikely it is, as counted over real patches.

use crate::repair::layout::Way;

/// Choices less likely than this are left to those who depart in one place only.
pub(super) const MOST: u32 = 26;
/// What surprise adds where a line stands in a column, or does not. This and the costs below are what was counted over
/// some 1500 hunks of real patches, in half bits.
const USUAL: [u32; 10] = [0, 2, 2, 4, 5, 6, 12, 16, 17, 18];
/// What an option costs, by how much more than the best it costs by the rules.
const OPTION: [u32; 7] = [6, 6, 7, 9, 14, 16, 17];
const OPTION_ODD: u32 = 24;
/// The same for a reading.
pub(super) const READING: [u32; 5] = [6, 6, 10, 13, 17];
/// A blank line that stands elsewhere, by the binary logarithm of how far.
pub(super) const MOVE: [u32; 5] = [13, 16, 19, 23, 26];
const SLIP: u32 = 16;
const INDENT: u32 = 12;
const TAB: u32 = 20;
const BRACKET: u32 = 20;

/// Where a choice comes from, as far as that tells how unlikely it is.
#[derive(Clone, Copy)]
pub(super) enum Source {
    Habit,
    /// A theme that costs so much by the rules.
    Theme(u32),
    /// An option that costs so much more by the rules.
    Option(u32),
    Way(Way),
    Slip,
    /// Two blanks at the begin of a string.
    Indent,
    /// A tab behind a name.
    Tab,
    /// In brackets, at a column that is so far (in steps) from where it should be.
    Bracket(u32),
}

impl Source {
    /// How unlikely a choice is that changes white space so surprisingly, in half bits.
    pub(super) fn cost(self, surprise: u32) -> u32 {
        let usual = USUAL[(surprise as usize).min(USUAL.len() - 1)];
        match self {
            Self::Habit => 8 + surprise.min(6),
            Self::Theme(..3) => 6 + usual,
            Self::Theme(3) => 8 + usual,
            Self::Theme(_) => 17 + usual,
            Self::Option(more) => {
                let own = OPTION.get(more as usize).copied();
                own.unwrap_or(OPTION_ODD) + usual / 4
            }
            Self::Way(way) => way.cost(surprise, usual),
            Self::Slip => SLIP,
            Self::Indent => INDENT,
            Self::Tab => TAB,
            Self::Bracket(far) => BRACKET + far,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprises_cost_more() {
        assert!(Source::Theme(2).cost(0) < Source::Theme(2).cost(6));
        assert!(Source::Option(0).cost(0) < Source::Option(4).cost(0));
        assert!(Source::Option(99).cost(0) <= MOST);
    }
}
