//! In: what came of booting a state. Out: its rows; and back, to compare another state with.

use super::build::{BuildKey, series};
use super::column::{Json, Moment, Word};
use super::error::{Fault, StoreError};
use super::id::{BootId, SeriesId};
use super::open::Store;
use crate::base::clock;
use crate::boot::{Accelerator, Booted, Outcome};
use crate::compare::Row;
use crate::ktap::{self, Symptom};
use rusqlite::{Connection, Row as Found, params};

/// A test's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRow {
    /// The suite.
    pub suite: String,
    /// The program that it is in.
    pub program: String,
    /// Its name; that of the program where that tells of no tests.
    pub name: String,
    /// What came of it.
    pub outcome: ktap::Outcome,
    /// In the test's own words.
    pub reason: String,
}

/// A boot with what was seen in it.
#[derive(Clone, Debug)]
pub struct NewBoot<'b> {
    /// How the guest ended. The console's path is relative to the workspace.
    pub booted: &'b Booted,
    /// The suites that were to run.
    pub suites: &'b [String],
    /// The tests.
    pub tests: &'b [TestRow],
    /// The symptoms.
    pub symptoms: &'b [Symptom],
}

/// A stored boot, as far as comparing and telling go.
#[derive(Clone, Debug, PartialEq)]
pub struct BootHead {
    /// Its row.
    pub id: BootId,
    /// Digest of what the state held.
    pub tree: String,
    /// The suites that were to run.
    pub suites: Vec<String>,
    /// How the guest ended.
    pub outcome: Outcome,
    /// Why, where it is not finished.
    pub reason: String,
    /// What the processor was.
    pub accelerator: Accelerator,
    /// How long it took.
    pub seconds: f64,
    /// Path of the console, relative to the workspace.
    pub console: String,
    /// The command that boots the same.
    pub by_hand: String,
    /// The tests.
    pub tests: Vec<TestRow>,
    /// The symptoms.
    pub symptoms: Vec<Symptom>,
}

impl Store {
    /// Saves the boots of a state, with the digest of its tree, one for each repeat, and what changed against state 0.
    /// Older ones of the same key are replaced.
    ///
    /// # Errors
    /// [`StoreError::NoSuch`] where the key names a series that is not stored; else as [`Store::open`].
    pub fn save_boots(
        &mut self,
        (key, tree): (&BuildKey, &str),
        boots: &[NewBoot<'_>],
        changes: &[Row],
    ) -> Result<Vec<BootId>, StoreError> {
        self.write(|connection| {
            let series = series(connection, key)?;
            for id in find(connection, key, series)? {
                connection.execute("DELETE FROM boot WHERE id = ?1", params![id])?;
            }
            let mut ids = Vec::with_capacity(boots.len());
            for (run, boot) in boots.iter().enumerate() {
                ids.push(insert(connection, (key, tree, series), run, boot)?);
            }
            if let Some(first) = ids.first() {
                insert_changes(connection, *first, changes)?;
            }
            Ok(ids)
        })
    }

    /// Reads the boots of a state, in the order run; none where it has not been booted.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn boots(&self, key: &BuildKey) -> Result<Vec<BootHead>, StoreError> {
        self.read(|connection| {
            let series = series(connection, key)?;
            let ids = find(connection, key, series)?;
            ids.into_iter().map(|id| read(connection, id)).collect()
        })
    }
}

/// Finds the rows of a key, in the order run.
fn find(
    connection: &Connection,
    key: &BuildKey,
    series: Option<SeriesId>,
) -> Result<Vec<BootId>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM boot WHERE kernel = ?1 AND kernel_version = ?2 AND commit_id = ?3
            AND ifnull(series, 0) = ?4 AND state = ?5 AND config = ?6 ORDER BY run",
    )?;
    let rows = statement.query_map(
        params![
            key.kernel,
            key.kernel_version,
            key.commit.as_deref().unwrap_or_default(),
            series.map_or(0, |id| id.0),
            key.state,
            key.config
        ],
        |row| row.get(0),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn insert(
    connection: &Connection,
    (key, tree, series): (&BuildKey, &str, Option<SeriesId>),
    run: usize,
    boot: &NewBoot<'_>,
) -> Result<BootId, Fault> {
    let booted = boot.booted;
    connection.execute(
        "INSERT INTO boot (kernel, kernel_version, commit_id, series, state, tree, config, run, suites, outcome, reason, accelerator,
            seconds, up_seconds, console, console_bytes, console_cut, tail, notes, by_hand, made)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
        params![
            key.kernel,
            key.kernel_version,
            key.commit.as_deref().unwrap_or_default(),
            series,
            key.state,
            tree,
            key.config,
            run as i64,
            Json(boot.suites),
            booted.outcome.word(),
            booted.reason,
            booted.accelerator.word(),
            booted.lasted.as_secs_f64(),
            booted.up_after.map(|up| up.as_secs_f64()),
            booted.console.path.display().to_string(),
            booted.console.bytes.cast_signed(),
            booted.console.cut.cast_signed(),
            Json(&booted.tail),
            Json(&booted.notes),
            booted.by_hand,
            Moment(clock::now())
        ],
    )?;
    let id = BootId(connection.last_insert_rowid());
    let mut statement = connection.prepare_cached(
        "INSERT INTO boot_test (boot, position, suite, program, name, outcome, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for (position, test) in boot.tests.iter().enumerate() {
        let outcome = Word(test.outcome);
        statement.execute(params![
            id,
            position as i64,
            test.suite,
            test.program,
            test.name,
            outcome,
            test.reason
        ])?;
    }
    let mut statement = connection.prepare_cached(
        "INSERT INTO boot_symptom (boot, position, title, function, count, stack, test, tests) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (position, one) in boot.symptoms.iter().enumerate() {
        let (stack, tests) = (Json(&one.stack), Json(&one.tests));
        let count = one.count.cast_signed();
        statement.execute(params![
            id,
            position as i64,
            one.title,
            one.function,
            count,
            stack,
            one.test,
            tests
        ])?;
    }
    Ok(id)
}

fn insert_changes(connection: &Connection, id: BootId, changes: &[Row]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO boot_change (boot, position, what, name, before, after, change, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (position, row) in changes.iter().enumerate() {
        let (what, change) = (row.what.word(), row.change.word());
        statement.execute(params![
            id,
            position as i64,
            what,
            row.name,
            row.before,
            row.after,
            change,
            row.reason
        ])?;
    }
    Ok(())
}

fn read(connection: &Connection, id: BootId) -> Result<BootHead, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT suite, program, name, outcome, reason FROM boot_test WHERE boot = ?1 ORDER BY position",
    )?;
    let tests = statement.query_map(params![id], |row| {
        Ok(TestRow {
            suite: row.get(0)?,
            program: row.get(1)?,
            name: row.get(2)?,
            outcome: row.get::<_, Word<_>>(3)?.0,
            reason: row.get(4)?,
        })
    })?;
    let tests = tests.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare_cached(
        "SELECT title, function, count, stack, test, tests FROM boot_symptom WHERE boot = ?1 ORDER BY position",
    )?;
    let symptoms = statement.query_map(params![id], |row| {
        Ok(Symptom {
            title: row.get(0)?,
            function: row.get(1)?,
            count: row.get::<_, i64>(2)?.cast_unsigned(),
            stack: row.get::<_, Json<_>>(3)?.0,
            test: row.get(4)?,
            tests: row.get::<_, Json<_>>(5)?.0,
        })
    })?;
    let symptoms = symptoms.collect::<Result<_, _>>()?;
    let head = connection.query_row(
        "SELECT suites, outcome, reason, accelerator, seconds, console, by_hand, tree FROM boot WHERE id = ?1",
        params![id],
        |row| read_head(row, id),
    )?;
    Ok(BootHead {
        tests,
        symptoms,
        ..head
    })
}

fn read_head(row: &Found<'_>, id: BootId) -> rusqlite::Result<BootHead> {
    let unreadable = |column: usize| {
        rusqlite::Error::InvalidColumnType(column, "word".to_owned(), rusqlite::types::Type::Text)
    };
    let (outcome, accelerator): (String, String) = (row.get(1)?, row.get(3)?);
    Ok(BootHead {
        id,
        suites: row.get::<_, Json<_>>(0)?.0,
        outcome: Outcome::ALL
            .into_iter()
            .find(|one| one.word() == outcome)
            .ok_or_else(|| unreadable(1))?,
        reason: row.get(2)?,
        accelerator: [Accelerator::Kvm, Accelerator::Tcg]
            .into_iter()
            .find(|one| one.word() == accelerator)
            .ok_or_else(|| unreadable(3))?,
        seconds: row.get(4)?,
        console: row.get(5)?,
        by_hand: row.get(6)?,
        tree: row.get(7)?,
        tests: Vec::new(),
        symptoms: Vec::new(),
    })
}
