//! In: an outlined file. Out: its sites, and predicates that are named without being called.

use super::Auditor;
use crate::audit::facts::{Audit, BlindSort, BlindSpot, Site, SiteKind};
use crate::audit::scan::Hit;
use crate::syntax::{Enclosing, MentionKind};
use crate::vocabulary::Predicate;
use std::collections::BTreeMap;

impl Auditor {
    /// Adds the sites of one file.
    pub(super) fn sites(
        &self,
        hit: &Hit,
        predicates: &BTreeMap<&str, &Predicate>,
        audit: &mut Audit,
    ) {
        for mention in &hit.outline.mentions {
            let Some(predicate) = predicates.get(self.names[mention.word].as_str()) else {
                continue;
            };
            let kind = match mention.kind {
                MentionKind::Call => SiteKind::Call,
                MentionKind::Definition => SiteKind::Definition,
                MentionKind::Declaration => SiteKind::Declaration,
                MentionKind::InMacro => SiteKind::Macro,
                MentionKind::Bare => {
                    self.bare(hit, mention, audit);
                    continue;
                }
            };
            let function = match &mention.enclosing {
                Enclosing::Function(i) => hit.outline.functions[*i].name.clone(),
                Enclosing::Macro(i) => hit.outline.macros[*i].name.clone(),
                Enclosing::Brackets(name) => name.clone(),
                Enclosing::File => String::new(),
            };
            audit.sites.push(Site {
                file: hit.path.clone(),
                line: mention.line,
                column: mention.column,
                function,
                predicate: predicate.name.clone(),
                family: predicate.family,
                kind,
                accepts: predicate.accepts.clone(),
                arms: mention.arms.clone(),
            });
        }
    }

    /// A predicate that is named but not called, in code: its address may be taken.
    fn bare(&self, hit: &Hit, mention: &crate::syntax::Mention, audit: &mut Audit) {
        if matches!(mention.enclosing, Enclosing::Function(_)) {
            let what = format!(
                "{} is named without being called here",
                self.names[mention.word]
            );
            audit.blind.push(BlindSpot {
                file: hit.path.clone(),
                line: mention.line,
                sort: BlindSort::Address,
                what,
            });
        }
    }
}
