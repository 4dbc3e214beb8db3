//! In: the flags that a cursor was given. Out: whether one of them is set.

use crate::vocabulary::Truth;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What is known of a cursor's flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct FlagSet {
    /// Set for sure.
    pub(crate) set: BTreeSet<String>,
    /// Set on some paths.
    pub(crate) perhaps: BTreeSet<String>,
    /// May others be set as well?
    pub(crate) open: bool,
}

impl FlagSet {
    /// Says whether a flag is set.
    pub(crate) fn has(&self, flag: &str) -> Truth {
        if self.set.contains(flag) {
            Truth::Yes
        } else if self.open || self.perhaps.contains(flag) {
            Truth::Either
        } else {
            Truth::No
        }
    }
}
