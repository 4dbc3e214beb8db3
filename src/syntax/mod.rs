//! Source text → functions, macros, `#if` arms, mentions of words, and expressions.
//!
//! Two layers: [`outline`] reads a whole file by its tokens and never fails, so that no function is
//! lost to a parse error somewhere else; `lower` parses one function's span with tree-sitter.

mod arms;
pub mod ast;
mod header;
pub mod highlight;
mod lenient;
mod lexer;
mod lower;
mod outline;
mod parse;
mod variants;

pub use lenient::lower_leniently;
pub use lexer::{Lexer, LineCounter, Token, is_word_byte};
pub use lower::{lower_function, lower_macro};
pub use outline::{Enclosing, Function, Macro, Mention, MentionKind, Outline, Prototype, outline};
pub use variants::lower_variants;
