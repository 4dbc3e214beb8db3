//! In: a walk in its function. Out: its cursor, the flags it is given, and what they keep from it.

use super::{Context, Place};
use crate::audit::cursor::{Cursor, argument_flags, each_expression, passed, trace};
use crate::audit::facts::Guard;
use crate::audit::library::Desk;
use crate::syntax::ast::{Expr, Lowered, Node};
use crate::syntax::{Lexer, LineCounter, Token, lower_function};
use crate::vocabulary::{Atom, Oracle};

impl Place<'_> {
    /// Traces the cursor and its flags.
    pub(super) fn cursor(&self, bodies: &[Lowered], name: &str, context: &Context<'_>) -> Cursor {
        let mut cursor = Cursor::default();
        for body in bodies {
            let own = trace(body, (name, self.line), self.walker, context.headers);
            let first = cursor.from.is_empty() && cursor.parameter.is_none();
            if !first && cursor.flags != own.flags {
                let why = String::from("its flags differ with the arms of an #if");
                cursor.unseen.get_or_insert(why);
                let apart = cursor.flags.symmetric_difference(&own.flags).cloned();
                cursor.perhaps.extend(apart);
                cursor.flags = cursor.flags.intersection(&own.flags).cloned().collect();
            } else {
                cursor.flags = own.flags;
            }
            cursor.perhaps.extend(own.perhaps);
            cursor.parameter = own.parameter;
            cursor.from = own.from;
            cursor.unseen = cursor.unseen.or(own.unseen);
        }
        // What a macro of the file stands for may be any flag.
        let mut flags = cursor.flags.union(&cursor.perhaps);
        if let Some(flag) = flags.find(|flag| self.is_object(flag)) {
            let why = format!("the macro {flag} of the file is not looked through");
            cursor.unseen.get_or_insert(why);
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
    pub(super) fn flags_guard(
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
            .contract((&none, 0), context, (helpers, &mut *oracle))
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
            line: self.line,
            text: context.library.line(&self.hit.path, self.line),
            predicate: cursor.flags.iter().cloned().collect::<Vec<_>>().join("|"),
            kinds,
        })
    }

    /// Names the cursor, by the parsed call on this line, else by the tokens behind the name; says whether it is a plain
    /// variable or a pointer to one.
    pub(super) fn cursor_name(&self, lowered: Option<&Lowered>) -> (String, bool) {
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
        let plain = found.is_some() || lowered.is_none();
        let name = found.or_else(|| self.first_word()).unwrap_or_default();
        (name, plain)
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
        // Whoever is not static may be called from anywhere, with other flags.
        let head = &self.hit.text[self.function.span.start..self.function.parameters.start];
        let mut words = Lexer::within(head, 0, head.len());
        let is_static =
            words.any(|token| matches!(token, Token::Word(a, b) if head[a..b] == *b"static"));
        if !is_static {
            cursor.perhaps.insert(String::from("?"));
        }
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
                let theirs = trace(&lowered, (&name, u32::MAX), self.walker, context.headers);
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
