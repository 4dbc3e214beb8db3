//! In: the text of one function or macro. Out: its statements, without tree-sitter's nodes.

use super::ast::{Expr, Form, Lowered, Node, Stmt};
use super::parse::{errors, find_kind, named, with_tree};
use tree_sitter::Node as Ts;

/// How deep statements and expressions may stand in each other. Whoever follows them does so by recursion, through several
/// functions at a time, on a thread's stack; kernels have some dozens.
const DEPTH: usize = 160;

/// Parses a function's span; `first_line` is the line of its first byte. `None` where no function
/// is found in it.
pub fn lower_function(text: &[u8], first_line: u32) -> Option<Lowered> {
    with_tree(text, |root| {
        let definition = find_kind(root, "function_definition")?;
        let mut lower = Lower {
            text,
            first_line,
            errors: Vec::new(),
            depth: 0,
        };
        let (returns, parameters) = lower.head(definition);
        let body = lower.block(definition.child_by_field_name("body")?);
        let lost: Vec<u32> = errors(definition).iter().map(|e| lower.line(*e)).collect();
        lower.errors.extend(lost);
        lower.errors.sort_unstable();
        lower.errors.dedup();
        Some(Lowered {
            returns,
            parameters,
            body,
            errors: lower.errors,
        })
    })
}

/// Parses a macro's body as the value of an expression, or as statements.
pub fn lower_macro(parameters: &[String], body: &[u8], first_line: u32) -> Option<Lowered> {
    let joined = join_lines(body);
    let as_value = wrap(b"int m(void) { return (", &joined, b"); }");
    let value = lower_function(&as_value, first_line).filter(|l| l.errors.is_empty());
    let mut lowered =
        value.or_else(|| lower_function(&wrap(b"int m(void) { ", &joined, b"; }"), first_line))?;
    lowered.parameters = parameters
        .iter()
        .map(|name| (String::new(), name.clone()))
        .collect();
    Some(lowered)
}

fn wrap(before: &[u8], body: &[u8], behind: &[u8]) -> Vec<u8> {
    [before, body, behind].concat()
}

fn join_lines(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut at = 0;
    while at < body.len() {
        if body[at] == b'\\' && body.get(at + 1) == Some(&b'\n') {
            out.push(b' ');
            at += 2;
        } else {
            out.push(body[at]);
            at += 1;
        }
    }
    out
}

struct Lower<'t> {
    text: &'t [u8],
    first_line: u32,
    errors: Vec<u32>,
    /// How many statements and expressions are open now.
    depth: usize,
}

impl Lower<'_> {
    fn words(&self, node: Ts<'_>) -> String {
        let text = String::from_utf8_lossy(&self.text[node.byte_range()]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn line(&self, node: Ts<'_>) -> u32 {
        self.first_line + u32::try_from(node.start_position().row).unwrap_or(u32::MAX / 2)
    }

    fn head(&self, definition: Ts<'_>) -> (String, Vec<(String, String)>) {
        let Some(declarator) = find_kind(definition, "function_declarator") else {
            return Default::default();
        };
        let head = &self.text[definition.start_byte()..declarator.start_byte()];
        let returns = String::from_utf8_lossy(head)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let list = declarator
            .child_by_field_name("parameters")
            .map(named)
            .unwrap_or_default();
        let parameters = list
            .into_iter()
            .filter(|p| p.kind() == "parameter_declaration")
            .map(|p| self.declared(p, p.child_by_field_name("declarator")))
            .collect();
        (returns, parameters)
    }

    /// Gives type (with stars) and name of a declaration's declarator.
    fn declared(&self, declaration: Ts<'_>, declarator: Option<Ts<'_>>) -> (String, String) {
        let base = declaration
            .child_by_field_name("type")
            .map(|t| self.words(t))
            .unwrap_or_default();
        let mut stars = String::new();
        let mut at = declarator;
        while let Some(node) = at {
            match node.kind() {
                "identifier" => return (base + &stars, self.words(node)),
                "pointer_declarator" | "array_declarator" => stars.push('*'),
                _ => {}
            }
            at = node
                .child_by_field_name("declarator")
                .or_else(|| find_kind(node, "identifier").filter(|n| *n != node));
        }
        (base + &stars, String::new())
    }

    fn block(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        named(node)
            .into_iter()
            .flat_map(|child| self.statements(child))
            .collect()
    }

    fn one(&mut self, node: Option<Ts<'_>>) -> Stmt {
        let Some(node) = node else {
            return Stmt {
                node: Form::Opaque,
                line: self.first_line,
            };
        };
        let line = self.line(node);
        let mut list = self.statements(node);
        if list.len() == 1 {
            list.remove(0)
        } else {
            Stmt {
                node: Form::Block(list),
                line,
            }
        }
    }

    /// Lowers one node to statements: a declaration of three locals is three.
    fn statements(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        let line = self.line(node);
        let opaque = Stmt {
            node: Form::Opaque,
            line,
        };
        self.deeper(line, |lower| lower.statements_here(node))
            .unwrap_or_else(|| vec![opaque])
    }

    /// Lowers what is one deeper, and notes an error where that is too deep.
    fn deeper<R>(&mut self, line: u32, lower: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth == DEPTH {
            self.errors.push(line);
            return None;
        }
        self.depth += 1;
        let out = lower(self);
        self.depth -= 1;
        Some(out)
    }

    fn statements_here(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        let line = self.line(node);
        let form = match node.kind() {
            "compound_statement" => Form::Block(self.block(node)),
            "expression_statement" => named(node)
                .first()
                .map_or(Form::Empty, |e| Form::Do(self.expr(*e))),
            "declaration" => return self.locals(node),
            "if_statement" => {
                let condition = self.field(node, "condition");
                let then = self.one(node.child_by_field_name("consequence"));
                let other = node.child_by_field_name("alternative").map(|clause| {
                    let inner = named(clause).into_iter().next_back();
                    Box::new(self.one(inner))
                });
                Form::If(condition, Box::new(then), other)
            }
            "else_clause" => {
                return named(node)
                    .into_iter()
                    .flat_map(|n| self.statements(n))
                    .collect();
            }
            "while_statement" => {
                let condition = self.field(node, "condition");
                Form::While(
                    condition,
                    Box::new(self.one(node.child_by_field_name("body"))),
                )
            }
            "do_statement" => {
                let body = self.one(node.child_by_field_name("body"));
                Form::DoWhile(Box::new(body), self.field(node, "condition"))
            }
            "for_statement" => self.for_loop(node),
            "switch_statement" => {
                let value = self.field(node, "condition");
                Form::Switch(value, Box::new(self.one(node.child_by_field_name("body"))))
            }
            "case_statement" => return self.case(node),
            "labeled_statement" => return self.labelled(node),
            "goto_statement" => Form::Goto(
                node.child_by_field_name("label")
                    .map(|l| self.words(l))
                    .unwrap_or_default(),
            ),
            "return_statement" => Form::Return(named(node).first().map(|e| self.expr(*e))),
            "break_statement" => Form::Break,
            "continue_statement" => Form::Continue,
            "preproc_if" | "preproc_ifdef" => Form::Arms(self.arms(node)),
            "comment" | "preproc_def" | "preproc_function_def" | "preproc_call" | ";" => {
                Form::Empty
            }
            "type_definition" | "struct_specifier" | "enum_specifier" => Form::Empty,
            // `[[fallthrough]];`, or a statement behind its attribute.
            "attributed_statement" => match named(node).last() {
                Some(inner) if inner.kind().ends_with("_statement") => {
                    return self.statements(*inner);
                }
                _ => Form::Empty,
            },
            kind if kind.ends_with("_expression") || kind == "identifier" => {
                Form::Do(self.expr(node))
            }
            _ => {
                self.errors.push(line);
                Form::Opaque
            }
        };
        vec![Stmt { node: form, line }]
    }

    fn for_loop(&mut self, node: Ts<'_>) -> Form {
        let start = node
            .child_by_field_name("initializer")
            .map(|n| Box::new(self.one(Some(n))));
        let test = node.child_by_field_name("condition").map(|n| self.expr(n));
        let step = node.child_by_field_name("update").map(|n| self.expr(n));
        Form::For(
            start,
            test,
            step,
            Box::new(self.one(node.child_by_field_name("body"))),
        )
    }

    fn case(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        let line = self.line(node);
        let value = node.child_by_field_name("value");
        let mut out = Vec::new();
        let (from, to) = match value {
            Some(v) if v.kind() == "range_expression" || self.words(v).contains("...") => {
                (None, None)
            }
            Some(v) => (Some(self.expr(v)), None),
            None => (None, None),
        };
        out.push(Stmt {
            node: if value.is_some() && from.is_none() {
                Form::Opaque
            } else {
                Form::Case(from, to)
            },
            line,
        });
        for child in named(node) {
            if Some(child) != value {
                out.extend(self.statements(child));
            }
        }
        out
    }

    fn labelled(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        let label = node.child_by_field_name("label");
        let name = label.map(|l| self.words(l)).unwrap_or_default();
        let mut out = vec![Stmt {
            node: Form::Label(name),
            line: self.line(node),
        }];
        for child in named(node) {
            if Some(child) != label {
                out.extend(self.statements(child));
            }
        }
        out
    }

    /// Lowers `#if` arms that hold whole statements.
    fn arms(&mut self, node: Ts<'_>) -> Vec<(String, Vec<Stmt>)> {
        let mut out = Vec::new();
        let mut at = Some(node);
        while let Some(arm) = at {
            let alternative = arm.child_by_field_name("alternative");
            let head = arm
                .child_by_field_name("condition")
                .or_else(|| arm.child_by_field_name("name"));
            let negated = arm.kind() == "preproc_ifdef"
                && self.text[arm.byte_range()].starts_with(b"#ifndef");
            let condition = head.map(|h| self.words(h)).unwrap_or_default();
            let condition = if negated {
                format!("!{condition}")
            } else {
                condition
            };
            let mut body = Vec::new();
            for child in named(arm) {
                if Some(child) != alternative && Some(child) != head {
                    body.extend(self.statements(child));
                }
            }
            out.push((condition, body));
            at = alternative;
        }
        out
    }

    fn locals(&mut self, node: Ts<'_>) -> Vec<Stmt> {
        let line = self.line(node);
        let mut out = Vec::new();
        let mut cursor = node.walk();
        let declarators: Vec<_> = node
            .children_by_field_name("declarator", &mut cursor)
            .collect();
        for declarator in declarators {
            let (inner, value) = if declarator.kind() == "init_declarator" {
                let value = declarator
                    .child_by_field_name("value")
                    .map(|v| self.expr(v));
                (declarator.child_by_field_name("declarator"), value)
            } else {
                (Some(declarator), None)
            };
            let (kind, name) = self.declared(node, inner);
            out.push(Stmt {
                node: Form::Local(kind, name, value),
                line,
            });
        }
        if out.is_empty() {
            out.push(Stmt {
                node: Form::Empty,
                line,
            });
        }
        out
    }

    fn field(&mut self, node: Ts<'_>, name: &str) -> Expr {
        match node.child_by_field_name(name) {
            Some(child) => self.expr(child),
            None => Expr {
                node: Node::Opaque,
                line: self.line(node),
            },
        }
    }

    fn boxed(&mut self, node: Ts<'_>, name: &str) -> Box<Expr> {
        Box::new(self.field(node, name))
    }

    fn operator(&self, node: Ts<'_>) -> String {
        node.child_by_field_name("operator")
            .map(|o| self.words(o))
            .unwrap_or_default()
    }

    fn expr(&mut self, node: Ts<'_>) -> Expr {
        let line = self.line(node);
        let opaque = Expr {
            node: Node::Opaque,
            line,
        };
        self.deeper(line, |lower| lower.expr_here(node))
            .unwrap_or(opaque)
    }

    fn expr_here(&mut self, node: Ts<'_>) -> Expr {
        let line = self.line(node);
        let lowered = match node.kind() {
            "identifier" | "true" | "false" | "null" => Node::Name(self.words(node)),
            "number_literal" | "char_literal" => Node::Number(self.words(node)),
            "parenthesized_expression" => return self.parenthesised(node),
            "call_expression" => self.call(node),
            "unary_expression" | "pointer_expression" => {
                Node::Unary(self.operator(node), self.boxed(node, "argument"))
            }
            "binary_expression" => Node::Binary(
                self.operator(node),
                self.boxed(node, "left"),
                self.boxed(node, "right"),
            ),
            "subscript_expression" => Node::Binary(
                String::from("[]"),
                self.boxed(node, "argument"),
                self.boxed(node, "index"),
            ),
            "assignment_expression" => Node::Assign(
                self.operator(node),
                self.boxed(node, "left"),
                self.boxed(node, "right"),
            ),
            "update_expression" => {
                let one = Box::new(Expr {
                    node: Node::Number(String::from("1")),
                    line,
                });
                let operator = if self.operator(node) == "--" {
                    "-="
                } else {
                    "+="
                };
                Node::Assign(operator.to_owned(), self.boxed(node, "argument"), one)
            }
            "field_expression" => {
                let field = node
                    .child_by_field_name("field")
                    .map(|f| self.words(f))
                    .unwrap_or_default();
                Node::Field(self.boxed(node, "argument"), field)
            }
            "conditional_expression" => {
                let middle = node
                    .child_by_field_name("consequence")
                    .map(|n| Box::new(self.expr(n)));
                Node::Choice(
                    self.boxed(node, "condition"),
                    middle,
                    self.boxed(node, "alternative"),
                )
            }
            "comma_expression" => Node::Comma(self.boxed(node, "left"), self.boxed(node, "right")),
            "cast_expression" => {
                let to = node
                    .child_by_field_name("type")
                    .map(|t| self.words(t))
                    .unwrap_or_default();
                Node::Cast(to, self.boxed(node, "value"))
            }
            "compound_literal_expression" => return self.field(node, "value"),
            "initializer_list" => self.initialiser(node),
            "string_literal"
            | "concatenated_string"
            | "sizeof_expression"
            | "alignof_expression"
            | "offsetof_expression"
            | "type_descriptor" => Node::Inert,
            _ => {
                self.errors.push(line);
                Node::Opaque
            }
        };
        Expr {
            node: lowered,
            line,
        }
    }

    fn parenthesised(&mut self, node: Ts<'_>) -> Expr {
        let line = self.line(node);
        let inner = named(node);
        match inner.as_slice() {
            [one] if one.kind() == "compound_statement" => Expr {
                node: Node::Block(self.block(*one)),
                line,
            },
            [one] => self.expr(*one),
            _ => Expr {
                node: Node::Opaque,
                line,
            },
        }
    }

    fn call(&mut self, node: Ts<'_>) -> Node {
        let arguments = node
            .child_by_field_name("arguments")
            .map(named)
            .unwrap_or_default();
        let arguments = arguments.into_iter().map(|a| self.expr(a)).collect();
        match node.child_by_field_name("function") {
            Some(function) if function.kind() == "identifier" => {
                Node::Call(self.words(function), arguments)
            }
            Some(function) => Node::Indirect(Box::new(self.expr(function)), arguments),
            None => Node::Opaque,
        }
    }

    fn initialiser(&mut self, node: Ts<'_>) -> Node {
        let mut out = Vec::new();
        for child in named(node) {
            if child.kind() == "initializer_pair" {
                let name = child
                    .child_by_field_name("designator")
                    .map(|d| self.words(d).trim_start_matches('.').to_owned());
                out.push((name, self.field(child, "value")));
            } else {
                out.push((None, self.expr(child)));
            }
        }
        Node::Initialiser(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lowers_a_function() {
        let text = b"static inline bool f(pte_t pte, int *n)\n{\n\tif (!g(pte) && n)\n\t\treturn true;\n#ifdef A\n\tx();\n#else\n\ty();\n#endif\n\treturn unlikely(h(pte) == B);\n}\n";
        let lowered = lower_function(text, 10).unwrap();
        assert_eq!(
            lowered.parameters,
            [("pte_t".into(), "pte".into()), ("int*".into(), "n".into())]
        );
        assert!(lowered.returns.contains("bool"));
        assert!(lowered.errors.is_empty());
        assert_eq!(lowered.body.len(), 3);
        assert_eq!(lowered.body[0].line, 12);
        assert!(matches!(&lowered.body[1].node, Form::Arms(arms) if arms.len() == 2));
    }

    #[test]
    fn lowers_a_macro_as_value() {
        let lowered = lower_macro(&["e".into()], b" \\\n (f(e) && !g(e))", 3).unwrap();
        assert!(
            matches!(&lowered.body[0].node, Form::Return(Some(Expr { node: Node::Binary(op, ..), .. })) if op == "&&")
        );
    }

    #[test]
    fn what_is_too_deep_is_an_error_and_no_less() {
        let deep = |n: usize| {
            let text = format!(
                "int f(int a) {{ return {}a{}; }}",
                "(".repeat(n),
                ")".repeat(n)
            );
            lower_function(text.as_bytes(), 7).unwrap()
        };
        assert!(deep(DEPTH - 3).errors.is_empty());
        assert_eq!(deep(DEPTH).errors, [7]);
        let chain = format!(
            "int f(int a) {{ if (a) g(); {} }}",
            "else if (a) g(); ".repeat(DEPTH)
        );
        assert_eq!(lower_function(chain.as_bytes(), 1).unwrap().errors, [1]);
    }
}
