//! In: `last` and answers about states 0..=last. Out: what to ask next; when nothing is left to ask, what follows.

use std::collections::BTreeMap;

/// What a state says when asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// The fault is not there.
    Good,
    /// The fault is there.
    Bad,
    /// It cannot be told: it does not build, for one.
    Skip,
}

impl Answer {
    /// Gives its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Skip => "skip",
        }
    }

    /// Reads what [`Answer::word`] gives; `None` for anything else.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Good, Self::Bad, Self::Skip]
            .into_iter()
            .find(|answer| answer.word() == word)
    }
}

/// What follows from the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The first bad state; the one before it is good.
    Culprit(usize),
    /// One of these is the first bad state; skips are in the way.
    Suspects(Vec<usize>),
    /// State 0 is bad already: the fault is older than what was searched.
    BadFromTheStart,
    /// The last state is good: there is no fault to find.
    GoodToTheEnd,
    /// An end cannot be told good or bad, so nothing can be searched between the ends.
    EndUntold(usize),
    /// A good state stands behind a bad one: the fault comes and goes, and has no first state.
    NotMonotone {
        /// The earlier state, which is bad.
        bad: usize,
        /// The later one, which is good.
        good: usize,
    },
}

impl Conclusion {
    /// Gives its word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Culprit(_) => "culprit",
            Self::Suspects(_) => "suspects",
            Self::BadFromTheStart => "bad-from-the-start",
            Self::GoodToTheEnd => "good-to-the-end",
            Self::EndUntold(_) => "end-untold",
            Self::NotMonotone { .. } => "not-monotone",
        }
    }
}

/// A search for the first bad one of the states 0..=last.
#[derive(Clone, Debug)]
pub struct Search {
    last: usize,
    answers: BTreeMap<usize, Answer>,
    skips: Vec<usize>,
}

impl Search {
    /// Begins a search over the states 0..=`last`; state 0 should be good and `last` bad, which is asked first.
    pub fn new(last: usize) -> Self {
        Self {
            last,
            answers: BTreeMap::new(),
            skips: Vec::new(),
        }
    }

    /// Takes an answer about state `k`: to a question, or known from before. The first answer about a state counts.
    pub fn answer(&mut self, k: usize, answer: Answer) {
        if k <= self.last && !self.answers.contains_key(&k) {
            self.answers.insert(k, answer);
            if answer == Answer::Skip {
                self.skips.push(k);
            }
        }
    }

    /// Gives the next state to ask about; `None` when nothing is left to ask. Never one that was answered.
    pub fn next(&self) -> Option<usize> {
        for end in [self.last, 0] {
            if !self.answers.contains_key(&end) {
                return Some(end);
            }
            // Where the ends do not say bad and good there is nothing between them.
            let wanted = if end == 0 { Answer::Good } else { Answer::Bad };
            if self.answers[&end] != wanted {
                return None;
            }
        }
        let (good, bad) = self.bounds()?;
        let middle = good + (bad - good) / 2;
        (good + 1..bad)
            .filter(|k| !self.answers.contains_key(k))
            .min_by_key(|k| (k.abs_diff(middle), *k))
    }

    /// Gives the last good state and the first bad one; nothing where they stand the wrong way round.
    fn bounds(&self) -> Option<(usize, usize)> {
        let of = |wanted: Answer| {
            self.answers
                .iter()
                .filter(move |(_, answer)| **answer == wanted)
                .map(|(k, _)| *k)
        };
        let good = of(Answer::Good).max()?;
        let bad = of(Answer::Bad).min()?;
        (good < bad).then_some((good, bad))
    }

    /// Says what follows, once [`Search::next`] has nothing to ask.
    pub fn conclusion(&self) -> Option<Conclusion> {
        if self.next().is_some() {
            return None;
        }
        Some(match (self.answers.get(&0), self.answers.get(&self.last)) {
            (_, Some(Answer::Good)) => Conclusion::GoodToTheEnd,
            (_, Some(Answer::Skip) | None) => Conclusion::EndUntold(self.last),
            (Some(Answer::Bad), _) => Conclusion::BadFromTheStart,
            (Some(Answer::Skip) | None, _) => Conclusion::EndUntold(0),
            (Some(Answer::Good), Some(Answer::Bad)) => self.between(),
        })
    }

    fn between(&self) -> Conclusion {
        match self.bounds() {
            Some((good, bad)) if bad == good + 1 => Conclusion::Culprit(bad),
            Some((good, bad)) => Conclusion::Suspects((good + 1..=bad).collect()),
            None => {
                let all = |wanted| {
                    self.answers
                        .iter()
                        .filter(move |(_, a)| **a == wanted)
                        .map(|(k, _)| *k)
                };
                Conclusion::NotMonotone {
                    bad: all(Answer::Bad).min().unwrap_or(0),
                    good: all(Answer::Good).max().unwrap_or(0),
                }
            }
        }
    }

    /// Gives the answer about state `k`; `None` where it has not been asked.
    pub fn answer_of(&self, k: usize) -> Option<Answer> {
        self.answers.get(&k).copied()
    }

    /// Counts the answers so far.
    pub fn steps(&self) -> usize {
        self.answers.len()
    }

    /// Lists the states that could not be told, in the order asked.
    pub fn skipped(&self) -> &[usize] {
        &self.skips
    }
}

/// Who can be asked about a state: an audit, a build, a boot.
pub trait Probe {
    /// Why it could not be asked; the search stops there and can go on later.
    type Error;

    /// Asks about state `k`.
    ///
    /// # Errors
    /// When the state could not be asked at all; one that was asked and cannot be told is a [`Answer::Skip`].
    fn ask(&mut self, k: usize) -> Result<Answer, Self::Error>;
}

/// Asks until nothing is left to ask.
///
/// # Errors
/// As the probe; what was answered so far stays in `search`.
pub fn run<P: Probe>(search: &mut Search, probe: &mut P) -> Result<Conclusion, P::Error> {
    while let Some(k) = search.next() {
        let answer = probe.ask(k)?;
        search.answer(k, answer);
    }
    Ok(search
        .conclusion()
        .expect("a search with nothing to ask has come to a conclusion"))
}
