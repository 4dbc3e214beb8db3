//! In: files that call a walker. Out: each walk with its function, cursor and flags.

mod flags;
mod hidden;
mod table;

use super::contract::infer;
use super::cursor::{Cursor, known};
use super::facts::{BlindSort, BlindSpot, Excerpt, Guard, Huge, Line, Verdict, Walk};
use super::fingerprint::{Accessors, mark};
use super::handling::looks_at_entry;
use super::library::{Desk, Library, Looked, Lower};
use super::scan::Hit;
use super::verdict::{Case, Kept, judge, quote};
use crate::flow::{FlagSet, Helpers, Start};
use crate::syntax::ast::Lowered;
use crate::syntax::{Enclosing, Function, LineCounter, MentionKind};
use crate::vocabulary::{Atom, Headers, Oracle, Walker, WalkerSort};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
pub(super) use table::callbacks;
use table::is_handed_a_place;

/// What walks are found with.
pub(super) struct Context<'c> {
    /// The headers.
    pub(super) headers: &'c Headers,
    /// Names that walk (walkers, and macros that call one), each with its walker.
    pub(super) names: &'c BTreeMap<usize, (String, Walker)>,
    /// Walks of functions that a struct of callbacks is told.
    pub(super) callbacks: &'c [Walker],
    /// Where each walker itself is defined: its file.
    pub(super) homes: &'c BTreeMap<&'static str, String>,
    /// Parses a function.
    pub(super) lower: Lower,
    /// Bodies to follow.
    pub(super) library: &'c Library<'c>,
    /// What walkers may return, as far as it was asked.
    pub(super) known: &'c Mutex<Known>,
}

/// What walkers may return, as far as it was asked: each is worked out once.
pub(super) type Known = BTreeMap<Asked, Arc<OnceLock<Worked>>>;

/// A walker, a level, and what is known of the cursor's flags.
pub(super) type Asked = (&'static str, &'static str, FlagSet);

/// A contract that was worked out.
#[derive(Clone)]
pub(super) struct Worked {
    /// The atoms; or why what comes back is not known.
    pub(super) contract: Result<Vec<Atom>, String>,
    /// Names that were asked for, and those that were not at hand.
    pub(super) looked: Looked,
}

/// What the walks of a function are.
#[derive(Default)]
pub(super) struct Found {
    /// The walks.
    pub(super) walks: Vec<Walk>,
    /// Do they hang on other functions of the file that call this one?
    pub(super) on_callers: bool,
    /// The text of functions that hold one.
    pub(super) excerpts: Vec<Excerpt>,
    /// What was not seen.
    pub(super) blind: Vec<BlindSpot>,
}

impl Found {
    /// Lists files of which lines are quoted, some of them often.
    pub(super) fn quoted(&self) -> impl Iterator<Item = &str> {
        self.walks.iter().flat_map(|walk| {
            let huge = walk.pmd.iter();
            let lines = huge.clone().flat_map(|h| h.used.iter().chain(&h.witness));
            let lines = lines.chain(&walk.used).chain(&walk.witness);
            let guards = huge.flat_map(|h| &h.guards).chain(&walk.guards);
            let guards = guards.map(|guard| guard.file.as_str());
            lines.map(|line| line.file.as_str()).chain(guards)
        })
    }
}

/// Finds the walks in the functions called `name` of one file: several, where the arms of an `#if` differ.
pub(super) fn find(
    (hit, name): (&Hit, &str),
    context: &Context<'_>,
    (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
) -> Found {
    let mut found = Found::default();
    let mut lines = LineCounter::new();
    let mut accessors = Vec::new();
    for (index, function) in hit.outline.functions.iter().enumerate() {
        if function.name != name {
            continue;
        }
        let walks = places((hit, index), context);
        if walks.is_empty() {
            continue;
        }
        let first = lines.locate(&hit.text, function.span.start).0;
        let last = lines
            .locate(&hit.text, function.span.end.saturating_sub(1))
            .0;
        let text = &hit.text[function.span.clone()];
        let bodies = (context.lower)(text, first);
        for at in walks {
            let place = Place {
                hit,
                function,
                span: (first, last),
                line: at.line,
                at: at.at,
                name: at.name,
                walker: at.walker,
            };
            let desk = (helpers, &mut *oracle);
            let (walk, own) = match place.start() {
                Some(Start::Parameter(_)) if !is_handed_a_place(&bodies, at.walker) => continue,
                Some(start) => {
                    let (walk, own, mut blind) = place.table_walk(&bodies, start, context, desk);
                    found.blind.append(&mut blind);
                    (walk, own)
                }
                None => place.walk(&bodies, context, desk, &mut found),
            };
            found.walks.push(walk);
            accessors.push(own);
        }
        for line in bodies.iter().flat_map(|l| &l.errors) {
            let what = format!(
                "a part of {} is not understood by the C grammar",
                function.name
            );
            found.blind.push(BlindSpot {
                file: hit.path.clone(),
                line: *line,
                sort: BlindSort::Parse,
                what,
            });
        }
        found.excerpts.push(Excerpt {
            file: hit.path.clone(),
            function: function.name.clone(),
            first_line: first,
            text: String::from_utf8_lossy(text).into_owned(),
        });
    }
    mark(&mut found.walks, &accessors);
    found
}

/// Lists the walks of a function.
fn places<'a>((hit, index): (&Hit, usize), context: &Context<'a>) -> Vec<At<'a>> {
    let calls = hit
        .outline
        .mentions
        .iter()
        .filter(|m| m.kind == MentionKind::Call && m.enclosing == Enclosing::Function(index));
    let calls = calls.filter_map(|mention| {
        let (name, walker) = context.names.get(&mention.word)?;
        (walker.sort != WalkerSort::Callback).then_some(At {
            line: mention.line,
            at: mention.at,
            name,
            walker,
        })
    });
    let mut places: Vec<At<'a>> = calls.collect();
    for (_, number) in callbacks(hit, context.callbacks)
        .into_iter()
        .filter(|(own, _)| *own == index)
    {
        let walker = &context.callbacks[number];
        let function = &hit.outline.functions[index];
        places.push(At {
            line: LineCounter::new().locate(&hit.text, function.span.start).0,
            at: function.span.start,
            name: walker.name,
            walker,
        });
    }
    places
}

/// Quotes the first wrong use.
fn quote_use(used: Option<(String, u32)>, quoted: &dyn Fn(&str, u32) -> String) -> Option<Line> {
    used.map(|(file, line)| Line {
        text: quoted(&file, line),
        file,
        line,
    })
}

/// Quotes the guards of a level.
fn quote_guards(kept: &[Kept], quoted: &dyn Fn(&str, u32) -> String) -> Vec<Guard> {
    let quote = |kept: &Kept| Guard {
        file: kept.guard.file.clone(),
        line: kept.guard.line,
        text: quoted(&kept.guard.file, kept.guard.line),
        predicate: kept.guard.by.clone(),
        kinds: kept.kinds.clone(),
    };
    kept.iter().map(quote).collect()
}

/// Judges what comes back for huge pages; `None` where none comes back, or the function does not look at it.
fn judge_huge(
    case: &Case<'_>,
    (oracle, helpers): (&mut Oracle<'_>, &dyn Helpers),
    contract: Result<&Vec<Atom>, &String>,
    quoted: &dyn Fn(&str, u32) -> String,
) -> Option<(Huge, String, Vec<BlindSpot>)> {
    if contract.is_ok_and(|contract| contract.is_empty()) {
        return None;
    }
    let judged = judge(case, 1, (oracle, helpers), contract);
    if judged.verdict == Verdict::NotApplicable {
        return None;
    }
    let kinds = contract.map(|c| oracle.kinds_of(c));
    let huge = Huge {
        guards: quote_guards(&judged.guards, quoted),
        fingerprint: String::new(),
        contract: kinds.unwrap_or_default(),
        verdict: judged.verdict,
        unhandled: judged.unhandled,
        used: quote_use(judged.used, quoted),
        witness: quote(&judged.path, quoted),
        reason: judged.reason,
    };
    Some((huge, judged.accessor, judged.blind))
}

/// Infers what a walker returns at a level, with what is known of the cursor's flags.
pub(super) fn work_out(
    (walker, level, flags): (&Walker, &'static str, &FlagSet),
    (library, homes): (&Library<'_>, &BTreeMap<&'static str, String>),
    oracle: &mut Oracle<'_>,
) -> Worked {
    let desk = Desk::new(library);
    let home = homes.get(walker.name);
    let own = home.and_then(|home| library.own(home, walker.name));
    let contract = match own {
        Some(own) => infer(oracle, &desk, (&own, walker, level), flags),
        None => Err(String::from(
            "its body is not seen, or stands in several files",
        )),
    };
    let mut looked = desk.looked();
    looked.asked.insert(walker.name.to_owned());
    Worked { contract, looked }
}

/// Where a walk stands in its function.
struct At<'a> {
    line: u32,
    at: usize,
    name: &'a str,
    walker: &'a Walker,
}

/// One call of a walker, and where it stands.
struct Place<'p> {
    hit: &'p Hit,
    function: &'p Function,
    span: (u32, u32),
    line: u32,
    at: usize,
    name: &'p str,
    walker: &'p Walker,
}

impl Place<'_> {
    fn walk(
        &self,
        bodies: &[Lowered],
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
        found: &mut Found,
    ) -> (Walk, Accessors) {
        let (cursor_name, plain) = self.cursor_name(bodies.first());
        let mut cursor = self.cursor(bodies, &cursor_name, context);
        if !plain && self.walker.sort == WalkerSort::Cursor {
            let why = String::from("the cursor is no plain variable");
            cursor.unseen.get_or_insert(why);
        }
        found.on_callers |= cursor.parameter.is_some() && self.walker.flags.is_none();
        if let Some(name) = self.hidden() {
            let why = format!("the macro {name} of the file is not looked through");
            cursor.unseen.get_or_insert(why);
        }
        let contract = self.contract((&cursor, 0), context, (helpers, &mut *oracle));
        let case = Case {
            file: &self.hit.path,
            line: self.span.0,
            bodies,
            cursor: &cursor_name,
            from: &cursor.from,
            walker: self.walker,
            start: None,
            unseen: cursor.unseen.as_deref(),
            alike: &self.alike(),
        };
        let mut judged = judge(&case, 0, (oracle, helpers), contract.as_ref());
        let quoted = |file: &str, line: u32| context.library.line(file, line);
        let mut guards = quote_guards(&judged.guards, &quoted);
        if judged.verdict == Verdict::Prepared {
            guards.extend(self.flags_guard(
                &cursor,
                contract.as_ref().ok(),
                context,
                (helpers, &mut *oracle),
            ));
        }
        let second = self.walker.fields.get(1);
        let huge = second
            .is_some_and(|level| looks_at_entry(&case, level))
            .then(|| {
                let huge = self.contract((&cursor, 1), context, (helpers, &mut *oracle));
                judge_huge(&case, (&mut *oracle, helpers), huge.as_ref(), &quoted)
            })
            .flatten();
        let (pmd, of_huge) = match huge {
            Some((huge, accessor, blind)) => {
                judged.blind.extend(blind);
                (Some(huge), accessor)
            }
            None => (None, String::new()),
        };
        let kinds = contract.map(|c| oracle.kinds_of(&c)).unwrap_or_default();
        let walk = Walk {
            guards,
            fingerprint: String::new(),
            file: self.hit.path.clone(),
            function: self.function.name.clone(),
            line: self.line,
            span: self.span,
            walker: self.walker.name.to_owned(),
            flags: cursor.flags.union(&cursor.perhaps).cloned().collect(),
            cursor: cursor_name,
            cursor_from: if cursor.from.is_empty() {
                String::from("unseen")
            } else {
                cursor.from.clone()
            },
            contract: kinds,
            verdict: judged.verdict,
            unhandled: judged.unhandled,
            used: quote_use(judged.used, &quoted),
            witness: quote(&judged.path, &quoted),
            reason: judged.reason,
            pmd,
        };
        found.blind.append(&mut judged.blind);
        (walk, (judged.accessor, of_huge))
    }

    /// Infers what the walker may return at `level` with what is known of the cursor's flags, once for all walks.
    fn contract(
        &self,
        (cursor, level): (&Cursor, usize),
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> Result<Vec<Atom>, String> {
        let level = self.walker.fields[level];
        let key = (self.walker.name, level, known(cursor));
        let slot = {
            let mut book = context.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(book.entry(key.clone()).or_default())
        };
        let at_hand = (context.library, context.homes);
        let worked =
            slot.get_or_init(|| work_out((self.walker, level, &key.2), at_hand, &mut *oracle));
        let (walker, level, flags) = key;
        helpers.note((walker.to_owned(), level.to_owned(), flags), &worked.looked);
        worked.contract.clone()
    }
}
