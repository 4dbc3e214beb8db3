//! In: a tree. Out: what its walkers may return, row by row.

use super::{Auditor, MEMORY_MANAGEMENT, ROUNDS, Reading};
use crate::audit::contract::{ContractRow, Home, rows};
use crate::audit::library::{Desk, Library};
use crate::audit::scan::Hit;
use crate::tree::source::{Source, TreeError};
use crate::vocabulary::{Oracle, Walker, walkers};
use std::collections::{BTreeMap, BTreeSet};

/// What a tree's walkers may return.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contracts {
    /// A row for each walker, set of flags and place where it says yes.
    pub rows: Vec<ContractRow>,
    /// Walkers that the tree does not define, or that it defines more than once.
    pub missing: Vec<String>,
}

impl Auditor {
    /// Infers what each walker may return, with each set of flags that makes a difference.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn contracts(&self, source: &dyn Source) -> Result<Contracts, TreeError> {
        let mut asked: BTreeSet<String> = walkers()
            .iter()
            .map(|walker| walker.name.to_owned())
            .collect();
        let folders = BTreeSet::from([MEMORY_MANAGEMENT.to_owned()]);
        let reading = Reading::whole(source, &|_| {});
        let mut fetched = reading.fetch(self, &folders, &asked)?;
        for round in 0.. {
            let (found, missed) = self.contracts_in(&fetched);
            let missed: BTreeSet<String> = missed.difference(&asked).cloned().collect();
            if missed.is_empty() || round == ROUNDS {
                return Ok(found);
            }
            fetched.extend(reading.fetch(self, &folders, &missed)?);
            asked.extend(missed);
        }
        Ok(Contracts::default())
    }

    /// Infers them with the files at hand, and says which functions were asked for and are not there.
    fn contracts_in(&self, hits: &[Hit]) -> (Contracts, BTreeSet<String>) {
        let library = Library::new(&self.headers, hits);
        let desk = Desk::new(&library);
        let bodies = BTreeMap::new();
        let mut oracle = Oracle::new(&self.headers, &bodies);
        let mut out = Contracts::default();
        let text_of = |file: &str, line: u32| library.line(file, line);
        for walker in walkers() {
            let home = home(hits, &walker);
            let own = home.and_then(|file| library.own(file, walker.name));
            match (home, own) {
                (Some(file), Some(own)) => {
                    let home = Home {
                        walker: &walker,
                        file,
                        own: &own,
                    };
                    out.rows.extend(rows(&mut oracle, &desk, &home, &text_of));
                }
                _ => out.missing.push(walker.name.to_owned()),
            }
        }
        (out, desk.looked().missed)
    }
}

/// Finds the one source file that defines a walker.
fn home<'h>(hits: &'h [Hit], walker: &Walker) -> Option<&'h str> {
    let mut files = hits.iter().filter(|hit| {
        hit.path.ends_with(".c") && hit.outline.functions.iter().any(|f| f.name == walker.name)
    });
    let first = files.next()?;
    files
        .all(|other| other.path == first.path)
        .then_some(first.path.as_str())
}
