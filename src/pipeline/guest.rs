//! In: what a guest says, as it says it. Out: the tests and symptoms of one boot.

use super::suites::{Entry, key};
use crate::boot::{Hear, Heard, ProgramEnd, Symbols};
use crate::ktap::{Ending, Outcome, Parser, Symptom, Symptoms, Test};
use crate::store::TestRow;
use std::collections::HashMap;

/// Hears one guest.
#[derive(Default)]
pub(super) struct Listener {
    symptoms: Symptoms,
    parser: Option<Parser>,
    running: String,
    programs: HashMap<String, Test>,
}

impl Listener {
    /// What rows call the test that is running.
    fn test(&self) -> String {
        match (&self.parser, self.running.split_once(": ")) {
            (Some(parser), Some((suite, _))) => match parser.running() {
                Some(test) => key(suite, test),
                None => self.running.clone(),
            },
            _ => String::new(),
        }
    }

    /// Gives the tests of the entries, in their order, and the symptoms with decoded stacks.
    pub(super) fn finish(
        mut self,
        entries: &[Entry],
        symbols: Option<&Symbols>,
    ) -> (Vec<TestRow>, Vec<Symptom>) {
        let mut rows = Vec::new();
        for entry in entries {
            let alone = entries
                .iter()
                .filter(|other| other.suite == entry.suite)
                .count()
                == 1;
            match self.programs.remove(&key(&entry.suite, &entry.name)) {
                Some(program) => rows.extend(program_rows(entry, &program, alone)),
                None if entry.left_out => {
                    rows.push(row(entry, &entry.name, Outcome::Skip, &entry.reason));
                }
                None if entry.command.is_empty() => {
                    rows.push(row(entry, &entry.name, Outcome::Missing, &entry.reason));
                }
                // The guest ended before it came to it: nothing is known of it, and it gets no row.
                None => {}
            }
        }
        let mut symptoms = self.symptoms.finish();
        for frame in symptoms.iter_mut().flat_map(|symptom| &mut symptom.stack) {
            if frame.module.is_none() {
                frame.place = symbols.and_then(|symbols| {
                    symbols.place(&frame.function, frame.offset, frame.size, frame.exact)
                });
            }
        }
        (rows, symptoms)
    }
}

fn row(entry: &Entry, name: &str, outcome: Outcome, reason: &str) -> TestRow {
    TestRow {
        suite: entry.suite.clone(),
        program: entry.name.clone(),
        name: name.to_owned(),
        outcome,
        reason: reason.to_owned(),
    }
}

/// The tests in a program; and the program itself where it tells of none, or ends ill though they are well.
fn program_rows(entry: &Entry, program: &Test, alone: bool) -> Vec<TestRow> {
    let leaves = program.leaves();
    let mut rows: Vec<TestRow> = Vec::new();
    if !program.children.is_empty() {
        for (name, test) in &leaves {
            // In a suite of one program the test's own name says it all.
            let name = if alone {
                name.clone()
            } else {
                [&entry.name, " / ", name].concat()
            };
            rows.push(row(entry, &name, test.outcome, &test.reason));
        }
    }
    let told = rows.iter().any(|row| row.outcome.is_bad());
    if rows.is_empty() || (program.outcome.is_bad() && !told) {
        rows.push(row(entry, &entry.name, program.outcome, &program.reason));
    }
    rows
}

impl Hear for Listener {
    fn hear(&mut self, heard: Heard<'_>) {
        match heard {
            Heard::Console(line) => {
                let test = self.test();
                self.symptoms.line(line, &test);
            }
            Heard::Begin(name) => {
                self.parser = Some(Parser::new());
                name.clone_into(&mut self.running);
            }
            Heard::Output(line) => {
                if let Some(parser) = &mut self.parser {
                    parser.line(line);
                }
            }
            Heard::End(name, end) => {
                if let Some(parser) = self.parser.take() {
                    let ending = match end {
                        ProgramEnd::Exit(code) => Ending::Exit(*code),
                        ProgramEnd::Signal(signal) => Ending::Signal(*signal),
                        ProgramEnd::Stopped => Ending::Stopped,
                        ProgramEnd::Lost(why) => Ending::Lost(why.clone()),
                    };
                    self.programs
                        .insert(name.to_owned(), parser.finish(name, &ending));
                }
            }
        }
    }
}
