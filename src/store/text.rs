//! In: strings that recur. Out: their row in the `text` table.

use super::error::Fault;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// The rows of strings met during one unit of work.
pub(super) struct Texts<'c> {
    connection: &'c Connection,
    known: HashMap<String, i64>,
}

impl<'c> Texts<'c> {
    /// Starts with none known.
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self {
            connection,
            known: HashMap::new(),
        }
    }

    /// Gives the row of `value`, making it where there is none.
    pub(super) fn row(&mut self, value: &str) -> Result<i64, Fault> {
        if let Some(row) = self.known.get(value) {
            return Ok(*row);
        }
        let stored = self
            .connection
            .prepare_cached("SELECT id FROM text WHERE value = ?1")?
            .query_row(params![value], |row| row.get(0))
            .optional()?;
        let row = match stored {
            Some(row) => row,
            None => self
                .connection
                .prepare_cached("INSERT INTO text (value) VALUES (?1)")?
                .insert(params![value])?,
        };
        self.known.insert(value.to_owned(), row);
        Ok(row)
    }
}
