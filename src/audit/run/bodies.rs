//! In: outlined files. Out: the bodies of functions that headers only declare, and what calls are worth with them.

use super::Auditor;
use crate::audit::scan::Hit;
use crate::syntax::LineCounter;
use crate::vocabulary::{Definition, Said};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bodies of functions that headers only declare, and what calls are worth with them.
pub(super) struct Bodies {
    /// The bodies, by name.
    pub(super) known: BTreeMap<String, Definition>,
    /// What calls are worth.
    pub(super) said: Arc<Said>,
}

impl Bodies {
    /// Takes bodies; nothing is known of calls yet.
    pub(super) fn new(known: BTreeMap<String, Definition>) -> Self {
        let said = Arc::default();
        Self { known, said }
    }
}

impl Auditor {
    /// Finds the bodies of functions that headers only declare, so that they can be evaluated.
    pub(super) fn open_bodies(&self, hits: &[Hit]) -> BTreeMap<String, Definition> {
        let mut bodies = BTreeMap::new();
        hits.iter().for_each(|hit| self.bodies_in(hit, &mut bodies));
        bodies
    }

    pub(super) fn bodies_in(&self, hit: &Hit, bodies: &mut BTreeMap<String, Definition>) {
        if !hit.path.ends_with(".c") {
            return;
        }
        let mut lines = LineCounter::new();
        for function in &hit.outline.functions {
            if let Some(open) = self.headers.open.get(&function.name) {
                let line = lines.locate(&hit.text, function.span.start).0;
                let text = &hit.text[function.span.clone()];
                bodies
                    .entry(function.name.clone())
                    .or_insert_with(|| open.with_body(&hit.path, line, text));
            }
        }
    }
}
