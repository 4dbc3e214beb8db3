//! In: nothing. Out: what is known of one state: not built, not booted, or what each run of its image gave.

use crate::ktap::Outcome;

/// How a boot ended, as far as comparing goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boot {
    /// The guest said that it was done.
    Finished,
    /// The guest began its tests and did not come to their end; the word says how (`panic`, `hang`, …).
    Broken(&'static str),
    /// It never came to its tests.
    NotBooted,
}

impl Boot {
    /// Gives the word for rows.
    pub fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Broken(word) => word,
            Self::NotBooted => "not-booted",
        }
    }
}

/// What came of one test in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestSeen {
    /// Suite and name, joined as rows name it.
    pub name: String,
    /// What came of it.
    pub outcome: Outcome,
}

impl TestSeen {
    /// Joins a suite and a name, as rows name a test.
    pub fn join(suite: &str, name: &str) -> String {
        [suite, ": ", name].concat()
    }
}

/// A symptom in one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymptomSeen {
    /// Its title.
    pub title: String,
    /// The tests in which it came, as rows name them; none where it came outside of tests.
    pub tests: Vec<String>,
}

/// One run of a state's image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// How the boot ended.
    pub boot: Boot,
    /// The tests that were seen.
    pub tests: Vec<TestSeen>,
    /// The symptoms that were seen.
    pub symptoms: Vec<SymptomSeen>,
}

/// What is known of a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// There is no image; the word says why (`failed`, `refused`, …).
    NotBuilt(&'static str),
    /// The image was run so often; at least once.
    Built(Vec<Run>),
}

impl Side {
    /// Lists the runs; none where it was not built.
    pub(super) fn runs(&self) -> &[Run] {
        match self {
            Self::NotBuilt(_) => &[],
            Self::Built(runs) => runs,
        }
    }
}
