//! In: the tables of queries/. Out: what each function may be handed, typed.

use crate::base::table::rows;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// What a call gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// The same entry.
    Entry,
    /// A new entry that is present.
    Made,
    /// Something else.
    Other,
    /// Something else, and another entry stands in the place.
    Void,
    /// Its raw bits.
    Raw,
}

/// A use that is right for some kinds only.
#[derive(Clone, Debug)]
pub(super) struct Use {
    /// The argument that matters, from 0; `None` for a maker.
    pub(super) argument: Option<usize>,
    /// Does it take the place of the entry, not its value?
    pub(super) slot: bool,
    /// Kinds that it is right for, as in the table.
    kinds: &'static str,
    /// What it gives back.
    pub(super) gives: Gives,
}

impl Use {
    /// Says whether the use is right for a kind.
    pub(super) fn is_right_for(&self, kind: &str) -> bool {
        self.kinds.split('+').any(|own| match own {
            "soft" => kind != "present" && kind != "none",
            own => own == kind,
        })
    }
}

fn gives(word: &str) -> Gives {
    match word {
        "entry" => Gives::Entry,
        "made" => Gives::Made,
        "other" => Gives::Void,
        "raw" => Gives::Raw,
        _ => Gives::Other,
    }
}

static USES: LazyLock<HashMap<&str, Use>> = LazyLock::new(|| {
    rows(include_str!("../../queries/uses.tsv"))
        .map(|row| {
            let argument = row[1].parse::<usize>().ok().map(|n| n - 1);
            (
                row[0],
                Use {
                    argument,
                    slot: row[2] == "slot",
                    kinds: row[3],
                    gives: gives(row[4]),
                },
            )
        })
        .collect()
});

static NEUTRAL: LazyLock<HashMap<&str, Gives>> = LazyLock::new(|| {
    rows(include_str!("../../queries/neutral.tsv"))
        .map(|row| (row[0], gives(row[1])))
        .collect()
});

/// Of names that begin so.
static PREFIXES: LazyLock<Vec<(&str, Gives)>> = LazyLock::new(|| {
    let all = NEUTRAL.iter();
    all.filter_map(|(name, gives)| Some((name.strip_suffix('*')?, *gives)))
        .collect()
});

static FOLIO: LazyLock<HashMap<&str, (&str, &str)>> = LazyLock::new(|| {
    rows(include_str!("../../queries/folio-tests.tsv"))
        .map(|row| (row[0], (row[1], row[2])))
        .collect()
});

static SILENT: LazyLock<Vec<&str>> = LazyLock::new(|| {
    rows(include_str!("../../queries/silent.tsv"))
        .map(|row| row[0])
        .collect()
});

/// What does not come back, and of what argument that hangs.
static ENDS: LazyLock<HashMap<&str, Option<usize>>> = LazyLock::new(|| {
    rows(include_str!("../../queries/no-return.tsv"))
        .map(|row| (row[0], row[1].parse().ok()))
        .collect()
});

static WRITES: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    rows(include_str!("../../queries/writes.tsv"))
        .map(|row| (row[0], row[1].split('+').flat_map(str::parse).collect()))
        .collect()
});

static LOCKS: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    rows(include_str!("../../queries/locks.tsv"))
        .map(|row| (row[0], row[1] == "takes"))
        .collect()
});

static LEAVES: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    rows(include_str!("../../queries/leaf-tests.tsv"))
        .map(|row| row[0])
        .collect()
});

static SAME: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    rows(include_str!("../../queries/same-tests.tsv"))
        .map(|row| row[0])
        .collect()
});

static NULLS: LazyLock<HashMap<&str, bool>> = LazyLock::new(|| {
    rows(include_str!("../../queries/null-tests.tsv"))
        .map(|row| (row[0], row[1] == "yes"))
        .collect()
});

/// Says whether control comes back from `name`: `Some(None)` where it never does, `Some(Some(n))` where it does unless the
/// argument is true.
pub(super) fn never_returns(name: &str) -> Option<Option<usize>> {
    ENDS.get(name).copied()
}

/// Lists the arguments, from 0, that `name` writes to without being handed their address.
pub(super) fn writes(name: &str) -> &'static [usize] {
    WRITES.get(name).map(Vec::as_slice).unwrap_or_default()
}

/// Says whether `name` compares two entries.
pub(super) fn compares_entries(name: &str) -> bool {
    SAME.contains(name)
}

/// Says what a test of a pointer answers of `NULL`.
pub(super) fn says_of_null(name: &str) -> Option<bool> {
    NULLS.get(name).copied()
}

/// Says whether `name` takes a table's lock or drops it.
pub(crate) fn lock(name: &str) -> Option<bool> {
    LOCKS.get(name).copied()
}

/// Says whether `name` says no of every entry that is not present.
pub(super) fn asks_for_a_leaf(name: &str) -> bool {
    LEAVES.contains(name)
}

/// Gives what `name` is right for, where it is right for some kinds only.
pub(super) fn kind_use(name: &str) -> Option<&'static Use> {
    USES.get(name)
}

/// Says whether `name` may be handed any entry, and what it gives back.
pub(super) fn neutral(name: &str) -> Option<Gives> {
    let of_prefix = || {
        let mut prefixes = PREFIXES.iter();
        prefixes.find_map(|(prefix, gives)| name.starts_with(prefix).then_some(*gives))
    };
    NEUTRAL.get(name).copied().or_else(of_prefix)
}

/// Says whether `name` may be handed the place of any entry and hands the entry back.
pub(crate) fn loads_entry(name: &str) -> bool {
    neutral(name) == Some(Gives::Entry)
}

/// Says what a test of the folio answers when an entry of `kind` maps it.
pub(crate) fn folio_test(name: &str, kind: &str) -> Option<bool> {
    let (yes, no) = FOLIO.get(name)?;
    let has = |list: &str| list.split('+').any(|own| own == kind);
    if has(yes) {
        Some(true)
    } else if has(no) {
        Some(false)
    } else {
        None
    }
}

/// Says whether `name` is a debug-only check.
pub(crate) fn is_silent(name: &str) -> bool {
    SILENT.iter().any(|own| match own.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => *own == name,
    })
}
