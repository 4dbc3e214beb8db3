//! In: files that call a walker. Out: each walk with its function, cursor and flags.

mod table;

use super::contract::{Contract, infer};
use super::cursor::{Cursor, argument_flags, each_expression, known, passed, trace};
use super::facts::{BlindSort, BlindSpot, Excerpt, Guard, Huge, Line, Verdict, Walk};
use super::fingerprint::{Accessors, mark};
use super::library::{Desk, Library, Looked, Lower};
use super::scan::Hit;
use super::verdict::{Case, Kept, judge, looks_at_entry, quote};
use crate::flow::{FlagSet, Helpers, Start};
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::syntax::{Enclosing, Function, Lexer, LineCounter, MentionKind, Token, lower_function};
use crate::vocabulary::{Headers, Oracle, Walker, WalkerSort};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use table::{callbacks, is_handed_a_place};

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

/// What walkers may return, by walker, level and flags, with the names that were not at hand when it was worked out.
pub(super) type Known = BTreeMap<(&'static str, &'static str, FlagSet), Worked>;

/// A contract that was worked out.
#[derive(Clone)]
pub(super) struct Worked {
    contract: Result<Contract, String>,
    /// Names that were asked for.
    pub(super) looked: Looked,
}

/// What a file's walks are.
#[derive(Default)]
pub(super) struct Found {
    /// The walks.
    pub(super) walks: Vec<Walk>,
    /// The text of functions that hold one.
    pub(super) excerpts: Vec<Excerpt>,
    /// What was not seen.
    pub(super) blind: Vec<BlindSpot>,
}

/// Finds the walks of one file.
pub(super) fn find(
    hit: &Hit,
    context: &Context<'_>,
    (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
) -> Found {
    let mut found = Found::default();
    let by_function = places(hit, context, &mut found.blind);
    let mut lines = LineCounter::new();
    let mut accessors = Vec::new();
    for (index, walks) in by_function {
        let function = &hit.outline.functions[index];
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
            let (walk, own, blind) = match place.start() {
                Some(Start::Parameter(_)) if !is_handed_a_place(&bodies, at.walker) => continue,
                Some(start) => place.table_walk(&bodies, start, context, desk),
                None => place.walk(&bodies, context, desk),
            };
            found.walks.push(walk);
            accessors.push(own);
            found.blind.extend(blind);
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

/// Lists the walks of a file, by function, and notes what may hide others.
fn places<'a>(
    hit: &Hit,
    context: &Context<'a>,
    blind: &mut Vec<BlindSpot>,
) -> BTreeMap<usize, Vec<At<'a>>> {
    let mut by_function: BTreeMap<usize, Vec<At<'a>>> = BTreeMap::new();
    for mention in hit
        .outline
        .mentions
        .iter()
        .filter(|m| context.names.contains_key(&m.word))
    {
        match (&mention.enclosing, mention.kind) {
            _ if context.names[&mention.word].1.sort == WalkerSort::Callback => {}
            (Enclosing::Function(function), MentionKind::Call) => {
                let (name, walker) = &context.names[&mention.word];
                by_function.entry(*function).or_default().push(At {
                    line: mention.line,
                    at: mention.at,
                    name,
                    walker,
                });
            }
            (_, MentionKind::Call) => blind.push(BlindSpot {
                file: hit.path.clone(),
                line: mention.line,
                sort: BlindSort::Outside,
                what: String::from("a walker is called outside a function"),
            }),
            // The cursor's struct has the walker's name; only a call through a pointer would hide a walk.
            (Enclosing::Function(_), MentionKind::Bare)
                if !is_struct_name(&hit.text, mention.at) =>
            {
                blind.push(BlindSpot {
                    file: hit.path.clone(),
                    line: mention.line,
                    sort: BlindSort::Address,
                    what: String::from(
                        "a walker's address is taken: calls through it are not seen",
                    ),
                });
            }
            _ => {}
        }
    }
    for (index, number) in callbacks(hit, context.callbacks) {
        let walker = &context.callbacks[number];
        let function = &hit.outline.functions[index];
        by_function.entry(index).or_default().push(At {
            line: LineCounter::new().locate(&hit.text, function.span.start).0,
            at: function.span.start,
            name: walker.name,
            walker,
        });
    }
    by_function
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
    contract: Result<&Contract, &String>,
    quoted: &dyn Fn(&str, u32) -> String,
) -> Option<(Huge, String, Vec<BlindSpot>)> {
    if contract.is_ok_and(|contract| contract.atoms.is_empty()) {
        return None;
    }
    let judged = judge(case, 1, (oracle, helpers), contract);
    if judged.verdict == Verdict::NotApplicable {
        return None;
    }
    let kinds = contract.map(|c| oracle.kinds_of(&c.atoms));
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

fn is_struct_name(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    before.ends_with(b"struct")
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
    ) -> (Walk, Accessors, Vec<BlindSpot>) {
        let cursor_name = self.cursor_name(bodies.first());
        let cursor = self.cursor(bodies, &cursor_name, context);
        let contract = self.contract((&cursor, 0), context, (helpers, &mut *oracle));
        let case = Case {
            file: &self.hit.path,
            line: self.span.0,
            bodies,
            cursor: &cursor_name,
            from: &cursor.from,
            walker: self.walker,
            start: None,
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
        let kinds = contract
            .map(|c| oracle.kinds_of(&c.atoms))
            .unwrap_or_default();
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
            used: judged.used.map(|(file, line)| Line {
                text: quoted(&file, line),
                file,
                line,
            }),
            witness: quote(&judged.path, &quoted),
            reason: judged.reason,
            pmd,
        };
        (walk, (judged.accessor, of_huge), judged.blind)
    }

    /// Traces the cursor and its flags.
    fn cursor(&self, bodies: &[Lowered], name: &str, context: &Context<'_>) -> Cursor {
        let mut cursor = Cursor::default();
        for body in bodies {
            let own = trace(body, name, self.walker, context.headers);
            cursor.flags.extend(own.flags);
            cursor.perhaps.extend(own.perhaps);
            cursor.parameter = own.parameter;
            cursor.from = own.from;
        }
        if let Some(number) = self.walker.flags {
            for body in bodies {
                argument_flags(body, (self.name, self.line), number, &mut cursor);
            }
        } else if let Some(position) = cursor.parameter {
            self.add_callers_flags(&mut cursor, position, context);
        }
        cursor
    }

    /// Says what the walk's flags keep from the caller that would come back without them.
    fn flags_guard(
        &self,
        cursor: &Cursor,
        contract: Option<&Contract>,
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> Option<Guard> {
        if cursor.flags.is_empty() {
            return None;
        }
        let none = Cursor::default();
        let without = self
            .contract((&none, 0), context, (helpers, &mut *oracle))
            .ok()?;
        let own = &contract?.atoms;
        let kept: Vec<_> = without
            .atoms
            .iter()
            .filter(|atom| !own.contains(atom))
            .copied()
            .collect();
        let kinds = oracle.kinds_of(&kept);
        (!kinds.is_empty()).then(|| Guard {
            file: self.hit.path.clone(),
            line: self.line,
            text: context.library.line(&self.hit.path, self.line),
            predicate: cursor.flags.iter().cloned().collect::<Vec<_>>().join("|"),
            kinds,
        })
    }

    /// Infers what the walker may return at `level` with what is known of the cursor's flags, once for all walks.
    fn contract(
        &self,
        (cursor, level): (&Cursor, usize),
        context: &Context<'_>,
        (helpers, oracle): (&Desk<'_>, &mut Oracle<'_>),
    ) -> Result<Contract, String> {
        let level = self.walker.fields[level];
        let key = (self.walker.name, level, known(cursor));
        let book = || context.known.lock().unwrap_or_else(PoisonError::into_inner);
        let worked = book().get(&key).cloned();
        let worked = worked.unwrap_or_else(|| {
            let desk = Desk::new(context.library);
            let home = context.homes.get(self.walker.name);
            let own = home.and_then(|home| context.library.own(home, self.walker.name));
            let contract = match own {
                Some(own) => infer(oracle, &desk, (&own, self.walker, level), &key.2),
                None => Err(String::from(
                    "its body is not seen, or stands in several files",
                )),
            };
            let worked = Worked {
                contract,
                looked: desk.looked(),
            };
            book().insert(key.clone(), worked.clone());
            worked
        });
        helpers.note(&worked.looked);
        worked.contract
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
                    && *line == self.line
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
        Lexer::within(text, self.at, text.len())
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
