//! In: nothing. Out: C statements and expressions, as far as kinds need them.
//!
//! Owned and small: no tree-sitter node leaves the room. What is not understood is `Opaque` and says
//! where, so that whoever reads it can answer "unknown".

/// An expression. Lines count from 1 in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub node: Node,
    /// Its line.
    pub line: u32,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A name.
    Name(String),
    /// A number, as written.
    Number(String),
    /// A call of a name; arguments in order. Macros look the same.
    Call(String, Vec<Expr>),
    /// A call through an expression.
    Indirect(Box<Expr>, Vec<Expr>),
    /// `-`, `!`, `~`, `*`, `&` in front.
    Unary(String, Box<Expr>),
    /// Two operands, `&&` and `||` among the operators; `[]` is an index.
    Binary(String, Box<Expr>, Box<Expr>),
    /// Assignment with its operator: `=`, `|=`, …; `++` and `--` come as `+=`/`-=` 1.
    Assign(String, Box<Expr>, Box<Expr>),
    /// `a.b` or `a->b`.
    Field(Box<Expr>, String),
    /// `c ? a : b`; `c ?: b` has none in the middle.
    Choice(Box<Expr>, Option<Box<Expr>>, Box<Expr>),
    /// `a, b`.
    Comma(Box<Expr>, Box<Expr>),
    /// A cast: the type as written, and what is cast.
    Cast(String, Box<Expr>),
    /// `({ … })`.
    Block(Vec<Stmt>),
    /// `{ … }` as a value; designated fields by name.
    Initialiser(Vec<(Option<String>, Expr)>),
    /// A string, `sizeof`, a type: nothing that has a kind.
    Inert,
    /// Not understood.
    Opaque,
}

/// A statement. Lines count from 1 in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stmt {
    /// What it is.
    pub node: Form,
    /// Its first line.
    pub line: u32,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// An expression for its effect.
    Do(Expr),
    /// A local: type as written, name, value.
    Local(String, String, Option<Expr>),
    /// `if`.
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    /// `while (c) body`, or a loop macro with its call as condition.
    While(Expr, Box<Stmt>),
    /// `do body while (c)`.
    DoWhile(Box<Stmt>, Expr),
    /// `for (a; b; c) body`.
    For(Option<Box<Stmt>>, Option<Expr>, Option<Expr>, Box<Stmt>),
    /// `switch`.
    Switch(Expr, Box<Stmt>),
    /// `case a:` or `case a ... b:`; `None` is `default:`.
    Case(Option<Expr>, Option<Expr>),
    /// A label.
    Label(String),
    /// `goto`.
    Goto(String),
    /// `return`.
    Return(Option<Expr>),
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `{ … }`.
    Block(Vec<Stmt>),
    /// `#if` arms: condition as written (empty for `#else`) and statements.
    Arms(Vec<(String, Vec<Stmt>)>),
    /// Nothing.
    Empty,
    /// Not understood.
    Opaque,
}

/// A parsed function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// The return type as written, specifiers included.
    pub returns: String,
    /// Parameters: type as written (with stars) and name.
    pub parameters: Vec<(String, String)>,
    /// The body.
    pub body: Vec<Stmt>,
    /// Lines of what the parser did not understand, sorted.
    pub errors: Vec<u32>,
}
