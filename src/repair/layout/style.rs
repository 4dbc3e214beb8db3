//! In: a file. Out: how it sets lines that go on in brackets, so that added lines do alike.

use super::scan::{Scan, lead};
use super::width::indent;

/// How a line that goes on in brackets begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::repair) enum Going {
    /// Under the text behind the bracket.
    Aligned,
    /// One tab more than the statement.
    One,
    Two,
    /// Anything else.
    Other,
}

/// In what brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// Parameters of a function.
    Head,
    /// `if (…)`
    Condition,
    Call,
    /// No brackets: a statement that goes on.
    Statement,
}

/// A habit of an author that differs from the file's, held to throughout a hunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(in crate::repair) struct Habit {
    /// Lines that go on in brackets begin so.
    pub(in crate::repair) going: Option<Going>,
    /// That is only said of the parameters of functions.
    pub(in crate::repair) heads: bool,
    /// Slips that the file has now and then are made throughout.
    pub(in crate::repair) slips: bool,
    /// Two blanks behind full stops, or one.
    pub(in crate::repair) stops: Option<bool>,
    /// One blank behind a comment's star, whatever stands beside.
    pub(in crate::repair) flat: bool,
    /// Columns as wide as the group needs.
    pub(in crate::repair) columns: Option<bool>,
    /// Columns so much further right than that.
    pub(in crate::repair) shift: usize,
    /// The same white space in every place that can be aligned.
    pub(in crate::repair) gap: Option<&'static [u8]>,
}

impl Habit {
    /// The habits worth a try, the first being none.
    pub(in crate::repair) const ALL: [Self; 14] = {
        let none = Self {
            going: None,
            heads: false,
            slips: false,
            stops: None,
            flat: false,
            columns: None,
            shift: 0,
            gap: None,
        };
        [
            none,
            Self {
                going: Some(Going::Aligned),
                ..none
            },
            Self {
                going: Some(Going::Two),
                ..none
            },
            Self {
                going: Some(Going::One),
                ..none
            },
            Self {
                stops: Some(true),
                ..none
            },
            Self {
                stops: Some(false),
                ..none
            },
            Self { flat: true, ..none },
            Self {
                columns: Some(true),
                ..none
            },
            Self {
                columns: Some(false),
                ..none
            },
            Self {
                columns: Some(true),
                going: Some(Going::Aligned),
                flat: true,
                ..none
            },
            Self {
                going: Some(Going::Two),
                heads: true,
                ..none
            },
            Self {
                going: Some(Going::One),
                heads: true,
                ..none
            },
            Self {
                going: Some(Going::Aligned),
                heads: true,
                ..none
            },
            Self {
                slips: true,
                ..none
            },
        ]
    };

    /// What a group of lines may do otherwise than the rest of the hunk, with what that costs; the first is nothing.
    pub(in crate::repair) const THEMES: [(u32, Self); 12] = {
        let none = Self::ALL[0];
        [
            (0, none),
            (
                2,
                Self {
                    columns: Some(true),
                    ..none
                },
            ),
            (
                2,
                Self {
                    columns: Some(false),
                    flat: true,
                    ..none
                },
            ),
            (
                3,
                Self {
                    columns: Some(true),
                    shift: 8,
                    ..none
                },
            ),
            (
                3,
                Self {
                    stops: Some(true),
                    ..none
                },
            ),
            (
                3,
                Self {
                    stops: Some(false),
                    ..none
                },
            ),
            (
                3,
                Self {
                    gap: Some(b"\t"),
                    ..none
                },
            ),
            (
                3,
                Self {
                    going: Some(Going::Aligned),
                    ..none
                },
            ),
            (
                3,
                Self {
                    going: Some(Going::Two),
                    ..none
                },
            ),
            (
                3,
                Self {
                    going: Some(Going::One),
                    ..none
                },
            ),
            (
                5,
                Self {
                    columns: Some(true),
                    shift: 16,
                    ..none
                },
            ),
            (
                5,
                Self {
                    gap: Some(b"  "),
                    ..none
                },
            ),
        ]
    };
}

impl Habit {
    /// How lines that go on begin by this habit, in such brackets.
    pub(super) fn going_in(&self, place: Where) -> Option<Going> {
        self.going.filter(|_| !self.heads || place == Where::Head)
    }
}

/// How often a file does what.
#[derive(Clone, Debug, Default)]
pub(in crate::repair) struct Style {
    counts: [[u32; 4]; 4],
    /// Where the file sets what.
    pub(in crate::repair) columns: super::Columns,
    /// Where its comments go on below a label.
    pub(in crate::repair) labels: super::Labels,
    /// Its slips.
    pub(in crate::repair) pairs: super::Pairs,
    /// Its lines by their words.
    pub(in crate::repair) twins: super::Twins,
}

impl Style {
    /// Counts over `lines`.
    pub(in crate::repair) fn of(lines: &[&[u8]]) -> Self {
        let mut style = Self {
            columns: super::Columns::of(lines),
            labels: super::Labels::of(lines),
            pairs: super::Pairs::of(lines),
            twins: super::Twins::of(lines),
            ..Self::default()
        };
        let mut scan = Scan::default();
        for line in lines {
            if let Some((place, going)) = seen(&scan, line) {
                style.counts[place as usize][going as usize] += 1;
            }
            scan.feed(line);
        }
        style
    }

    /// What it costs to set a line so: nothing for what is common.
    pub(super) fn cost(&self, place: Where, going: Going) -> u32 {
        let counts = &self.counts[place as usize];
        // Before anything is seen: what most of the kernel does.
        let prior = if place == Where::Statement {
            [5, 4, 1, 1]
        } else {
            [4, 1, 2, 1]
        };
        let count = |index: usize| counts[index] * 2 + prior[index];
        let most = (0..4).map(count).max().unwrap_or(1);
        (most / count(going as usize).max(1)).ilog2().min(5)
    }
}

/// The brackets that the next line goes on in.
pub(super) fn place(scan: &Scan) -> Option<Where> {
    let open = scan.stack.last().filter(|open| open.sign != b'{')?;
    let _open = open;
    Some(if scan.stack.iter().all(|open| open.sign != b'{') {
        Where::Head
    } else if scan.in_condition() {
        Where::Condition
    } else {
        Where::Call
    })
}

fn seen(scan: &Scan, line: &[u8]) -> Option<(Where, Going)> {
    if scan.is_comment() || line.trim_ascii().is_empty() {
        return None;
    }
    let Some(place) = place(scan) else {
        return goes_on(scan, line).map(|going| (Where::Statement, going));
    };
    let open = scan.stack.last()?;
    if open.going_on.is_some() {
        return None;
    }
    let column = open.column?;
    let white = lead(line);
    let more = white.strip_prefix(open.statement.as_slice());
    let going = if white == indent(column) {
        Going::Aligned
    } else {
        match more {
            Some(b"\t") => Going::One,
            Some(b"\t\t") => Going::Two,
            _ => Going::Other,
        }
    };
    Some((place, going))
}

/// How a line goes on with the statement before it, outside of brackets.
fn goes_on(scan: &Scan, line: &[u8]) -> Option<Going> {
    let statement = scan
        .statement
        .as_deref()
        .filter(|_| scan.going_on.is_none())?;
    let column = scan.after_sign?;
    let white = lead(line);
    let more = white.strip_prefix(statement);
    Some(if white == indent(column) {
        Going::Aligned
    } else {
        match more {
            Some(b"\t") => Going::One,
            Some(b"\t\t") => Going::Two,
            _ => Going::Other,
        }
    })
}
