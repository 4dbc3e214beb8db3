//! In: files that call a walker. Out: each walk with its function, cursor and flags.

use super::contract::{PMD, PTE, infer};
use super::cursor::{Cursor, each_expression, known, passed, trace};
use super::facts::{BlindSort, BlindSpot, Excerpt, Guard, Huge, Line, Verdict, Walk};
use super::fingerprint::{Accessors, mark};
use super::library::{Desk, Library, Looked};
use super::scan::Hit;
use super::verdict::{Case, Kept, judge, looks_at_entry, quote};
use crate::flow::{FlagSet, Helpers};
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::syntax::{
    Enclosing, Function, Lexer, LineCounter, Mention, MentionKind, Token, lower_function,
    lower_variants,
};
use crate::vocabulary::{Atom, Headers, Oracle, Walker};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What walks are found with.
pub(super) struct Context<'c> {
    /// The headers.
    pub(super) headers: &'c Headers,
    /// Names that walk (walkers, and macros that call one), each with its walker.
    pub(super) names: &'c BTreeMap<usize, (String, Walker)>,
    /// Where each walker itself is defined: its file.
    pub(super) homes: &'c BTreeMap<&'static str, String>,
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
        let calls = hit.outline.mentions.iter().filter(|m| {
            m.kind == MentionKind::Call
                && m.enclosing == Enclosing::Function(index)
                && context.names.contains_key(&m.word)
        });
        let mentions: Vec<&Mention> = calls.collect();
        if mentions.is_empty() {
            continue;
        }
        let first = lines.locate(&hit.text, function.span.start).0;
        let last = lines
            .locate(&hit.text, function.span.end.saturating_sub(1))
            .0;
        let text = &hit.text[function.span.clone()];
        let bodies = lower_variants(text, first);
        for mention in mentions {
            let (name, walker) = &context.names[&mention.word];
            let place = Place {
                hit,
                function,
                span: (first, last),
                mention,
                name,
                walker,
            };
            let (walk, own) = place.walk(&bodies, context, (helpers, &mut *oracle), &mut found);
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
    let judged = judge(case, PMD, (oracle, helpers), contract);
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
        used: judged.used.map(|(file, line)| Line {
            text: quoted(&file, line),
            file,
            line,
        }),
        witness: quote(&judged.path, quoted),
        reason: judged.reason,
    };
    Some((huge, judged.accessor, judged.blind))
}

/// One call of a walker, and where it stands.
struct Place<'p> {
    hit: &'p Hit,
    function: &'p Function,
    span: (u32, u32),
    mention: &'p Mention,
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
        let cursor_name = self.cursor_name(bodies.first());
        let mut cursor = Cursor::default();
        for body in bodies {
            let own = trace(body, &cursor_name, self.walker, context.headers);
            cursor.flags.extend(own.flags);
            cursor.perhaps.extend(own.perhaps);
            cursor.parameter = own.parameter;
            cursor.from = own.from;
        }
        if let Some(position) = cursor.parameter {
            found.on_callers = true;
            self.add_callers_flags(&mut cursor, position, context);
        }
        let contract = self.contract((&cursor, PTE), context, (helpers, &mut *oracle));
        let case = Case {
            file: &self.hit.path,
            line: self.span.0,
            bodies,
            cursor: &cursor_name,
            from: &cursor.from,
            walker: self.walker,
        };
        let mut judged = judge(&case, PTE, (oracle, helpers), contract.as_ref());
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
        let huge = looks_at_entry(&case, PMD)
            .then(|| {
                let huge = self.contract((&cursor, PMD), context, (helpers, &mut *oracle));
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
            line: self.mention.line,
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
            used: judged.used.map(|(file, line)| Line {
                text: quoted(&file, line),
                file,
                line,
            }),
            witness: quote(&judged.path, &quoted),
            reason: judged.reason,
            pmd,
        };
        found.blind.append(&mut judged.blind);
        (walk, (judged.accessor, of_huge))
    }

    /// Says what the walk's flags keep from the caller that would come back without them.
    fn flags_guard(
        &self,
        cursor: &Cursor,
        contract: Option<&Vec<Atom>>,
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> Option<Guard> {
        if cursor.flags.is_empty() {
            return None;
        }
        let none = Cursor::default();
        let without = self
            .contract((&none, PTE), context, (helpers, &mut *oracle))
            .ok()?;
        let own = contract?;
        let kept: Vec<_> = without
            .iter()
            .filter(|atom| !own.contains(atom))
            .copied()
            .collect();
        let kinds = oracle.kinds_of(&kept);
        (!kinds.is_empty()).then(|| Guard {
            file: self.hit.path.clone(),
            line: self.mention.line,
            text: context.library.line(&self.hit.path, self.mention.line),
            predicate: cursor.flags.iter().cloned().collect::<Vec<_>>().join("|"),
            kinds,
        })
    }

    /// Infers what the walker may return at `level` with what is known of the cursor's flags, once for all walks.
    fn contract(
        &self,
        (cursor, level): (&Cursor, &'static str),
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> Result<Vec<Atom>, String> {
        let key = (self.walker.name, level, known(cursor));
        let slot = {
            let mut book = context.known.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(book.entry(key.clone()).or_default())
        };
        let worked = slot.get_or_init(|| {
            let desk = Desk::new(context.library);
            let home = context.homes.get(self.walker.name);
            let own = home.and_then(|home| context.library.own(home, self.walker.name));
            let contract = match own {
                Some(own) => infer(oracle, &desk, (&own, self.walker, level), &key.2),
                None => Err(String::from(
                    "its body is not seen, or stands in several files",
                )),
            };
            let mut looked = desk.looked();
            looked.asked.insert(self.walker.name.to_owned());
            Worked { contract, looked }
        });
        helpers.note(&worked.looked);
        worked.contract.clone()
    }

    /// Names the cursor: by the parsed call on this line, else by the tokens behind the name.
    fn cursor_name(&self, lowered: Option<&Lowered>) -> String {
        let mut found = None;
        if let Some(lowered) = lowered {
            each_expression(&lowered.body, &mut |expr| {
                if let Expr {
                    node: Node::Call(name, arguments),
                    line,
                } = expr
                    && name == self.name
                    && *line == self.mention.line
                    && found.is_none()
                {
                    found = arguments.first().and_then(passed).map(str::to_owned);
                }
            });
        }
        found.or_else(|| self.first_word()).unwrap_or_default()
    }

    fn first_word(&self) -> Option<String> {
        let text = &self.hit.text;
        Lexer::within(text, self.mention.at, text.len())
            .skip(1)
            .find_map(|token| match token {
                Token::Word(a, b) => Some(String::from_utf8_lossy(&text[a..b]).into_owned()),
                _ => None,
            })
    }

    /// Adds the flags that callers in the same file set before they pass the cursor on.
    fn add_callers_flags(&self, cursor: &mut Cursor, position: usize, context: &Context<'_>) {
        let mut seen = false;
        let mut lines = LineCounter::new();
        for function in self
            .hit
            .outline
            .functions
            .iter()
            .filter(|f| f.name != self.function.name)
        {
            let text = &self.hit.text[function.span.clone()];
            if memchr::memmem::find(text, self.function.name.as_bytes()).is_none() {
                continue;
            }
            let first = lines.locate(&self.hit.text, function.span.start).0;
            let Some(lowered) = lower_function(text, first) else {
                continue;
            };
            let mut passed_names = Vec::new();
            each_expression(&lowered.body, &mut |expr| {
                if let Node::Call(name, arguments) = &expr.node
                    && *name == self.function.name
                {
                    passed_names
                        .extend(arguments.get(position).and_then(passed).map(str::to_owned));
                }
            });
            for name in passed_names {
                let theirs = trace(&lowered, &name, self.walker, context.headers);
                seen |= !theirs.from.is_empty() && theirs.parameter.is_none();
                // Other callers may set other flags.
                cursor.perhaps.extend(theirs.flags);
                cursor.perhaps.extend(theirs.perhaps);
            }
        }
        if !seen {
            cursor.perhaps.insert(String::from("?"));
        }
    }
}
