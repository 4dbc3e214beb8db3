//! In: what calls were found to return. Out: the same, for all who ask over the same definitions.

use super::value::Value;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// All that a call may return, each once, in order: mostly one value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answers(Vec<Value>);

impl Answers {
    /// Makes one of a value.
    pub(super) fn one(value: Value) -> Self {
        Self(vec![value])
    }

    /// Adds a value.
    pub(super) fn insert(&mut self, value: Value) {
        if let Err(at) = self.0.binary_search(&value) {
            self.0.insert(at, value);
        }
    }

    /// Goes through them.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Value> {
        self.0.iter()
    }

    /// Counts them.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there none?
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Extend<Value> for Answers {
    fn extend<I: IntoIterator<Item = Value>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.insert(value));
    }
}

impl FromIterator<Value> for Answers {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut out = Self::default();
        out.extend(values);
        out
    }
}

impl IntoIterator for Answers {
    type Item = Value;
    type IntoIter = std::vec::IntoIter<Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Answers {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What calls were found to return over the same definitions, whoever asked: no answer hangs on what was asked before.
#[derive(Debug, Default)]
pub(super) struct Answered(Mutex<HashMap<(String, Vec<Value>), Answers>>);

impl Answered {
    fn lock(&self) -> MutexGuard<'_, HashMap<(String, Vec<Value>), Answers>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives what a call returns, where that was asked before.
    pub(super) fn get(&self, call: &(String, Vec<Value>)) -> Option<Answers> {
        self.lock().get(call).cloned()
    }

    /// Keeps it.
    pub(super) fn put(&self, call: (String, Vec<Value>), answers: Answers) {
        self.lock().insert(call, answers);
    }
}
