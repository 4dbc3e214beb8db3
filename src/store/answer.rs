//! In: what a probe of a bisection said of a tree. Out: its row, and back, so that the same is not asked twice.

use super::column::Moment;
use super::error::{Fault, StoreError};
use super::open::Store;
use crate::base::clock;
use crate::bisect::Answer;
use rusqlite::{OptionalExtension, params};

/// What was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerKey {
    /// Digest of all that the tree holds.
    pub tree: String,
    /// What the answer depends on beside the tree.
    pub config: String,
    /// The question.
    pub probe: String,
}

/// A stored answer.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptAnswer {
    /// The answer.
    pub answer: Answer,
    /// What was seen.
    pub reason: String,
    /// How long it took to ask, in seconds.
    pub seconds: f64,
}

impl Store {
    /// Keeps an answer, in place of an older one to the same question.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn keep_answer(&mut self, key: &AnswerKey, kept: &KeptAnswer) -> Result<(), StoreError> {
        self.write(|connection| {
            connection.execute(
                "INSERT OR REPLACE INTO answer (tree, config, probe, answer, reason, seconds, made)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    key.tree,
                    key.config,
                    key.probe,
                    kept.answer.word(),
                    kept.reason,
                    kept.seconds,
                    Moment(clock::now())
                ],
            )?;
            Ok(())
        })
    }

    /// Gives what is known already.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn answer(&self, key: &AnswerKey) -> Result<Option<KeptAnswer>, StoreError> {
        self.read(|connection| {
            let row: Option<(String, String, f64)> = connection
                .query_row(
                    "SELECT answer, reason, seconds FROM answer WHERE tree = ?1 AND config = ?2 AND probe = ?3",
                    params![key.tree, key.config, key.probe],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let Some((word, reason, seconds)) = row else {
                return Ok(None);
            };
            let answer = Answer::from_word(&word)
                .ok_or_else(|| Fault::Value(format!("{word:?} is no answer")))?;
            Ok(Some(KeptAnswer {
                answer,
                reason,
                seconds,
            }))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_question_is_known_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(folder.path()).unwrap();
        let key = AnswerKey {
            tree: String::from("t"),
            config: String::from("hmm"),
            probe: String::from("build"),
        };
        assert_eq!(store.answer(&key).unwrap(), None);
        for answer in [Answer::Bad, Answer::Skip, Answer::Good] {
            let kept = KeptAnswer {
                answer,
                reason: answer.word().to_owned(),
                seconds: 0.5,
            };
            store.keep_answer(&key, &kept).unwrap();
            assert_eq!(store.answer(&key).unwrap(), Some(kept));
        }
        for other in 0..3 {
            let mut key = key.clone();
            [&mut key.tree, &mut key.config, &mut key.probe][other].push('x');
            assert_eq!(store.answer(&key).unwrap(), None);
        }
        let change = store
            .connection()
            .execute("UPDATE answer SET answer = 'perhaps'", []);
        assert_eq!(change.unwrap(), 1);
        assert!(matches!(
            store.answer(&key),
            Err(StoreError::Damaged { .. })
        ));
    }
}
