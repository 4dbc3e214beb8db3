//! In: an outlined file. Out: its sites, and predicates that are named without being called.

use super::Auditor;
use crate::audit::facts::{Audit, BlindSort, BlindSpot, Site, SiteKind};
use crate::audit::scan::Hit;
use crate::syntax::{Enclosing, Mention, MentionKind};
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

    /// Adds the places where a walker is used in a way that hides walks.
    pub(super) fn outside(&self, hit: &Hit, audit: &mut Audit) {
        let walking = |m: &&Mention| self.walks_by_name(m.word);
        for mention in hit.outline.mentions.iter().filter(walking) {
            let (sort, what) = match (&mention.enclosing, mention.kind) {
                (Enclosing::Function(_), MentionKind::Call) => continue,
                (_, MentionKind::Call) => {
                    (BlindSort::Outside, "a walker is called outside a function")
                }
                // The cursor's struct has the walker's name; only a call through a pointer would hide a walk.
                (Enclosing::Function(_), MentionKind::Bare)
                    if !is_struct_name(&hit.text, mention.at) =>
                {
                    (
                        BlindSort::Address,
                        "a walker's address is taken: calls through it are not seen",
                    )
                }
                _ => continue,
            };
            audit.blind.push(BlindSpot {
                file: hit.path.clone(),
                line: mention.line,
                sort,
                what: what.to_owned(),
            });
        }
    }

    /// A predicate that is named but not called, in code: its address may be taken.
    fn bare(&self, hit: &Hit, mention: &Mention, audit: &mut Audit) {
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

fn is_struct_name(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    before.ends_with(b"struct")
}
