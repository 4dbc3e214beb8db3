//! In: nothing. Out: what came of a test, and the tree of them.

use serde::{Deserialize, Serialize};

/// What came of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It ran and was content.
    Pass,
    /// It ran and was not.
    Fail,
    /// It did not run, for a reason that it gives. Never as good as a pass.
    Skip,
    /// It failed, as its author says it must.
    Xfail,
    /// It passed, though its author says that it cannot.
    Xpass,
    /// It was planned, or begun, and nothing was heard of it.
    Missing,
    /// It died of a signal, or the kernel did under it.
    Crashed,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::Fail,
        Self::Skip,
        Self::Xfail,
        Self::Xpass,
        Self::Missing,
        Self::Crashed,
    ];

    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Skip => "skip",
            Self::Xfail => "xfail",
            Self::Xpass => "xpass",
            Self::Missing => "missing",
            Self::Crashed => "crashed",
        }
    }

    /// Says whether something went wrong that nobody expected.
    pub fn is_bad(self) -> bool {
        match self {
            Self::Fail | Self::Missing | Self::Crashed => true,
            Self::Pass | Self::Skip | Self::Xfail | Self::Xpass => false,
        }
    }
}

/// A test with the tests inside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// Its name, unique among its neighbours; without the number that it happened to have.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in the test's own words; may be empty.
    pub reason: String,
    /// The tests inside it, in the order in which they ended.
    pub children: Vec<Test>,
}

impl Test {
    /// Lists the tests without children below this one, each with its path of names joined by ` / `, and the groups that
    /// are not well though all in them is; a test without children is its own only leaf.
    pub fn leaves(&self) -> Vec<(String, &Test)> {
        let mut found = Vec::new();
        self.collect("", &mut found);
        found
    }

    fn collect<'t>(&'t self, path: &str, found: &mut Vec<(String, &'t Self)>) {
        for child in &self.children {
            let path = if path.is_empty() {
                child.name.clone()
            } else {
                [path, " / ", &child.name].concat()
            };
            if child.children.is_empty() {
                found.push((path, child));
            } else {
                let from = found.len();
                child.collect(&path, found);
                // A group that says itself that it is not well has the last word.
                let told = found[from..].iter().any(|(_, leaf)| leaf.outcome.is_bad());
                if child.outcome.is_bad() && !told {
                    found.push((path, child));
                }
            }
        }
        if path.is_empty() && self.children.is_empty() {
            found.push((self.name.clone(), self));
        }
    }
}
