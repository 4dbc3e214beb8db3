//! In: any bytes. Out: how much work the C front made of them: it neither fails nor goes on for ever.

use super::Auditor;
use crate::flow::{Flow, Graph, Helper, Helpers};
use crate::syntax::{LineCounter, lower_variants, outline};
use crate::vocabulary::{Oracle, walkers};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What came of reading some bytes as C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// Functions found.
    pub functions: u64,
    /// Lines that the grammar does not understand.
    pub errors: u64,
    /// Points of all functions' graphs.
    pub points: u64,
    /// Steps that following an entry of each kind through all of them took.
    pub steps: u64,
}

/// No function but the one that is read is at hand.
struct Nobody;

impl Helpers for Nobody {
    fn all(&self, _: &str, _: &str) -> Vec<Arc<Helper>> {
        Vec::new()
    }
}

impl Auditor {
    /// Outlines `text`, parses every function in it, and follows an entry of each kind through all of them, as if each
    /// had a walker's cursor. For fuzzing: an audit does that only with functions that matter.
    pub fn probe(&self, text: &[u8]) -> Probe {
        let mut probe = Probe::default();
        let bodies = BTreeMap::new();
        let mut oracle = Oracle::new(&self.headers, &bodies);
        let mut lines = LineCounter::new();
        let (walkers, atoms) = (walkers(), oracle.atoms());
        let pairs: Vec<_> = walkers
            .iter()
            .flat_map(|w| atoms.iter().map(move |a| (w, *a)))
            .collect();
        for function in outline(text, &|_| None).functions {
            probe.functions += 1;
            let line = lines.locate(text, function.span.start).0;
            for body in lower_variants(&text[function.span.clone()], line) {
                probe.errors += body.errors.len() as u64;
                probe.points += Graph::new(&body.body, line).points.len() as u64;
                for (walker, atom) in &pairs {
                    for level in &walker.fields {
                        let mut flow = Flow::new(&mut oracle, (*atom, walker, level), &Nobody);
                        flow.cursor = String::from("pvmw");
                        drop(flow.run_gate(&body, line));
                        probe.steps += flow.steps;
                    }
                }
            }
        }
        probe
    }
}
