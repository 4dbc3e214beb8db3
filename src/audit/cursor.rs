//! In: a parsed function and a cursor's name. Out: where the cursor comes from, and its flags.

use crate::flow::FlagSet;
use crate::syntax::ast::{Expr, Form, Lowered, Node, Stmt};
use crate::syntax::{Lexer, Token};
use crate::vocabulary::{Definition, Headers, Walker};
use std::collections::BTreeSet;

/// What a function does with a cursor before and between walks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The macro that declares it, `struct`, `parameter`, or nothing where its declaration is not seen.
    pub(super) from: String,
    /// Position among the parameters, where it is one.
    pub(super) parameter: Option<usize>,
    /// Flags that are set on every path to the walk, as written.
    pub(super) flags: BTreeSet<String>,
    /// Flags that are set on some paths; `?` stands for those that a caller or a variable sets.
    pub(super) perhaps: BTreeSet<String>,
    /// Why other flags may be set than these, or these not, where that is not followed.
    pub(super) unseen: Option<String>,
}

/// Looks at every statement of a function for what concerns the cursor `name`, which walks in a line.
pub(super) fn trace(
    lowered: &Lowered,
    (name, line): (&str, u32),
    walker: &Walker,
    headers: &Headers,
) -> Cursor {
    let mut cursor = Cursor::default();
    let position = lowered
        .parameters
        .iter()
        .position(|(kind, own)| own == name && kind.contains(walker.cursor));
    if let Some(position) = position {
        cursor.from = String::from("parameter");
        cursor.parameter = Some(position);
    }
    let mut declared = Vec::new();
    each_statement(&lowered.body, &mut |statement: &Stmt| {
        declared.extend(declare(statement, name, walker, headers, &mut cursor));
    });
    if let Some((first, others)) = declared.split_first() {
        let sure: BTreeSet<String> = first
            .iter()
            .filter(|flag| others.iter().all(|own| own.contains(*flag)))
            .cloned()
            .collect();
        let all = declared.iter().flatten().cloned();
        cursor
            .perhaps
            .extend(all.filter(|flag| !sure.contains(flag)));
        if !cursor.perhaps.is_empty() {
            let why = format!("{name} is declared more than once, with other flags");
            cursor.unseen.get_or_insert(why);
        }
        cursor.flags = sure;
    }
    assignments(lowered, (name, line), &mut cursor);
    strange_ways(lowered, (name, line), (walker, headers), &mut cursor);
    cursor
}

/// Notes where the cursor is reached in ways that are not followed before it walks.
fn strange_ways(
    lowered: &Lowered,
    (name, line): (&str, u32),
    (walker, headers): (&Walker, &Headers),
    cursor: &mut Cursor,
) {
    // A function of a header that does not name the flags leaves them as they are.
    let harmless = |function: &str| {
        let own = headers.definitions.get(function);
        let names_flags = |d: &Definition| memchr::memmem::find(&d.text, b"flags").is_some();
        own.is_some_and(|list| !list.is_empty() && !list.iter().any(names_flags))
    };
    let own = |expr: &Expr| passed(expr) == Some(name);
    let address = |expr: &Expr| own(expr) && !matches!(expr.node, Node::Name(_));
    let mut why = None;
    each_statement(&lowered.body, &mut |statement| {
        if let Form::Local(kind, other, Some(value)) = &statement.node {
            let whole = other == name && kind.contains(walker.cursor);
            if whole && !matches!(value.node, Node::Initialiser(_)) {
                why = Some(format!("{name} is made of another cursor"));
            }
            if other != name && own(value) {
                why = Some(format!("{name} goes by the name of {other} too"));
            }
        }
    });
    each_expression(&lowered.body, &mut |expr| match &expr.node {
        Node::Assign(_, target, value) => {
            if own(target) {
                why = Some(format!("{name} is made of another cursor"));
            } else if own(value) {
                why = Some(format!("{name} goes by another name too"));
            }
        }
        Node::Unary(operator, inner) if operator == "&" && is_field(inner, name, "flags") => {
            why = Some(format!("the flags of {name} have another name"));
        }
        Node::Initialiser(fields) if fields.iter().any(|(_, value)| address(value)) => {
            why = Some(format!("{name} goes by another name too"));
        }
        Node::Call(function, arguments)
            if expr.line < line
                && *function != walker.name
                && *function != cursor.from
                && !walker.owns(function)
                && !harmless(function)
                && arguments.iter().any(own) =>
        {
            why = Some(format!("{name} goes to {function} before the walk"));
        }
        _ => {}
    });
    if cursor.unseen.is_none() {
        cursor.unseen = why;
    }
}

/// Takes what is assigned to the cursor's flags: for sure where it stands at the top of the body, on
/// some paths anywhere else.
fn assignments(lowered: &Lowered, (name, walk): (&str, u32), cursor: &mut Cursor) {
    let mut sure = Vec::new();
    let (mut jumps, mut late) = (false, false);
    each_statement(&lowered.body, &mut |statement| {
        jumps |= matches!(statement.node, Form::Goto(_));
    });
    for statement in &lowered.body {
        if let Form::Do(Expr {
            node: Node::Assign(operator, target, value),
            line,
        }) = &statement.node
            && is_field(target, name, "flags")
        {
            match *line < walk && !jumps {
                true => sure.push((operator.clone(), value.clone())),
                false => late = true,
            }
        }
    }
    if late {
        let why = format!("the flags of {name} are set where not every path comes by");
        cursor.unseen.get_or_insert(why);
    }
    let (mut all, mut replaced) = (BTreeSet::new(), false);
    each_expression(&lowered.body, &mut |expr| {
        if let Node::Assign(operator, target, value) = &expr.node
            && is_field(target, name, "flags")
        {
            add_flags(value, &mut all);
            replaced |= operator != "|=";
        }
    });
    if replaced {
        // A plain assignment somewhere may take away what was there before.
        cursor.perhaps.append(&mut cursor.flags);
    }
    for (operator, value) in sure {
        let mut own = BTreeSet::new();
        add_flags(&value, &mut own);
        if operator == "|=" && !replaced {
            cursor.flags.extend(own);
        }
    }
    cursor.perhaps.extend(all);
    if let Some(unknown) = cursor.flags.take("?") {
        cursor.perhaps.insert(unknown);
    }
}

/// Takes the flags that a walk is handed in an argument; none but these, whatever the cursor's fields are told.
pub(super) fn argument_flags(
    lowered: &Lowered,
    (walker, line): (&str, u32),
    number: usize,
    cursor: &mut Cursor,
) {
    each_expression(&lowered.body, &mut |expr| {
        if let Node::Call(name, arguments) = &expr.node
            && name == walker
            && expr.line == line
            && let Some(value) = arguments.get(number)
        {
            add_flags(value, &mut cursor.flags);
        }
    });
    if let Some(unknown) = cursor.flags.take("?") {
        cursor.perhaps.insert(unknown);
    }
    if cursor.flags.is_empty() && !cursor.perhaps.is_empty() {
        cursor.perhaps.insert(String::from("?"));
    }
}

/// What is known of a cursor's flags when the walker looks at them.
pub(super) fn known(cursor: &Cursor) -> FlagSet {
    FlagSet {
        set: cursor.flags.clone(),
        perhaps: cursor.perhaps.clone(),
        open: cursor.perhaps.contains("?"),
    }
}

/// Gives the flags of a statement that declares the cursor.
fn declare(
    statement: &Stmt,
    name: &str,
    walker: &Walker,
    headers: &Headers,
    cursor: &mut Cursor,
) -> Option<BTreeSet<String>> {
    let mut set = BTreeSet::new();
    match &statement.node {
        Form::Local(kind, own, value) if own == name && kind.contains(walker.cursor) => {
            cursor.from = String::from("struct");
            if kind.contains('*') {
                let why = format!("{name} is a pointer to another cursor");
                cursor.unseen.get_or_insert(why);
            }
            if let Some(Expr {
                node: Node::Initialiser(fields),
                ..
            }) = value
            {
                let flags = fields
                    .iter()
                    .filter(|(field, _)| field.as_deref() == Some("flags"));
                for (_, value) in flags {
                    add_flags(value, &mut set);
                    chosen(value, name, cursor);
                }
            }
            Some(set)
        }
        Form::Do(Expr {
            node: Node::Call(maker, arguments),
            ..
        }) => {
            let named = matches!(arguments.first(), Some(Expr { node: Node::Name(first), .. }) if first == name);
            let (true, Some(flags)) = (named, makes_cursor(maker, walker, headers)) else {
                return None;
            };
            cursor.from.clone_from(maker);
            if let Some(value) = flags.and_then(|position| arguments.get(position)) {
                add_flags(value, &mut set);
                chosen(value, name, cursor);
            }
            Some(set)
        }
        _ => None,
    }
}

/// Notes flags that are one or the other.
fn chosen(value: &Expr, name: &str, cursor: &mut Cursor) {
    fn chooses(expr: &Expr) -> bool {
        match &expr.node {
            Node::Choice(..) => true,
            Node::Binary(_, a, b) => chooses(a) || chooses(b),
            _ => false,
        }
    }
    if chooses(value) {
        let why = format!("the flags of {name} are one or the other");
        cursor.unseen.get_or_insert(why);
    }
}

/// Says whether a macro of the headers declares a cursor, and which of its parameters holds the flags.
fn makes_cursor(name: &str, walker: &Walker, headers: &Headers) -> Option<Option<usize>> {
    let definition = headers
        .definitions
        .get(name)?
        .iter()
        .find(|d| d.macro_parameters.is_some())?;
    let text = &definition.text;
    let words: Vec<&[u8]> = Lexer::within(text, 0, text.len())
        .filter_map(|token| match token {
            Token::Word(a, b) => Some(&text[a..b]),
            _ => None,
        })
        .collect();
    let cursor = walker.cursor.as_bytes();
    words
        .windows(2)
        .find(|pair| pair[0] == b"struct" && pair[1] == cursor)?;
    let after = words
        .iter()
        .position(|word| *word == b"flags")
        .and_then(|i| words.get(i + 1));
    let parameters = definition.macro_parameters.as_deref().unwrap_or_default();
    Some(after.and_then(|flag| parameters.iter().position(|p| p.as_bytes() == *flag)))
}

/// Is `expr` the field `field` of the cursor, reached by `.` or `->`?
pub(super) fn is_field(expr: &Expr, cursor: &str, field: &str) -> bool {
    match &expr.node {
        Node::Field(inner, own) => {
            own == field && matches!(&inner.node, Node::Name(name) if name == cursor)
        }
        _ => false,
    }
}

/// Names the cursor that an argument passes: `&pvmw` or `pvmw`.
pub(super) fn passed(expr: &Expr) -> Option<&str> {
    match &expr.node {
        Node::Name(name) => Some(name),
        Node::Unary(operator, inner) if operator == "&" => passed(inner),
        Node::Cast(_, inner) => passed(inner),
        _ => None,
    }
}

/// Adds the flags of an expression: names joined by `|`; what is neither a constant nor zero is `?`.
fn add_flags(value: &Expr, flags: &mut BTreeSet<String>) {
    match &value.node {
        Node::Number(text) if text.trim_start_matches("0x").bytes().all(|b| b == b'0') => {}
        Node::Name(name)
            if name
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') =>
        {
            flags.insert(name.clone());
        }
        Node::Binary(operator, a, b) if operator == "|" => {
            add_flags(a, flags);
            add_flags(b, flags);
        }
        Node::Choice(_, then, other) => {
            let (mut one, mut two) = (BTreeSet::new(), BTreeSet::new());
            then.iter().for_each(|value| add_flags(value, &mut one));
            add_flags(other, &mut two);
            let both = one.intersection(&two).cloned();
            flags.extend(both);
            if one != two {
                flags.insert(String::from("?"));
            }
        }
        _ => {
            flags.insert(String::from("?"));
        }
    }
}

/// Hands every statement to `see`, outer before inner.
pub(super) fn each_statement(list: &[Stmt], see: &mut dyn FnMut(&Stmt)) {
    for statement in list {
        see(statement);
        match &statement.node {
            Form::If(_, then, other) => {
                each_statement(std::slice::from_ref(then), see);
                if let Some(other) = other {
                    each_statement(std::slice::from_ref(other), see);
                }
            }
            Form::While(_, body) | Form::DoWhile(body, _) | Form::Switch(_, body) => {
                each_statement(std::slice::from_ref(body), see);
            }
            Form::For(start, _, _, body) => {
                if let Some(start) = start {
                    each_statement(std::slice::from_ref(start), see);
                }
                each_statement(std::slice::from_ref(body), see);
            }
            Form::Block(inner) => each_statement(inner, see),
            Form::Arms(arms) => arms
                .iter()
                .for_each(|(_, inner)| each_statement(inner, see)),
            _ => {}
        }
    }
}

/// Hands every expression to `see`, outer before inner.
pub(super) fn each_expression(list: &[Stmt], see: &mut dyn FnMut(&Expr)) {
    let mut own = Vec::new();
    each_statement(list, &mut |statement| match &statement.node {
        Form::Do(e) | Form::Local(_, _, Some(e)) | Form::Return(Some(e)) => own.push(e.clone()),
        Form::If(e, ..) | Form::While(e, _) | Form::DoWhile(_, e) | Form::Switch(e, _) => {
            own.push(e.clone());
        }
        Form::For(_, a, b, _) => own.extend(a.iter().chain(b).cloned()),
        Form::Case(a, b) => own.extend(a.iter().chain(b).cloned()),
        _ => {}
    });
    own.iter().for_each(|expr| inside(expr, see));
}

fn inside(expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    match &expr.node {
        Node::Call(_, list) => list.iter().for_each(|e| inside(e, see)),
        Node::Indirect(f, list) => {
            inside(f, see);
            list.iter().for_each(|e| inside(e, see));
        }
        Node::Unary(_, a) | Node::Field(a, _) | Node::Cast(_, a) => inside(a, see),
        Node::Binary(_, a, b) | Node::Assign(_, a, b) | Node::Comma(a, b) => {
            inside(a, see);
            inside(b, see);
        }
        Node::Choice(a, b, c) => {
            inside(a, see);
            b.iter().for_each(|e| inside(e, see));
            inside(c, see);
        }
        Node::Block(list) => each_expression(list, see),
        Node::Initialiser(fields) => fields.iter().for_each(|(_, e)| inside(e, see)),
        Node::Name(_) | Node::Number(_) | Node::Inert | Node::Opaque => {}
    }
}
