//! In: the constants that a tree defines. Out: its kinds, in order.

use super::tables::renamed_kinds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One thing that an entry can be, as finely as the tree tells it: an index into [`Kinds`]'s atoms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Atom(pub(super) usize);

/// No entry.
pub(super) const NONE: Atom = Atom(0);
/// A present entry.
pub(crate) const PRESENT: Atom = Atom(1);
/// A slot of a swap device or file.
pub(super) const SWAP: Atom = Atom(2);

/// The kinds of one tree.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    /// Constant of each atom from the fourth on, and its kind.
    constants: Vec<(String, String)>,
    by_constant: BTreeMap<String, usize>,
}

impl Kinds {
    /// Makes the kinds of the tree's `SWP_*` constants (include/linux/swap.h), in the order given.
    pub fn new(constants: impl IntoIterator<Item = String>) -> Self {
        let mut kinds = Self::default();
        for constant in constants {
            if !kinds.by_constant.contains_key(&constant) {
                kinds
                    .by_constant
                    .insert(constant.clone(), kinds.constants.len() + 3);
                let kind = kind_of(&constant);
                kinds.constants.push((constant, kind));
            }
        }
        kinds
    }

    /// Gives the atom of a constant.
    pub(super) fn atom(&self, constant: &str) -> Option<Atom> {
        self.by_constant.get(constant).copied().map(Atom)
    }

    /// Gives the constants.
    pub(super) fn constants(&self) -> impl Iterator<Item = &str> {
        self.constants.iter().map(|(name, _)| name.as_str())
    }

    /// Names the constant of an atom; none for those that have none.
    pub(super) fn constant(&self, atom: Atom) -> Option<&str> {
        Some(self.constants.get(atom.0.checked_sub(3)?)?.0.as_str())
    }

    /// Gives every atom.
    pub(super) fn atoms(&self) -> impl Iterator<Item = Atom> {
        (0..self.constants.len() + 3).map(Atom)
    }

    /// Names the kind of an atom.
    pub(super) fn kind(&self, atom: Atom) -> &str {
        match atom {
            NONE => "none",
            PRESENT => "present",
            SWAP => "swap",
            Atom(i) => &self.constants[i - 3].1,
        }
    }

    /// Lists the kinds, each once: none, present, swap, then as the tree orders its constants.
    pub fn names(&self) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for atom in self.atoms() {
            if !out.iter().any(|known| known == self.kind(atom)) {
                out.push(self.kind(atom).to_owned());
            }
        }
        out
    }

    /// Names the kinds of `atoms`, each once, in order.
    pub(super) fn of(&self, atoms: &[Atom]) -> Vec<String> {
        self.names()
            .into_iter()
            .filter(|kind| atoms.iter().any(|atom| self.kind(*atom) == kind))
            .collect()
    }
}

/// Names the kind of a constant: without `SWP_`, and without what says how the page may be accessed.
fn kind_of(constant: &str) -> String {
    let bare = constant.strip_prefix("SWP_").unwrap_or(constant);
    if let Some((_, kind)) = renamed_kinds().into_iter().find(|(name, _)| *name == bare) {
        return kind.to_owned();
    }
    let short = ["_READ_EXCLUSIVE", "_READ", "_WRITE"]
        .iter()
        .find_map(|tail| bare.strip_suffix(tail))
        .unwrap_or(bare);
    short.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_constants() {
        let kinds = Kinds::new(
            [
                "SWP_DEVICE_READ",
                "SWP_DEVICE_EXCLUSIVE_WRITE",
                "SWP_MIGRATION_READ_EXCLUSIVE",
                "SWP_MIGRATION_WRITE",
                "SWP_DEVICE_EXCLUSIVE",
                "SWP_NEW_THING",
            ]
            .map(String::from),
        );
        assert_eq!(
            kinds.names(),
            [
                "none",
                "present",
                "swap",
                "device_private",
                "device_exclusive",
                "migration",
                "new_thing"
            ]
        );
    }
}
